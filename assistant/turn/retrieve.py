"""Find the approved passages that may answer one part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from assistant.ports import Knowledge
from assistant.types import Evidence, Part, Scope
from assistant.understanding.shorthand import expand
from knowledge.types import Audience, Partition, ProductNames, Query


def retrieve(
    index: int,
    part: Part,
    scope: Scope,
    names: ProductNames | None,
    knowledge: Knowledge,
    limit: int,
    at: datetime,
) -> Evidence:
    """Search the partitions of the part's product, which goes by `names`, in the scope's market.

    An HCP reaches HCP documents only; medical staff reach both. Raises IndexUnavailable.
    """
    if part.product is None:
        return Evidence(part=index, result=None)
    audiences = (Audience.HCP,) if scope.audience is Audience.HCP else (Audience.HCP, Audience.MEDICAL)
    query = Query(
        text=expand(without_names(part.standalone, names)),
        partitions=tuple(
            Partition(product=part.product, market=scope.market, audience=audience) for audience in audiences
        ),
        fields=part.fields,
        limit=limit,
        at=at,
    )
    return Evidence(part=index, result=knowledge.search(query))


def without_names(text: str, names: ProductNames | None) -> str:
    """The text without the product's own names: in its partition they stand everywhere and tell nothing."""
    if names is None:
        return text
    stripped = text
    for name in sorted(_all_names(names), key=len, reverse=True):
        stripped = re.sub(rf"\b{re.escape(name)}\b", " ", stripped, flags=re.IGNORECASE)
    stripped = re.sub(r"\s+", " ", stripped).strip()
    return stripped or text


def _all_names(names: ProductNames) -> Iterable[str]:
    yield from (name for name in (names.product, names.generic, *names.substances) if name)
