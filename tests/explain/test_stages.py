"""The whole network of the example, stage by stage."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from explorer.arch.errors import UsageError
from explorer.explain.example import Example, lecture, signal
from explorer.explain.stages import stages


def test_the_lectures_network_from_the_image_to_a_class() -> None:
    found = {stage.name: stage for stage in stages(lecture(2))}
    assert list(found) == ["conv", "relu", "pool", "flatten", "linear", "softmax"]
    assert [stage.output.shape for stage in found.values()] == [(2, 4, 4), (2, 4, 4), (2, 2, 2), (8,), (3,), (3,)]
    assert found["conv"].output[0, 0].tolist() == [3, -1, -3, -1]
    assert found["relu"].output[0, 0].tolist() == [3, 0, 0, 0]
    assert found["pool"].output.tolist() == [[[3, 0], [3, 1]], [[0, 1], [0, 3]]]
    assert found["flatten"].output.tolist() == [3, 0, 3, 1, 0, 1, 0, 3]
    assert found["linear"].output.tolist() == [2.5, 0.25, -1.75]
    assert found["softmax"].labels == ("diagonal", "bar", "neither")
    by_torch = torch.softmax(torch.tensor([2.5, 0.25, -1.75], dtype=torch.float64), 0)
    np.testing.assert_allclose(found["softmax"].output, by_torch.numpy())


def test_each_stage_tells_its_arithmetic() -> None:
    conv, relu, pool, flat, linear, softmax = stages(lecture(2))
    assert conv.step((0, 0, 1)).lines[0].endswith(" = −1")
    assert relu.step((0, 0, 1)).lines == ("max(0, −1) = 0",)
    assert pool.step((0, 1, 1)).lines == ("the largest of 0, 1, 0, 0 = 1",)
    assert flat.step((3,)).lines == ("value 4 of 8 is map 1, row 2, column 2: 1",)
    assert flat.step((3,)).sources == ((0, 1, 1),)
    assert linear.step((0,)).lines[0].startswith("3·0.5 + 0·0.5 + 3·0.5 + 1·0.5 + 0·(−0.25)")
    assert linear.step((2,)).lines[0].endswith(" + bias 1 = −1.75")
    assert softmax.step((0,)).lines[0].startswith("P(diagonal) = e^2.50 / sum")
    assert conv.note == "2 filters of 3×3: 1×6×6 → 2×4×4"
    with pytest.raises(IndexError):
        softmax.step((3,))


EXAMPLES = [
    lecture(),
    lecture(2).with_channels(3).with_bias(0, -2),
    lecture(3).with_padding("same").with_activation("relu"),
    lecture(2).with_channels(2).with_groups("depthwise"),
    lecture().with_kernel_size((6, 6)),
    lecture(2).with_spec(transposed=True),
    lecture(12),
    signal(),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.image.shape} {e.filters.shape}")
def test_every_value_follows_from_its_sources(example: Example) -> None:
    found = stages(example)
    assert found[0].input is not None
    for stage, after in pairwise(found):
        assert after.input is stage.output
    assert found[-1].output.sum() == pytest.approx(1)
    for stage in found:
        assert stage.count == len(stage.places) == stage.output.size
        for at in stage.places:
            trace = stage.step(at)
            assert trace.result == pytest.approx(float(stage.output[at]))
            assert trace.lines
            assert all(0 <= i < n for source in trace.sources for i, n in zip(source, stage.input.shape, strict=True))
            # What is not among the sources does not matter.
            if trace.sources and stage.name in ("relu", "flatten", "pool"):
                values = [float(stage.input[source]) for source in trace.sources]
                assert max(0.0, max(values)) == trace.result if stage.name == "relu" else max(values) == trace.result


def test_an_example_with_a_fault_has_no_stages() -> None:
    with pytest.raises(UsageError, match="does not fit"):
        stages(lecture().with_kernel_size((8, 8)))
