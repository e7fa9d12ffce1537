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
_REFERENCE = re.compile(rf"\(\s*{_REFERENCES}(?:\s*(?:,|and|-|–|to)\s*{_REFERENCES})*\s*\)")
_HIGHLIGHTS_ONLY = re.compile(
    r"to report suspected adverse reactions|see (?:the )?full prescribing information|see 17 for patient counseling",
    re.IGNORECASE,
)
_CROSS_REFERENCE = re.compile(r"[\[(]\s*see\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z]{4,}|\d+(?:\.\d+)?")
_SAID_AGAIN = 0.7
_MARKED_SAID_AGAIN = 0.5  # it ends in a section number itself
_ALL_SAID_AGAIN = 0.9


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
    full_words = _words(full)
    while last + 1 < len(spans) and _follows(stretch[slice(*spans[last + 1])], full_words):
        last += 1
    after = _words(stretch[spans[last][1] :]) if not full_words else set()
    first = last + 1
    while first > 0:
        start, end = spans[first - 1]
        said = full_words or after | _words(stretch[:start])
        if not _belongs(stretch[start:end], said, is_marked=bool(full_words) and first - 1 in marked):
            break
        first -= 1
    if first > marked[-1]:
        return None
    return spans[first][0], spans[last][1]


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _share(sentence: str, known: set[str]) -> float:
    words = _WORD.findall(_REFERENCE.sub(" ", sentence.lower()))
    return sum(word in known for word in words) / len(words) if words else 1.0


def _follows(sentence: str, full_words: set[str]) -> bool:
    """What stands after the last numbered statement belongs to it only where the full text has it all."""
    return not _CROSS_REFERENCE.search(sentence) and _share(sentence, full_words) >= _ALL_SAID_AGAIN


def _belongs(sentence: str, said: set[str], *, is_marked: bool) -> bool:
    """Whether a sentence is a Highlights statement, given the words that the full text says."""
    if _CROSS_REFERENCE.search(sentence):
        return False
    if _HIGHLIGHTS_ONLY.search(sentence) or sentence.endswith(":"):
        return True
    return _share(sentence, said) >= (_MARKED_SAID_AGAIN if is_marked else _SAID_AGAIN)
