"""Exported code runs, is clean, counts and computes the same as the network, and knows its lines."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from explorer.arch.analysis import Report, analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.export import Code, keras_code, pytorch_code
from explorer.arch.layer import Layer
from explorer.arch.layers import (
    ELU,
    GELU,
    GRU,
    LSTM,
    RNN,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool1d,
    AvgPool1d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    ConcatRNN,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    Dropout,
    Dropout1d,
    Dropout2d,
    Embedding,
    Flatten,
    GlobalAvgPool,
    GlobalMaxPool,
    GroupNorm,
    LastStep,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    LogSoftmax,
    MaxPool1d,
    MaxPool2d,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Softmax,
    Softplus,
    SwapAxes,
    Tanh,
    Upsample,
)
from explorer.arch.naming import RESERVED
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.arch.tree import Auxiliary, Node, Parallel, Sequence
from explorer.arch.zoo import zoo, zoo_names
from explorer.learn.build import build
from explorer.learn.onnx import sample

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

RULES = ["ruff", "check", "--isolated", "--select", "E,F,W,I,B,UP", "--line-length", "120"]


def conv(filters: int, side: int = 1, **more: Any) -> tuple[Node, ...]:
    return (Conv2d(filters=filters, kernel=(side, side), padding=(side // 2, side // 2), **more), ReLU())


def bottleneck(width: int, out: int, stride: int = 1, project: bool = False) -> Sequence:
    body = (
        Conv2d(filters=width, kernel=(1, 1), bias=False),
        BatchNorm2d(),
        ReLU(),
        Conv2d(filters=width, kernel=(3, 3), stride=(stride, stride), padding=(1, 1), bias=False),
        BatchNorm2d(),
        ReLU(),
        Conv2d(filters=out, kernel=(1, 1), bias=False),
        BatchNorm2d(),
    )
    shortcut = (Conv2d(filters=out, kernel=(1, 1), stride=(stride, stride), bias=False), BatchNorm2d())
    skip = Sequence(shortcut if project else ())
    return Sequence((Parallel((Sequence(body), skip), merge="add"), ReLU()))


def stage(width: int, count: int, stride: int) -> Sequence:
    first = bottleneck(width, 4 * width, stride, True)
    rest = Sequence(bottleneck(width, 4 * width).children, repeat=count - 1)
    return Sequence((first, rest))


def residual_network(side: int = 224, width: int = 64, counts: tuple[int, ...] = (3, 8, 36, 3)) -> Network:
    stages = tuple(stage(width << i, count, 1 + (i > 0)) for i, count in enumerate(counts))
    stem = (Conv2d(filters=width, kernel=(7, 7), stride=(2, 2), padding=(3, 3), bias=False), BatchNorm2d(), ReLU())
    pool = MaxPool2d(kernel=(3, 3), stride=(2, 2), padding=(1, 1))
    return Network((3, side, side), (*stem, pool, *stages, GlobalAvgPool(), Linear(1000)), name="ResNet-152")


def inception(a: int, b: int, c: int, d: int, e: int, f: int, name: str) -> Parallel:
    last = (MaxPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1)), *conv(f))
    paths = (conv(a), (*conv(b), *conv(c, 3)), (*conv(d), *conv(e, 5)), last)
    return Parallel(tuple(map(Sequence, paths)), name=name)


def head() -> Auxiliary:
    classifier = (Flatten(), Linear(20), ReLU(), Dropout(p=0.7), Linear(10))
    return Auxiliary((AdaptiveAvgPool2d(size=(4, 4)), *conv(8), *classifier))


INCEPTIONS = Network(
    (3, 20, 20),
    (
        *conv(8, 3),
        inception(4, 3, 6, 2, 4, 3, "inception3a"),
        head(),
        inception(5, 4, 7, 3, 3, 4, "inception3b"),
        head(),
        GlobalAvgPool(),
        Linear(10),
    ),
    name="Little GoogLeNet",
)
GROWING = Network(
    (16,),
    (Sequence((Parallel((Sequence(), Sequence((Linear(8), ReLU())))),), repeat=5), Linear(3)),
    name="Grows",
)
STEPS = Network(
    (T, 7),
    (
        LSTM(hidden=6, bidirectional=True, layers=2, dropout=0.2),
        Parallel(
            (
                Sequence((GRU(hidden=8), Linear(3))),
                Sequence((SwapAxes(), Conv1d(filters=3, kernel=3, padding=1), SwapAxes())),
                Sequence((RNN(hidden=4),)),
            ),
            along="features",
        ),
        LayerNorm(),
        LastStep(),
        Linear(18),
        LogSoftmax(),
    ),
    name="Steps",
)
TOKENS = Network(
    (T,), (Embedding(words=20, size=6), ConcatRNN(hidden=5, outputs=4), GRU(hidden=3), LastStep()), name="Tokens"
)
SIGNAL = Network(
    (3, 40),
    (
        Conv1d(filters=6, kernel=5, padding=2, padding_mode="circular"),
        BatchNorm1d(),
        LeakyReLU(slope=0.1),
        MaxPool1d(kernel=3, stride=2, padding=1, ceil_mode=True),
        Dropout1d(p=0.1),
        AvgPool1d(kernel=3, stride=2, padding=1, count_include_pad=False),
        ConvTranspose1d(filters=4, kernel=4, stride=2, padding=1),
        Upsample(scale=2, mode="bilinear"),
        AdaptiveMaxPool1d(size=7),
        GroupNorm(groups=2),
        GlobalMaxPool(),
        BatchNorm1d(),
        Linear(4),
        Softmax(),
    ),
    name="Signal",
)
IMAGES = Network(
    (4, 21, 21),
    (
        Conv2d(filters=6, kernel=(3, 5), padding=(1, 2), padding_mode="reflect", bias=False),
        LocalResponseNorm(size=4, k=2.0),
        ELU(alpha=0.5),
        Conv2d(filters=6, kernel=(3, 3), stride=(2, 2), dilation=(2, 2), groups=2, padding=(2, 2)),
        GELU(),
        AvgPool2d(kernel=(3, 3), stride=(2, 2), padding=(1, 1), ceil_mode=True),
        Softplus(beta=2.0),
        ConvTranspose2d(filters=5, kernel=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1)),
        ScaledTanh(s=0.7),
        Dropout2d(p=0.2),
        Upsample(scale=2, mode="bilinear"),
        Conv2d(filters=6, kernel=(4, 4), padding="same"),
        LayerNorm(over="all"),
        AdaptiveAvgPool2d(size=(5, 7)),
        MaxPool2d(kernel=(3, 3), stride=(2, 2), padding=(1, 1), ceil_mode=True),
        Sigmoid(),
        Flatten(),
        Linear(9),
        Tanh(),
        Linear(3, bias=False),
    ),
    name="Images",
)
ROWS = Network((1, 12, 12), (Flatten(start=1, end=2), LSTM(hidden=5), LastStep(), Linear(10)), name="Rows")
SMALL = {
    "residual": residual_network(48, 4, (2, 2, 3, 2)),
    "inceptions": INCEPTIONS,
    "growing": GROWING,
    "steps": STEPS,
    "tokens": TOKENS,
    "signal": SIGNAL,
    "images": IMAGES,
    "rows": ROWS,
    "empty": Network((3,), name=""),
    "blocks": Network(
        (3, 8, 8), (Sequence((Sequence(conv(4)), Sequence(conv(4), repeat=3), Sequence())), Sequence(repeat=2))
    ),
}


def module_of(code: Code) -> nn.Module:
    space: dict[str, Any] = {"__name__": "exported"}
    exec(compile(code.text, "exported", "exec"), space)
    main = [n.name for n in ast.parse(code.text).body if isinstance(n, ast.ClassDef)][-1]
    made = space[main]()
    assert isinstance(made, nn.Module)
    return made


def clean(*texts: str) -> None:
    for text in texts:
        said = subprocess.run([*RULES, "-"], input=text.encode(), capture_output=True, check=False)
        assert said.returncode == 0, said.stdout.decode()


def same_as_built(network: Network) -> None:
    code = pytorch_code(network)
    made, built = module_of(code).eval(), build(network, 3).eval()
    assert sum(p.numel() for p in made.parameters()) == analyse(network).parameters
    ours, theirs = built.state_dict(), made.state_dict()
    assert [v.shape for v in ours.values()] == [v.shape for v in theirs.values()]
    made.load_state_dict(dict(zip(theirs, ours.values(), strict=True)))
    batch = sample(network)
    with torch.no_grad():
        torch.testing.assert_close(made(batch), built(batch))


@lru_cache
def shipped() -> tuple[tuple[str, Report], ...]:
    return tuple((name, analyse(zoo(name))) for name in zoo_names())


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "googlenet-torchvision"])
def test_pytorch_of_large_networks_computes_the_same(name: str) -> None:
    same_as_built(zoo(name).with_input((3, 64, 64)))


@pytest.mark.parametrize("name", SMALL)
def test_pytorch_computes_the_same(name: str) -> None:
    same_as_built(SMALL[name])


def test_pytorch_of_the_small_zoo_computes_the_same() -> None:
    small = [report.network for _, report in shipped() if report.parameters < 500_000 and report.macs < 10**8]
    assert len(small) >= 5
    for network in small:
        same_as_built(network)


def test_pytorch_of_the_large_zoo_counts_the_same() -> None:
    for name, report in shipped():
        code = pytorch_code(report.network)
        with torch.device("meta"):
            made = module_of(code)
        assert sum(p.numel() for p in made.parameters()) == report.parameters, name
        assert [tuple(p.shape) for p in made.parameters()], name
        limit = 300 if "goog" in name or "inception" in name else 250
        assert code.text.count("\n") < limit, name


def test_code_of_everything_is_clean() -> None:
    clean(*(code(network).text for network in SMALL.values() for code in (pytorch_code, keras_code)))


def test_zoo_code_is_clean() -> None:
    clean(*(pytorch_code(report.network).text for _, report in shipped()))


def test_equal_blocks_share_a_class() -> None:
    code = pytorch_code(residual_network())
    assert code.text.count("class ") == 3
    assert code.text.count("\n") < 110
    assert "copies=35" in code.text
    text = pytorch_code(INCEPTIONS).text
    assert text.count("class Inception(") == 1
    assert "Inception(8, 4, 3, 6, 2, 4, 3)" in text
    assert "in_channels in range" not in text
    assert "for in_features in range(16, 56, 8)" in pytorch_code(GROWING).text


def test_auxiliary_heads_answer_in_training_only() -> None:
    made = module_of(pytorch_code(INCEPTIONS))
    batch = sample(INCEPTIONS)
    output, heads = made.train()(batch)
    assert output.shape == (2, 10)
    assert [head.shape for head in heads] == [(2, 10), (2, 10)]
    assert isinstance(made.eval()(batch), torch.Tensor)


def test_demonstration_runs() -> None:
    for name in ("tokens", "steps", "growing"):
        network = SMALL[name]
        text = pytorch_code(network).text
        said = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
        assert f"parameters: {analyse(network).parameters}\n" in said
        assert said.startswith("output: (2, ")


# The lines of the nodes.


@pytest.mark.parametrize("write", [pytorch_code, keras_code])
@pytest.mark.parametrize("name", SMALL)
def test_each_node_has_its_lines(name: str, write: Any) -> None:
    network = SMALL[name]
    code: Code = write(network)
    rows = code.text.split("\n")
    for row in analyse(network).outline:
        found = code.lines.get(row.at, ())
        assert all(0 <= first <= last < len(rows) for first, last in found)
        if isinstance(row.node, Layer):
            assert found, row.path
            line = found[0][0]
            at = code.at(line)
            assert at is not None
            assert len(at) >= len(row.at)
    for at, found in code.lines.items():
        for length in range(1, len(at)):
            outer = code.lines[at[:length]]
            for first, last in found:
                assert all(any(a <= i <= b for a, b in outer) for i in range(first, last + 1))


def test_lines_say_where_a_layer_is_made_and_applied() -> None:
    code = pytorch_code(SMALL["images"])
    rows = code.text.split("\n")
    first, second = code.lines[(3,)]
    assert "self.conv2 = nn.Conv2d(6, 6, kernel_size=3, stride=2, padding=2" in rows[first[0]]
    assert "x = self.conv2(x)" in rows[second[0]]
    assert code.at(first[0]) == (3,)
    assert code.at(0) is None
    assert "def forward" in rows[code.lines[()][0][0]]
    blocks = pytorch_code(INCEPTIONS)
    made = [blocks.text.split("\n")[a] for a, b in blocks.lines[(4,)]]
    assert "self.inception3b = Inception(" in made[0]
    assert any("class Inception" in line for line in made)


# Nothing that a document says can break the code.

WILD = [
    'a"""\nimport os\nos.abort()\n"""',
    "\\",
    "'''\\'''",
    '"',
    '""""""',
    "été 网络 \u202e \x00 \ud800",
    "x" * 4000,
    "字" * 300,
    "{x} %s \\N{DASH} \\u12",
    "None",
    "class",
    "123",
    "torch",
    "Auxiliary",
    "print",
    "\r\n\t",
]


@pytest.mark.parametrize("word", WILD)
def test_texts_stay_texts(word: str) -> None:
    network = Network((3,), (Linear(2), head_of_vector()), name=word, about=word)
    for code in (pytorch_code(network), keras_code(network)):
        names = {node.name for node in ast.parse(code.text).body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
        assert all(name.isidentifier() for name in names)
        assert "os" not in {n.id for n in ast.walk(ast.parse(code.text)) if isinstance(n, ast.Name)}
        code.text.encode()
    clean(pytorch_code(network).text)
    assert sum(p.numel() for p in module_of(pytorch_code(network)).parameters()) == 17


def head_of_vector() -> Auxiliary:
    return Auxiliary((Linear(3),))


def test_names_of_layers_are_possible() -> None:
    words = [*sorted(RESERVED), "class", "None", "__init__", "_parameters", "__x", "x", "self", "nn", "torch"]
    layers = tuple(Linear(2, name=word) for word in words)
    made = module_of(pytorch_code(Network((2,), layers)))
    assert made.eval()(torch.ones(1, 2)).shape == (1, 2)
    blocks = [Sequence((_skip(word), ReLU()), name=word) for word in words]
    network = Network((2,), tuple(blocks))
    assert module_of(pytorch_code(network)).eval()(torch.ones(1, 2)).shape == (1, 2)
    ast.parse(keras_code(network.with_input((2,))).text)


def _skip(name: str) -> Parallel:
    return Parallel((Sequence((Linear(2),), name=name), Sequence()), merge="add", name=name)


def test_modules_have_no_other_names() -> None:
    assert {name for name in dir(nn.Module) if not name.startswith("_")} <= RESERVED


@pytest.mark.parametrize("write", [pytorch_code, keras_code])
def test_a_fault_is_said(write: Any) -> None:
    with pytest.raises(ArchitectureError, match=r"^fc1: Linear needs"):
        write(Network((3, 8, 8), (Linear(5),)))


@pytest.mark.parametrize(
    ("layers", "what"),
    [
        ((MaxPool2d(dilation=(2, 2)),), "pool1: MaxPool2d with dilation"),
        ((ConvTranspose2d(filters=4, groups=2),), "deconv: ConvTranspose2d with groups"),
    ],
)
def test_what_keras_lacks_is_said(layers: tuple[Node, ...], what: str) -> None:
    with pytest.raises(ArchitectureError, match="no like in Keras") as said:
        keras_code(Network((4, 9, 9), layers))
    assert what.split(": ")[1] in str(said.value)


# Random networks.

LAYERS = st.sampled_from(
    [
        *conv(4, 3),
        Conv2d(filters=3, kernel=(1, 1), bias=False),
        Conv2d(filters=4, kernel=(3, 3), stride=(2, 2), padding=(1, 1)),
        BatchNorm2d(),
        MaxPool2d(),
        AvgPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1)),
        Flatten(),
        Linear(5),
        Dropout(),
        GlobalAvgPool(),
        Flatten(start=1, end=2),
        GRU(hidden=3),
        LSTM(hidden=4),
        LastStep(),
        SwapAxes(),
        Conv1d(filters=4, kernel=3, padding=1),
    ]
)


def _blocks(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(nodes, max_size=3).map(tuple)
    sequence = st.builds(Sequence, some, repeat=st.integers(1, 3))
    branches = st.lists(sequence, min_size=1, max_size=3).map(tuple)
    parallel = st.builds(
        Parallel, branches, merge=st.sampled_from(["concat", "add"]), along=st.sampled_from(["channels", "features"])
    )
    return st.one_of(sequence, parallel, st.builds(Auxiliary, some))


NODES = st.one_of(LAYERS, st.recursive(LAYERS, _blocks, max_leaves=6))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """A network without a fault: nodes that do not fit are left out."""
    network = Network(draw(st.sampled_from([(3, 8, 8), (4, 6), (5,)])))
    for node in draw(st.lists(NODES, min_size=5, max_size=10)):
        longer = network.insert((len(network.layers),), node)
        report = analyse(longer)
        if report.fault is None and report.parameters < 200_000:
            network = longer
    return network


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_random_networks_compute_the_same(network: Network) -> None:
    same_as_built(network)
    code = keras_code(network)
    ast.parse(code.text)
    for found in code.lines.values():
        assert all(last < code.text.count("\n") for _, last in found)


# Keras: all in one process, for starting it takes seconds.

RUNNER = """
import json, math, sys
import numpy as np
import keras
out = {}
for name, job in json.load(open(sys.argv[1])).items():
    space = {"__name__": "exported"}
    exec(compile(job["text"], name, "exec"), space)
    build = [v for k, v in space.items() if k.startswith("build_")][-1]
    model = build()
    values = np.zeros(job["shape"], "int32" if job["tokens"] else "float32")
    result = model(values)
    result = result[0] if isinstance(result, list) else result
    count = sum(math.prod(w.shape) for w in model.trainable_weights)
    answer = {"count": count, "output": list(result.shape)}
    if job["weights"]:
        data = np.load(job["weights"])
        weights = [data[f"w{i}"] for i in range(len(data.files) - 1)]
        model.set_weights(weights)
        answer["values"] = keras.ops.convert_to_numpy(model(data["input"])).tolist()
    out[name] = answer
