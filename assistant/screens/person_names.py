"""Finds names of people by evidence around capitalised words, sparing names that belong to medicine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from assistant.screens.vocabulary import Token, read_terms, tokenise, vocabulary

Spans = Sequence[tuple[int, int]]

_NAME = r"(?:[A-Z]\.|(?:O'|Mc|Mac|D'|De|Di|La|Le|St\.\s)?[^\W\d_a-z][^\W\d_]+(?:[-'’][^\W\d_]+)*)"
_PARTICLE = r"(?:\s+(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|bin|ibn|al|el|ter|ten)){0,3}"
_FULL = rf"{_NAME}(?:{_PARTICLE}\s+{_NAME}){{0,3}}"
_TITLE = re.compile(
    rf"\b(?i:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|sister|nurse|rev|fr)\b\.?\s+(?P<name>{_FULL})"
)
_MARKER = re.compile(
    r"\b(?i:pts?|patients?|client|asking\s+for|on\s+behalf\s+of|name(?:\s+is|:|d)?|called|this\s+is|i\s+am|i'm|regards,?|"
    r"sincerely,?|thanks,|signed,?|from|re:?|regarding|mother|mom|mum|father|dad|wife|husband|son|daughter|for|"
    r"colleague|resident|lady|gentleman|man|woman|boy|girl|baby|admitted|saw|seen|treating|caregiver|spouse|partner)"
    rf"\s*[:,-]?\s+(?P<name>{_FULL})"
)
_INITIAL = re.compile(
    r"(?<![\w.])(?P<name>(?:[A-Z]\.\s?){1,3}[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?)\b|\b(?P<back>[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?,\s(?:[A-Z]\.\s?){1,2})"
)
_CAPITALISED = re.compile(_FULL)
_INITIALS_AGE = re.compile(
    r"(?<![\w-])(?P<name>[A-Z](?:\.?[A-Z]){1,2}\.?)(?=,?\s*\(?\d{1,3}\s?-?(?:yo|y/o|y\b|[MF]\b|year|yr))"
    r"|\b(?i:initials|pt|patient)\s*(?:are|is|:)?\s*\(?(?P<given>[A-Z](?:\.[A-Z]){1,2}\.?)(?=[\s,)]|$)"
    r"|\b(?i:initials)\s*(?:are|is|:)?\s*(?P<plain>[A-Z]{2,3})\b"
)
_LOWER = re.compile(
    r"\b(?:pt|patient|mr|mrs|ms|miss|named?|name\s+is|asking\s+for|called|dr)\.?\s+(?P<first>[a-z]{3,})\s+(?P<last>[a-z][a-z'-]{2,})\b"
)
_ID_BESIDE = 4  # characters between a name and an identifier: " (", ", "
_AGE_AFTER = re.compile(r"\s*[,(]\s*(?:\d{1,3}\s?-?\s?(?:yo|y/o|y\b|yr|year|[MFmf]\b)|DOB|dob|born|MRN|mrn|aged?\s\d)")
_SHORTEST = 3


def find_names(text: str, product_names: Sequence[str], identifiers: Spans) -> tuple[tuple[int, int], ...]:
    """Spans of people's names; `identifiers` are spans of other personal data, which are evidence for a name beside."""
    keep = _kept_words(tuple(product_names))
    spans = [_trim(text, span, keep) for span in _candidates(text, identifiers, keep)]
    named = [s for s in spans if s is not None]
    return tuple(dict.fromkeys([*named, *_again(text, named, keep)]))


