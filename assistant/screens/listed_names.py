"""Names of people by the lists of names and by their place: counted up, on a line of their own, in lower case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.screens.known_words import KnownWords, eponym_words
from assistant.screens.people import is_accented, is_common_given, is_common_surname, is_given, is_surname
from assistant.screens.vocabulary import Token

Spans = Sequence[tuple[int, int]]

NAME = r"(?<![^\W_])(?:[A-Z]\.|(?:O'|Mc|Mac|D'|De|Di|La|Le|St\.\s)?[^\W\d_a-z][^\W\d_]+(?:[-'’][^\W\d_]+){0,4})"
PARTICLE = r"(?:[^\S\n]+(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|bin|ibn|al|el|ter|ten)){0,3}"
FULL = rf"{NAME}(?:{PARTICLE}[^\S\n]+{NAME}){{0,3}}(?:\s+(?:II|III|IV|Jr|Sr)\b)?"
CAPITALISED = re.compile(FULL)
_LINE = re.compile(rf"^[^\w\n]*(?P<name>{NAME}(?:{PARTICLE}[ \t]+(?:[A-Z][ \t]+)?{NAME}){{1,3}})[ \t]*$", re.MULTILINE)
# As on a visiting card: one to three words, in whatever case, and nothing else on the line.
_CARD = re.compile(r"^[^\w\n]*(?P<name>[^\W\d_]{3,}(?:[ \t]+[^\W\d_]+){0,2})[ \t]*$", re.MULTILINE)
_CARD_HOLDS = 2  # other identifiers that stand on it
_ROW = re.compile(rf"{NAME}(?:,\s{NAME}){{1,60}},?\s(?:and|or|&)\s{NAME}")
_LOWER_ROW = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,40}(?:,\s[^\W\d_]{3,40}){1,60},?\s(?:and|or)\s[^\W\d_]{3,}")
# What follows an eponym, and what ends the name of a substance.
THING = re.compile(
    r"['’]?s?[\s-]{1,20}(?:disease|syndrome|cell|test|score|scale|criteria|classification|sign|type|virus|fever|pals(?:y|ies)|tumou?r|"
    r"sarcoma|lymphoma|stage|procedure|grade|protocol|equation|formula|index|catheter|anemia|anaemia|an?emia|dystrophy|"
    r"disorder|deficiency|mutation|phenomenon|reaction|nodes?|bodies|method|trial|study|staging|rule|reflex|operation|"
    r"solution|block|tablets?|capsules?|injection|infusion|inhaler|pen|cream|mg\b|\d+\s?m[cg]g?\b)",
    re.IGNORECASE,
)
_LONGEST = 3
_LONG_ROW = 4  # names in a row, of which one listed family name is enough
_LONE = 4  # letters of a given name that is believed alone where nothing is capitalised


@dataclass(frozen=True)
class Candidate:
    """A run of words that may be a name: `sure` of the first are believed, at least `least` must be left."""

    start: int
    end: int
    sure: int
    least: int = 1
    titled: bool = False  # a title that only people have stands before it


def find_listed(text: str, identifiers: Spans, words: KnownWords) -> Iterator[Candidate]:
    """Runs of words that may be names; `identifiers` are spans of other personal data."""
    yield from _listed(text, words)
    yield from _uncased(text, words)
    yield from _signed(text, identifiers, words)
    yield from _counted(text, words)
    yield from _counted_lower(text, words)


def _listed(text: str, words: KnownWords) -> Iterator[Candidate]:
    """Words of the name lists, capitalised within ordinary text."""
    if words.title_case:
        return
    for match in CAPITALISED.finditer(text):
        run = words.within(match.span())
        eponyms = eponym_words(run)
        for index, token in enumerate(run):
            if words.keeps(token.written) or THING.match(text, token.end) or index in eponyms:
                continue
            if not token.written[0].isupper() or token.written.isupper() or text[token.end : token.end + 1] == "-":
                continue
            if is_given(token.written):
                yield Candidate(token.start, match.end(), sure=1)
                break
            believed = is_surname(token.written) or is_accented(token.written)
            if believed and not _begins_sentence(text, token.start):
                yield Candidate(token.start, token.end, sure=1)


def _uncased(text: str, words: KnownWords) -> Iterator[Candidate]:
    """Two neighbours of the name lists, however they are written ("seen by maria k. kowalska")."""
    tokens = words.tokens
    is_lower = text.islower()
    for first, second, third in zip(tokens, tokens[1:], (*tokens[2:], None), strict=False):
        if not is_given(first.written) or words.keeps(first.written):
            continue
        if is_lower and len(first.written) >= _LONE and is_common_given(first.written):
            yield Candidate(first.start, first.end, sure=1)
        if (
            third is not None
            and len(second.written) == 1
            and second.written.isalpha()
            and second.written != "a"
            and _owner(third.written).isalpha()
            and is_unknown(third, words)
        ):
            if text[first.end : third.start].strip(" .") == second.written:
                yield Candidate(first.start, third.end, sure=3)
            continue
        if text[first.end : second.start] == " " and is_family(second, words):
            yield Candidate(first.start, second.end, sure=2)


def _counted(text: str, words: KnownWords) -> Iterator[Candidate]:
    """Three and more capitalised words in a row of commas, two of them family names."""
    for match in _ROW.finditer(text):
        run = words.within(match.span())
        named = [t for t in run if t.written[0].isupper()]
        enough = 1 if len(named) >= _LONG_ROW else 2
        if sum(is_family(t, words) for t in named) >= enough and all(
            is_family(t, words) or is_unknown(t, words) for t in named
        ):
            yield from (Candidate(t.start, t.end, sure=1) for t in named)


def _signed(text: str, identifiers: Spans, words: KnownWords) -> Iterator[Candidate]:
    """A line that holds nothing but two to four capitalised words, where an identifier stands in the text."""
    if "\n" not in text or not identifiers:
        return
    for match in _LINE.finditer(text):
        run = words.within(match.span("name"))
        if are_names([t for t in run if len(t.written) > 1 and t.written[0].isupper()], words):
            yield Candidate(*match.span("name"), sure=len(run))
    for match in _CARD.finditer(text) if len(identifiers) >= _CARD_HOLDS else ():
        run = words.within(match.span("name"))
        if all(is_unknown(t, words) and not THING.match(text, t.end) for t in run if len(t.written) > 1):
            yield Candidate(*match.span("name"), sure=len(run))


def _counted_lower(text: str, words: KnownWords) -> Iterator[Candidate]:
    """Names counted up in a text without capitals, where two of them are among the commoner given names."""
    for match in _LOWER_ROW.finditer(text) if text.islower() else ():
        run = [t for t in words.within(match.span()) if t.word not in ("and", "or")]
        sure = sum(is_common_given(t.written) and len(t.written) >= _LONE for t in run)
        if sure > 1 and not any(words.keeps(t.written) for t in run):
            yield from (Candidate(t.start, t.end, sure=1) for t in run)


def _owner(written: str) -> str:
    return re.sub(r"['’]s$", "", written)


def is_family(token: Token, words: KnownWords) -> bool:
    """Whether a word may be a family name where others stand beside it."""
    if is_common_surname(token.written):
        return token.written.istitle()
    known = is_surname(token.written) or is_given(token.written) or is_accented(token.written)
    return known and not words.keeps(token.written)


def is_unknown(token: Token, words: KnownWords) -> bool:
    """Whether no list of ours knows a word, and it is no abbreviation."""
    return not words.keeps(token.written) and not token.written.isupper()


def _begins_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip()
    return before == "" or before[-1] in ".!?\n"


def are_names(run: Sequence[Token], words: KnownWords) -> bool:
    """Whether two or three capitalised words, none of them known, follow a marker."""
    return 1 < len(run) <= _LONGEST and not any(words.keeps(t.written) or t.written.isupper() for t in run)
