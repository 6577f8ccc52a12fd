"""A network as Keras code: Keras 3, the functional API, channels last.

Blocks with branches, and layers in a row that occur several times, become functions; those that differ only in their
numbers share one.
"""

from __future__ import annotations

import re
from dataclasses import replace

from explorer.arch.analysis import Piece, Report, analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.export.code import Arg, Body, Code, Library, Line, Make, Slot, Use
from explorer.arch.export.keras_layers import STRAIGHT, TURN, TURNED, Step, Translator, UnknownError, X
from explorer.arch.export.rows import IN, OUT, STEPS, Row, owners, ranges, render, runs, shifted, signature, tokens
from explorer.arch.export.words import class_name, docstring, literal
from explorer.arch.layer import Layer
from explorer.arch.layers import Flatten
from explorer.arch.network import Network
from explorer.arch.shape import Shape, Symbol
from explorer.arch.text import number
from explorer.arch.tree import Auxiliary, Parallel, Path, Sequence

_RESERVED = {"keras", "layers", "ops", "math", "x", "inputs", "outputs", "heads", "model", "batch"}

_AUTOMATIC = {
    "activation", "adaptive_average_pooling1d", "adaptive_average_pooling2d", "adaptive_max_pooling1d",
    "adaptive_max_pooling2d", "add", "average_pooling1d", "average_pooling2d", "batch_normalization",
    "bidirectional", "concat_cell", "concatenate", "conv1d", "conv1d_transpose", "conv2d", "conv2d_transpose",
    "cropping1d", "cropping2d", "dense", "dropout", "edge_padding", "elu", "embedding", "flatten", "get_item",
    "global_average_pooling1d", "global_average_pooling2d", "global_max_pooling1d", "global_max_pooling2d",
    "group_normalization", "gru", "input_layer", "layer_normalization", "leaky_re_lu", "local_response_norm",
    "lstm", "max_pooling1d", "max_pooling2d", "padded_average", "permute", "re_lu", "reshape", "rnn",
    "simple_rnn", "softmax", "spatial_dropout1d", "spatial_dropout2d", "up_sampling1d", "up_sampling2d",
    "zero_padding1d", "zero_padding2d", "pad", "tanh", "softplus", "multiply", "true_divide", "divide",
    "expand_dims", "squeeze",
}  # fmt: skip
"""Names that Keras gives by itself: none is given to a layer, so that none occurs twice."""

_MARK = "# {}: nothing to do here, for Keras has the channels last"


def keras_code(network: Network) -> Code:
    """A module of Python with a function that builds the network, and a demonstration.

    The model has as many trainable parameters as the network, except where `Code.notes` say otherwise. Raises
    `ArchitectureError` for a network with a fault, and for layers that Keras lacks.
    """
    report = analyse(network)
    if report.fault:
        raise ArchitectureError(f"{report.fault.path}: {report.fault.message}")
    return _Writer(report).code()


