"""Tasks from a seed: the same for all, small, and with a word on what went wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.errors import UsageError
from explorer.explain.quiz import LEVELS, check, task


def test_the_same_seed_gives_a_class_the_same_tasks() -> None:
    first = task("monday", 0, 1)
    # Written down, so that another version of Python or NumPy cannot change them unnoticed.
    assert first.example.image.astype(int).tolist() == [[[1, 0, 1, 2], [2, 2, 1, 2], [0, 0, 1, 2], [1, 0, 1, 1]]]
    assert first.example.filters.astype(int).tolist() == [[[[1, -1], [-1, -1]]]]
    assert (first.index, first.answer) == ((0, 2, 2), -3)
    assert task("monday", 0, 1) == first
    assert task("tuesday", 0, 1) != first
    assert task("monday", 1, 1) != first
    assert task(3, 0, 2) == task("3", 0, 2)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from([1, 2, 3]))
def test_tasks_are_small_and_have_something_to_add(seed: int, number: int, level: int) -> None:
    found = task(seed, number, level)  # type: ignore[arg-type]
    example = found.example
    assert example.output is not None
    assert example.output[found.index] == found.answer
    assert np.abs(example.image).max() <= 3
    assert np.abs(example.filters).max() <= 2
    assert all(float(v).is_integer() for v in (*example.image.flat, *example.filters.flat, *example.bias))
    assert check(found, f"{found.answer:.0f}").right
    assert check(found, f" {found.answer} ".replace("-", "−")).right
    assert not check(found, str(found.answer + 1)).right


def test_levels_are_what_they_say() -> None:
    shapes = {level: {(t.example.image.shape, t.example.spec.kernel) for t in rows(level)} for level in LEVELS}
    assert shapes[1] == {((1, 4, 4), (2, 2))}
    assert shapes[2] == {((1, 5, 5), (3, 3))}
    assert shapes[3] == {((2, 4, 4), (2, 2)), ((1, 6, 6), (3, 3))}
    assert {t.example.spec.stride for t in rows(2)} == {(1, 1), (2, 2)}
    assert {t.example.spec.dilation for t in rows(3)} == {(1, 1), (2, 2)}
    assert any(any(t.example.bias) for t in rows(3))
    assert sum(sum(term.product != 0 for term in t.example.step(t.index).terms) >= 3 for t in rows(2)) > 25


def rows(level: int) -> list:
    return [task("row", number, level) for number in range(30)]  # type: ignore[arg-type]


def test_the_usual_slips_are_named() -> None:
    said = set()
    for level in (1, 2, 3):
        for found in rows(level):
            right = found.example.step(found.index)
            for value in range(-12, 13):
                if value != found.answer:
                    verdict = check(found, str(value))
                    assert verdict.step == right
                    said.add(verdict.sentence.split(". ", 1)[-1])
            if found.answer and not right.bias and len(right.channels) == 1:
                assert check(found, str(-found.answer)).sentence.endswith("The sign is the wrong way round.")
    for words in (
        "That is with the kernel turned around; networks do not turn it.",
        "That is with stride 1.",
        "That is without padding.",
        "That is without dilation: the window has gaps.",
        "The bias is missing.",
        "That is channel 1 alone; the channels are added.",
        "That is the cell to the right.",
    ):
        assert words in said


def test_a_wrong_answer_is_told_the_right_one() -> None:
    found = task("monday", 0, 1)
    assert check(found, "77").sentence == f"77 is not right; it is {found.answer:.0f}.".replace("-", "−")
    assert check(found, str(found.answer)).sentence == f"Right: {found.answer:.0f}.".replace("-", "−")


@pytest.mark.parametrize("text", ["", "  ", "abc", "nan", "inf", "1/2", "--3"])
def test_what_is_not_a_number_is_no_answer(text: str) -> None:
    with pytest.raises(UsageError, match="number"):
        check(task(1, 0, 1), text)


def test_the_question_says_every_setting() -> None:
    questions = [t.question for level in LEVELS for t in rows(level)]
    assert any("stride 2, padding 1 with zeros" in q for q in questions)
    assert any("dilation 2, bias −" in q for q in questions)
    assert all(q.endswith(" of the output?") for q in questions)
    assert questions[0].startswith("4×4 image, 2×2 kernel: what stands in row ")
