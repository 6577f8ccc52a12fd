"""`tour` and the window itself."""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import os
import sys
from pathlib import Path

from explorer.arch.errors import UsageError
from explorer.arch.share import is_text
from explorer.cli.networks import is_class, network_of

NO_DISPLAY = "There is no display here. “nn-explorer tour --out DIR” saves pictures of the window without one."

DEBIAN = "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxkbcommon-x11-0"
"""What Qt's windows need on a bare Debian or Ubuntu."""


def has_display() -> bool:
    """Whether a window can be shown. Only Linux can be without a display."""
    if os.environ.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _try_x11() -> None:
    """Say in a sentence what would make Qt abort the program. Raises `UsageError`."""
    x11 = sys.platform.startswith("linux") and not os.environ.get("QT_QPA_PLATFORM")
    if not x11 or os.environ.get("WAYLAND_DISPLAY"):
        return
    found = importlib.util.find_spec("PySide6")
    plugin = Path(found.origin or "").parent / "Qt" / "plugins" / "platforms" / "libqxcb.so" if found else None
    if plugin is None or not plugin.is_file():
        return  # a Qt of the system's own, which brings what it needs
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        missing = str(error).partition(":")[0]
        raise UsageError(
            f"A window needs the system's library {missing}, which is missing. Install it, on Debian and Ubuntu with "
            f"“apt install {DEBIAN}”. “nn-explorer tour --out DIR” works without it."
        ) from None
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    broken = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if broken:
        tour = NO_DISPLAY.partition(". ")[2]
        raise UsageError(f"The display {os.environ.get('DISPLAY')} does not answer. {tour}")


def add_window(parser: argparse.ArgumentParser) -> None:
    """Declare the window."""
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="a network file, a run, or your own PyTorch class as module:Class"
    )
    parser.add_argument("--input", metavar="CxHxW", help="the input shape of a class, such as 3x32x32")
    parser.set_defaults(command=_window)


def _window(options: argparse.Namespace) -> int:
    file = options.file
    if file is None and options.input is not None:
        raise UsageError("--input needs what it is for: a network file, or a class such as mypackage.models:Net.")
    network = None
    if file is not None and (is_class(file) or is_text(file) or options.input is not None):
        network = network_of(file, options.input)
    elif file is not None and not Path(file).exists():
        raise UsageError(f"There is no file {file}.")
    if not has_display():
        raise UsageError(NO_DISPLAY)
    _try_x11()
    from explorer.app.main import start

    return start(Path(file) if file and network is None else None, network)


def add_tour(parser: argparse.ArgumentParser) -> None:
    """Declare `tour`."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures go")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="default: light")
    parser.add_argument(
        "--size", default="1280x800", metavar="WxH", help="of the window, in pixels (default: 1280x800)"
    )
    parser.add_argument("--panel", metavar="NAME", help="only the pictures of this panel")
    parser.set_defaults(command=_tour)


def _tour(options: argparse.Namespace) -> int:
    width, _, height = options.size.partition("x")
    if not (width.isdigit() and height.isdigit() and 1024 <= int(width) <= 7680 and 700 <= int(height) <= 4320):
        raise UsageError(f"“{options.size}” is no size between 1024x700 and 7680x4320, such as 1280x800.")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # with a display or without, the pictures are the same
    from explorer.app.tour import tour

    for path in tour(options.out, options.theme, (int(width), int(height)), options.panel):
        print(path, flush=True)
    return 0
