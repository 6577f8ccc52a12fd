"""Recurrent layers: a state that is carried from step to step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta
from msgspec.structs import replace

from explorer.arch.fields import described
from explorer.arch.layer import Call, Fix, Kind, Layer, ShapeError
from explorer.arch.layers.base import changed, count_steps, is_open
from explorer.arch.layers.needs import needs_steps
from explorer.arch.shape import Shape
from explorer.arch.text import number, plural

Hidden = Annotated[Annotated[int, Meta(ge=1, le=10**9)], described("Hidden units", "Numbers in the hidden state.")]
Layers = Annotated[
    Annotated[int, Meta(ge=1, le=1000)], described("Layers", "How many are stacked; each reads the one below.")
]
TwoWay = Annotated[
    bool, described("Two-way", "Whether a second one reads the sequence backwards; both outputs are joined.")
]
Between = Annotated[
    Annotated[float, Meta(ge=0.0, le=0.99)],
    described("Dropout", "Share switched off between stacked layers; none with one layer."),
]
Bias = Annotated[bool, described("Bias", "Whether each unit has learned biases; PyTorch keeps two.")]


class _Recurrent(Layer, frozen=True):
    """What RNN, LSTM and GRU share: stacked layers, perhaps in two directions, each with `gates` sets of weights."""

    kind: ClassVar[Kind] = "recurrent"
    gates: ClassVar[int]

    if TYPE_CHECKING:
        hidden: int
        layers: int
        bidirectional: bool
        dropout: float
        bias: bool

    @property
    def carried(self) -> int:
        """Numbers that one direction gives out and carries on: the hidden state, or its projection."""
        return self.hidden

    @property
    def _ways(self) -> int:
        return 2 if self.bidirectional else 1

    def output(self, shape: Shape) -> Shape:
        needs_steps(self, shape)
        return (shape[0], self.carried * self._ways)

    def _products(self, features: int) -> int:
        """Weights of all layers and directions: each is used once a step."""
        ways, carried = self._ways, self.carried
        first = features + carried
        further = (self.layers - 1) * (ways * carried + carried)
        return ways * (self.gates * self.hidden * (first + further) + self.layers * self._projected)

    @property
    def _projected(self) -> int:
        return 0 if self.carried == self.hidden else self.carried * self.hidden

    def weights(self, shape: Shape) -> int:
        return self._products(shape[1])

    def biases(self, shape: Shape) -> int:
        return 2 * self.gates * self.hidden * self.layers * self._ways if self.bias else 0

    def macs(self, shape: Shape, output: Shape) -> int:
        return shape[0] * self._products(shape[1])

    def sees_all(self, shape: Shape) -> bool:
        return True

    def call(self, shape: Shape) -> Call:
        settings = changed(
            num_layers=(self.layers, 1),
            bias=(self.bias, True),
            dropout=(self.dropout if self.layers > 1 else 0.0, 0.0),
            bidirectional=(self.bidirectional, False),
        )
        return Call(self.type, (shape[1], self.hidden), (*settings, *self.more(), ("batch_first", True)))

    def more(self) -> tuple[tuple[str, Any], ...]:
        """Further keyword arguments of the call."""
        return ()

    def applied(self, module: str, values: str) -> str:
        return f"{module}({values})[0]"

    def detail(self, shape: Shape | None) -> str:
        words = [f"{number(self.hidden)} hidden"]
        if self.layers > 1:
            words.append(plural(self.layers, "layer"))
        if self.bidirectional:
            words.append("two-way")
        return ", ".join(words)

    def says(self, shape: Shape) -> str:
        ways = "forwards and backwards" if self.bidirectional else "from first to last"
        text = (
            f"Reads {count_steps(shape[0])} of {plural(shape[1], 'feature')} {ways}, and gives "
            f"{plural(self.carried * self._ways, 'number')} at each."
        )
        if self.dropout and self.layers == 1:
            text += " Dropout acts between stacked layers only: here there is one."
        return text

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        state = "the projected state" if self._projected else "the hidden state"
        ways = f" of both directions: {self.carried}·2" if self.bidirectional else ""
        return (
            f"features: {state}{ways} = {number(self.carried * self._ways)}",
            f"steps: as many as arrive = {number(shape[0])}",
        )

    def _one(self, features: int, biased: bool) -> tuple[str, int]:
        """The formula of one layer and direction, and what it gives."""
        g, h, c = self.gates, self.hidden, self.carried
        terms = f"{features}·{h} + {c}·{h}" + (f" + 2·{h}" if biased else "")
        text, count = f"({terms})", g * h * (features + c + (2 if biased else 0))
        if g > 1:
            text = f"{g}·{text}"
        if self._projected:
            text, count = f"{text} + {h}·{c}", count + h * c
        return (text if g > 1 or self._projected else text[1:-1]), count

    def _lines(self, features: int, biased: bool) -> Iterator[tuple[str, int]]:
        """A line for each layer; those that cost the same are one."""
        named = ", each direction" if self.bidirectional else ""
        first, count = self._one(features, biased)
        upper, more = self._one(self.carried * self._ways, biased)
        if self.layers == 1:
            yield (f"each direction: {first}" if self.bidirectional else first), count
            return
        yield f"layer 1{named}: {first}", count
        rest = "layer 2" if self.layers == 2 else f"layers 2 to {self.layers}, each"
        yield f"{rest}{named}: {upper}", more

    def _why(self, features: int, biased: bool) -> tuple[str, ...]:
        parts = list(self._lines(features, biased))
        lines = [f"{text} = {number(count)}" for text, count in parts]
        if len(parts) == 1 and not self.bidirectional:
            return tuple(lines)
        terms = [number(parts[0][1])]
        if len(parts) > 1:
            again = self.layers - 1
            terms.append(number(parts[1][1]) if again == 1 else f"{again}·{number(parts[1][1])}")
        total = self._ways * (parts[0][1] + (self.layers - 1) * (parts[1][1] if len(parts) > 1 else 0))
        together = " + ".join(terms)
        if self.bidirectional:
            together = f"2·({together})" if len(terms) > 1 else f"2·{together}"
        return (*lines, f"{together} = {number(total)}")

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        return self._why(shape[1], self.bias)

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        return _per_step(self._why(shape[1], False), self._products(shape[1]), shape)


def _per_step(lines: tuple[str, ...], products: int, shape: Shape) -> tuple[str, ...]:
    """The products of one step, and of all of them."""
    lines = (*lines[:-1], f"{lines[-1]} a time step")
    if is_open(shape[0]):
        return lines
    return (*lines, f"{number(products)} · {count_steps(shape[0])} = {number(products * shape[0])}")


class RNN(_Recurrent, frozen=True, tag=True):
    """The simple recurrent layer h = tanh(W x + b + U h + c) (Elman 1990)."""

    title: ClassVar[str] = "RNN"
    stem: ClassVar[str] = "rnn"
    about: ClassVar[str] = "Reads a sequence step by step; its hidden state is mixed with each new input."
    gates: ClassVar[int] = 1

    hidden: Hidden = 128
    layers: Layers = 1
    bidirectional: TwoWay = False
    dropout: Between = 0.0
    nonlinearity: Annotated[
        Literal["tanh", "relu"], described("Activation", "What the new hidden state goes through.")
    ] = "tanh"
    bias: Bias = True

    def more(self) -> tuple[tuple[str, Any], ...]:
        return changed(nonlinearity=(self.nonlinearity, "tanh"))


class LSTM(_Recurrent, frozen=True, tag=True):
    """Long short-term memory: four gates around a cell state (Hochreiter and Schmidhuber 1997, Gers et al. 2000)."""

    title: ClassVar[str] = "LSTM"
    stem: ClassVar[str] = "lstm"
    about: ClassVar[str] = "Reads a sequence step by step; gates decide what its memory forgets, takes in and shows."
    gates: ClassVar[int] = 4

    hidden: Hidden = 128
    layers: Layers = 1
    bidirectional: TwoWay = False
    dropout: Between = 0.0
    projection: Annotated[
        Annotated[int, Meta(ge=0, le=10**9)],
        described("Projection", "Size to which the hidden state is projected, less than it; 0: none."),
    ] = 0
    bias: Bias = True

    @property
    def carried(self) -> int:
        return self.projection or self.hidden

    def output(self, shape: Shape) -> Shape:
        if self.projection >= self.hidden:
            half = self.hidden // 2
            fixes = [Fix("Set projection to 0, which is none", replacement=replace(self, projection=0))]
            if half:
                fixes.insert(0, Fix(f"Set projection to {number(half)}", replacement=replace(self, projection=half)))
            raise ShapeError(
                f"LSTM projects {plural(self.hidden, 'hidden unit')} to {number(self.projection)}; it must be fewer. "
                f"{fixes[0].text}.",
                *fixes,
            )
        return super().output(shape)

    def more(self) -> tuple[tuple[str, Any], ...]:
        return changed(proj_size=(self.projection, 0))

    def detail(self, shape: Shape | None) -> str:
        text = super().detail(shape)
        return f"{text}, projected to {number(self.projection)}" if self.projection else text


class GRU(_Recurrent, frozen=True, tag=True):
    """Gated recurrent unit: an LSTM with three gates and no cell state (Cho et al. 2014)."""

    title: ClassVar[str] = "GRU"
    stem: ClassVar[str] = "gru"
    about: ClassVar[str] = "Reads a sequence step by step; gates decide how much of its state is renewed."
    gates: ClassVar[int] = 3

    hidden: Hidden = 128
    layers: Layers = 1
    bidirectional: TwoWay = False
    dropout: Between = 0.0
    bias: Bias = True


class ConcatRNN(Layer, frozen=True, tag=True):
    """The cell of the lecture: input and hidden state in one row; a Linear makes the new state, another the output.

    There is no activation; the state begins as zeros. At each step (h, y) = (i2h [x, h], i2o [x, h]).
    """

    title: ClassVar[str] = "Concatenating RNN"
    kind: ClassVar[Kind] = "recurrent"
    stem: ClassVar[str] = "rnn"
    about: ClassVar[str] = "Joins each input with the hidden state; one Linear makes the next state, one the output."
    source: ClassVar[str] = '''\
class ConcatRNN(nn.Module):
    """Input and hidden state joined; i2h makes the next state, i2o the output."""

    def __init__(self, features, hidden, outputs):
        super().__init__()
        self.hidden = hidden
        self.i2h = nn.Linear(features + hidden, hidden)
        self.i2o = nn.Linear(features + hidden, outputs)

    def forward(self, x):
        h = x.new_zeros(x.shape[0], self.hidden)
        outputs = []
        for t in range(x.shape[1]):
            joined = torch.cat((x[:, t], h), 1)
            h = self.i2h(joined)
            outputs.append(self.i2o(joined))
        return torch.stack(outputs, 1)
'''

    hidden: Hidden = 128
    outputs: Annotated[
        Annotated[int, Meta(ge=1, le=10**9)], described("Outputs", "Numbers that come out at each step.")
    ] = 18

    def output(self, shape: Shape) -> Shape:
        needs_steps(self, shape)
        return (shape[0], self.outputs)

    def weights(self, shape: Shape) -> int:
        return (shape[1] + self.hidden) * (self.hidden + self.outputs)

    def biases(self, shape: Shape) -> int:
        return self.hidden + self.outputs

    def macs(self, shape: Shape, output: Shape) -> int:
        return shape[0] * self.weights(shape)

    def sees_all(self, shape: Shape) -> bool:
        return True

    def call(self, shape: Shape) -> Call:
        return Call("ConcatRNN", (shape[1], self.hidden, self.outputs))

    def detail(self, shape: Shape | None) -> str:
        return f"{number(self.hidden)} hidden, {plural(self.outputs, 'output')}"

    def says(self, shape: Shape) -> str:
        return (
            f"At each of {count_steps(shape[0])}, joins {plural(shape[1], 'feature')} and {number(self.hidden)} hidden "
            f"numbers to {number(shape[1] + self.hidden)}: from them come the next state and "
            f"{plural(self.outputs, 'output')}."
        )

    def why_output(self, shape: Shape) -> tuple[str, ...]:
        return (
            f"features: the outputs of i2o = {number(self.outputs)}",
            f"steps: as many as arrive = {number(shape[0])}",
        )

    def why_parameters(self, shape: Shape) -> tuple[str, ...]:
        joined = f"({shape[1]} + {self.hidden} + 1)"
        sums = [(shape[1] + self.hidden + 1) * units for units in (self.hidden, self.outputs)]
        return (
            f"i2h: {joined}·{self.hidden} = {number(sums[0])}",
            f"i2o: {joined}·{self.outputs} = {number(sums[1])}",
            f"{number(sums[0])} + {number(sums[1])} = {number(sum(sums))}",
        )

    def why_macs(self, shape: Shape) -> tuple[str, ...]:
        line = f"({shape[1]} + {self.hidden})·({self.hidden} + {self.outputs}) = {number(self.weights(shape))}"
        return _per_step((line,), self.weights(shape), shape)
