"""The diagrams of the recurrent cells as data: nodes, wires, and which part of a step each belongs to.

Lengths are pixels at scale 1; a view stretches them. Nothing is painted here.

diagram = diagram_of("LSTM")
diagram.node("f").at                 # (112.0, 180.0)
[w.carries for w in diagram.wires if "c" in w.lights]    # what flows while c is made
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from explorer.explain.recurrent.cell import ORDER, Kind

Point = tuple[float, float]
Shape = Literal["gate", "op", "port"]
Side = Literal["right", "above", "below", "left"]

GATE: Point = (52, 28)
"""Width and height of a gate."""

RADIUS = 11.0
"""Of the circle of an operation."""


@dataclass(frozen=True)
class Node:
    """A gate (a box with weights), an operation (a circle), or a port, where something enters or leaves.

    `name` is the value it makes, `part` the part of the step to which it belongs ("" for what is there before),
    `text` what is written in it, `squash` the function behind its symbol, `says` what it does, in words. Its number
    stands on its `side`.
    """

    name: str
    shape: Shape
    at: Point
    part: str
    text: str
    says: str
    squash: str = ""
    side: Side = "right"
    size: Point = GATE


@dataclass(frozen=True)
class Wire:
    """A line through `points` on which the value `carries` flows; it lights while one of the parts `lights` is made.

    `hue` names its colour: "h", "c", "x", "y", or "" for what is inside the cell. `dot`: it branches off another
    wire. `over`: it crosses others on its way, above them.
    """

    carries: str
    points: tuple[Point, ...]
    lights: tuple[str, ...]
    hue: str = ""
    arrow: bool = False
    dot: bool = False
    over: bool = False


@dataclass(frozen=True)
class Diagram:
    """One cell. `size`: of the whole; `frame`: left, top, width, height of the box around it; `order`: its parts."""

    kind: Kind
    size: Point
    frame: tuple[float, float, float, float]
    order: tuple[str, ...]
    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]

    def node(self, name: str) -> Node:
        """The node that makes a value, or else its port. Raises `KeyError`."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """All values, in the order in which they are made, each once."""
        return tuple(dict.fromkeys(node.name for node in sorted(self.nodes, key=self.ready)))

    def since(self, wire: Wire) -> int:
        """The place in `order` at which something first flows there."""
        return min(self.order.index(part) for part in wire.lights)

    def ready(self, node: Node) -> int:
        """The place in `order` at which a node has its value; −1 for what is there before."""
        return self.order.index(node.part) if node.part else -1


def _gate(name: str, at: Point, text: str, squash: str, says: str, wide: float = GATE[0], side: Side = "right") -> Node:
    return Node(name, "gate", at, name, text, says, squash, side, (wide, GATE[1]))


def _op(name: str, at: Point, part: str, text: str, says: str, side: Side = "right") -> Node:
    return Node(name, "op", at, part, text, says, side=side, size=(2 * RADIUS, 2 * RADIUS))


def _port(name: str, at: Point, part: str, text: str, says: str, side: Side) -> Node:
    return Node(name, "port", at, part, text, says, side=side, size=(0, 0))


_BEFORE = "The hidden state after the step before."
_AFTER = "The hidden state: what the cell shows, and what it takes along."


def _lstm() -> Diagram:
    top, bus, gate, mid = 56.0, 232.0, 182.0, 114.0
    all_gates = ("f", "i", "g", "o")
    f, i, g, o = 124.0, 194.0, 266.0, 336.0
    plus, out, edge = (i + g) / 2, 398.0, 520.0
    nodes = (
        _port("c_prev", (0, top), "", "c_{t−1}", "The cell state after the step before: the memory.", "left"),
        _port("h_prev", (0, bus), "", "h_{t−1}", _BEFORE, "left"),
        _port("x", (84, 290), "", "x_t", "The input of this step.", "right"),
        _gate("f", (f, gate), "f", "σ", "Forget gate: 0 discards the old memory, 1 keeps it."),
        _gate("i", (i, gate), "i", "σ", "Input gate: 0 lets nothing new in, 1 lets all of it in."),
        _gate("g", (g, gate), "c̃", "tanh", "Candidate: what could be written into the memory."),
        _gate("o", (o, gate), "o", "σ", "Output gate: 0 shows nothing of the memory, 1 shows all of it."),
        _op("fc", (f, top), "c", "×", "What the forget gate keeps of the memory: f · c before.", "above"),
        _op("ig", (plus, mid), "c", "×", "What is written into the memory: i · c̃.", "above"),
        _op("sum", (plus, top), "c", "+", "The new memory: what is kept plus what is written.", "above"),
        Node("tc", "op", (out, 92), "h", "tanh", "The memory, squashed to −1…1.", side="left", size=(40, 20)),
        _op("oc", (out, 134), "h", "×", "What the output gate shows: o · tanh c.", "right"),
        _port("c", (edge, top), "c", "c_t", "The new cell state: the memory for the next step.", "right"),
        _port("h", (edge, bus), "h", "h_t", _AFTER, "right"),
    )
    wires = (
        Wire("c_prev", ((0, top), (f - RADIUS, top)), ("c",), "c"),
        Wire("fc", ((f + RADIUS, top), (plus - RADIUS, top)), ("c",), "c"),
        Wire("c", ((plus + RADIUS, top), (out, top)), ("c", "h"), "c"),
        Wire("c", ((out, top), (edge, top)), ("c",), "c", arrow=True),
        Wire("c", ((out, top), (out, 82)), ("h",), "c", dot=True),
        Wire("h_prev", ((0, bus), (84, bus)), all_gates, "h"),
        Wire("x", ((84, 290), (84, bus)), all_gates, "x"),
        Wire("xh", ((84, bus), (f, bus)), all_gates, "h", dot=True),
        Wire("xh", ((f, bus), (i, bus)), ("i", "g", "o"), "h"),
        Wire("xh", ((i, bus), (g, bus)), ("g", "o"), "h"),
        Wire("xh", ((g, bus), (o, bus), (o, gate + 14)), ("o",), "h"),
        Wire("xh", ((f, bus), (f, gate + 14)), ("f",), "h", dot=True),
        Wire("xh", ((i, bus), (i, gate + 14)), ("i",), "h", dot=True),
        Wire("xh", ((g, bus), (g, gate + 14)), ("g",), "h", dot=True),
        Wire("f", ((f, gate - 14), (f, top + RADIUS)), ("c",)),
        Wire("i", ((i, gate - 14), (i, mid), (plus - RADIUS, mid)), ("c",)),
        Wire("g", ((g, gate - 14), (g, mid), (plus + RADIUS, mid)), ("c",)),
        Wire("ig", ((plus, mid - RADIUS), (plus, top + RADIUS)), ("c",)),
        Wire("o", ((o, gate - 14), (o, 134), (out - RADIUS, 134)), ("h",)),
        Wire("tc", ((out, 102), (out, 134 - RADIUS)), ("h",)),
        Wire("h", ((out, 134 + RADIUS), (out, bus), (edge, bus)), ("h",), "h", arrow=True),
    )
    return Diagram("LSTM", (edge, 306), (64, 18, 392, 252), ORDER["LSTM"], nodes, wires)


def _gru() -> Diagram:
    top, bus, low, gate, mid = 56.0, 222.0, 246.0, 176.0, 112.0
    z, r, times, n, edge = 146.0, 236.0, 304.0, 384.0, 520.0
    nodes = (
        _port("h_prev", (0, top), "", "h_{t−1}", _BEFORE, "left"),
        _port("x", (108, 300), "", "x_t", "The input of this step.", "right"),
        _gate("r", (r, gate), "r", "σ", "Reset gate: 0 leaves the old state out of the new one, 1 lets it in."),
        _gate("z", (z, gate), "z", "σ", "Update gate: 0 takes the new state, 1 keeps the old one."),
        _op(
            "rh",
            (times, bus),
            "n",
            "×",
            "What the reset gate lets in of the old state: r · (U h before + bias).",
            "right",
        ),
        _gate("n", (n, gate), "n", "tanh", "New state: what could replace the old one."),
        _op("zh", (z, top), "h", "×", "What is kept of the old state: z · h before.", "above"),
        Node("keep", "op", (266, mid), "h", "1 −", "The share of the new state: 1 − z.", side="above", size=(34, 20)),
        _op("zn", (n, mid), "h", "×", "What is taken of the new state: (1 − z) · n.", "right"),
        _op("sum", (n, top), "h", "+", "What is kept plus what is taken.", "above"),
        _port("h", (edge, top), "h", "h_t", _AFTER, "right"),
    )
    wires = (
        Wire("h_prev", ((0, top), (76, top)), ("r", "z", "n", "h"), "h"),
        Wire("h_prev", ((76, top), (z - RADIUS, top)), ("h",), "h"),
        Wire("zh", ((z + RADIUS, top), (n - RADIUS, top)), ("h",), "h"),
        Wire("h_prev", ((76, top), (76, bus), (z, bus)), ("r", "z", "n"), "h", dot=True),
        Wire("h_prev", ((z, bus), (z, gate + 14)), ("z",), "h", dot=True),
        Wire("h_prev", ((z, bus), (r, bus)), ("r", "n"), "h"),
        Wire("h_prev", ((r, bus), (r, gate + 14)), ("r",), "h", dot=True),
        Wire("h_prev", ((r, bus), (times - RADIUS, bus)), ("n",), "h"),
        Wire("x", ((108, 300), (108, low), (z - 12, low)), ("r", "z", "n"), "x"),
        Wire("x", ((z - 12, low), (z - 12, gate + 14)), ("z",), "x", dot=True, over=True),
        Wire("x", ((z - 12, low), (r - 12, low)), ("r", "n"), "x"),
        Wire("x", ((r - 12, low), (r - 12, gate + 14)), ("r",), "x", dot=True, over=True),
        Wire("x", ((r - 12, low), (n + 12, low), (n + 12, gate + 14)), ("n",), "x"),
        Wire("r", ((r + 26, gate), (times, gate), (times, bus - RADIUS)), ("n",)),
        Wire("rh", ((times + RADIUS, bus), (n - 8, bus), (n - 8, gate + 14)), ("n",)),
        Wire("z", ((z, gate - 14), (z, mid)), ("h",)),
        Wire("z", ((z, mid), (z, top + RADIUS)), ("h",)),
        Wire("z", ((z, mid), (266 - 17, mid)), ("h",), dot=True),
        Wire("keep", ((266 + 17, mid), (n - RADIUS, mid)), ("h",)),
        Wire("n", ((n, gate - 14), (n, mid + RADIUS)), ("h",)),
        Wire("zn", ((n, mid - RADIUS), (n, top + RADIUS)), ("h",)),
        Wire("h", ((n + RADIUS, top), (edge, top)), ("h",), "h", arrow=True),
    )
    return Diagram("GRU", (edge, 316), (64, 18, 392, 258), ORDER["GRU"], nodes, wires)


def _rnn(squash: str) -> Diagram:
    line, plus, gate, edge = 120.0, 176.0, 318.0, 520.0
    nodes = (
        _port("h_prev", (0, line), "", "h_{t−1}", _BEFORE, "left"),
        _port("x", (plus, 232), "", "x_t", "The input of this step.", "right"),
        _op("sum", (plus, line), "h", "+", "Input and old state, each times its weights, and the biases.", "above"),
        Node("h", "gate", (gate, line), "h", "h", "The new state: the sum, squashed.", squash, "above", (68, 36)),
        _port("h", (edge, line), "h", "h_t", _AFTER, "right"),
    )
    wires = (
        Wire("h_prev", ((0, line), (plus - RADIUS, line)), ("h",), "h"),
        Wire("x", ((plus, 232), (plus, line + RADIUS)), ("h",), "x"),
        Wire("sum", ((plus + RADIUS, line), (gate - 34, line)), ("h",)),
        Wire("h", ((gate + 34, line), (edge, line)), ("h",), "h", arrow=True),
    )
    return Diagram("RNN", (edge, 248), (64, 40, 392, 152), ORDER["RNN"], nodes, wires)


def _concat() -> Diagram:
    line, join, gate, soft, edge, high = 200.0, 148.0, 284.0, 394.0, 520.0, 104.0
    order = (*ORDER["ConcatRNN"], "y")
    nodes = (
        _port("h_prev", (0, line), "", "h_{t−1}", _BEFORE, "left"),
        _port("x", (join, 306), "", "x_t", "The input of this step.", "right"),
        Node("xh", "op", (join, line), "h", "[x, h]", "Input and old state, joined.", side="above", size=(54, 24)),
        Node("h", "gate", (gate, line), "h", "i2h", "The new state: a Linear layer, no tanh.", "Linear", "above",
             (96, 34)),
        Node("i2o", "gate", (gate, high), "y", "i2o", "One number a class: a Linear layer.", "Linear", "above",
             (96, 34)),
        Node("y", "op", (soft, high), "y", "log softmax", "Numbers to log-probabilities.", side="below", size=(88, 24)),
        _port("y", (soft, 12), "y", "y_t", "The log-probability of each class.", "right"),
        _port("h", (edge, line), "h", "h_t", _AFTER, "right"),
    )  # fmt: skip
    wires = (
        Wire("h_prev", ((0, line), (join - 27, line)), order, "h"),
        Wire("x", ((join, 306), (join, line + 12)), order, "x"),
        Wire("xh", ((join + 27, line), (206, line)), order),
        Wire("xh", ((206, line), (gate - 48, line)), ("h",)),
        Wire("xh", ((206, line), (206, high), (gate - 48, high)), ("y",), dot=True),
        Wire("i2o", ((gate + 48, high), (soft - 44, high)), ("y",)),
        Wire("y", ((soft, high - 12), (soft, 12)), ("y",), "y", arrow=True),
        Wire("h", ((gate + 48, line), (edge, line)), ("h",), "h", arrow=True),
    )
    return Diagram("ConcatRNN", (edge, 322), (64, 48, 392, 212), order, nodes, wires)


@lru_cache(maxsize=8)
def diagram_of(kind: Kind, squash: str = "tanh") -> Diagram:
    """The diagram of a kind of cell; `squash` is what an RNN has in place of tanh."""
    if kind == "LSTM":
        return _lstm()
    if kind == "GRU":
        return _gru()
    return _concat() if kind == "ConcatRNN" else _rnn("ReLU" if squash == "relu" else squash)
