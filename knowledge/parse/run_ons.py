"""Cuts text that no full stop divides: list lead-ins, runs of labelled groups, items that follow on bare.

All take the text, the offsets already cut, and for each character how many brackets are open.
"""

from __future__ import annotations

import itertools
import re

# Small words that only a new statement begins with a capital, where no full stop stands before them.
_FRESH = re.compile(
    r"(?<=[a-z)\]%])\s+(?=(?:After|Although|As|Avoid|Because|Before|Do|During|For|However|If|In|Monitor|The|There|These"
    r"|This|To|When|While|With)\s+[a-z])"
)
_COLON = re.compile(r":(?=\s+[^\sa-z]|[A-Z][a-z])")
_ANY_COLON = re.compile(r"\s?:(?=\s)")
_LEAD_IN_WORDS = frozenset(
    """following follows include includes including included are is be been was were with when if for to in of
    by at on should must may can who that patients below as has have had because from after during under than indicated
    reported observed identified receive contraindicated""".split()  # noqa: SIM905 - one word list reads better
)
_WORD = re.compile(r"\S+")
_SMALL_WORDS = frozenset("a and as for in of on or the to with".split())  # noqa: SIM905
_MIN_LEAD_IN_WORDS = 3
_MIN_FRESH_WORDS = 6  # fewer words before it are a run-in subhead
_MAX_SUBHEAD_WORDS = 9
_MIN_SUBHEADS = 3  # a run of labelled groups ("Cardiac disorders: … Eye disorders: …")


def lead_in_cuts(text: str, cuts: list[int], depth: list[int]) -> list[int]:
    """Cuts after the colon of a clause that introduces a list ("… in patients with:")."""
    found = []
    for colon in _COLON.finditer(text):
        if depth[colon.start()] > 0:
            continue
        begin = max((cut for cut in (0, *cuts) if cut <= colon.start()), default=0)
        words = text[begin : colon.start()].split()
        is_prose = any(word.islower() and word not in _SMALL_WORDS for word in words)  # not a subhead in title case
        if len(words) >= _MIN_LEAD_IN_WORDS and is_prose and words[-1].lower().strip("()") in _LEAD_IN_WORDS:
            found.append(colon.end())
    return found


def group_cuts(text: str, cuts: list[int], depth: list[int]) -> list[int]:
    """Cuts a run of labelled groups that no full stop divides."""
    found: list[int] = []
    for start, end in itertools.pairwise([0, *cuts, len(text)]):
        colons = [m.start() for m in _ANY_COLON.finditer(text, start, end) if depth[m.start()] == 0]
        heads = [head for head in (_subhead_start(text, start, colon) for colon in colons) if head > start]
        if len(colons) >= _MIN_SUBHEADS and len(heads) >= _MIN_SUBHEADS - 1:
            found.extend(heads)
    return found


def _subhead_start(text: str, start: int, colon: int) -> int:
    """Where the label before a colon begins: its last capitalised word, with the capitals before that one."""
    words = list(_WORD.finditer(text, start, colon))[-_MAX_SUBHEAD_WORDS:]
    at = len(words) - 1
    while at >= 0 and not words[at].group()[:1].isupper():
        at -= 1
    while at > 0 and _goes_with_label(words[at - 1].group(), words[at - 2].group() if at > 1 else ""):
        at -= 1
    if at <= 0 or words[at - 1].group().endswith((".", ";")):
        return 0
    return words[at].start()


def _goes_with_label(word: str, before: str) -> bool:
    is_small = word in _SMALL_WORDS and before[:1].isupper()
    return is_small or (word[:1].isupper() and not word.endswith((",", ")", "]", ".", ";")))


def fresh_cuts(text: str, cuts: list[int], depth: list[int]) -> list[int]:
    """Cuts before a small word in capitals that follows plain text without a full stop."""
    found: list[int] = []
    for start, end in itertools.pairwise([0, *cuts, len(text)]):
        begin = start
        for match in _FRESH.finditer(text, start, end):
            before = text[begin : match.start()].split()
            if depth[match.start()] == 0 and len(before) >= _MIN_FRESH_WORDS and not _is_title(before[-1]):
                found.append(match.start())
                begin = match.start()
    return found


def _is_title(word: str) -> bool:
    return word[:1].isupper()
