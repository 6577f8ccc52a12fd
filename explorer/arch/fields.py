"""What can be set on a layer or a recipe, read from its one declaration.

A field is declared once, as an annotated type of a msgspec structure. The JSON file, its validation, the form
in the window and the options of the command line all come from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec import inspect

from explorer.arch.errors import UsageError
from explorer.arch.shape import Shape, T, is_sample
from explorer.arch.text import number

Kind = Literal["integer", "pair", "number", "flag", "choice", "name"]


@dataclass(frozen=True)
class Field:
    """One setting.

    `low` and `high` are inclusive bounds of the value (of each member of a pair); `None` means unbounded.
    `automatic` says in words what an empty (`None`) value means, and is empty where a value is needed. Where `word`
    is not empty, the value may also be that word.
    """

    name: str
    title: str
    help: str
    kind: Kind
    default: Any
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    automatic: str = ""
    logarithmic: bool = False
    longest: int | None = None
    word: str = ""
    """A word that may stand in place of the number or pair."""

    def show(self, value: Any) -> str:
        """The value as one would type it."""
        if value is None:
            return ""
        if self.kind == "pair" and value != self.word:
            return f"{value[0]} × {value[1]}"
        if self.kind == "flag":
            return "yes" if value else "no"
        return f"{value:g}" if self.kind == "number" else str(value)

    def read(self, text: str) -> Any:
        """The value that a typed text means. Raises `UsageError` saying what is possible."""
        text = text.strip()
        if self.kind == "name":
            return self._name(text)
        if not text and self.automatic:
            return None
        if self.word and text.lower() == self.word:
            return self.word
        if self.kind == "choice":
            for choice in self.choices:
                if choice.lower() == text.lower():
                    return choice
            raise UsageError(f"{self.title} is one of {', '.join(self.choices)}.")
        if self.kind == "flag":
            if text.lower() in ("yes", "true", "on", "1", "no", "false", "off", "0"):
                return text.lower() in ("yes", "true", "on", "1")
            raise UsageError(f"{self.title} is yes or no.")
        if self.kind == "pair":
            members = [self._number(t) for t in re.split(r"[×x*,;\s]+", text.strip("()[] ")) if t]
            if len(members) == 1:
                members *= 2
            if len(members) != 2:
                raise UsageError(f"{self.title} is one whole number, or two such as 3 × 5{self._or_word()}.")
            return tuple(members)
        return self._number(text)

    def _name(self, text: str) -> str:
        if text and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
            raise UsageError(f"{self.title} begins with a letter; then letters, digits and _ may follow.")
        if self.longest is not None and len(text) > self.longest:
            raise UsageError(f"{self.title} has at most {self.longest} characters.")
        return text

    def _number(self, text: str) -> int | float:
        plain = text.replace("−", "-").replace("\u2009", "")
        # float() would also take nan, inf and 1_000: none of them is meant here
        pattern = r"[+-]?\d{1,18}" if self.kind != "number" else r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?"
        if not re.fullmatch(pattern, plain, re.IGNORECASE):
            what = "a number" if self.kind == "number" else "a whole number"
            raise UsageError(f"{self.title} is {what}{self._range()}{self._or_word()}.")
        value: int | float = float(plain) if self.kind == "number" else int(plain)
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            raise UsageError(f"{self.title} lies{self._range()}.")
        return value

    def _or_word(self) -> str:
        return f", or the word “{self.word}”" if self.word else ""

    def _range(self) -> str:
        def text(bound: float) -> str:
            return number(int(bound)) if bound == int(bound) else f"{bound:g}"

        if self.low is not None and self.high is not None:
            return f" between {text(self.low)} and {text(self.high)}"
        if self.low is not None:
            return f" of at least {text(self.low)}"
        return ""


def described(title: str, description: str, automatic: str = "", logarithmic: bool = False) -> msgspec.Meta:
    """What a field's annotated type says of it, beside its bounds: see `Field`."""
    return msgspec.Meta(
        extra_json_schema={"title": title, "description": description},
        extra={"automatic": automatic, "logarithmic": logarithmic},
    )


def read_shape(text: str) -> Shape:
    """`3x224x224`, `3 × 28 × 28` or `Tx57` as the shape of one sample; one number is a vector. Raises `UsageError`."""
    parts = re.split(r"[x×*,\s]+", text.strip().lower().strip("()[]"))
    if len(parts) > 3 or not all(re.fullmatch(r"\d{1,10}|t", part) for part in parts):
        raise UsageError(
            f"“{text}” is no input shape. Write channels×height×width, such as 3x224x224, one number, "
            "or T×features for a sequence of any length."
        )
    shape = tuple(T if part == "t" else int(part) for part in parts)
    if not is_sample(shape):
        raise UsageError(f"“{text}”: T, the number of time steps, comes first: T×features, or T alone for tokens.")
    if not all(1 <= size <= 10**9 for size in shape):
        raise UsageError(f"“{text}”: each size of an input shape lies between 1 and {number(10**9)}.")
    return shape


@lru_cache
def fields(struct: type[msgspec.Struct]) -> tuple[Field, ...]:
    """All settings of a layer's or recipe's class, in the order of their declaration."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return tuple(_field(field) for field in info.fields if isinstance(field.type, inspect.Metadata))


def _field(field: inspect.Field) -> Field:
    assert isinstance(field.type, inspect.Metadata)
    schema, extra, kind = field.type.extra_json_schema or {}, field.type.extra or {}, field.type.type
    word = ""
    if isinstance(kind, inspect.UnionType):  # an optional value (None, or the other member), or one that may be a word
        words = [t for t in kind.types if isinstance(t, inspect.LiteralType)]
        kind = next(t for t in kind.types if not isinstance(t, inspect.NoneType | inspect.LiteralType))
        word = str(words[0].values[0]) if words else ""
    common = {
        "name": field.name,
        "title": schema.get("title", field.name),
        "help": schema.get("description", ""),
        "default": None if field.default is msgspec.NODEFAULT else field.default,
        "automatic": extra.get("automatic", ""),
        "logarithmic": extra.get("logarithmic", False),
        "word": word,
    }
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.BoolType):
        return Field(kind="flag", **common)
    if isinstance(kind, inspect.LiteralType):
        return Field(kind="choice", choices=tuple(str(v) for v in kind.values), **common)
    if isinstance(kind, inspect.StrType):
        return Field(kind="name", longest=kind.max_length, **common)
    if isinstance(kind, inspect.TupleType):
        member = kind.item_types[0]
        assert isinstance(member, inspect.IntType)
        return Field(kind="pair", low=member.ge, high=member.le, **common)
    assert isinstance(kind, inspect.IntType | inspect.FloatType), kind
    return Field(kind="integer" if isinstance(kind, inspect.IntType) else "number", low=kind.ge, high=kind.le, **common)
