"""What labels call the medicines named beside a product: "diflucan?" is answered under "moderate CYP3A inhibitors".

The table is `medicine_classes.yaml` (general knowledge, compiled by us). For matching only: it never says that two
medicines interact, and no answer is made of it.
"""

from __future__ import annotations

from functools import lru_cache

from assistant.understanding.products import ProductIndex
from assistant.understanding.words import key, table


def companions(text: str, product: str | None, index: ProductIndex) -> dict[str, tuple[str, ...]]:
    """Each medicine beside the product, as written, with its nonproprietary name first and the names of its classes."""
    if product is None:
        return {}
    beside = [m for m in index.resolve(text).mentions if m.medicine and product not in (*m.products, *m.related)]
    return {m.text.lower(): (m.medicine, *classes_of(m.medicine)) for m in beside}


def classes_of(generic: str) -> tuple[str, ...]:
    """What labels call the classes of a medicine, by its nonproprietary name; none where the table has it not."""
    return tuple(dict.fromkeys(_classes_of().get(key(generic), ())))


@lru_cache(maxsize=1)
def _classes_of() -> dict[str, tuple[str, ...]]:
    """The names of its classes by nonproprietary name (as `words.key`)."""
    found: dict[str, tuple[str, ...]] = {}
    for names, members in table("medicine_classes.yaml")["classes"].items():
        for member in members.split():
            generic = key(member.replace("_", " "))
            found[generic] = (*found.get(generic, ()), *(name.strip() for name in names.split("|")))
    return found
