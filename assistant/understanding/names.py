"""All the names a library's products go by, derived from what their labels state.

Brand (whole and without words for its form), nonproprietary name with and without salt, the head word of a
compound name, and the components of a combination.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.understanding.medicines import SALTS, is_common, medicines
from assistant.understanding.words import key, table, words
from knowledge.types import ProductNames

How = Literal["brand", "generic", "substance", "combination", "component", "misspelling", "truncated", "nickname"]

SHORTEST_TAIL = 5  # letters of a later word of a brand name that people say alone ("Alphavex Sustenna")
SHORTEST_HEAD = 4  # letters of a word that may stand for a longer name

# Words of brand names that tell a form, device or release, not the product.
FORM_WORDS = frozenset(str(table("medicines.yaml")["forms"]).split())

_BIOLOGIC_SUFFIX = re.compile(r"-[a-z]{4}\b(?=\s*$|\s*,|\s+and\b)")
_BIOLOGIC_PREFIX = re.compile(r"^(?:ado|fam)-", re.IGNORECASE)
_JOINING = frozenset({"for", "in", "and", "with"})
_JOINTS = re.compile(r"\s*(?:,|/|;|\+|\band\b|\bwith\b)\s*")


@dataclass(frozen=True)
class Name:
    """One name of one product."""

    key: str
    product: int  # index in the sequence the names were made of
    how: How
    score: float


def names_of(products: Sequence[ProductNames]) -> list[Name]:
    """Every name of every product; a name may belong to several products."""
    found: list[Name] = []
    for index, product in enumerate(products):
        components = components_of(product)
        found.extend(_generic_names(index, product, components))
        found.extend(_brand_names(index, product, components))
    return found


def components_of(product: ProductNames) -> tuple[str, ...]:
    """The active substances of a product without their salts, as keys; more than one for a combination."""
    brand = key(product.product)
    source = product.generic if product.generic and key(product.generic) != brand else ""
    from_generic = [key(part) for part in _JOINTS.split(_plain(source)) if key(part)]
    from_generic = [_formless(part) for part in from_generic if part.split()[0] not in SALTS or len(part.split()) > 1]
    from_generic = [part for part in from_generic if part]
    parts = from_generic or [key(_plain(substance)) for substance in product.substances] or [brand]
    return tuple(dict.fromkeys(without_salt(part) for part in parts))


def _formless(part: str) -> str:
    """A component without words for its form ("…, extended-release"); "" when nothing else is left."""
    return " ".join(word for word in part.split() if word not in FORM_WORDS - _JOINING)


def without_salt(name: str) -> str:
    """A key without its salt words; a leading metal goes only when something is left to tell by."""
    kept = [word for word in name.split() if word not in SALTS]
    return " ".join(kept) if kept and any(len(word) >= SHORTEST_HEAD for word in kept) else name


def _plain(name: str) -> str:
    lowered = _BIOLOGIC_PREFIX.sub("", name.lower().strip())
    return _BIOLOGIC_SUFFIX.sub("", lowered)


def _generic_names(index: int, product: ProductNames, components: tuple[str, ...]) -> Iterable[Name]:
    if len(components) > 1:
        yield Name(" ".join(components), index, "combination", 1.0)
        yield Name(" and ".join(components), index, "combination", 1.0)
        for component in components:
            yield Name(component, index, "component", 0.5)
        return
    yield Name(key(product.generic or components[0]), index, "generic", 1.0)
    yield Name(components[0], index, "substance", 1.0)
    for substance in product.substances:
        full = key(_plain(substance))
        yield Name(full, index, "substance", 1.0)
        yield Name(without_salt(full), index, "substance", 1.0)
    head = components[0].split()[0]
    if head != components[0] and len(head) >= SHORTEST_HEAD and _stands_alone(head, components[0]):
        yield Name(head, index, "truncated", 0.9)


def _stands_alone(head: str, whole: str) -> bool:
    # "trastuzumab" is a medicine of its own, not a short form of an antibody drug conjugate
    generic_of = medicines().generic_of
    is_own_medicine = head in generic_of and generic_of[head] != whole
    return not is_own_medicine and not is_common(head)


def _brand_names(index: int, product: ProductNames, components: tuple[str, ...]) -> Iterable[Name]:
    brand = key(product.product)
    core = without_salt(" ".join(_without_form(brand)))
    is_generic = core in components or core == " ".join(components) or core == " and ".join(components)
    how: How = "generic" if is_generic else "brand"
    yield Name(brand, index, how, 1.0)
    if core and core != brand and not is_common(core) and (len(core) >= SHORTEST_HEAD or is_generic):
        yield Name(core, index, how, 0.97)
    first = core.split()[0] if core else ""
    if not is_generic and first != core and len(first) >= SHORTEST_HEAD and not is_common(first):
        yield Name(first, index, how, 0.95)
    for tail in core.split()[1:] if not is_generic else ():
        if len(tail) >= SHORTEST_TAIL and tail.isalpha() and not is_common(tail) and _stands_alone(tail, components[0]):
            yield Name(tail, index, how, 0.9)


def _without_form(brand: str) -> list[str]:
    found = [word.text for word in words(brand)]
    kept = [word for word in found if word not in FORM_WORDS and not word.isdigit()]
    return kept or found
