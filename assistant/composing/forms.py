"""What a word of a question may be in a label that does not use it as written: another form, a cut-off, initials.

For matching only. Every rule looks at one document, and nothing is a form of a word that the document itself uses.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from rapidfuzz.distance import OSA

from assistant.composing.terms import STOP_WORDS, Rarity, stem, stems, words
from assistant.understanding.medicines import is_common, is_stemmed, medicines
from assistant.understanding.shorthand import meanings
from assistant.understanding.words import table
from knowledge.recent import Recent

SHORTEST_SLIP = 6  # letters of a word that may be misspelt
TWO_SLIPS = 10  # letters from which two slips are forgiven
SHORTEST_CUT = 4  # letters of a word that may be one cut off
SHORTEST_KIN = 5  # letters that a word shares with another form of it
LONGEST_ENDING = 3  # letters by which it may be longer
INITIALS = range(2, 6)  # letters of an abbreviation
SAID_OFTEN = 3  # times that two words must stand together to be what two letters stand for
_BRITISH = (("ae", "e"), ("oe", "e"), ("our", "or"), ("is", "iz"), ("ys", "yz"), ("sulph", "sulf"), ("ll", "l"))
# How a verb ends in words made of it: occlude and occlusion, convert and conversion, absorb and absorption.
_KIN = (("d", "s"), ("z", "s"), ("t", "s"), ("t", "ss"), ("b", "pt"), ("c", "ct"), ("v", "pt"))
# What tells a word from its opposite, or an organ from its neighbour, by a letter or two: never a slip.
_TELLING = (
    "hypo",
    "hyper",
    "brady",
    "tachy",
    "ureter",
    "urethr",
    "intra",
    "inter",
    "pre",
    "post",
    "peri",
    "para",
    "anti",
)
KEPT = 256  # words of questions whose forms are kept
_BREAK = " "
# Words around a question: a label that does not use them may answer it all the same.
STORY = stems(str(table("asking.yaml")["story"])) | stems(str(table("asking.yaml")["soft"]))
_WORD = re.compile(r"[A-Za-z]+")


# What puts a question and is no word of an answer, beyond the stop words: those also tell whether two questions agree.
TALK = stems("w q asks hi hello thx pls isnt doesnt dont cant wont wasnt didnt arent soon now wait") | {
    "s",
    "she",
    "what",
}
# A time written as one word: "wk12", "d3", "18m".
_GLUED = re.compile(
    r"\b(?:(?P<unit>wk|w|d|mo|m|yr|y)(?P<number>\d{1,3})|(?P<amount>\d{1,3})(?P<of>h|d|wks?|w|mo|m|y))\b", re.IGNORECASE
)
_UNITS = {"h": "hours", "d": "days", "w": "weeks", "m": "months", "y": "years"}


class Vocabulary:
    """The stems one document uses, and what initials may stand for in it. Kept with the document's reading."""

    def __init__(self, rarity: Rarity, texts: Sequence[str]) -> None:
        self._rarity = rarity
        self._sorted = sorted(name for name in rarity.known() if name.isalpha() and len(name) >= SHORTEST_CUT)
        self._texts = texts
        self._found: Recent[str, frozenset[str]] = Recent(KEPT)

    def forms_in(self, text: str) -> Iterator[tuple[str, frozenset[str]]]:
        """The words of `text` that the document has in another form, two that it writes as one among them."""
        found = _WORD.findall(text)
        for word in found:
            forms = self.forms(word)
            if forms:
                yield word, forms
        for word, following in pairwise(found):
            whole = stem(f"{word}{following}".lower())
            if self._rarity.knows(whole) and len(whole) >= SHORTEST_SLIP:
                yield f"{word} {following}", frozenset({whole})

    def forms(self, word: str) -> frozenset[str]:
        """The stems the document uses for `word`, given as written; empty where it uses it as it is, or no form."""
        found = self._found.get(word)
        if found is None:
            found = frozenset(self._forms(word))
            self._found.put(word, found)
        return found

    def _forms(self, word: str) -> Iterator[str]:
        lower = word.lower()
        plain = stem(lower)
        if self._rarity.knows(plain) or lower in medicines().generic_of or is_stemmed(lower):
            return
        if len(word) in INITIALS and sum(letter.isupper() for letter in word) > 1:
            yield from self._spelled(lower)
        elif plain.isalpha() and len(plain) >= SHORTEST_CUT:
            yield from self._american(plain) or self._kin(plain) or self._close(lower, plain)

    def _american(self, plain: str) -> list[str]:
        spelled = (plain.replace(own, other) for own, other in _BRITISH if own in plain)
        return [name for name in spelled if self._rarity.knows(name)][:1]

    def _kin(self, plain: str) -> list[str]:
        """Stems of the same word with another ending."""
        roots = {plain, *(plain.removesuffix(end) + to for end, to in _KIN if plain.endswith(end))}
        return [
            name
            for name in self._from(plain[: SHORTEST_KIN - 1])
            if name in roots
            or any(_begins(name, root) for root in roots if len(root) >= SHORTEST_KIN)
            or (len(name) >= SHORTEST_KIN and _begins(plain, name))
        ]

    def _close(self, lower: str, plain: str) -> list[str]:
        """The stem most used among those that it is cut off from, or else a slip away from."""
        if is_common(lower):
            return []
        near = self._from(plain[:2])
        found = [name for name in near if name.startswith(plain)]
        if not found and len(plain) >= SHORTEST_SLIP:
            slips = 2 if len(plain) >= TWO_SLIPS else 1
            alike = (name for name in near if _prefix(name) == _prefix(plain))
            found = [name for name in alike if OSA.distance(plain, name, score_cutoff=slips) <= slips]
        return sorted(found, key=lambda name: (self._rarity.weight(name), name))[:1]

    def _from(self, start: str) -> list[str]:
        return self._sorted[bisect_left(self._sorted, start) : bisect_left(self._sorted, start + "~")]

    def _spelled(self, initials: str) -> frozenset[str]:
        """The words found most often standing together that begin with these letters."""
        said, firsts = self._said
        runs: Counter[tuple[str, ...]] = Counter()
        place = firsts.find(initials)
        while place >= 0:
            runs[tuple(said[place : place + len(initials)])] += 1
            place = firsts.find(initials, place + 1)
        if not runs:
            return frozenset()
        run, count = max(runs.items(), key=lambda item: (item[1], item[0]))
        by_chance = len(run) == INITIALS[0] and (count < SAID_OFTEN or min(map(len, run)) < SHORTEST_KIN)
        return frozenset() if by_chance else frozenset(map(stem, run))

    @cached_property
    def _said(self) -> tuple[list[str], str]:
        """The document's words in order, a break between its units, and the first letter of each as one text."""
        said: list[str] = []
        for text in self._texts:
            said += [word for word in words(text) if word not in STOP_WORDS]
            said.append(_BREAK)
        return said, "".join(word[0] for word in said)


def _prefix(word: str) -> str:
    return next((prefix for prefix in _TELLING if word.startswith(prefix)), "")


def _begins(longer: str, shorter: str) -> bool:
    return longer.startswith(shorter) and len(longer) - len(shorter) <= LONGEST_ENDING


def meant_in(text: str, vocabularies: Sequence[Vocabulary]) -> dict[str, frozenset[str]]:
    """The stems of what each word of a question stands for, alone or with its neighbours, or is a form of, by its stem.

    Shorthand goes before forms: what people are known to mean is not guessed at.
    """
    found: dict[str, frozenset[str]] = {}
    glued = (
        (m.group(), f"{_UNITS[(m['unit'] or m['of'])[0].lower()]} {m['number'] or ''}") for m in _GLUED.finditer(text)
    )
    for written, meaning in (*meanings(text), *glued):
        for own in stems(written):
            found[own] = found.get(own, frozenset()) | stems(meaning)
    forms = [pair for vocabulary in vocabularies for pair in vocabulary.forms_in(text)]
    return {own: same for written, same in reversed(forms) for own in stems(written)} | found
