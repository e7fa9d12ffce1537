"""What is known about the words of a message: which belong to medicine or to everyday language."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache

from assistant.screens.narrative import own_words
from assistant.screens.people import fold, is_given
from assistant.screens.vocabulary import Token, Vocabulary, normalise, read_terms, tokenise, tokenise_raw
from assistant.understanding.medicines import is_common, medicines

_LONG = 3
_ENOUGH_WORDS, _TITLE_SHARE = 8, 0.6
_BEGINS = re.compile(r"(?:^|[.!?:\n])[\s\"“'‘(]*$")
_NEAR = 4  # characters before a word in which a sentence ends


class KnownWords:
    """Words that are no part of a person's name or address, and whether the text is in title case."""

    def __init__(self, text: str, product_names: Sequence[str]) -> None:
        """Look at one message; product names are kept whatever they look like."""
        self._kept = _kept_words(tuple(product_names))
        self._own = own_words(tuple(product_names))
        self._text = text
        self.tokens = tokenise_raw(text)
        self._starts = [t.start for t in self.tokens]
        self._ends = [t.end for t in self.tokens]
        self.title_case = _is_title_case(text, self.tokens)

    def within(self, span: tuple[int, int]) -> tuple[Token, ...]:
        """The words within a span of the text, at their places in the whole."""
        start, end = span
        inside = self.tokens[bisect_right(self._ends, start) : bisect_left(self._starts, end)]
        if not inside or (inside[0].start >= start and inside[-1].end <= end):
            return inside
        cut = tokenise_raw(self._text[start:end])  # the span begins or ends within a word
        return tuple(Token(t.written, t.word, t.start + start, t.end + start) for t in cut)

    def keeps(self, written: str) -> bool:
        """Whether a word belongs to medicine or everyday language (a given name never does)."""
        return not is_given(written) and _compared(written) in self._kept

    def names_medicine(self, token: Token) -> bool:
        """Whether a word is a product's or a medicine's name, not only a word that medicine uses ("Ng", "Rash")."""
        return token.word in self._own or token.written.lower() in medicines().generic_of

    def is_medicine(self, token: Token) -> bool:
        """Whether a word is kept though it may look like a name."""
        return (
            _compared(token.written) in self._kept
            and not is_given(token.written)
            and token.word not in everyday_words()
        )


def eponym_words(run: Sequence[Token]) -> frozenset[int]:
    """Indexes of the words of a run that are part of a name that belongs to medicine."""
    plain = tuple(Token(t.written, _plain(t.word), t.start, t.end) for t in run)
    return frozenset(i for hit in _eponyms().find(plain) for i in range(hit.first, hit.last))


def _compared(written: str) -> str:
    """A word as the lists have it; a short one in small letters keeps its own: "Poe" is no pulmonary embolism."""
    if len(written) <= _LONG and not written.isupper():
        return _plain(written.lower())
    return _plain(normalise.__wrapped__(written))


def _plain(word: str) -> str:
    """A word without accents ("sjögren")."""
    return word if word.isascii() else fold(word)


def _is_title_case(text: str, tokens: Sequence[Token]) -> bool:
    """Whether a text capitalises its words, as titles of papers do: then capitals are no evidence.

    The first word of a sentence says nothing of that, nor does a word no list knows: it may be a name.
    """
    words = [t for t in tokens if len(t.written) > _LONG and t.written.isalpha()]
    if len(words) < _ENOUGH_WORDS:
        return False
    within = [t for t in words if not _BEGINS.search(text[max(0, t.start - _NEAR) : t.start])]
    plain = [t for t in within if is_common(t.written.lower()) or not t.written[0].isupper()]
    return sum(t.written[0].isupper() for t in plain) > _TITLE_SHARE * len(plain)


@cache
def _eponyms() -> Vocabulary:
    return Vocabulary({"not_people": read_terms("names")["not_people"]})


@cache
def everyday_words() -> frozenset[str]:
    """Everyday words, lower case."""
    return frozenset(read_terms("everyday")["words"])


@lru_cache(maxsize=16)
def _kept_words(product_names: tuple[str, ...]) -> frozenset[str]:
    """Words that are no part of a person's name: medicines, products, events, conditions, everyday words."""
    words = {t.word for name in product_names for t in tokenise(name)}
    for list_name in ("medicines", "events", "conditions", "practice", "everyday"):
        for terms in read_terms(list_name).values():
            words.update(t.word for term in terms for t in tokenise(term))
    # "Lennox" alone is a name; "Lennox-Gastaut" is spared as an eponym.
    fragments = {t.word for term in read_terms("names")["not_people"] if " " in term for t in tokenise(term)}
    return frozenset(words - (fragments - {t.word for word in everyday_words() for t in tokenise(word)}))
