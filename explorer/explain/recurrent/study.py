"""What is unrolled, as one immutable value, and all that follows from it.

unrolled = resolve(Study(kind="LSTM", text="Pelaez"))
unrolled.trace.parts["f"]        # (T, H)
unrolled.story(move, unit)       # where a number comes from
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from explorer.arch.errors import UsageError
from explorer.arch.text import number, plural
from explorer.explain.recurrent import lesson, reading
from explorer.explain.recurrent.cell import GATES, Cell, Kind, Output, Trace, Values, run
from explorer.explain.recurrent.layered import Done, Layered, log_softmax
from explorer.explain.recurrent.lesson import Inputs, Which
from explorer.explain.recurrent.story import Move, Story, explain, walk

Weights = Literal["random", "blackboard", "model"]
Source = Literal["word", "noise", "sine", "rows", "simple"]

Unit = Literal["letter", "word", "row", "step"]

WIDEST = 128
"""Most units of a cell that is made here."""

KNOWN = 8
"""Words that are named to one who typed others."""


@dataclass(frozen=True)
class Change:
    """One number that was changed by hand: a weight (w, u, b, d) of the cell, or x, an input (step, feature)."""

    which: Which | Literal["x"]
    index: tuple[int, ...]
    value: float


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained model to unroll: its cells, what it tells apart, and what its tokens stand for."""

    name: str
    folder: str
    layered: Layered
    classes: tuple[str, ...]
    signs: tuple[str, ...]
    level: Literal["letters", "words"] = "letters"

    def parts(self, text: str) -> tuple[str, ...]:
        """What the steps read of a text, one sign each. Raises `UsageError` for what the model does not know."""
        if self.level == "words":
            found = reading.tokens(text, "words", self.signs, longest=lesson.LONGEST, some=KNOWN)
            return tuple(self.signs[token] for token in found)
        known = frozenset(self.signs)
        unknown = dict.fromkeys(letter for letter in text if letter not in known)
        if unknown:
            shown = ", ".join(f"“{letter}”" for letter in unknown)
            raise UsageError(f"{self.name} does not know {shown}. Leave it out.")
        if not text:
            raise UsageError("There is nothing to read yet. Type a word.")
        if len(text) > lesson.LONGEST:
            raise UsageError(f"At most {plural(lesson.LONGEST, 'letter')} are unrolled, not {number(len(text))}.")
        return tuple(text)


