"""What is said beside a played example: what one types, what its outputs mean, and how good it is."""

from __future__ import annotations

from explorer.app.unroll.chainlayout import ChainShape, wiring
from explorer.arch.text import number
from explorer.explain.recurrent.wired import Played, Stop
from explorer.learn.toys import Example, Name

READS: dict[Name, str] = {
    "one-to-one": "Letter",
    "one-to-many": "Language",
    "many-to-one": "Name",
    "many-to-many": "Sentence",
    "delayed": "Date",
    "bidirectional": "Sentence",
    "stacked": "Brackets",
}
"""What one types in."""

_TAGS = (
    "DET determiner (the, a), ADJ adjective, NOUN noun, PRON pronoun (she), VERB verb, ADV adverb (often), "
    "PREP preposition (in)."
)
TELLS: dict[Name, str] = {
    "one-to-one": "a e i o u are vowels.",
    "one-to-many": "The next letter; “end”: the name is over.",
    "many-to-one": "Only the last output counts.",
    "many-to-many": _TAGS,
    "delayed": "The next sign of year-month-day.",
    "bidirectional": _TAGS,
    "stacked": "What must close next; “none” where nothing is open, “mistake” once a bracket did not fit.",
}
"""What an output means."""

STATE_INFO = (
    "The numbers of the cell at this step: its state h, or one of its gates. Orange is positive, blue negative; a gate "
    "goes from 0 (white) to 1. Click a number to see where it comes from."
)
ENCODING_INFO = (
    "The encoder’s last state. The decoder begins with it and sees nothing else of the input: a whole date has to fit "
    "into these numbers."
)
ODDS_INFO = (
    "The softmax of the logits at this step, the likeliest first. Click a bar to see where its logit comes from."
)


def place(played: Played, stop: Stop, title: str, both: bool) -> str:
    """What the strip shows, and where: `both` of two directions, or one."""
    at = number(stop.step + 1)
    if len(played) == 1 and played.wired.wiring == "one-to-one":
        return "Hidden layer"
    if both:
        return f"Both hidden states at step {at}"
    if played.wired.model.ways == 2:
        return f"{title} at step {at}, {'backward' if stop.row % 2 else 'forward'}"
    if played.wired.rows > 1:
        return f"{title} at step {at}, layer {stop.row + 1}"
    return f"{title} at step {at}"


def shape(played: Played) -> ChainShape:
    """What the diagram draws of a played example."""
    name, cell = played.wired.wiring, played.traces[0].cell
    if name == "one-to-one":
        return wiring(name, "tanh")
    steps = played.encoder or len(played)
    return wiring(name, cell.kind, steps, len(played) - steps)


def measured(example: Example) -> str:
    """How good an example is, in a sentence."""
    card = example.card
    if card.accuracy is None:
        return f"Right for {number(100 * card.train_accuracy, 1)} % of the {number(card.train_count)} {card.counted}."
    right = f"{number(100 * card.accuracy, 1)} % of {card.counted} right"
    return f"{right}, measured on {number(card.held_count)} {card.kept} that it never saw in training."


def named(name: str) -> str:
    """A class in words."""
    return "space" if name == " " else name
