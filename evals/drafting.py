"""Documents written in a line or two of markup, for libraries that are measured and thrown away.

A body is lines: "- words" an item, "  - words" or "○ words" an item below it, "| a | b |" a table row (the first
one heads it, one cell alone heads the rows below it), "Table …" right above the rows their caption, "^ words" right
below them a footnote, and anything else a paragraph. Sentences, lead-ins and spans are found as in any label.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from assistant.bootstrap import Services
from evals.cache import VECTORS, carry_embeddings
from knowledge.parse.builder import build
from knowledge.parse.drafts import Grid, GridCell, GridRow, SectionDraft, Text
from knowledge.types import Audience, DocumentStatus, Market, ParsedDocument, ProductNames, Value

_ITEM = re.compile(r"^(?P<indent>\s*)(?P<marker>[-•○])\s+(?P<words>\S.*)$")
_CAPTION = re.compile(r"^Table\b")


class SectionText(Value):
    """One section as written; `parent` is the heading of the section it stands in, where that is not the top."""

    field: str
    code: str = ""
    number: str = ""
    heading: str = ""
    body: str = ""
    sections: tuple[SectionText, ...] = ()


def document(names: ProductNames, document_id: str, sections: Sequence[SectionText], source: str) -> ParsedDocument:
    """A parsed document of these sections. `source` names where it was written."""
    built = build([_draft(section) for section in sections])
    return ParsedDocument(
        source_sha256=hashlib.sha256(f"{document_id}\n{built.text}".encode()).hexdigest(),
        source_name=source,
        source_format="markdown",
        document_id=document_id,
        version="1",
        title=names.product,
        names=names,
        effective_on=date(2026, 1, 1),
        market=Market.US,
        text=built.text,
        sections=built.sections,
        tables=built.tables,
        units=built.units,
    )


def shelve(services: Services, documents: Sequence[ParsedDocument], cache_dir: Path) -> None:
    """Submit, approve and index documents in a throwaway library; vectors are taken from and kept in the cache."""
    database = services.settings.storage.directory / "hcp.sqlite"
    cache_dir.mkdir(parents=True, exist_ok=True)
    carry_embeddings(cache_dir / VECTORS, database)
    for made in documents:
        summary = services.knowledge.submit(made)
        if summary.status is DocumentStatus.SUBMITTED:
            services.knowledge.approve(
                made.document_id,
                made.version,
                approver="evals",
                mlr_id="EVALS",
                market=Market.US,
                audience=Audience.HCP,
                valid_from=datetime(2000, 1, 1, tzinfo=UTC),
            )
    services.knowledge.index_pending()
    carry_embeddings(database, cache_dir / VECTORS)


def _draft(section: SectionText) -> SectionDraft:
    draft = SectionDraft(section.field, section.code, section.number, section.heading)
    draft.content += blocks_of(section.body)
    draft.content += [_draft(inner) for inner in section.sections]
    return draft


def blocks_of(body: str) -> list[Text | Grid]:
    """The blocks of a body, in order."""
    blocks: list[Text | Grid] = []
    lines = [line.rstrip() for line in body.splitlines() if line.strip()]
    at = 0
    while at < len(lines):
        rows = _table_lines(lines[at:])
        if rows:
            blocks.append(_grid(rows))
            at += len(rows)
        else:
            blocks.append(_text(lines[at]))
            at += 1
    return blocks


def _table_lines(lines: Sequence[str]) -> list[str]:
    """The lines of the table that begins here; none when none does."""
    begins = lines[0].startswith("|") or (len(lines) > 1 and _CAPTION.match(lines[0]) and lines[1].startswith("|"))
    if not begins:
        return []
    taken = [lines[0]]
    for line in lines[1:]:
        if not line.startswith(("|", "^")):
            break
        taken.append(line)
    return taken


def _text(line: str) -> Text:
    item = _ITEM.match(line)
    if item is None:
        return Text(" ".join(line.split()))
    deeper = len(item["indent"]) > 1 or item["marker"] == "○"
    return Text(" ".join(item["words"].split()), level=2 if deeper else 1)


def _grid(lines: Sequence[str]) -> Grid:
    caption = "" if lines[0].startswith("|") else lines[0]
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if line.startswith("|")]
    width = max(len(row) for row in cells)
    rows: list[GridRow] = []
    group: int | None = None
    for row in cells[1:]:
        if len(row) == 1 and width > 1:
            group = len(rows)
            rows.append(GridRow((GridCell(row[0], 0, width),), is_group=True))
        else:
            rows.append(GridRow(_cells(row), group=group))
    return Grid(
        caption=caption,
        header=(GridRow(_cells(cells[0])),),
        rows=tuple(rows),
        footnotes=tuple(line[1:].strip() for line in lines if line.startswith("^")),
    )


def _cells(row: Sequence[str]) -> tuple[GridCell, ...]:
    return tuple(GridCell(text, column) for column, text in enumerate(row) if text)
