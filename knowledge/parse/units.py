"""Cuts a block of text into quotable units, and flattened text into paragraphs and list items."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.parse.drafts import Text
from knowledge.parse.sentences import split_sentences

# "o" stands for the hollow bullet in many labels; no English text holds it alone before a capital.
_BULLET = re.compile(r"(?:^|(?<=\s))(?:[•●▪■◦○‣⁃∙](?=\s|$)\s*|[•●▪■◦○‣⁃∙](?=\w)|o\s(?=[A-Z]))")
_HOLLOW = frozenset("◦○o▪■‣")
_NO_LIST = re.compile(r"\b(?:structur\w*|formula)\b", re.IGNORECASE)  # "… has the following structure:" and a picture
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
    is_whole = block.level > 0 and 0 < len(text) <= _WHOLE_ITEM
    spans = [(0, len(text))] if is_whole else split_sentences(text)
    return [Piece(start, end, _is_lead_in(text[start:end])) for start, end in spans]


def _is_lead_in(sentence: str) -> bool:
    return sentence.endswith(":") and not _NO_LIST.search(sentence)


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
    items = [text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)]
    usual = _usual_count(items)
    first = marks[0].group().strip()
    for position, (mark, item) in enumerate(zip(marks, items, strict=True)):
        if not item:
            continue
        level = 2 if mark.group().strip() in _HOLLOW and mark.group().strip() != first else 1
        cut = _item_end(item, usual, is_last=position == len(items) - 1)
        blocks.append(Text(item[:cut].strip(), level, is_highlight, mark.group().strip()))
        if item[cut:].strip():
            blocks.append(Text(item[cut:].strip(), 0, is_highlight))
    return blocks


def _usual_count(items: list[str]) -> int:
    """How many sentences an item of this list has: the median of those that surely end where the next begins."""
    counts = sorted(len(split_sentences(item)) for item in items[:-1] if item and not item.endswith(":"))
    return max(counts[len(counts) // 2], 1) if counts else 1


def _item_end(item: str, usual: int, *, is_last: bool) -> int:
    """Where a list item ends and text that no bullet introduces goes on.

    The last item, and one whose last sentence introduces another list, is followed by such text:
    it keeps as many sentences as the other items have.
    """
    spans = split_sentences(item)
    introduces = len(spans) > 1 and item[slice(*spans[-1])].endswith(":")
    if (len(spans) <= usual and not introduces) or not (is_last or introduces):
        return len(item)
    return spans[min(usual, len(spans) - 1)][0]
