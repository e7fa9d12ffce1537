"""Find the approved passages that may answer one part."""

from __future__ import annotations

from datetime import datetime

from assistant.ports import Knowledge
from assistant.types import Evidence, Part, Scope
from assistant.understanding.shorthand import expand
from knowledge.questions import without_names
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
    asked = expand(part.standalone if names is None else without_names(part.standalone, names))
    query = Query(
        text=" ".join((asked, *dict.fromkeys(name for called in part.companions.values() for name in called))),
        partitions=tuple(
            Partition(product=part.product, market=scope.market, audience=audience) for audience in audiences
        ),
        fields=part.fields,
        limit=limit,
        at=at,
    )
    return Evidence(part=index, result=knowledge.search(query))
