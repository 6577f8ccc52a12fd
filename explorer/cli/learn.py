"""`train`: learning without a window."""

from __future__ import annotations

import argparse
import datetime
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.arch.errors import DataError, MissingDataError, TrainingError, UsageError
from explorer.arch.fields import Field, fields
from explorer.cli.output import Bar, say
from explorer.explain.metrics import balanced_accuracy as balanced
from explorer.explain.metrics import perplexity
from explorer.learn.recipe import Recipe

if TYPE_CHECKING:
    from explorer.arch.network import Network
    from explorer.learn.catalog import Source
    from explorer.learn.events import Asked

DATA, WORDS = "strokes", "names"
"""The data sets that `train` takes unless one is named: for networks that read pictures, and for others."""


def add_train(parser: argparse.ArgumentParser) -> None:
    """Declare `train`; the recipe's options come from its own declaration."""
    parser.add_argument(
        "network", nargs="?", metavar="NETWORK", help="a network's name or a network file; not needed with --resume"
    )
    parser.add_argument(
        "--data", metavar="NAME",
        help=f"a data set's name, a folder of .txt files (a class each), or a .txt file (default: {DATA}, or {WORDS} "
        "for networks that read sequences); NAME#letters: learn to write it",
    )  # fmt: skip
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where data sets lie (or EXPLORER_DATA)")
    for field in fields(Recipe):
        option = f"--{field.name.replace('_', '-')}"
        if field.kind == "flag":
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=None, help=field.help)
        else:
            what = "|".join(field.choices) if field.choices else "N"
            parser.add_argument(option, metavar=what, help=field.help.replace("%", "%%"))
    parser.add_argument("--preset", metavar="NAME", help="the recipe to begin with: standard, fast or lecture")
    parser.add_argument("--fit", action="store_true", help="change the network where it does not fit the data")
    parser.add_argument("--out", type=Path, metavar="RUN", help="the run's folder (default: a new one in ./runs)")
    parser.add_argument("--resume", action="store_true", help="continue the run in --out instead of starting one")
    parser.add_argument("--json", action="store_true", help="print the events as JSON lines")
    parser.set_defaults(command=_train)


def _recipe(options: argparse.Namespace, chosen: Source) -> Recipe:
    """The preset for the data, with all that is given beside it."""
    from explorer.learn.presets import PRESETS

    presets = {preset.name.lower().split()[-1]: preset for preset in PRESETS[chosen.kind]}
    word = (options.preset or next(iter(presets))).lower()
    if word not in presets:
        raise UsageError(f"{chosen.title} has no preset “{options.preset}”; there is {' and '.join(presets)}.")

    def value(field: Field) -> Any:
        given = getattr(options, field.name)
        if given is None:
            return getattr(presets[word].recipe, field.name)
        return field.read(given) if isinstance(given, str) else given

    return Recipe(data=chosen.name, **{field.name: value(field) for field in fields(Recipe)})


def named(name: str, folder: Path | None) -> Source:
    """The data set of that name; says so where `folder` was given for names and holds none."""
    from explorer.learn.catalog import parted, resolve, source

    found = source(resolve(name, folder))
    if folder is not None and parted(found.name)[0] == WORDS:
        say(f"{folder} holds no lists of names: the program's own are used.")
    return found


def _data(options: argparse.Namespace, network: Network | None) -> Source:
    """The data set that is named, or the usual one for such a network."""
    from explorer.arch.analysis import analyse

    name = options.data
    if name is None:
        name = DATA
        if network is not None and len(network.input) < 3:
            output = analyse(network).output
            name = f"{WORDS}#letters" if output is not None and len(output) == 2 else WORDS
    return named(name, options.data_dir)


def _train(options: argparse.Namespace) -> int:
    from explorer.arch.zoo import find_network
    from explorer.learn.catalog import data_folder
    from explorer.learn.fit import adapt, misfit

    if options.resume:
        return _resume(options)
    network = None if options.network is None else find_network(options.network)
    chosen = _data(options, network)
    recipe = _recipe(options, chosen)
    if network is None:
        raise UsageError("The following arguments are required: NETWORK. See nn-explorer train --help.")
    if options.fit:
        for changed_network, changed in adapt(network, chosen):
            network = changed_network
            say(f"{changed.text}.")
    problem = misfit(network, chosen)
    if problem:
        raise UsageError(f"{problem.message}{' Or add --fit to have it done.' if problem.repaired else ''}")
    folder = options.out or Path(
        "runs", f"{options.network.rpartition('/')[2]}-{datetime.datetime.now():%Y%m%d-%H%M%S}"
    )

    from explorer.learn import run  # imports torch
    from explorer.learn.device import use_threads

    use_threads()
    command = f"nn-explorer {shlex.join(sys.argv[1:])}"
    events = run.run(network, recipe, folder, data_folder(options.data_dir), command=command)
    return _follow(events, folder, options.json)


