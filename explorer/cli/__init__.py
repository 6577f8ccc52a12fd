"""The command line: the same things as in the window, without one.

Only what a command needs is imported, when it runs: `summary` starts without torch, the window before it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from explorer import __version__
from explorer.arch.errors import ExplorerError, UsageError, nearest

PROGRAM = "nn-explorer"


class _Parser(argparse.ArgumentParser):
    """Errors are one clear line and exit status 2."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[0].upper()}{message[1:]}. See {self.prog} --help.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 2 for bad input, 1 for a failure.

    No error leaves it as a traceback, unless `EXPLORER_DEBUG=1` asks for one where the program itself is wrong.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except ExplorerError as error:
        return _complain(str(error), error.status)
    except KeyboardInterrupt:
        return _complain("Stopped.", 130)
    except BrokenPipeError:
        # The reader of our output has gone (… | head): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        return _complain(f"{error.strerror or error}{where}.", 2)  # a full disk, a folder without permission
    except MemoryError:
        return _complain("There is not enough memory for this.", 1)
    except Exception as error:
        if os.environ.get("EXPLORER_DEBUG") == "1":
            raise
        command = words[0] if words else "window"
        what = f"{type(error).__name__}: {error}".rstrip(" .:")
        return _complain(f"“{command}” stopped because of an error in the program: {what}.", 1)


def _complain(sentence: str, status: int) -> int:
    line = " ".join(sentence.split())
    print(f"{PROGRAM}: {line}{'' if line.endswith(('.', '?')) else '.'}", file=sys.stderr)
    return status


def _run(words: list[str]) -> int:
    commands = _commands()
    first = words[0] if words else ""
    if first and not first.startswith("-") and first not in commands:
        from explorer.arch.share import is_text
        from explorer.cli.networks import is_class

        is_known = is_text(first) or is_class(first)  # a text may be longer than a file's name can be
        if not is_known and not Path(first).exists() and not Path(first).suffix and os.sep not in first:
            raise UsageError(
                f"There is no command and no file “{first}”.{nearest(first, commands)} See {PROGRAM} --help."
            )
        words = ["window", *words]
    options = _parser(commands).parse_args(words or ["window"])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that lacks a sign still gets the sentence
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


def _commands() -> dict[str, Callable[[argparse.ArgumentParser], None]]:
    from explorer.cli import ask, describe, export, learn, show

    return {
        "list": describe.add_list,
        "summary": describe.add_summary,
        "export": export.add_export,
        "train": learn.add_train,
        "evaluate": ask.add_evaluate,
        "predict": ask.add_predict,
        "tour": show.add_tour,
        "window": show.add_window,
    }


def _parser(commands: dict[str, Callable[[argparse.ArgumentParser], None]]) -> _Parser:
    parser = _Parser(
        prog=PROGRAM,
        description="See how neural networks work. Without a command: open the window.",
        epilog=f"{PROGRAM} FILE opens the window with that network or run, or with your own class as module:Class.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"Neural Net Explorer {__version__}")
    kinds = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    helps = {
        "list": "the networks, data sets and trained models there are",
        "summary": "shapes, parameters and costs of a network, layer by layer",
        "export": "write a network as code, ONNX, a file or a picture",
        "train": "train a network without a window",
        "evaluate": "try a trained model on a data set's test part",
        "predict": "read digits from picture files, and the language of names",
        "tour": "save a picture of every panel",
        "window": "open the window (the same as no command)",
    }
    for name, add in commands.items():
        kind = kinds.add_parser(name, help=helps[name], description=helps[name].capitalize() + ".", allow_abbrev=False)
        add(kind)
    return parser
