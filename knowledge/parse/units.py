"""Cuts a block of text into quotable units, and flattened text into paragraphs and list items."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.parse.drafts import Text
from knowledge.parse.sentences import split_sentences

_BULLET = re.compile(r"(?:^|(?<=\s))[•●▪■◦‣⁃∙](?=\s|$)\s*|(?:^|(?<=\s))[•●▪■◦‣⁃∙](?=\w)")
_WHOLE_ITEM = 360  # characters: an item up to this length is quoted whole


@dataclass(frozen=True)
class Piece:
    """A unit within one block: offsets into the block's text."""

    start: int
    end: int
    is_lead_in: bool = False


def pieces_of(block: Text) -> list[Piece]:
    """Cuts one block: a paragraph into sentences, a short list item not at all."""
    text = block.text
    if block.level and len(text) <= _WHOLE_ITEM:
        return [Piece(0, len(text), text.endswith(":"))] if text else []
    return [Piece(start, end, text[start:end].endswith(":")) for start, end in split_sentences(text)]


def blocks_of(text: str, *, is_highlight: bool = False) -> list[Text]:
    """Cuts flattened text at its bullets.

    Args:
        text: prose with white space collapsed.
        is_highlight: whether it stands in a Highlights block.

    Returns:
        Paragraphs (level 0) and list items (level 1). What follows the last item's sentence is a
        paragraph again where the other items hold one sentence each.
    """
    marks = list(_BULLET.finditer(text))
    if not marks:
        return [Text(text.strip(), 0, is_highlight)] if text.strip() else []
    blocks = []
    before = text[: marks[0].start()].strip()
    if before:
        blocks.append(Text(before, 0, is_highlight))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        item = text[mark.end() : end].strip()
        if not item:
            continue
        cut = _item_end(item)
        blocks.append(Text(item[:cut].strip(), 1, is_highlight))
        if item[cut:].strip():
            blocks.append(Text(item[cut:].strip(), 0, is_highlight))
    return blocks


def _item_end(item: str) -> int:
    """Where a list item ends and text that no bullet introduces goes on.

    A last sentence ending in ":" introduces what follows the item, so it is no part of it.
    """
    spans = split_sentences(item)
    if len(spans) > 1 and item[spans[-1][0] : spans[-1][1]].endswith(":"):
        return spans[-1][0]
    return len(item)
