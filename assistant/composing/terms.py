"""Words as they are compared: stems, quantities, and how telling each stem is within one document."""

from __future__ import annotations

import math
import re
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]  # ships no types

_OWN = threading.local()  # a stemmer keeps the word it is at: one for each thread, or wrong stems are remembered
_WORD = re.compile(r"[a-z][a-z0-9]*(?:[-'’][a-z0-9]+)*|\d+(?:[.,]\d+)*", re.IGNORECASE)
_MASK = re.compile(r"\[[a-z_ ]+\]")  # what stands for masked personal data
# Function words, and words every HCP question carries whatever it is about.
STOP_WORDS = frozenset(
    """a about above according after again all also am an and any are as at be because been being below between both
    but by can could did do does doing down during each few for from further get give given go had has have having he
    her here hers him his how i if in into is it its itself just know label let like may me might more most my need no
    nor not of off ok okay on once one only or other our out over own per pi please pls possible prescribing
    recommend recommended remind same say says she should so some still such suggest than that the their them then
    there these they this those through to too under until up us use used using vs want was we were what whats when
    where whether which while who whom whose why will with without would you your information tell im pt pts patient
    patients advice ask asked asking anyone anything around away back bit co colleague data dr else evidence exactly
    fine go goes going good got happen happens heard help idea instruction instructions kind labeled labelled long look
    looking made make makes many matter mean means mention mess mr mrs ms much often option options point put puts
    question quick quickly really reason regard relative right run runs say see seem seems situation someone something
    sort stay still straight sure thing things think told try trying way whole wonder wondering wrong
    yet""".split()  # noqa: SIM905 - a list of 180 quoted words reads worse
)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of one lower-case word (Porter 2)."""
    if not hasattr(_OWN, "stemmer"):
        _OWN.stemmer = snowballstemmer.stemmer("english")
    return str(_OWN.stemmer.stemWord(word))


def words(text: str) -> list[str]:
    """Lower-case words and numbers of a text; hyphenated words give their parts too, masks such as [person] none."""
    masked = _MASK.sub(" ", text) if "[" in text else text
    found: list[str] = _WORD.findall(masked.lower())
    if "-" not in masked:
        return found
    return [each for word in found for each in (word, *_pieces(word))]


def _pieces(word: str) -> list[str]:
    return [piece for piece in word.split("-") if len(piece) > 1] if "-" in word else []


def stems(text: str) -> frozenset[str]:
    """The distinct stems of a text, function words left out."""
    return frozenset(stem(word) for word in words(text) if word not in STOP_WORDS)


class Rarity:
    """How telling a stem is in one document: inverse document frequency over its units (BM25's, always positive)."""

    def __init__(self, unit_stems: Sequence[Iterable[str]]) -> None:
        counts: Counter[str] = Counter()
        for found in unit_stems:
            counts.update(set(found))
        units = len(unit_stems)
        self._weights = {s: math.log(1 + (units - n + 0.5) / (n + 0.5)) for s, n in counts.items()}
        self._unseen = math.log(1 + max(units - 0.5, 0.5) / 1.5)
        self._wholes: dict[frozenset[str], float] = {}

    def weight(self, found: str) -> float:
        """The weight of a stem; one the document never uses weighs as much as one used once."""
        return self._weights.get(found, self._unseen)

    def whole(self, found: Iterable[str]) -> float:
        """The weights of these stems together."""
        weights, unseen = self._weights, self._unseen
        return math.fsum([weights.get(name, unseen) for name in found])  # exact, whatever the order of a set

    def whole_of(self, stretch: frozenset[str]) -> float:
        """As `whole`, kept: for the stems of the document's own units and headings, never for those of a question."""
        known = self._wholes.get(stretch)
        if known is None:
            known = self._wholes[stretch] = self.whole(stretch)
        return known

    def known(self) -> Iterable[str]:
        """Every stem the document uses."""
        return self._weights

    def knows(self, found: str) -> bool:
        """Whether the document uses the stem at all."""
        return found in self._weights
