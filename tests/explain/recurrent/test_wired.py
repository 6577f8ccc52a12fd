"""Wirings, played with cells whose numbers are made up here."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.errors import UsageError
from explorer.explain.recurrent.cell import GATES, Cell, Kind, Output, run
from explorer.explain.recurrent.layered import Layered
from explorer.explain.recurrent.wired import Stop, Wired, Wiring, play

SIGNS, CLASSES = ("a", "b", "c", "é"), ("x", "y", "stop")


def cell(features: int, hidden: int = 3, kind: Kind = "GRU", seed: int = 0) -> Cell:
    draw, gates = np.random.default_rng(seed), len(GATES[kind])
    shapes = (gates, hidden, features), (gates, hidden, hidden), (gates, hidden), (gates, hidden)
    return Cell(kind, *(draw.normal(size=shape) for shape in shapes))


def read_out(hidden: int, classes: int = 3, seed: int = 5) -> Output:
    draw = np.random.default_rng(seed)
    return Output(draw.normal(size=(classes, hidden)), draw.normal(size=classes))


def wired(wiring: Wiring, kind: Kind = "GRU", seed: int = 0) -> Wired:
    if wiring == "one-to-many":
        signs = ("Greek", "Irish", "x", "y")
        model = Layered(((cell(4, kind=kind, seed=seed),),), read_out(3))
        return Wired(wiring, model, signs, CLASSES, "whole", 1, writes=5, end="stop")
    if wiring == "delayed":
        decoder = Layered(((cell(3, kind=kind, seed=seed + 1),),), read_out(3))
        return Wired(wiring, Layered(((cell(4, kind=kind, seed=seed),),)), SIGNS, CLASSES, decoder=decoder, writes=4)
    ways, layers = 2 if wiring == "bidirectional" else 1, 2 if wiring == "stacked" else 1
    cells = tuple(
        tuple(cell(4 if not layer else 3 * ways, kind=kind, seed=seed + layer + 7 * way) for way in range(ways))
        for layer in range(layers)
    )
    return Wired(
        wiring, Layered(cells, read_out(3 * ways)), SIGNS, CLASSES, "letters", 1 if wiring == "one-to-one" else 24
    )


@pytest.mark.parametrize(
    ("wiring", "text", "steps", "outputs", "stops"),
    [
        ("one-to-one", "a", 1, range(1), "h0 y0"),
        ("many-to-one", "abc", 3, range(2, 3), "h0 h1 h2 y2"),
        ("many-to-many", "ab", 2, range(2), "h0 y0 h1 y1"),
        ("bidirectional", "ab", 2, range(2), "h0 h1 H1 H0 y0 y1"),
        ("stacked", "ab", 2, range(2), "h0 H0 y0 h1 H1 y1"),
        ("delayed", "ab", 6, range(2, 6), "h0 h1 h2 y2 h3 y3 h4 y4 h5 y5"),
    ],
)  # fmt: skip
def test_the_walk_goes_the_way_the_numbers_come(
    wiring: Wiring, text: str, steps: int, outputs: range, stops: str
) -> None:
    played = play(wired(wiring), text)
    assert len(played) == steps
    assert played.outputs == outputs
    walked = [f"{'H' if s.part == 'h' and s.row else s.part}{s.step}" for s in played.stops]
    assert " ".join(walked) == stops
    assert all(bool(played.chosen[t]) == (t in outputs) for t in range(steps))
    for k, stop in enumerate(played.stops):
        assert played.stops[played.find(stop.step, stop.row, stop.part)] == stop
        assert played.say(stop).endswith(".")
        assert played.known(k) > stop.step


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(get_args(Wiring)), st.sampled_from(["RNN", "LSTM", "GRU"]), st.integers(0, 1000), st.data())
def test_every_number_is_explained(wiring: Wiring, kind: Kind, seed: int, data: st.DataObject) -> None:
    example = wired(wiring, "RNN" if wiring == "one-to-one" else kind, seed)
    text = "Greek" if wiring == "one-to-many" else data.draw(st.text("abc", min_size=1, max_size=example.longest))
    played = play(example, text)
    stop = data.draw(st.sampled_from(played.stops))
    if stop.part == "y":
        for k in range(len(CLASSES)):
            assert played.story(stop, k).result == pytest.approx(played.logits[stop.step, k], abs=1e-9)
        return
    for part in played.parts(stop.row):
        found = [played.story(stop, unit, part).result for unit in range(3)]
        np.testing.assert_allclose(found, played.state(stop.step, stop.row, part), atol=1e-9)
        assert all(played.story(stop, unit, part).lines for unit in range(3))


def test_the_decoder_goes_on_from_the_encoding_and_reads_its_own_output() -> None:
    example = wired("delayed")
    played = play(example, "abc")
    assert played.encoding is not None
    np.testing.assert_array_equal(played.encoding, played.state(2, 0))
    assert example.decoder is not None
    h, x, told = played.encoding, np.zeros(3), []
    for step in range(3, 7):
        h = run(example.decoder.cells[0][0], x[None], h).parts["h"][0]
        np.testing.assert_allclose(h, played.state(step, 0))
        k = int(example.output.read(h[None])[0].argmax())
        told.append(CLASSES[k])
        x = np.eye(3)[k]
    assert list(played.chosen[3:]) == told
    assert played.read == ("a", "b", "c", "", *told[:-1])
    assert played.answer == "".join(told)
    assert "encoding vector" in played.say(Stop(2, 0, "h"))


def test_what_is_written_is_read_back_until_the_end() -> None:
    # The logits favour x until the state has seen it once: then they say stop.
    first, again = np.zeros((1, 2, 4)), np.zeros((1, 2, 2))
    first[0, 0, 2] = 5.0  # “x” is read: unit 1 is on
    model = Layered(((Cell("RNN", first, again, np.zeros((1, 2)), np.zeros((1, 2))),),), Output(
        np.array([[-9.0, 0.0], [0.0, 0.0], [9.0, 0.0]]), np.array([1.0, 0.0, -1.0])
    ))  # fmt: skip
    example = Wired("one-to-many", model, ("Greek", "Irish", "x", "y"), CLASSES, "whole", 1, writes=5, end="stop")
    played = play(example, "greek")
    assert played.chosen == ("x", "stop")
    assert played.read == ("Greek", "x")
    assert played.answer == "x"
    assert played.given == range(1)


def test_the_backward_row_reads_from_the_end() -> None:
    example = wired("bidirectional")
    played, other = play(example, "abc"), play(example, "bbc")
    np.testing.assert_array_equal(played.state(2, 1), other.state(2, 1))
    assert not np.allclose(played.state(0, 1), other.state(0, 1))
    np.testing.assert_allclose(played.joined[1], np.concatenate([played.state(1, 0), played.state(1, 1)]))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "There is nothing to read yet. Type a letter."),
        ("   ", "There is nothing to read yet. Type a letter."),
        ("a" * 25, "At most 24 letters are read here, not 25."),
        ("a?a1", "“?”, “1” are not known here. Known are: a, b, c, é."),
        ("z" * 4, "“z” is not known here. Known are: a, b, c, é."),
    ],
)
def test_what_cannot_be_read_is_said(text: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        play(wired("many-to-one"), text)
    assert str(error.value) == says


def test_capitals_and_accents_are_read_as_the_signs_there_are() -> None:
    assert wired("many-to-one").read("ABÇé") == (0, 1, 2, 3)
    assert wired("one-to-many").read(" irish ") == (1,)
    with pytest.raises(UsageError, match="Did you mean “Greek”"):
        play(wired("one-to-many"), "Greeek")
    with pytest.raises(UsageError, match="Known are: Greek, Irish"):
        play(wired("one-to-many"), "x")  # a letter that it writes, but no language


def test_a_plain_network_tells_of_no_state() -> None:
    played = play(wired("one-to-one", "RNN"), "b")
    story = played.story(Stop(0, 0, "h"), 1)
    assert story.equation == "h = tanh(W x + b)"
    assert {term.role for term in story.terms} == {"input", "bias"}
    assert all("state" not in line for line in story.lines)


def test_parts_that_do_not_fit_are_refused() -> None:
    good = wired("many-to-one")
    with pytest.raises(ValueError, match="signs"):
        Wired("many-to-one", good.model, SIGNS[:2], CLASSES)
    with pytest.raises(ValueError, match="logits"):
        Wired("many-to-one", good.model, SIGNS, CLASSES[:1])
    with pytest.raises(ValueError, match="decoder"):
        Wired("delayed", good.model, SIGNS, CLASSES)
