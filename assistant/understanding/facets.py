"""The things one part asks for, where it asks for several: "half life, % unchanged in urine" are two.

A part is answered as one, yet what is found for all its words together tends to be what answers one of them. Each
facet is looked for by itself as well, its own words first, those of the rest as implied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.types import Part
from assistant.understanding.companions import companions
from assistant.understanding.frame import MOST_INHERITED, section_prior, standalone
from assistant.understanding.populations import populations
from assistant.understanding.products import ProductIndex
from assistant.understanding.shorthand import expand
from assistant.understanding.split import content, is_courtesy, segments, unmarked
from assistant.understanding.topics import TopicModel

MOST_FACETS = 4  # of one part; a longer enumeration is looked for as a whole only
_JOINT = re.compile(
    r",\s*(?:(?:and|or|&|\+|plus)\s+)?|\s+(?:and|&|\+|plus|vs\.?|versus|/)\s+|\s*[:;]\s+|(?<=[a-z])/(?=[a-z]{4,})",
    re.IGNORECASE,
)


def facets_of(part: Part, index: ProductIndex, topics: TopicModel) -> tuple[Part, ...]:
    """The facets of a label question in order, each as a part of its own; () where it asks for one thing only."""
    pieces = _pieces(unmarked(part.text), part.product, index)
    if not 1 < len(pieces) <= MOST_FACETS:
        return ()
    return tuple(_facet(piece, pieces, part, index, topics) for piece in pieces)


def _pieces(text: str, product: str | None, index: ProductIndex) -> list[str]:
    """Stretches between joints that carry a subject beside the product's name."""
    cut = [piece for segment in segments(text) if not segment.is_small_talk for piece in _JOINT.split(segment.text)]
    return [piece.strip() for piece in cut if not is_courtesy(piece) and _subject(piece, product, index)]


def _subject(text: str, product: str | None, index: ProductIndex) -> list[str]:
    own = {w for m in index.resolve(text).mentions if product in (*m.products, *m.related) for w in content(m.text)}
    return [word for word in content(text) if word not in own]


def _facet(piece: str, pieces: Sequence[str], part: Part, index: ProductIndex, topics: TopicModel) -> Part:
    words = _subject(piece, part.product, index)
    rest = [word for other in pieces if other != piece for word in _subject(other, part.product, index)]
    taken = [word for word in (*part.carried, *rest) if word not in words]
    added = tuple(dict.fromkeys(taken))[:MOST_INHERITED]
    whole = standalone(piece, part.product, added, index)
    return part.model_copy(
        update={
            "text": piece,
            "standalone": whole,
            "carried": added,
            "fields": section_prior(piece, whole, part.product, index, topics)
            if topics.topics_of(expand(piece))
            else part.fields,
            "populations": populations(whole),
            "companions": companions(piece, part.product, index),
        }
    )
