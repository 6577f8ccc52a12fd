"""What one recurrent cell can be used for: small trained examples of each wiring, played step by step.

    played = play(wired, "Pelaez")
    stop = played.stops[3]              # where the stepping stands: a step, a row, and what is computed there
    played.state(stop.step, stop.row)   # (H,)
    played.story(stop, unit=4)          # where one of its numbers comes from

Everything is float64, and agrees with PyTorch's modules to 1e-5. Rows are counted from the bottom up: one for each
layer and, where a layer reads in both directions, the forward one first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Literal

import numpy as np

from explorer.arch.text import number
from explorer.explain.recurrent import reading
from explorer.explain.recurrent.cell import ORDER, Cell, Output, Trace, Values, run
from explorer.explain.recurrent.layered import Layered, log_softmax
from explorer.explain.recurrent.reading import Split, sign_shown
from explorer.explain.recurrent.story import Story, explain, explain_output
from explorer.explain.recurrent.words import Piece, later, said

Wiring = Literal[
    "one-to-one", "one-to-many", "many-to-one", "many-to-many", "delayed", "bidirectional", "stacked"
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Wired:
    """A trained example. Token k of what is typed is `signs[k]`; class k of what is told is `classes[k]`.

    `split` says what one step reads: a letter, a word, or the whole text. `model` reads the text; a `decoder`, if any,
    begins with the model's last state and reads its own last output (one-hot, zeros at first). A one-to-many model
    reads its own last output, too, as the sign of that name. What is read back goes on for `writes` steps at most, or
    until the class `end`. `longest` is the greatest number of steps that are read. Raises `ValueError` for parts that
    do not fit together.
    """

    wiring: Wiring
    model: Layered
    signs: tuple[str, ...]
    classes: tuple[str, ...]
    split: Split = "letters"
    longest: int = 24
    decoder: Layered | None = None
    writes: int = 0
    end: str = ""

    def __post_init__(self) -> None:
        known = self.model.features if self.model.embedding is None else len(self.model.embedding)
        if known != len(self.signs):
            raise ValueError(f"the model reads {known} signs, and {len(self.signs)} have names")
        read = (self.decoder or self.model).output
        if read is None or len(read.s) != len(self.classes):
            raise ValueError(f"{len(self.classes)} classes need an output of as many logits")
        if (self.wiring == "delayed") != (self.decoder is not None):
            raise ValueError("an encoder–decoder has a decoder, and only that one")
        if self.decoder is not None and self.decoder.cells[0][0].hidden != self.model.cells[-1][0].hidden:
            raise ValueError("the decoder begins with the encoder's state: both need as many units")

    @property
    def output(self) -> Output:
        """What reads logits from the states."""
        made = (self.decoder or self.model).output
        assert made is not None
        return made

    @property
    def rows(self) -> int:
        """Rows of copies in the picture."""
        return len(self.model.cells) * self.model.ways

    def read(self, text: str) -> tuple[int, ...]:
        """The tokens of a text. Accents and capitals that it does not know are left out.

        Raises `UsageError` in one sentence for nothing, for too much, and for what is not known.
        """
        return reading.tokens(text, self.split, self.signs, typed=self.typed, longest=self.longest)

    @property
    def typed(self) -> tuple[str, ...]:
        """The signs that may be typed: not those that a model only reads back from itself."""
        return tuple(s for s in self.signs if s not in self.classes) if self.wiring == "one-to-many" else self.signs


@dataclass(frozen=True)
class Stop:
    """Where the stepping stands, from 0: at a state (`h`) of a row, or at an output (`y`) of the top one."""

    step: int
    row: int
    part: Literal["h", "y"]


@dataclass(frozen=True, eq=False)
class Played:
    """A text, played through an example of T steps.

    `read` is what each step reads, in words; what a model reads back from itself is there, too, and a decoder's first
    step has an empty one. `traces[row]` is that of a row; a decoder's begins at step `encoder`, in `after`. `logits`
    (T, K) are read from every step's states; the steps in `outputs` are those that count. `encoding` (H,) is what a
    decoder knows of the text.
    """

    wired: Wired
    text: str
    read: tuple[str, ...]
    traces: tuple[Trace, ...]
    joined: Values
    logits: Values
    outputs: range
    encoder: int = 0
    after: Trace | None = None

    def __len__(self) -> int:
        return len(self.read)

    @property
    def given(self) -> range:
        """The steps that read what was typed."""
        return range(1 if self.wired.wiring == "one-to-many" else self.encoder or len(self))

    @cached_property
    def probabilities(self) -> Values:
        """The softmax of the logits, (T, K)."""
        return np.exp(log_softmax(self.logits))

    @cached_property
    def chosen(self) -> tuple[str, ...]:
        """The likeliest class at each step, (T,); empty at steps that have no output."""
        best = self.logits.argmax(axis=1) if len(self) else ()
        return tuple(self.wired.classes[k] if t in self.outputs else "" for t, k in enumerate(best))

    @property
    def answer(self) -> str:
        """All outputs in a row, without the one that ends a text."""
        told = [self.chosen[t] for t in self.outputs if self.chosen[t] != self.wired.end]
        return ("" if self.wired.writes else " ").join(told)

    @property
    def encoding(self) -> Values | None:
        """The encoding vector (H,): the encoder's last state. `None` where there is no decoder."""
        return self.traces[0].parts["h"][-1] if self.after is not None else None

    # The walk.

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """All stops in the order in which the numbers come about."""
        top, steps = self.wired.rows - 1, range(len(self))
        out = {t: (Stop(t, top, "y"),) if t in self.outputs else () for t in steps}
        if self.wired.model.ways == 2:
            rows = [Stop(t, row, "h") for row in range(top + 1) for t in (reversed(steps) if row % 2 else steps)]
            return (*rows, *chain.from_iterable(out.values()))
        return tuple(
            stop for t in steps for stop in (*(Stop(t, row, "h") for row in range(top + 1)), *out[t])
        )  # fmt: skip

    def find(self, step: int, row: int, part: str) -> int:
        """The place in `stops` of a state or an output; the nearest of that step where it has no such."""
        for k, stop in enumerate(self.stops):
            if (stop.step, stop.part) == (step, part) and (part == "y" or stop.row == row):
                return k
        return next(k for k, stop in enumerate(self.stops) if stop.step == step and stop.part == "h")

    def known(self, index: int) -> int:
        """How many steps from the left are known at a stop."""
        return 1 + max(stop.step for stop in self.stops[: index + 1])

    # The numbers.

    def at(self, step: int, row: int) -> tuple[Trace, int]:
        """The trace of a row at a step, and the place of the step in it."""
        if self.after is not None and step >= self.encoder:
            return self.after, step - self.encoder
        trace = self.traces[row]
        return trace, len(trace) - 1 - step if row % self.wired.model.ways else step

    def parts(self, row: int) -> tuple[str, ...]:
        """The parts of a step of a row that have numbers of their own, the state last."""
        return ORDER[self.traces[row].cell.kind]

    def state(self, step: int, row: int, part: str = "h") -> Values:
        """The numbers (H,) of a part."""
        trace, t = self.at(step, row)
        made: Values = trace.parts[part][t]
        return made

    def story(self, stop: Stop, unit: int, part: str = "h", notation: str = "gates") -> Story:
        """Where a number comes from: unit of a part at a state, or a class's logit at an output."""
        trace, t = self.at(stop.step, stop.row)
        if stop.part == "y":
            # Of two directions both states are read, the forward one first.
            state = self.joined[stop.step]
            story = explain_output(
                self.wired.output, state, stop.step, unit, kind=trace.cell.kind, notation=notation,
                label=self.read[stop.step],
            )  # fmt: skip
            return replace(story, formula=(Piece(f"{self.wired.classes[unit]}: ", "word"), *story.formula[1:]))
        if self.wired.wiring == "one-to-one":
            return _without_state(explain(trace, part, t, unit, labels=self.read))
        labels: Sequence[str] = ()
        if stop.row < self.wired.model.ways:  # rows above read states, which have no names
            own = self.read[self.encoder :] if trace is self.after else self.read[: len(trace)]
            labels = own[::-1] if stop.row % self.wired.model.ways else own
        return explain(trace, part, t, unit, notation=notation, labels=labels)

    def say(self, stop: Stop) -> str:
        """What happens at a stop, in a sentence or two."""
        at = f"Step {number(stop.step + 1)} of {number(len(self))}"
        wiring, last = self.wired.wiring, stop.step == len(self) - 1
        if stop.part == "y":
            k = int(self.logits[stop.step].argmax())
            text = f"{at}: the output is “{self.chosen[stop.step]}” ({said(float(self.probabilities[stop.step, k]))})."
            if stop.step + 1 < len(self) and self.wired.writes:
                return f"{text} It is the input of the next step."
            return f"{text} It says that the text is over." if self.chosen[stop.step] == self.wired.end else text
        read = (
            f"reads “{sign_shown(self.read[stop.step])}”"
            if self.read[stop.step]
            else "reads nothing but the encoding vector"
        )
        if wiring == "one-to-one":
            return f"The hidden layer {read}. There is no old state."
        if self.after is not None and stop.step == self.encoder - 1:
            return f"{at}: the encoder {read}. Its state is now the encoding vector: all that the decoder gets."
        if self.after is not None:
            who = "decoder" if stop.step >= self.encoder else "encoder"
            return f"{at}: the {who} {read}."
        if self.wired.model.ways == 2:
            back = stop.row % 2
            goes = "From here on backwards" if back and last else "Backwards" if back else "Forwards"
            side = "on its right" if back else "on its left"
            return f"{goes}, {at.lower()}: the cell {read}. Its state knows what stands {side}."
        if len(self.wired.model.cells) > 1:
            layer = f"layer {stop.row + 1}"
            return f"{at}, {layer}: the cell {read if not stop.row else 'reads the state of layer 1'}."
        if wiring == "many-to-one" and not last:
            return f"{at}: the cell {read} and mixes it with its state. The output is not read yet."
        return f"{at}: the cell {read} and mixes it with its state."


