"""A sentence: the tagger is unrolled, a word a step, on all pages that have settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from explorer.app.unroll import set_source
from explorer.app.unroll.back_task import LIKELIEST, task_of, work
from explorer.app.unroll.backwards import BackwardsPage
from explorer.app.unroll.document import Document
from explorer.app.unroll.page import Page
from explorer.app.unroll.settings import Settings
from explorer.app.unroll.step_values import output_labels
from explorer.app.unroll.stepping import StepPage
from explorer.app.unroll.time_find import Place, Places, beside, search, sentences, stretch_words, unrolled_at
from explorer.app.unroll.timeline import TimePage
from explorer.app.workspace import Workspace
from explorer.arch.errors import RunError, UsageError
from explorer.explain.recurrent.study import Study, resolve
from explorer.explain.recurrent.wired import play
from explorer.learn.letters import LETTERS
from explorer.learn.toys import load, tagger

PELAEZ = Study(text="Pelaez", alphabet=LETTERS, hidden=6)
SAW = replace(PELAEZ.with_model(tagger()), text="She saw the saw.")


@pytest.fixture
def column(workspace: Workspace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setattr("explorer.app.predict.models.shipped", lambda: ())
    made = Settings(Document(PELAEZ), workspace)
    made.document.setParent(made)
    qtbot.addWidget(made)
    made.resize(320, 1200)
    made.show()
    yield made
    made.close_down()


# What is read.


def test_a_step_reads_a_word_and_names_its_tag() -> None:
    now = resolve(SAW)
    assert now.labels == ("she", "saw", "the", "saw")
    assert now.study.unit == "word"
    wired = load("many-to-many").wired
    assert wired is not None
    played = play(wired, SAW.text)
    told = output_labels(now)
    assert [label.text for label in told if label is not None] == list(played.chosen)
    assert np.allclose([label.value or 0.0 for label in told if label is not None], np.log(played.probabilities.max(1)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("she saww it", "“saww”, “it” are not known here. Did you mean “saw”? Some that are: the, "),
        ("qqq", "“qqq” is not known here. Some that are: the, "),
        (" ?! ", "There is nothing to read yet. Type a word."),
        ("she " * 1001, "At most 1 000 words are read here, not 1 001."),
    ],
)
def test_what_is_no_sentence_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(replace(SAW, text=text))
    assert str(caught.value).replace("\u2009", " ").startswith(said)
    assert len(str(caught.value)) < 160


def test_other_texts_and_cells_read_the_same_words() -> None:
    now = resolve(SAW)
    assert stretch_words(now.labels, (2, 3), "word") == "“the saw”"
    assert stretch_words(now.labels * 9, (2, 9), "word") == "words 3 to 10"
    kinds = beside(now)
    assert kinds["RNN"] is now
    for kind in ("LSTM", "GRU"):
        assert kinds[kind].labels == now.labels
        assert np.array_equal(kinds[kind].inputs.x, now.inputs.x)
        assert kinds[kind].cell.kind == kind
    (*_, found) = search(now, "h", 3, (1, 1), lambda: ("he saw her", "they slept", "a robot slept"))
    assert isinstance(found, Places)
    assert found.read == 2, "a robot is not known"
    place = found.places[0]
    assert place.text[slice(*place.span)] in place.text.split()
    study, steps = unrolled_at(SAW, Place("the old dog slept", 1, 3, 0.0, words=True))
    assert (study.text, steps) == ("the old dog slept", (1, 2))
    assert study.text[slice(*Place(study.text, 1, 3, 0.0, words=True).span)] == "old dog"
    texts = sentences()
    assert len(set(texts)) == len(texts) > 100
    resolve(replace(SAW, text=texts[-1]))


def test_the_losses_ask_for_what_the_tagger_finds_likeliest() -> None:
    now = resolve(SAW)
    assert now.logs is not None
    every, last = task_of(now), task_of(now, every=False)
    assert every.targets == tuple(now.logs.argmax(1))
    assert (every.says, every.plain) == (LIKELIEST, False)
    assert last.losses == (3,)
    assert last.target_name(3) == every.target_name(3)
    assert not last.asks
    assert np.allclose([work(every).back.losses[i] for i in range(4)], -now.logs.max(1))


# The settings.


def test_a_sentence_is_chosen_and_left_again(column: Settings) -> None:
    before = column.document.study
    column.source._choose("sentence")
    now = column.document.unrolled
    assert now.labels == ("she", "saw", "the", "saw")
    assert column.source.kinds.currentText() == "A sentence"
    assert column.source.word.accessibleName() == "Sentence"
    assert not column.source.sentences.isHidden()
    assert column.models.list.currentText() == "Part-of-speech tagger"
    assert column.models.note.text() == "RNN, 16 units, 42 words."
    QTest.keyClicks(column.source.word, " slowly")
    assert column.document.unrolled.labels[-1] == "slowly"
    QTest.keyClicks(column.source.word, "x")
    assert column.source.fault.text().startswith("“slowlyx” is not known here. Did you mean “slowly”?")
    assert column.source.word.property("wrong")
    column.source.tries.menu().actions()[2].trigger()
    assert column.document.unrolled.labels == ("she", "painted", "her")
    assert column.source.fault.isHidden()
    column.source._choose("word")
    assert column.document.study == before
    assert column.source.sentences.isHidden()
    column.document.undo.undo()
    assert column.source.word.text() == "she painted her"


def test_leaving_the_tagger_leaves_the_sentence(column: Settings) -> None:
    column.document.edit(PELAEZ.change("w", (0, 1, 1), 4.0), "change")
    for leave in (
        lambda: column.kinds._choose("LSTM"),
        lambda: column._choose_weights("random"),
        lambda: column.source._choose("noise"),
    ):
        column.source._choose("sentence")
        leave()
        assert column.document.study.trained is None
        assert column.document.study.text == "Pelaez"
        assert column.document.study.hidden == 6
    column.source._choose("sentence")
    column.models.list.cleared.emit()  # the tagger's own entry in the list of models
    assert column.document.study.unit == "word"
    column.choose_word("Anna", None)
    assert column.document.unrolled.labels == tuple("Anna")


def test_a_damaged_tagger_is_said(column: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RunError("It is damaged. Install the program again.")

    monkeypatch.setattr(set_source, "tagger", fail)
    column.source._choose("sentence")
    assert column.source.fault.text() == "It is damaged. Install the program again."
    assert column.source.kinds.currentText() == "A word"
    assert column.document.study == PELAEZ


# The pages.


@pytest.fixture
def page(workspace: Workspace, qtbot: QtBot) -> Callable[[type[Page]], Page]:
    def make(kind: type[Page]) -> Page:
        made = kind(Document(SAW), workspace)
        qtbot.addWidget(made)
        made.resize(1190, 720)
        made.show()
        return made

    return make


def test_the_pages_speak_of_words(page: Callable[[type[Page]], Page]) -> None:
    step = page(StepPage)
    step.document.go_to(1)
    assert step.heading.text() == "“She saw the saw.”, word 2 of 4: hidden state"
    time = page(TimePage)
    time.document.go_to(1)
    assert time.heading.text() == "“She saw the saw.” over time, RNN"
    assert "“saw”, step 2" in time._where(time.document.unrolled, 1)  # type: ignore[attr-defined]
    back = page(BackwardsPage)
    assert LIKELIEST in back.sentence.text()
    assert back.losses.target.isHidden()  # type: ignore[attr-defined]
    assert back.losses.target_label.text() == "for the likeliest class"  # type: ignore[attr-defined]
    for made in (step, time, back):
        made.stop()
