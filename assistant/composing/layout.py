"""Excerpts as blocks: statements, lists under their lead-in, tables with header, group rows and footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from assistant.composing.cite import Citations
from assistant.composing.complete import Excerpt, runs
from assistant.composing.reading import Reading
from assistant.types import Block, ListBlock, Piece, Statement, TableBlock, TableRow
from knowledge.types import Row, Span, Table, Unit, UnitKind

_MARKER = re.compile(r"(?:(?:^|[\s\d%)])([a-h]|\d)|(\*+|†+|‡+|§+|¶+))$")


def lay_out(excerpts: Sequence[Excerpt], citations: Citations) -> tuple[Block, ...]:
    """One block an excerpt (prose and list parts of it apart), best first; headings said once."""
    blocks: list[Block] = []
    heading = ""
    for excerpt in excerpts:
        section = excerpt.reading.document.sections[excerpt.reading.document.units[excerpt.units[0]].section]
        shown = section.path[-1] if section.path else section.heading
        for block in _blocks(excerpt, citations, "" if shown == heading else shown):
            blocks.append(block)
            heading = shown
    return tuple(blocks)


def _blocks(excerpt: Excerpt, citations: Citations, heading: str) -> Iterable[Block]:
    units = [excerpt.reading.document.units[i] for i in excerpt.units]
    if units[0].table is not None:
        yield _table(excerpt.reading, units, citations, heading)
        return
    for first, last in runs(excerpt.units):
        yield from _prose(excerpt.reading, excerpt.reading.document.units[first : last + 1], citations, heading)
        heading = ""


def _prose(reading: Reading, units: Sequence[Unit], citations: Citations, heading: str) -> Iterable[Block]:
    """One cited span; its sentences as a statement, its items as a list under their lead-in."""
    number = citations.cite(reading, units[0].section, units[0].start, units[-1].end)
    items = [u for u in units if u.kind is UnitKind.LIST_ITEM]
    lead = next((u.lead_in for u in units if u.lead_in is not None), None)
    lead_in = _lead_in(reading, units, lead, citations, number)
    sentences = [u for u in units if u.kind is UnitKind.SENTENCE and not _is(u, lead if items else None)]
    if sentences:
        text = reading.document.text
        first, last = sentences[0], sentences[-1]
        together = all(s.end <= n.start for s, n in pairwise(sentences))
        pieces = (
            (Piece(text=text[first.start : last.end], citation=number),)
            if together and last.index - first.index == len(sentences) - 1
            else tuple(Piece(text=reading.text_of(s), citation=number) for s in sentences)
        )
        if lead_in is not None and not items:
            pieces = (lead_in, *pieces)
        yield Statement(heading=heading, pieces=pieces)
        heading = ""
    if items:
        shown = tuple(Piece(text=reading.text_of(u), citation=number) for u in items)
        yield ListBlock(heading=heading, lead_in=lead_in, items=shown)


def _is(unit: Unit, span: Span | None) -> bool:
    return span is not None and (unit.start, unit.end) == (span.start, span.end)


def _lead_in(
    reading: Reading, units: Sequence[Unit], lead: Span | None, citations: Citations, number: int
) -> Piece | None:
    if lead is None:
        return None
    if units[0].start <= lead.start and lead.end <= units[-1].end:
        if all(u.kind is not UnitKind.LIST_ITEM for u in units):
            return None  # it stands among the sentences shown
        return Piece(text=lead.of(reading.document.text), citation=number)
    return citations.piece(reading, units[0].section, lead.start, lead.end)


def _table(reading: Reading, units: Sequence[Unit], citations: Citations, heading: str) -> TableBlock:
    """The chosen rows with caption, header, the group rows they stand under and the footnotes they point to."""
    table, _ = reading.table_of(units[0])
    section = table.section
    rows: list[TableRow] = []
    shown_group: int | None = None
    for first, last in runs([u.index for u in units]):
        stretch = reading.document.units[first : last + 1]
        number = citations.cite(reading, section, stretch[0].start, stretch[-1].end)
        for unit in stretch:
            _, row = reading.table_of(unit)
            if row.group is not None and row.group != shown_group:
                rows.append(TableRow(cells=_cells(reading, table.rows[row.group]), citation=number, is_group=True))
            shown_group = row.group
            rows.append(TableRow(cells=_cells(reading, row), citation=number, is_group=row.is_group))
    return TableBlock(
        heading=heading,
        lead_in=None,
        caption=_span_piece(table.caption, rows[0].citation, reading),
        header=tuple(_cells(reading, row) for row in table.header),
        rows=tuple(rows),
        footnotes=tuple(_footnotes(reading, table, rows)),
    )


def _span_piece(span: Span | None, number: int, reading: Reading) -> Piece | None:
    return None if span is None else Piece(text=span.of(reading.document.text), citation=number)


def _cells(reading: Reading, row: Row) -> tuple[str, ...]:
    """One text a column; a cell over several columns stands in the first of them."""
    width = max((cell.column + cell.columns for cell in row.cells), default=0)
    cells = [""] * width
    for cell in row.cells:
        cells[cell.column] = reading.document.text[cell.start : cell.end]
    return tuple(cells)


def _footnotes(reading: Reading, table: Table, rows: Sequence[TableRow]) -> Iterable[Piece]:
    """The footnotes whose marker ends a cell shown; all of them where they carry no markers."""
    text = reading.document.text
    shown = [cell for row in rows for cell in row.cells]
    shown += [cell for row in table.header for cell in _cells(reading, row)]
    if table.caption is not None:
        shown.append(table.caption.of(text))
    markers = {match.group(1) or match.group(2) for cell in shown if (match := _MARKER.search(cell.strip()))}
    for span in table.footnotes:
        note = span.of(text)
        opening = re.match(r"([a-h]|\*+|†+|‡+|§|¶|\d)(?=[\s.):=]|[A-Z])", note)
        if opening is None or opening.group(1) in markers:
            yield Piece(text=note, citation=rows[0].citation)