class _Writer:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.library = Library()
        self.translator = Translator()
        self.bodies: dict[object, tuple[Body, bool]] = {}
        self.names = {row.at: row.path for row in report.outline}

    # Statements: each puts new values into the variable `to`; `source` is the variable that enters.

    def piece(
        self, piece: Piece, name: str, at: Path, source: str, to: str, turned: bool, lines: list[Line]
    ) -> tuple[str, bool]:
        """Add a node's statements. Returns the variable that now holds the values, and whether they are turned."""
        node = piece.node
        if isinstance(node, Layer):
            return self.layer(piece, name, at, source, to, turned, lines)
        if isinstance(node, Auxiliary):
            there = source
            if node.children:
                body, _ = self.body(piece, piece.parts[0], piece.names, turned)
                there = self.use(body, at, source, f"{to}_aux", lines)
            lines.append(Line((f"heads.append({there})",), at))
            return source, turned
        if isinstance(node, Parallel):
            body, after = self.body(piece, (piece,), (node.name or node.stem,), turned, whole=True)
            return self.use(body, at, source, to, lines), after
        assert isinstance(node, Sequence)
        if not node.children:
            lines.append(Line((f"# {name}: nothing in it",), at))
            return source, turned
        return self.copies(piece, at, source, to, turned, lines)

    def copies(self, piece: Piece, at: Path, source: str, to: str, turned: bool, lines: list[Line]) -> tuple[str, bool]:
        """The copies of a sequence; those that are made alike stand in a loop."""
        bodies: list[Body] = []
        for parts in piece.parts:
            body, turned = self.body(piece, parts, piece.names, turned)
            bodies.append(body)
        for body, count in runs(bodies, lambda one: () if _idle(one) else one.signature):
            if count == 1 or _idle(body):
                source = self.use(body, at, source, to, lines)
                continue
            if source != to:
                lines.append(Line((f"{to} = {source}",), at))
            lines.append(Line(("for _ in range(", Slot(count, "copies"), "):"), at))
            inner: list[Line] = []
            source = self.use(body, at, to, to, inner)
            lines += [replace(line, indent=line.indent + 1) for line in inner]
        return source, turned

    def use(self, body: Body, at: Path, source: str, to: str, lines: list[Line]) -> str:
        """Add the statement that applies a body; of one without statements, only its remarks."""
        if _idle(body):
            lines += [replace(line, at=at + line.at) for line in body.sections[0]]
            return source
        first = f"{source}, heads" if body.flag else source
        lines.append(Line((f"{to} = ", Use(body, first)), at))
        return to

    def layer(
        self, piece: Piece, name: str, at: Path, source: str, to: str, turned: bool, lines: list[Line]
    ) -> tuple[str, bool]:
        node = piece.node
        assert isinstance(node, Layer)
        assert piece.input is not None
        assert piece.output is not None
        try:
            steps, after = self.translator.steps(node, piece.input, piece.output, turned, name)
        except UnknownError as error:
            raise ArchitectureError(f"{name.strip('.').replace('.', ', ')}: {error} Choose another layer.") from None
        if not steps:
            lines.append(Line((_MARK.format(node.type),), at))
        for step in steps:
            lines.append(_statement(step, at, source, to))
            source = to
        return source, after

    # Bodies: what a function holds.

    def body(
        self, piece: Piece, parts: tuple[Piece, ...], names: tuple[str, ...], turned: bool, whole: bool = False
    ) -> tuple[Body, bool]:
        """The function of a block, and whether what leaves it is turned; `whole`: the block is the one part."""
        key = (tuple(map(id, parts)), turned)
        if key not in self.bodies:
            lines, source, after, plain = self.inside(parts, names, turned, whole)
            if source == IN and any(not str(line.parts[0]).startswith("#") for line in lines):
                lines.append(Line((f"{OUT} = {IN}",)))  # only heads at the side: what enters leaves
            heads = any("heads" in part for line in lines for part in line.parts if isinstance(part, str))
            heads = heads or any(isinstance(p, Use) and p.body.flag for line in lines for p in line.parts)
            name, about = _described(parts)
            if isinstance(piece.node, Auxiliary):
                name, about = "auxiliary_head", "A classifier at the side."
            kind = "statements" if plain else "branching"
            body = Body(kind, (tuple(lines),), name, about, plain, piece.node.name, heads)
            self.bodies[key] = body if _idle(body) else self.library.add(body), after
        return self.bodies[key]

    def inside(
        self, parts: tuple[Piece, ...], names: tuple[str, ...], turned: bool, whole: bool
    ) -> tuple[list[Line], str, bool, bool]:
        blocks = [part for part in parts if not isinstance(part.node, Layer)]
        lines: list[Line] = []
        source, plain = IN, True
        for index, (name, part) in enumerate(zip(names, parts, strict=True)):
            at = () if whole else (index,)
            if isinstance(part.node, Parallel) and len(blocks) == 1:
                turned = self.branches(part, at, source, turned, lines)
                source, plain = OUT, False
            else:
                source, turned = self.piece(part, name, at, source, OUT, turned, lines)
        return lines, source, turned, plain

    def branches(self, piece: Piece, at: Path, source: str, turned: bool, lines: list[Line]) -> bool:
        """Branches side by side in one function, and their merge."""
        node = piece.node
        assert isinstance(node, Parallel)
        assert piece.output is not None
        ends: list[tuple[str, bool]] = []
        for index, branch in enumerate(piece.parts[0]):
            to, place = f"branch{index + 1}", (*at, index)
            here, now = source, turned
            assert isinstance(branch.node, Sequence)
            if branch.node.repeat > 1 and branch.node.children:
                here, now = self.copies(branch, place, here, to, now, lines)
            else:
                joined = node.merge == "concat"
                for k, (word, part) in enumerate(zip(branch.names, branch.parts[0], strict=True)):
                    named = f"{to}.{word}" if joined else word
                    here, now = self.piece(part, named, (*place, k), here, to, now, lines)
            ends.append((here, now))
        first = ends[0][1]
        terms = []
        for index, (here, now) in enumerate(ends):
            if len(piece.output) == 2 and now != first:
                lines.append(_statement(TURN, (*at, index), here, f"branch{index + 1}"))
                here = f"branch{index + 1}"
            terms.append(here)
        if len(terms) == 1:
            lines.append(Line((f"{OUT} = {terms[0]}",), at))
            return first
        together = f"([{', '.join(terms)}])"
        if node.merge == "add":
            lines.append(Line((f"{OUT} = layers.Add(){together}",), at))
            return first
        axis = Arg("axis", Slot(_axis(node, piece.output, first), "axis"), -1)
        lines.append(Line((f"{OUT} = ", Make("layers.Concatenate", (axis,)), together), at))
        return first

    # The whole text.

    def code(self) -> Code:
        report, network = self.report, self.report.network
        lines: list[Line] = []
        turned = _input_turned(report)
        for index, (name, part) in enumerate(zip(report.root.names, report.root.parts[0], strict=True)):
            before = len(lines)
            _, turned = self.piece(part, name, (index,), OUT, OUT, turned, lines)
            if isinstance(part.node, Layer) and len(lines) > before:
                lines[before:] = _finished(lines[before:], name, part, turned)
        main = self.library.add(Body("main", (tuple(lines),), "main", ""))
        name = class_name(network.name)
        build = f"build_{name.lower()}"
        reserved = {*_RESERVED, *self.translator.sources, build, *(f"branch{i}" for i in range(100))}
        groups = self.library.settle(reserved)
        notes = self.notes()
        heads = any(isinstance(row.node, Auxiliary) for row in report.outline)

        begins: dict[object, int] = {}
        rows: dict[object, list[Row]] = {}
        middle: list[str] = []
        for source_text in self.translator.sources.values():
            middle += ["", "", *source_text.rstrip().split("\n")]
        places = {}
        for group in groups:
            body = group.bodies[0]
            inside = [replace(r, text=r.text.replace(IN, "x").replace(OUT, "x")) for r in render(group)[0]]
            inside = [row for row in inside if row.text.strip() != "x = x"]
            if body.kind == "main":
                rows[group] = self.main_rows(name, build, inside, notes, heads)
            else:
                params = ("x", *(("heads",) if body.flag else ()), *group.params)
                own = [Row(line, ()) for line in signature(f"def {group.name}", params, ":", 0)]
                if body.about:
                    own += [Row(f"    {line}", ()) for line in docstring(body.about)]
                rows[group] = [*own, *shifted(inside, 1), Row("    return x", ())]
            middle += ["", ""]
            places[group] = len(middle)
            middle += [row.text for row in rows[group]]
        demonstration = self.demonstration(build, heads)
        used = "\n".join(middle)
        text = ["import math", "", "import keras"]
        modules = [word for word in ("layers", "ops") if re.search(rf"\b{word}\.", used)]
        text += [f"from keras import {', '.join(modules)}"] if modules else []
        begins = {group: place + len(text) for group, place in places.items()}
        found = owners(main, begins, rows)  # type: ignore[arg-type]
        start = begins[main.group]
        entrance = next(i for i, row in enumerate(rows[main.group]) if row.text.startswith("    inputs ="))
        found[()] = [start + entrance]
        ranged = {at: ranges(found[at], start) for at in report.places if at in found}
        return Code("\n".join([*text, *middle, "", "", *demonstration, ""]), ranged, notes)

    def notes(self) -> tuple[str, ...]:
        """Where the numbers of parameters differ."""
        fewer = self.translator.fewer
        rows = [row for row in self.report.rows if row.layer in fewer]
        return tuple(
            f"{row.path}: Keras has one bias a gate where PyTorch has two, so it has {number(fewer[row.layer])} "
            "parameters fewer here; what can be learned is the same.".replace("\u2009", " ")
            for row in rows
            if row.layer is not None
        )

    def main_rows(self, name: str, build: str, inside: list[Row], notes: tuple[str, ...], heads: bool) -> list[Row]:
        network = self.report.network
        fewer = self.translator.fewer
        less = sum(fewer[row.layer] for row in self.report.rows if row.layer in fewer)
        about = [network.about, f"{number(self.report.parameters - less)} parameters.".replace("\u2009", " "), *notes]
        if heads:
            about.append("The model returns its output and those of the auxiliary heads.")
        mixes = (
            isinstance(row.layer, Flatten) and row.input is not None and len(row.input) > 1 and row.input[0] > 1
            for row in self.report.rows
        )
        if any(mixes):
            about.append("Flatten gives the values in another order than PyTorch, for here the channels come last.")
        rows = [f"def {build}():", *(f"    {line}" if line else "" for line in docstring(network.name, *about))]
        sizes = ", ".join("None" if isinstance(s, Symbol) else str(s) for s in self.input_shape())
        comma = "," if len(network.input) == 1 else ""
        kind = "" if tokens(self.report) is None else ', dtype="int32"'
        rows.append(f"    inputs = keras.Input(shape=({sizes}{comma}){kind})")
        rows += ["    heads = []"] if heads else []
        rows.append("    x = inputs")
        result = "[x, *heads]" if heads else "x"
        end = Row(f"    return keras.Model(inputs, {result}, name={literal(name)})", None)
        return [*(Row(row, None) for row in rows), *shifted(inside, 1), end]

    def input_shape(self) -> Shape:
        shape = self.report.network.input
        return _held(shape, _input_turned(self.report))

    def demonstration(self, build: str, heads: bool) -> list[str]:
        sizes = ", ".join(str(STEPS if isinstance(s, Symbol) else s) for s in self.input_shape())
        words = tokens(self.report)
        made = f"normal((2, {sizes}))" if words is None else f"randint((2, {sizes}), 0, {words})"
        return [
            'if __name__ == "__main__":',
            f"    model = {build}()",
            f"    output = model(keras.random.{made}){'[0]' if heads else ''}",
            '    print("output:", tuple(output.shape))',
            '    print("parameters:", sum(math.prod(weight.shape) for weight in model.trainable_weights))',
        ]


