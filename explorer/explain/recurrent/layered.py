"""Whole trained models: several recurrent layers, in one or two directions, and what reads their states.

    model = layered("LSTM", weights, output=Output(weight, bias))    # weights by PyTorch's names
    done = model.run(x)
    done.traces[0][0]           # a cell.Trace: layer 1, forwards
    done.log_probabilities      # (T, K), at every step

Everything is float64, and agrees with PyTorch's modules to 1e-5. Dropout is off, as in a model that is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from explorer.arch.errors import RunError
from explorer.arch.text import number, plural
from explorer.explain.recurrent.cell import GATES, Cell, Kind, Output, Squash, Trace, Values, run
from explorer.explain.recurrent.story import Story, explain_output


@dataclass(frozen=True, eq=False)
class Done:
    """A model's run over T steps. `x` (T, I) is what the first layer reads, `tokens` (T,) what they come from, if any.

    `traces[layer][way]`: way 0 reads forwards; way 1 backwards, so its step s is position T − 1 − s. `joined[layer]`
    (T, ways·H) is what a layer gives at each position. `logits` (T, K) is `None` without an output.
    """

    x: Values
    traces: tuple[tuple[Trace, ...], ...]
    joined: tuple[Values, ...]
    logits: Values | None
    tokens: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.x)

    @property
    def log_probabilities(self) -> Values | None:
        """The log-softmax of the logits, (T, K)."""
        return None if self.logits is None else log_softmax(self.logits)

    @property
    def broken(self) -> tuple[int, int, int, str] | None:
        """Layer, way, step and part where a value first is no finite number, from 0."""
        for layer, ways in enumerate(self.traces):
            for way, trace in enumerate(ways):
                if (found := trace.broken) is not None:
                    return layer, way, *found
        return None


@dataclass(frozen=True, eq=False)
class Layered:
    """Cells by layer and direction. `embedding` (V, E), if any, makes vectors of tokens.

    Raises `ValueError` for cells that do not fit onto one another.
    """

    cells: tuple[tuple[Cell, ...], ...]
    output: Output | None = None
    embedding: Values | None = None

    def __post_init__(self) -> None:
        if not self.cells or any(len(ways) != len(self.cells[0]) or not 1 <= len(ways) <= 2 for ways in self.cells):
            raise ValueError("each layer needs one or two directions, all layers the same")
        width = self.features if self.embedding is None else self.embedding.shape[1]
        for ways in self.cells:
            if any(cell.features != width for cell in ways):
                raise ValueError(f"a layer reads {ways[0].features} numbers, but {width} arrive")
            width = sum(cell.hidden for cell in ways)
        if self.output is not None and self.output.s.shape[1] != width:
            raise ValueError(f"the output reads {self.output.s.shape[1]} numbers, but {width} arrive")

    @property
    def kind(self) -> Kind:
        """The kind of all cells."""
        return self.cells[0][0].kind

    @property
    def features(self) -> int:
        """I, the numbers that the first layer reads at each step."""
        return self.cells[0][0].features

    @property
    def ways(self) -> int:
        """2 if it reads backwards, too."""
        return len(self.cells[0])

    def embed(self, tokens: Sequence[int]) -> Values:
        """The vectors (T, E) of tokens: rows of the table, or one-hot vectors where there is none.

        Raises `RunError` for a token that the model does not know.
        """
        known = self.features if self.embedding is None else len(self.embedding)
        for token in tokens:
            if not 0 <= token < known:
                raise RunError(f"The model knows tokens 0 to {number(known - 1)}, not {number(int(token))}.")
        index = np.asarray(tokens, np.intp)
        if self.embedding is not None:
            return self.embedding[index]
        x = np.zeros((len(index), known))
        x[np.arange(len(index)), index] = 1
        return x

    def read(self, tokens: Sequence[int], frozen: Mapping[str, float] | None = None) -> Done:
        """Run over tokens, T ≥ 0. Raises as `embed` does."""
        return self._run(self.embed(tokens), frozen, tuple(int(token) for token in tokens))

    def run(self, x: ArrayLike, frozen: Mapping[str, float] | None = None) -> Done:
        """Run over vectors x (T, I), T ≥ 0; `frozen` holds gates at a value, in all layers.

        Raises `RunError` if x has another width.
        """
        values = np.asarray(x, np.float64)
        if values.ndim != 2 or values.shape[1] != self.features:
            given = f"{number(values.shape[1])}" if values.ndim == 2 else "no rows of numbers"
            raise RunError(f"The model reads {plural(self.features, 'number')} at each step, and is given {given}.")
        return self._run(values, frozen, ())

    def _run(self, x: Values, frozen: Mapping[str, float] | None, tokens: tuple[int, ...]) -> Done:
        traces, joined, values = [], [], x
        for ways in self.cells:
            # The backward way reads the same positions in the other order; its states are turned around again.
            made = tuple(run(cell, values[::-1] if way else values, frozen=frozen) for way, cell in enumerate(ways))
            values = np.concatenate([t.parts["h"][::-1] if way else t.parts["h"] for way, t in enumerate(made)], axis=1)
            traces.append(made)
            joined.append(values)
        logits = None
        if self.output is not None:
            # The lecture's i2o reads the state before the step.
            logits = self.output.logits(traces[-1][0]) if self.output.w is not None else self.output.read(values)
        return Done(x, tuple(traces), tuple(joined), logits, tokens)

    def explain_logit(self, done: Done, t: int, unit: int, notation: str = "gates", label: str = "") -> Story:
        """Where a logit at position t comes from; two directions are joined, the forward one first.

        Raises `ValueError` without an output.
        """
        if self.output is None:
            raise ValueError("the model has no output")
        last = done.traces[-1][0]
        if self.output.w is None:
            return explain_output(self.output, done.joined[-1][t], t, unit, kind=self.kind, notation=notation)
        return explain_output(
            self.output, last.before("h", t), t, unit, x=last.x[t], came=t - 1, kind=self.kind, notation=notation,
            label=label,
        )  # fmt: skip


def log_softmax(logits: Values) -> Values:
    """The log-probabilities of logits (T, K), each row for itself."""
    with np.errstate(all="ignore"):
        shifted = logits - logits.max(axis=1, keepdims=True, initial=-np.inf)
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


def layered(
    kind: Kind,
    weights: Mapping[str, ArrayLike],
    *,
    output: Output | None = None,
    embedding: ArrayLike | None = None,
    squash: Squash | None = None,
) -> Layered:
    """A model from the arrays of a recurrent module, named as PyTorch names them (`weight_ih_l0`, `i2h.weight`, …).

    A lecture's cell brings its own output (`i2o`). `squash` is "relu" for an RNN with ReLU. Raises `RunError` if
    arrays are missing, do not fit, or the LSTM projects its states.
    """
    arrays = {name: np.asarray(values, np.float64) for name, values in weights.items()}
    table = None if embedding is None else np.asarray(embedding, np.float64)
    try:
        if kind == "ConcatRNN":
            return _concatenating(arrays, output, table)
        if any(name.startswith("weight_hr") for name in arrays):
            raise RunError(
                "This LSTM projects its states, which cannot be unrolled here. Build it with projection 0 and train it."
            )
        cells: list[tuple[Cell, ...]] = []
        while f"weight_ih_l{len(cells)}" in arrays or not cells:
            name = f"l{len(cells)}"
            both = ("", "_reverse") if f"weight_ih_{name}_reverse" in arrays else ("",)
            cells.append(tuple(_cell(kind, arrays, f"{name}{end}", squash) for end in both))
        return Layered(tuple(cells), output, table)
    except KeyError as error:
        raise RunError(f"The model's file has no weights “{error.args[0]}”. Choose another model.") from None
    except ValueError as error:
        raise RunError(f"The model's weights do not fit together: {error}.") from None


def _cell(kind: Kind, arrays: Mapping[str, NDArray[np.float64]], name: str, squash: Squash | None) -> Cell:
    gates = len(GATES[kind])
    w, u = arrays[f"weight_ih_{name}"], arrays[f"weight_hh_{name}"]
    hidden, features = u.shape[-1], w.shape[-1]
    if w.shape != (gates * hidden, features) or u.shape != (gates * hidden, hidden):
        raise ValueError(f"{w.shape} and {u.shape} are no weights of a {kind}")
    none = np.zeros(gates * hidden)  # a module may have no biases
    b, d = (arrays.get(f"{bias}_{name}", none).reshape(gates, hidden) for bias in ("bias_ih", "bias_hh"))
    return Cell(kind, w.reshape(gates, hidden, features), u.reshape(gates, hidden, hidden), b, d, squash)


def _concatenating(
    arrays: Mapping[str, NDArray[np.float64]], output: Output | None, table: NDArray[np.float64] | None
) -> Layered:
    state = arrays["i2h.weight"]
    hidden, both = state.shape
    features = both - hidden
    if features < 1:
        raise ValueError(f"{state.shape} are no weights of input and state joined")
    w, u = state[None, :, :features], state[None, :, features:]
    b = arrays.get("i2h.bias", np.zeros(hidden))[None]
    if output is None and "i2o.weight" in arrays:
        read = arrays["i2o.weight"]
        if read.shape[1] != both:
            raise ValueError(f"{state.shape} and {read.shape} read different rows")
        bias = arrays.get("i2o.bias", np.zeros(len(read)))
        output = Output(read[:, features:], bias, read[:, :features])
    return Layered(((Cell("ConcatRNN", w, u, b, np.zeros_like(b)),),), output, table)
