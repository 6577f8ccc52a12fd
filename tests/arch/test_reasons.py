"""Every formula that is shown, worked out: its left side is the number on its right."""

from __future__ import annotations

import ast
import math
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.arch.analysis import analyse
from explorer.arch.cost import reasons, totals
from explorer.arch.fields import Field, fields
from explorer.arch.layer import Layer, ShapeError
from explorer.arch.layers import LSTM, PALETTE, Conv2d, ConvTranspose2d, Linear, MaxPool2d
from explorer.arch.network import Network
from explorer.arch.shape import Shape, T
from explorer.arch.zoo import zoo, zoo_names

STEPS = 1009
"""Stands for T, where a formula has it."""

SIZE = st.integers(1, 12)
ANY = st.one_of(
    st.tuples(SIZE, SIZE, SIZE),
    st.tuples(SIZE, SIZE),
    st.tuples(SIZE),
    st.tuples(st.just(T), SIZE),
    st.tuples(SIZE, st.just(T)),
    st.just((T,)),
)


def values(field: Field) -> st.SearchStrategy[Any]:
    """Small values of a field, as its declaration allows them."""
    if field.kind in ("integer", "pair"):
        low = int(field.low or 0)
        number = st.integers(low, low + 4)
        small: st.SearchStrategy[Any] = st.tuples(number, number) if field.kind == "pair" else number
    else:
        small = {"choice": st.sampled_from(field.choices or ("",)), "flag": st.booleans()}.get(
            field.kind, st.just(field.default)
        )
    if field.automatic and field.kind != "name":
        small = st.none() | small
    return small | st.just(field.word) if field.word else small


def any_layer() -> st.SearchStrategy[Layer]:
    """Layers of all kinds, with random settings, some of them unfit."""
    return st.one_of([st.builds(kind, **{field.name: values(field) for field in fields(kind)}) for kind in PALETTE])


def evaluated(line: str) -> tuple[Fraction, Fraction] | None:
    """Both sides of a line that is arithmetic, `None` for one of words only."""
    text = line.replace("\u2009", "").replace("\u202f", "")
    left, _, right = text.rpartition(" = ")
    if re.search(r"[×,…]| in windows ", left):
        return None
    left = re.sub(r"^.*: ", "", left)
    left = re.sub(r"\b(?:T)\b", str(STEPS), left)
    left = re.sub(r"\b[^\W\d][\w-]*(?:\.\w+)*", " ", left)  # names and units
    if not re.search(r"\d", left):
        return None
    for sign, plain in (("·", "*"), ("−", "-"), ("⌊", "floor("), ("⌋", ")"), ("⌈", "ceil("), ("⌉", ")")):
        left = left.replace(sign, plain)
    number = re.match(r"T|\d+", right)
    assert number, line
    value = STEPS if number[0] == "T" else int(number[0])
    return worked_out(ast.parse(left.strip(), mode="eval").body), Fraction(value)


def worked_out(node: ast.expr) -> Fraction:
    """The value of whole numbers under + − · / and rounding, exactly."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return Fraction(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -worked_out(node.operand)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        (inside,) = node.args
        return Fraction({"floor": math.floor, "ceil": math.ceil}[node.func.id](worked_out(inside)))
    assert isinstance(node, ast.BinOp), ast.dump(node)
    left, right = worked_out(node.left), worked_out(node.right)
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    assert isinstance(node.op, ast.Mult | ast.Div), ast.dump(node)
    return left * right if isinstance(node.op, ast.Mult) else left / right


def check(lines: tuple[str, ...]) -> int:
    """Assert that all lines are right; how many were arithmetic."""
    sides = [(line, evaluated(line)) for line in lines]
    for line, both in sides:
        assert both is None or both[0] == both[1], line
    return sum(both is not None for _, both in sides)


@settings(max_examples=800, deadline=None)
@given(any_layer(), ANY)
def test_the_arithmetic_of_every_layer_is_right(layer: Layer, shape: Shape) -> None:
    try:
        layer.output(shape)
    except ShapeError:
        return
    check(layer.why_output(shape))
    parameters, macs = check(layer.why_parameters(shape)), check(layer.why_macs(shape))
    assert parameters or not layer.weights(shape)
    assert macs or not layer.macs(shape, layer.output(shape))
    assert check(layer.why_memory(shape)) == (not layer.view)


@pytest.mark.parametrize("name", zoo_names())
def test_the_arithmetic_of_every_known_network_is_right(name: str) -> None:
    report = analyse(zoo(name))
    right = sum(check(lines) for row in (*report.outline, *report.rows) for lines in reasons(row, report).values())
    assert right > len(report.rows)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(zoo_names()), st.integers(1, 4096))
def test_the_arithmetic_of_totals_is_right(name: str, batch: int) -> None:
    cost = totals(analyse(zoo(name)), batch)
    for part in ("activations", "parameters", "optimiser", "forward", "training", "macs", "backward_macs"):
        assert check(getattr(cost, part).why)


def test_a_wrong_formula_would_be_found() -> None:
    for line in ("((3·3·32) + 1)·64 = 18\u2009495", "⌊(7+2·0−1·(2−1)−1)/2⌋ + 1 = 4", "i2h: (2 + 3)·4 = 21"):
        both = evaluated(line)
        assert both is not None
        assert both[0] != both[1]


@pytest.mark.parametrize(
    ("layer", "shape", "lines"),
    [
        (Conv2d(64, (3, 3)), (32, 74, 74), ("((3·3·32) + 1)·64 = 18\u2009496",)),
        (ConvTranspose2d(8, (4, 4), (2, 2), (1, 1), bias=False), (16, 7, 7), ("(4·4·16)·8 = 2\u2009048",)),
        (Linear(512), (6272,), ("(6272 + 1)·512 = 3\u2009211\u2009776",)),
        (
            LSTM(50, layers=2),
            (10, 5),
            (
                "layer 1: 4·(5·50 + 50·50 + 2·50) = 11\u2009400",
                "layer 2: 4·(50·50 + 50·50 + 2·50) = 20\u2009400",
                "11\u2009400 + 20\u2009400 = 31\u2009800",
            ),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Layer) else None,
)
def test_the_formulas_of_the_lectures(layer: Layer, shape: Shape, lines: tuple[str, ...]) -> None:
    assert layer.why_parameters(shape) == lines


def test_the_cats_and_dogs_net_explains_its_shapes() -> None:
    """`148×148×32` and what becomes of it."""
    said = analyse(zoo("cats-and-dogs"))
    conv, pool = (row for row in said.rows if row.type in ("Conv2d", "MaxPool2d") and row.path in ("conv1", "pool1"))
    assert reasons(conv, said)["output"][-1] == "⌊(150+2·0−1·(3−1)−1)/1⌋ + 1 = 148"
    assert reasons(pool, said)["output"][-1] == "⌊(148+2·0−1·(2−1)−1)/2⌋ + 1 = 74"
    assert "leaves the last 1 row or column unused" in MaxPool2d().why_output((128, 15, 15))[-1]


def test_any_number_of_steps_has_formulas_too() -> None:
    report = analyse(Network((T, 57), (LSTM(128), Linear(18))))
    assert reasons(report.rows[1], report)["macs"] == ("4·(57·128 + 128·128) = 94\u2009720 a time step",)
