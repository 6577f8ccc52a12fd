"""What lies at a point of the diagram, and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import Literal

from PySide6.QtCore import QPointF

from explorer.app.build.drawing import HEADER, LABEL, Box, Drawing, Spot
from explorer.app.build.paint import GLYPHS
from explorer.app.build.view import Scene, View
from explorer.arch.analysis import Report
from explorer.arch.network import Network
from explorer.arch.text import number, times
from explorer.arch.tree import Path, children

NEAR = 5.0
"""How far from a small mark a click still means it, in pixels at scale 1."""


@dataclass(frozen=True)
class Hit:
    """A node that lies at a point: its box or header, the glyph that toggles it, or the inside of its frame."""

    at: Path
    part: Literal["box", "glyph", "header", "inside"] = "box"


def hit(scene: Scene, network: Network, view: View, point: QPointF, scale: float) -> Hit | None:
    """What lies at a point of the screen: boxes first, then wires of empty branches, then the innermost frame."""
    x, y = view.back(point)
    near = NEAR * scale / view.zoom
    drawing = scene.drawing
    flow = y if drawing.vertical else x
    found: tuple[float, Box] | None = None
    for box in scene.boxes(flow - 60 - near, flow + 60 + near):
        far = _distance(box, x, y)
        if far and _in_label(box, drawing, x, y):
            far = min(far, near * 0.9)
        if far <= near and (found is None or far < found[0]):
            found = far, box
    if found is not None:
        return Hit(found[1].at, "glyph" if _on_glyph(found[1], x, y, view.zoom / scale) else "box")
    wire = _empty_branch(scene, network, x, y, near, flow)
    if wire is not None:
        return Hit(wire)
    for frame in reversed(drawing.frames):
        if not (frame.x <= x <= frame.x + frame.w and frame.y <= y <= frame.y + frame.h):
            continue
        if y - frame.y > HEADER:
            return Hit(frame.at, "inside")
        return Hit(frame.at, "glyph" if (x - frame.x) * view.zoom < 21 * scale else "header")
    return None


def _distance(box: Box, x: float, y: float) -> float:
    return hypot(max(box.x - x, 0.0, x - box.x - box.w), max(box.y - y, 0.0, y - box.y - box.h))


def _in_label(box: Box, drawing: Drawing, x: float, y: float) -> bool:
    if not box.label or box.form == "card":
        return False
    if drawing.vertical:
        return box.tx <= x <= box.tx + min(box.tw, 90) and abs(y - box.ty) <= min(box.th, LABEL) / 2
    return abs(x - box.tx) <= min(box.tw, 90) / 2 and box.ty <= y <= box.ty + min(box.th, LABEL)


def _on_glyph(box: Box, x: float, y: float, zoom: float) -> bool:
    """Whether a point is at the ▸ of a card, which stands at the left of its name."""
    return box.form == "card" and zoom > GLYPHS and x - box.x < min(28.0, box.w * 0.3) and y - box.y < box.h * 0.45


def _empty_branch(scene: Scene, network: Network, x: float, y: float, near: float, flow: float) -> Path | None:
    drawing = scene.drawing
    for wire in scene.wires(flow - near, flow + near):
        if wire.before is None or wire.before[-1] or wire.bend != "straight":
            continue
        at = wire.before[:-1]
        index = drawing.places.get(at)
        if index is None or drawing.boxes[index].form != "branch" or children(network.node(at)):
            continue
        if wire.x1 - near <= x <= wire.x2 + near and wire.y1 - near <= y <= wire.y2 + near:
            return at
    return None


def nearest(drawing: Drawing, view: View, point: QPointF, dragged: Path | None) -> Spot | None:
    """The place that is nearest to a point of the screen; a node cannot go into itself."""
    x, y = view.back(point)
    best: tuple[float, Spot] | None = None
    for spot in drawing.spots:
        if dragged and len(spot.before) > len(dragged) and spot.before[: len(dragged)] == dragged:
            continue
        far = (spot.x - x) ** 2 + (spot.y - y) ** 2
        if best is None or far < best[0]:
            best = far, spot
    return best[1] if best else None


def tip(report: Report, at: Path) -> str:
    """What a tooltip says about a node: its name, settings, shapes and parameters, or what does not fit."""
    row = report.places[at]
    kind = row.node.title if row.node is not None else "Input"
    detail = row.node.detail(row.input) if row.node is not None and row.input is not None else ""
    lines = [f"{row.path} · {kind}", detail]
    shapes = [times(shape, spaced=True) for shape in (row.input, row.output) if shape is not None]
    lines.append(" → ".join(shapes))
    if row.parameters is not None and at:
        lines.append(f"{number(row.parameters)} parameters")
    if report.fault is not None and report.fault.at == at:
        lines.append(report.fault.message)
    return "\n".join(line for line in lines if line)
