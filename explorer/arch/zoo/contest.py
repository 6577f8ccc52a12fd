"""ImageNet's contest (ILSVRC): how the errors fell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One result: the share of test images whose true class was not among the five guesses, in percent.

    `layers` counts those with weights unless the note says otherwise; `None` where there are no layers. `zoo` names the
    network here, if there is one.
    """

    year: int
    team: str
    network: str
    layers: int | None
    top5: float
    note: str = ""
    zoo: str | None = None


ENTRIES = (
    Entry(2010, "NEC-UIUC", "hand-made features", None, 28.2, "First place. Features and a linear classifier."),
    Entry(2011, "XRCE", "hand-made features", None, 25.8, "First place. Fisher vectors and a linear classifier."),
    Entry(
        2012, "SuperVision", "AlexNet", 8, 16.4,
        "First place, with 15.3 % after training on ImageNet 22k as well. The lecture counts its 7 hidden layers.",
        "alexnet",
    ),
    Entry(
        2013, "Clarifai", "Clarifai", 7, 11.7,
        "First place, with 11.2 % after training on ImageNet 22k as well. The 7 layers are the hidden ones.",
    ),
    Entry(2014, "VGG", "VGG-16", 16, 7.32, "Second place. Several networks together.", "vgg16"),
    Entry(
        2014, "GoogLeNet", "GoogLeNet", 22, 6.67,
        "First place. Seven networks together. The lecture prints 19 layers; the paper counts 22 with weights.",
        "googlenet",
    ),
    Entry(2015, "MSRA", "ResNet-152", 152, 3.57, "First place. Six networks of different depth together.", "resnet152"),
)  # fmt: skip
"""In the order of the years; of 2014 the second place first."""

HUMAN = 5.1
"""Top-5 error of a person who trained for the task, in percent (Russakovsky and others, arXiv:1409.0575)."""

DATA = "About 14 million labelled pictures of 20 thousand classes; the contest uses 1.2 million of 1\u2009000 classes."
"""What ImageNet is."""
