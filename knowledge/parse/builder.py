"""Writes drafts into canonical text and measures every span while writing.

Canonical text: sections separated by a blank line, each beginning with its heading line; one
paragraph, list item or table line per line; cells separated by " | ".
"""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.parse.drafts import Grid, GridRow, SectionDraft, Text
from knowledge.parse.tables import is_sentence
from knowledge.parse.units import Piece, pieces_of
from knowledge.types import Cell, Row, Section, Span, Table, Unit, UnitKind

CELL_GAP = " | "
_FULL_STOPS = (".", ". ]", ".)", "!", "?")


@dataclass(frozen=True)
class Built:
    """Canonical text with its structure."""

    text: str
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    units: tuple[Unit, ...]


def build(drafts: list[SectionDraft]) -> Built:
    """Writes top level sections in the order given."""
    writer = _Writer()
    for draft in drafts:
        writer.write_section(draft, None, ())
    return Built("".join(writer.parts), tuple(writer.sections), tuple(writer.tables), tuple(writer.units))


@dataclass
class _Writer:
    parts: list[str] = field(default_factory=list)
    length: int = 0
    sections: list[Section] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    paragraph: int = 0
    is_line_open: bool = False

    def _put(self, text: str) -> Span:
        start = self.length
        self.parts.append(text)
        self.length += len(text)
        return Span(start=start, end=self.length)

    def _line(self) -> None:
        """Begins a new line, unless the section began without a heading line."""
        if self.is_line_open:
            self._put("\n")
        self.is_line_open = True

    def write_section(self, draft: SectionDraft, parent: int | None, path: tuple[str, ...]) -> None:
        """Writes a section and all below it; its span ends with its last character of text."""
        if self.length and (parent is None or self.is_line_open):
            self._put("\n\n")
        index = len(self.sections)
        title = " ".join(part for part in (draft.number, draft.heading) if part)
        path = (*path, title) if title else path
        start = self.length
        made = Section(
            index=index,
            code=draft.code,
            field=draft.field,
            number=draft.number.rstrip("."),
            heading=draft.heading,
            path=path,
            parent=parent,
            start=start,
            end=start,
        )
        self.sections.append(made)
        if draft.is_printed:
            heading = self._put(title)
            if not draft.content and draft.heading:  # the heading is all there is: it makes the statement
                self._add_statement(index, heading.end - len(draft.heading), heading.end)
        leads: list[Span | None] = []
        self.is_line_open = draft.is_printed and bool(title)
        for part in draft.content:
            if isinstance(part, SectionDraft):
                self.write_section(part, index, path)
                self.is_line_open, leads = True, []
            elif isinstance(part, Grid):
                self._write_grid(part, index)
                leads = []
            else:
                self._write_text(part, index, leads)
        self.sections[index] = made.model_copy(update={"end": self.length})

    def _add_statement(self, section: int, start: int, end: int) -> None:
        self.paragraph += 1
        self.units.append(
            Unit(
                index=len(self.units),
                kind=UnitKind.SENTENCE,
                section=section,
                start=start,
                end=end,
                paragraph=self.paragraph,
            )
        )

    def _write_text(self, block: Text, section: int, leads: list[Span | None]) -> None:
        """Writes one block; `leads` holds the open lead-in of each list level, shared by its siblings."""
        self._line()
        if block.level:
            self._put(f"{block.marker} ")
        start = self._put(block.text).start
        opens_list = block.level > 0 and block.level >= len(leads)
        if block.level == 0 or opens_list:
            self.paragraph += 1
        lead = leads[block.level - 1] if 0 < block.level <= len(leads) else None
        del leads[block.level :]
        while len(leads) < block.level:
            leads.append(lead)
        last: Span | None = None
        for piece in pieces_of(block):
            last = self._write_unit(block, piece, section, start, lead)
            if block.level == 0:
                lead = last or (None if block.text[piece.start : piece.end].endswith(_FULL_STOPS) else lead)
        leads.append(last or (lead if block.level else None))

    def _write_unit(self, block: Text, piece: Piece, section: int, base: int, lead: Span | None) -> Span | None:
        span = Span(start=base + piece.start, end=base + piece.end)
        self.units.append(
            Unit(
                index=len(self.units),
                kind=UnitKind.LIST_ITEM if block.level else UnitKind.SENTENCE,
                section=section,
                start=span.start,
                end=span.end,
                lead_in=lead,
                paragraph=self.paragraph,
                is_highlight=block.is_highlight,
            )
        )
        return span if piece.is_lead_in else None

    def _write_grid(self, grid: Grid, section: int) -> None:
        self._line()
        self.paragraph += 1
        start = self.length
        table = len(self.tables)
        caption = self._put(grid.caption) if grid.caption else None
        spans: dict[int, Span] = {}
        header = tuple(self._write_row(row, spans, start) for row in grid.header)
        rows = []
        for position, draft in enumerate(grid.rows):
            row = self._write_row(draft, spans, start)
            rows.append(row)
            if not row.is_group or is_sentence(draft.cells[0].text):
                self.units.append(
                    Unit(
                        index=len(self.units),
                        kind=UnitKind.TABLE_ROW,
                        section=section,
                        start=row.start,
                        end=row.end,
                        table=table,
                        row=position,
                        paragraph=self.paragraph,
                    )
                )
        footnotes = []
        for note in grid.footnotes:
            if self.length > start:
                self._put("\n")
            footnotes.append(self._put(note))
        self.tables.append(
            Table(
                index=table,
                section=section,
                start=start,
                end=self.length,
                caption=caption,
                header=header,
                rows=tuple(rows),
                footnotes=tuple(footnotes),
            )
        )

    def _write_row(self, row: GridRow, spans: dict[int, Span], table_start: int) -> Row:
        """Writes the cells that begin here; `spans` remembers where each column's text stands."""
        if self.length > table_start:
            self._put("\n")
        start = self.length
        cells = []
        for cell in row.cells:
            if not cell.began_above:
                if self.length > start:
                    self._put(CELL_GAP)
                spans[cell.column] = self._put(cell.text)
            span = spans.get(cell.column)
            if span is None:  # it began in a row that became the caption
                continue
            cells.append(Cell(column=cell.column, columns=cell.columns, start=span.start, end=span.end))
        return Row(start=start, end=self.length, cells=tuple(cells), is_group=row.is_group, group=row.group)
