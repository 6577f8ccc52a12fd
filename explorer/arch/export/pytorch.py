"""A network as PyTorch code that one could have written by hand.

The layers of the network become attributes of one class, in the order in which they run, so that its parameters are
those of the network in the same order. A block with branches becomes a class of its own, layers in a row an
`nn.Sequential`. Blocks that differ only in their numbers share one class or function, of which the numbers are the
arguments.
"""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import replace

from explorer.arch.analysis import Piece, Report, analyse
from explorer.arch.errors import ArchitectureError
from explorer.arch.export.code import NEEDED, Arg, Body, Code, Each, Library, Line, Make, Slot, Use
from explorer.arch.export.rows import STEPS, Row, indented, owners, ranges, render, runs, shifted, signature, tokens
from explorer.arch.export.words import attribute, class_name, docstring, literal, shape_words
from explorer.arch.layer import Call, Layer
from explorer.arch.network import Network
from explorer.arch.shape import Symbol
from explorer.arch.text import number
from explorer.arch.tree import Auxiliary, Parallel, Path, Sequence

_POSITIONS = {
    "Conv": ("in_channels", "out"),
    "Linear": ("in_features", "out"),
    "BatchNorm": ("num_features",),
    "GroupNorm": ("num_groups", "num_channels"),
    "LayerNorm": ("normalized_shape",),
    "Embedding": ("num_embeddings", "embedding_dim"),
    "LSTM": ("input_size", "hidden_size"),
    "RNN": ("input_size", "hidden_size"),
    "GRU": ("input_size", "hidden_size"),
    "ConcatRNN": ("features", "hidden", "outputs"),
    "LocalResponseNorm": ("size",),
    "Adaptive": ("output_size",),
    "Max": ("kernel_size",),
    "Avg": ("kernel_size",),
}
"""What the arguments without a name are, by the beginning of the class's name."""

_CONVOLUTION = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
"""Defaults that convolutions of one structure may differ in."""

_AUXILIARY = '''\
class Auxiliary(nn.Sequential):
    """A classifier at the side: in training its output is kept in `output`; what arrives passes untouched."""

    output = None

    def forward(self, x):
        self.output = super().forward(x) if self.training else None
        return x
'''


def pytorch_code(network: Network) -> Code:
    """A module of Python with the network as a class, which needs no arguments, and a demonstration.

    The class has the parameters of `explorer.learn.build.build`, in the same order. Raises `ArchitectureError` for a
    network with a fault.
    """
    report = analyse(network)
    if report.fault:
        raise ArchitectureError(f"{report.fault.path}: {report.fault.message}")
    return _Writer(report).code()


def make(call: Call, of: str, own: bool) -> Make:
    """A layer's constructor call; `own` classes stand in the code itself, others in `nn`."""
    hints: tuple[str, ...] = next((w for start, w in _POSITIONS.items() if call.name.startswith(start)), ())
    args = [Arg("", Slot(v, hints[i] if i < len(hints) else "value", of)) for i, v in enumerate(call.args)]
    keywords = dict(call.kwargs)
    if call.name in ("Conv1d", "Conv2d"):
        settings = {"kernel_size": keywords.pop("kernel_size"), **_CONVOLUTION} | keywords
    else:
        settings = keywords
    for key, value in settings.items():
        default = _CONVOLUTION.get(key, NEEDED) if call.name in ("Conv1d", "Conv2d") else NEEDED
        args.append(Arg(key, Slot(value, key, of), default))
    return Make(call.name if own else f"nn.{call.name}", tuple(args))


def is_plain(piece: Piece) -> bool:
    """Whether the piece can stand in an `nn.Sequential`: a block, or a layer that is a module called with values."""
    node = piece.node
    return not isinstance(node, Layer) or node.applied("m", "x") == "m(x)"