@dataclass(frozen=True)
class Study:
    """What is unrolled: a cell, its weights, a sequence, and what was changed. Equal studies give equal numbers.

    `kind`, `hidden` and `seed` are those of random and blackboard weights; a `trained` model has its own. `source` is
    what is read: the letters of `text` (of a model that reads words, its words), `steps` of noise or of a sine, the
    rows of `given`, or the lecture's simple RNN in NumPy. `frozen` holds gates at a value; `scale` multiplies the
    weights on the state; `forget_bias` replaces the forget gate's. `layer` and `way` (1: backwards) are the part of a
    trained model that is looked at.
    """

    kind: Kind = "LSTM"
    weights: Weights = "random"
    trained: Trained | None = None
    hidden: int = 16
    seed: int = 0
    source: Source = "word"
    text: str = "Pelaez"
    steps: int = 20
    given: Inputs | None = None
    alphabet: str = ""
    """The letters of one-hot inputs; empty: those of the text."""
    changes: tuple[Change, ...] = ()
    frozen: tuple[tuple[str, float], ...] = ()
    scale: float = 1.0
    forget_bias: float | None = None
    layer: int = 0
    way: int = 0

    def frozen_at(self, gate: str) -> float | None:
        """The value at which a gate is held, or `None`."""
        return dict(self.frozen).get(gate)

    @property
    def unit(self) -> Unit:
        """What a step reads: a letter, a word or a row; a step of anything else."""
        if self.weights == "model" and self.trained is not None:
            return "word" if self.trained.level == "words" else "letter"
        return "letter" if self.source == "word" else "row" if self.source == "rows" else "step"

    @property
    def is_text(self) -> bool:
        """Whether letters or words are read: what stands at a step then says more than its number."""
        return self.unit in ("letter", "word")

    def hold(self, gate: str, value: float | None) -> Study:
        """With a gate held at a value, or let go."""
        rest = tuple((name, held) for name, held in self.frozen if name != gate)
        return replace(self, frozen=rest if value is None else (*rest, (gate, value)))

    def change(self, which: Which | Literal["x"], index: Sequence[int], value: float) -> Study:
        """With one number changed; another change of the same number is forgotten."""
        place = tuple(index)
        rest = tuple(one for one in self.changes if (one.which, one.index) != (which, place))
        return replace(self, changes=(*rest, Change(which, place, value)))

    def with_kind(self, kind: Kind) -> Study:
        """The same with another cell of random weights: changes and held gates belong to the old one."""
        weights = "random" if self.weights == "model" else self.weights
        return replace(
            self, kind=kind, weights=weights, trained=None, changes=(), frozen=(), forget_bias=None, layer=0, way=0
        )

    def with_model(self, trained: Trained) -> Study:
        """The same text read by a trained model."""
        kind = trained.layered.kind
        return replace(
            self, kind=kind, weights="model", trained=trained, source="word", changes=(), frozen=(), scale=1.0,
            forget_bias=None, layer=0, way=0,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Unrolled:
    """A study and all its numbers. `trace` is that of the layer and way that are looked at.

    `output` reads logits from the states, where the cell has one; `logs` (T, K) are log-probabilities at each step.
    Where the way is 1, step 0 of the trace is the sequence's last.
    """

    study: Study
    inputs: Inputs
    trace: Trace
    output: Output | None = None
    done: Done | None = None
    classes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.trace)

    @property
    def cell(self) -> Cell:
        """The cell that is looked at."""
        return self.trace.cell

    @property
    def labels(self) -> tuple[str, ...]:
        """A label for each step of the trace, in its order."""
        return self.inputs.labels[::-1] if self.study.way else self.inputs.labels

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """All moves of the walk, in their order."""
        return walk(self.trace, self.output)

    @cached_property
    def logs(self) -> Values | None:
        """Log-probabilities (T, K) at each step of the trace, or `None` where nothing is read from the states."""
        if self.done is not None:
            logs = self.done.log_probabilities
            return logs[::-1] if logs is not None and self.study.way else logs
        return None if self.output is None else log_softmax(self.output.logits(self.trace))

    def values(self, part: str) -> Values:
        """All values of a part (T, H); of `y` the logits (T, K)."""
        if part != "y":
            return self.trace.parts[part]
        assert self.output is not None
        return self.output.logits(self.trace)

    def story(self, move: Move, unit: int, notation: str = "gates") -> Story:
        """Where the number `unit` of a move comes from."""
        unit = min(unit, self.values(move.part).shape[1] - 1)
        return explain(
            self.trace, move.part, move.step, unit, notation=notation, labels=self.labels, output=self.output
        )


def resolve(study: Study) -> Unrolled:
    """All numbers of a study. Raises `UsageError` in one sentence for what cannot be unrolled.

    Values that overflow are no error: `Trace.broken` says where they first do.
    """
    if study.weights == "model" and study.trained is not None:
        return _of_model(study, study.trained)
    if study.source == "simple":
        cell, inputs = lesson.simple_rnn(study.seed)
    else:
        inputs = _inputs(study)
        if not 1 <= study.hidden <= WIDEST:
            raise UsageError(f"A cell has 1 to {WIDEST} units here, not {number(study.hidden)}.")
        cell = _drawn(study.weights, study.kind, inputs.x.shape[1], study.hidden, study.seed)
    inputs = _edited_inputs(study, inputs)
    cell = changed(study, cell)
    return Unrolled(study, inputs, run(cell, inputs.x, frozen=dict(study.frozen)))


