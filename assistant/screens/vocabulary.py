"""Word lists and how they are found in a message: tokens, a little normalisation, longest match first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

TERMS = Path(__file__).parent / "terms"

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_BRITISH = re.compile(r"is(?=(?:e|ed|ing|ation)$)")
_POSSESSIVE = re.compile(r"['’]s?$|['’](?=s$)")


@dataclass(frozen=True)
class Token:
    """One word of a message: as written, as compared, and where."""

    written: str
    word: str
    start: int
    end: int


@dataclass(frozen=True)
class Hit:
    """A term found: its group in the word list, the term, where, and by which tokens."""

    group: str
    term: str
    start: int
    end: int
    first: int  # index of its first token
    last: int  # index after its last token


@lru_cache(maxsize=16384)
def normalise(word: str) -> str:
    """A word as it is compared: lower case, American spelling of the usual endings, singular."""
    word = word.lower()
    if "'" in word or "’" in word:
        word = _POSSESSIVE.sub("", word)
    if len(word) > 4:  # noqa: PLR2004 - shorter words are mostly abbreviations
        if word.endswith("ies"):
            word = word[:-3] + "y"
        elif word.endswith(("shes", "ches", "xes", "sses")):
            word = word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):  # noqa: PLR2004 - as above
        word = word[:-1]
    word = word.replace("ae", "e").replace("oe", "e")
    if len(word) > 5:  # noqa: PLR2004 - "four" stays
        if word.endswith("our"):
            word = word[:-3] + "or"
        elif word.endswith(("ise", "ised", "ising", "isation")):
            word = _BRITISH.sub("iz", word)
    return word


def tokenise(text: str) -> tuple[Token, ...]:
    """The words of a text in order. Hyphens and slashes part words."""
    return _words(text) if len(text) <= _MESSAGE else _words.__wrapped__(text)


_MESSAGE = 2000  # characters: what is longer is a section of a label, and its words are not kept


@lru_cache(maxsize=128)  # of turns under way: every screen asks for the words of the same few texts
def _words(text: str) -> tuple[Token, ...]:
    return tuple(Token(m.group(), normalise(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text))


def tokenise_raw(text: str) -> tuple[Token, ...]:
    """As `tokenise`, of a text that is not masked yet: no cache keeps its words."""
    plain = normalise.__wrapped__
    return tuple(Token(m.group(), plain(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text))


@cache
def read_terms(name: str) -> Mapping[str, tuple[str, ...]]:
    """A word list of ours (`terms/<name>.yaml`): group → terms, each group one text parted by commas."""
    content = yaml.load((TERMS / f"{name}.yaml").read_bytes(), Loader=_LOADER)  # noqa: S506 - our file, safe loader
    return {group: tuple(t.strip() for t in text.split(",") if t.strip()) for group, text in content.items()}


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_FUZZY_LENGTH = 8  # shorter words have too many neighbours to be taken for misspellings
_SWAPPED_LENGTH = 6  # but two letters swapped are seldom another word


class Vocabulary:
    """Terms by group, found as runs of tokens. A term written with a leading `=` must match letter for letter.

    With `known` words given, long single words are also found when one letter is missing, added, changed, or
    swapped with its neighbour ("siezure"), unless they are known words themselves.
    """

    def __init__(self, groups: Mapping[str, Iterable[str]], known: frozenset[str] | None = None) -> None:
        """Index terms by their normalised words."""
        self._terms: dict[tuple[str, ...], tuple[str, str]] = {}
        for group, terms in groups.items():
            for term in terms:
                words = tuple(t.word for t in tokenise(term.removeprefix("=")))
                if words:
                    self._terms.setdefault(words, (group, term))
        self._first: dict[str, int] = {}
        for words in self._terms:
            self._first[words[0]] = max(self._first.get(words[0], 0), len(words))

        self._known = known
        self._near: dict[str, str] = {}
        if known is not None:
            for words in self._terms:
                if len(words) == 1 and len(words[0]) >= _SWAPPED_LENGTH:
                    for short in (words[0], *_shortened(words[0])):
                        self._near.setdefault(short, words[0])

    def find(self, tokens: Sequence[Token]) -> tuple[Hit, ...]:
        """All terms in a tokenised text, longest first at each place, without overlaps."""
        hits: list[Hit] = []
        index = 0
        while index < len(tokens):
            hit = self._at(tokens, index)
            if hit is None:
                index += 1
            else:
                hits.append(hit)
                index = hit.last
        return tuple(hits)

    def _at(self, tokens: Sequence[Token], index: int) -> Hit | None:
        if self._known is not None and tokens[index].word not in self._first:
            return self._misspelt(tokens[index], index, self._known)
        longest = min(self._first.get(tokens[index].word, 0), len(tokens) - index)
        for length in range(longest, 0, -1):
            run = tokens[index : index + length]
            found = self._terms.get(tuple(t.word for t in run))
            if found is None:
                continue
            group, term = found
            if term.startswith("=") and " ".join(t.written for t in run) != term[1:]:
                continue
            return Hit(group, term.removeprefix("="), run[0].start, run[-1].end, index, index + length)
        return None

    def _misspelt(self, token: Token, index: int, known: frozenset[str]) -> Hit | None:
        word = token.word
        if len(word) < _SWAPPED_LENGTH or word in known or not word.isalpha():
            return None
        for short in (word, *_shortened(word)):
            meant = self._near.get(short)
            if meant is not None and _is_slip(word, meant):
                group, term = self._terms[(meant,)]
                return Hit(group, term, token.start, token.end, index, index + 1)
        return None


def _is_slip(word: str, meant: str) -> bool:
    """Whether the slip that makes the word of the meant one is evidence: letters swapped, or one in a long word."""
    return sorted(word) == sorted(meant) or len(meant) >= _FUZZY_LENGTH


def _shortened(word: str) -> tuple[str, ...]:
    """A word with each one of its letters left out, the first kept."""
    return tuple(word[:i] + word[i + 1 :] for i in range(1, len(word)))


@cache
def known_words() -> frozenset[str]:
    """Words of all lists of ours: correctly spelt, so never taken for another."""
    lists = ("everyday", "practice", "medicines", "names", "conditions", "events")
    return frozenset(
        t.word for name in lists for terms in read_terms(name).values() for term in terms for t in tokenise(term)
    )


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary of one word list of ours. Events are also found misspelt: a report must not be lost to a typo."""
    return Vocabulary(read_terms(name), known_words() if name == "events" else None)
