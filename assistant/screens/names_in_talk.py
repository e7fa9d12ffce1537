"""Names of people that no list holds, by how people are told of: who speaks, is counted up, signs in small letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.screens.known_words import KnownWords
from assistant.screens.listed_names import NAME, Candidate
from assistant.screens.names_in_place import ACT, is_nobodys
from assistant.screens.vocabulary import Token
from assistant.understanding.medicines import is_common

# "Roe: I never took it" - a line of a talk. Medicines head lines too, but nobody speaks behind them.
_SPEAKER = re.compile(rf"^(?P<name>{NAME}(?:[ \t]{NAME})?):[ \t]*(?P<said>[^\n]{{3,400}})", re.MULTILINE)
_SPEECH = re.compile(r"[\"“]|.*\b(?:you|me|myself)\b", re.IGNORECASE)
_FEWEST_LINES = 2
_ROLES = frozenset({"user", "human", "assistant", "system", "bot", "ai", "me", "doc", "hcp", "msl"})
_GROUP = (
    r"(?:patients|pts|colleagues|nurses|doctors|residents|siblings|brothers|sisters|twins|triplets|children|kids|sons|"
    r"daughters|parents|friends|neighbou?rs|relatives|founders|authors|members|players|teachers|students|carers)"
)
_COUNTED = re.compile(
    rf"\b(?i:{_GROUP})(?:\s+(?:are|were|is|named|called))?\s*:?\s+(?P<row>{NAME}(?:,\s{NAME}){{0,20}},?\s(?:and|or|&)\s{NAME})"
)
_SAYS = re.compile(
    r"\b(?:(?:said|replied|shouted|answered|whispered)\s+|(?i:name)\s?\?\s+)"
    rf"(?P<name>{NAME}(?:[ \t]{NAME})?)"
)
_COUPLE = re.compile(
    rf"(?P<row>{NAME}\s(?:and|&)\s{NAME})(?=\s(?:were|are)\s(?:[a-z]+\s)?(?:{_GROUP}|married|divorced|engaged|retired|"
    r"engineers|lawyers|workers|drivers|farmers|pensioners|roommates|flatmates)\b)"
)
_FIELD = re.compile(rf"\b(?i:(?:{ACT})\s+by)\s?:\s*(?P<name>{NAME}(?:[ \t]{NAME})+)")  # whatever is capitalised around
_ADDRESSED = re.compile(rf",\s(?P<name>{NAME})[?!]")
_NAMED = re.compile(r"\bname(?:\s+is|\s*:)\s+(?P<name>[^\W\d_]{3,}\s[^\W\d_]{3,})(?=\s*(?:[.,;!?\n]|$))")
_INITIAL = re.compile(
    r"(?<![\w-])(?P<name>[^\W\d_]{3,}\s[^\W\d_]\.\s[^\W\d_]{4,})(?![\w-])"
    r"|^[ \t]*(?P<line>[^\W\d_]{3,}\s[^\W\d_]\.?\s[^\W\d_]{4,})[ \t]*$",
    re.MULTILINE,
)


def find_in_talk(text: str, words: KnownWords) -> Iterator[Candidate]:
    """Runs of words that are names by how they are told of."""
    if ":" in text:
        yield from _speakers(text, words)
        for match in _FIELD.finditer(text):
            yield from _all_nobodys(match.span("name"), words)
    if not words.title_case:
        for match in (*_COUNTED.finditer(text), *_COUPLE.finditer(text)):
            run = [t for t in words.within(match.span("row")) if t.written not in ("and", "or")]
            if all(is_nobodys(t, words) for t in run):
                yield from (Candidate(t.start, t.end, sure=1) for t in run)
        for match in _SAYS.finditer(text):
            yield from _all_nobodys(match.span("name"), words)
    if text.islower():
        for pattern in (_NAMED, _INITIAL):
            for match in pattern.finditer(text):
                yield from _all_strange(match.span(match.lastgroup or "name"), words)


def _speakers(text: str, words: KnownWords) -> Iterator[Candidate]:
    lines = [m for m in _SPEAKER.finditer(text) if all(_is_strange(t, words) for t in words.within(m.span("name")))]
    if len(lines) < _FEWEST_LINES or not any(_SPEECH.match(m.group("said")) for m in lines):
        return
    for match in (*lines, *_ADDRESSED.finditer(text)):
        yield from _all_nobodys(match.span("name"), words)


def _all_nobodys(span: tuple[int, int], words: KnownWords) -> Iterator[Candidate]:
    run = words.within(span)
    if run and all(is_nobodys(t, words) for t in run):
        yield Candidate(*span, sure=len(run))


def _all_strange(span: tuple[int, int], words: KnownWords) -> Iterator[Candidate]:
    """The run where nothing is known of any of its words: in small letters nothing else tells a name."""
    run = words.within(span)
    if all(_is_strange(t, words) for t in run if len(t.written) > 1):
        yield Candidate(*span, sure=len(run))


def _is_strange(token: Token, words: KnownWords) -> bool:
    plain = token.written.lower()
    return is_nobodys(token, words) and not is_common(plain) and plain not in _ROLES
