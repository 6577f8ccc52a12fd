"""An unrolled cell as a short script: NumPy with its loop in sight, or PyTorch with its own module.

    print(numpy_code(trace))

Either script prints the states, (T, H) float64, and leaves them in `output`; the logits of an output in `logits`. Where
there are too many numbers to be written out they are loaded from the file `weights.npz`, which must hold `arrays`.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.explain.code import literal
from explorer.explain.recurrent.cell import Output, Squash, Trace, Values

FILE = "weights.npz"
"""Where a script finds the numbers that are not written into it."""

MOST = 2000
"""Most numbers that are written into a script."""

_MIXED = {"LSTM": {"c": "f * c + i * g", "h": "o * {}.tanh(c)"}, "GRU": {"h": "(1 - z) * n + z * h"}}
"""The parts that follow from the gates, and so come after them."""


@dataclass(frozen=True)
class _Language:
    """How NumPy or PyTorch says it."""

    name: str
    array: str
    loaded: str
    double: str
    squashes: dict[Squash, str]
    stacked: str


_NUMPY = _Language(
    "np",
    "np.array({}, dtype=float)",
    "{}",
    "",
    {"sigmoid": "sigmoid({})", "tanh": "np.tanh({})", "relu": "np.maximum({}, 0)", "none": "{}"},
    "np.array({0}).reshape(-1, {1})",
)
_TORCH = _Language(
    "torch",
    "torch.tensor({}, dtype=torch.float64)",
    "torch.from_numpy({})",
    ", dtype=torch.float64",
    {"sigmoid": "torch.sigmoid({})", "tanh": "torch.tanh({})", "relu": "torch.relu({})", "none": "{}"},
    "torch.stack({0}) if {0} else torch.zeros(0, {1}, dtype=torch.float64)",
)


def numpy_code(trace: Trace, output: Output | None = None) -> str:
    """A NumPy script that computes the trace's states step by step, and the logits of `output`."""
    lines = ["import numpy as np", ""]
    if any(gate.squash == "sigmoid" for gate in trace.cell.gates):
        lines += ["", "def sigmoid(v):", "    return 0.5 * (1 + np.tanh(0.5 * v))  # 1 / (1 + e^-v), never too large"]
        lines += ["", ""]
    lines += [*_given(trace, output, _NUMPY), *_started(trace, _NUMPY), *_loop(trace, output, _NUMPY)]
    return "\n".join([*lines, *_printed(output)])


def torch_code(trace: Trace, output: Output | None = None) -> str:
    """A PyTorch script: `nn.RNN`, `nn.LSTM` or `nn.GRU` with the weights put in.

    Where gates are held, and for the lecture's cell and other squashing functions, the loop is written out.
    """
    lines = ["import numpy as np"] if needs_file(trace, output) else []
    lines += ["import torch"]
    module = _module(trace)
    if module:
        lines += ["from torch import nn", "", *_given(trace, output, _TORCH), *_called(trace, output, module)]
    else:
        lines += ["", *_given(trace, output, _TORCH), *_started(trace, _TORCH), *_loop(trace, output, _TORCH)]
    return "\n".join([*lines, *_printed(output)])


def arrays(trace: Trace, output: Output | None = None) -> dict[str, Values]:
    """All numbers by their names in the scripts: `W_f`, `U_f`, `b_f`, …, `S`, `e`, `V` of an output, and `x`.

    Second biases `d_f` are there only if some are not 0, and x only if it is not one-hot.
    """
    cell = trace.cell
    found: dict[str, Values] = {} if _hot(trace.x) is not None else {"x": trace.x}
    kinds = [("W", cell.w), ("U", cell.u), ("b", cell.b), *([("d", cell.d)] if cell.d.any() else [])]
    for k, gate in enumerate(cell.gates):
        found |= {f"{which}_{gate.name}": values[k] for which, values in kinds}
    if output is not None:
        found |= {"S": output.s, "e": output.bias} | ({} if output.w is None else {"V": output.w})
    return found


def needs_file(trace: Trace, output: Output | None = None) -> bool:
    """Whether the scripts load their numbers from `FILE`: `np.savez(FILE, **arrays(trace, output))` makes it."""
    return sum(values.size for values in arrays(trace, output).values()) > MOST


def _hot(x: Values) -> list[int] | None:
    """Which input is 1 at each step, if x is one-hot."""
    if x.shape[1] < 2 or not len(x) or not ((x == 0) | (x == 1)).all() or not (x.sum(axis=1) == 1).all():
        return None
    found: list[int] = x.argmax(axis=1).tolist()
    return found


