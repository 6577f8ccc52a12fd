"""`export`: a network as code, ONNX, a file, text or a picture."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from explorer.arch.document import encode
from explorer.arch.errors import UsageError
from explorer.arch.network import Network
from explorer.arch.share import to_text
from explorer.arch.storage import reason, write_atomic
from explorer.cli.networks import network_of
from explorer.cli.output import say

TEXTS = ("pytorch", "keras", "json", "text")
"""What can go to standard output."""

PICTURES = ("svg", "png", "pdf")

KINDS = (*TEXTS[:2], "onnx", *TEXTS[2:], *PICTURES)


def add_export(parser: argparse.ArgumentParser) -> None:
    """Declare `export`."""
    parser.add_argument(
        "network",
        metavar="NETWORK",
        help="a network's name, a network file, a run, a class as module:Class, or a network's text (nnx1:…)",
    )
    parser.add_argument("--to", choices=KINDS, required=True, help="what comes out")
    parser.add_argument("--input", metavar="SHAPE", help="another input shape, such as 3x224x224")
    parser.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="the file to write (default for code, json, text and svg: print)"
    )
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="of pictures (default: light)")
    parser.add_argument("--vertical", action="store_true", help="pictures from top to bottom, not left to right")
    parser.set_defaults(command=_export)


def _export(options: argparse.Namespace) -> int:
    if options.out is None and options.to not in (*TEXTS, "svg"):
        raise UsageError(f"“{options.to}” is no text to print. Name the file with -o FILE.")
    network = network_of(options.network, options.input)
    if options.to == "onnx":
        from explorer.learn.onnx import export_onnx

        export_onnx(network, options.out)
    elif options.to in PICTURES:
        _picture(network, options)
    else:
        _text(network, options)
    return 0


def _text(network: Network, options: argparse.Namespace) -> None:
    if options.to == "json":
        text = encode(network).decode()
    elif options.to == "text":
        text = f"{to_text(network)}\n"
    else:
        from explorer.arch.export import keras_code, pytorch_code

        code = pytorch_code(network) if options.to == "pytorch" else keras_code(network)
        for note in code.notes:
            say(note)
        text = code.text
    if options.out is None:
        print(text, end="", flush=True)
        return
    try:
        write_atomic(options.out, text.encode())
    except OSError as error:
        raise UsageError(f"{options.out} cannot be written: {reason(error)}. Choose another place.") from None


def _picture(network: Network, options: argparse.Namespace) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # with a display or without, the pictures are the same
    from explorer.app.build.picture import save_picture

    if options.out is not None:
        save_picture(network, options.out, options.to, theme=options.theme, vertical=options.vertical)
        return
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.svg"
        save_picture(network, path, options.to, theme=options.theme, vertical=options.vertical)
        print(path.read_text(encoding="utf-8"), end="", flush=True)
