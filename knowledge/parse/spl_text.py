"""Reads an SPL `text` block: paragraphs, lists with captions, tables, footnotes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from knowledge.parse.drafts import Grid, Text
from knowledge.parse.markup import Footnotes, inner_text, local_name, tidy
from knowledge.parse.tables import read_table
from knowledge.parse.units import blocks_of

_BLOCKS = frozenset({"paragraph", "list", "table"})


def read_text(element: Any, *, is_highlight: bool = False) -> list[Text | Grid]:
    """Reads one `text` element.

    Args:
        element: the element; text outside paragraphs is read as paragraphs too.
        is_highlight: whether it belongs to an excerpt.

    Returns:
        Blocks in reading order, footnotes after the block that holds them.
    """
    return list(_children(element, 0, is_highlight))


def _children(element: Any, level: int, is_highlight: bool) -> Iterator[Text | Grid]:  # noqa: FBT001 - private
    """Blocks below an element; loose text between blocks becomes paragraphs."""
    loose: list[str] = [element.text or ""]
    notes = Footnotes([], {}, "")
    for child in element:
        name = local_name(child)
        if name in _BLOCKS:
            yield from _flush(loose, notes, level, is_highlight)
            yield from _block(child, name, level, is_highlight)
        elif name == "br":
            yield from _flush(loose, notes, level, is_highlight)
        elif any(local_name(inner) in _BLOCKS for inner in child.iter()):
            yield from _flush(loose, notes, level, is_highlight)
            yield from _children(child, level, is_highlight)
        elif name == "footnote":
            loose.append(notes.add(child))
        elif name:
            loose.append(inner_text_kept(child, notes))
        loose.append(child.tail or "")
    yield from _flush(loose, notes, level, is_highlight)


def inner_text_kept(element: Any, notes: Footnotes) -> str:
    """Inner text with the blanks at its ends kept, since it stands within a line."""
    raw = "".join(element.itertext())
    text = inner_text(element, "", notes)
    return f"{' ' if raw[:1].isspace() else ''}{text}{' ' if raw[-1:].isspace() else ''}"


def _flush(loose: list[str], notes: Footnotes, level: int, is_highlight: bool) -> Iterator[Text]:  # noqa: FBT001 - private
    text = tidy("".join(loose))
    loose.clear()
    yield from _at_bullets(text, level, is_highlight)
    for note in notes.texts:
        yield Text(note, 0, is_highlight)
    notes.texts.clear()


def _at_bullets(text: str, level: int, is_highlight: bool) -> Iterator[Text]:  # noqa: FBT001 - private
    """Cuts text at bullets typed into it, one level deeper than the text itself."""
    for block in blocks_of(text, is_highlight=is_highlight):
        yield replace(block, level=block.level + level)


def _block(element: Any, name: str, level: int, is_highlight: bool) -> Iterator[Text | Grid]:  # noqa: FBT001 - private
    if name == "table":
        yield from read_table(element, "")
    elif name == "list":
        for item in element:
            inner = local_name(item)
            if inner == "caption":
                yield Text(inner_text(item, ""), level, is_highlight)
            elif inner == "item":
                yield from _item(item, level + 1, is_highlight)
    else:
        yield from _children(element, level, is_highlight)


def _item(item: Any, level: int, is_highlight: bool) -> Iterator[Text | Grid]:  # noqa: FBT001 - private
    """A list item: its paragraphs run on as one item, a list inside it is one level deeper."""
    run: list[str] = []
    for block in _children(item, level, is_highlight):
        if isinstance(block, Text) and block.level == level:
            run.append(block.text)
            continue
        if run:
            yield Text(" ".join(run), level, is_highlight)
            run = []
        yield block
    if run:
        yield Text(" ".join(run), level, is_highlight)