def _candidates(text: str, identifiers: Spans, keep: frozenset[str]) -> Iterator[tuple[int, int]]:
    for match in _TITLE.finditer(text):
        yield match.span("name")
    for match in _MARKER.finditer(text):
        words = _words(text, match.span("name"))
        if any(_is_given(w) for w in words[:1]) or _many_names(words, keep):
            yield match.span("name")
    for pattern in (_INITIAL, _INITIALS_AGE):
        for match in pattern.finditer(text):
            group = match.lastgroup or ""
            if not _is_known(text[slice(*match.span(group))], keep):
                yield match.span(group)
    for match in _CAPITALISED.finditer(text):
        words = _words(text, match.span())
        if (len(words) > 1 and _is_given(words[0])) or (words and _stands_by(text, match.span(), identifiers)):
            yield match.span()
    for match in _LOWER.finditer(text):
        first, last = match.group("first"), match.group("last")
        if _is_given_word(first) and normal(last) not in keep:
            yield match.start("first"), match.end("last")


def _again(text: str, named: Sequence[tuple[int, int]], keep: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where a word of a found name stands again ("Ms Roe … call Roe back")."""
    words = {t.written.lower() for start, end in named for t in _words(text, (start, end))}
    for token in tokenise(text):
        lower = token.written.lower().removesuffix("'s").removesuffix("’s")
        if lower in words and len(lower) >= _SHORTEST and token.word not in keep:
            inside = any(s <= token.start and token.end <= e for s, e in named)
            if not inside and (token.written[0].isupper() or lower not in _everyday()):
                yield token.start, token.start + len(lower)


def _trim(text: str, span: tuple[int, int], keep: frozenset[str]) -> tuple[int, int] | None:
    """The span without medical or everyday words at its ends ("Harold Jennings CrCl"); None when nothing is left."""
    words = list(_words(text, span))
    while words and _is_kept(words[-1], keep):
        words.pop()
    while words and _is_kept(words[0], keep) and not _is_given(words[0]):
        words.pop(0)
    if not words or _medical_run(words):
        return None
    end = words[-1].end
    end += text[end : end + 1] == "." and len(words[-1].written) == 1
    return words[0].start, end


def _words(text: str, span: tuple[int, int]) -> tuple[Token, ...]:
    return tuple(Token(t.written, t.word, t.start + span[0], t.end + span[0]) for t in tokenise(text[slice(*span)]))


def _many_names(words: Sequence[Token], keep: frozenset[str]) -> bool:
    return len(words) > 1 and not any(_is_kept(w, keep) or w.written.isupper() for w in words)


def _stands_by(text: str, span: tuple[int, int], identifiers: Spans) -> bool:
    """Whether an identifier or an age stands right beside a run of capitalised words."""
    if len(_words(text, span)) > 1:
        if _AGE_AFTER.match(text, span[1]):
            return True
        return any(0 <= start - span[1] <= _ID_BESIDE for start, _ in identifiers)
    return False


def _is_given(token: Token) -> bool:
    return _is_given_word(token.written.lower())


def _is_given_word(word: str) -> bool:
    return word in _given()


def _is_kept(token: Token, keep: frozenset[str]) -> bool:
    return token.word in keep and not _is_given(token)


def _is_known(written: str, keep: frozenset[str]) -> bool:
    letters = re.sub(r"[^A-Za-z]", "", written)
    return normal(letters) in keep


def normal(word: str) -> str:
    """A word as it is compared."""
    tokens = tokenise(word)
    return tokens[0].word if tokens else ""


def _medical_run(words: Sequence[Token]) -> bool:
    return bool(vocabulary("names").find(words)) and any(
        hit.group == "not_people" for hit in vocabulary("names").find(words)
    )


@cache
def _given() -> frozenset[str]:
    names = read_terms("names")
    return frozenset(names["given"]) - frozenset(names["wordlike"])


@cache
def _everyday() -> frozenset[str]:
    return frozenset(read_terms("everyday")["words"])


@cache
def _kept_words(product_names: tuple[str, ...]) -> frozenset[str]:
    """Words that are no part of a person's name: medicines, products, events, conditions, everyday words."""
    words = {t.word for name in product_names for t in tokenise(name)}
    for list_name in ("medicines", "events", "conditions", "practice", "everyday"):
        for terms in read_terms(list_name).values():
            words.update(t.word for term in terms for t in tokenise(term))
    return frozenset(words)
