"""Forms made from declarations: pairs that may be a word, and names."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from explorer.app.widgets.form import Form
from explorer.arch.layers import Conv2d


def made(qtbot: QtBot) -> tuple[Form, list[tuple[str, Any]]]:
    form, heard = Form(Conv2d), list[tuple[str, Any]]()
    qtbot.addWidget(form)
    form.edited.connect(lambda name, value: heard.append((name, value)))
    form.show_values(Conv2d())
    return form, heard


def typed(form: Form, name: str, text: str) -> QLineEdit:
    editor = form.editor(name)
    assert isinstance(editor, QLineEdit)
    editor.clear()
    QTest.keyClicks(editor, text)
    return editor


def test_padding_may_be_a_word(qtbot: QtBot) -> None:
    form, heard = made(qtbot)
    editor = typed(form, "padding", "same")
    assert heard[-1] == ("padding", "same")
    QTest.keyClick(editor, Qt.Key.Key_Up)
    assert editor.text() == "same"
    assert heard[-1] == ("padding", "same")
    typed(form, "padding", "2")
    assert heard[-1] == ("padding", (2, 2))
    form.show_values(Conv2d(padding="same"))
    assert editor.text() == "same"
    heard.clear()
    typed(form, "padding", "some")
    assert not heard
    assert "same" in form.rows["padding"].wrong.text()


def test_a_name_is_text_and_may_be_empty(qtbot: QtBot) -> None:
    form, heard = made(qtbot)
    editor = form.editor("name")
    assert isinstance(editor, QLineEdit)
    assert editor.alignment() & Qt.AlignmentFlag.AlignLeft
    assert editor.placeholderText() == "by its kind"
    typed(form, "name", "stem")
    assert heard[-1] == ("name", "stem")
    QTest.keyClick(editor, Qt.Key.Key_Down)
    assert editor.text() == "stem"
    typed(form, "name", "2 a")
    assert form.rows["name"].wrong.text().startswith("Name begins with a letter")
    editor.clear()
    QTest.keyClick(editor, Qt.Key.Key_A)
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert heard[-1] == ("name", "")
