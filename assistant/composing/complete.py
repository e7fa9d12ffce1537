"""What a chosen unit may not be shown without: lead-in, what "this" refers to, its list, its table's rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.composing.choose import Limits, word_count
from assistant.composing.dependence import bound_to, other_cases
from assistant.composing.rank import Candidate
from assistant.composing.reading import Reading
from knowledge.types import UnitKind

_TABLE = re.compile(r"\btable\s+(\d+)\b", re.IGNORECASE)
WHOLE_LIST_WORDS = 110
WHOLE_TABLE_ROWS = 8
GROWTH_SHARE = 0.45  # a neighbour is added when it scores this share of its seed


@dataclass(frozen=True)
class Excerpt:
    """Units of one paragraph, list or table, in reading order, with the score of the best of them."""

    reading: Reading
    units: tuple[int, ...]
    score: float


# Asks for a course of doses or steps, which a table holds as a whole: a row of it is no answer.
_COURSE = re.compile(
    r"\b(?:titrat\w*|escalat\w*|step[\s-]?up|ramp[\s-]?up|(?:day|week|wk|cycle|step) by (?:day|week|wk|cycle|step)"
    r"|(?:d|day|wk|week|month|cycle|c)s?\s*\d+\s*(?:-|–|to|thru|through)\s*(?:d|day|wk|week)?\s*\d+"
    r"|(?:each|every|per|all) (?:step|strengths?|weight band|doses|levels?))\b",
    re.IGNORECASE,
)


_STEP = re.compile(r"\b(?:d|day|wk|week|month|cycle|c)\s?(\d{1,3})\b(?!\s?(?:mg|mcg|ml|%))", re.IGNORECASE)


def asks_for_a_course(text: str) -> bool:
    """Whether a question wants all steps of something, as a short table lists them, or names several ("d1, d8")."""
    return _COURSE.search(text) is not None or len(set(_STEP.findall(text))) > 1


def complete(
    chosen: Sequence[Candidate], ranked: Sequence[Candidate], limits: Limits, *, whole_tables: bool = False
) -> list[Excerpt]:
    """Gather the chosen units, then grow them into their neighbours within the limits."""
    return grown(gathered(chosen, ranked, limits, whole_tables=whole_tables), ranked, limits)


def gathered(
    chosen: Sequence[Candidate], ranked: Sequence[Candidate], limits: Limits, *, whole_tables: bool = False
) -> list[Excerpt]:
    """Group the chosen units by place and add what they depend on, best first.

    With `whole_tables` a short table is shown whole wherever a row of it was chosen.
    """
    groups: dict[tuple[str, int, int], tuple[Reading, set[int], float]] = {}
    for candidate in chosen:
        place = _place(candidate.reading, candidate.unit.index)
        reading, units, score = groups.setdefault(place, (candidate.reading, set(), candidate.score))
        units.update(_needed(candidate, ranked, limits, whole_tables=whole_tables))
        groups[place] = (reading, units, max(score, candidate.score))
        for row in _rows_pointed_to(candidate, ranked):
            place = _place(reading, row.unit.index)
            _, rows, score = groups.setdefault(place, (reading, set(), candidate.score))
            rows.add(row.unit.index)
    excerpts = [Excerpt(r, _few_runs(sorted(units), limits), score) for r, units, score in groups.values()]
    return _within(sorted(excerpts, key=lambda e: -e.score), limits)


def _key(candidate: Candidate) -> tuple[str, int]:
    return candidate.reading.document.document_id + candidate.reading.document.version, candidate.unit.index


def _place(reading: Reading, index: int) -> tuple[str, int, int]:
    unit = reading.document.units[index]
    document = reading.document.document_id + reading.document.version
    return (document, 0, unit.table) if unit.table is not None else (document, 1, unit.paragraph)


def _needed(candidate: Candidate, ranked: Sequence[Candidate], limits: Limits, *, whole_tables: bool) -> set[int]:
    reading, unit = candidate.reading, candidate.unit
    units = reading.document.units
    needed = {unit.index}
    if unit.kind is UnitKind.TABLE_ROW:
        return needed | _rows_beside(candidate, ranked, whole_tables=whole_tables)
    needed |= bound_to(reading, unit.index)
    if unit.lead_in is not None and candidate.features["context"] >= candidate.features["coverage"]:
        siblings = {u.index for u in units if u.lead_in is not None and u.table is None and u.lead_in == unit.lead_in}
        if sum(word_count(reading, i) for i in siblings) <= min(WHOLE_LIST_WORDS, limits.words):
            needed |= siblings
    return _with_introduced(reading, needed, limits)


def _with_introduced(reading: Reading, needed: set[int], limits: Limits) -> set[int]:
    """These units, each one that ends in a colon with what hangs on it: half a rule may be worse than none."""
    units = reading.document.units
    opening = [i for i in needed if units[i].table is None and reading.text_of(units[i]).rstrip().endswith(":")]
    return needed.union(*(_what_it_introduces(reading, index, limits) for index in opening))


def _what_it_introduces(reading: Reading, index: int, limits: Limits) -> set[int]:
    units = reading.document.units
    span = units[index].start, units[index].end
    hanging = [u.index for u in units if u.lead_in is not None and (u.lead_in.start, u.lead_in.end) == span]
    found: set[int] = set()
    spent = 0
    for item in hanging:
        spent += word_count(reading, item)
        if found and spent > limits.words:
            break
        found.add(item)
    return found


def _rows_pointed_to(candidate: Candidate, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The rows that hold the value asked about, of the table a chosen sentence refers to ("as shown in Table 1")."""
    reading, unit = candidate.reading, candidate.unit
    pointed = {m[1] for m in _TABLE.finditer(reading.text_of(unit))} if unit.table is None else set()
    if not pointed:
        return []
    alike = (c for c in ranked if c.reading is reading and c.unit.table is not None and c.features["value"])
    return [row for row in alike if _number_of(row) in pointed]


