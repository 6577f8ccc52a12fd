"""A convolution as a fully connected layer: the lecture's wires and counts, and the same numbers as a matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.arch.errors import UsageError
from explorer.explain.example import IMAGE, lecture
from explorer.explain.scan import convolve, order, step
from explorer.explain.spec import Spec
from explorer.explain.wiring import as_matrix, counts, wires


def test_the_lectures_wires() -> None:
    found = wires(Spec((3, 3)), (6, 6))
    assert found.shape == (16, 36)
    assert (np.flatnonzero(found[0] >= 0) + 1).tolist() == [1, 2, 3, 7, 8, 9, 13, 14, 15]
    assert (np.flatnonzero(found[1] >= 0) + 1).tolist() == [2, 3, 4, 8, 9, 10, 14, 15, 16]
    assert all(row[row >= 0].tolist() == list(range(9)) for row in found)


def test_the_lectures_counts() -> None:
    found = counts(Spec((3, 3)), (6, 6))
    assert (found.connected, found.with_biases, found.weights, found.with_bias, found.wires) == (576, 592, 9, 10, 144)
    assert found.lines == (
        "fully connected: 36 inputs · 16 outputs = 576 weights, + 16 biases = 592",
        "convolution: 3·3 = 9 weights, + 1 bias = 10",
        "144 of 576 wires, and the same 9 weights on all of them",
    )
    colour = counts(Spec((3, 3)), (6, 6), channels=3, filters=2)
    assert (colour.connected, colour.weights, colour.with_bias) == (108 * 32, 54, 56)
    assert colour.lines[1] == "convolution: 3·3·3·2 = 54 weights, + 2 biases = 56"
    depthwise = counts(Spec((3, 3), groups=3), (6, 6), channels=3, filters=3)
    assert (depthwise.weights, depthwise.wires) == (27, 3 * 144)


def test_padded_zeros_have_no_wire_and_repeated_inputs_one() -> None:
    zeros = wires(Spec((3, 3), padding=((1, 1), (1, 1))), (6, 6))
    assert (zeros[0] >= 0).sum() == 4
    edge = wires(Spec((3,), padding=((1, 1),), mode="replicate"), (4,))
    assert edge.tolist() == [[1, 2, -1, -1], [0, 1, 2, -1], [-1, 0, 1, 2], [-1, -1, 0, 1]]


def test_matrices_that_are_too_large_are_refused() -> None:
    with pytest.raises(UsageError, match="too large"):
        wires(Spec((3, 3)), (128, 128))
    with pytest.raises(UsageError, match="too large"):
        as_matrix(np.ones((32, 32, 3, 3)), Spec((3, 3)), (28, 28))


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 2), pairs, pairs, pairs, pairs, pairs,
    st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    st.integers(1, 2), st.integers(1, 2), st.integers(1, 2), st.booleans(), st.booleans(), st.integers(0, 999),
)  # fmt: skip
def test_the_matrix_computes_the_convolution(
    axes: int,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    before: tuple[int, int],
    after: tuple[int, int],
    dilation: tuple[int, int],
    mode: str,
    groups: int,
    inputs: int,
    outputs: int,
    flipped: bool,
    transposed: bool,
    seed: int,
) -> None:
    size = (5, 4)[:axes]
    padding = tuple(zip(before, after, strict=True))[:axes]
    spec = Spec(kernel[:axes], stride[:axes], padding, dilation[:axes], mode, groups, flipped, transposed)  # type: ignore[arg-type]
    try:
        shape = spec.output(size)
    except UsageError:
        assume(False)
    rng = np.random.default_rng(seed)
    filters = rng.normal(size=(groups * outputs, inputs, *spec.kernel))
    x = rng.normal(size=(groups * inputs, *size))
    zeros = np.zeros(groups * outputs)
    matrix = as_matrix(filters, spec, size)
    np.testing.assert_allclose(matrix @ x.ravel(), convolve(x, filters, zeros, spec).ravel(), atol=1e-9)

    single = wires(spec, size)
    one = filters[:1, :1]
    alone = Spec(
        *(getattr(spec, n) for n in ("kernel", "stride", "padding", "dilation", "mode")), 1, flipped, transposed
    )
    for row, at in zip(single, order(shape), strict=True):
        terms = step(x[:1], one, np.zeros(1), alone, (0, *at)).terms
        joined = {
            (int(np.ravel_multi_index(t.source[1:], size)), int(np.ravel_multi_index(t.place[1:], spec.kernel)))
            for t in terms
            if t.source is not None
        }
        named = {(int(i), int(row[i])) for i in np.flatnonzero(row >= 0)}
        assert named <= joined
        assert {i for i, _ in named} == {i for i, _ in joined}
    assert counts(alone, size).wires == sum(
        term.source is not None for at in order(shape) for term in step(x[:1], one, np.zeros(1), alone, (0, *at)).terms
    )


def test_the_example_as_a_matrix_has_nine_entries_a_row() -> None:
    example = lecture()
    matrix = as_matrix(example.filters, example.spec, (6, 6))
    assert matrix.shape == (16, 36)
    assert ((matrix != 0).sum(axis=1) == 9).all()
    assert (matrix @ IMAGE.ravel()).reshape(4, 4)[0].tolist() == [3, -1, -3, -1]
