"""Clinical shorthand spelled out, so that "CrCl 25" finds text that says "creatinine clearance".

The tables are `shorthand.yaml` and, for matching with label text alone, `shorthand_further.yaml`: general clinical
usage, compiled by us. Expansion is for matching only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from assistant.composing.terms import stem
from assistant.understanding.words import TEXTS_KEPT, Word, key, table, words

LONGEST_KEY = 4  # words
SHORTEST_INFLECTED = 4  # letters of a key that is also found in its other forms


class _Entry(NamedTuple):
    expansion: tuple[str, ...]
    keys: tuple[str, ...]  # of the expansion's words
    exact: str  # the key must be written so ("OR", "ALL"); "" when any case will do


@lru_cache(maxsize=TEXTS_KEPT)
def expand(text: str, *, further: bool = True) -> str:
    """The words of `text` followed by what its shorthand and synonyms stand for, each new word once.

    The original text stands unchanged at the front. A text without shorthand comes back as it is. Without `further`
    only the first table is used: for what is fitted to it, and for telling whether two questions are the same.
    """
    found = words(text)
    seen = {word.text for word in found}
    added: list[str] = []
    for entry in _entries_in(text, found, further=further):
        for word, plain in zip(entry.expansion, entry.keys, strict=True):
            if plain not in seen:
                seen.add(plain)
                added.append(word)
    return f"{text} {' '.join(added)}" if added else text


def meanings(text: str) -> list[tuple[str, str]]:
    """Each stretch of `text` that is shorthand or another word for something, as written, with what it stands for."""
    found = words(text)
    return [
        (text[found[place].start : found[place + length - 1].end], " ".join(word for e in hits for word in e.expansion))
        for place, length, hits in _runs_in(text, found, further=True)
    ]


def known_words(*, further: bool = False) -> frozenset[str]:
    """Every single word that occurs in the table, on either side: clinical vocabulary, never a product name."""
    return _vocabulary(further)


def _entries_in(text: str, found: tuple[Word, ...], *, further: bool) -> list[_Entry]:
    return [entry for _, _, hits in _runs_in(text, found, further=further) for entry in hits]


def _runs_in(text: str, found: tuple[Word, ...], *, further: bool) -> list[tuple[int, int, list[_Entry]]]:
    """Where shorthand stands in the words of `text`: first word, number of words, what it may be."""
    runs: list[tuple[int, int, list[_Entry]]] = []
    place = 0
    while place < len(found):
        length, hits = _longest_at(text, found, place, further=further)
        if hits:
            runs.append((place, length, hits))
        place += length or 1
    return runs


def _longest_at(text: str, found: tuple[Word, ...], place: int, *, further: bool) -> tuple[int, list[_Entry]]:
    longest = _longest_from(further).get(found[place].text, 0)
    for length in range(min(longest, len(found) - place), 0, -1):
        run = found[place : place + length]
        candidates = _entries(further).get(" ".join(word.text for word in run), ())
        written = text[run[0].start : run[-1].end]
        exact = [entry for entry in candidates if entry.exact and entry.exact == written]
        hits = exact or [entry for entry in candidates if not entry.exact]
        if hits:
            return length, hits
    base = _inflected().get(stem(found[place].text), "") if further else ""
    return (1, _entries(further)[base]) if base and len(base) < len(found[place].text) else (0, [])


@lru_cache(maxsize=1)
def _inflected() -> dict[str, str]:
    """The single-word keys by their stem: "stopping" is what "stop" is. A longer key ("periods") says less."""
    keys = sorted((k for k in _entries(True) if " " not in k and len(k) >= SHORTEST_INFLECTED), key=len, reverse=True)
    return {stem(k): k for k in keys if not any(entry.exact for entry in _entries(True)[k])}


@lru_cache(maxsize=2)
def _entries(further: bool) -> dict[str, list[_Entry]]:  # noqa: FBT001 - a key of the cache
    entries: dict[str, list[_Entry]] = {}
    more = table("shorthand_further.yaml").values() if further else ()
    for group in (*table("shorthand.yaml").values(), *more):
        for short, expansion in group.items():
            exact = short if short != short.lower() else ""
            spelled = tuple(expansion.split())
            entries.setdefault(key(short), []).append(_Entry(spelled, tuple(map(key, spelled)), exact))
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
