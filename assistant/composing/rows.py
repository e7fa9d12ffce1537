"""Which of a table's rows say something of what is asked, and which only stand in the same table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assistant.composing.complete import Excerpt
from assistant.composing.rank import Asked, Candidate
from assistant.composing.reading import Reading
from assistant.composing.terms import stems

MANY = 5  # rows of a table, from which they are of several things


def rows_apart(asked: Asked, excerpt: Excerpt, held: Mapping[tuple[int, int], Candidate]) -> Iterator[Excerpt]:
    """A table's rows that say something asked, then those that say nothing of it; all as one where none does.

    A short table may tell one thing in several rows ("Effect | …", "What to do | …"): its rows are told apart only
    where one of them is called by a word of the question.
    """
    reading = excerpt.reading
    rows = [i for i in excerpt.units if reading.document.units[i].table is not None]
    if not rows or len(asked.values) > 1 or not _are_of_several_things(asked, reading, rows):
        yield excerpt
        return
    telling = asked.stems | asked.product
    beside = tuple(i for i in rows if not telling & _said(reading, i) and not _holds_the_value(held, reading, i))
    yield Excerpt(reading, tuple(i for i in excerpt.units if i not in beside), excerpt.score)
    if beside:
        yield Excerpt(reading, beside, 0.0)


def _are_of_several_things(asked: Asked, reading: Reading, rows: Sequence[int]) -> bool:
    """Whether the table's rows are of several things, and one of these is what is asked."""
    table, _ = reading.table_of(reading.document.units[rows[0]])
    said = _said if len(table.rows) >= MANY else _label
    return any(asked.stems & said(reading, i) for i in rows)


def _said(reading: Reading, index: int) -> frozenset[str]:
    """The stems of a row and of the row it stands under."""
    table, row = reading.table_of(reading.document.units[index])
    group = "" if row.group is None else reading.document.text[table.rows[row.group].start : table.rows[row.group].end]
    return reading.unit_stems[index] | stems(group)


def _label(reading: Reading, index: int) -> frozenset[str]:
    return reading.label_stems[index]


def _holds_the_value(held: Mapping[tuple[int, int], Candidate], reading: Reading, index: int) -> bool:
    row = held.get((id(reading), index))
    return row is not None and bool(row.features.get("value"))
