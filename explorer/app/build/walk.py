"""Where the arrow keys lead in the diagram: along the flow and across branches. All pure."""

from __future__ import annotations

from explorer.app.build.drawing import Drawing
from explorer.arch.network import Network
from explorer.arch.tree import Auxiliary, Node, Parallel, Path, Sequence, children


def along(network: Network, drawing: Drawing, at: Path, step: int) -> Path | None:
    """The next (+1) or previous (−1) node of the flow that is drawn; `None` at the end. () is the input."""
    at = drawing.shown(at)
    walk = _Walk(network, drawing)
    return walk.following(at) if step > 0 else walk.preceding(at)


def across(network: Network, drawing: Drawing, at: Path, step: int) -> Path | None:
    """The nearest node in a branch above (−1) or below (+1); else the block around it, or the first one inside."""
    at = drawing.shown(at)
    x, y = _middle(drawing, at)
    for level in range(len(at) - 1, 0, -1):
        block = at[:level]
        if not isinstance(network.node(block), Parallel):
            continue
        best: tuple[float, Path] | None = None
        for box in drawing.boxes:
            path = box.at
            if path[:level] != block or len(path) <= level or path[level] == at[level]:
                continue
            if box.form == "branch" and children(network.node(path)):
                continue
            a, b = box.centre
            if drawing.vertical:
                a, b = b, a
            if (b - y) * step > 4:
                far = abs(a - x) + 2 * abs(b - y)
                if best is None or far < best[0]:
                    best = far, path
        if best:
            return best[1]
    if step < 0:
        return at[:-1] or None
    if at in drawing.framed:
        inside = children(network.node(at))
        return _Walk(network, drawing).entry((*at, 0)) if inside else None
    return None


def _middle(drawing: Drawing, at: Path) -> tuple[float, float]:
    x, y, w, h = drawing.area(at)
    return (y + h / 2, x + w / 2) if drawing.vertical else (x + w / 2, y + h / 2)


class _Walk:
    def __init__(self, network: Network, drawing: Drawing) -> None:
        self.network, self.drawing = network, drawing

    def opened(self, at: Path) -> Node | None:
        """The block at a path if one can see what it holds."""
        node = self.network.node(at)
        if isinstance(node, Auxiliary) or not children(node):
            return None
        hidden = at in self.drawing.places and self.drawing.boxes[self.drawing.places[at]].form == "card"
        return None if hidden else node

    def entry(self, at: Path) -> Path:
        """The first node inside, where the flow comes in."""
        node = self.opened(at)
        if isinstance(node, Parallel):
            return self.entry((*at, self.main(node)))
        return self.entry((*at, 0)) if node else at

    def leaving(self, at: Path) -> Path:
        """The last node inside, where the flow goes out."""
        node = self.opened(at)
        return self.leaving((*at, len(children(node)) - 1)) if isinstance(node, Sequence) else at

    @staticmethod
    def main(node: Parallel) -> int:
        """The first branch that does something."""
        return next((k for k, branch in enumerate(node.branches) if branch.children), 0)

    def following(self, at: Path) -> Path | None:
        network = self.network
        if at:
            parent = at[:-1]
            if parent and isinstance(network.node(parent), Parallel):
                return self.entry(at) if self.opened(at) and at in self.drawing.places else parent
            if at[-1] + 1 < len(network.inside(parent)):
                return self.entry((*parent, at[-1] + 1))
            if not parent or isinstance(network.node(parent), Auxiliary):
                return None
            return self.following(parent) if not self._branch(parent) else parent[:-1]
        return self.entry((0,)) if network.layers else None

    def preceding(self, at: Path) -> Path | None:
        if not at:
            return None
        node = self.opened(at)
        if isinstance(node, Parallel):
            return self.leaving((*at, self.main(node)))
        return self.before(at) if not self._branch(at) else self.before(at[:-1])

    def before(self, at: Path) -> Path | None:
        """What comes before a node as a whole."""
        parent = at[:-1]
        if at[-1] > 0:
            return self.leaving((*parent, at[-1] - 1))
        if not parent:
            return ()
        if isinstance(self.network.node(parent), Auxiliary):
            return parent
        return self.before(parent[:-1] if self._branch(parent) else parent)

    def _branch(self, at: Path) -> bool:
        return len(at) > 1 and isinstance(self.network.node(at[:-1]), Parallel)
