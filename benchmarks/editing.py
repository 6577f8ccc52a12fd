"""Editing: from a change of one layer of ResNet-152 to its repainted diagram; and what a full analysis costs.

    uv run python benchmarks/editing.py

The diagram is fully expanded in a window of 1280 × 800, at the zoom that shows all of it and at 1 : 1. The analysis
starts from nothing each time; beside it stand building the module on the meta device and running torchinfo there, and
the ordinary way: building the module on the CPU and running torchinfo over it. All on one core.

Targets: at most 16 ms from an edit to the repainted diagram, of which at most 8 ms for layout and painting; a full
analysis at least 15 times as fast as on the meta device, and 100 times as fast as the ordinary way (medians).
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import statistics
import time
from collections.abc import Callable

from msgspec.structs import replace

from explorer.arch.analysis import Report, analyse
from explorer.arch.layers import Conv2d
from explorer.arch.network import Network
from explorer.arch.tree import Path
from explorer.arch.zoo import zoo

EDITS, ROUNDS = 200, 5


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that some work takes."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def edits(network: Network, report: Report) -> list[Network]:
    """The network with one of its convolutions changed, each once in turn, and back again."""
    made = []
    places: list[Path] = [row.at for row in report.outline if isinstance(row.node, Conv2d)]
    for k in range(EDITS // 2):
        at = places[k * 7 % len(places)]
        layer = network.node(at)
        assert isinstance(layer, Conv2d)
        made += [network.put(at, replace(layer, bias=not layer.bias)), network]
    return made


def drawing(network: Network) -> None:
    from PySide6.QtWidgets import QApplication

    from explorer.app import theme
    from explorer.app.build.diagram import Diagram

    application = QApplication([])
    theme.prepare(application)
    theme.apply(application, theme.LIGHT, 1.0)
    report = analyse(network)
    diagram = Diagram()
    diagram.resize(1280, 800)
    diagram.show_report(report)
    diagram.expand_all()
    diagram.show()
    application.processEvents()
    assert diagram.drawing is not None
    print(f"{network.name}: {len(diagram.drawing.boxes)} boxes, {len(report.rows)} rows")
    for name, zoom in (("all in view", diagram.view.zoom), ("at 1 : 1", 1.0)):
        diagram.zoom(zoom / diagram.view.zoom)
        analyses, layouts, paints = [], [], []
        for changed in edits(network, report):
            began = time.perf_counter()
            report = analyse(changed, report)
            known = time.perf_counter()
            diagram.show_report(report)
            laid = time.perf_counter()
            diagram.repaint()
            painted = time.perf_counter()
            analyses.append(1000 * (known - began))
            layouts.append(1000 * (laid - known))
            paints.append(1000 * (painted - laid))
        both = [a + b for a, b in zip(layouts, paints, strict=True)]
        whole = sorted(a + b for a, b in zip(analyses, both, strict=True))
        middle, slow = statistics.median, whole[len(whole) * 95 // 100]
        print(
            f"edit → repainted, {name}: {middle(whole):.1f} ms, p95 {slow:.1f} ms (target ≤ 16)"
            f" = analysis {middle(analyses):.1f} + layout {middle(layouts):.1f} + painting {middle(paints):.1f};"
            f" the last two together {middle(both):.1f} (target ≤ 8)"
        )
        pans = []
        for _ in range(EDITS // 2):
            diagram.pan(-3, 0)
            pans.append(timed(diagram.repaint))
        print(f"frame while moving, {name}: {middle(pans):.1f} ms (60 a second: ≤ 16.7)")
    diagram.close()


def analysis(network: Network) -> None:
    import torch
    from torchinfo import summary

    from explorer.learn.build import build

    torch.set_num_threads(1)
    size = (1, *network.input)

    def all_of_it() -> None:
        report = analyse(network)
        assert report.rows
        assert report.outline

    def meta() -> None:
        with torch.device("meta"):
            module = build(network)
        summary(module, input_size=size, device="meta", verbose=0)

    def ordinary() -> None:
        summary(build(network), input_size=size, verbose=0)

    ways: dict[str, Callable[[], object]] = {
        "ours": all_of_it,
        "module + torchinfo, meta (target ≥ 15)": meta,
        "module + torchinfo, CPU (target ≥ 100)": ordinary,
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # what is done once for all
    for _ in range(ROUNDS):
        for name, way in ways.items():
            spent[name].append(timed(way))
    for name, values in spent.items():
        ratios = [v / o for v, o in zip(values, spent["ours"], strict=True)]
        milliseconds, ratio = statistics.median(values), statistics.median(ratios)
        print(f"full analysis of {network.name}, {name}: {milliseconds:.1f} ms, {ratio:.0f} × ours")


def main() -> None:
    network = zoo("resnet152")
    drawing(network)
    analysis(zoo("vgg16"))
    analysis(network)


if __name__ == "__main__":
    main()
