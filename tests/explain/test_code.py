"""The scripts that reproduce what is shown: they are run, and must give the very numbers."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.explain.code import Pool, numpy_code, torch_code
from explorer.explain.example import Example, lecture, signal
from explorer.explain.pooling import pool
from explorer.explain.spec import Spec


def run(code: str) -> np.ndarray:
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(code, "script", "exec"), names)
    return np.asarray(names["output"])


def test_the_lectures_example_gives_the_lectures_numbers() -> None:
    expected = [[3, -1, -3, -1], [-3, 1, 0, -3], [-3, -3, 0, 1], [3, -2, -2, -1]]
    for code in (numpy_code(lecture()), torch_code(lecture())):
        assert run(code)[0].tolist() == expected


def test_the_scripts_of_the_lecture_are_short() -> None:
    code = numpy_code(lecture())
    assert code.count("\n") <= 30
    assert "np.pad" not in code
    assert torch_code(lecture()).splitlines()[-2:] == [
        "output = F.conv2d(image[None], filters, bias)[0]",
        "print(output)",
    ]


@pytest.mark.parametrize("make", [numpy_code, torch_code])
def test_every_line_fits_the_page_and_is_python(make: Any) -> None:
    code = make(lecture(2).with_padding("same").with_spec(mode="reflect", flipped=True))
    ast.parse(code)
    assert max(map(len, code.splitlines())) <= 120


@pytest.mark.parametrize("make", [numpy_code, torch_code])
def test_a_signal(make: Any) -> None:
    for example in (signal(), signal().with_padding("causal"), signal().with_spec(transposed=True)):
        assert example.output is not None
        np.testing.assert_allclose(run(make(example)), example.output, atol=1e-12)


def test_numbers_read_back_exactly() -> None:
    example = lecture().with_weight((0, 0, 0, 0), 0.1).with_cell((0, 0, 0), 1 / 3)
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(numpy_code(example), names)
    assert names["filters"][0, 0, 0, 0] == 0.1
    assert names["image"][0, 0, 0] == 1 / 3


PAIR = st.tuples(st.integers(0, 2), st.integers(0, 2))


@st.composite
def examples(draw: st.DrawFn) -> Example:
    axes = draw(st.integers(1, 2))
    groups, per_in, per_out = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    size = tuple(draw(st.integers(4, 7)) for _ in range(axes))
    spec = Spec(
        kernel=tuple(draw(st.integers(1, 3)) for _ in range(axes)),
        stride=tuple(draw(st.integers(1, 3)) for _ in range(axes)),
        padding=tuple(draw(PAIR) for _ in range(axes)),
        dilation=tuple(draw(st.integers(1, 2)) for _ in range(axes)),
        mode=draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"])),
        groups=groups,
        flipped=draw(st.booleans()),
        transposed=draw(st.booleans()),
    )
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Example(
        np.round(random.normal(size=(groups * per_in, *size)), 2),
        np.round(random.normal(size=(groups * per_out, per_in, *spec.kernel)), 2),
        np.round(random.normal(size=groups * per_out), 2),
        spec,
        draw(st.sampled_from(["none", "relu"])),
    )


@settings(max_examples=150, deadline=None)
@given(examples())
def test_every_mode_is_reproduced(example: Example) -> None:
    if example.fault:
        return
    assert example.output is not None
    np.testing.assert_allclose(run(numpy_code(example)), example.output, atol=1e-9)
    # PyTorch knows no other padding than zeros for a transposed convolution; the mode then means nothing.
    np.testing.assert_allclose(run(torch_code(example)), example.output, atol=1e-9)


def test_large_whole_numbers_and_signs() -> None:
    example = replace(lecture(), bias=np.array([-2.5e10]))
    assert run(numpy_code(example))[0, 0, 0] == 3 - 2.5e10


@pytest.mark.parametrize("make", [numpy_code, torch_code])
@pytest.mark.parametrize("kind", ["max", "average"])
def test_pooling_follows(make: Any, kind: Any) -> None:
    for example in (lecture(2), lecture().with_activation("relu"), signal()):
        axes = len(example.spec.kernel)
        for padding in (0, 1):
            spec = Spec((2,) * axes, (2,) * axes, ((padding, padding),) * axes, (1,) * axes)
            assert example.output is not None
            np.testing.assert_allclose(run(make(example, Pool(kind, spec))), pool(example.output, kind, spec))


def test_the_lectures_pooling() -> None:
    assert run(numpy_code(lecture(), Pool("max", Spec((2, 2), (2, 2)))))[0].tolist() == [[3, 0], [3, 1]]
