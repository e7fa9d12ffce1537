"""Which medicines a text names: products the library holds, and medicines it does not.

Names resolve through the library's own names (brand, nonproprietary, salt-less, misspelt, cut off), never by
similarity of meaning. Between two readings the cautious one wins: a wrong product is the harm, none is a question back.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.understanding.medicines import is_common, is_stemmed, medicines, stem_of
from assistant.understanding.names import Name, components_of, names_of
from assistant.understanding.shorthand import known_words
from assistant.understanding.words import TEXTS_KEPT, Word, words
from knowledge.recent import Recent
from knowledge.types import ProductNames

LONGEST_NAME = 6  # words
SHORTEST_FUZZY = 5  # letters of a word that may be a misspelling
SHORTEST_PREFIX = 5  # letters of a word that may be a name cut off
TWO_SLIPS = 8  # letters from which two slips are forgiven
THREE_SLIPS = 13
LONG_NAME = 10

MOST_GUESSES = 4096  # words whose reading is kept
SCORES = {"truncated": 0.85, "misspelling": 0.8, "stem": 0.6}

_LINKS = frozenset({"and", "with", "plus"})


_SUBJECT = re.compile(
    r"\b(?:[Dd]os(?:e|es|ing|age)|[Hh]alf[ -]life|MOA|moa|[Mm]echanism|[Ss]ide effects?|[Ii]ndications?|"
    r"[Cc]ontraindications?|[Ss]torage|[Oo]verdose|[Ss]trengths?|[Tt]itration) of "
    r"([A-Z][a-z]{4,})(?!['’\w-])(?=\s*(?:[?.,]|$|(?:in|for|with)\b))"
)


@dataclass(frozen=True)
class Mention:
    """A medicine named in a text: where, which held products it may be, and how it was known."""

    start: int
    end: int
    text: str
    products: tuple[str, ...]  # one: decided; several: it could be each; none: not held
    how: str  # names.How, or "other_brand", "listed", "stem" for medicines that are not held
    score: float  # 0..1
    medicine: str = ""  # nonproprietary name or the word itself, for telling two mentions apart
    related: tuple[str, ...] = ()  # held products with the same substance under another name

    @property
    def is_held(self) -> bool:
        """Whether the library has it."""
        return bool(self.products)


@dataclass(frozen=True)
class ProductMatch:
    """All medicines a text names, in reading order."""

    mentions: tuple[Mention, ...] = ()

    @property
    def held(self) -> tuple[Mention, ...]:
        """Mentions of products the library has."""
        return tuple(mention for mention in self.mentions if mention.is_held)

    @property
    def unknown(self) -> tuple[Mention, ...]:
        """Mentions of medicines it does not have."""
        return tuple(mention for mention in self.mentions if not mention.is_held)

    @property
    def product(self) -> str | None:
        """The product, when the text names exactly one."""
        named = {mention.products for mention in self.held}
        (only,) = named if len(named) == 1 else ((),)
        return only[0] if len(only) == 1 else None


class _Entry(NamedTuple):
    medicine: str
    names: tuple[Name, ...]  # empty: a medicine the library does not hold


@dataclass
class ProductIndex:
    """The names of a set of products, ready for many texts. Use `index_of`, which keeps it."""

    products: tuple[ProductNames, ...]
    _entries: dict[str, _Entry] = field(init=False, repr=False)
    _single: list[str] = field(init=False, repr=False)
    _guesses: dict[str, tuple[_Entry | None, str]] = field(init=False, repr=False, default_factory=dict)
    _resolved: Recent[str, ProductMatch] = field(init=False, repr=False, default_factory=lambda: Recent(TEXTS_KEPT))

    def __post_init__(self) -> None:
        self._entries = _entries_for(self.products)
        self._single = sorted(name for name in self._entries if " " not in name and name.isalpha())

    def resolve(self, text: str) -> ProductMatch:
        """The medicines named in `text`, with spans into it."""
        match = self._resolved.get(text)
        if match is None:
            match = self._resolve(text)
            self._resolved.put(text, match)
        return match

    def _resolve(self, text: str) -> ProductMatch:
        found = words(text)
        mentions: list[Mention] = []
        place = 0
        while place < len(found):
            length, mention = self._mention_at(text, found, place)
            if mention is not None:
                mentions.append(mention)
            place += length
        return ProductMatch(self._combined(text, mentions or self._named_as_subject(text)))

    def _named_as_subject(self, text: str) -> list[Mention]:
        """A name nobody knows where only a medicine's can stand: "starting dose of Xyzoral?"."""
        match = _SUBJECT.search(text)
        if match is None or is_common(match[1].lower()) or match[1].lower() in known_words():
            return []
        start, end = match.span(1)
        return [Mention(start, end, match[1], (), "stem", SCORES["stem"], match[1].lower())]

    def names_product(self, word: str) -> bool:
        """Whether a single word is a known name of any medicine."""
        return word in self._entries

    def _mention_at(self, text: str, found: tuple[Word, ...], place: int) -> tuple[int, Mention | None]:
        for length in range(min(LONGEST_NAME, len(found) - place), 0, -1):
            run = found[place : place + length]
            phrase = " ".join(word.text for word in run)
            entry = self._entries.get(phrase)
            if entry is not None:
                return length, self._mention(text, run, entry)
        return 1, self._guess(text, found[place])

    def _mention(self, text: str, run: Sequence[Word], entry: _Entry, how: str = "", score: float = 1.0) -> Mention:
        start, end = run[0].start, run[-1].end
        if not entry.names:
            return Mention(start, end, text[start:end], (), how or "listed", score, entry.medicine)
        best = max(name.score for name in entry.names)
        names = [name for name in entry.names if name.how != "component"] or list(entry.names)
        held = tuple(dict.fromkeys(self.products[name.product].product for name in names))
        how = how or max(names, key=lambda name: name.score).how
        mention = Mention(start, end, text[start:end], held, how, best * score, entry.medicine)
        if all(name.how == "component" for name in names):
            return replace(mention, products=(), how="component", related=held)
        return mention

    def _guess(self, text: str, word: Word) -> Mention | None:
        if word.text not in self._guesses:
            if len(self._guesses) >= MOST_GUESSES:
                self._guesses.clear()
            self._guesses[word.text] = self._guessed(word.text)
        entry, how = self._guesses[word.text]
        if entry is not None:
            return self._mention(text, [word], entry, how, SCORES[how])
        if how:
            return Mention(word.start, word.end, text[word.start : word.end], (), how, SCORES[how], word.text)
        return None

    def _guessed(self, token: str) -> tuple[_Entry | None, str]:
        """What an unlisted word may stand for; the costly step, kept for words seen before."""
        if not token.isalpha() or len(token) < SHORTEST_FUZZY or is_common(token):
            return None, ""
        completed = self._completed(token)
        if completed is not None:
            return completed, "truncated"
        corrected = self._corrected(token)
        if corrected is not None:
            return corrected, "misspelling"
        return None, "stem" if is_stemmed(token) else ""

    def _completed(self, token: str) -> _Entry | None:
        if len(token) < SHORTEST_PREFIX:
            return None
        entries: dict[str, _Entry] = {}
        for place in range(bisect_left(self._single, token), len(self._single)):
            name = self._single[place]
            if not name.startswith(token):
                break
            entry = self._entries[name]
            if entry.names or entry.medicine.startswith(token):  # not the beginning of some trade name
                entries.setdefault(entry.medicine, entry)
        return next(iter(entries.values())) if len(entries) == 1 else None

    def _corrected(self, token: str) -> _Entry | None:
        allowed = _slips(len(token))
        found = process.extract(token, self._single, scorer=OSA.distance, score_cutoff=allowed, limit=4)
        close = [(name, int(slips)) for name, slips, _ in found if _is_slip(token, name, int(slips))]
        if not close:
            return None
        least = min(slips for _, slips in close)
        nearest = {self._entries[name].medicine: name for name, slips in close if slips == least}
        if len(nearest) != 1:
            return None
        (name,) = nearest.values()
        entry = self._entries[name]
        # a medicine that is not held is only guessed at when the name is long or ends like a medicine's
        is_telling = bool(entry.names) or len(name) >= LONG_NAME or bool(stem_of(name))
        return entry if is_telling else None

    def _combined(self, text: str, mentions: list[Mention]) -> tuple[Mention, ...]:
        """Joins the components of a combination named side by side ("alphacaine/betacaine") into one mention."""
        joined: list[Mention] = []
        for mention in mentions:
            last = joined[-1] if joined else None
            shared = _shared(last, mention)
            if last is not None and shared and _is_joint(text[last.end : mention.start]):
                joined[-1] = self._joined(text, last, mention, shared)
            else:
                joined.append(mention)
        return tuple(joined)

    def _joined(self, text: str, first: Mention, second: Mention, shared: tuple[str, ...]) -> Mention:
        medicine = f"{first.medicine} {second.medicine}"
        whole = Mention(first.start, second.end, text[first.start : second.end], (), "component", 0.5, medicine, shared)
        named = set(medicine.split())
        complete = tuple(
            product.product
            for product in self.products
            if product.product in shared and all(set(c.split()) <= named for c in components_of(product))
        )
        return replace(whole, products=complete, how="combination", score=1.0, related=()) if complete else whole