def _idle(body: Body) -> bool:
    """Whether there are only remarks in the body."""
    return all(str(line.parts[0]).startswith("#") for line in body.sections[0])


def _statement(step: Step, at: Path, source: str, to: str) -> Line:
    parts = tuple(part.replace(X, source) if isinstance(part, str) else part for part in step)
    return Line((f"{to} = ", *parts), at)


def _finished(lines: list[Line], name: str, piece: Piece, turned: bool) -> list[Line]:
    """The lines of a layer of the main path: the last one says the layer's name and the shape that leaves it."""
    assert piece.output is not None
    last = lines[-1]
    comment = f"(N, {', '.join(map(str, _held(piece.output, turned)))})"
    parts = last.parts
    free = re.sub(r"_\d+$", "", name) not in _AUTOMATIC
    if free and len(parts) > 1 and isinstance(parts[1], Make) and parts[1].name.startswith("layers."):
        named = replace(parts[1], args=(*parts[1].args, Arg("name", Slot(name, "name"))))
        parts = (parts[0], named, *parts[2:])
    if str(parts[0]).startswith("#"):
        comment = ""
    return [*lines[:-1], replace(last, parts=parts, comment=comment)]


def _held(shape: Shape, turned: bool) -> Shape:
    """The shape as Keras holds it."""
    return (*shape[1:], shape[0]) if len(shape) == 3 or (len(shape) == 2 and turned) else shape


