"""Finds the numbers of the numbered label format ("5.1") in flattened text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.parse.fields import by_number, heading_pattern

_REFERENCE_BEFORE = re.compile(
    r"(?:[(\[,–—-]|\b(?:and|or|see|sections?|section:|to|through|in|of|under|also|refer to))\s*$", re.IGNORECASE
)
_UNITS_AFTER = re.compile(r"(?:L|M|C|F|Gy|N|IU|U|G|Da|Hz|K|MBq|GBq|CI|SD|AUC)\b(?!\w)")


@dataclass(frozen=True)
class Mark:
    """A numbered heading: offsets of its number, and the number."""

    start: int
    number: str
    after: int  # where the heading's words begin


def numbered_marks(
    text: str, number: str, outside: Sequence[tuple[int, int]] = (), sure: Sequence[int] = ()
) -> list[Mark]:
    """Finds the subsections of a numbered section.

    Args:
        text: the section, flattened.
        number: the section's own number ("2", "12.3").
        outside: stretches to leave alone (tables).
        sure: offsets where a subsection is known to begin.

    Returns:
        Marks in order, numbers strictly increasing: the best such chain among all places that
        look like a heading, so that a cross reference or a measured value is not taken for one.
    """
    pattern = re.compile(rf"(?<![\w.,]){re.escape(number)}\.(\d{{1,2}})\.?\s+(?=[A-Z“\"(*])")
    found: list[tuple[Mark, int, float]] = []
    for match in pattern.finditer(text):
        start = match.start()
        if any(begin < start < end for begin, end in outside):
            continue
        if start not in sure and _REFERENCE_BEFORE.search(text, max(0, start - 14), start):
            continue
        minor = int(match.group(1))
        found.append(
            (Mark(start, f"{number}.{minor}", match.end()), minor, _weight(text, match, number, start in sure))
        )
    return _best_chain(found)


def _weight(text: str, match: re.Match[str], number: str, is_sure: bool) -> float:  # noqa: FBT001 - private
    weight = 1.0
    if is_sure:
        weight += 4.0
    before = text[: match.start()].rstrip()[-1:]
    if not before or before in ".)]:;•":
        weight += 1.0
    if _UNITS_AFTER.match(text, match.end()):
        weight -= 1.5
    family = by_number(f"{number}.{match.group(1)}")
    if family and heading_pattern(family).match(text, match.end()):
        weight += 3.0
    return weight


def _best_chain(found: list[tuple[Mark, int, float]]) -> list[Mark]:
    """The heaviest chain with increasing numbers; each number passed over costs a little."""
    best: list[tuple[float, int]] = []
    for position, (_, minor, weight) in enumerate(found):
        score, previous = weight - 0.4 * (minor - 1), -1
        for earlier in range(position):
            gap = minor - found[earlier][1]
            if gap > 0 and best[earlier][0] + weight - 0.4 * (gap - 1) > score:
                score, previous = best[earlier][0] + weight - 0.4 * (gap - 1), earlier
        best.append((score, previous))
    chain: list[Mark] = []
    at = max(range(len(best)), key=lambda i: best[i][0], default=-1)
    if at < 0 or best[at][0] <= 0:
        return []
    while at >= 0:
        chain.append(found[at][0])
        at = best[at][1]
    return chain[::-1]


def split_number(text: str) -> tuple[str, int]:
    """The section number that a text begins with ("", 0 without one) and where its heading begins."""
    match = re.match(r"(\d{1,2}(?:\.\d{1,2}){0,2})\.?\s+(?=[A-Za-z“\"(])", text)
    return (match.group(1), match.end()) if match else ("", 0)
