"""Which words are names of people: two lists of ours, folded to plain lower-case letters."""

from __future__ import annotations

import unicodedata
from functools import cache

from assistant.screens.vocabulary import read_terms
from assistant.understanding.medicines import medicines

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "’": "'"}
)


def fold(written: str) -> str:
    """A word in plain lower-case letters: "Žilková" → "zilkova"; without a possessive ending."""
    lowered = written.lower().translate(_LETTERS).removesuffix("'s")
    if lowered.isascii():
        return lowered
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))


def is_given(written: str) -> bool:
    """Whether a word is a given name and no word of ordinary language."""
    return fold(written) in _given()


def is_accented(written: str) -> bool:
    """Whether a word is written with accents or wholly in another script: a receptor ("FRα") is neither."""
    if written.isascii():
        return False
    plain = fold(written)
    return plain.isascii() or not any(c.isascii() and c.isalpha() for c in plain)


def is_common_given(written: str) -> bool:
    """Whether a word is one of the commoner given names: believed even where nothing is capitalised."""
    return fold(written) in _common_given()


def is_surname(written: str) -> bool:
    """Whether a word is a family name that medicine does not use. The commonest are in `is_common_surname`."""
    return fold(written) in _surnames()


def is_common_surname(written: str) -> bool:
    """Whether a word is one of the commonest family names: believed beside a given name only ("Black", "Young")."""
    return fold(written) in _common_surnames()


@cache
def _given() -> frozenset[str]:
    listed = {name for names in read_terms("medicines").values() for name in names} | medicines().generic_of.keys()
    return frozenset(read_terms("people")["given"]) - listed | _common_given()  # a rare name may be a brand, too


@cache
def _common_given() -> frozenset[str]:
    names = read_terms("names")
    return frozenset(names["given"]) - frozenset(names["wordlike"])


@cache
def _surnames() -> frozenset[str]:
    return frozenset(read_terms("people")["surnames"])


@cache
def _common_surnames() -> frozenset[str]:
    return frozenset(read_terms("names")["surnames"])
