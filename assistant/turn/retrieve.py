"""Find the approved passages that may answer one part."""

from __future__ import annotations

from datetime import datetime

from assistant.ports import Knowledge
from assistant.types import Evidence, Part, Scope
from assistant.understanding.spelled import spelled_out
from knowledge.types import Audience, Partition, ProductNames, Query


def searched(part: Part, names: ProductNames | None) -> str:
    """What is searched for: the part spelled out, with what labels call the other medicines it names."""
    asked = spelled_out(part.standalone.removeprefix(f"{part.product}: "), names, further=True)
    called = dict.fromkeys(name for names_of in part.companions.values() for name in names_of)
    return " ".join((asked, *(name for name in called if name not in asked.lower())))


def heard(part: Part, names: ProductNames | None) -> str:
    """What the encoder is asked with: the part as the screens' models heard it, when it is all of the message.

    Further words help to find by words; vectors find the same without them, and each further text costs a pass.
    """
    return spelled_out(part.standalone.removeprefix(f"{part.product}: "), names)


def retrieve(
    index: int,
    part: Part,
    scope: Scope,
    names: ProductNames | None,
    knowledge: Knowledge,
    limit: int,
    at: datetime,
    as_heard: str | None = None,
) -> Evidence:
    """Search the partitions of the part's product, which goes by `names`, in the scope's market.

    `as_heard` is what the encoder is asked with where that is not the part's own words: a facet goes by the whole part.
    An HCP reaches HCP documents only; medical staff reach both. Raises IndexUnavailable.
    """
    if part.product is None:
        return Evidence(part=index, result=None)
    audiences = (Audience.HCP,) if scope.audience is Audience.HCP else (Audience.HCP, Audience.MEDICAL)
    query = Query(
        text=searched(part, names),
        heard=as_heard or heard(part, names),
        partitions=tuple(
            Partition(product=part.product, market=scope.market, audience=audience) for audience in audiences
        ),
        fields=part.fields,
        limit=limit,
        at=at,
    )
    return Evidence(part=index, result=knowledge.search(query))
