"""The Train panel for words and texts: choosing them, their log, their confusion matrix and its words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from explorer.app.train.called import called
from explorer.app.train.curve import Curve
from explorer.app.train.described import describe, plan_of
from explorer.app.train.fitting import ways_out
from explorer.app.train.panel import TrainPanel
from explorer.app.train.record import Record
from explorer.app.train.runs import alike
from explorer.app.train.settings import MAIN, MORE
from explorer.app.train.words import Phase, log_lines, words
from explorer.app.widgets.confusion import ConfusionMatrix
from explorer.app.widgets.difference import DifferenceMatrix
from explorer.app.widgets.plot import LivePlot
from explorer.app.workspace import Workspace
from explorer.arch.errors import DataError
from explorer.arch.layers import ConcatRNN, LastStep, LogSoftmax
from explorer.arch.network import Network
from explorer.arch.shape import T
from explorer.arch.zoo import zoo
from explorer.learn.catalog import SOURCES, source, writing
from explorer.learn.events import Asked, Finished, Started, StepDone, Tested, Validated
from explorer.learn.fit import misfit
from explorer.learn.letters import LANGUAGES, LETTERS
from explorer.learn.presets import FAST_TEXT, FAST_WORDS, LECTURE, STANDARD, changed, default_recipe, nearest
from explorer.learn.recipe import Recipe

SMALL = Network((T, len(LETTERS)), (ConcatRNN(hidden=8, outputs=2), LogSoftmax(), LastStep()), "Small")
RECIPE = Recipe(optimiser="AdamW", learning_rate=0.03, batch=16, epochs=2, balanced=True)


def write_words(folder: Path, accents: bool = True) -> Path:
    """Two classes of 60 words that one letter tells apart."""
    folder.mkdir(parents=True)
    for name, first in (("Alps", "k"), ("Sea", "m")):
        lines = [f"{first}{a}{b}{c}" for a, b, c in product("aeiou", "lnrs", "aei")]
        if accents and name == "Alps":
            lines[0] = "Kälä"
        (folder / f"{name}.txt").write_text("\n".join(lines), "utf-8")
    return folder


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_words(tmp_path_factory.mktemp("data") / "places")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, lists: Path) -> Path:
    """Two small trained runs on the word lists."""
    from explorer.learn.run import run

    folder = tmp_path_factory.mktemp("runs")
    for name, epochs in (("first", 2), ("second", 4)):
        network = replace_name(SMALL, name)
        for _ in run(network, replace(RECIPE, data=str(lists), epochs=epochs), folder / name, lists.parent):
            pass
    return folder


def replace_name(network: Network, name: str) -> Network:
    return Network(network.input, network.layers, f"Small {name}")


@pytest.fixture
def panel(qtbot, workspace: Workspace) -> Iterator[TrainPanel]:
    made = TrainPanel(workspace, runner=stub)
    made.resize(1190, 720)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: not made._reader.running)
    yield made
    made.close_down()


def settle(panel: TrainPanel, qtbot) -> None:
    qtbot.waitUntil(lambda: not panel.desk.busy, timeout=20_000)


def confusion(k: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(v) for v in row) for row in np.eye(k, dtype=int) * 4 + 1)


def words_run(*_: object) -> Iterator:
    k = len(LANGUAGES)
    yield Started("Names RNN", 27_156, "names", 2000, 200, 400, LANGUAGES, "CPU", 2000, 4000)
    for step in range(1, 4001):
        yield StepDone(step, 2.0, 1.0, 0.001 * step)
        if step == 200:
            yield Asked(200, "Witek", "Polish", "Polish", 2.1234, -0.5)
        if step == 400:
            yield Asked(400, "Horak", "Polish", "Czech", 1.5, -0.6)
    yield Validated(4000, 200, 1.9, 0.4, confusion(k), True)
    yield Tested(400, 1.8, 0.5, confusion(k))
    yield Finished("finished", 4000, 4.0)


def text_run(*_: object) -> Iterator:
    chosen = writing(source("names"))
    yield Started("Letter model", 95_180, "names#letters", 2000, 200, 400, chosen.classes, "CPU", 10, 10)
    yield from (StepDone(step, 3.0, 0.2, 0.1 * step) for step in range(1, 11))
    yield Validated(10, 200, np.log(8.0), 0.4, (), True)
    yield Tested(400, np.log(7.0), 0.5, ())
    yield Finished("finished", 10, 1.0)


def stub(_: Network, recipe: Recipe, *__: object) -> Iterator:
    return text_run() if recipe.data.endswith("#letters") else words_run()


# Names of data.


@pytest.mark.parametrize(
    ("data", "title", "kind", "unit"),
    [
        ("strokes", "Strokes", "pictures", "image"),
        ("names", "Names", "words", "name"),
        ("names#letters", "Names, letter by letter", "text", "name"),
        ("/home/me/cities", "cities", "words", "word"),
        ("/home/me/cities#letters", "cities, letter by letter", "text", "word"),
        ("/home/me/C# and F##letters", "C# and F#, letter by letter", "text", "word"),
        ("/home/me/faust.txt#words", "faust, words", "text", "piece"),
        ("gone", "gone", "pictures", "image"),
    ],
)
def test_data_are_called_by_their_name_alone(data: str, title: str, kind: str, unit: str) -> None:
    found = called(data)
    assert (found.title, found.kind, found.unit) == (title, kind, unit)


# Presets.


def test_each_source_has_a_recipe_of_its_kind() -> None:
    for chosen in (*SOURCES, writing(source("names"))):
        recipe = default_recipe(chosen)
        assert recipe.data == chosen.name
        assert changed(recipe, nearest(recipe, chosen.kind)) == ()
    assert default_recipe(source("strokes")) == Recipe()
    assert default_recipe(source("names"), "here").data == "here"


def test_a_recipe_is_compared_with_its_preset() -> None:
    recipe = replace(LECTURE.recipe, data="names-tutorial", seed=3, device="cpu")
    assert changed(recipe, LECTURE) == ()
    assert nearest(recipe, "words") is LECTURE
    assert changed(replace(recipe, batch=2), LECTURE) == ("batch",)
    assert (LECTURE.recipe.batch, LECTURE.recipe.learning_rate, LECTURE.recipe.samples) == (1, 0.005, 100_000)


def test_every_field_is_in_the_form_once_where_it_matters() -> None:
    for kind in MAIN:
        assert not set(MAIN[kind]) & set(MORE[kind])
    assert "augment" not in (*MAIN["text"], *MORE["text"])
    assert "balanced" not in (*MAIN["pictures"], *MORE["pictures"])


# Looking at data.


def test_a_folder_is_described(lists: Path) -> None:
    found = describe(str(lists), lists)
    assert found.source.classes == ("Alps", "Sea")
    assert found.classes == (60, 60)
    assert found.source.train + found.source.validation + found.source.test == 120
    assert found.spread == "2 classes, 60 each"
    assert found.listed == "Alps 60 · Sea 60"
    assert found.folded == "Letters fold: Kälä → Kala."
    assert sum(count for _, count in found.lengths) == found.source.train
    text = describe(f"{lists}#letters", lists)
    assert text.source.kind == "text"
    assert (text.listed, text.spread) == ("", "")


@pytest.mark.parametrize("kind", ["one class", "empty", "tiny", "none"])
def test_data_that_are_none_are_said_in_a_sentence(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "bad"
    if kind != "none":
        folder.mkdir()
    if kind == "one class":
        (folder / "A.txt").write_text("a")
    if kind == "tiny":
        for name in "AB":
            (folder / f"{name}.txt").write_text(name.lower())
    with pytest.raises(DataError) as caught:
        describe(str(folder), tmp_path)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("recipe", [RECIPE, replace(RECIPE, balanced=False), replace(RECIPE, samples=40, batch=1)])
def test_the_plan_is_what_training_does(lists: Path, recipe: Recipe) -> None:
    from explorer.learn.data import DataSet, load
    from explorer.learn.train import steps_in_all, steps_per_epoch

    *_, data = load(str(lists), lists.parent)
    assert isinstance(data, DataSet)
    found = describe(str(lists), lists)
    plan = plan_of(recipe, found.source.train, found.lengths)
    assert plan.per_epoch == steps_per_epoch(data.train, recipe)
    assert plan.steps == steps_in_all(data.train, recipe)


# What a run says.


def record_of_words() -> Record:
    record = Record(1, 10_000, 4000)
    for event in words_run():
        record.fold(event)
    return record


def test_the_log_is_the_lectures() -> None:
    lines = log_lines(record_of_words().asked, 4000).split("\n")
    assert lines[0].split() == ["200", "5%", "(0m", "0s)", "2.1234", "Witek", "/", "Polish", "✓"]
    assert lines[1].endswith("1.5000 Horak / Polish ✗ (Czech)")


def test_runs_of_words_and_texts_are_said_in_their_units() -> None:
    record = record_of_words()
    assert words(Phase.ENDED, record, True).title == "Finished: 50.0 % of the test names right"
    record.tested = record.finished = None
    record.step = 1000
    assert words(Phase.RUNNING, record, True).title == "Name 1\u2009000 of 4\u2009000"
    assert words(Phase.RUNNING, record, True).caption.split(" · ")[1].endswith(" names/s")
    text = Record(64, 1)
    for event in text_run():
        text.fold(event)
    assert words(Phase.ENDED, text, True).title == "Finished: perplexity 7.00 on the test text"
    assert text.shown is None


def test_steps_of_one_sample_are_averaged_in_blocks() -> None:
    record = record_of_words()
    assert record.loss.block == 200
    steps, means = record.loss.smooth()
    assert steps.tolist() == list(range(200, 4001, 200))
    assert np.allclose(means, 2.0)
    curve = Curve(block=10)
    for step in range(1, 36):
        curve.add(step, float(step))
    assert curve.smooth()[1].tolist() == [5.5, 15.5, 25.5]
    found = curve.at(14)
    assert found is not None
    assert found.smooth == 15.5
    curve.cut(12)
    assert curve.smooth()[0].tolist() == [10.0]


# The panel.


def choose(panel: TrainPanel, name: str) -> None:
    place = panel.settings.data.findData(name)
    panel.settings.data.setCurrentIndex(place)
    panel.settings.data.activated.emit(place)


def test_words_bring_their_recipe_and_fields(panel: TrainPanel, qtbot) -> None:
    settings = panel.settings
    assert not settings.data.model().item(0).isEnabled()  # a heading
    choose(panel, "names")
    settle(panel, qtbot)
    assert settings.recipe == default_recipe(source("names"))
    assert settings.preset.currentText() == "Fast"
    assert settings.form.rows["balanced"].isVisible()
    assert not settings.form.rows["device"].isVisible()
    settings.more.click()
    assert settings.form.rows["device"].isVisible()
    settings._edited("batch", 32)
    assert settings.marks["batch"].isVisible()
    assert settings.marks["batch"].text() == "changed from Fast"
    assert str(FAST_WORDS.recipe.batch) in settings.marks["batch"].toolTip()
    settings.back.click()
    assert settings.recipe.batch == FAST_WORDS.recipe.batch
    assert not settings.marks["batch"].isVisible()
    settings.preset.setCurrentText("As in the lecture")
    settings.preset.activated.emit(1)
    assert settings.recipe == replace(LECTURE.recipe, data="names")
    choose(panel, "strokes")
    assert settings.recipe == Recipe()
    assert settings.preset.currentText() == STANDARD.name
    choose(panel, "names#letters")
    settle(panel, qtbot)
    assert settings.recipe == FAST_TEXT.recipe


def test_a_folder_can_be_dropped_and_a_bad_one_is_said_in_place(
    panel: TrainPanel, qtbot, lists: Path, tmp_path: Path
) -> None:
    drop(panel, lists)
    settle(panel, qtbot)
    settings = panel.settings
    assert settings.recipe.data == str(lists)
    assert settings.data.currentText() == "places"
    assert settings.chooser.classes.text() == "2 classes, 60 each"
    settings.chooser.classes.click()
    assert settings.chooser.listed.text() == "Alps 60 · Sea 60"
    assert settings.data.findData(f"{lists}#letters") > 0
    bad = tmp_path / "bad"
    bad.mkdir()
    drop(panel, bad)
    settle(panel, qtbot)
    assert "At least two lists are needed" in settings.chooser.wrong.text()
    assert settings.chooser.wrong.isVisible()
    assert settings.recipe.data == str(lists)  # nothing is lost
    drop(panel, lists)
    settle(panel, qtbot)
    assert not settings.chooser.wrong.isVisible()


def drop(panel: TrainPanel, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    panel.dropEvent(QDropEvent(QPointF(5, 5), copy, mime, left, none))


def test_data_that_came_late_do_not_replace_what_was_chosen_since(panel: TrainPanel, qtbot, lists: Path) -> None:
    panel.settings.want(str(lists))
    choose(panel, "strokes")
    settle(panel, qtbot)
    assert panel.settings.recipe.data == "strokes"


def test_a_text_file_can_be_learnt_by_letters_or_words(panel: TrainPanel, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "sea.txt"
    path.write_text("the sea is wide and the wind is cold, " * 60)
    panel.settings.chooser.want(path)
    settle(panel, qtbot)
    assert panel.settings.source.kind == "text"
    assert panel.settings.data.currentText() == "sea, letters"
    (tmp_path / "short.txt").write_text("sea")
    panel.settings.chooser.want(tmp_path / "short.txt")
    settle(panel, qtbot)
    assert "at least 1\u2009000 are needed" in panel.settings.chooser.wrong.text()


def test_a_network_for_pictures_gives_way_to_one_for_words(panel: TrainPanel, qtbot, lists: Path) -> None:
    panel.settings.chooser.want(lists)
    settle(panel, qtbot)
    assert not panel.stage.buttons["train"].isEnabled()
    assert [made.text() for made in panel.stage.misfit.buttons] == ["Open Names LSTM", "Take Strokes as data"]
    panel.stage.misfit.buttons[0].click()
    assert panel.stage.buttons["train"].isEnabled()
    assert panel.workspace.network.name == "Names LSTM"
    choose(panel, "strokes")
    assert panel.stage.misfit.buttons[0].text() == "Open LeNet-5"


def test_a_network_for_names_finds_its_data() -> None:
    problem = misfit(zoo("names-gru"), source("strokes"))
    assert problem is not None
    assert [way.text for way in ways_out(zoo("names-gru"), source("strokes"), problem)] == [
        "Open LeNet-5",
        "Take Names as data",
    ]


def trained(panel: TrainPanel, qtbot, network: str, recipe: Recipe) -> None:
    panel.workspace.open_network(zoo(network))
    panel.settings.show_recipe(recipe)
    settle(panel, qtbot)
    panel.train()
    qtbot.waitUntil(lambda: panel.phase is Phase.ENDED, timeout=20_000)


def test_a_run_of_words_shows_log_and_matrix(panel: TrainPanel, qtbot) -> None:
    trained(panel, qtbot, "names-rnn", replace(LECTURE.recipe, samples=4000))
    assert "Witek / Polish ✓" in panel.stage.log.lines.text()
    assert panel.stage.log.isVisible()
    assert panel.results.matrix.classes == LANGUAGES
    assert panel.results.figures[1].text == "22.7 %"
    assert panel.results.figures[1].toolTip().startswith("mean of the 18 recalls: (22.7 + ")
    assert panel.results.tabs.isVisible()
    assert panel.results.width() > panel.stage.width() * 0.6
    assert not panel.grab().isNull()


def test_a_run_of_texts_shows_its_perplexity(panel: TrainPanel, qtbot) -> None:
    trained(panel, qtbot, "char-lm", replace(FAST_TEXT.recipe, epochs=1))
    assert panel.results.unsure.isVisible()
    assert not panel.results.matrix.isVisible()
    assert panel.results.unsure.figures[0].text == "7.00"
    assert "= 76" in panel.results.unsure.why.text()
    assert panel.stage.perplexity.isVisible()
    assert not panel.stage.accuracy.isVisible()
    assert panel.stage.perplexity._points[1].tolist() == pytest.approx([8.0])
    assert panel.stage.perplexity._guide is not None
    assert panel.stage.perplexity._guide[0] == 76.0
    panel.stage.loss.pointed.emit(10.0)
    assert not panel.grab().isNull()


# The words in a cell, and two models.


def test_a_cell_lists_its_words_and_a_word_opens_predict(panel: TrainPanel, qtbot, runs: Path) -> None:
    panel.open_run(runs / "second")
    qtbot.waitUntil(lambda: panel.record.complete)
    settle(panel, qtbot)
    matrix, listed = panel.results.matrix, panel.results.words
    panel.refresh()
    assert matrix.counts is not None
    row, column = (int(k) for k in np.unravel_index(matrix.counts.argmax(), (2, 2)))
    grid, cell = matrix._grid()
    place = grid.topLeft() + QPointF((column + 0.5) * cell, (row + 0.5) * cell)
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=place.toPoint())
    settle(panel, qtbot)
    assert listed.isVisible()
    assert listed.list.count() == matrix.counts[row, column]
    wanted, words_ = [], []
    panel.workspace.wanted.connect(wanted.append)
    panel.workspace.name_wanted.connect(words_.append)
    listed.list.setCurrentRow(0)
    qtbot.keyClick(listed.list, Qt.Key.Key_Return)
    assert wanted == ["predict"]
    assert words_ == [listed.list.item(0).data(Qt.ItemDataRole.UserRole)]
    assert listed.list.item(0).text().startswith(words_[0])


def test_the_words_of_all_cells_are_all_words(runs: Path, lists: Path) -> None:
    from explorer.learn.confused import confused, tested
    from explorer.learn.data import load
    from explorer.learn.model import load_model

    *_, data = load(str(lists), lists.parent)
    model = load_model(runs / "first")
    counts = tested(model, data)
    found = {(true, read): confused(model, data, "test", true, read) for true in (0, 1) for read in (0, 1)}
    for (true, read), said in found.items():
        assert len(said) == counts[true][read]
        assert all(one.answer <= 0 and one.truth <= one.answer + 1e-9 for one in said)
        assert [one.answer for one in said] == sorted((one.answer for one in said), reverse=True)
        assert all(one.word[0].lower() == ("k", "m")[true] for one in said)


def test_a_cell_before_weights_are_saved_says_so(panel: TrainPanel, qtbot) -> None:
    trained(panel, qtbot, "names-rnn", replace(LECTURE.recipe, samples=4000))
    panel.results.matrix.pin((0, 1))
    settle(panel, qtbot)
    assert panel.results.words.head.text().endswith(".")
    assert panel.results.words.list.count() == 0


def test_two_models_are_compared_on_one_test_part(panel: TrainPanel, qtbot, runs: Path, workspace: Workspace) -> None:
    workspace.runs_folder = runs
    panel.open_run(runs / "first")
    qtbot.waitUntil(lambda: panel.record.complete)
    panel.results.compare_button.click()
    settle(panel, qtbot)
    compare = panel.page.compare
    assert compare.isVisible()
    assert compare.first.currentText().startswith("Small first on places")
    one, two, apart = compare.matrices
    assert one.counts is not None
    assert two.counts is not None
    assert one.counts.sum() == two.counts.sum() == panel.record.tested.samples
    assert np.array_equal(one.counts, panel.record.tested.confusion)
    one.pin((0, 0))
    assert apart.pinned == (0, 0)
    assert compare.why.text().startswith("Alps read as Alps: Small first ")
    assert not compare.grab().isNull()
    compare.back.click()
    assert not panel.page.compares


def test_one_model_alone_cannot_be_compared(panel: TrainPanel, qtbot) -> None:
    panel.settings.want("names")
    settle(panel, qtbot)
    panel.page.compare.offer((), None)
    assert panel.page.compare.note.text().startswith("There are no two models")


def test_models_of_other_classes_are_not_offered(runs: Path) -> None:
    assert [kept.card.name for kept in alike(runs, ("Alps", "Sea"))] == ["second", "first"]
    assert not [kept for kept in alike(runs, ("Alps",)) if kept.folder.parent == runs]


# The widgets alone.


@pytest.mark.parametrize("k", [18, 60, 200])
def test_a_matrix_of_many_classes_stays_in_its_place(qtbot, k: int) -> None:
    matrix = ConfusionMatrix([f"a long class name {n}" for n in range(k)])
    qtbot.addWidget(matrix)
    for size in ((264, 300), (380, 460), (700, 700)):
        matrix.resize(*size)
        matrix.show_counts(np.random.default_rng(0).integers(0, 9, (k, k)))
        grid, cell = matrix._grid()
        assert grid.right() <= matrix.width() + 1
        assert grid.bottom() < matrix.height()
        middle = QPointF(grid.left() + (k - 0.5) * cell, grid.top() + 0.5 * cell)
        assert matrix.cell_at(middle) == (0, k - 1)
        assert not matrix.grab().isNull()


def test_a_picture_of_many_classes_has_the_colours_of_its_cells(qtbot) -> None:
    matrix = ConfusionMatrix([str(n) for n in range(100)])
    qtbot.addWidget(matrix)
    matrix.resize(300, 300)
    matrix.show_counts(np.eye(100, dtype=int))
    image = matrix.grab().toImage()
    grid, cell = matrix._grid()
    on, off = (
        image.pixelColor(QPoint(round(grid.left() + (x + 0.5) * cell), round(grid.top() + 80.5 * cell)))
        for x in (80, 20)
    )
    assert on.saturation() > off.saturation() + 50


def test_cells_hold_percent_or_counts(qtbot) -> None:
    matrix = ConfusionMatrix(("cat", "dog"))
    qtbot.addWidget(matrix)
    matrix.show_counts(((48, 2), (5, 12_345)))
    assert matrix._text(0, 1) == "4"
    matrix.show_numbers(True)
    assert matrix._text(0, 1) == "2"
    assert matrix._text(1, 1) == "12.3k"


def test_a_difference_has_a_sign_and_its_arithmetic(qtbot) -> None:
    matrix = DifferenceMatrix(("cat", "dog"))
    qtbot.addWidget(matrix)
    matrix.show_pair(((48, 2), (5, 45)), ((40, 10), (5, 45)), ("RNN", "LSTM"))
    assert (matrix._text(0, 0), matrix._text(0, 1), matrix._text(1, 1)) == ("+16", "−16", "")
    matrix.pin((0, 1))
    assert matrix.words() == ("cat read as dog: RNN 2 of 50 = 4.0 %, LSTM 10 of 50 = 20.0 %; difference −16.0 points")
    assert not matrix.grab().isNull()


def test_a_plot_has_two_references(qtbot) -> None:
    plot = LivePlot("Perplexity", switch="Log")
    qtbot.addWidget(plot)
    plot.set_guide(76.0, "knows nothing")
    plot.set_floor(1.0, "perfect")
    plot.show_data(smooth=([1, 2, 3], [60.0, 30.0, 8.0]))
    assert plot._least.isVisible()
    assert plot._bounds()[1] >= 76
    plot.switch.click()
    low, high = plot._bounds()
    assert low < 0 < high
    assert plot._least.isVisible()
    plot.set_floor(None)
    assert not plot._least.isVisible()


def test_a_matrix_that_is_followed_marks_the_same_cell(qtbot) -> None:
    one, two = ConfusionMatrix(("a", "b")), ConfusionMatrix(("a", "b"))
    for made in (one, two):
        qtbot.addWidget(made)
    told = []
    two.changed.connect(lambda: told.append(1))
    one.pin((0, 1))
    two.follow(one)
    assert two.pinned == (0, 1)
    assert told == []
