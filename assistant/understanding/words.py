"""Words of a text with their places, and the tables of this package read from disk."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

# Each step of a turn asks the same of the same few texts. Masked ones, in memory, until as many others came.
TEXTS_KEPT = 64
_WORD = re.compile(r"[^\W_]+")


class Word(NamedTuple):
    """A run of letters and digits, in lower case, and where it stands."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=TEXTS_KEPT)
def words(text: str) -> tuple[Word, ...]:
    """The words of `text` in order. Hyphens, slashes and dots part words, so "T-DM1" is "t" and "dm1"."""
    return tuple([Word(m.group().lower(), m.start(), m.end()) for m in _WORD.finditer(text)])


def key(text: str) -> str:
    """The words of `text` joined by single blanks: the form in which names and phrases are compared."""
    return " ".join([match.group().lower() for match in _WORD.finditer(text)])


@lru_cache(maxsize=16)
def table(name: str) -> dict[str, Any]:
    """One YAML table of this package, by file name. Raises FileNotFoundError when there is none."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - both are the safe loaders
    return loaded
