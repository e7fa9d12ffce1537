"""Questions that nothing answered, put together by meaning: what a content team could write next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from assistant.records import Interaction
from assistant.types import HandOff
from evals.errors import EvalError
from evals.from_life.turns import masked
from knowledge.types import Market, Value

GAP_REASONS = ("not_in_label", "unsure", "unknown_product", "check_failed")
# Questions belong together up to this mean cosine distance. On the phrasings of the demo brand's approved pairs, which
# ask the same by definition, clusters are pure up to 0.65 and fall together from 0.70 on.
DISTANCE = 0.55
_NEUTRAL = "the product"
Embed = Callable[[str], npt.NDArray[np.float32]]


class Unanswered(Value):
    """One part of a turn that was handed over because nothing approved answers it."""

    text: str  # masked
    product: str
    market: Market
    reason: str
    looked_in: tuple[str, ...]
    asked_at: datetime


class Gap(Value):
    """Questions that ask about the same thing."""

    product: str
    market: Market
    questions: int
    example: str  # the one nearest to all others
    others: tuple[str, ...]  # a few more, as asked
    reasons: dict[str, int]
    looked_in: tuple[str, ...]  # sections searched most often
    first_at: datetime
    last_at: datetime


def unanswered(turns: Iterable[Interaction], names: Sequence[str]) -> tuple[Unanswered, ...]:
    """The parts of these turns that went to an expert for want of an approved answer."""
    found = []
    for turn in turns:
        product = (turn.understanding.product if turn.understanding else None) or turn.question.scope.product or ""
        for outcome in turn.reply.outcomes:
            if isinstance(outcome, HandOff) and outcome.reason in GAP_REASONS:
                text = masked(outcome.topic or turn.question.text, names).strip()
                if text:
                    found.append(
                        Unanswered(
                            text=text,
                            product=product,
                            market=turn.question.scope.market,
                            reason=outcome.reason,
                            looked_in=outcome.looked_in,
                            asked_at=turn.question.asked_at,
                        )
                    )
    return tuple(found)


def gaps(
    questions: Sequence[Unanswered], names: Sequence[str], embed: Embed, distance: float = DISTANCE
) -> tuple[Gap, ...]:
    """Clusters of a product's questions, the largest first. Raises EvalError without scikit-learn.

    `names` are the medicines' names: they are left out of what is compared, as they make any two questions alike.
    """
    if not questions:
        return ()
    longest_first = sorted(names, key=len, reverse=True)
    named = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in longest_first) or r"(?!)", re.IGNORECASE)
    groups: dict[tuple[str, Market], list[Unanswered]] = {}
    for question in questions:
        groups.setdefault((question.product, question.market), []).append(question)
    found = [
        gap
        for group in groups.values()
        for gap in _clusters(group, lambda text: embed(named.sub(_NEUTRAL, text)), distance)
    ]
    return tuple(sorted(found, key=lambda gap: (-gap.questions, gap.product, gap.example)))


def labels_of(vectors: npt.NDArray[np.float32], distance: float) -> list[int]:
    """The cluster of each vector: average linkage on cosine distance, cut at `distance`."""
    if len(vectors) == 1:
        return [0]
    try:
        from sklearn.cluster import AgglomerativeClustering  # half a second: only where it is asked for
    except ImportError:
        raise EvalError("gaps need scikit-learn: pip install 'hcp-assistant[evals]'.") from None
    fitted = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=distance
    ).fit(vectors)
    return [int(label) for label in fitted.labels_]


def _clusters(group: Sequence[Unanswered], embed: Embed, distance: float) -> list[Gap]:
    vectors = np.stack([embed(question.text) for question in group])
    members: dict[int, list[int]] = {}
    for index, label in enumerate(labels_of(vectors, distance)):
        members.setdefault(label, []).append(index)
    return [_gap([group[i] for i in indices], vectors[indices]) for indices in members.values()]


def _gap(questions: Sequence[Unanswered], vectors: npt.NDArray[np.float32]) -> Gap:
    order = np.argsort(-(vectors @ vectors.sum(axis=0)), kind="stable")
    texts = tuple(dict.fromkeys(questions[int(i)].text for i in order))
    searched = Counter(section for question in questions for section in question.looked_in)
    return Gap(
        product=questions[0].product,
        market=questions[0].market,
        questions=len(questions),
        example=texts[0],
        others=texts[1:4],
        reasons=dict(Counter(question.reason for question in questions)),
        looked_in=tuple(section for section, _ in searched.most_common(3)),
        first_at=min(question.asked_at for question in questions),
        last_at=max(question.asked_at for question in questions),
    )
