"""What the pictures of a run show, as numbers: no drawing here, and no reply is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evals.store.digest import CaseLine, RunHeadline, Tally
from evals.types import OutcomeName

BINS = 5  # of equal counts: with a few hundred answers more of them say nothing
TREND_SCORES = ("outcome", "evidence_hit", "completeness")
Stated = tuple[float, bool]  # confidence, and whether it was right


@dataclass(frozen=True)
class TrendPoint:
    """One run on the line of its suite."""

    run_id: str
    day: str
    scores: dict[str, Tally]


@dataclass(frozen=True)
class RiskPoint:
    """The share of answers kept when only the surest are given, and how many of those are wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True)
class Bin:
    """Answers of about the same confidence: what was stated, and what came true."""

    stated: float  # mean confidence
    observed: Tally


@dataclass(frozen=True)
class Confusion:
    """How often each expected outcome became which: rows are expected, columns are what was shown."""

    expected: tuple[str, ...]
    shown: tuple[str, ...]
    counts: dict[tuple[str, str], int]

    def row_total(self, expected: str) -> int:
        """How many cases expected this."""
        return sum(self.counts.get((expected, shown), 0) for shown in self.shown)


def trend(headlines: Sequence[RunHeadline], suite: str, most: int = 60) -> tuple[TrendPoint, ...]:
    """The whole runs of one suite, the oldest first."""
    runs = [h for h in headlines if h.suite == suite and not h.is_partial][:most]
    return tuple(TrendPoint(h.run_id, f"{h.started_at:%Y-%m-%d %H:%M}", h.scores) for h in reversed(runs))


def stated(lines: Iterable[CaseLine]) -> tuple[Stated, ...]:
    """Confidence and rightness of every answer that was given with one, in order of the cases."""
    return tuple((line.confidence, line.is_right) for line in lines if line.answered and line.confidence is not None)


def risk_coverage(pairs: Iterable[Stated]) -> tuple[RiskPoint, ...]:
    """The risk–coverage curve (El-Yaniv & Wiener 2010): the surest answers first; equal confidences enter together."""
    ordered = sorted(pairs, key=lambda pair: -pair[0])
    points: list[RiskPoint] = []
    wrong = 0
    for count, (confidence, is_right) in enumerate(ordered, start=1):
        wrong += not is_right
        is_last_of_its_kind = count == len(ordered) or ordered[count][0] != confidence
        if is_last_of_its_kind:
            points.append(RiskPoint(count / len(ordered), wrong / count))
    return tuple(points)


def area_under_risk(points: Sequence[RiskPoint]) -> float | None:
    """The mean risk over all coverages, by steps; 0 is best. None of nothing."""
    if not points:
        return None
    before = 0.0
    area = 0.0
    for point in points:
        area += point.risk * (point.coverage - before)
        before = point.coverage
    return area


def calibration(pairs: Iterable[Stated], bins: int = BINS) -> tuple[Bin, ...]:
    """The answers in bins of about equal counts, from the least to the most sure."""
    ordered = sorted(pairs)
    count = min(bins, len(ordered))
    edges = [round(i * len(ordered) / count) for i in range(count + 1)] if count else []
    found = []
    for start, end in pairwise(edges):
        inside = ordered[start:end]
        right = sum(is_right for _, is_right in inside)
        mean = sum(confidence for confidence, _ in inside) / len(inside)
        found.append(Bin(mean, Tally(passed=right, scored=len(inside))))
    return tuple(found)


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Mean distance of stated from observed, weighted by the bins' sizes; None of nothing."""
    total = sum(b.observed.scored for b in bins)
    if not total:
        return None
    return sum(abs(b.stated - (b.observed.share or 0.0)) * b.observed.scored for b in bins) / total


def confusion(lines: Iterable[CaseLine]) -> Confusion:
    """Expected outcome against the main one shown; a case that raised is shown as an error.

    A reply may hold several outcomes: where the expected one is among them, it counts as shown.
    """
    counts: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (str(line.expected), _shown(line))
        counts[key] = counts.get(key, 0) + 1
    names = [str(name) for name in OutcomeName]
    expected = tuple(name for name in names if any(key[0] == name for key in counts))
    shown = tuple(name for name in (*names, "error") if any(key[1] == name for key in counts))
    return Confusion(expected, shown, counts)


def _shown(line: CaseLine) -> str:
    if line.is_error or not line.outcomes:
        return "error"
    return str(line.expected if line.expected in line.outcomes else line.outcomes[0])
