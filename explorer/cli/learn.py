"""`train`, `evaluate` and `predict`: learning and asking without a window."""

from __future__ import annotations

import argparse
import datetime
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from explorer.arch.errors import DataError, MissingDataError, TrainingError, UsageError
from explorer.arch.fields import Field, fields
from explorer.cli.output import Bar, emit, say
from explorer.learn.recipe import Recipe

DATA = "strokes"
"""The data set that `train` takes unless one is named."""


def add_train(parser: argparse.ArgumentParser) -> None:
    """Declare `train`; the recipe's options come from its own declaration."""
    parser.add_argument(
        "network", nargs="?", metavar="NETWORK", help="a network's name or a network file; not needed with --resume"
    )
    parser.add_argument("--data", metavar="NAME", help=f"the data set (default: {DATA})")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where data sets lie (or EXPLORER_DATA)")
    for field in fields(Recipe):
        option = f"--{field.name.replace('_', '-')}"
        if field.kind == "flag":
            parser.add_argument(option, action="store_true", help=field.help)
        else:
            what = "|".join(field.choices) if field.choices else "N"
            default = field.show(field.default)
            parser.add_argument(option, metavar=what, help=f"{field.help} (default: {default})".replace("%", "%%"))
    parser.add_argument("--fit", action="store_true", help="change the network where it does not fit the data")
    parser.add_argument("--out", type=Path, metavar="RUN", help="the run's folder (default: a new one in ./runs)")
    parser.add_argument("--resume", action="store_true", help="continue the run in --out instead of starting one")
    parser.add_argument("--json", action="store_true", help="print the events as JSON lines")
    parser.set_defaults(command=_train)


def _recipe(options: argparse.Namespace) -> Recipe:
    def value(field: Field) -> Any:
        given = getattr(options, field.name)
        if given is None:
            return field.default
        return field.read(given) if isinstance(given, str) else given

    return Recipe(data=options.data or DATA, **{field.name: value(field) for field in fields(Recipe)})


def _train(options: argparse.Namespace) -> int:
    from explorer.arch.zoo import find_network
    from explorer.learn.catalog import data_folder, source
    from explorer.learn.fit import adapt, misfit

    recipe, chosen = _recipe(options), source(options.data or DATA)
    if options.resume:
        return _resume(options)
    if options.network is None:
        raise UsageError("The following arguments are required: NETWORK. See nn-explorer train --help.")
    network = find_network(options.network)
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
    from explorer.learn.catalog import data_folder, source
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

    if options.data is not None and source(options.data).name != card.data:
        raise differs("--data", card.data, options.data)
    for field in fields(Recipe):
        given, own = getattr(options, field.name), getattr(card.recipe, field.name)
        if given is None or given is False:  # a flag that is not given says nothing
            continue
        value = field.read(given) if isinstance(given, str) else given
        if value != own:
            raise differs(f"--{field.name.replace('_', '-')}", field.show(own), field.show(value))
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
def _remedy() -> Iterator[None]:
    """Says how one names another folder here, where the data set cannot be had."""
    try:
        yield
    except MissingDataError as error:
        raise DataError(f"{error} Name a folder that has MNIST with --data-dir or EXPLORER_DATA.") from None


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
    from explorer.learn.events import Diverged, EpochDone, Finished, Progress, Started, StepDone, Tested, encode

    bar, started = Bar(), None
    try:
        with _gently(), _remedy():
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
                    started = event
                    bar.clear()
                    print(f"{event.network} on {event.data}, {event.device}. {event.note}".strip())
                elif isinstance(event, StepDone) and started:
                    bar.show(f"Loss {_loss(event.loss, 3)}", event.step, started.steps)
                elif isinstance(event, EpochDone):
                    bar.clear()
                    print(
                        f"Epoch {event.epoch}: loss {_loss(event.train_loss)}, accuracy {event.train_accuracy:.4f}; "
                        f"validation {_loss(event.loss)}, {event.accuracy:.4f}; {event.images_per_second:.0f} images/s",
                        flush=True,
                    )
                elif isinstance(event, Tested):
                    print(f"Test accuracy {event.accuracy:.4f} on {event.samples} images.")
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


def _loss(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """Declare `evaluate`."""
    parser.add_argument("model", metavar="MODEL", help="a shipped model's name or a run")
    parser.add_argument("--data", required=True, metavar="NAME", help="the data set whose test part is used")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where data sets lie (or EXPLORER_DATA)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    with _remedy():
        return _evaluated(options)


def _evaluated(options: argparse.Namespace) -> int:
    from explorer.explain import metrics
    from explorer.learn.card import find_model
    from explorer.learn.catalog import data_folder, source
    from explorer.learn.events import Progress

    folder, chosen = find_model(options.model), source(options.data)
    from explorer.learn.device import use_threads
    from explorer.learn.model import load_model

    use_threads()
    model, bar = load_model(folder), Bar()
    for event in model.evaluate(chosen.name, data_folder(options.data_dir)):
        if isinstance(event, Progress):
            bar.show(event.text, event.done, event.total)
            continue
        bar.clear()
        counts, classes = event.confusion, model.card.classes
        document = {
            "model": model.card.name,
            "data": chosen.name,
            "samples": event.samples,
            "accuracy": event.accuracy,
            "balanced_accuracy": metrics.balanced_accuracy(counts),
            "classes": list(classes),
            "precision": metrics.precision(counts).tolist(),
            "recall": metrics.recall(counts).tolist(),
            "confusion": [list(row) for row in counts],
        }
        if options.json:
            emit(document)
            continue
        print(f"{model.card.name} on {chosen.title}: {metrics.why_accuracy(counts)}")
        for k in range(len(classes)):
            print("  " + "; ".join(metrics.why_class(counts, classes, k)))
    return 0


def add_predict(parser: argparse.ArgumentParser) -> None:
    """Declare `predict`."""
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="picture files, each of one digit")
    parser.add_argument("--model", default="digits-cnn", metavar="MODEL", help="a shipped model's name or a run")
    parser.add_argument("--top", default="3", metavar="K", help="how many answers for each input (default: 3)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=_predict)


def _predict(options: argparse.Namespace) -> int:
    import numpy as np

    from explorer.learn.card import find_model
    from explorer.learn.framing import frame
    from explorer.learn.picture import read_picture

    top = Field("top", "Top", "", "integer", 3, low=1, high=1000).read(options.top)
    folder = find_model(options.model)
    framed = []
    for word in options.inputs:
        framing = frame(read_picture(Path(word)))
        if framing is None:
            raise DataError(f"No digit was found in {word}. Use a picture with one dark or bright digit.")
        framed.append(framing.pixels)

    from explorer.learn.device import use_threads
    from explorer.learn.model import load_model

    use_threads()
    model = load_model(folder)
    answers = []
    for word, pixels in zip(options.inputs, framed, strict=True):
        logs = model.read(pixels).log_probabilities
        best = np.argsort(-logs, kind="stable")[:top]
        answers.append(
            {
                "input": word,
                "top": [{"label": model.card.classes[k], "log_probability": float(logs[k])} for k in best],
            }
        )
    if options.json:
        emit(answers)
    else:
        for answer in answers:
            tops: Any = answer["top"]
            words = ", ".join(f"{t['label']} {_log(t['log_probability'])}" for t in tops)
            print(f"{answer['input']}: {words}")
    return 0


def _log(value: float) -> str:
    """A log-probability with two decimals. One that rounds to zero is written without a sign."""
    return f"{value:.2f}".removeprefix("-") if round(value, 2) == 0 else f"{value:.2f}".replace("-", "−")
