"""Recognises Highlights text that openFDA leaves inside a section.

SPL keeps the Highlights of a section in an `excerpt`; openFDA writes it after the section's own
first text and before its subsections. Its statements end in section numbers ("( 2.1 )") and are
said again by the full text.
"""

from __future__ import annotations

import re

from knowledge.parse.sentences import split_sentences

_REFERENCES = r"\d{1,2}(?:\.\d{1,2})?"
_ENDS_IN_REFERENCE = re.compile(rf"\(\s*{_REFERENCES}(?:\s*(?:,|and|-|–|to)\s*{_REFERENCES})*\s*\)\s*[.;]?\s*$")
_HIGHLIGHTS_ONLY = re.compile(
    r"to report suspected adverse reactions|see full prescribing information|see 17 for patient counseling",
    re.IGNORECASE,
)
_CROSS_REFERENCE = re.compile(r"[\[(]\s*see\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{4,}|\d+(?:\.\d+)?")
_SAID_AGAIN = 0.7


def highlight_span(stretch: str, full: str) -> tuple[int, int] | None:
    """Finds the Highlights statements in a stretch of flattened text.

    Args:
        stretch: a section's text before its first subsection (or all of it).
        full: the text that follows (its subsections).

    Returns:
        (start, end) within the stretch; None where it holds none that the full text repeats.
    """
    spans = split_sentences(stretch)
    marked = [i for i, (start, end) in enumerate(spans) if _ENDS_IN_REFERENCE.search(stretch, start, end)]
    if not marked:
        return None
    last = marked[-1]
    while last + 1 < len(spans) and _HIGHLIGHTS_ONLY.search(stretch, *spans[last + 1]):
        last += 1
    full_words = set(_WORD.findall(full.lower()))
    first = last + 1
    while first > 0 and _belongs(stretch, spans, first - 1, full_words, is_marked=first - 1 in marked):
        first -= 1
    if first > marked[-1]:
        return None
    return spans[first][0], spans[last][1]


def _belongs(
    stretch: str, spans: list[tuple[int, int]], position: int, full_words: set[str], *, is_marked: bool
) -> bool:
    start, end = spans[position]
    sentence = stretch[start:end]
    if _HIGHLIGHTS_ONLY.search(sentence):
        return True
    if _CROSS_REFERENCE.search(sentence):
        return False
    words = _WORD.findall(sentence.lower())
    known = full_words | set(_WORD.findall(stretch[:start].lower())) if is_marked or not full_words else full_words
    return not words or sum(word in known for word in words) >= _SAID_AGAIN * len(words)
