"""The unfolded graph, walked backwards: a copy of the cell and of its weights for each step, and each step's loss.

graph = BackGraph()
graph.show_graph(Graph(kind="LSTM", labels="Pelaez", losses={5: 1.2}, targets={5: "Spanish"}))
graph.show_flow(5, of_h, of_c, cut=None)      # how much of loss 5 arrives at each state
graph.show_edge((4, "c"), (3, "c"))           # the edge that is lit
graph.show_path((5, 2))                       # from loss 5 to the weights of step 2
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.app.unroll.back_graphview import BackGraphView

KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up)


class BackGraph(BackGraphView):
    """Left and right go to the step before and after, up chooses the loss of the present step. The wheel scrolls."""

    step_chosen = Signal(int)
    """The copy of a step was clicked, or reached with the arrow keys."""

    loss_chosen = Signal(int)
    """The loss of a step was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._places = None
        if self._steps:
            self._scroll(self.places.revealed(self.step))

    def _point(self, at: tuple[str, int] | None) -> None:
        if at != self._hover:
            self._hover = at
            self.setCursor(Qt.CursorShape.ArrowCursor if at is None else Qt.CursorShape.PointingHandCursor)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.place_at(event.position())
        if at is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif at[0] == "loss":
            self.loss_chosen.emit(at[1])
        else:
            self.step_chosen.emit(at[1])

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.places.beyond:
            turned = event.angleDelta().x() or event.angleDelta().y()
            self._scroll(min(max(self._offset - turned / 120 * self.places.pitch, 0.0), self.places.beyond))
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Up and self.step in self._graph.losses:
            self.loss_chosen.emit(self.step)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step_chosen.emit(min(max(self.step + (1 if key == Qt.Key.Key_Right else -1), 0), self._steps - 1))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = self.place_at(QPointF(event.pos()))
            if at is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.words(*at), self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in KEYS:
            event.accept()
            return True
        return super().event(event)
