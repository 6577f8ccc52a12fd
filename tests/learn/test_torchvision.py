"""The known networks as modules: what their reports say, and the same as torchvision's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from explorer.arch.analysis import analyse
from explorer.arch.shape import T
from explorer.arch.zoo import zoo, zoo_names
from explorer.learn.build import build
from explorer.learn.modules import Side

models: Any = pytest.importorskip("torchvision.models")

THEIRS: dict[str, dict[str, bool]] = {
    "alexnet": {},
    **{name: {"init_weights": False} for name in ("vgg11", "vgg13", "vgg16", "vgg19")},
    "googlenet-torchvision": {"aux_logits": True, "init_weights": False},
    **{name: {} for name in ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")},
}
"""Torchvision's models by the names of ours, with their arguments."""


def theirs(name: str) -> nn.Module:
    """Torchvision's model, without memory."""
    with torch.device("meta"):
        made: nn.Module = getattr(models, name.removesuffix("-torchvision"))(weights=None, **THEIRS[name])
    return made


def ours(name: str) -> nn.Module:
    """The module of our network, without memory."""
    with torch.device("meta"):
        return build(zoo(name))


def learned(module: nn.Module) -> Iterator[nn.Module]:
    """The layers with weights, in the order in which they run."""
    parts = dict(module.named_children())
    order = list(parts)
    for side, place in (("aux1", "inception4a"), ("aux2", "inception4d")):
        if side in parts:  # torchvision declares them last
            order.remove(side)
            order.insert(order.index(place) + 1, side)
    for name in order:
        yield from (layer for layer in parts[name].modules() if list(layer.parameters(recurse=False)))


def filled(module: nn.Module) -> nn.Module:
    """With memory, and random values that keep the signal alive through many layers."""
    module.to_empty(device="cpu")
    torch.manual_seed(1)
    for layer in learned(module):
        for name, values in (*layer.named_parameters(), *layer.named_buffers()):
            if values.dim() > 1:
                reach = (6 / values[0].numel()) ** 0.5
                nn.init.uniform_(values, -reach, reach)
            elif values.dim() == 1:
                positive = name in ("weight", "running_var")
                nn.init.uniform_(values, 0.3 if positive else -0.1, 0.7 if positive else 0.1)
    return module


def pair(name: str) -> tuple[nn.Module, nn.Module]:
    """Our module and torchvision's, with the same values."""
    mine, other = ours(name), filled(theirs(name))
    for layer, source in zip(learned(mine), learned(other), strict=True):
        assert type(layer) is type(source)
        layer.load_state_dict(source.state_dict(), assign=True)
    return mine.eval(), other.eval()


@pytest.mark.parametrize("name", zoo_names())
def test_the_module_has_as_many_parameters_as_the_report(name: str) -> None:
    report = analyse(zoo(name))
    module = ours(name)
    assert sum(p.numel() for p in module.parameters()) == report.parameters
    for row in report.rows:
        if row.parameters:
            assert sum(p.numel() for p in module.get_submodule(row.path).parameters()) == row.parameters


@pytest.mark.parametrize("name", [name for name in zoo_names() if name not in THEIRS and "googlenet" not in name])
def test_what_leaves_the_module_has_the_shape_of_the_report(name: str) -> None:
    network = zoo(name)
    sizes = [4 if size == T else size for size in network.input]
    x = torch.randint(0, 57, (2, 4)) if network.input == (T,) else torch.rand(2, *sizes)
    with torch.inference_mode():
        output = build(network, seed=1).eval()(x)
    shape = analyse(network).output
    assert shape is not None
    assert tuple(output.shape) == (2, *(4 if size == T else size for size in shape))


@pytest.mark.parametrize("name", THEIRS)
def test_every_layer_has_as_many_parameters_as_torchvisions(name: str) -> None:
    rows = [row.parameters for row in analyse(zoo(name)).rows if row.parameters]
    assert rows == [sum(p.numel() for p in layer.parameters()) for layer in learned(theirs(name))]


@pytest.mark.parametrize("name", ["alexnet", "vgg11", "googlenet-torchvision", "resnet18", "resnet50"])
def test_the_same_weights_give_the_same_outputs(name: str) -> None:
    mine, other = pair(name)
    with torch.inference_mode():
        x = torch.rand(1, 3, 224, 224)
        expected = other(x)
        assert expected.std() > 0.01
        torch.testing.assert_close(mine(x), expected, atol=1e-5, rtol=1e-5)


def test_the_side_classifiers_say_the_same_in_training() -> None:
    mine, other = pair("googlenet-torchvision")
    for module in (mine.train(), other.train()):
        for layer in module.modules():
            if isinstance(layer, nn.Dropout):
                layer.eval()  # else both draw at random
    with torch.no_grad():
        x = torch.rand(1, 3, 224, 224)
        expected = other(x)
        torch.testing.assert_close(mine(x), expected.logits, atol=1e-4, rtol=1e-4)
    said = [side.said for side in mine.modules() if isinstance(side, Side)]
    for mine_says, other_says in zip(said, (expected.aux_logits1, expected.aux_logits2), strict=True):
        assert mine_says is not None
        assert mine_says.shape == (1, 1000)
        torch.testing.assert_close(mine_says, other_says, atol=1e-4, rtol=1e-4)


def test_resnet18_has_torchvisions_shape_behind_every_layer() -> None:
    other = theirs("resnet18").eval()
    seen: list[tuple[int, ...]] = []

    def note(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
        seen.append(tuple(output.shape[1:]))

    for layer in other.modules():
        if not list(layer.children()):
            layer.register_forward_hook(note)
    other(torch.empty(1, 3, 224, 224, device="meta"))
    rows = analyse(zoo("resnet18")).rows
    assert seen == [row.output for row in rows if row.type not in ("Input", "Add", "Flatten")]
