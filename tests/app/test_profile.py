"""The profile: where memory and parameters lie."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.app.build.profile import WORDS, Profile
from explorer.app.theme import look
from explorer.arch.analysis import analyse
from explorer.arch.zoo import zoo


def shown(qtbot: QtBot, name: str) -> Profile:
    made = Profile()
    qtbot.addWidget(made)
    made.resize(700, 52)
    made.show_report(analyse(zoo(name)))
    made.show()
    return made


def heights(profile: Profile, x: int, upwards: bool) -> int:
    """Pixels of a bar above or below the middle line."""
    image = profile.grab().toImage()
    middle, paper = image.height() // 2, image.pixelColor(profile.width() - 1, 0)
    rows = range(middle - 2, -1, -1) if upwards else range(middle + 2, image.height())
    return sum(1 for y in rows if image.pixelColor(x, y).name() != paper.name())


def test_on_vgg_memory_is_early_and_parameters_are_late(qtbot: QtBot) -> None:
    profile = shown(qtbot, "vgg16")
    profile.show_chosen((9, 9))
    rows = analyse(zoo("vgg16")).rows
    left = look(profile).px(WORDS)
    wide = (profile.width() - left) / len(rows)

    def at(path: str) -> int:
        index = next(k for k, row in enumerate(rows) if row.path == path)
        return round(left + (index + 0.5) * wide)

    assert heights(profile, at("conv1_1"), upwards=True) > 5 * heights(profile, at("conv5_1"), upwards=True)
    assert heights(profile, at("fc6"), upwards=False) > 5 * heights(profile, at("conv3_1"), upwards=False)


def test_a_click_chooses_the_layer(qtbot: QtBot) -> None:
    profile = shown(qtbot, "resnet50")
    seen: list[object] = []
    profile.chosen.connect(seen.append)
    QTest.mouseClick(profile, Qt.MouseButton.LeftButton, pos=QPoint(699, 20))
    QTest.mouseClick(profile, Qt.MouseButton.LeftButton, pos=QPoint(2, 20))
    assert seen == [analyse(zoo("resnet50")).outline[-1].at]
