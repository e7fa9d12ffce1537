"""What the pictures of a run show, as numbers: no drawing here, and no reply is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.store.digest import CaseLine, RunHeadline, Tally
from evals.types import OutcomeName

TREND_SCORES = ("outcome", "evidence_hit", "completeness")


@dataclass(frozen=True)
class TrendPoint:
    """One run on the line of its suite."""

    run_id: str
    day: str
    scores: dict[str, Tally]


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
