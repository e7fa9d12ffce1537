"""An approved document laid out for reading: sections, paragraphs, lists and real tables, with a passage marked.

Every character shown comes from the canonical text; nothing is left out and nothing is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field

from knowledge.types import ParsedDocument, Row, Section, Span, Table, Unit, UnitKind, Value


class Run(Value):
    """A stretch of text that is marked throughout, or not at all."""

    text: str
    is_marked: bool = False
    is_first_mark: bool = False  # what the page scrolls to


class Paragraph(Value):
    """Running text."""

    kind: Literal["paragraph"] = "paragraph"
    runs: tuple[Run, ...]


class ItemList(Value):
    """A list as the document has it."""

    kind: Literal["list"] = "list"
    items: tuple[tuple[Run, ...], ...]


class CellView(Value):
    """A cell where it begins, with the columns and rows it covers."""

    runs: tuple[Run, ...]
    columns: int = 1
    rows: int = 1
    is_row_heading: bool = False


class RowView(Value):
    """A row's own cells."""

    cells: tuple[CellView, ...]
    is_group: bool = False


class TableView(Value):
    """A table with its caption, header and footnotes."""

    kind: Literal["table"] = "table"
    caption: tuple[Run, ...] = ()
    header: tuple[RowView, ...] = ()
    rows: tuple[RowView, ...] = ()
    footnotes: tuple[tuple[Run, ...], ...] = ()


BlockView = Annotated[Paragraph | ItemList | TableView, Field(discriminator="kind")]


class SectionView(Value):
    """A section's heading and its own text, without its subsections."""

    index: int
    number: str
    heading: str
    field: str
    level: int  # 1 at the top
    blocks: tuple[BlockView, ...] = ()

    @property
    def is_boxed(self) -> bool:
        """A boxed warning is shown in its box (21 CFR 201.57(c)(1))."""
        return self.field == "boxed_warning"


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    content: Sequence[Unit] | Table


class Layout:
    """Lays one document out; `marked` is the passage to highlight."""

    def __init__(self, document: ParsedDocument, marked: Span | None = None) -> None:
        self._document = document
        self._marked = marked
        self._first_marked = False

    def sections(self) -> tuple[SectionView, ...]:
        """All sections in reading order."""
        return tuple(self.section(section) for section in self._document.sections)

    def section(self, section: Section) -> SectionView:
        """One section, without its subsections."""
        return SectionView(
            index=section.index,
            number=section.number,
            heading=section.heading,
            field=section.field,
            level=self._level(section),
            blocks=tuple(self._blocks(section)),
        )

    def _level(self, section: Section) -> int:
        level = 1
        while section.parent is not None:
            section = self._document.sections[section.parent]
            level += 1
        return level

    def _blocks(self, section: Section) -> Iterator[Paragraph | ItemList | TableView]:
        position = self._after_heading(section)
        for piece in [*self._pieces(section), None]:
            end = piece.start if piece else section.end
            yield from self._left_over(section, position, end)
            if piece is None:
                return
            if piece.start >= position:
                yield self._block(piece)
            position = max(position, piece.end)

    def _pieces(self, section: Section) -> list[_Piece]:
        """Paragraphs, lists and tables that stand in this section itself, in reading order."""
        units = [u for u in self._document.units if u.section == section.index and u.kind is not UnitKind.TABLE_ROW]
        pieces = [_Piece(t.start, t.end, t) for t in self._document.tables if t.section == section.index]
        for _, group in groupby(units, key=lambda u: (u.paragraph, u.kind is UnitKind.LIST_ITEM)):
            members = list(group)
            pieces.append(_Piece(members[0].start, members[-1].end, members))
        return sorted(pieces, key=lambda p: (p.start, p.end))

    def _block(self, piece: _Piece) -> Paragraph | ItemList | TableView:
        if isinstance(piece.content, Table):
            return self._table(piece.content)
        if piece.content[0].kind is UnitKind.LIST_ITEM:
            return ItemList(items=tuple(self._runs(u.start, u.end) for u in piece.content))
        return Paragraph(runs=self._runs(piece.start, piece.end))

    def _left_over(self, section: Section, start: int, end: int) -> Iterator[Paragraph]:
        """Text that no unit covers is shown all the same; subsections show their own."""
        children = sorted((s.start, s.end) for s in self._document.sections if s.parent == section.index)
        for child_start, child_end in [*children, (end, end)]:
            if child_start >= start or child_end > start:
                stop = min(max(child_start, start), end)
                if any(c.isalnum() for c in self._document.text[start:stop]):
                    yield Paragraph(runs=self._runs(*self._stripped(start, stop)))
                start = min(max(start, child_end), end)

    def _stripped(self, start: int, end: int) -> tuple[int, int]:
        text = self._document.text[start:end]
        return start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))

    def _after_heading(self, section: Section) -> int:
        """Where the section's text begins: its heading is shown as a heading."""
        own = self._document.text[section.start : section.end]
        printed = own.split("\n", 1)[0]
        if section.heading and section.heading in printed and len(printed) <= len(section.heading) + 12:
            return section.start + len(printed)
        return section.start

    def _table(self, table: Table) -> TableView:
        return TableView(
            caption=self._runs(table.caption.start, table.caption.end) if table.caption else (),
            header=tuple(self._rows(table.header, heads=False)),
            rows=tuple(self._rows(table.rows, heads=True)),
            footnotes=tuple(self._runs(note.start, note.end) for note in table.footnotes),
        )

    def _rows(self, rows: Sequence[Row], *, heads: bool) -> Iterator[RowView]:
        """Each cell once, in the row where it begins, as tall as the rows that repeat it."""
        seen: set[tuple[int, int, int]] = set()
        for number, row in enumerate(rows):
            cells = []
            for cell in row.cells:
                key = (cell.column, cell.start, cell.end)
                if key in seen:
                    continue
                if cell.end > cell.start:
                    seen.add(key)
                tall = _height(rows[number:], key) if cell.end > cell.start else 1
                is_head = heads and cell.column == 0 and len(row.cells) > 1
                cells.append(
                    CellView(
                        runs=self._runs(cell.start, cell.end),
                        columns=cell.columns,
                        rows=tall,
                        is_row_heading=is_head,
                    )
                )
            yield RowView(cells=tuple(cells), is_group=row.is_group)

    def _runs(self, start: int, end: int) -> tuple[Run, ...]:
        text, marked = self._document.text, self._marked
        if marked is None or marked.end <= start or marked.start >= end:
            return (Run(text=text[start:end]),) if end > start else ()
        inner_start, inner_end = max(start, marked.start), min(end, marked.end)
        first, self._first_marked = not self._first_marked, True
        runs = (
            Run(text=text[start:inner_start]),
            Run(text=text[inner_start:inner_end], is_marked=True, is_first_mark=first),
            Run(text=text[inner_end:end]),
        )
        return tuple(run for run in runs if run.text)


def _height(rows: Sequence[Row], key: tuple[int, int, int]) -> int:
    height = 0
    for row in rows:
        if not any((c.column, c.start, c.end) == key for c in row.cells):
            break
        height += 1
    return max(height, 1)