class _Writer:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.library = Library()
        self.sources: dict[str, str] = {}
        self.bodies: dict[object, Body] = {}

    # What makes a module: one or more lines.

    def expression(self, piece: Piece, name: str, at: Path) -> list[Line]:
        """The lines of code that make the module of a layer or block."""
        node = piece.node
        if isinstance(node, Layer):
            comment = node.name if node.name and node.name != name else ""
            return [Line((self.call(piece, name),), at, 0, comment)]
        if isinstance(node, Parallel):
            return [Line((Use(self.branches(piece)),), at)]
        assert isinstance(node, Sequence | Auxiliary)
        if isinstance(node, Auxiliary):
            return self.auxiliary(piece, at)
        if not node.children:
            return [Line(("nn.Identity()",), at)]
        if node.repeat == 1:
            return [Line((Use(self.sequence(piece, 0)),), at)]
        return self.repeated(piece, at)

    def call(self, piece: Piece, name: str) -> Make:
        node = piece.node
        assert isinstance(node, Layer)
        assert piece.input is not None
        if node.source:
            self.sources[node.type] = node.source
        return make(node.call(piece.input), name, bool(node.source))

    def sequence(self, piece: Piece, copy: int) -> Body:
        """Layers in a row: a function that makes an `nn.Sequential`, or a class if that is not possible."""
        parts = piece.parts[copy]
        key = tuple(map(id, parts))
        if key not in self.bodies:
            blocks = [part for part in parts if not isinstance(part.node, Layer)]
            one = len(blocks) == 1 and isinstance(blocks[0].node, Parallel)
            if all(map(is_plain, parts)) and not one:
                body = self.function(piece, parts, "nn.Sequential")
            else:
                body = self.class_of(piece.node.name, piece.names, parts)
            self.bodies[key] = self.library.add(body)
        return self.bodies[key]

    def branches(self, piece: Piece) -> Body:
        """Branches and their merge: a class."""
        if id(piece) not in self.bodies:
            names = (piece.node.name or piece.node.stem,)
            body = self.class_of(piece.node.name, names, (piece,), whole=True)
            self.bodies[id(piece)] = self.library.add(body)
        return self.bodies[id(piece)]

    def auxiliary(self, piece: Piece, at: Path) -> list[Line]:
        """A classifier at the side."""
        self.sources["Auxiliary"] = _AUXILIARY
        if id(piece) not in self.bodies:
            parts = piece.parts[0]
            if all(map(is_plain, parts)):
                body = self.function(piece, parts, "Auxiliary")
            else:
                body = self.class_of(piece.node.name or "head", piece.names, parts)
            self.bodies[id(piece)] = self.library.add(body)
        body = self.bodies[id(piece)]
        if not piece.parts[0]:
            return [Line(("Auxiliary()",), at)]
        return [Line(("Auxiliary(", Use(body), ")") if body.kind == "class" else (Use(body),), at)]

    def function(self, piece: Piece, parts: tuple[Piece, ...], kind: str) -> Body:
        lines: list[Line] = []
        for index, (name, part) in enumerate(zip(piece.names, parts, strict=True)):
            lines += _around("", self.expression(part, name if isinstance(part.node, Layer) else "", (index,)), ",")
            own = part.node.name
            if own and isinstance(part.node, Layer):
                lines[-1] = replace(lines[-1], comment=own)
        stems = [part.node.stem for part in parts]
        name = "_".join(stems) if len(stems) <= 3 and len(set(stems)) == len(stems) else "block"
        if kind == "Auxiliary":
            name = "auxiliary_head"
        layers = [part.node.type for part in parts if isinstance(part.node, Layer)]
        about = f"{', '.join(layers)}." if 0 < len(layers) == len(parts) < 6 else ""
        return Body(kind, (tuple(lines),), name, about, plain=True, given=piece.node.name)

    def repeated(self, piece: Piece, at: Path) -> list[Line]:
        """Copies of a sequence, each with its own weights; those that are made alike are one line."""
        first = piece.parts[0]
        if len(first) == 1 and isinstance(first[0].node, Layer) and is_plain(first[0]):
            made = [self.call(parts[0], piece.names[0]) for parts in piece.parts]
            alike = runs(made, lambda call: [literal(arg.slot.value) for arg in call.args])
            lines = [_copies((call,), count, (*at, 0)) for call, count in alike]
        else:
            bodies = [self.sequence(piece, copy) for copy in range(len(piece.parts))]
            pairs = runs(bodies, lambda body: body.signature)
            shared = len({id(body.group) for body in bodies}) == 1
            if len(pairs) > 3 and shared and all(count == 1 for _, count in pairs):
                lines = [Line((Each(tuple(bodies)),), at)]
            else:
                lines = [_copies((Use(body, several=True),), count, at) for body, count in pairs]
        if len(lines) == 1:
            return _around("nn.Sequential(", lines, ")")
        inside = [replace(line, parts=(*line.parts, ","), indent=1) for line in lines]
        return [Line(("nn.Sequential(",), at), *inside, Line((")",), at)]

    # Classes: attributes, and how they are applied.

    def class_of(self, given: str, names: Items[str], parts: Items[Piece], whole: bool = False) -> Body:
        """A class whose attributes are the given layers and blocks; `whole`: it is that of the one block itself."""
        made, applied = self.members(names, parts, whole)
        if len(applied) == 1 and applied[0].parts[0] == "x = ":
            applied = [replace(applied[0], parts=("return ", *applied[0].parts[1:]))]
        elif applied and str(applied[0].parts[0]).startswith("x = ") and len(applied) == 1:
            applied = [replace(applied[0], parts=("return " + str(applied[0].parts[0])[4:],))]
        else:
            applied.append(Line(("return x",)))
        name, about = _described(parts)
        return Body("class", (tuple(made), tuple(applied)), name, about, given=given)

    def members(
        self, names: Items[str], parts: Items[Piece], whole: bool = False, main: bool = False
    ) -> tuple[list[Line], list[Line]]:
        """The lines of the constructor and those of `forward`."""
        made: list[Line] = []
        applied: list[Line] = []
        taken: set[str] = set()
        blocks = [part for part in parts if not isinstance(part.node, Layer)]
        for index, (name, part) in enumerate(zip(names, parts, strict=True)):
            node, at = part.node, () if whole else (index,)
            if isinstance(node, Parallel) and len(blocks) == 1 and not main:
                self.inline(part, at, taken, made, applied)
                continue
            if not isinstance(node, Layer):
                own = attribute(name, taken)
                made += _around(f"self.{own} = ", self.expression(part, own, at), "")
                call = f"self.{own}(x)"
            else:
                call = node.applied("self.", "x")
                if "self." in call:
                    own = attribute(name, taken)
                    made += _around(f"self.{own} = ", self.expression(part, own, at), "")
                    call = node.applied(f"self.{own}", "x")
            comment = shape_words(part.output) if main and part.output is not None else ""
            applied.append(Line((f"x = {call}",), at, 0, comment))
        return made, applied

    def inline(self, piece: Piece, at: Path, taken: set[str], made: list[Line], applied: list[Line]) -> None:
        """The branches of a block as attributes of the class around it."""
        node = piece.node
        assert isinstance(node, Parallel)
        terms: list[str] = []
        for index, (name, branch) in enumerate(zip(piece.names, piece.parts[0], strict=True)):
            place = (*at, index)
            assert isinstance(branch.node, Sequence)
            inner = branch.parts[0]
            if not inner:
                terms.append("x")
                continue
            own = attribute(name, taken)
            if branch.node.repeat == 1 and len(inner) == 1 and isinstance(inner[0].node, Layer):
                layer = inner[0].node
                call = layer.applied(f"self.{own}", "x")
                if f"self.{own}" in call:
                    named = f"{own}." if node.merge == "concat" else own
                    lines = self.expression(inner[0], named, (*place, 0))
                    made += _around(f"self.{own} = ", lines, "")
                terms.append(call)
                continue
            if branch.node.repeat == 1 and all(map(is_plain, inner)):
                made.append(Line((f"self.{own} = nn.Sequential(",), place))
                for k, (word, part) in enumerate(zip(branch.names, inner, strict=True)):
                    # Of many branches, the name of a parameter needs that of the branch.
                    named = f"{own}.{word}" if node.merge == "concat" else word
                    lines = self.expression(part, named, (*place, k))
                    comment = part.node.name if isinstance(part.node, Layer) else ""
                    made += [replace(li, indent=li.indent + 1, comment=comment) for li in _around("", lines, ",")]
                made.append(Line((")",), place))
            else:
                made += _around(f"self.{own} = ", self.expression(branch, own, place), "")
            terms.append(f"self.{own}(x)")
        applied += _merged(node, terms, at)

    # The whole text.

    def code(self) -> Code:
        report, network = self.report, self.report.network
        root = report.root
        made, applied = self.members(root.names, root.parts[0], main=True)
        main = self.library.add(Body("main", (tuple(made), tuple(applied)), "Main", ""))
        name = class_name(network.name)
        reserved = {"torch", "nn", *self.sources}
        if name in reserved:
            name += "Net"
        groups = self.library.settle(reserved | {name})
        text: list[str] = ["import torch", "from torch import nn"]
        for source in self.sources.values():
            text += ["", "", *source.rstrip().split("\n")]
        begins, rows = {}, {}
        start = 0
        for group in groups:
            body = group.bodies[0]
            text += ["", ""]
            begins[group] = start = len(text)
            if body.kind == "main":
                rows[group] = self.main_rows(name, render(group))
            elif body.kind == "class":
                rows[group] = _class_rows(group.name, group.params, body.about, render(group))
            else:
                rows[group] = _function_rows(group.name, group.params, body, render(group)[0])
            text += [row.text for row in rows[group]]
        found = owners(main, begins, rows)
        forward = next(i for i, row in enumerate(rows[main.group]) if row.text.startswith("    def forward"))
        found[()] = [start + forward]
        text += ["", "", *self.demonstration(name), ""]
        lines = {at: ranges(found[at], start) for at in report.places if at in found}
        return Code("\n".join(text), lines)

    def main_rows(self, name: str, sections: list[list[Row]]) -> list[Row]:
        network = self.report.network
        count = self.report.parameters
        about = [network.about, f"{number(count)} parameters.".replace("\u2009", " ")]
        heads = "Auxiliary" in self.sources
        if heads:
            about.append(
                "In training, forward returns the output and a list with the outputs of the auxiliary heads; "
                "else the output alone."
            )
        lines = [f"class {name}(nn.Module):"]
        lines += indented([*docstring(network.name, *about), ""])
        lines += ["    def __init__(self):", "        super().__init__()"]
        rows = [Row(line, None) for line in lines] + shifted(sections[0])
        rows += [Row("", None), Row(f"    def forward(self, x):  # {shape_words(network.input)}", None)]
        rows += shifted(sections[1])
        if heads:
            rows += [
                Row("        if self.training:", None),
                Row("            heads = [part for part in self.modules() if isinstance(part, Auxiliary)]", None),
                Row("            return x, [head.output for head in heads]", None),
            ]
        return [*rows, Row("        return x", None)]

    def demonstration(self, name: str) -> list[str]:
        network = self.report.network
        sizes = [STEPS if isinstance(size, Symbol) else size for size in network.input]
        words = tokens(self.report)
        shape = ", ".join(map(str, (2, *sizes)))
        batch = f"torch.randn({shape})" if words is None else f"torch.randint({words}, ({shape}))"
        return [
            'if __name__ == "__main__":',
            f"    model = {name}().eval()",
            f"    batch = {batch}",
            "    with torch.no_grad():",
            "        output = model(batch)",
            '    print("output:", tuple(output.shape))',
            '    print("parameters:", sum(parameter.numel() for parameter in model.parameters()))',
        ]


