"""Reads text out of SPL markup: white space, raised and lowered figures, footnotes and their marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MARKS = "*†‡§¶#"
_SPACE = re.compile(r"\s+")
_BLOCK_TAGS = frozenset({"paragraph", "item", "list", "caption", "td", "th", "tr", "br", "table", "footnote"})


def tidy(text: str) -> str:
    """Collapses white space and brings characters into composed form (NFC)."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


@dataclass
class Footnotes:
    """Collects a table's footnotes and gives each its mark."""

    texts: list[str]
    marks: dict[str, str]
    joint: str

    def add(self, element: Any) -> str:
        """Keeps a footnote's text and gives the mark that stands in its place."""
        mark = _mark(len(self.texts))
        self.texts.append(f"{mark} {inner_text(element, self.joint)}")
        if element.get("ID"):
            self.marks[element.get("ID")] = mark
        return mark


def _mark(position: int) -> str:
    return _MARKS[position % len(_MARKS)] * (position // len(_MARKS) + 1)


def local_name(element: Any) -> str:
    """An element's name without its namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def inner_text(element: Any, joint: str, footnotes: Footnotes | None = None) -> str:
    """All text below an element, text nodes joined by `joint`, blocks by a blank."""
    return tidy(joint.join(_text_nodes(element, footnotes)))


def _text_nodes(element: Any, footnotes: Footnotes | None) -> Iterator[str]:
    if element.text and local_name(element):
        yield element.text
    for child in element:
        name = local_name(child)
        if name in _BLOCK_TAGS and name != "footnote":
            yield " "
        if name == "footnote" and footnotes is not None:
            yield footnotes.add(child)
        elif name == "footnoteref" and footnotes is not None:
            yield footnotes.marks.get(child.get("IDREF", ""), "")
        elif name:
            if name in {"sup", "sub"}:
                yield _script_gap(child)
            yield from _text_nodes(child, footnotes)
        if name in _BLOCK_TAGS and name != "footnote":
            yield " "
        if child.tail:
            yield child.tail


def _script_gap(child: Any) -> str:
    """A blank where a raised figure would otherwise run into the figure before it (10⁹ is not 109)."""
    before = child.getprevious().tail if child.getprevious() is not None else child.getparent().text
    inside = "".join(child.itertext())
    return " " if before and before[-1:].isdigit() and inside[:1].isdigit() else ""


def number_footnotes(element: Any, notes: Footnotes) -> None:
    """Gives marks by document order beforehand: a reference may stand before its footnote."""
    position = len(notes.texts)
    for footnote in (e for e in element.iter() if local_name(e) == "footnote"):
        if footnote.get("ID") and footnote.get("ID") not in notes.marks:
            notes.marks[footnote.get("ID")] = _mark(position)
            position += 1
