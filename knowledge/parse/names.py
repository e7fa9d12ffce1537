"""Makes readable product names of what the sources give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from knowledge.types import ProductNames

_SMALL = frozenset({"and", "in", "for", "of", "with", "the", "or"})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_KEPT_CAPITALS = frozenset(
    {"XR", "SR", "ER", "XL", "LA", "CR", "DS", "HCT", "HFA", "ODT", "IV", "EC", "CD", "PM", "USP", "II", "III"}
)
_MAX_BRAND_WORDS = 3


def product_names(
    brands: Sequence[str], generics: Sequence[str], substances: Iterable[str], routes: Iterable[str]
) -> ProductNames:
    """Makes a product's names.

    Args:
        brands: brand names, the product's own first.
        generics: nonproprietary names.
        substances: active substances.
        routes: routes of administration.

    Returns:
        Names with the brand in readable case; a product without a brand goes by its generic name.
    """
    generic = " ".join(generics[0].split()).lower() if generics else ""
    brand = readable(brands[0]) if brands else readable(generic)
    return ProductNames(product=brand, generic=generic, substances=_lowered(substances), routes=_lowered(routes))


def readable(name: str) -> str:
    """A name as printed, capitals throughout made into title case ("EXAMPLIO" to "Examplio")."""
    name = " ".join(name.split())
    letters = [character for character in name if character.isalpha()]
    if not letters or any(character.islower() for character in letters):
        return name
    return _WORD.sub(lambda match: _title(match.group(), match.start() == 0), name)


def _title(word: str, is_first: bool) -> str:  # noqa: FBT001 - private
    if word in _KEPT_CAPITALS and not is_first:
        return word
    if word.lower() in _SMALL and not is_first:
        return word.lower()
    return word[:1] + word[1:].lower()


def _lowered(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(value.split()).lower() for value in values if value.strip()))


def brand_in_elements(elements: str) -> str:
    """The brand at the head of a "product data elements" text: its first words in its own case.

    The text begins "Brand generic name SUBSTANCE …"; the brand ends where the letter case
    changes or after three words.
    """
    words = elements.split()
    if not words:
        return ""
    taken = [words[0]]
    for word in words[1:_MAX_BRAND_WORDS]:
        if word.isupper() != words[0].isupper() or word[:1].islower() or word.lower() == taken[0].lower():
            break
        taken.append(word)
    return taken[0] if words[0].isupper() else " ".join(taken)