def _given(trace: Trace, output: Output | None, of: _Language) -> list[str]:
    """The lines that define x and the weights."""
    named, hot = arrays(trace, output), _hot(trace.x)
    steps, features = trace.x.shape
    about = f"  # steps, inputs: {steps}×{features}"
    lines = [] if hot is None else [f"x = {of.name}.eye({features}{of.double})[{hot}]{about}, a 1 for each letter"]
    filed = needs_file(trace, output)
    if filed:
        lines += [f'with np.load("{FILE}") as weights:']
    for name, values in named.items():
        loaded = of.loaded.format(f'weights["{name}"]')
        made = f"{of.name}.zeros({values.shape}{of.double})" if not values.size else of.array.format(literal(values))
        text = f"{name} = {loaded if filed else made}{about if name == 'x' else ''}"
        lines += [f"    {text}" if filed else text]
    return [*lines, ""]


def _started(trace: Trace, of: _Language) -> list[str]:
    """The states before the first step."""
    states = {"h": trace.h0} | ({"c": trace.c0} if trace.cell.kind == "LSTM" else {})
    return [
        f"{name} = " + (of.array.format(literal(v)) if v.any() else f"{of.name}.zeros({len(v)}{of.double})")
        for name, v in states.items()
    ]


def _loop(trace: Trace, output: Output | None, of: _Language) -> list[str]:
    """The loop over the steps, the states in `output`, and what reads them."""
    cell, second = trace.cell, bool(trace.cell.d.any())
    joined = output is not None and output.w is not None
    lines = ["states = []", *(["read = []"] if joined else []), "for x_t in x:"]
    if joined:
        lines += ["    read.append(V @ x_t + S @ h + e)  # the state before the step"]
    mixed = _MIXED.get(cell.kind, {})
    for gate in cell.gates:
        name = gate.name
        if name in trace.frozen:
            lines += [f"    {name} = {float(trace.frozen[name])!r}  # held"]
            continue
        squash = gate.squash if cell.squash is None or gate.squash == "sigmoid" else cell.squash
        carried = f"U_{name} @ h" + (f" + d_{name}" if second else "")
        if cell.kind == "GRU" and name == "n":
            carried = f"r * ({carried})"
        lines += [f"    {name} = {of.squashes[squash].format(f'W_{name} @ x_t + b_{name} + {carried}')}"]
    lines += [f"    {name} = {text.format(of.name)}" for name, text in mixed.items()]
    lines += ["    states.append(h)", f"output = {of.stacked.format('states', cell.hidden)}"]
    if joined and output is not None:
        return [*lines, f"logits = {of.stacked.format('read', len(output.s))}"]
    return [*lines, *_read(output)]


def _called(trace: Trace, output: Output | None, module: str) -> list[str]:
    """PyTorch's module with the weights in it, and its call."""
    names = [gate.name for gate in trace.cell.gates]
    below = f"  # the gates one below the other: {', '.join(names)}" if len(names) > 1 else ""
    lines = [f"rnn = {module}", f"with torch.no_grad():{below}"]
    for store, which in (("weight_ih_l0", "W"), ("weight_hh_l0", "U"), ("bias_ih_l0", "b"), ("bias_hh_l0", "d")):
        stacked = ", ".join(f"{which}_{name}" for name in names)
        if which == "d" and not trace.cell.d.any():
            lines += [f"    rnn.{store}.zero_()"]
        else:
            lines += [f"    rnn.{store}.copy_({f'torch.cat([{stacked}])' if len(names) > 1 else stacked})"]
    first = ""
    if trace.h0.any() or trace.c0.any():
        lines += _started(trace, _TORCH)
        first = ", (h[None], c[None])" if trace.cell.kind == "LSTM" else ", h[None]"
    return [*lines, "with torch.no_grad():", f"    output, _ = rnn(x{first})", *_read(output)]


def _module(trace: Trace) -> str:
    """The call of PyTorch's module; empty where none computes the same."""
    cell = trace.cell
    if cell.kind == "ConcatRNN" or trace.frozen or not len(trace):
        return ""
    if cell.squash is not None and (cell.kind != "RNN" or cell.squash not in ("tanh", "relu")):
        return ""
    more = ', nonlinearity="relu"' if cell.squash == "relu" else ""
    return f"nn.{cell.kind}({cell.features}, {cell.hidden}{more}, dtype=torch.float64)"


def _read(output: Output | None) -> list[str]:
    return [] if output is None else ["logits = output @ S.T + e"]


def _printed(output: Output | None) -> list[str]:
    return ["print(output)", *(["print(logits)"] if output is not None else []), ""]
