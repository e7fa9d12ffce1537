"""Splits clinical prose into sentences, with exact offsets.

Labels have their own ways of ending a sentence: a bracketed cross reference belongs to the
sentence before it ("… occur. [see Warnings and Precautions (5.1)] ."), a Highlights item ends in
section numbers ("( 2.1 )") with or without a full stop, and a list's lead-in ends in a colon.
"""

from __future__ import annotations

import itertools
import re

from knowledge.parse.run_ons import fresh_cuts, group_cuts, lead_in_cuts

# Never the end of a sentence.
_NEVER = frozenset(
    """e.g i.e vs dr mr mrs ms prof fig figs eq cf viz approx ref refs st nos vol dept""".split()  # noqa: SIM905 - one word list reads better
)
# The end of a sentence only where what follows cannot be anything but a beginning.
_SELDOM = frozenset(
    """u.s u.s.a u.k e.u b.i.d t.i.d q.i.d q.d q.o.d p.o i.v i.m s.c a.m p.m etc al inc corp ltd co spp sp ssp
    subsp var no hr hrs min sec wt max ca m.d ph.d""".split()  # noqa: SIM905 - one word list reads better
)
_STARTERS = frozenset(
    """a after all although among an any as at avoid based because before both by consider do does due during each
    figure following for from give however if in inform initiate instruct it its monitor most no not of on once one
    other patients please see severe similarly since some such that the their there these this those thus to treatment
    two under use we when where while with withhold""".split()  # noqa: SIM905 - one word list reads better
)
_NUMBERS = r"\d{1,2}(?:\.\d{1,2}){0,2}"
_SECTION_REFERENCE = rf"[(\[]\s*{_NUMBERS}(?:\s*(?:,|and|–|-|to)\s*{_NUMBERS})*\s*[)\]]"
# Brackets that lean on the sentence before them.
_TRAILING = re.compile(
    rf"\s*(?:{_SECTION_REFERENCE}|[\[(]\s*(?:see|refer to)\b[^\[\]]{{0,400}}?[\])])(?:\s*\])?(?:\s*[.;](?!\w))?",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!?]+[\"”’'»)\]]*(?=\s)|[.!?]+$")
