"""The stepping of a Convolve page as an animated picture, drawn by a copy of the page."""

from __future__ import annotations

from explorer.app.animation import HIGH, LAST, MOST, WIDE, Animation, Frame, Frames, Kind, write
from explorer.app.convolve.convolution import ConvolutionPage
from explorer.app.convolve.document import Document
from explorer.app.convolve.network import NetworkPage
from explorer.app.convolve.page import Page
from explorer.app.convolve.pooling import PoolingPage
from explorer.app.convolve.signal import SignalPage
from explorer.app.convolve.wired import WiredView
from explorer.app.theme import look
from explorer.arch.errors import DataError
from explorer.explain.example import Example

__all__ = ["LAST", "MOST", "Animation", "Frame", "Frames", "Kind", "frames_of", "write"]


def frames_of(page: Page, example: Example) -> Frames:
    """The stepping of a page from its beginning, in a copy of it; of a page that has none, that of the convolution.

    Raises `DataError` where there is nothing to step through.
    """
    copy = _copy(page, Document(example))
    copy.document.set_motion(False)
    copy.bar.hide()
    scale = look(page).scale
    copy.resize(round(WIDE * scale), round(HIGH * scale))
    copy.bar.reset()
    if copy.bar.count < 1:
        copy.deleteLater()
        raise DataError("There are no steps to show. Choose an example that has an output.")
    return Frames(copy, copy.bar.count, copy.bar.advance, copy.stop, MOST)


def _copy(page: Page, document: Document) -> Page:
    if isinstance(page, SignalPage):
        signal = SignalPage(document)
        signal.show_sliding(page.sliding)
        return signal
    if isinstance(page, PoolingPage):
        pooling = PoolingPage(document)
        pooling.show_settings(page.settings)
        return pooling
    if isinstance(page, NetworkPage):
        network = NetworkPage(document)
        network.show_stage(page.open)
        return network
    return (WiredView if isinstance(page, WiredView) else ConvolutionPage)(document)
