"""Refuses a parsed document whose structure does not fit its text, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.errors import UnreadableDocument
from knowledge.types import ParsedDocument, Table

MAX_CHARACTERS = 20_000_000  # forty times the longest label we have seen


def check_wellformed(document: ParsedDocument) -> None:
    """Raise UnreadableDocument naming the first thing that does not fit."""
    fault = next(_faults(document), None)
    if fault is not None:
        raise UnreadableDocument(f"{document.source_name}: {fault}. Check that the file is complete, and add it again.")


def _faults(document: ParsedDocument) -> Iterator[str]:
    if not document.document_id.strip() or not document.version.strip():
        yield "it names no document id or no version"
    if not document.names.product.strip():
        yield "it names no product"
    if not document.units or not document.text.strip():
        yield "no text was found in it"
    if len(document.text) > MAX_CHARACTERS:
        yield f"its text has {len(document.text)} characters, more than {MAX_CHARACTERS}"
    try:
        document.text.encode()
    except UnicodeEncodeError as error:
        yield f"its text is not valid Unicode ({error.reason})"
    yield from _misplaced(document)


def _misplaced(document: ParsedDocument) -> Iterator[str]:
    end = len(document.text)
    for section in document.sections:
        if not section.start <= section.end <= end:
            yield f"section {section.heading!r} lies outside the text"
        if section.parent is not None and not 0 <= section.parent < section.index:
            yield f"section {section.heading!r} has no parent before it"
    for number, table in enumerate(document.tables):
        if table.index != number or not all(0 <= a <= b <= end for a, b in _table_spans(table)):
            yield f"table {number} lies outside the text"
    for number, unit in enumerate(document.units):
        if unit.index != number or not unit.start <= unit.end <= end:
            yield f"unit {number} lies outside the text"
        if not 0 <= unit.section < len(document.sections):
            yield f"unit {number} stands in no section"
        if unit.table is not None and not 0 <= unit.table < len(document.tables):
            yield f"unit {number} stands in no table"


def _table_spans(table: Table) -> Iterator[tuple[int, int]]:
    yield table.start, table.end
    yield from ((note.start, note.end) for note in table.footnotes)
    for row in (*table.header, *table.rows):
        yield row.start, row.end
        yield from ((cell.start, cell.end) for cell in row.cells)
