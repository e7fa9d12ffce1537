"""Clinical shorthand spelled out, so that "CrCl 25" finds text that says "creatinine clearance".

The tables are `shorthand.yaml` and, for matching with label text alone, `shorthand_further.yaml`: general clinical
usage, compiled by us. Expansion is for matching only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from assistant.understanding.words import Word, key, table, words

LONGEST_KEY = 4  # words


class _Entry(NamedTuple):
    expansion: tuple[str, ...]
    exact: str  # the key must be written so ("OR", "ALL"); "" when any case will do


def expand(text: str, *, further: bool = True) -> str:
    """The words of `text` followed by what its shorthand and synonyms stand for, each new word once.

    The original text stands unchanged at the front. A text without shorthand comes back as it is. Without `further`
    only the first table is used: for what is fitted to it, and for telling whether two questions are the same.
    """
    found = words(text)
    seen = {word.text for word in found}
    added: list[str] = []
    for entry in _entries_in(text, found, further=further):
        for word in entry.expansion:
            if key(word) not in seen:
                seen.add(key(word))
                added.append(word)
    return f"{text} {' '.join(added)}" if added else text


def known_words(*, further: bool = False) -> frozenset[str]:
    """Every single word that occurs in the table, on either side: clinical vocabulary, never a product name."""
    return _vocabulary(further)


def _entries_in(text: str, found: list[Word], *, further: bool) -> list[_Entry]:
    entries: list[_Entry] = []
    place = 0
    while place < len(found):
        length, hits = _longest_at(text, found, place, further=further)
        entries.extend(hits)
        place += length or 1
    return entries


def _longest_at(text: str, found: list[Word], place: int, *, further: bool) -> tuple[int, list[_Entry]]:
    longest = _longest_from(further).get(found[place].text, 0)
    for length in range(min(longest, len(found) - place), 0, -1):
        run = found[place : place + length]
        candidates = _entries(further).get(" ".join(word.text for word in run), ())
        written = text[run[0].start : run[-1].end]
        exact = [entry for entry in candidates if entry.exact and entry.exact == written]
        hits = exact or [entry for entry in candidates if not entry.exact]
        if hits:
            return length, hits
    return 0, []


@lru_cache(maxsize=2)
def _entries(further: bool) -> dict[str, list[_Entry]]:  # noqa: FBT001 - a key of the cache
    entries: dict[str, list[_Entry]] = {}
    more = table("shorthand_further.yaml").values() if further else ()
    for group in (*table("shorthand.yaml").values(), *more):
        for short, expansion in group.items():
            exact = short if short != short.lower() else ""
            entries.setdefault(key(short), []).append(_Entry(tuple(expansion.split()), exact))
    return entries


@lru_cache(maxsize=2)
def _longest_from(further: bool) -> dict[str, int]:  # noqa: FBT001 - a key of the cache
    """Words of the longest key, up to LONGEST_KEY, that begins with a word."""
    longest: dict[str, int] = {}
    for words_of in (short.split() for short in _entries(further)):
        longest[words_of[0]] = max(longest.get(words_of[0], 0), min(LONGEST_KEY, len(words_of)))
    return longest


@lru_cache(maxsize=2)
def _vocabulary(further: bool) -> frozenset[str]:  # noqa: FBT001 - a key of the cache
    vocabulary: set[str] = set()
    for short, entries in _entries(further).items():
        vocabulary.update(short.split())
        for entry in entries:
            vocabulary.update(word.text for word in words(" ".join(entry.expansion)))
    return frozenset(vocabulary)
