"""The module that a word of the command line names: `package.module:Class`. Importing it runs its code, as is meant."""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path
from typing import Any

from torch import nn

from explorer.arch.errors import UsageError, nearest
from explorer.learn.tracing.follow import place_of, reason


def load(word: str) -> nn.Module:
    """The module of `package.module:Class`, of a function that returns one, or one that lies there.

    The current folder is looked in first, as `python -m` does. Raises `UsageError` in one sentence.
    """
    where, _, name = word.partition(":")
    if where.endswith(".py"):
        module = Path(where)
        raise UsageError(
            f"Write the module's name without .py: {module.stem}:{name}, in the folder {module.parent.resolve()}."
        )
    parts = (*where.split("."), *name.split("."))
    if not all(part.isidentifier() for part in parts):
        raise UsageError(f"“{word}” names no class. Write module:Class, such as mypackage.models:Net.")
    found: Any = _import(where)
    for part in name.split("."):
        if not hasattr(found, part):
            raise UsageError(f"{where} has no “{name}”.{nearest(name, _candidates(found))}")
        found = getattr(found, part)
    return found if isinstance(found, nn.Module) else _made(word, found)


def _import(where: str) -> Any:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        return importlib.import_module(where)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if where == missing or where.startswith(f"{missing}."):
            near = [p.stem for p in Path(folder).glob("*.py") if p.stem.isidentifier()] if "." not in where else []
            raise UsageError(
                f"There is no Python module “{missing}” in {folder} or among those installed.{nearest(missing, near)}"
            ) from None
        raise UsageError(f"{where} cannot be imported: it needs “{missing}”, which is not installed.") from None
    except SyntaxError as error:
        line = f" (line {error.lineno} of {Path(error.filename).name})" if error.filename else ""
        raise UsageError(f"{where} cannot be imported: {error.msg}{line}.") from None
    except (Exception, SystemExit) as error:
        raise UsageError(f"{where} cannot be imported: {_words(error)}.") from None


def _words(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        place = place_of(error)
        return "it ends the program" + (f" ({place})" if place else "")
    return reason(error)


def _candidates(module: Any) -> list[str]:
    """Names of what one could have meant."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and isinstance(value, type) and issubclass(value, nn.Module)
    ]


def _made(word: str, found: Any) -> nn.Module:
    dotted = word.replace(":", ".")
    if isinstance(found, type) and not issubclass(found, nn.Module):
        raise UsageError(f"{dotted} is a class, but not one of torch.nn.Module.")
    if not callable(found):
        raise UsageError(f"{dotted} is of type {type(found).__name__}. Name a class of torch.nn.Module.")
    needed = _needed(found)
    if needed:
        names = " and ".join((", ".join(needed[:-1]), needed[-1])) if len(needed) > 1 else needed[0]
        raise UsageError(
            f"{dotted} needs {'arguments' if len(needed) > 1 else 'the argument'} {names}. Write a subclass or a "
            "function without arguments that gives them, and name that instead."
        )
    try:
        made = found()
    except (Exception, SystemExit) as error:
        raise UsageError(f"{dotted} cannot be made: {_words(error)}.") from None
    if not isinstance(made, nn.Module):
        raise UsageError(f"{dotted} returns a value of type {type(made).__name__}, not a torch.nn.Module.")
    return made


def _needed(found: Any) -> list[str]:
    """Names of the arguments that must be given."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except (TypeError, ValueError):
        return []
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in parameters if p.default is p.empty and p.kind not in free]
