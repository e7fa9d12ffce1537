"""Turns SPL table markup (openFDA's `*_table` HTML uses the same) into a grid.

The order of text inside a cell is kept as it stands; footnotes leave their place and stand below
the table, tied to it by the usual marks (*, †, ‡ …), as SPL's own style sheet shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from knowledge.parse.drafts import Grid, GridCell, GridRow, SectionDraft, Text
from knowledge.parse.markup import Footnotes, inner_text, local_name, number_footnotes, tidy
from knowledge.parse.sentences import split_sentences

_MAX_SPAN = 200
_RUNS = re.compile(r"\w+")
_SENTENCE_WORDS = 12
_CAPTION = re.compile(r"table\s+[\dA-Z]", re.IGNORECASE)
_MAX_CAPTION = 300
_TITLE = re.compile(r"(?:table|figure)\b", re.IGNORECASE)
_SIZE = re.compile(r"\b[Nn]\s?=\s?\d")


def read_table(element: Any, joint: str = "") -> list[Grid | Text]:
    """Reads one table element.

    Args:
        element: a `table` element, namespaced or not.
        joint: what stands between text nodes: " " as openFDA flattens text, "" as SPL is shown.

    Returns:
        One grid; or paragraphs where the table was used as a box around text; or nothing.
    """
    notes = Footnotes([], {}, joint)
    parts: dict[str, list[Any]] = {"thead": [], "tbody": [], "tfoot": []}
    caption = ""
    for child in element:
        name = local_name(child)
        if name == "caption":
            caption = inner_text(child, joint, notes)
        elif name in parts:
            parts[name].extend(row for row in child if local_name(row) == "tr")
        elif name == "tr":
            parts["tbody"].append(child)
    number_footnotes(element, notes)
    head = _matrix(parts["thead"], notes)
    body = _matrix(parts["tbody"], notes)
    foot = [inner_text(cell, joint, notes) for row in parts["tfoot"] for cell in row if local_name(cell)]
    if _is_box(head, body):
        return _box(caption, [*parts["thead"], *parts["tbody"]], [*foot, *notes.texts], notes)
    return [_grid(caption, head, body, [*foot, *notes.texts])]


def _matrix(rows: list[Any], notes: Footnotes) -> list[GridRow]:
    """Lays cells on columns, carrying those that span rows down."""
    carried: dict[int, tuple[GridCell, int]] = {}
    laid = []
    for row in rows:
        cells: list[GridCell] = []
        column = 0
        waiting = dict(carried)
        carried = {}
        for cell in (c for c in row if local_name(c) in {"td", "th"}):
            while column in waiting:
                column = _carry(waiting, column, cells, carried)
            columns, down = _span(cell, "colspan"), _span(cell, "rowspan")
            text = inner_text(cell, notes.joint, notes)
            made = GridCell(text, column, columns, is_bold=_is_bold(cell))
            cells.append(made)
            if down > 1:
                carried[column] = (replace(made, began_above=True), down - 1)
            column += columns
        for position in sorted(waiting):
            _carry(waiting, position, cells, carried)
        laid.append(GridRow(tuple(sorted((c for c in cells if c.text), key=lambda c: c.column))))
    return [row for row in laid if any(not cell.began_above for cell in row.cells)]


def _carry(
    waiting: dict[int, tuple[GridCell, int]],
    column: int,
    cells: list[GridCell],
    carried: dict[int, tuple[GridCell, int]],
) -> int:
    cell, down = waiting.pop(column)
    cells.append(cell)
    if down > 1:
        carried[column] = (cell, down - 1)
    return column + cell.columns


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), _MAX_SPAN) if value.isdigit() else 1


def _is_bold(cell: Any) -> bool:
    if local_name(cell) == "th":
        return True
    bold = sum(
        len("".join(part.itertext()).strip())
        for part in cell.iter()
        if local_name(part) == "content" and "bold" in (part.get("styleCode") or "").lower()
    )
    return bold > 0 and bold >= len("".join(cell.itertext()).strip()) - 2


def _width(rows: list[GridRow]) -> int:
    return max((cell.column + cell.columns for row in rows for cell in row.cells), default=0)


def _is_box(head: list[GridRow], body: list[GridRow]) -> bool:
    rows = [*head, *body]
    return all(len(row.cells) <= 1 for row in rows)


def _box(caption: str, rows: list[Any], notes: list[str], footnotes: Footnotes) -> list[Grid | Text]:
    blocks = [Text(caption)] if caption else []
    for row in rows:
        for cell in (c for c in row if local_name(c) in {"td", "th"}):
            blocks.extend(_cell_blocks(cell, footnotes))
    blocks.extend(Text(note) for note in notes)
    return [block for block in blocks if block.text]


def _cell_blocks(cell: Any, notes: Footnotes) -> Iterator[Text]:
    inside = Footnotes(list(notes.texts), notes.marks, notes.joint)
    parts = [part for part in cell if local_name(part) in {"paragraph", "list"}]
    others = ["".join(part.itertext()) for part in cell if local_name(part) not in {"paragraph", "list"}]
    loose = tidy((cell.text or "") + "".join(part.tail or "" for part in cell) + "".join(others))
    if not parts or loose:
        yield Text(inner_text(cell, notes.joint, inside))
        return
    for part in parts:
        if local_name(part) == "paragraph":
            yield Text(inner_text(part, notes.joint, inside))
        else:
            for item in part:
                if local_name(item):
                    yield Text(inner_text(item, notes.joint, inside), level=1 if local_name(item) == "item" else 0)


def _grid(caption: str, head: list[GridRow], body: list[GridRow], notes: list[str]) -> Grid:
    width = _width([*head, *body])
    if not body:
        head, body = head[:1], head[1:]
    has_title = bool(body) and not head and _is_full_width(body[0], width) and _TITLE.match(body[0].cells[0].text)
    if not caption and has_title and len(body) > 1:
        caption, body = body[0].cells[0].text, body[1:]
    if not head:
        head, body = _leading_header(body)
    body, trailing = _trailing_notes(body, width)
    return Grid(caption, tuple(head), tuple(_grouped(body)), tuple(note for note in [*trailing, *notes] if note))


def _is_full_width(row: GridRow, width: int) -> bool:
    return len(row.cells) == 1 and row.cells[0].columns >= width > 1 and not row.cells[0].began_above


def _has_digit(row: GridRow) -> bool:
    return any(c.isdigit() for cell in row.cells[1:] for c in re.sub(r"\(?[Nn]\s?=\s?[\d,]+\)?|%", "", cell.text))


def _leading_header(body: list[GridRow]) -> tuple[list[GridRow], list[GridRow]]:
    """Rows at the top that are all bold, or bare of numbers above a body of numbers, head the table."""
    count = 0
    while count < len(body) - 1 and _heads_columns(body[count]):
        count += 1
    if count and not _heads_columns(body[count]):
        return body[:count], body[count:]
    with_numbers = sum(_has_digit(row) for row in body[1:])
    multi = bool(body) and len(body[0].cells) > 1
    if multi and not _has_digit(body[0]) and with_numbers * 2 > len(body) - 1:
        return body[:1], body[1:]
    return [], body


def _heads_columns(row: GridRow) -> bool:
    """All bold, or without a label of its own, or with group sizes ("N = 120") in most columns."""
    if row.cells[0].column > 0:
        return True
    others = row.cells[1:]
    if not others:
        return False
    return all(cell.is_bold for cell in row.cells) or 2 * sum(
        _SIZE.search(cell.text) is not None for cell in others
    ) > len(others)


def _trailing_notes(body: list[GridRow], width: int) -> tuple[list[GridRow], list[str]]:
    kept = list(body)
    notes: list[str] = []
    while len(kept) > 1 and _is_full_width(kept[-1], width):
        notes.insert(0, kept.pop().cells[0].text)
    return kept, notes


def _grouped(body: list[GridRow]) -> Iterator[GridRow]:
    group: int | None = None
    for position, row in enumerate(body):
        fresh = [cell for cell in row.cells if not cell.began_above]
        alone = len(row.cells) == 1 and fresh[0].column == 0 and position + 1 < len(body)
        if alone and not is_sentence(fresh[0].text):
            group = position
            yield replace(row, is_group=True)
        else:
            yield replace(row, group=group)


def is_sentence(text: str) -> bool:
    """Whether a lone cell says something by itself, rather than heading other rows."""
    return len(text.split()) >= _SENTENCE_WORDS and text.rstrip().endswith((".", ")", "]"))


def joint_for(element: Any, stretch: str) -> str:
    """Whether openFDA put blanks between this table's text nodes when it flattened it (" "), or none ("").

    Args:
        element: the table's markup.
        stretch: the flattened text of the same table.
    """
    spaced = _RUNS.findall(" ".join(element.itertext()))
    return " " if spaced == _RUNS.findall(stretch) else ""


def captioned(blocks: Iterable[Text | Grid | SectionDraft]) -> list[Text | Grid | SectionDraft]:
    """Moves a title printed as the last words before a table ("Table 3: …") into the table."""
    done: list[Text | Grid | SectionDraft] = []
    for block in blocks:
        before = done[-1] if done else None
        if isinstance(block, Grid) and not block.caption and isinstance(before, Text) and before.level == 0:
            start, end = (split_sentences(before.text) or [(0, 0)])[-1]
            title = before.text[start:end]
            if _CAPTION.match(title) and len(title) <= _MAX_CAPTION and not title.endswith((".", ":")):
                rest = before.text[:start].rstrip()
                done[-1:] = [replace(before, text=rest)] if rest else []
                done.append(replace(block, caption=title))
                continue
        done.append(block)
    return done
