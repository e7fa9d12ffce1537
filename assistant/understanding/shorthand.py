"""Clinical shorthand spelled out, so that "CrCl 25" finds text that says "creatinine clearance".

The table is `shorthand.yaml`: general clinical usage, compiled by us. Expansion is for matching only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from assistant.understanding.words import Word, key, table, words

LONGEST_KEY = 4  # words


class _Entry(NamedTuple):
    expansion: tuple[str, ...]
    exact: str  # the key must be written so ("OR", "ALL"); "" when any case will do


def expand(text: str) -> str:
    """The words of `text` followed by what its shorthand and synonyms stand for, each new word once.

    The original text stands unchanged at the front. A text without shorthand comes back as it is.
    """
    found = words(text)
    seen = {word.text for word in found}
    added: list[str] = []
    for entry in _entries_in(text, found):
        for word in entry.expansion:
            if key(word) not in seen:
                seen.add(key(word))
                added.append(word)
    return f"{text} {' '.join(added)}" if added else text


def known_words() -> frozenset[str]:
    """Every single word that occurs in the table, on either side: clinical vocabulary, never a product name."""
    return _vocabulary()


def _entries_in(text: str, found: list[Word]) -> list[_Entry]:
    entries: list[_Entry] = []
    place = 0
    while place < len(found):
        length, hits = _longest_at(text, found, place)
        entries.extend(hits)
        place += length or 1
    return entries


def _longest_at(text: str, found: list[Word], place: int) -> tuple[int, list[_Entry]]:
    longest = _longest_from().get(found[place].text, 0)
    for length in range(min(longest, len(found) - place), 0, -1):
        run = found[place : place + length]
        candidates = _entries().get(" ".join(word.text for word in run), ())
        written = text[run[0].start : run[-1].end]
        exact = [entry for entry in candidates if entry.exact and entry.exact == written]
        hits = exact or [entry for entry in candidates if not entry.exact]
        if hits:
            return length, hits
    return 0, []


@lru_cache(maxsize=1)
def _entries() -> dict[str, list[_Entry]]:
    entries: dict[str, list[_Entry]] = {}
    for group in table("shorthand.yaml").values():
        for short, expansion in group.items():
            exact = short if short != short.lower() else ""
            entries.setdefault(key(short), []).append(_Entry(tuple(expansion.split()), exact))
    return entries


@lru_cache(maxsize=1)
def _longest_from() -> dict[str, int]:
    """Words of the longest key, up to LONGEST_KEY, that begins with a word."""
    longest: dict[str, int] = {}
    for words_of in (short.split() for short in _entries()):
        longest[words_of[0]] = max(longest.get(words_of[0], 0), min(LONGEST_KEY, len(words_of)))
    return longest


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    vocabulary: set[str] = set()
    for short, entries in _entries().items():
        vocabulary.update(short.split())
        for entry in entries:
            vocabulary.update(word.text for word in words(" ".join(entry.expansion)))
    return frozenset(vocabulary)