def _input_turned(report: Report) -> bool:
    """Whether two axes of the input are channels × length: what the first layer that minds takes them for."""
    for row in report.rows:
        if row.layer is not None and row.input is not None and len(row.input) == 2:
            if row.layer.type in TURNED:
                return len(report.network.input) == 2
            if row.layer.type in STRAIGHT or row.layer.type == "SwapAxes":
                return False
    return False


def _axis(node: Parallel, shape: Shape, turned: bool) -> int:
    """The axis of Keras's values along which branches are joined."""
    count = len(shape)
    axis = 1 if node.along == "channels" else count
    if count == 3 or (count == 2 and turned):
        axis = count if axis == 1 else axis - 1
    return -1 if axis == count else axis


def _described(parts: tuple[Piece, ...]) -> tuple[str, str]:
    """A name for a function, and what is in it."""
    blocks = [part.node for part in parts if isinstance(part.node, Parallel)]
    if len(blocks) == 1 and len([p for p in parts if not isinstance(p.node, Layer)]) == 1:
        node = blocks[0]
        if node.merge == "concat":
            return "branches", f"{len(node.branches)} branches get the same input; their outputs are joined."
        if any(not branch.children for branch in node.branches):
            return "residual", "Layers and a skip connection around them, added."
        return "projected_residual", f"{len(node.branches)} branches get the same input; their outputs are added."
    stems = [part.node.stem for part in parts]
    short = len(stems) <= 3 and len(set(stems)) == len(stems) and all(isinstance(p.node, Layer) for p in parts)
    return ("_".join(stems) if short else "block"), ""
