"""How a product is called: the generic name beside the brand (21 CFR 202.1(b))."""

from __future__ import annotations

from knowledge.types import ProductNames


def with_generic(names: ProductNames) -> str:
    """Brand and generic name, "Nelvoris (lumivasertib)"; the name alone where they are one."""
    if not names.generic or names.generic.casefold() == names.product.casefold():
        return names.product
    return f"{names.product} ({names.generic})"
