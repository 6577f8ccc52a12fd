"""What the pictures of the page Step are given: the numbers on the cell's wires, symbols, labels, and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.app.unroll.chainlayout import ChainShape, Label, rows
from explorer.app.unroll.heatview import Scale
from explorer.explain.recurrent.cell import GATES, ORDER, Kind, Trace
from explorer.explain.recurrent.notation import NOTATIONS, symbol
from explorer.explain.recurrent.story import Move, Story
from explorer.explain.recurrent.study import Unrolled
from explorer.explain.recurrent.words import about

Values = NDArray[np.float64]


class Spotlight(NamedTuple):
    """What is looked at: a step of the trace and a unit (of `y`: a class) from 0, and the part."""

    step: int
    part: str
    unit: int


SHORT = {
    "f": "forget f", "i": "input i", "g": "candidate c̃", "c": "cell c", "o": "output o", "h": "state h",
    "r": "reset r", "z": "update z", "n": "new n",
}  # fmt: skip
"""Names of the maps, in few words."""

TITLE = {"letter": 16, "word": 28}
"""Most letters of a text in a heading, by what a step reads."""


def name_of(unrolled: Unrolled) -> str:
    """What is read, in a few words."""
    study = unrolled.study
    if study.is_text:
        most = TITLE[study.unit]
        return f"“{study.text if len(study.text) <= most else study.text[: most - 1] + '…'}”"
    return {"rows": "A picture", "noise": "Noise", "sine": "A sine", "simple": "The lecture’s RNN in NumPy"}[
        study.source
    ]


def maps_of(kind: Kind) -> dict[str, tuple[str, Scale]]:
    """The maps over time of a kind of cell, in the order of its parts: gates from 0 to 1, all else signed."""
    sigmoid = {gate.name for gate in GATES[kind] if gate.squash == "sigmoid"}
    return {part: (SHORT[part], "magnitude" if part in sigmoid else "signed") for part in ORDER[kind]}


def layers_of(unrolled: Unrolled) -> int:
    """How many recurrent layers there are."""
    return 1 if unrolled.done is None else len(unrolled.done.traces)


def shape_of(unrolled: Unrolled, every: bool = True) -> ChainShape:
    """The network over time, or (not `every`) the layer that is looked at alone; outputs where there are some."""
    done = unrolled.done
    layers, both = layers_of(unrolled) if every else 1, done is not None and len(done.traces[0]) == 2
    outputs = None if unrolled.logs is not None else range(0)
    kind = "RNN" if unrolled.cell.kind == "ConcatRNN" else unrolled.cell.kind
    return ChainShape(len(unrolled), rows(kind, layers, both), outputs=outputs)


def position(unrolled: Unrolled, step: int) -> int:
    """Where in the sequence a step of the trace is, and the other way round: backwards, step 0 is the last."""
    backwards = unrolled.study.way and unrolled.done is not None
    return len(unrolled) - 1 - step if backwards else step


def row_of(unrolled: Unrolled, every: bool = True) -> int:
    """The row of the chain that is looked at; −1 where there is only one."""
    done = unrolled.done
    ways = 1 if done is None else len(done.traces[0])
    if ways * (layers_of(unrolled) if every else 1) == 1:
        return -1
    layer, way = place_of(unrolled)
    return layer * ways + way if every else way


def place_of(unrolled: Unrolled) -> tuple[int, int]:
    """Layer and way that are looked at, from 0."""
    done, study = unrolled.done, unrolled.study
    if done is None:
        return 0, 0
    return min(study.layer, len(done.traces) - 1), min(study.way, len(done.traces[0]) - 1)


def output_labels(unrolled: Unrolled) -> list[Label | None]:
    """The most probable class at each position of the sequence, with its log-probability."""
    done = unrolled.done
    logs = done.log_probabilities if done is not None else unrolled.logs
    if logs is None:
        return []
    names = unrolled.classes
    found: list[Label | None] = []
    for line in logs:
        if not np.isfinite(line).any() or np.isnan(line).any():
            found.append(None)
            continue
        best = int(line.argmax())
        found.append(Label(names[best] if best < len(names) else f"class {best + 1}", float(line[best])))
    return found


def top_class(unrolled: Unrolled, step: int) -> int:
    """The most probable class at a step of the trace."""
    logs = unrolled.logs
    return 0 if logs is None or not np.isfinite(logs[step]).any() else int(np.nanargmax(logs[step]))


def wire_values(trace: Trace, step: int, unit: int, unrolled: Unrolled, which: int) -> Mapping[str, float | Values]:
    """The numbers of one unit on all wires of the cell at a step; the input is a vector. `which` is the class of y."""
    kind, parts = trace.cell.kind, trace.parts
    unit = min(unit, trace.cell.hidden - 1)

    def now(part: str) -> float:
        return float(parts[part][step, unit])

    x = trace.x[step]
    old = float(trace.before("h", step)[unit])
    made: dict[str, float | Values] = {"h_prev": old, "h": now("h"), "x": float(x[0]) if len(x) == 1 else x}
    with np.errstate(all="ignore"):
        if kind == "LSTM":
            memory = float(trace.before("c", step)[unit])
            for part in "figoc":
                made[part] = now(part)
            made |= {
                "c_prev": memory, "fc": now("f") * memory, "ig": now("i") * now("g"), "sum": now("c"),
                "tc": float(np.tanh(now("c"))), "oc": now("h"),
            }  # fmt: skip
        elif kind == "GRU":
            carried = float(trace.cell.u[2, unit] @ trace.before("h", step) + trace.cell.d[2, unit])
            for part in "rzn":
                made[part] = now(part)
            made |= {
                "rh": now("r") * carried, "keep": 1 - now("z"), "zn": (1 - now("z")) * now("n"),
                "zh": now("z") * old, "sum": now("h"),
            }  # fmt: skip
        elif kind == "RNN":
            made["sum"] = float(trace.sums["h"][step, unit])
        else:
            made["xh"] = np.concatenate([x, trace.before("h", step)])
            if unrolled.output is not None and unrolled.logs is not None:
                made["i2o"] = float(unrolled.values("y")[step, which])
                made["y"] = float(unrolled.logs[step, which])
    return made


def symbols_of(kind: Kind, notation: str) -> dict[str, str]:
    """What the cell's values are called in a notation."""
    n = NOTATIONS[notation]
    time = n.time

    def at(part: str, earlier: bool = False) -> str:
        name = symbol(kind, part, notation)
        return f"{name}_{{{time}−1}}" if earlier else f"{name}_{time}"

    named = {"h_prev": at("h", True), "x": at("x"), "c": at("c"), "c_prev": at("c", True)}
    if kind == "RNN" and n.state != "h":  # the box and the wire behind it have one name
        named["h"] = n.state
    if kind in ("LSTM", "GRU"):
        named["h"] = at("h")
        named |= {gate.name: symbol(kind, gate.name, notation) for gate in GATES[kind]}
    return named


