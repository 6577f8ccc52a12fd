"""Recipes to begin with, by what the data are: pure numbers, each in one place. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import asdict, replace

from explorer.learn.catalog import Kind, Source
from explorer.learn.recipe import Recipe

FREE = ("data", "seed", "device")
"""Fields that every preset leaves as they are."""


@dataclass(frozen=True)
class Preset:
    """A recipe with a name, and what it is for in a sentence or two."""

    name: str
    about: str
    recipe: Recipe


STANDARD = Preset("Standard", "Adam with a falling learning rate. Good for most networks that read pictures.", Recipe())

FAST_WORDS = Preset(
    "Fast",
    "Batches of words of one length, each class drawn equally often, some letters replaced at random.",
    Recipe(
        data="names",
        optimiser="AdamW",
        learning_rate=0.005,
        batch=256,
        epochs=16,
        schedule="cosine",
        augment=True,
        balanced=True,
        smoothing=0.1,
        clip=1.0,
    ),
)

LECTURE = Preset(
    "As in the lecture",
    "One word at a time: a random class, then a random word of it; 100 000 times. Plain SGD with steps of 0.005.",
    Recipe(
        data="names",
        optimiser="SGD",
        learning_rate=0.005,
        batch=1,
        epochs=10_000,  # the samples end it
        schedule="constant",
        balanced=True,
        samples=100_000,
    ),
)

FAST_TEXT = Preset(
    "Fast",
    "AdamW with a falling learning rate; gradients longer than 1 are shortened.",
    Recipe(data="names#letters", optimiser="AdamW", learning_rate=0.003, batch=64, epochs=10, clip=1.0),
)

PRESETS: dict[Kind, tuple[Preset, ...]] = {
    "pictures": (STANDARD,),
    "words": (FAST_WORDS, LECTURE),
    "text": (FAST_TEXT,),
}
"""For each kind of data the presets there are; the first is taken unless another is chosen."""


def default_recipe(chosen: Source, name: str = "") -> Recipe:
    """How a data set is trained on when nothing else is said. `name` is what the recipe calls it, if not as it does."""
    return replace(PRESETS[chosen.kind][0].recipe, data=name or chosen.name)


def changed(recipe: Recipe, preset: Preset) -> tuple[str, ...]:
    """The fields in which a recipe is not the preset; data, seed and device are never among them."""
    own, given = asdict(recipe), asdict(preset.recipe)
    return tuple(field for field in own if field not in FREE and own[field] != given[field])


def taken(recipe: Recipe, preset: Preset) -> Recipe:
    """The recipe with all that the preset says."""
    return replace(preset.recipe, **{field: getattr(recipe, field) for field in FREE})


def nearest(recipe: Recipe, kind: Kind) -> Preset:
    """The preset of a kind that has most in common with a recipe."""
    return min(PRESETS[kind], key=lambda preset: len(changed(recipe, preset)))
