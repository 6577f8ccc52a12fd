"""`evaluate` and `predict`: asking trained networks without a window."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.arch.errors import DataError, UsageError
from explorer.arch.fields import Field
from explorer.cli.learn import named, remedy
from explorer.cli.output import Bar, emit, say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.learn.events import Progress, Tested
    from explorer.learn.model import Model

DIGITS, NAMES = "digits-cnn", "names-two-way"
"""The models that read pictures and words unless one is named."""

LINE = 200
"""Most letters of an input that are printed again."""

PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"}


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """Declare `evaluate`."""
    parser.add_argument("model", metavar="MODEL", help="a shipped model's name or a run")
    parser.add_argument("--data", required=True, metavar="NAME", help="the data set whose test part is used")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where data sets lie (or EXPLORER_DATA)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    with remedy():
        return _evaluated(options)


def _evaluated(options: argparse.Namespace) -> int:
    from explorer.explain import metrics
    from explorer.learn.card import find_model
    from explorer.learn.catalog import data_folder, source

    folder, chosen = find_model(options.model), named(options.data, options.data_dir)
    from explorer.learn.device import use_threads
    from explorer.learn.model import load_model

    use_threads()
    model, bar = load_model(folder), Bar()
    from explorer.learn import bayes

    place = data_folder(options.data_dir)
    document: dict[str, Any] = {"model": model.card.name, "data": chosen.name}
    classes = model.card.classes
    lines: list[str] = []
    if model.kind == "text":
        # Words to tell apart are words to write, too: both say how good a letter model is.
        text = source(f"{chosen.name}#letters") if chosen.kind == "words" else chosen
        tested = _finished(model.evaluate(text.name, place), bar)
        perplexity = metrics.perplexity(tested.loss) if tested.loss is not None else math.nan
        document |= {"samples": tested.samples, "accuracy": tested.accuracy, "loss": tested.loss}
        document["perplexity"] = perplexity if math.isfinite(perplexity) else None
        lines = [
            f"{model.card.name} on {text.title}: perplexity {perplexity:.2f} (1 is perfect, {len(classes)} knows "
            f"nothing); {100 * tested.accuracy:.1f} % of the signs guessed."
        ]
        classes = bayes.classes_of(model.card) if chosen.kind == "words" else ()
        results = bayes.tried(model, chosen.name, place) if classes else None
    else:
        results = model.evaluate(chosen.name, place)
    if results is not None:
        tested = _finished(results, bar)
        counts = tested.confusion
        document |= {
            "samples": tested.samples,
            "accuracy": tested.accuracy,
            "loss": tested.loss,
            "balanced_accuracy": metrics.balanced_accuracy(counts),
            "classes": list(classes),
            "precision": metrics.precision(counts).tolist(),
            "recall": metrics.recall(counts).tolist(),
            "confusion": [list(row) for row in counts],
        }
        lines += [
            f"{model.card.name} on {chosen.title}: {metrics.why_accuracy(counts)}",
            f"  balanced accuracy, the mean recall of the classes: {100 * document['balanced_accuracy']:.1f} %",
            *("  " + "; ".join(metrics.why_class(counts, classes, k)) for k in range(len(classes))),
        ]
    if options.json:
        emit(document)
    else:
        print("\n".join(lines))
    return 0


def _finished(events: Iterator[Progress | Tested], bar: Bar) -> Tested:
    """The result, with a bar while it is waited for."""
    from explorer.learn.events import Progress

    for event in events:
        if not isinstance(event, Progress):
            bar.clear()
            return event
        bar.show(event.text, event.done, event.total)
    raise UsageError("There was nothing to try.")


def add_predict(parser: argparse.ArgumentParser) -> None:
    """Declare `predict`."""
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="picture files, each of one digit, or names")
    parser.add_argument(
        "--model", metavar="MODEL",
        help=f"a shipped model's name or a run (default: {DIGITS} for picture files, {NAMES} for other words)",
    )  # fmt: skip
    parser.add_argument("--top", default="3", metavar="K", help="how many answers for each input (default: 3)")
    parser.add_argument("--letters", action="store_true", help="of words: the answers after every letter")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=_predict)


def _predict(options: argparse.Namespace) -> int:
    from explorer.learn.card import find_model, read_card

    top = Field("top", "Top", "", "integer", 3, low=1, high=1000).read(options.top)
    folder = None if options.model is None else find_model(options.model)
    reads_pictures = None if folder is None else read_card(folder).kind == "pictures"
    kinds = [
        "pictures" if (_is_picture(word) if reads_pictures is None else reads_pictures) else "words"
        for word in options.inputs
    ]
    # What cannot be read is said before PyTorch is loaded.
    given = [
        _framed(word) if kind == "pictures" else _spelled(word)
        for word, kind in zip(options.inputs, kinds, strict=True)
    ]

    from explorer.learn.device import use_threads
    from explorer.learn.model import load_model

    use_threads()
    places = {kind: folder or find_model(DIGITS if kind == "pictures" else NAMES) for kind in dict.fromkeys(kinds)}
    models = {kind: load_model(place) for kind, place in places.items()}
    answers = [
        _answer(models[kind], word, one, top, options.letters)
        for word, kind, one in zip(options.inputs, kinds, given, strict=True)
    ]
    if options.json:
        emit(answers)
        return 0
    for answer in answers:
        print(f"{_shown(answer['input'])}: {_words(answer['top'])}")
        for row in answer.get("letters", ()):
            print(f"  {row['letter']}  {_words(row['top'])}")
    return 0


def _is_picture(word: str) -> bool:
    if len(word) > 1000:
        return False
    path = Path(word)
    return path.suffix.lower() in PICTURES or len(path.parts) > 1 or path.is_file()


def _framed(word: str) -> NDArray[np.uint8]:
    from explorer.learn.framing import frame
    from explorer.learn.picture import read_picture

    framing = frame(read_picture(Path(word)))
    if framing is None:
        raise DataError(f"No digit was found in {word}. Use a picture with one dark or bright digit.")
    return framing.pixels


def _spelled(word: str) -> tuple[int, ...]:
    """The word's letters. What is left out of it is said on standard error."""
    from explorer.learn.letters import fold

    folded = fold(word)
    shown = _shown(word)
    if not folded.tokens:
        what = f"“{shown}” has none of the 57 letters that can be read" if word.strip() else "An input is empty"
        raise UsageError(f"{what}. Type a name in Latin letters.")
    if folded.remark:
        say(f"{shown}: {folded.remark}")
    return folded.tokens


def _shown(word: str) -> str:
    return word if len(word) <= LINE else f"{word[:LINE]}…"


def _answer(model: Model, word: str, given: Any, top: int, letters: bool) -> dict[str, Any]:
    from explorer.learn import bayes

    classes = bayes.classes_of(model.card) or model.card.classes

    def best(logs: NDArray[np.float64]) -> list[dict[str, Any]]:
        order = (-logs).argsort(kind="stable")[:top]
        return [{"label": classes[k], "log_probability": float(logs[k])} for k in order]

    if model.kind == "pictures":
        return {"input": word, "top": best(model.read(given).log_probabilities)}
    steps = bayes.judge(model, given) if model.kind == "text" else model.spell(given)
    answer: dict[str, Any] = {"input": word, "top": best(steps[-1])}
    if letters:
        signs = model.card.signs
        answer["letters"] = [{"letter": signs[k], "top": best(row)} for k, row in zip(given, steps, strict=True)]
    return answer


def _words(top: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['label']} {_log(one['log_probability'])}" for one in top)


def _log(value: float) -> str:
    """A log-probability with two decimals. One that rounds to zero is written without a sign."""
    return f"{value:.2f}".removeprefix("-") if round(value, 2) == 0 else f"{value:.2f}".replace("-", "−")