def weights_of(notation: str) -> tuple[str, str, str]:
    """What the weights on input, state and output are called."""
    n = NOTATIONS[notation]
    return n.plain[0], n.plain[1], n.s


def story_of(unrolled: Unrolled, spot: Spotlight, notation: str) -> Story | None:
    """Where the number comes from; `None` where nothing is known of it."""
    if spot.part != "y" or unrolled.output is not None:
        if spot.part != "y" and spot.part not in unrolled.trace.parts:
            return None
        return unrolled.story(Move(spot.step, spot.part), spot.unit, notation)
    trained, done = unrolled.study.trained, unrolled.done
    if trained is None or done is None or done.logits is None:
        return None
    at = position(unrolled, spot.step)
    label = unrolled.inputs.labels[at]
    return trained.layered.explain_logit(done, at, min(spot.unit, done.logits.shape[1] - 1), notation, label)


def broken(unrolled: Unrolled) -> tuple[int, str] | None:
    """The position in the sequence where a value first is no finite number, and a sentence on it; else `None`."""
    done = unrolled.done
    where = ""
    if done is not None and done.broken is not None:
        layer, way, step, part = done.broken
        at = len(unrolled) - 1 - step if way else step
        if len(done.traces) > 1:
            where = f" of layer {layer + 1}"
    elif unrolled.trace.broken is not None:
        step, part = unrolled.trace.broken
        at = step
    else:
        return None
    title = about(unrolled.cell.kind, part)[0].lower()
    return at, f"At {unrolled.study.unit} {at + 1} the {title}{where} is no finite number any more"
