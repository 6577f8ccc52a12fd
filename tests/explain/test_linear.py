from __future__ import annotations

import pytest
import torch

from explorer.explain.linear import weighted


def test_the_result_is_pytorchs() -> None:
    torch.manual_seed(1)
    layer, x = torch.nn.Linear(50, 4), torch.randn(50)
    with torch.no_grad():
        wanted = layer(x)
    for unit in range(4):
        explained = weighted(x.numpy(), layer.weight[unit].detach().numpy(), float(layer.bias[unit].detach()))
        assert explained.result == pytest.approx(float(wanted[unit]), abs=1e-5)
        assert explained.lines[0] == "50 products input·weight, largest first:"
        assert "44 more" in explained.lines[1]
        assert explained.lines[1].endswith(f"= {explained.result:.3f}".replace("-", "−"))


def test_few_products_are_all_written_out() -> None:
    assert weighted([1.0, 2.0], [0.5, -3.0], 0.25).lines == ("2.00·(−3.00) + 1.00·0.50 + bias 0.25 = −5.250",)
    assert weighted([-1.0], [2.0]).lines == ("−1.00·2.00 = −2.000",)


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="equally long"):
        weighted([1.0], [1.0, 2.0])