def play(wired: Wired, text: str) -> Played:
    """Run an example over a text. Raises `UsageError` in one sentence for a text that it cannot read."""
    tokens = wired.read(text)
    read = tuple(wired.signs[token] for token in tokens)
    model = wired.model
    if wired.wiring == "one-to-many":
        index = {sign: k for k, sign in enumerate(wired.signs)}
        back = [index.get(name, -1) for name in wired.classes]
        trace, told = _write(wired, model.cells[0][0], model.embed(tokens), np.zeros(model.cells[0][0].hidden), back)
        logits = wired.output.logits(trace)
        return Played(wired, text, (*read, *told), (trace,), trace.parts["h"], logits, range(len(trace)))
    done = model.read(tokens)
    traces = tuple(trace for ways in done.traces for trace in ways)
    if wired.decoder is None:
        assert done.logits is not None
        steps = len(done)
        outputs = range(steps - 1, steps) if wired.wiring == "many-to-one" else range(steps)
        return Played(wired, text, read, traces, done.joined[-1], done.logits, outputs)
    cell = wired.decoder.cells[0][0]
    back = list(range(len(wired.classes)))
    after, told = _write(wired, cell, np.zeros((1, cell.features)), traces[0].parts["h"][-1], back)
    joined = np.concatenate([traces[0].parts["h"], after.parts["h"]])
    steps = len(done) + len(after)
    return Played(
        wired, text, (*read, "", *told), traces, joined, wired.output.read(joined), range(len(done), steps),
        len(done), after,
    )  # fmt: skip


