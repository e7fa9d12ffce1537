"""Important safety information of a product: its boxed warning, or its contraindications and warnings.

21 CFR 202.1(e): a benefit is never stated without the risks, at like prominence, in the same message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from assistant.composing.cite import Citations
from assistant.composing.reading import Reading
from assistant.types import SafetyInformation
from knowledge.types import Section, Unit, UnitKind

MAX_WORDS = 120  # of the warnings, half as many of contraindications; a boxed warning is always shown whole
_BOXED = ("boxed_warning",)
_AGAINST = ("contraindications",)
_WARNINGS = ("warnings_and_cautions", "warnings")
_REFERS = re.compile(r"[(\[]\s*(?:see\s+[^()\[\]]*)?\d{1,2}(?:\.\d+)*[\d.,\s]*[)\]]\W*$", re.IGNORECASE)
_SAYS_NONE = re.compile(r"^\W*none\b", re.IGNORECASE)


def safety_information(reading: Reading, citations: Citations, heading: str) -> SafetyInformation | None:
    """Cite the boxed warning whole; without one, contraindications and the gist of the warnings.

    The gist is the label's own highlights of its warnings, or the first sentence of each.
    Returns None when the document states neither (the verification then fails for a product answer).
    """
    spans = _SPANS.get(reading)
    if spans is None:
        spans = _SPANS[reading] = _spans(reading)
    pieces = tuple(citations.piece(reading, *span) for span in spans.cited)
    return SafetyInformation(heading=heading, is_boxed=spans.are_boxed, pieces=pieces) if pieces else None


@dataclass(frozen=True)
class _Spans:
    """What is cited of one document, whatever was asked: (section, start, end)."""

    cited: tuple[tuple[int, int, int], ...]
    are_boxed: bool = False


_SPANS: WeakKeyDictionary[Reading, _Spans] = WeakKeyDictionary()  # looked for once a reading


def _spans(reading: Reading) -> _Spans:
    boxed = [u for section in _top_sections(reading, _BOXED) for u in _full(_prose(reading, section))]
    if boxed:
        return _Spans(_runs(boxed), are_boxed=True)
    against = [u for section in _top_sections(reading, _AGAINST) for u in _full(_prose(reading, section))]
    told = [u for u in against if not _SAYS_NONE.match(reading.text_of(u))]
    gist = [u for section in _top_sections(reading, _WARNINGS) for u in _gist(reading, section)]
    chosen = [*_first_words(reading, told, MAX_WORDS // 2), *_first_words(reading, gist, MAX_WORDS)]
    return _Spans(_runs(chosen or against[:1]))


def _top_sections(reading: Reading, families: Sequence[str]) -> list[Section]:
    """The outermost sections of these families, in their order."""
    sections = reading.document.sections
    return [s for s in sections if s.field in families and (s.parent is None or sections[s.parent].field != s.field)]


def _prose(reading: Reading, section: Section) -> list[Unit]:
    """Its sentences and items, in reading order."""
    units = reading.document.units
    return [u for u in units if section.start <= u.start and u.end <= section.end and u.kind is not UnitKind.TABLE_ROW]


def _full(units: Sequence[Unit]) -> list[Unit]:
    """Highlights left out where the full text has more."""
    return [u for u in units if not u.is_highlight] or list(units)


def _gist(reading: Reading, section: Section) -> list[Unit]:
    units = _prose(reading, section)
    highlights = [u for u in units if u.is_highlight]
    if highlights:
        return highlights
    first: dict[int, Unit] = {}
    for unit in units:
        first.setdefault(unit.section, unit)
    return list(first.values())


def _first_words(reading: Reading, units: Sequence[Unit], limit: int) -> list[Unit]:
    """The units until the limit, no warning cut off before what is to be done about it; at least one.

    Only a first item longer than the limit by itself is cut between sentences.
    """
    kept: list[Unit] = []
    spent = 0
    for item in _items(reading, units):
        spent += sum(reading.word_counts[unit.index] for unit in item)
        if spent > limit:
            return kept or _first_sentences(reading, item, limit)
        kept += item
    return kept


def _first_sentences(reading: Reading, units: Sequence[Unit], limit: int) -> list[Unit]:
    spent = [sum(reading.word_counts[unit.index] for unit in units[: place + 1]) for place in range(len(units))]
    return [unit for unit, words in zip(units, spent, strict=True) if words <= limit] or list(units[:1])


def _items(reading: Reading, units: Sequence[Unit]) -> list[list[Unit]]:
    """Units that follow each other in a paragraph together; one ends where it refers to its own section ("( 5.4 )")."""
    items: list[list[Unit]] = []
    for unit in units:
        last = items[-1][-1] if items else None
        goes_on = last is not None and unit.index == last.index + 1 and unit.paragraph == last.paragraph
        if last is None or not goes_on or _REFERS.search(reading.text_of(last)):
            items.append([])
        items[-1].append(unit)
    return items


def _runs(units: Sequence[Unit]) -> tuple[tuple[int, int, int], ...]:
    """One span for each run of neighbouring units of a paragraph."""
    spans: list[tuple[Unit, Unit]] = []
    for unit in units:
        if spans and unit.index == spans[-1][1].index + 1 and unit.paragraph == spans[-1][1].paragraph:
            spans[-1] = (spans[-1][0], unit)
        else:
            spans.append((unit, unit))
    return tuple((first.section, first.start, last.end) for first, last in spans)
