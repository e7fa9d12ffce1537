"""Cuts an approved document into small passages along its structure; never through a unit.

Small passages because a small model embeds them better and faster. What a unit hangs on (heading path, a
list's lead-in, a table's caption and header) goes into what is embedded, never into the quoted text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import groupby

from knowledge.types import (
    ApprovedDocument,
    DocumentKind,
    ParsedDocument,
    Partition,
    Passage,
    Section,
    Span,
    Table,
    Unit,
    UnitKind,
)

CHUNKER_VERSION = "units-450/1"  # part of the index release: raise it when passages change
PASSAGE_CHARACTERS = 450  # soft: a longer unit stands alone
PARAGRAPH_BREAK_CHARACTERS = 200  # from here on, prefer to end a passage where a paragraph ends
TABLE_ROWS = 7
TABLE_CHARACTERS = 600  # embedded for a run of rows: what they are about, not their numbers
EMBEDDED_CHARACTERS = 820  # about 220 tokens of label English; the model sees 256
HEADING_LEVELS = 2


def chunk(document: ApprovedDocument) -> tuple[Passage, ...]:
    """Cut one approved document into passages, in reading order.

    Every unit is in exactly one passage, but for highlights whose full section is there as well. Approved questions
    and answers have none: an answer is given whole (`knowledge.questions`), never a sentence of it.
    """
    parsed = document.document
    if parsed.kind is DocumentKind.APPROVED_QA:
        return ()
    partition = Partition(
        product=parsed.names.product, market=document.approval.market, audience=document.approval.audience
    )
    return tuple(_passage(parsed, partition, run) for run in _runs(parsed))


def _runs(document: ParsedDocument) -> Iterator[list[Unit]]:
    kept = _without_repeated_highlights(document)
    for (_, table), neighbours in groupby(kept, key=lambda unit: (unit.section, unit.table)):
        units = list(neighbours)
        yield from _row_runs(document.tables[table], units) if table is not None else _text_runs(units)


def _without_repeated_highlights(document: ParsedDocument) -> list[Unit]:
    sections = document.sections
    told_in_full = {sections[unit.section].field for unit in document.units if not unit.is_highlight}
    return [u for u in document.units if not (u.is_highlight and sections[u.section].field in told_in_full)]


def _text_runs(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    run: list[Unit] = []
    for _, members in groupby(units, key=lambda unit: unit.paragraph):
        paragraph = list(members)
        if run and _is_better_apart(run, paragraph):
            yield run
            run = []
        for unit in paragraph:
            if run and unit.end - run[0].start > PASSAGE_CHARACTERS:
                yield run
                run = []
            run.append(unit)
    if run:
        yield run


def _is_better_apart(run: Sequence[Unit], paragraph: Sequence[Unit]) -> bool:
    fits = paragraph[-1].end - run[0].start <= PASSAGE_CHARACTERS
    return not fits and run[-1].end - run[0].start >= PARAGRAPH_BREAK_CHARACTERS


def _row_runs(table: Table, units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Runs of a few rows; a group row starts a run rather than ending one."""
    run: list[Unit] = []
    for unit in units:
        heads_a_group = unit.row is not None and unit.row < len(table.rows) and table.rows[unit.row].is_group
        full = len(run) >= TABLE_ROWS or (heads_a_group and len(run) >= TABLE_ROWS - 2)
        if run and full:
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _passage(document: ParsedDocument, partition: Partition, run: Sequence[Unit]) -> Passage:
    start, end = min(unit.start for unit in run), max(unit.end for unit in run)
    section = document.sections[run[0].section]
    embedded = _embedded_text(document, section, run, document.text[start:end])
    return Passage(
        passage_id=_passage_id(document, partition, start, end),
        document_id=document.document_id,
        version=document.version,
        partition=partition,
        section=section.index,
        heading_path=section.path,
        field=section.field,
        start=start,
        end=end,
        units=tuple(unit.index for unit in run),
        table=run[0].table,
        text=document.text[start:end],
        embedded_text=embedded,
        content_hash=hashlib.sha256(embedded.encode()).hexdigest(),
    )


def _passage_id(document: ParsedDocument, partition: Partition, start: int, end: int) -> str:
    parts = (document.document_id, document.version, partition.product, partition.market, partition.audience)
    told = "\x1f".join((*parts, str(start), str(end)))
    return f"passage_{hashlib.sha256(told.encode()).hexdigest()[:24]}"


def _embedded_text(document: ParsedDocument, section: Section, run: Sequence[Unit], text: str) -> str:
    heading = ": ".join(_headings(document, section))
    table = run[0].table
    if table is not None:
        about = _shortened(_about_rows(document, document.tables[table], run), TABLE_CHARACTERS)
        return _joined(heading, about)
    first = run[0]
    lead_in = ""
    if first.kind is UnitKind.LIST_ITEM and first.lead_in is not None and first.lead_in.end <= first.start:
        lead_in = _flat(first.lead_in.of(document.text))
    return _shortened(_joined(heading, lead_in, _flat(text)), EMBEDDED_CHARACTERS)


def _headings(document: ParsedDocument, section: Section) -> list[str]:
    """The last two headings, outermost first, without numbers."""
    headings: list[str] = []
    at: int | None = section.index
    while at is not None and len(headings) < HEADING_LEVELS:
        here = document.sections[at]
        if here.heading and here.heading not in headings:
            headings.append(_flat(here.heading))
        at = here.parent
    return headings[::-1]


def _about_rows(document: ParsedDocument, table: Table, run: Sequence[Unit]) -> str:
    """Caption, header and the rows' labels: what is asked for; the numbers are what is answered."""
    text = document.text
    caption = _flat(table.caption.of(text)) if table.caption is not None else ""
    header = [_flat(text[cell.start : cell.end]) for row in table.header for cell in row.cells]
    labels: list[str] = []
    for unit in run:
        row = table.rows[unit.row] if unit.row is not None and unit.row < len(table.rows) else None
        if row is None or not row.cells:
            labels.append(_flat(Span(start=unit.start, end=unit.end).of(text)))
            continue
        group = table.rows[row.group].cells if row.group is not None else ()
        labels += [_flat(text[cell.start : cell.end]) for cell in (*group[:1], row.cells[0])]
    return _joined(caption, _listed(header, "; "), _listed(labels, "; "))


def _listed(parts: Sequence[str], separator: str) -> str:
    return separator.join(dict.fromkeys(part for part in parts if part))


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str, characters: int) -> str:
    if len(text) <= characters:
        return text
    cut = text[:characters]
    at = max(cut.rfind(" "), cut.rfind("\n"))
    return cut[:at] if at > characters // 2 else cut
