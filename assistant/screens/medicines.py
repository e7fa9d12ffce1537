"""Recognises names of medicines: a list of common ones, and the endings of nonproprietary names (INN stems)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.screens.vocabulary import tokenise, vocabulary

# Stems as published by WHO's INN programme, from general knowledge; at least two letters must go before.
_STEM = re.compile(
    r"^[a-z]{2,}(?:mab|tinib|ciclib|rafenib|metinib|sertib|lisib|degib|parib|zomib|clax|staurin|limus|cept|kinra|gliptin|"
    r"gliflozin|glutide|tirzepatide|sartan|vastatin|prazole|triptan|gepant|orexant|oxetine|azepam|azolam|barbital|"
    r"caine|cillin|floxacin|mycin|micin|cycline|oxacin|conazole|fungin|vir|asvir|buvir|tegravir|navir|citabine|"
    r"rubicin|taxel|platin|parin|xaban|gatran|grel|grelor|dipine|olol|pril|thiazide|semide|terol|tropium|nidazole|"
    r"profen|coxib|setron|pitant|dronate|lukast|mustine|relix|relin|lutamide|anserin|peridone|piprazole|idone|"
    r"siran|rsen|stim|poietin|ximab|zumab|umab|afil|entan|ciguat|vaptan|gabalin|racetam|bamate|fibrate)$"
)
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
    tokens = tokenise(text)
    ours, single = _own_names(tuple(product_names))
    listed = {h.first: h for h in vocabulary("medicines").find(tokens)}
    found = []
    covered = 0
    for index, token in enumerate(tokens):
        if index < covered:
            continue
        if index in listed:
            hit = listed[index]
            words = tuple(t.word for t in tokens[hit.first : hit.last])
            found.append(NamedMedicine(" ".join(words), hit.start, hit.end, words in ours))
            covered = hit.last
        elif token.word in single or (_STEM.match(token.word) and token.word not in _NOT_NAMES):
            found.append(NamedMedicine(token.word, token.start, token.end, token.word in single))
    return tuple(found)


@lru_cache(maxsize=64)
def _own_names(product_names: tuple[str, ...]) -> tuple[frozenset[tuple[str, ...]], frozenset[str]]:
    ours = frozenset(tuple(t.word for t in tokenise(name)) for name in product_names)
    return ours, frozenset(words[0] for words in ours if len(words) == 1)