def _number_of(row: Candidate) -> str:
    """The number of a row's table, by its caption; "" where it has none."""
    table, _ = row.reading.table_of(row.unit)
    caption = "" if table.caption is None else table.caption.of(row.reading.document.text)
    named = _TABLE.match(caption.strip())
    return named[1] if named else ""


def _rows_beside(candidate: Candidate, ranked: Sequence[Candidate], *, whole_tables: bool) -> set[int]:
    """The rows that belong beside a chosen one.

    Where a value was asked about, every row of the table that holds it and speaks of the same thing: they
    differ by a condition the HCP has to see. A short table is shown whole when the question is about it
    rather than about one row.
    """
    reading, unit = candidate.reading, candidate.unit
    rows = [u.index for u in reading.document.units if u.table == unit.table]
    if whole_tables and len(rows) <= WHOLE_TABLE_ROWS:
        return set(rows)
    if candidate.features["value"]:
        alike = (c for c in ranked if c.reading is reading and c.unit.table == unit.table and c.features["value"])
        return {c.unit.index for c in alike if c.features["coverage"] > 0}
    if candidate.features["coverage"] > 0 or len(rows) > WHOLE_TABLE_ROWS:
        return set()
    return set(rows)


def _within(excerpts: Sequence[Excerpt], limits: Limits) -> list[Excerpt]:
    """The best excerpts that fit; the first always stays."""
    kept: list[Excerpt] = []
    words = citations = 0
    for excerpt in excerpts:
        length = sum(word_count(excerpt.reading, i) for i in excerpt.units)
        spans = len(runs(excerpt.units))
        if kept and (words + length > limits.words * 1.25 or citations + spans > limits.citations):
            continue
        kept.append(excerpt)
        words += length
        citations += spans
    return kept


def grown(excerpts: Sequence[Excerpt], ranked: Sequence[Candidate], limits: Limits) -> list[Excerpt]:
    """Let each prose excerpt take in the sentence before and after it while that speaks to the question too."""
    scores = {_key(c): c.score for c in ranked}
    words = sum(word_count(e.reading, i) for e in excerpts for i in e.units)
    found: list[Excerpt] = []
    for excerpt in excerpts:
        units = set(excerpt.units)
        for neighbour in _neighbours(excerpt):
            added = _with_introduced(excerpt.reading, bound_to(excerpt.reading, neighbour), limits) - units
            length = sum(word_count(excerpt.reading, index) for index in added)
            key = excerpt.reading.document.document_id + excerpt.reading.document.version, neighbour
            if scores.get(key, 0.0) >= GROWTH_SHARE * excerpt.score and words + length <= limits.words:
                units |= added
                words += length
        found.append(Excerpt(excerpt.reading, tuple(sorted(units)), excerpt.score))
    return found


def with_cases(excerpts: Sequence[Excerpt]) -> list[Excerpt]:
    """The excerpts, each sentence that is one case of a rule with the other cases beside it, whatever the limits."""
    return [
        Excerpt(e.reading, tuple(sorted({*e.units, *(c for i in e.units for c in other_cases(e.reading, i))})), e.score)
        for e in excerpts
    ]


def _neighbours(excerpt: Excerpt) -> Iterable[int]:
    units = excerpt.reading.document.units
    if units[excerpt.units[0]].table is not None:
        return
    paragraph = units[excerpt.units[0]].paragraph
    for index in (*(i + 1 for i in excerpt.units), *(i - 1 for i in excerpt.units)):
        if 0 <= index < len(units) and index not in excerpt.units and units[index].paragraph == paragraph:
            yield index


def _few_runs(units: Sequence[int], limits: Limits) -> tuple[int, ...]:
    """The units up to the end of the last run that may still be cited, one place kept for a lead-in."""
    allowed = runs(units)[: max(1, limits.citations - 1)]
    return tuple(i for i in units if i <= allowed[-1][1])


def runs(units: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring indices as (first, last) runs."""
    found: list[tuple[int, int]] = []
    for index in units:
        if found and index == found[-1][1] + 1:
            found[-1] = (found[-1][0], index)
        else:
            found.append((index, index))
    return found
