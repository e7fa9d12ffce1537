"""Recognises names of medicines: a list of common ones, and the endings of nonproprietary names (INN stems)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.screens.vocabulary import known_words, tokenise, vocabulary
from assistant.understanding.medicines import is_common, medicines

# Stems as published by WHO's INN programme, from general knowledge; at least two letters must go before.
_STEM = re.compile(
    r"^[a-z]{2,}(?:mab|tinib|ciclib|rafenib|metinib|sertib|lisib|degib|parib|zomib|clax|staurin|limus|cept|kinra|gliptin|"
    r"gliflozin|glutide|tirzepatide|sartan|vastatin|prazole|triptan|gepant|orexant|oxetine|azepam|azolam|barbital|"
    r"caine|cillin|floxacin|mycin|micin|cycline|oxacin|conazole|fungin|vir|asvir|buvir|tegravir|navir|citabine|"
    r"rubicin|taxel|platin|parin|xaban|gatran|grel|grelor|dipine|olol|pril|thiazide|semide|terol|tropium|nidazole|"
    r"profen|coxib|setron|pitant|dronate|lukast|mustine|relix|relin|lutamide|anserin|peridone|piprazole|idone|"
    r"siran|rsen|stim|poietin|ximab|zumab|umab|afil|entan|ciguat|vaptan|gabalin|racetam|bamate|fibrate)$"
)
# Endings of ordinary words, which brand names avoid.
_ORDINARY = re.compile(
    r"(?:ic|als?|ed|ing|ly|ions?|ments?|ous|ive|ity|ness|is[mt]s?|[ai]ble|[ao]ry|ers?|ors?|ance|ence|graphy|ectomy|scopy|s)$"
)
_SHORTEST_NAME = 6  # letters
_NOT_NAMES = frozenset({"concept", "accept", "except", "intercept", "precept", "victim", "elixir", "idone", "prazole"})


@dataclass(frozen=True)
class NamedMedicine:
    """A medicine named in a text."""

    name: str  # as compared: lower case
    start: int
    end: int
    is_ours: bool  # in the library for the market


def find_medicines(text: str, product_names: Sequence[str] = ()) -> tuple[NamedMedicine, ...]:
    """All medicines named in a text, in order, without overlaps."""
    return _found(text, tuple(product_names))


@lru_cache(maxsize=128)  # of turns under way: several screens ask for those of the same text
def _found(text: str, product_names: tuple[str, ...]) -> tuple[NamedMedicine, ...]:
    tokens = tokenise(text)
    ours, single, longer = _own_names(product_names)
    listed = {h.first: h for h in vocabulary("medicines").find(tokens)}
    words_said = tuple(token.word for token in tokens) if longer else ()
    found = []
    covered = 0
    for index, token in enumerate(tokens):
        if index < covered:
            continue
        own = next((name for name in longer.get(token.word, ()) if words_said[index : index + len(name)] == name), ())
        if own:
            covered = index + len(own)
            found.append(NamedMedicine(" ".join(own), token.start, tokens[covered - 1].end, is_ours=True))
        elif index in listed:
            hit = listed[index]
            words = tuple(t.word for t in tokens[hit.first : hit.last])
            found.append(NamedMedicine(" ".join(words), hit.start, hit.end, words in ours))
            covered = hit.last
        elif (
            token.word in single
            or token.written.lower() in medicines().generic_of
            or (_STEM.match(token.word) and token.word not in _NOT_NAMES)
        ):
            found.append(NamedMedicine(token.word, token.start, token.end, token.word in single))
    return tuple(found)


def generic_of(name: str) -> str:
    """The nonproprietary name behind a name, where we know it; else the name itself."""
    return medicines().generic_of.get(name, name)


def may_be_name(word: str) -> bool:
    """Whether a word where a medicine is expected ("vs X") may be one that no list knows."""
    plain = word.lower()
    if _ORDINARY.search(plain):
        return False
    return len(plain) >= _SHORTEST_NAME and plain.isalpha() and not is_common(plain) and plain not in known_words()


_Words = tuple[str, ...]


@lru_cache(maxsize=64)
def _own_names(product_names: _Words) -> tuple[frozenset[_Words], frozenset[str], Mapping[str, tuple[_Words, ...]]]:
    """Our names as words: all, those of one word, and those of several by their first word, the longest first."""
    ours = frozenset(tuple(t.word for t in tokenise(name)) for name in product_names)
    longer: dict[str, tuple[_Words, ...]] = {}
    for words in sorted((w for w in ours if len(w) > 1), key=len, reverse=True):
        longer[words[0]] = (*longer.get(words[0], ()), words)
    return ours, frozenset(words[0] for words in ours if len(words) == 1), longer
