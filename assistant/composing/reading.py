"""A document made ready for choosing sentences: the words of each unit and of what it stands under."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from assistant.composing.forms import Vocabulary
from assistant.composing.saying import Saying
from assistant.composing.terms import Rarity, stems
from knowledge.types import ApprovedDocument, ParsedDocument, Row, Section, Table, Unit

T = TypeVar("T")

OPENING = 3  # units of a section that count as its opening


@dataclass(frozen=True, eq=False)
class Reading:
    """One approved document with the stems of its units. Indices are unit indices."""

    approved: ApprovedDocument
    sha256: str  # of the canonical text
    unit_stems: tuple[frozenset[str], ...]
    word_counts: Lazily[int]  # of each unit
    sayings: Lazily[Saying]  # of each unit
    context_stems: Lazily[frozenset[str]]  # heading path, lead-in; for rows caption, header, group
    heading_stems: Lazily[frozenset[str]]  # of each section's own heading
    label_stems: Lazily[frozenset[str]]  # of each table row's first cell, by unit
    fields_over: Lazily[tuple[str, ...]]  # the field families of each section and of all it stands in, innermost first
    openings: Mapping[int, float]  # 1 for the first unit of a section, 1/2 for the second, 1/3 for the third
    rarity: Rarity

    @cached_property
    def document(self) -> ParsedDocument:
        """The document itself."""
        return self.approved.document

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The forms the document has of words it does not use as written; made when first asked for."""
        return Vocabulary(self.rarity, [self.text_of(unit) for unit in self.document.units])

    def text_of(self, unit: Unit) -> str:
        """A unit's own words."""
        return self.document.text[unit.start : unit.end]

    def table_of(self, unit: Unit) -> tuple[Table, Row]:
        """The table and row of a table-row unit."""
        if unit.table is None or unit.row is None:
            raise ValueError(f"unit {unit.index} of {self.document.document_id} is no table row")
        table = self.document.tables[unit.table]
        return table, table.rows[unit.row]

    def row_text(self, unit: Unit) -> str:
        """A row's words with the cells that span into it from above."""
        _, row = self.table_of(unit)
        return " | ".join(self.document.text[cell.start : cell.end] for cell in row.cells)

    def families(self, section: int) -> tuple[str, ...]:
        """The field families of a section and of all it stands in, innermost first."""
        return self.fields_over[section]


class Lazily(Generic[T]):
    """Values by index, each worked out when first asked for: of a label's thousand units a question looks at forty."""

    def __init__(self, make: Callable[[int], T]) -> None:
        self._make = make
        self._held: dict[int, T] = {}

    def __getitem__(self, index: int) -> T:
        found = self._held.get(index)
        if found is None:
            found = self._held[index] = self._make(index)
        return found


def read(approved: ApprovedDocument) -> Reading:
    """Work out the stems of every unit, some 20 ms for a long label; those around it follow when asked for."""
    document = approved.document
    unit_stems = tuple(stems(_own_words(document, unit)) for unit in document.units)
    paths = Lazily(lambda index: stems(" ".join(document.sections[index].path)))
    tables = Lazily(lambda index: _table_stems(document, document.tables[index]))
    return Reading(
        approved=approved,
        sha256=document.text_sha256,
        unit_stems=unit_stems,
        word_counts=Lazily(lambda index: len(_text_of(document, index).split())),
        sayings=Lazily(lambda i: Saying.of(document.units[i], _text_of(document, i), unit_stems[i])),
        context_stems=Lazily(lambda index: _context(document, document.units[index], paths, tables)),
        heading_stems=Lazily(lambda index: stems(document.sections[index].heading)),
        label_stems=Lazily(lambda index: _label_stems(document, document.units[index])),
        fields_over=Lazily(lambda index: _families(document, index)),
        openings=_openings(document),
        rarity=Rarity(unit_stems),
    )


def _families(document: ParsedDocument, section: int) -> tuple[str, ...]:
    found: dict[str, None] = {}
    index: int | None = section
    while index is not None:
        current: Section = document.sections[index]
        if current.field:
            found[current.field] = None
        index = current.parent
    return tuple(found)


def _text_of(document: ParsedDocument, index: int) -> str:
    unit = document.units[index]
    return document.text[unit.start : unit.end]


def _own_words(document: ParsedDocument, unit: Unit) -> str:
    """A unit's words; a row's with those of the cells that span into it from above."""
    if unit.table is None or unit.row is None:
        return document.text[unit.start : unit.end]
    cells = document.tables[unit.table].rows[unit.row].cells
    return " ".join(document.text[cell.start : cell.end] for cell in cells)


def _context(
    document: ParsedDocument, unit: Unit, paths: Lazily[frozenset[str]], tables: Lazily[frozenset[str]]
) -> frozenset[str]:
    context = paths[unit.section]
    if unit.lead_in is not None:
        context |= stems(unit.lead_in.of(document.text))
    if unit.table is not None and unit.row is not None:
        table = document.tables[unit.table]
        row = table.rows[unit.row]
        context |= tables[unit.table]
        if row.group is not None:
            group = table.rows[row.group]
            context |= stems(document.text[group.start : group.end])
    return context


def _table_stems(document: ParsedDocument, table: Table) -> frozenset[str]:
    spans = [(row.start, row.end) for row in table.header]
    if table.caption is not None:
        spans.append((table.caption.start, table.caption.end))
    return stems(" ".join(document.text[start:end] for start, end in spans))


def _label_stems(document: ParsedDocument, unit: Unit) -> frozenset[str]:
    """The stems of the first cell of a table row; none of any other unit."""
    if unit.table is None or unit.row is None:
        return frozenset()
    cells = document.tables[unit.table].rows[unit.row].cells
    return stems(document.text[cells[0].start : cells[0].end]) if cells else frozenset()


def _openings(document: ParsedDocument) -> dict[int, float]:
    seen: dict[int, int] = {}
    openings: dict[int, float] = {}
    for unit in document.units:
        if unit.is_highlight or unit.table is not None:
            continue
        seen[unit.section] = seen.get(unit.section, 0) + 1
        if seen[unit.section] <= OPENING:
            openings[unit.index] = 1.0 / seen[unit.section]
    return openings


class Readings:
    """Keeps the readings of the documents last used; safe to share between threads."""

    def __init__(self, keep: int = 256) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[str, str, str], Reading] = OrderedDict()

    def of(self, approved: ApprovedDocument) -> Reading:
        """The reading of a document version, made on first use."""
        key = (approved.document.document_id, approved.document.version, approved.approval.approval_id)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = read(approved)
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._keep:
                self._held.popitem(last=False)
        return made
