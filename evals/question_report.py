"""What the public question sets showed: figures, the bars they are held to, and the printed report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from pydantic import Field
from rich.console import Console
from rich.table import Table

from knowledge.types import Value

WITHIN = (1, 3, 5)
BARS = {  # what must be reached; the figures
    "fdarxbench scoped": 0.97,
    "medinfo named": 0.80,
    "absent": 0.97,
    "blocked": 0.01,
}
GUARDS = frozenset({"off_label", "comparator"})  # reasons of a hand-off that a guard gives


class Found(Value):
    """Where the first right passage of one question stood; 0: not among those found."""

    id: str
    text: str
    rank: int
    first: str = ""  # what stood first instead: product and section


class RetrievalFigures(Value):
    """One set searched one way."""

    questions: int
    top: dict[str, float]  # share with a right passage among the first 1, 3, 5
    misses: tuple[Found, ...]  # not among the first five


class Turned(Value):
    """What became of one question in a whole turn."""

    id: str
    set_name: str
    text: str
    outcomes: tuple[str, ...]  # with the reason: "handoff off_label"


class QuestionFigures(Value):
    """Everything one run measured."""

    retrieval: dict[str, RetrievalFigures] = Field(default_factory=dict)
    absent_questions: int = 0
    absent_handed_over: float | None = None  # hand-off or clarify, and no answer
    absent_missed: tuple[Turned, ...] = ()
    asked: int = 0  # label questions played as whole turns
    blocked: float | None = None  # share a guard withheld
    blocked_by: dict[str, int] = Field(default_factory=dict)
    blocked_questions: tuple[Turned, ...] = ()


def retrieval_figures(found: Sequence[Found]) -> RetrievalFigures:
    """Shares found among the first 1, 3 and 5, and what was not."""
    top = {str(k): sum(0 < f.rank <= k for f in found) / len(found) for k in WITHIN}
    return RetrievalFigures(
        questions=len(found), top=top, misses=tuple(f for f in found if not 0 < f.rank <= max(WITHIN))
    )


def blocks(outcome: str) -> bool:
    """Whether this outcome means that a guard withheld an answer or raised an alarm."""
    kind, _, reason = outcome.partition(" ")
    return kind in ("decline", "safety", "emergency") or (kind == "handoff" and reason in GUARDS)


def hands_over(outcomes: Sequence[str]) -> bool:
    """Whether nothing was answered, and an expert or a question back was offered."""
    kinds = {outcome.partition(" ")[0] for outcome in outcomes}
    return "answer" not in kinds and bool(kinds & {"handoff", "clarify"})


def figures_of(
    retrieval: dict[str, RetrievalFigures], turned: Sequence[Turned], absent: Sequence[Turned]
) -> QuestionFigures:
    """Everything in one value."""
    withheld = [t for t in turned if any(blocks(o) for o in t.outcomes)]
    by = Counter(o for t in withheld for o in t.outcomes if blocks(o))
    missed = [t for t in absent if not hands_over(t.outcomes)]
    return QuestionFigures(
        retrieval=retrieval,
        absent_questions=len(absent),
        absent_handed_over=1 - len(missed) / len(absent) if absent else None,
        absent_missed=tuple(missed),
        asked=len(turned),
        blocked=len(withheld) / len(turned) if turned else None,
        blocked_by=dict(by.most_common()),
        blocked_questions=tuple(withheld),
    )


def broken_bars(figures: QuestionFigures) -> list[str]:
    """The bars that were measured and not reached, in words. What guards block is reported, not yet a bar."""
    reached = {name: row.top[str(max(WITHIN))] for name, row in figures.retrieval.items()}
    if figures.absent_handed_over is not None:
        reached["absent"] = figures.absent_handed_over
    return [
        f"{name}: {reached[name]:.3f}, below {bar}"
        for name, bar in BARS.items()
        if name in reached and reached[name] < bar
    ]


def report(figures: QuestionFigures, console: Console) -> None:
    """Print the figures as tables."""
    table = Table("retrieval", "questions", *(f"top {k}" for k in WITHIN))
    for name, row in figures.retrieval.items():
        table.add_row(name, str(row.questions), *(f"{row.top[str(k)]:.3f}" for k in WITHIN))
    if figures.retrieval:
        console.print(table)
    if figures.absent_handed_over is not None:
        console.print(f"absent medicines handed over: {figures.absent_handed_over:.3f} of {figures.absent_questions}")
    if figures.blocked is not None:
        told = json.dumps(figures.blocked_by)
        console.print(f"label questions a guard withheld: {figures.blocked:.3f} of {figures.asked} {told}")