def _write(
    wired: Wired, cell: Cell, first: Values, state: Values, back: Sequence[int]
) -> tuple[Trace, tuple[str, ...]]:
    """Go on from a state (H,), reading each output back as the one-hot vector at `back` of its class.

    Returns the trace and what was read back; `first` (1, I) is read first.
    """
    x, told = first, list[str]()
    h = state
    while True:
        h = run(cell, x[-1:], h).parts["h"][-1]
        name = wired.classes[k := int(wired.output.read(h[None])[0].argmax())]
        if len(x) >= wired.writes or name == wired.end:
            return run(cell, x, state), tuple(told)
        following = np.zeros((1, cell.features))
        following[0, back[k]] = 1
        x = np.concatenate([x, following])
        told.append(name)


def _without_state(story: Story) -> Story:
    """The story of a plain network's unit: there is no old state, so nothing of it is written."""
    terms = tuple(term for term in story.terms if term.role != "state")
    sums = [piece for k, term in enumerate(terms) for piece in later(term.total, k, first=not k)]
    formula = (
        Piece(f"unit {story.unit + 1}: ", "word"), Piece("tanh("), *sums, Piece(")"), Piece(" = "),
        Piece(f"tanh({said(story.total)}) = "), Piece(said(story.result, 3), "result"),
    )  # fmt: skip
    picked = [term.line for term in terms if term.picked]
    return replace(
        story, title="Hidden unit", says="A plain layer: weights, a bias, and tanh.", equation="h = tanh(W x + b)",
        terms=terms, formula=formula, remarks=tuple(picked),
    )  # fmt: skip