def _shared(first: Mention | None, second: Mention) -> tuple[str, ...]:
    if first is None or first.how != "component" or second.how != "component":
        return ()
    return tuple(product for product in first.related if product in second.related)


def _is_joint(between: str) -> bool:
    return all(word.text in _LINKS for word in words(between)) and "." not in between and "?" not in between


def _slips(length: int) -> int:
    if length >= THREE_SLIPS:
        return 3
    return 2 if length >= TWO_SLIPS else 1


def _is_slip(token: str, name: str, slips: int) -> bool:
    """Whether `token` may be `name` misspelt: same first letter, and not merely the same INN ending."""
    if name[0] != token[0] or len(name) < SHORTEST_FUZZY:
        return False
    if slips == 0:
        return True
    stem = stem_of(name)
    if stem and token.endswith(stem):
        rest = len(name) - len(stem)
        return slips <= (1 if rest <= TWO_SLIPS else 2) and rest > slips + 1
    return slips <= _slips(min(len(token), len(name)))


def _entries_for(products: tuple[ProductNames, ...]) -> dict[str, _Entry]:
    known = medicines()
    entries = {name: _Entry(generic, ()) for name, generic in known.generic_of.items()}
    held: dict[str, list[Name]] = defaultdict(list)
    for name in names_of(products):
        held[name.key].append(name)
    for name_key, names in held.items():
        whole = [name for name in names if name.how != "component"] or names
        owner = products[whole[0].product]
        medicine = " ".join(components_of(owner)) if whole[0].how != "component" else name_key
        entries[name_key] = _Entry(medicine, tuple(whole))
    for short, generic in known.nicknames.items():
        target = entries.get(generic, _Entry(generic, ()))
        entries.setdefault(short, target)
    return entries


@lru_cache(maxsize=8)
def _kept(products: tuple[ProductNames, ...]) -> ProductIndex:
    return ProductIndex(products)


def index_of(products: Sequence[ProductNames]) -> ProductIndex:
    """The index of these products; made once for each set of products."""
    return _kept(tuple(products))
