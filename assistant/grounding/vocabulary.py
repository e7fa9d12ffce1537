"""The words the check rests on, read once from `vocabulary.yaml`, as lists of terms to look for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TOKEN = re.compile(
    r"\d+(?:,\d{3})+(?:\.\d+)?|\d+/\d+(?![\d.])|\d*\.\d+|\d+|(?:mg|mcg|g|ml|ng|l|meq|mmol|cells|iu)/[a-z]+[\d²³]?(?![a-z])|"
    r"[a-zµμ°]+[a-z0-9µμ°²³]*(?:[-'’][a-z0-9]+)*|[<>≤≥]=?|%|\("
)


def tokens_of(text: str) -> list[str]:
    """Lower-case words, numbers without their thousands commas, and signs of comparison."""
    lowered = re.sub(r"(?<=\d)-(?=[a-z\d])", " ", text.lower().replace("’", "'"))
    lowered = re.sub(r"(?<=\d)(?=mg|mcg|ml|kg|µg)", " ", lowered)
    lowered = re.sub(r"(\w)n't\b", r"\1 n't", lowered)
    return [t.replace(",", "") if t[0].isdigit() else t for t in TOKEN.findall(lowered)]


@dataclass(frozen=True)
class Terms:
    """Terms of one kind by their first token, longest first, each with the name it stands for."""

    by_first: Mapping[str, Sequence[tuple[tuple[str, ...], str]]]

    def at(self, tokens: Sequence[str], place: int) -> tuple[str, int] | None:
        """The longest term that begins at a place: what it stands for, and its length in tokens."""
        for term, name in self.by_first.get(tokens[place], ()):
            if tuple(tokens[place : place + len(term)]) == term:
                return name, len(term)
        return None


def terms_of(groups: Mapping[str, Iterable[str]], *, with_names: bool = True) -> Terms:
    """Terms from a mapping of name to spellings."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, spellings in groups.items():
        for spelling in {*([name] if with_names else []), *spellings}:
            term = tuple(tokens_of(spelling)) or (spelling,)
            found.setdefault(term[0], []).append((term, name))
    return Terms({first: sorted(terms, key=lambda t: -len(t[0])) for first, terms in found.items()})


@dataclass(frozen=True)
class Vocabulary:
    """All word lists, ready for use."""

    units: Terms
    labels: frozenset[str]
    comparisons: Terms
    comparisons_after: Terms
    negations: frozenset[str]
    restrictions: Terms
    hedges: Terms
    certain: frozenset[str]
    groups: frozenset[str]
    qualifiers: frozenset[str]
    populations: Terms
    routes: Terms
    frequencies: Terms
    opposites: Mapping[str, str]
    numbers: Mapping[str, str]
    same: Mapping[str, str]
    plain: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """The lists of `vocabulary.yaml`."""
    raw: Any = yaml.safe_load((Path(__file__).parent / "vocabulary.yaml").read_text(encoding="utf-8"))
    return Vocabulary(
        units=terms_of(raw["units"]),
        labels=frozenset(raw["labels"]),
        comparisons=terms_of(raw["comparisons"], with_names=False),
        comparisons_after=terms_of(raw["comparisons_after"], with_names=False),
        negations=frozenset(raw["negations"]),
        restrictions=terms_of(raw["restrictions"], with_names=False),
        hedges=terms_of(raw["hedges"], with_names=False),
        certain=frozenset(raw["certain"]),
        groups=frozenset(raw["groups"]),
        qualifiers=frozenset(raw["qualifiers"]),
        populations=terms_of(raw["populations"]),
        routes=terms_of(raw["routes"]),
        frequencies=terms_of(raw["frequencies"]),
        opposites={one: other for pair in raw["opposites"] for one, other in (pair, pair[::-1])},
        numbers=raw["numbers"],
        same={word: group[0] for group in raw["same"] for word in group},
        plain=frozenset(raw["plain"].split()),
    )
