"""The Train panel with real, small trainings on its real thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event as Flag

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from explorer.app import theme
from explorer.app.train.panel import TrainPanel
from explorer.app.train.showing import small_strokes
from explorer.app.train.words import Phase
from explorer.app.widgets.confusion import ConfusionMatrix
from explorer.app.widgets.plot import LivePlot
from explorer.app.workspace import Workspace
from explorer.arch.errors import DataError
from explorer.arch.layers import Flatten, Linear
from explorer.arch.network import Network
from explorer.arch.zoo import zoo
from explorer.learn.card import CARD, CHECKPOINT, WEIGHTS, read_card
from explorer.learn.events import Diverged, Finished, Progress, Started, StepDone
from explorer.learn.recipe import Recipe

QUICK = Recipe(epochs=2, batch=50)
LONG = Recipe(epochs=10_000, batch=50)


@pytest.fixture(scope="module")
def data():
    return small_strokes(400, 60, 60)


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path, data) -> Workspace:
    theme.apply(qapp, theme.LIGHT, 1.0)
    made = Workspace(tmp_path / "store")
    made.data, made.torch = data, "PyTorch"
    made.open_network(zoo("logistic"))
    return made


@pytest.fixture
def make(qtbot, workspace: Workspace) -> Iterator:
    made: list[TrainPanel] = []

    def panel(**arguments: object) -> TrainPanel:
        new = TrainPanel(workspace, **arguments)  # type: ignore[arg-type]
        new.resize(1190, 720)
        qtbot.addWidget(new)
        new.show()
        qtbot.waitUntil(lambda: not new._reader.running)
        made.append(new)
        return new

    yield panel
    for each in made:
        each.close_down()


@pytest.fixture
def panel(make) -> TrainPanel:
    made = make()
    made.settings.show_recipe(QUICK)
    return made


def begin(panel: TrainPanel, qtbot, recipe: Recipe = LONG, steps: int = 3) -> None:
    panel.settings.show_recipe(recipe)
    panel.stage.buttons["train"].click()
    qtbot.waitUntil(lambda: panel.record.step >= steps, timeout=20_000)


def end(panel: TrainPanel, qtbot) -> None:
    qtbot.waitUntil(lambda: not panel.phase.busy, timeout=20_000)


def shown(panel: TrainPanel) -> list[str]:
    return [name for name, made in panel.stage.buttons.items() if made.isVisible()]


# The course of a run.


def test_a_run_from_ready_to_finished(panel, qtbot, workspace) -> None:
    assert panel.stage.title.text() == "Ready to train"
    assert shown(panel) == ["train"]
    offered = []
    workspace.run_changed.connect(offered.append)
    panel.stage.buttons["train"].click()
    assert panel.phase is Phase.STARTING
    end(panel, qtbot)
    assert panel.stage.title.text().startswith("Finished: ")
    assert panel.stage.title.text().endswith(" % of the test digits right")
    assert panel.heading()[0] == "Logistic regression on Strokes"
    assert panel.folder is not None
    assert {CARD, WEIGHTS, CHECKPOINT} <= {path.name for path in panel.folder.iterdir()}
    assert workspace.run == panel.folder
    assert offered == [panel.folder] * 3  # after each epoch, and at the end
    assert panel.results.figures[0].text.endswith("%")
    assert panel.results.matrix.counts is not None
    assert panel.results.matrix.counts.sum() == 60
    assert shown(panel) == ["train"]


def test_pause_resume_and_stop(panel, qtbot) -> None:
    begin(panel, qtbot)
    assert shown(panel) == ["toggle", "stop", "restart"]
    panel.stage.buttons["toggle"].click()
    assert panel.worker.paused
    assert panel.stage.title.text().startswith("Paused in epoch ")
    # The step that was under way arrives; no other follows in the next delivery.
    qtbot.waitUntil(lambda: not panel.worker._queue)
    at = panel.record.step
    with qtbot.waitSignal(panel.worker._timer.timeout):
        pass
    assert panel.record.step <= at + 1
    panel.menu_actions()[0].trigger()  # Space
    qtbot.waitUntil(lambda: panel.record.step > at)
    panel.stage.buttons["stop"].click()
    end(panel, qtbot)
    assert panel.stage.title.text().startswith("Stopped in epoch ")
    assert shown(panel) == ["train", "continue"]


def test_a_stopped_run_continues_where_it_stopped(panel, qtbot) -> None:
    begin(panel, qtbot, steps=20)
    panel.stop()
    end(panel, qtbot)
    folder, at = panel.folder, panel.record.step
    panel.stage.buttons["continue"].click()
    qtbot.waitUntil(lambda: panel.record.step > at, timeout=20_000)
    assert panel.folder == folder
    assert len(panel.record.loss) >= at  # the curve before is still there
    panel.stop()
    end(panel, qtbot)
    assert read_card(folder).steps == panel.record.step


def test_restart_begins_anew_with_the_settings_shown(panel, qtbot) -> None:
    begin(panel, qtbot)
    first = panel.folder
    panel.settings.form.editor("epochs").setText("1")
    panel.settings.form.editor("epochs").textEdited.emit("1")
    panel.stage.buttons["restart"].click()
    qtbot.waitUntil(lambda: panel.folder != first and panel.phase is Phase.ENDED, timeout=20_000)
    assert panel.record.epochs == 1
    assert panel.record.complete
    assert first.is_dir()


def test_closing_in_the_middle_keeps_a_run_that_can_go_on(panel, qtbot, make) -> None:
    begin(panel, qtbot, steps=10)
    panel.close_down()
    assert not panel.worker.running
    folder = panel.folder
    assert read_card(folder).steps >= 10
    panel.hide()
    next_time = make()
    assert next_time.stage.note.text.startswith("Continue the run of ")
    next_time.stage.note.buttons[0].click()
    qtbot.waitUntil(lambda: next_time.record.step > read_card(folder).steps, timeout=20_000)
    assert next_time.folder == folder


def test_a_run_opened_by_the_window_is_shown(panel, qtbot, make, workspace) -> None:
    panel.train()
    end(panel, qtbot)
    panel.hide()
    other = make()
    assert other.stage.note.text == ""  # a finished run is not offered
    workspace.run_changed.emit(panel.folder)
    qtbot.waitUntil(lambda: other.phase is Phase.ENDED)
    assert other.stage.title.text() == panel.stage.title.text()
    assert other.record.complete
    assert other.settings.recipe == QUICK
    assert other.results.matrix.counts is not None
    assert shown(other) == ["train"]


def test_a_folder_that_is_no_run_is_said_in_place(panel, qtbot, tmp_path) -> None:
    panel.open_run(tmp_path)
    qtbot.waitUntil(lambda: bool(panel.stage.trouble.text))
    assert "is not a run" in panel.stage.trouble.text


# What goes wrong.


def test_a_network_that_does_not_fit_says_so_and_is_repaired(panel, workspace) -> None:
    workspace.open_network(zoo("cifar10"))
    assert "takes 3×32×32; Strokes gives 1×28×28" in panel.stage.misfit.text
    assert not panel.stage.buttons["train"].isEnabled()
    panel.train()
    assert not panel.worker.running
    before = workspace.network
    panel.stage.misfit.buttons[0].click()
    for _ in range(20):
        if not panel.stage.misfit.text:
            break
        panel.stage.misfit.buttons[0].click()
    assert panel.stage.buttons["train"].isEnabled()
    while workspace.network != before:
        workspace.undo.undo()
    assert panel.stage.misfit.text


def injected(going: Flag):
    """A run whose loss is no number at its third step."""

    def run(*_: object) -> Iterator:
        yield Progress("Drawing digits", 1, 2)
        yield Started("Net", 10, "strokes", 80, 8, 8, tuple("0123456789"), "CPU", 10, 20)
        yield StepDone(1, 2.0, 0.1, 0.1)
        yield StepDone(2, 1e30, 0.1, 0.2)
        yield Diverged(3, 1, 0.0001, "The loss is no longer a number at step 3.")
        going.set()
        yield from (StepDone(k, 1.0, 0.5, 0.1 * k) for k in range(2, 21))
        yield Finished("finished", 20, 2.0)

    return run


def test_a_loss_that_is_no_number_pauses_at_once_and_can_go_on(make, qtbot) -> None:
    going = Flag()
    panel = make(runner=injected(going))
    panel.train()
    qtbot.waitUntil(lambda: panel.phase is Phase.PAUSED)
    assert not going.is_set()  # not a step was taken unasked
    assert panel.stage.trouble.text == "The loss is no longer a number at step 3."
    assert [b.text() for b in panel.stage.trouble.buttons] == ["Continue with learning rate 0.0001", "Restart"]
    panel.stage.trouble.buttons[0].click()
    end(panel, qtbot)
    assert panel.stage.trouble.text == ""
    assert panel.record.step == 20


def test_a_real_explosion_pauses_and_keeps_the_weights(panel, qtbot, workspace) -> None:
    deep = Network((1, 28, 28), (Flatten(), *(Linear(50) for _ in range(4)), Linear(10)), "Deep")
    workspace.open_network(deep)  # without activations nothing saturates
    panel.settings.show_recipe(replace(LONG, optimiser="SGD", learning_rate=10.0))
    panel.train()
    qtbot.waitUntil(lambda: panel.phase is Phase.PAUSED, timeout=20_000)
    assert "no longer a number" in panel.stage.trouble.text
    assert panel.stage.title.text() == "Paused: the loss exploded"
    panel.stop()
    end(panel, qtbot)
    assert (panel.folder / WEIGHTS).is_file()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("The MNIST files are damaged. Delete them and try again."), "The MNIST files are damaged."),
        (
            ZeroDivisionError("division\nby zero"),
            "Training stopped because of an error in the program: ZeroDivisionError",
        ),
    ],
)
def test_a_run_that_dies_says_so_in_one_line_and_can_start_again(make, qtbot, error, sentence) -> None:
    dying = [error]

    def run(*_: object) -> Iterator:
        yield Started("Net", 10, "strokes", 80, 8, 8, tuple("0123456789"), "CPU", 10, 20)
        yield StepDone(1, 2.0, 0.1, 0.1)
        if dying:
            raise dying.pop()
        yield Finished("finished", 20, 2.0)

    panel = make(runner=run)
    panel.train()
    end(panel, qtbot)
    assert panel.stage.trouble.text.startswith(sentence)
    assert "\n" not in panel.stage.trouble.text
    assert panel.stage.title.text() == "Stopped in epoch 1"
    panel.train()
    end(panel, qtbot)
    assert panel.stage.trouble.text == ""


def test_a_device_that_is_not_there_leaves_nothing_behind(panel, qtbot, workspace) -> None:
    begin_with = replace(QUICK, device="mps")
    panel.settings.show_recipe(begin_with)
    panel.train()
    end(panel, qtbot)
    if panel.record.complete:
        pytest.skip("this machine has MPS")
    assert panel.stage.trouble.text == "There is no MPS device here. Choose auto or cpu."
    assert panel.stage.title.text() == "Ready to train"
    assert not workspace.runs_folder.exists() or not list(workspace.runs_folder.iterdir())


# Details.


def test_loading_is_said_with_its_progress_and_can_be_stopped(make, qtbot) -> None:
    def run(*_: object) -> Iterator:
        for k in range(1_000_000):
            yield Progress("Drawing digits", k, 1_000_000)
            Flag().wait(0.002)

    panel = make(runner=run)
    panel.train()
    qtbot.waitUntil(lambda: panel.stage.title.text().startswith("Drawing digits, "))
    assert shown(panel) == ["stop"]
    panel.stop()
    end(panel, qtbot)
    assert panel.phase is Phase.READY


def test_mnist_says_whether_it_is_here(panel, tmp_path) -> None:
    place = panel.settings.data.findData("mnist")
    panel.settings.data.setCurrentIndex(place)
    panel.settings.data.activated.emit(place)
    assert panel.settings.recipe.data == "mnist"
    assert panel.settings.choose.isVisible()
    assert panel.settings.chooser._where.text() == "Not here yet: Train fetches 11 MB."
    panel.settings.folder_chosen.emit(tmp_path)
    assert panel.workspace.data_folder == tmp_path


def test_the_page_fits_small_and_narrow_windows(panel, qtbot) -> None:
    panel.resize(936, 624)
    assert panel.results.geometry().top() == panel.stage.geometry().top()
    panel.resize(700, 500)
    qtbot.waitUntil(lambda: panel.results.geometry().top() >= panel.stage.geometry().bottom())


def test_a_hidden_panel_draws_nothing_and_catches_up(panel, qtbot) -> None:
    panel.hide()
    panel.train()
    end(panel, qtbot)
    assert panel.results.matrix.counts is None
    panel.show()
    assert panel.results.matrix.counts is not None


# The widgets alone.


def test_a_matrix_says_its_cells_and_classes(qtbot) -> None:
    matrix = ConfusionMatrix(("cat", "dog"))
    qtbot.addWidget(matrix)
    matrix.resize(300, 300)
    matrix.show_counts(((48, 2), (5, 45)))
    grid, cell = matrix._grid()
    place = grid.topLeft() + QPointF(1.5 * cell, 0.5 * cell)
    assert matrix.cell_at(place) == (0, 1)
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert matrix.pinned == (0, 1)
    assert matrix.words() == "cat read as dog: 2 of 50 = 4.0 %"
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Down):
        qtbot.keyClick(matrix, key)
    assert matrix.pinned == (1, None)
    assert matrix.words().startswith("recall of dog: 45 of the 50 that are dog")
    qtbot.keyClick(matrix, Qt.Key.Key_Escape)
    assert matrix.words() == ""
    assert not matrix.grab().isNull()


def test_a_plot_points_and_switches(qtbot) -> None:
    plot = LivePlot("Loss", switch="Log")
    qtbot.addWidget(plot)
    plot.resize(400, 240)
    plot.set_span(100, [(50, "epoch 1"), (100, "epoch 2")])
    plot.set_guide(2.3, "guessing 2.30")
    steps = list(range(1, 61))
    plot.show_data((steps, [2 / k for k in steps]), (steps, [2 / k for k in steps]), ([50], [0.3]))
    pointed = []
    plot.pointed.connect(pointed.append)
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    plot.point(pointed[-1], ["step 59"])
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert pointed == [59.0, 60.0]
    assert plot._bounds()[0] == 0.0
    plot.switch.click()
    assert plot._bounds()[0] < 0
    close = LivePlot("Accuracy", unit=" %", ceiling=100.0, switch="Close-up")
    qtbot.addWidget(close)
    close.set_guide(10.0, "guessing 10 %")
    close.show_data((steps, steps), (steps, [90 + k / 10 for k in steps]), ([50], [94.0]))
    close.switch.click()
    low, high = close._bounds()
    assert 85 <= low <= 93
    assert high == 100
    assert not close._chance.isVisible()
    assert not plot.grab().isNull()


def test_plots_and_matrix_follow_the_theme(panel, qapp) -> None:
    theme.apply(qapp, theme.DARK, 1.25)
    try:
        assert panel.stage.loss._curve.opts["pen"].color().name() == theme.DARK.accent.lower()
        assert not panel.grab().isNull()
    finally:
        theme.apply(qapp, theme.LIGHT, 1.0)


def test_values_that_are_no_numbers_have_no_place_in_a_plot(qtbot) -> None:
    for switched in (False, True):
        plot = LivePlot("Loss", switch="Log")
        qtbot.addWidget(plot)
        plot.switch.setChecked(switched)
        huge = [float("inf"), float("nan"), None, 1e38]
        plot.show_data(raw=([1, 2, 3, 4], huge), smooth=([1, 2, 3, 4], huge), points=([4, 5], [None, float("inf")]))
        plot.grab()