def _around(before: str, lines: list[Line], after: str) -> list[Line]:
    """The lines with something before the first and after the last."""
    made = list(lines)
    if before:
        made[0] = replace(made[0], parts=(before, *made[0].parts))
    if after:
        made[-1] = replace(made[-1], parts=(*made[-1].parts, after))
    return made


def _copies(made: tuple[Make | Use, ...], count: int, at: Path) -> Line:
    if count == 1:
        return Line(made, at)
    return Line(("*[", *made, " for _ in range(", Slot(count, "copies"), ")]"), at)


def _merged(node: Parallel, terms: list[str], at: Path) -> list[Line]:
    """How the outputs of branches become one."""
    if len(terms) == 1:
        return [Line((f"x = {terms[0]}",), at)]
    axis = "1" if node.along == "channels" else "-1"
    joined = " + ".join(terms) if node.merge == "add" else f"torch.cat([{', '.join(terms)}], dim={axis})"
    if len(joined) < 90:
        return [Line((f"x = {joined}",), at)]
    if node.merge == "add":
        inner = [Line((f"{'+ ' if i else ''}{term}",), (*at, i), 1) for i, term in enumerate(terms)]
        return [Line(("x = (",), at), *inner, Line((")",), at)]
    inner = [Line((f"{term},",), (*at, i), 2) for i, term in enumerate(terms)]
    head = [Line(("x = torch.cat(",), at), Line(("[",), at, 1)]
    return [*head, *inner, Line(("],",), at, 1), Line((f"dim={axis},",), at, 1), Line((")",), at)]


