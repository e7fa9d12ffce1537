"""Finds tables and subsections again inside openFDA's flattened section text.

openFDA writes a section's headings, paragraphs, lists and tables into one string, and gives the
tables' markup and some subsections once more beside it. Comparing letters and digits alone (no
white space, no punctuation, lower case) finds both again exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

_CLOSING = re.compile(r"[.)\]%*†‡§¶#®™]*(?:\s+[.)\]]+)*")
_ANCHOR = 24
_ALIKE = 92.0


@dataclass(frozen=True)
class Letters:
    """A text's letters and digits in lower case, with each one's offset in the text."""

    text: str
    letters: str
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Letters:
        """Reduces a text."""
        letters: list[str] = []
        offsets: list[int] = []
        for offset, character in enumerate(text):
            if character.isalnum():
                for lowered in character.lower():
                    letters.append(lowered)
                    offsets.append(offset)
        return cls(text, "".join(letters), tuple(offsets))

    def span(self, position: int, count: int) -> tuple[int, int]:
        """The text from one reduced position on, for so many letters, with closing marks after it."""
        start = self.offsets[position]
        end = self.offsets[position + count - 1] + 1
        closing = _CLOSING.match(self.text, end)
        end = closing.end() if closing else end
        while start > 0 and self.text[start - 1] in '([<>≥≤±*†‡§¶#$“"':
            start -= 1
        return start, end


def letters_of(element: Any) -> str:
    """All letters and digits below a markup element."""
    return "".join(c.lower() for c in "".join(element.itertext()) if c.isalnum())


def locate(needle: str, hay: Letters, begin: int = 0) -> tuple[int, int] | None:
    """Finds reduced text in a reduced section.

    Args:
        needle: letters of a table or subsection.
        hay: the section.
        begin: reduced position to search from.

    Returns:
        (start, end) offsets in the section's text, or None. Small differences are allowed where
        the exact text is not found.
    """
    if not needle:
        return None
    position = hay.letters.find(needle, begin)
    if position >= 0:
        return hay.span(position, len(needle))
    return _locate_alike(needle, hay, begin)


def _locate_alike(needle: str, hay: Letters, begin: int) -> tuple[int, int] | None:
    """Anchors on the first letters that do occur, then compares stretches of the same length."""
    if len(needle) < 2 * _ANCHOR:
        return None
    for skipped in range(0, len(needle) // 2, _ANCHOR):
        at = hay.letters.find(needle[skipped : skipped + _ANCHOR], begin)
        if at < 0:
            continue
        first = max(at - skipped, 0)
        window = hay.letters[first : first + len(needle)]
        if window and fuzz.ratio(needle, window) >= _ALIKE:
            tail = hay.letters.find(needle[-_ANCHOR:], first + len(needle) // 2)
            last = tail + _ANCHOR if 0 <= tail <= first + len(needle) * 2 else first + len(window)
            return hay.span(first, last - first)
    return None