# Some labels come without a blank between sentences ("… for adults.The dose …").
_GLUED = re.compile(
    r"(?<=[a-z]{3}\.)(?=[A-Z][a-z]+\s)|(?<=[a-z\d\]]\)\.)(?=[A-Z][a-z]+\s)|(?<=\d\)\])\.?(?=[A-Z][a-z])"
)
_REFERENCE_END = re.compile(
    rf"(?:{_SECTION_REFERENCE}|\[\s*see\b[^\[\]]{{0,400}}?\])(?=\s+(?:[A-Z•\"“]|≥|\d))(?!\s*\d+\s*[%)])",
    re.IGNORECASE,
)
# A raised reference number, flattened: "… after dosing. 3 The next …".
_RAISED = re.compile(r"\s+\d{1,2}(?:\s?[,–-]\s?\d{1,2})*(?=\s+[A-Z][a-z]+\s|\s*$|\s+\(\s*\d)")
_STRAY = re.compile(r"\s+[.;](?=\s|$)")
_NEXT_WORD = re.compile(r"\s*([\"“‘(\[•]*)\s*(\S*)")
_ENUMERATOR = re.compile(
    r"(?:^|[.:;•)\]]\s+)(?:(?:table|figure|fig\.?|step|part)\s+)?\d{1,2}\.$|\bno\.?\s+\d{1,2}\.$", re.IGNORECASE
)
_ENUMERATOR_LENGTH = 24


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Finds the sentences of a paragraph.

    Args:
        text: prose; any white space.

    Returns:
        Half-open (start, end) offsets in order, without white space at either end; nothing but
        white space lies between them.
    """
    bounds = [0]
    for cut in _cuts(text):
        if cut > bounds[-1]:
            bounds.append(cut)
    bounds.append(len(text))
    spans = []
    for start, end in itertools.pairwise(bounds):
        piece = text[start:end]
        stripped = piece.strip()
        if stripped:
            first = start + piece.index(stripped[0])
            spans.append((first, first + len(stripped)))
    return _joined_scraps(text, spans)


def _cuts(text: str) -> list[int]:
    depth = _bracket_depth(text)
    found = set()
    for stop in _STOP.finditer(text):
        cut = _after_trailing(text, stop.end())
        if _ends_sentence(text, stop.start(), stop.end(), cut, depth):
            found.add(cut)
    for reference in _REFERENCE_END.finditer(text):
        if depth[reference.start()] == 0 and _begins_new(text, reference.end()):
            found.add(reference.end())
    found.update(glued.start() for glued in _GLUED.finditer(text) if depth[glued.start()] == 0)
    cuts = sorted(found)
    cuts = sorted({*cuts, *lead_in_cuts(text, cuts, depth)})
    cuts = sorted({*cuts, *group_cuts(text, cuts, depth)})
    return sorted({*cuts, *fresh_cuts(text, cuts, depth)})


def _bracket_depth(text: str) -> list[int]:
    """For each character, how many brackets are open before it; unclosed brackets do not count."""
    pairs: list[tuple[int, int]] = []
    open_at: list[int] = []
    for position, character in enumerate(text):
        if character in "([":
            open_at.append(position)
        elif character in ")]" and open_at:
            pairs.append((open_at.pop(), position))
    steps = [0] * (len(text) + 1)
    for start, end in pairs:
        steps[start + 1] += 1
        steps[end + 1 if end + 1 <= len(text) else end] -= 1
    depth, running = [], 0
    for step in steps:
        running += step
        depth.append(running)
    return depth


def _after_trailing(text: str, position: int) -> int:
    """Moves past brackets and stray full stops that belong to the sentence ending at `position`."""
    while True:
        trailing = _TRAILING.match(text, position)
        if trailing is None:
            trailing = _RAISED.match(text, position) if text[position - 1] in ".)]" else None
        if trailing is None:
            stray = _STRAY.match(text, position)
            if stray is None:
                return position
            position = stray.end()
            continue
        position = trailing.end()


def _ends_sentence(text: str, start: int, end: int, cut: int, depth: list[int]) -> bool:
    if depth[start] > 0 and not (depth[end - 1] <= 1 and text[end - 1] in ")]" and depth[min(end, len(text))] == 0):
        return False
    word = _word_before(text, start)
    follower = _NEXT_WORD.match(text, cut)
    following = follower.group(2) if follower else ""
    if not following:
        return True
    bare = following.strip("\"“”‘’'()[].,;:")
    if text[start] == "." and not _may_follow(text, word, bare, start):
        return False
    if cut > end:  # a bracket between: the stop before it has spoken
        return _begins_new(text, cut)
    return _begins_new(text, end)


def _word_before(text: str, position: int) -> str:
    begin = position
    while begin > 0 and (text[begin - 1].isalnum() or text[begin - 1] in ".-/"):
        begin -= 1
    return text[begin:position]


def _may_follow(text: str, word: str, following: str, start: int) -> bool:
    lowered = word.lower().strip("-/")
    starts = following.lower() in _STARTERS and following[:1].isupper()
    if lowered in _NEVER:
        return False
    if lowered == "no" and following[:1].isdigit():
        return False
    if lowered in _SELDOM and lowered != "no":
        return starts
    if len(word) == 1 and word.isupper():
        return starts
    is_enumerator = _ENUMERATOR.search(text, max(0, start - _ENUMERATOR_LENGTH), start + 1) is not None
    return not (word.isdigit() and is_enumerator)


def _begins_new(text: str, position: int) -> bool:
    follower = _NEXT_WORD.match(text, position)
    if follower is None or not follower.group(2):
        return True
    opening, word = follower.group(1), follower.group(2)
    if "•" in opening:
        return True
    first = word[0]
    mixed = any(character.isupper() for character in word[1:4])  # "pH", "mRNA"
    return mixed if first.islower() else first not in ",;:)]%/="


def _joined_scraps(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Joins pieces without a letter or digit to the sentence before them."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and not any(character.isalnum() for character in text[start:end]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