def _described(parts: Items[Piece]) -> tuple[str, str]:
    """A name for a class, and what is in it."""
    blocks = [part.node for part in parts if isinstance(part.node, Parallel)]
    if len(blocks) != 1:
        return "Block", ""
    node = blocks[0]
    count = len(node.branches)
    skips = any(not branch.children for branch in node.branches)
    place = next(i for i, part in enumerate(parts) if part.node is node)
    after = [part.node.type for part in parts[place + 1 :]]
    more = f" Then {', '.join(after)}." if 0 < len(after) < 6 else ""
    if node.merge == "concat":
        along = "channels" if node.along == "channels" else "features"
        return "Branches", f"{count} branches get the same input; their outputs are joined along the {along}.{more}"
    if skips:
        return "Residual", f"Layers and a skip connection around them, added.{more}"
    return "ProjectedResidual", f"{count} branches get the same input; their outputs are added.{more}"


def _class_rows(name: str, params: tuple[str, ...], about: str, sections: list[list[Row]]) -> list[Row]:
    rows = [Row(f"class {name}(nn.Module):", ())]
    if about:
        rows += [*(Row(line, ()) for line in indented(docstring(about))), Row("", ())]
    if sections[0] or params:
        rows += [Row(line, ()) for line in signature("def __init__", ("self", *params), ":", 1)]
        rows += [Row("        super().__init__()", ()), *shifted(sections[0]), Row("", ())]
    return [*rows, Row("    def forward(self, x):", ()), *shifted(sections[1])]


def _function_rows(name: str, params: tuple[str, ...], body: Body, inside: list[Row]) -> list[Row]:
    rows = [Row(line, ()) for line in signature(f"def {name}", params, ":", 0)]
    if body.about:
        rows += [Row(line, ()) for line in indented(docstring(body.about))]
    return [*rows, Row(f"    return {body.kind}(", ()), *shifted(inside), Row("    )", ())]