json.dump(out, open(sys.argv[2], "w"))
"""


def _run_keras(jobs: dict[str, dict[str, Any]], folder: Path) -> dict[str, Any]:
    (folder / "jobs.json").write_text(json.dumps(jobs))
    (folder / "run.py").write_text(RUNNER)
    environment = os.environ | {"KERAS_BACKEND": "torch", "KERAS_HOME": str(folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(folder / "run.py"), str(folder / "jobs.json"), str(folder / "out.json")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads((folder / "out.json").read_text())
    return answer


def _fewer(report: Report) -> int:
    """What Keras has fewer: the second bias of RNN and LSTM."""
    return sum(
        row.layer.biases(row.input) // 2
        for row in report.rows
        if isinstance(row.layer, RNN | LSTM) and row.input is not None
    )


def _channels_last(network: Network) -> bool:
    return len(network.input) == 3 or network.name == "Signal"


def _keras_weights(module: nn.Module) -> list[Any]:
    """The weights of a sequence of plain layers as Keras orders them: kernels with their inputs before outputs."""
    found = []
    for layer in module.modules():
        if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.ConvTranspose1d | nn.ConvTranspose2d):
            found.append(layer.weight.permute(*range(2, layer.weight.dim()), 1, 0))
        elif isinstance(layer, nn.Linear):
            found.append(layer.weight.T)
        elif isinstance(layer, nn.LayerNorm):
            found += [w.permute(1, 2, 0) if w.dim() == 3 else w for w in (layer.weight, layer.bias)]
            continue
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d | nn.GroupNorm):
            found += [layer.weight, layer.bias]
            found += [] if isinstance(layer, nn.GroupNorm) else [layer.running_mean, layer.running_var]
            continue
        else:
            continue
        if layer.bias is not None:
            found.append(layer.bias)
    return [value.detach().numpy() for value in found]


@pytest.mark.skipif(shutil.which(sys.executable) is None, reason="no Python to start")
def test_keras_runs_counts_and_computes_the_same(tmp_path: Path) -> None:
    import numpy as np

    chosen = dict(SMALL)
    chosen |= {name: r.network for name, r in shipped() if r.parameters < 3_000_000 and r.macs < 3 * 10**8}
    chosen["residual 152"] = residual_network(64, 8)
    jobs, wanted = {}, {}
    for name, network in chosen.items():
        batch = sample(network)
        last = _channels_last(network)
        job: dict[str, Any] = {
            "text": keras_code(network).text,
            "tokens": not batch.is_floating_point(),
            "shape": list((batch.movedim(1, -1) if last else batch).shape),
            "weights": "",
        }
        if name in ("signal", "images"):
            module = build(network, 5)
            for _ in range(3):
                module.train()(sample(network, 8))  # moves the running statistics away from 0 and 1
            module.eval()
            if name == "images":
                module, job["text"] = module[:16], keras_code(_shorter(network, 16)).text
            with torch.no_grad():
                output = module(batch)
            wanted[name] = (output.movedim(1, -1) if output.dim() > 2 else output).numpy()
            weights = {f"w{i}": w for i, w in enumerate(_keras_weights(module))}
            path = tmp_path / f"{name}.npz"
            np.savez(path, input=batch.movedim(1, -1).numpy(), **weights)
            job["weights"] = str(path)
        jobs[name] = job
    answers = _run_keras(jobs, tmp_path)
    for name, network in chosen.items():
        report = analyse(_shorter(network, 16) if name == "images" else network)
        assert answers[name]["count"] == report.parameters - _fewer(report), name
        assert bool(keras_code(network).notes) == bool(_fewer(analyse(network))), name
        assert report.output is not None
        if len(report.output) == 1:
            assert answers[name]["output"] == [2, *report.output], name
    for name, values in wanted.items():
        np.testing.assert_allclose(np.array(answers[name]["values"]), values, atol=2e-4, err_msg=name)


def _shorter(network: Network, count: int) -> Network:
    return Network(network.input, network.layers[:count], network.name)
