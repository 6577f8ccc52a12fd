"""Which units are alike, and which mark a place."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.explain.recurrent.patterns import alike, elsewhere, markers


def length(values: np.ndarray, order: tuple[int, ...]) -> float:
    courses = values.T[list(order)]
    return float(np.linalg.norm(np.diff(courses, axis=0), axis=1).sum())


def test_units_of_a_kind_come_to_stand_together() -> None:
    random = np.random.default_rng(1)
    courses = random.normal(size=(4, 20)) * 3
    kinds = random.integers(0, 4, 128)
    values = (courses[kinds] + random.normal(scale=0.1, size=(128, 20))).T
    order = alike(values)
    assert sorted(order) == list(range(128))
    assert int((np.diff(kinds[list(order)]) != 0).sum()) == 3


def test_units_along_a_line_are_put_in_line() -> None:
    random = np.random.default_rng(2)
    height = random.permutation(30).astype(float)
    order = alike(np.outer(np.linspace(1, 2, 6), height))
    found = [height[k] for k in order]
    assert found in (sorted(height), sorted(height, reverse=True))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(3, 40), st.integers(0, 10**6))
def test_the_order_is_shorter_than_the_given_one_and_always_the_same(steps: int, units: int, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(steps, units))
    order = alike(values)
    assert sorted(order) == list(range(units))
    assert length(values, order) <= length(values, tuple(range(units))) + 1e-9
    assert alike(values.copy()) == order


@pytest.mark.parametrize("seed", range(12))
def test_no_stretch_of_the_order_could_be_turned_around_to_make_it_shorter(seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(2, 12))
    order = alike(values)
    for i, j in combinations(range(1, 13), 2):
        turned = (*order[:i], *order[i:j][::-1], *order[j:])
        assert length(values, turned) >= length(values, order) - 1e-9


def test_values_that_are_no_numbers_are_put_somewhere() -> None:
    values = np.random.default_rng(0).normal(size=(4, 6))
    values[:, 2], values[1, 3], values[2, 4] = np.nan, np.inf, 1e300
    assert sorted(alike(values)) == list(range(6))
    assert alike(np.empty((0, 5))) == (0, 1, 2, 3, 4)
    assert alike(np.zeros((3, 4))) == alike(np.zeros((3, 4)))
    assert alike(np.ones((3, 1))) == (0,)


def test_units_that_are_high_or_low_just_there() -> None:
    random = np.random.default_rng(3)
    values = random.uniform(-0.2, 0.2, (10, 30))
    values[4:6, 7] = 0.9
    values[4:6, 11] = -0.7
    values[:, 20] = 0.95  # always high: no marker
    found = markers(values, 4, 6, most=5)
    assert [(m.unit, m.direction, m.clear) for m in found[:2]] == [(7, "high", True), (11, "low", True)]
    assert found[0].inside == pytest.approx(0.9)
    assert found[0].margin == pytest.approx(0.9 - np.delete(values[:, 7], [4, 5]).max())
    assert len(found) == 5
    assert 20 not in {m.unit for m in found if m.clear}
    assert markers(values, 0, 10) == ()
    for start, stop in ((4, 4), (-1, 2), (8, 11)):
        with pytest.raises(IndexError):
            markers(values, start, stop)


def test_other_texts_where_a_unit_does_the_same() -> None:
    random = np.random.default_rng(4)

    def text(steps: int, *peaks: int) -> np.ndarray:
        values = random.normal(size=(steps, 5))
        values[:, 2] = random.uniform(-0.03, 0.03, steps)
        values[list(peaks), 2] = 1.0
        return values

    values = text(8, 3)
    others = [text(6, 5), text(9, 1), text(7), text(6, 2), text(2, 0), text(7, 3, 4)]
    found = elsewhere(values, 2, 3, 4, others)
    assert {(place.text, place.start, place.stop) for place in found} == {(1, 1, 2), (3, 2, 3)}
    assert [place.distance for place in found] == sorted(place.distance for place in found)
    high = elsewhere(values, 2, 3, 4, others, within=1.0)
    assert {place.text for place in high} == {0, 1, 2, 3, 5}  # the fifth text is shorter than the pattern
    with pytest.raises(IndexError):
        elsewhere(values, 5, 3, 4, others)
    with pytest.raises(IndexError):
        elsewhere(values, 2, 4, 4, others)
    assert elsewhere(values, 2, 3, 4, []) == ()
