"""What can be asked of one label, with the spans that a right answer shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import yaml

from knowledge.types import ParsedDocument, Section, Unit, Value

_PLAN = Path(__file__).parent / "topics.yaml"
MOST_QUOTES = 8  # as the case schema allows
QUOTE_WORDS = 18
FEWEST_WORDS = 4


class Person(Value):
    """An invented patient."""

    name: str
    number: str


class Topic(Value):
    """Something most labels speak of."""

    name: str
    fields: tuple[str, ...]
    tells: tuple[str, ...]
    asks: tuple[str, ...]


class Plan(Value):
    """`topics.yaml`, read."""

    topics: tuple[Topic, ...]
    conditions: tuple[str, ...]
    reactions: tuple[str, ...]
    competitors: tuple[str, ...]
    people: tuple[Person, ...]
    misuse: tuple[str, ...]


class Askable(Value):
    """A topic that a label answers: the section fields it stands in, and spans of the sentences that tell."""

    topic: Topic
    fields: tuple[str, ...]
    quotes: tuple[str, ...]


@cache
def plan() -> Plan:
    """The topics and the material of the violating twins."""
    return Plan.model_validate(yaml.safe_load(_PLAN.read_text(encoding="utf-8")))


def askable(document: ParsedDocument) -> tuple[Askable, ...]:
    """The topics this label answers, in the order of the plan."""
    found = []
    for topic in plan().topics:
        units = [u for u in _units_in(document, topic.fields) if tells(topic, words_of(document, u))]
        quotes = tuple(dict.fromkeys(quote for u in units if (quote := quote_of(document, u))))[:MOST_QUOTES]
        if quotes:
            fields = tuple(dict.fromkeys(document.sections[u.section].field for u in units))
            found.append(Askable(topic=topic, fields=fields, quotes=quotes))
    return tuple(found)


def tells(topic: Topic, text: str) -> bool:
    """Whether a text speaks of the topic."""
    lowered = text.casefold()
    return any(word in lowered for word in topic.tells)


def words_of(document: ParsedDocument, unit: Unit) -> str:
    """The words of one unit."""
    return document.text[unit.start : unit.end]


def quote_of(document: ParsedDocument, unit: Unit) -> str:
    """The unit's first words, white space collapsed; "" where there are too few to tell one unit from another."""
    words = words_of(document, unit).split()
    return " ".join(words[:QUOTE_WORDS]) if len(words) >= FEWEST_WORDS else ""


def holding(document: ParsedDocument, word: str, fields: Sequence[str]) -> tuple[str, ...]:
    """Spans of the units of these sections that hold a word."""
    units = (u for u in _units_in(document, fields) if word in words_of(document, u).casefold())
    return tuple(dict.fromkeys(quote for u in units if (quote := quote_of(document, u))))[:MOST_QUOTES]


def _units_in(document: ParsedDocument, fields: Sequence[str]) -> Iterator[Unit]:
    wanted = {s.index for s in document.sections if _stands_in(document, s, fields)}
    yield from (unit for unit in document.units if unit.section in wanted and not unit.is_highlight)


def _stands_in(document: ParsedDocument, section: Section, fields: Sequence[str]) -> bool:
    """Whether the section, or one it stands in, is of one of these families."""
    here: Section | None = section
    while here is not None:
        if here.field in fields:
            return True
        here = None if here.parent is None else document.sections[here.parent]
    return False
