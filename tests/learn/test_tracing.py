"""A user's own class becomes the network that it is, or one sentence says where it is none."""

from __future__ import annotations

import importlib
import inspect
import sys
import textwrap
import warnings
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from torch import Tensor, nn

from explorer.arch.analysis import analyse
from explorer.arch.document import decode, encode
from explorer.arch.errors import ArchitectureError, ExplorerError, UsageError
from explorer.arch.layers import (
    ELU,
    GELU,
    GRU,
    LSTM,
    RNN,
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    ConcatRNN,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
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
from explorer.arch.network import Network
from explorer.arch.shape import Shape, T
from explorer.arch.tree import Node, Parallel, Sequence
from explorer.learn.build import build
from explorer.learn.tracing import import_network, network_from_module

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n"
numbers = count()


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Writes a user's module into the current folder, and says what it is called. No name comes twice."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def made(source: str) -> str:
        name = f"mine{next(numbers)}"
        (tmp_path / f"{name}.py").write_text(HEAD + textwrap.dedent(source))
        return name

    return made


def leaves(module: nn.Module, x: Tensor) -> list[nn.Module]:
    """The innermost modules with parameters in the order in which they run."""
    ran: list[nn.Module] = []
    hooks = [
        part.register_forward_pre_hook(lambda part, _: ran.append(part))
        for part in module.modules()
        if list(part.parameters(recurse=False))
    ]
    module(x)
    for hook in hooks:
        hook.remove()
    return ran


def same(network: Network, module: nn.Module, x: Tensor) -> None:
    """The network's own module, with the module's parameters in their order, gives the same numbers."""
    ours, module = build(network).eval(), module.eval()
    with torch.no_grad():
        parts = leaves(module, x)
        for mine, theirs in zip(leaves(ours, x), parts, strict=True):
            values = [*theirs.parameters(), *theirs.buffers()]
            for a, b in zip([*mine.parameters(), *mine.buffers()], values, strict=True):
                a.copy_(b)
        torch.testing.assert_close(ours(x), module(x), atol=1e-5, rtol=1e-4)
    assert analyse(network).parameters == sum({id(p): p.numel() for part in parts for p in part.parameters()}.values())
    assert decode(encode(network), "x") == network


def kinds(network: Network) -> list[str]:
    return [row.type for row in analyse(network).rows[1:]]


def paths(network: Network) -> list[str]:
    return [row.path for row in analyse(network).rows[1:]]


@pytest.mark.parametrize(
    ("make", "side", "parameters", "some"),
    [
        ("resnet18", 64, 11689512, {"conv1", "layer1.block1.residual.branch1.conv1", "layer2.block1.relu", "fc"}),
        ("alexnet", 96, 61100840, {"features.conv1", "flatten", "classifier.fc3"}),
        ("vgg11_bn", 32, 132868840, {"features.norm1", "classifier.dropout2"}),
        ("googlenet", 64, 6624904, {"inception3a.branch2.block2.conv", "inception3a.concat", "fc"}),
        ("squeezenet1_0", 64, 1248424, {"features.block1.squeeze", "classifier.conv1"}),
        ("densenet121", 32, 7978856, {"classifier"}),
    ],
)
def test_published_networks(make: str, side: int, parameters: int, some: set[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = getattr(torchvision.models, make)()
    network = network_from_module(module, (3, side, side), make)
    report = analyse(network)
    assert report.parameters == parameters
    assert report.output == (1000,)
    assert some <= set(paths(network)), paths(network)
    same(network, module, torch.rand(2, 3, side, side))


def test_what_predicting_does_not_use_is_named() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = torchvision.models.googlenet()
    assert module.training
    about = network_from_module(module, (3, 64, 64), "googlenet").about
    assert "left out, are: aux1, aux2." in about
    assert module.training  # it stays as it was
    assert module.conv1.training


CIFAR = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 6, 5)
            self.pool = nn.MaxPool2d(2, 2)
            self.conv2 = nn.Conv2d(6, 16, 5)
            self.fc1 = nn.Linear(16 * 5 * 5, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, 10)

        def forward(self, x):
            x = self.pool(F.relu(self.conv1(x)))
            x = self.pool(F.relu(self.conv2(x)))
            x = x.view(-1, 16 * 5 * 5)
            x = F.relu(self.fc1(x))
            x = F.relu(self.fc2(x))
            return self.fc3(x)
"""


def test_the_network_of_a_tutorial(write: Callable[[str], str]) -> None:
    network = import_network(f"{write(CIFAR)}:Net", (3, 32, 32))
    assert (network.name, analyse(network).parameters) == ("Net", 62006)
    assert paths(network) == [
        "conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "flatten", "fc1", "relu3", "fc2", "relu4", "fc3",
    ]  # fmt: skip


def net(forward: str, init: str = "pass", more: str = "") -> str:
    """A class with these lines."""
    body = textwrap.indent(textwrap.dedent(forward).strip(), " " * 8)
    parts = textwrap.indent(textwrap.dedent(init).strip(), " " * 8)
    head = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()"
    return f"{textwrap.dedent(more)}\n\n{head}\n{parts}\n\n    def forward(self, x):\n{body}\n"


@pytest.mark.parametrize(
    ("source", "shape", "expected"),
    [
        (net("return torch.flatten(F.max_pool2d(x.relu(), 2), 1)"), (3, 8, 8), [ReLU(), MaxPool2d(), Flatten()]),
        (net("return F.avg_pool2d(x, 3, 2, 1).reshape(x.shape[0], -1)"), (3, 8, 8), "AvgPool2d Flatten"),
        (net("return F.log_softmax(F.gelu(x), dim=1)"), (8,), "GELU LogSoftmax"),
        (net("return F.dropout(torch.tanh(x), 0.3, self.training)"), (8,), [Tanh(), Dropout(p=0.3)]),
        (net("return F.elu(F.leaky_relu(x, 0.2)).sigmoid()"), (8,), [LeakyReLU(slope=0.2), ELU(), Sigmoid()]),
        (net("return F.adaptive_avg_pool2d(x, (2, 3))"), (3, 8, 8), "AdaptiveAvgPool2d"),
        (
            net("return F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1)"),
            (3, 8, 8), "AdaptiveAvgPool2d Flatten Flatten",
        ),
        (net("return x.mean((2, 3))"), (3, 8, 8), [GlobalAvgPool()]),
        (net("return x.mean(dim=[-1, -2])"), (3, 8, 8), [GlobalAvgPool()]),
        (net("return torch.amax(x, (2, 3))"), (3, 8, 8), "GlobalMaxPool"),
        (net("return x.flatten(2).mean(2)"), (3, 8, 8), [GlobalAvgPool()]),
        (net("return x.mean((2, 3), keepdim=True)"), (3, 8, 8), "AdaptiveAvgPool2d"),
        (net("return x.mean(1)"), (5, 8), "SwapAxes GlobalAvgPool"),
        (net("return x.max(dim=1)[0]"), (5, 8), "SwapAxes GlobalMaxPool"),
        (net("return torch.max(x, 1).values"), (5, 8), "SwapAxes GlobalMaxPool"),
        (net("return x[:, -1]"), (T, 8), [LastStep()]),
        (net("return x[:, -1, :]"), (T, 8), [LastStep()]),
        (net("return x.transpose(1, 2)"), (5, 8), [SwapAxes()]),
        (net("return x.permute(0, 2, 1).relu()"), (5, 8), [SwapAxes(), ReLU()]),
        (net("return F.interpolate(x, scale_factor=2, mode='bilinear')"), (3, 4, 4), "Upsample"),
        (net("return F.interpolate(x, size=(8, 8))"), (3, 4, 4), "Upsample"),
        (net("return self.a(self.i(x))", "self.a = nn.ReLU()\nself.i = nn.Identity()"), (4,), "ReLU"),
        (net("x += x.relu()\nreturn x"), (4,), "ReLU Add"),
        (net("return sum([x, x.relu(), x.tanh()])"), (4,), "ReLU Tanh Add"),
        (net("return torch.cat([x, x.relu()], -1)"), (5, 4), "ReLU Concat"),
        (net("assert x.shape[1] == 4\nif x.dim() == 2:\n    x = x.relu()\nreturn x"), (4,), "ReLU"),
        (net("return self.a(x)", "self.a = nn.LazyLinear(5)"), (4,), "Linear"),
        (net("return self.a(x).view(-1, 5)", "self.a = nn.Linear(4, 5, False)"), (4,), [Linear(units=5, bias=False)]),
    ],
)  # fmt: skip
def test_forms_that_people_write(
    source: str, shape: Shape, expected: str | list[Node], write: Callable[[str], str]
) -> None:
    network = import_network(f"{write(source)}:Net", shape)
    if isinstance(expected, str):
        assert kinds(network) == expected.split()
    else:
        assert [plain(layer) for layer in network.layers] == expected


def plain(node: Node) -> Node:
    """A node without its name."""
    return replace(node, name="")


RECURRENT = """
    class Words(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(50, 8)
            self.lstm = nn.LSTM(8, 6, num_layers=2, batch_first=True)
            self.fc = nn.Linear(6, 3)

        def forward(self, x):
            h0 = torch.zeros(2, x.size(0), 6).to(x.device)
            out, _ = self.lstm(self.embedding(x), (h0, h0))
            return self.fc(out[:, -1, :])

    class State(nn.Module):
        def __init__(self, kind=nn.GRU, **more):
            super().__init__()
            self.rnn = kind(8, 6, batch_first=True, **more)
            self.fc = nn.Linear(6, 3)

        def forward(self, x):
            _, h = self.rnn(x)
            h = h[0] if isinstance(self.rnn, nn.LSTM) else h
            return self.fc(h[-1])

    class Last(State):
        def forward(self, x):
            _, h = self.rnn(x)
            return self.fc(h.squeeze(0))

    class Long(State):
        def __init__(self):
            super().__init__(nn.LSTM, num_layers=2)

    class Both(State):
        def __init__(self):
            super().__init__(bidirectional=True)

    class First(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.RNN(8, 6)

        def forward(self, x):
            return self.rnn(x)[0]
"""


def test_recurrent_classifiers(write: Callable[[str], str]) -> None:
    name = write(RECURRENT)
    network = import_network(f"{name}:Words", (T,))
    assert kinds(network) == ["Embedding", "LSTM", "LastStep", "Linear"]
    assert network.layers[1] == LSTM(name="lstm", hidden=6, layers=2)
    for kind, layer in (("State", "GRU"), ("Last", "GRU"), ("Long", "LSTM")):
        assert kinds(import_network(f"{name}:{kind}", (T, 8))) == [layer, "LastStep", "Linear"]
        assert kinds(import_network(f"{name}:{kind}", (7, 8))) == [layer, "LastStep", "Linear"]
    assert "last state" in refused(f"{name}:Both", (T, 8))
    assert "batch_first=True" in refused(f"{name}:First", (T, 8))


def test_layers_of_the_lectures_come_back_from_exported_code(write: Callable[[str], str]) -> None:
    source = ConcatRNN.source + "\n\n" + ScaledTanh.source
    name = write(f"{source}\n\nthere = nn.Sequential(ConcatRNN(5, 7, 3), ScaledTanh(0.5))\n")
    network = import_network(f"{name}:there", (T, 5))
    assert network.layers == (ConcatRNN(hidden=7, outputs=3), ScaledTanh(s=0.5))
    changed = source.replace("self.s * x", "x")
    network = import_network(f"{write(changed + 'there = ScaledTanh()')}:there", (4,))
    assert kinds(network) == ["Tanh"]


BLOCKS = """
    class Inception(nn.Module):
        def __init__(self, arriving):
            super().__init__()
            self.one = nn.Conv2d(arriving, 4, 1)
            self.three = nn.Sequential(nn.Conv2d(arriving, 3, 1), nn.ReLU(), nn.Conv2d(3, 5, 3, padding="same"))
            self.pool = nn.MaxPool2d(3, 1, 1)
            self.after = nn.Conv2d(arriving, 2, 1)

        def forward(self, x):
            return torch.cat((self.one(x), self.three(x), self.after(self.pool(x))), dim=1)

    class Residual(nn.Module):
        def __init__(self, wide):
            super().__init__()
            self.conv1 = nn.Conv2d(wide, wide, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(wide)
            self.conv2 = nn.Conv2d(wide, wide, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(wide)

        def forward(self, x):
            y = F.relu(self.bn1(self.conv1(x)))
            return F.relu(x + self.bn2(self.conv2(y)))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 3)
            self.blocks = nn.ModuleList([Residual(4), Residual(4)])
            self.inception = Inception(4)
            self.drop = nn.Dropout(0.2)
            self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(11, 10))

        def forward(self, x):
            x = self.stem(x)
            for block in self.blocks:
                x = block(x)
            return self.head(self.drop(self.inception(x)))
"""


def test_blocks_by_hand_keep_their_names(write: Callable[[str], str]) -> None:
    name = write(BLOCKS)
    network = import_network(f"{name}:Net", (3, 16, 16))
    assert [(type(n).__name__, n.name) for n in network.layers] == [
        ("Conv2d", "stem"), ("Sequence", "blocks_0"), ("Sequence", "blocks_1"), ("Parallel", "inception"),
        ("Dropout", "drop"), ("Sequence", "head"),
    ]  # fmt: skip
    inception = network.layers[3]
    assert isinstance(inception, Parallel)
    assert [branch.name for branch in inception.branches] == ["", "three", ""]
    residual = network.layers[1]
    assert isinstance(residual, Sequence)
    assert isinstance(residual.children[0], Parallel)
    assert residual.children[0].branches[0] == Sequence()
    module = importlib.import_module(name).Net()
    same(network, module, torch.rand(2, 3, 16, 16))


def test_branches_whose_parts_nest_and_densely_joined_layers(write: Callable[[str], str]) -> None:
    source = net(
        """
        skip = self.a(x)
        x = self.b(F.max_pool2d(skip, 2))
        x = torch.cat([skip, F.interpolate(x, scale_factor=2)], 1)
        y = self.c(x)
        z = self.d(torch.cat([x, y], 1))
        return torch.cat([x, y, z], 1)
        """,
        """
        self.a = nn.Conv2d(1, 2, 3, padding=1)
        self.b = nn.Conv2d(2, 3, 3, padding=1)
        self.c = nn.Conv2d(5, 2, 1)
        self.d = nn.Conv2d(7, 2, 1)
        """,
    )
    name = write(source)
    network = import_network(f"{name}:Net", (1, 8, 8))
    assert analyse(network).output == (9, 8, 8)
    same(network, importlib.import_module(name).Net(), torch.rand(2, 1, 8, 8))


def refused(word: str, shape: Shape | None, error: type[ExplorerError] = ArchitectureError) -> str:
    """The one sentence that a refused class is."""
    with pytest.raises(error) as caught:
        import_network(word, shape)
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    assert "Proxy" not in said
    return said


SE = net(
    """
    x = self.conv(x)
    s = torch.sigmoid(self.fc(x.mean((2, 3))))
    return x * s.view(-1, 8, 1, 1)
    """,
    "self.conv = nn.Conv2d(3, 8, 3)\nself.fc = nn.Linear(8, 8)",
)
TWO = "self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)"
CONV = "self.conv = nn.Conv2d(4, 4, 1)"


@pytest.mark.parametrize(
    ("source", "shape", "says"),
    [
        (SE, (3, 8, 8), ["`mul` in line ", " multiplies two branches; only adding and joining are known"]),
        (net("return self.a(self.a(x))", "self.a = nn.Linear(4, 4)"), (4,), ["`a` is used twice", "shared"]),
        (
            net("return self.b(self.a(x))", f"{TWO}\nself.b.weight = self.a.weight"),
            (4,), ["`a` and `b` share their weights"],
        ),
        (net("if x.sum() > 0:\n    return x\nreturn -x"), (4,), ["line 14 of", "values that arrive"]),
        (net("for row in x:\n    pass\nreturn x"), (4,), ["line 14 of"]),
        (net("return x @ self.w", "self.w = nn.Parameter(torch.eye(4))"), (4,), ["`w` is used directly in line 14"]),
        (net("return x + self.w", "self.w = nn.Parameter(torch.rand(4))"), (4,), ["`w` is used directly in line 14"]),
        (net("return x + torch.ones(4)"), (4,), ["a tensor that does not come from the input is used in line 14"]),
        (net("return x + 1"), (4,), ["`add` in line 14", "adds a number"]),
        (net("return torch.exp(x)"), (4,), ["`exp` in line 14", "no counterpart"]),
        (net("return F.dropout(x)"), (4,), ["`dropout` in line 14", "training=self.training"]),
        (net("return self.a(x)", "self.a = nn.SiLU()"), (4,), ["`a` (SiLU) has no counterpart"]),
        (
            net("return self.a(x)", "self.a = nn.BatchNorm2d(4, affine=False)"),
            (4, 3, 3), ["`a` (BatchNorm2d) has affine=False"],
        ),
        (
            net("return self.a(x)[0]", "self.a = nn.MaxPool2d(2, return_indices=True)"),
            (4, 4, 4), ["`a` (MaxPool2d) has return_indices=True"],
        ),
        (net("return self.a(x)", "self.a = nn.Softmax(1)"), (4, 3, 3), ["`a` (Softmax) works along axis 1"]),
        (net("return x, x.relu()"), (4,), ["returns 2 values together"]),
        (net("return {'out': x}"), (4,), ["(out)"]),
        (net("return x.sum()"), (4,), ["not one output for each"]),
        (net("return x.view(1, -1)"), (4,), ["not one output for each"]),
        (net("return x.view(4, 2).view(2, 4)"), (4,), ["mixes the samples"]),
        (net("return x.view(-1, 2, 2)"), (4,), ["only flattening is known"]),
        (net("return x.permute(0, 2, 3, 1)"), (4, 3, 3), ["order of axes"]),
        (net("return x[:, :2]"), (4,), ["takes a part out"]),
        (net("a, b = x.chunk(2, 1)\nreturn a + b"), (4,), ["`chunk` in line 14"]),
        (net("return torch.cat([x, x], 2)", CONV), (4, 3, 3), ["joins along axis 2"]),
        (net("a = self.conv(x)\nb = a.relu()\nreturn x + a + (x + b)", CONV), (4, 3, 3), ["more than one way"]),
        (net("y = x.relu()\nx.mul_(2)\nreturn x + y"), (4,), ["`mul_` in line 15", "changes a value in place"]),
        (net("x = x - 1\nreturn x"), (4,), ["`sub` in line 14 of", "calculates with a fixed number"]),
        (net("x = self.conv(x)\nreturn x + F.relu(x, True)", CONV), (4, 3, 3), ["`relu` in line 15", "in place"]),
        (net("x = self.conv(x)\ny = F.relu_(x)\nreturn x + y", CONV), (4, 3, 3), ["`relu_` in line 15", "in place"]),
        (net("return nonsense(x)"), (4,), ["it fails for an input of 4: name 'nonsense' is not defined (line 14"]),
        (net("return self.a(x)", "self.a = nn.Linear(5, 4)"), (4,), ["it fails for an input of 4"]),
        (net("return x + torch.rand_like(x)"), (4,), ["`rand_like` in line 14"]),
        (net("return torch.zeros(2, 4)"), (4,), ["does not depend on its input"]),
        (net("return self.a(x)", "self.a = nn.Dropout(1.0)"), (4,), ["0.99"]),
    ],
)  # fmt: skip
def test_what_is_no_network_is_said_in_one_sentence(
    source: str, shape: Shape, says: list[str], write: Callable[[str], str]
) -> None:
    name = write(source)
    said = refused(f"{name}:Net", shape)
    assert said.startswith(f"{name}.Net cannot be shown: ")
    for words in says:
        assert words in said, said
    assert name not in said.partition(": ")[2] or f"of {name}.py" in said


def test_two_inputs_are_named(write: Callable[[str], str]) -> None:
    source = "class Net(nn.Module):\n    def forward(self, words, hidden, more=None):\n        return words\n"
    assert "takes two inputs (words and hidden)" in refused(f"{write(source)}:Net", (4,))
    source = "class Net(nn.Module):\n    def forward(self, x, y=None):\n        return x.relu() if y is None else y\n"
    assert kinds(import_network(f"{write(source)}:Net", (4,))) == ["ReLU"]


def test_a_word_that_leads_nowhere(write: Callable[[str], str]) -> None:
    def said(word: str) -> str:
        return refused(word, (4,), UsageError)

    name = write(CIFAR)
    assert "There is no Python module “nowhere_at_all”" in said("nowhere_at_all:Net")
    assert f"There is no Python module “{name}.inner”" in said(f"{name}.inner:Net")
    assert "Did you mean “Net”?" in said(f"{name}:Nett")
    assert f"Write the module's name without .py: {name}:Net" in said(f"{name}.py:Net")
    assert "names no class" in said(f"{name}:Net()")
    assert "is a class, but not one of torch.nn.Module" in said(f"{write('class Net: pass')}:Net")
    assert "is of type dict" in said(f"{write('Net = {}')}:Net")
    assert "returns a value of type int" in said(f"{write('def net(): return 3')}:net")
    needing = write("class Net(nn.Module):\n    def __init__(self, classes, width, deep=3): super().__init__()\n")
    assert "needs arguments classes and width. Write a subclass or a function" in said(f"{needing}:Net")
    assert "cannot be made: division by zero (line 6 of" in said(f"{write('def net(): 1 / 0')}:net")
    assert "cannot be imported: division by zero (line 6 of" in said(f"{write('1 / 0')}:net")
    assert "it needs “nowhere_at_all”, which is not installed" in said(f"{write('import nowhere_at_all')}:net")
    assert "(line 6 of" in said(f"{write('def (')}:net")
    assert "it ends the program (line 6 of" in said(f"{write('raise SystemExit(3)')}:net")


def test_functions_and_modules_that_lie_there(write: Callable[[str], str]) -> None:
    name = write("def net(width=5): return nn.Linear(4, width)\n\nthere = nn.Sequential(nn.Linear(4, 2), nn.ReLU())\n")
    assert kinds(import_network(f"{name}:net", (4,))) == ["Linear"]
    network = import_network(f"{name}:there", (4,))
    assert (network.name, kinds(network)) == ("there", ["Linear", "ReLU"])


def test_what_the_code_prints_is_no_part_of_our_output(
    write: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    name = write("print('hello')\ndef net():\n    print('making')\n    return nn.Linear(4, 2)\n")
    import_network(f"{name}:net", (4,))
    assert capsys.readouterr() == ("", "hello\nmaking\n")


@pytest.mark.parametrize(
    ("layer", "example"),
    [
        ("nn.Conv2d(1, 2, 3)", "1x28x28"), ("nn.Conv2d(3, 2, 3)", "3x32x32"), ("nn.Linear(5, 2)", "--input 5."),
        ("nn.GRU(57, 2, batch_first=True)", "Tx57"), ("nn.Embedding(10, 3)", "--input T"), ("nn.ReLU()", "3x32x32"),
        ("nn.Conv1d(4, 2, 3)", "4x100"),
    ],
)  # fmt: skip
def test_without_an_input_it_says_how_to_write_one(layer: str, example: str, write: Callable[[str], str]) -> None:
    assert example in refused(f"{write(f'def net(): return nn.Sequential({layer})')}:net", None, UsageError)


# Our own networks there and back.

sides = st.integers(1, 3)


def conv(side: int, **more: object) -> Conv2d:
    """A convolution that keeps the size and makes four maps."""
    return replace(Conv2d(filters=4, kernel=(side, side), padding=(side // 2, side // 2)), **more)


image_layers: st.SearchStrategy[Node] = st.sampled_from(
    [
        conv(1), conv(3, bias=False), conv(3, groups=2), conv(3, padding_mode="reflect"), conv(3, padding="same"),
        ConvTranspose2d(filters=4, kernel=(3, 3), padding=(1, 1)),
        MaxPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1)),
        AvgPool2d(kernel=(3, 3), stride=(1, 1), padding=(1, 1)),
        AvgPool2d(kernel=(1, 1), count_include_pad=False, ceil_mode=True), AdaptiveAvgPool2d(size=(5, 6)),
        BatchNorm2d(eps=0.01), GroupNorm(groups=2), LocalResponseNorm(size=3), LayerNorm(over="all"),
        ReLU(), Tanh(), Sigmoid(), ELU(), LeakyReLU(slope=0.3), GELU(), Softplus(beta=2.0), ScaledTanh(s=0.5),
        Dropout(p=0.3), Dropout2d(p=0.2),
    ]
)  # fmt: skip


def blocks(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(inner, max_size=3).map(tuple)
    # Adding keeps the four maps; so does joining, with a convolution behind it.
    added = st.lists(some, min_size=2, max_size=3).map(
        lambda lists: Parallel(tuple(Sequence(nodes) for nodes in lists), merge="add")
    )
    joined = st.lists(some, min_size=2, max_size=3).map(
        lambda lists: Sequence((Parallel(tuple(Sequence(nodes) for nodes in lists)), Conv2d(filters=4, kernel=(1, 1))))
    )
    repeated = st.builds(Sequence, some, repeat=st.integers(1, 2))
    return st.one_of(added, joined, repeated)


images = st.lists(st.recursive(image_layers, blocks, max_leaves=6), max_size=5)
ends: st.SearchStrategy[tuple[Node, ...]] = st.sampled_from(
    [
        (),
        (Flatten(), Linear(units=3)),
        (GlobalAvgPool(), Linear(units=3), LogSoftmax()),
        (GlobalMaxPool(), BatchNorm1d(), Softmax()),
        (Upsample(scale=2, mode="bilinear"), Flatten(start=2)),
    ]
)
sequences: st.SearchStrategy[Node] = st.one_of(
    st.builds(LSTM, hidden=sides, layers=st.integers(1, 2), bidirectional=st.booleans(), bias=st.booleans()),
    st.builds(GRU, hidden=sides, bidirectional=st.booleans()),
    st.builds(RNN, hidden=sides, nonlinearity=st.sampled_from(["tanh", "relu"])),
    st.builds(ConcatRNN, hidden=sides, outputs=sides),
    st.builds(Linear, units=sides),
    st.sampled_from([Tanh(), Softmax(), LayerNorm()]),
    st.just(Parallel((Sequence((GRU(hidden=2),)), Sequence()), along="features")),
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    if draw(st.booleans()):
        return Network((4, 5, 6), (*draw(images), *draw(ends)))
    signal = (SwapAxes(), Conv1d(filters=3, kernel=3, padding=1), SwapAxes(), LSTM(hidden=2, projection=1))
    tail = draw(st.sampled_from([(), (LastStep(), Linear(units=2)), signal]))
    body = draw(st.lists(sequences, max_size=3))
    if draw(st.booleans()):
        return Network((draw(st.sampled_from([T, 4])),), (Embedding(words=9, size=4), *body, *tail))
    return Network((draw(st.sampled_from([T, 4])), 3), (*body, *tail))


@pytest.mark.filterwarnings("ignore:LSTM with projections")  # PyTorch's own, on some processors
@settings(max_examples=80, deadline=None)
@given(networks())
def test_our_own_networks_come_back(network: Network) -> None:
    module = build(network, seed=1).eval()
    back = network_from_module(module, network.input, "Net")
    before, after = analyse(network), analyse(back)
    assert (after.output, after.parameters, after.macs) == (before.output, before.parameters, before.macs)
    sizes = tuple(7 if size is T else size for size in network.input)
    x = torch.randint(9, (2, *sizes)) if len(sizes) == 1 else torch.rand(2, *sizes)
    same(back, module, x)


def test_every_kind_of_activation_and_pooling_has_its_module() -> None:
    """A function that is mapped has the settings of the module it stands for."""
    from explorer.learn.tracing.reading import MODULES

    for name, (kind, words) in MODULES.items():
        settings = inspect.signature(kind).parameters
        assert set(words.split()) <= set(settings), name