def _resume(options: argparse.Namespace) -> int:
    """Continue a run, which goes on as it began: what is given beside it must agree with it."""
    from explorer.arch.document import read_network
    from explorer.arch.zoo import find_network
    from explorer.learn.card import NETWORK, read_card
    from explorer.learn.catalog import data_folder, resolve, source
    from explorer.learn.fit import adapt

    folder = options.out
    if folder is None:
        raise UsageError("--resume needs --out RUN, the run to continue.")
    card = read_card(folder)

    def differs(option: str, theirs: str, given: str) -> UsageError:
        return UsageError(
            f"The run in {folder} has {option} {theirs}, not {given}, and goes on as it began: leave {option} away, "
            "or start a new run."
        )

    if options.data is not None and source(resolve(options.data, options.data_dir)).name != card.data:
        raise differs("--data", card.data, options.data)
    for field in fields(Recipe):
        given, own = getattr(options, field.name), getattr(card.recipe, field.name)
        if given is None:
            continue
        value = field.read(given) if isinstance(given, str) else given
        if value != own:
            raise differs(f"--{field.name.replace('_', '-')}", field.show(own), field.show(value))
    if options.preset is not None:
        raise UsageError(f"The run in {folder} goes on with its own recipe: leave --preset away, or start a new run.")
    if options.network is not None:
        own_network, network = read_network(folder / NETWORK), find_network(options.network)
        if options.fit:
            for changed, _ in adapt(network, source(card.data)):
                network = changed
        if (network.input, network.layers) != (own_network.input, own_network.layers):
            raise UsageError(
                f"The run in {folder} trains another network, {own_network.name}: leave {options.network} away, "
                "or start a new run."
            )
    if card.accuracy is not None and card.steps >= card.of_steps:
        say("The run is finished.")
        return 0

    from explorer.learn import run  # imports torch
    from explorer.learn.device import use_threads

    use_threads()
    return _follow(run.resume(folder, data_folder(options.data_dir)), folder, options.json)


@contextmanager
def remedy() -> Iterator[None]:
    """Says how one names another folder here, where the data set cannot be had."""
    try:
        yield
    except MissingDataError as error:
        raise DataError(f"{error} Name a folder that has them with --data-dir or EXPLORER_DATA.") from None


@contextmanager
def _gently() -> Iterator[None]:
    """A request to end (SIGTERM) stops a run as Ctrl+C does: the run is closed and kept."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _follow(events: Any, folder: Path, as_json: bool) -> int:
    """Print a run's events, a line an epoch or all of them as JSON lines; Ctrl+C stops it and keeps the run."""
    from explorer.learn.catalog import source
    from explorer.learn.events import Asked, Diverged, EpochDone, Finished, Progress, Started, StepDone, Tested, encode

    bar, started, unit, seconds = Bar(), None, "image", 0.0
    try:
        with _gently(), remedy():
            for event in events:
                if not hasattr(type(event), "__struct_config__"):
                    continue  # the data set itself
                if as_json:
                    if not isinstance(event, Progress):
                        sys.stdout.buffer.write(encode(event) + b"\n")
                        sys.stdout.buffer.flush()
                    else:
                        bar.show(event.text, event.done, event.total)
                elif isinstance(event, Progress):
                    bar.show(event.text, event.done, event.total)
                elif isinstance(event, Started):
                    started, unit = event, source(event.data).unit
                    bar.clear()
                    print(f"{event.network} on {event.data}, {event.device}. {event.note}".strip())
                elif isinstance(event, StepDone) and started:
                    bar.show(f"Loss {_loss(event.loss, 3)}", event.step, started.steps)
                    seconds = event.seconds
                elif isinstance(event, Asked) and started:
                    bar.clear()
                    print(_asked(event, started.steps, seconds), flush=True)
                elif isinstance(event, EpochDone):
                    bar.clear()
                    print(
                        f"Epoch {event.epoch}: loss {_loss(event.train_loss)}, accuracy {event.train_accuracy:.4f}; "
                        f"validation {_loss(event.loss)}, {event.accuracy:.4f}; "
                        f"{event.images_per_second:.0f} {unit}s/s",
                        flush=True,
                    )
                elif isinstance(event, Tested):
                    print(f"Test accuracy {event.accuracy:.4f} on {event.samples} {unit}s.")
                    if event.confusion:
                        print(f"Balanced accuracy, the mean recall of the classes: {balanced(event.confusion):.4f}.")
                    elif event.loss is not None:
                        print(f"Perplexity {perplexity(event.loss):.2f}.")
                elif isinstance(event, Finished):
                    bar.clear()
                    print(f"The run is in {folder}.")
                if isinstance(event, Diverged):
                    events.close()
                    raise TrainingError(
                        f"The loss is no longer a number at step {event.step}: the steps were too large. The weights "
                        f"of step {event.kept} are in {folder}. Train again with --learning-rate "
                        f"{event.learning_rate:g} or less."
                    )
    except KeyboardInterrupt:
        events.close()
        bar.clear()
        there = (folder / "card.json").is_file()
        say(f"Stopped. The run is kept in {folder}; add --resume to continue it." if there else "Stopped.")
        return 130
    return 0


def _asked(event: Asked, steps: int, seconds: float) -> str:
    """One line of the log, as the lecture prints it."""
    minutes, rest = divmod(int(seconds), 60)
    verdict = "✓" if event.guess == event.truth else f"✗ ({event.truth})"
    share = round(100 * event.step / steps)
    return f"{event.step} {share}% ({minutes}m {rest}s) {_loss(event.loss)} {event.word} / {event.guess} {verdict}"


def _loss(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