def three(study: Study) -> dict[Kind, Unrolled]:
    """RNN, LSTM and GRU with the same seed on the same sequence."""
    return {kind: resolve(study if kind == study.kind else study.with_kind(kind)) for kind in ("RNN", "LSTM", "GRU")}


def changed(study: Study, cell: Cell) -> Cell:
    """The cell with all that the study changes about it. Changes of places that it lacks are passed over."""
    if study.forget_bias is not None and cell.kind == "LSTM":
        cell = lesson.with_forget_bias(cell, study.forget_bias)
    if study.scale != 1.0:
        cell = lesson.scaled(cell, study.scale)
    for change in study.changes:
        if change.which != "x":
            try:
                cell = lesson.edited(cell, change.which, change.index, change.value)
            except IndexError:
                continue
    return cell


def gates_of(kind: Kind) -> tuple[str, ...]:
    """The gates that can be held: those that go from 0 to 1."""
    return tuple(gate.name for gate in GATES[kind] if gate.squash == "sigmoid")


@lru_cache(maxsize=16)
def _drawn(weights: Weights, kind: Kind, features: int, hidden: int, seed: int) -> Cell:
    """Weights are drawn once: no edit of the sequence, of a weight or of a gate changes what they were."""
    make = lesson.blackboard_cell if weights == "blackboard" else lesson.random_cell
    cell = make(kind, features, hidden, seed)
    for values in (cell.w, cell.u, cell.b, cell.d):
        values.flags.writeable = False
    return cell


def _inputs(study: Study) -> Inputs:
    if study.given is not None and study.source == "rows":
        return study.given
    if study.source == "noise":
        return _read(lesson.noise, study.steps, 5, study.seed)
    if study.source == "sine":
        return _read(lesson.sine, study.steps)
    if not study.text:
        raise UsageError("There is nothing to read yet. Type a word.")
    # By hand one writes short vectors: there the word's own letters are the alphabet.
    if study.weights == "blackboard" or not study.alphabet:
        return _read(lesson.own_letters, study.text)
    return _read(lesson.letters, study.text, study.alphabet)


@lru_cache(maxsize=16)
def _read(make: Callable[..., Inputs], *what: str | int) -> Inputs:
    """A sequence is made once, too."""
    inputs = make(*what)
    inputs.x.flags.writeable = False
    return inputs


def _edited_inputs(study: Study, inputs: Inputs) -> Inputs:
    for change in study.changes:
        if change.which == "x":
            try:
                inputs = inputs.edited(change.index[0], change.index[1], change.value)
            except IndexError:  # the text is shorter now
                continue
    return inputs


def _of_model(study: Study, trained: Trained) -> Unrolled:
    parts = trained.parts(study.text)
    whole = trained.layered
    layer, way = min(study.layer, len(whole.cells) - 1), min(study.way, whole.ways - 1)
    cell = changed(study, whole.cells[layer][way])
    if cell is not whole.cells[layer][way]:
        ways = tuple(cell if k == way else one for k, one in enumerate(whole.cells[layer]))
        whole = replace(whole, cells=(*whole.cells[:layer], ways, *whole.cells[layer + 1 :]))
    index = {sign: k for k, sign in enumerate(trained.signs)}
    vectors = whole.embed([index[part] for part in parts])
    first = Inputs(vectors, parts, trained.signs if whole.embedding is None else ())
    first = _edited_inputs(study, first)
    done = whole.run(first.x, frozen=dict(study.frozen))
    trace = done.traces[layer][way]
    # Only the top layer is read, and what reads two directions joined is no output of one.
    top = layer == len(whole.cells) - 1 and whole.ways == 1
    return Unrolled(study, first, trace, whole.output if top else None, done, trained.classes)
