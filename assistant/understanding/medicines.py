"""What a word tells about being a medicine's name: a table of names, nicknames, and the endings of INN stems.

The table is `medicines.yaml` (general knowledge, compiled by us). It knows nothing of the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from assistant.understanding.shorthand import known_words
from assistant.understanding.topics import load_topics
from assistant.understanding.words import key, table

SHORTEST_STEMMED = 7  # letters of a word that an ending may make a medicine
STEM_REST = 3  # letters that must stand before the ending
SHORTEST_ENDED = 5  # letters of a word that an ordinary ending makes ordinary

# Salts, esters, hydrates and forms that do not tell one medicine from another.
SALTS = frozenset(str(table("medicines.yaml")["salts"]).split())


@dataclass(frozen=True)
class Medicines:
    """Names known without the library: each name's nonproprietary name, and what people call it for short."""

    generic_of: dict[str, str]  # any known name → nonproprietary name (both as `words.key`)
    generics: frozenset[str]
    nicknames: dict[str, str]


@lru_cache(maxsize=1)
def medicines() -> Medicines:
    """The packaged table."""
    content = table("medicines.yaml")
    generic_of: dict[str, str] = {}
    for name, brands in content["medicines"].items():
        generic = key(str(name).replace("_", " "))
        generic_of.setdefault(generic, generic)
        for brand in brands.split():
            generic_of.setdefault(key(brand.replace("_", " ")), generic)
    generics = frozenset(generic_of.values())
    nicknames = {key(str(short)): key(name) for short, name in content["nicknames"].items()}
    return Medicines(generic_of, generics, nicknames)


def is_stemmed(word: str) -> bool:
    """Whether a word looks like a medicine by its ending (WHO INN stems), as "zavitinib" does."""
    if len(word) < SHORTEST_STEMMED or not word.isalpha() or word in _not_medicines() or _is_listed_common(word):
        return False
    return any(len(word) - len(stem) >= STEM_REST and word.endswith(stem) for stem in _stems())


def is_common(word: str) -> bool:
    """Whether a word is ordinary or clinical vocabulary, not to be taken for a misspelt or cut-off name."""
    if _is_listed_common(word) or word in _not_medicines():
        return True
    return len(word) >= SHORTEST_ENDED and any(word.endswith(ending) for ending in _endings())


def stem_of(word: str) -> str:
    """The longest INN stem a word ends with, "" when none."""
    found = [stem for stem in _stems() if word.endswith(stem) and len(word) > len(stem)]
    return max(found, key=len, default="")


def _is_listed_common(word: str) -> bool:
    listed = _common()
    singular = word.removesuffix("s")
    return word in listed or singular in listed or load_topics().is_cue(word)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    everyday = frozenset(str(table("common_words.yaml")["words"]).split())
    clinical = frozenset(word for word in known_words(further=True) if word not in medicines().generic_of)
    return everyday | clinical | SALTS


@lru_cache(maxsize=1)
def _endings() -> tuple[str, ...]:
    return tuple(str(table("common_words.yaml")["endings"]).split())


@lru_cache(maxsize=1)
def _stems() -> tuple[str, ...]:
    return tuple(sorted(set(str(table("medicines.yaml")["stems"]).split())))


@lru_cache(maxsize=1)
def _not_medicines() -> frozenset[str]:
    return frozenset(str(table("medicines.yaml")["not_medicines"]).split())
