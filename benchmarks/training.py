"""Training speed and the window's fluency, all in one run (LeNet-5, batch 64, one thread).

    uv run python benchmarks/training.py [folder with MNIST]

Targets: with the window and its live plots ≥ 0.95 of a bare in-memory loop, and ≥ 1.8 times the usual
DataLoader + ToTensor + Normalize loop; gaps of the event loop while training p99 ≤ 33 ms and at most 250 ms,
the import of PyTorch included.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SAMPLES, EPOCHS, ROUNDS = 50_000, 2, 3


class Gaps:
    """Notes how long the event loop is away between two turns."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    def __str__(self) -> str:
        ordered = sorted(self.gaps)
        p99 = ordered[int(0.99 * len(ordered))]
        return f"p99 {1000 * p99:.1f} ms (target ≤ 33), max {1000 * ordered[-1]:.0f} ms (target ≤ 250)"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as store:
        os.environ["EXPLORER_STORE"] = store
        os.environ["EXPLORER_RUNS"] = str(Path(store, "runs"))
        from explorer.app.main import make_application, panels
        from explorer.app.settings import Settings
        from explorer.app.window import Window
        from explorer.app.workspace import Workspace

        application = make_application()
        window = Window(Workspace(Path(store)), panels(), Settings(Path(store)))
        window.painted.connect(window.load_torch)
        window.resize(1280, 800)
        gaps = Gaps()
        window.show()
        while not window.workspace.torch:
            application.processEvents()
            time.sleep(0.0005)
        print(f"gaps while PyTorch is imported: {gaps}")
        measure(window, folder)
        window.close()


def measure(window: object, folder: Path | None) -> None:
    import torch

    from explorer.learn import mnist
    from explorer.learn.build import build, loss_of, prepare
    from explorer.learn.catalog import source
    from explorer.learn.data import DataSet, Part
    from explorer.learn.strokes import strokes
    from explorer.learn.train import evaluate

    torch.set_num_threads(1)
    if folder is not None:
        part = mnist.read(folder)[0]
    else:
        x, y = strokes(SAMPLES + 2000)
        part = Part(torch.from_numpy(x)[:, None], torch.from_numpy(y).long())
    held = Part(part.x[SAMPLES : SAMPLES + 1000], part.y[SAMPLES : SAMPLES + 1000])
    data = DataSet(source("strokes"), Part(part.x[:SAMPLES], part.y[:SAMPLES]), held, held)
    network = window.workspace.network  # type: ignore[attr-defined]

    def bare() -> float:
        module = build(network, 0)
        steps = torch.optim.Adam(module.parameters(), lr=1e-3)
        began = time.perf_counter()
        for _ in range(EPOCHS):
            module.train()
            order = torch.randperm(SAMPLES)
            for k in range(0, SAMPLES, 64):
                chosen = order[k : k + 64]
                loss = loss_of(network, module(prepare(data.train.x[chosen], network)), data.train.y[chosen])
                steps.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                steps.step()
                loss.item()
            evaluate(network, module, data.validation, 10)
        evaluate(network, module, data.test, 10)
        return SAMPLES * EPOCHS / (time.perf_counter() - began)

    def loader() -> float:
        from torchvision import transforms
        from torchvision.datasets import MNIST

        usual = transforms.Compose([transforms.Pad(2), transforms.ToTensor(), transforms.Normalize(0.1307, 0.3081)])
        images = torch.utils.data.Subset(MNIST(str(folder), transform=usual), range(SAMPLES))
        batches = torch.utils.data.DataLoader(images, 64, shuffle=True)
        module = build(network, 0)
        steps = torch.optim.Adam(module.parameters(), lr=1e-3)
        began = time.perf_counter()
        for x, y in batches:
            loss = torch.nn.functional.cross_entropy(module(x), y)
            steps.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            steps.step()
            loss.item()
        return SAMPLES / (time.perf_counter() - began)

    def windowed(noted: Gaps | None = None) -> float:
        # The event loop runs as it does for a user; only the run for the gaps has a timer in it.
        from msgspec.structs import replace
        from PySide6.QtCore import QEventLoop

        panel = next(p for p in window.panels if p.name == "train")  # type: ignore[attr-defined]
        window.show_panel("train")  # type: ignore[attr-defined]
        panel.settings.show_recipe(replace(panel.settings.recipe, epochs=EPOCHS, learning_rate=0.001))
        window.workspace.data = data  # type: ignore[attr-defined]
        loop = QEventLoop()
        panel.worker.ended.connect(lambda _: loop.quit())
        began = time.perf_counter()
        panel.train()
        loop.exec()
        spent = time.perf_counter() - began
        if noted is not None:
            print(f"gaps while training: {noted}")
        return SAMPLES * EPOCHS / spent

    kinds = {"bare": bare, "windowed": windowed} | ({"loader": loader} if folder is not None else {})
    speeds: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name, kind in kinds.items():
            speeds[name].append(kind())
    for name, values in speeds.items():
        print(f"{name}: {statistics.median(values):.0f} images/s of {', '.join(f'{v:.0f}' for v in values)}")
    ratios = [w / b for w, b in zip(speeds["windowed"], speeds["bare"], strict=True)]
    print(f"windowed / bare {statistics.median(ratios):.3f} (target ≥ 0.95)")
    if folder is not None:
        ratios = [w / b for w, b in zip(speeds["windowed"], speeds["loader"], strict=True)]
        print(f"windowed / DataLoader {statistics.median(ratios):.2f} (target ≥ 1.8)")
    windowed(Gaps())


if __name__ == "__main__":
    main()
