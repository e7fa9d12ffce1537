"""Knowing when not to know: risk against coverage, and stated against observed confidence.

The curve is that of selective answering (El-Yaniv & Wiener 2010): answer only the cases whose stated confidence is at
or above a threshold, and let the threshold move.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evals.types import CaseResult
from knowledge.types import Value

BINS = 10
Stated = tuple[float, bool]  # confidence of what was composed, and whether showing it was or would be right


class RiskPoint(Value):
    """At this threshold: the share of cases answered, and the share of those that are wrong."""

    threshold: float
    coverage: float
    risk: float


class Bin(Value):
    """Drafts of about the same confidence: the mean stated, the share that was right, and how many."""

    stated: float
    right: float
    count: int


def stated(results: Iterable[CaseResult]) -> tuple[Stated, ...]:
    """Confidence and rightness of every case for which something was composed, shown or withheld.

    Right is a shown answer that fails none of outcome, evidence and completeness. What was withheld is counted as
    wrong only where the label is known to be silent (no gold quote); withheld and answerable, it cannot be judged
    from the reply and is left out, so that the curve speaks of what was shown and of what was rightly not.
    """
    pairs: list[Stated] = []
    for result in results:
        reply = result.reply
        if reply is None or not reply.confidences:
            continue
        scores, shown = result.scores, "answer" in reply.outcomes
        if not shown and scores.evidence_hit is not None:
            continue
        is_right = shown and scores.outcome and False not in (scores.evidence_hit, scores.completeness)
        pairs.append((max(reply.confidences), is_right))
    return tuple(pairs)


def risk_coverage(pairs: Iterable[Stated]) -> tuple[RiskPoint, ...]:
    """The curve from the surest case to all; equal confidences enter together. Empty of nothing."""
    ordered = sorted(pairs, key=lambda pair: -pair[0])
    points: list[RiskPoint] = []
    wrong = 0
    for count, (confidence, is_right) in enumerate(ordered, start=1):
        wrong += not is_right
        if count == len(ordered) or ordered[count][0] != confidence:
            points.append(RiskPoint(threshold=confidence, coverage=count / len(ordered), risk=wrong / count))
    return tuple(points)


def area_under_risk(points: Sequence[RiskPoint]) -> float | None:
    """AURC: the mean risk over all coverages, by steps; 0 is best. None of nothing."""
    before, area = 0.0, 0.0
    for point in points:
        area += point.risk * (point.coverage - before)
        before = point.coverage
    return area if points else None


def calibration(pairs: Iterable[Stated], bins: int = BINS) -> tuple[Bin, ...]:
    """The cases in bins of equal width, empty ones left out."""
    held: dict[int, list[Stated]] = {}
    for pair in pairs:
        held.setdefault(min(bins - 1, int(pair[0] * bins)), []).append(pair)
    return tuple(
        Bin(
            stated=sum(confidence for confidence, _ in inside) / len(inside),
            right=sum(is_right for _, is_right in inside) / len(inside),
            count=len(inside),
        )
        for _, inside in sorted(held.items())
    )


def expected_calibration_error(pairs: Sequence[Stated], bins: int = BINS) -> float | None:
    """ECE (Naeini et al. 2015): mean distance of stated from observed, weighted by the bins' sizes. None of nothing."""
    found = calibration(pairs, bins)
    total = sum(b.count for b in found)
    return sum(abs(b.stated - b.right) * b.count for b in found) / total if total else None
