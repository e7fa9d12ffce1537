"""What a list, a chart or a table needs of a run: small enough that 200 runs are read in milliseconds.

A run of 278 cases is some megabytes; its digest is a hundredth of that, and is made from it alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from evals.refusing import Stated, stated
from evals.statistics import wilson
from evals.types import CaseResult, GateResult, OutcomeName, Run, RunRecord, SuiteReference, Summary
from knowledge.types import Value

QUESTION_CHARACTERS = 160

# Worst first: what may harm a person or breach a rule stands above what only disappoints. The order is ours;
# it follows the precedence of one turn in RULES.md (safety before answer) and puts breaches above misses.
SEVERITY = (
    *("leaks", "redaction", "safety_kinds", "citations", "context", "balance"),
    *("error", "outcome", "evidence_hit", "completeness"),
)
_WHOLE = ("context", "balance")  # scorers that pass only when nothing at all is lost


class Tally(Value):
    """How many of those scored passed; what was not scored is in neither number."""

    passed: int
    scored: int

    @property
    def share(self) -> float | None:
        """Passed over scored, 0..1; None where nothing was scored."""
        return self.passed / self.scored if self.scored else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the share (Wilson 1927: holds near 0 and 1, and for few cases); None of nothing."""
        return wilson(self.passed, self.scored)


class CaseLine(Value):
    """One line of a run's table."""

    id: str
    key: str  # unique in its run: two suites may use one id
    category: str
    question: str  # the last turn, shortened
    expected: OutcomeName
    outcomes: tuple[OutcomeName, ...]
    marks: dict[str, bool]  # score name → passed; scores the case does not ask for are left out
    confidence: float | None  # of the surest draft, shown or not; 0..1
    stated: Stated | None  # confidence and rightness, where both are known
    answered: bool
    seconds: float
    is_error: bool

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the scores this case fails, the gravest first."""
        names = [name for name, passed in self.marks.items() if not passed]
        return tuple(sorted(names, key=_gravity))

    @property
    def is_right(self) -> bool:
        """Whether nothing failed."""
        return all(self.marks.values())


class RunHeadline(Value):
    """One line of the list of runs."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    software: str
    commit: str
    dirty: bool | None
    library: str
    suites: tuple[SuiteReference, ...]
    is_partial: bool  # only a selection of the suites' cases was played
    cases: int
    scores: dict[str, Tally]
    gates_broken: tuple[str, ...]
    gates: int
    errors: int

    @property
    def suite(self) -> str:
        """The suites' names, joined by a plus: runs of the same name are drawn as one line over time."""
        return " + ".join(suite.name for suite in self.suites)


class RunDigest(Value):
    """A run without its replies."""

    headline: RunHeadline
    record: RunRecord
    gates: tuple[GateResult, ...]
    categories: dict[str, dict[str, Tally]]
    totals: dict[str, Summary]
    lines: tuple[CaseLine, ...]


def digest_of(run: Run) -> RunDigest:
    """The digest of a run."""
    keys = unique_keys(result.id for result in run.cases)
    lines = tuple(line_of(result, key) for result, key in zip(run.cases, keys, strict=True))
    categories = {name: [line for line in lines if line.category == name] for name in _names(lines)}
    return RunDigest(
        headline=_headline(run, lines),
        record=run.run,
        gates=run.gates,
        categories={name: tallies(group) for name, group in categories.items()},
        totals=run.totals,
        lines=lines,
    )


def unique_keys(ids: Iterable[str]) -> tuple[str, ...]:
    """A key for each case of a run: its id, and for the second one of that id "id~2"."""
    seen: Counter[str] = Counter()
    keys = []
    for case_id in ids:
        seen[case_id] += 1
        keys.append(case_id if seen[case_id] == 1 else f"{case_id}~{seen[case_id]}")
    return tuple(keys)


def line_of(result: CaseResult, key: str) -> CaseLine:
    """One case as a line of the table."""
    reply = result.reply
    confidences = reply.confidences if reply is not None else ()
    text = " ".join(result.turns[-1].split())
    return CaseLine(
        id=result.id,
        key=key,
        category=result.category,
        question=text if len(text) <= QUESTION_CHARACTERS else f"{text[: QUESTION_CHARACTERS - 1]}…",
        expected=result.expected,
        outcomes=reply.outcomes if reply is not None else (),
        marks=marks_of(result),
        confidence=max(confidences) if confidences else None,
        stated=next(iter(stated([result])), None),
        answered=reply is not None and OutcomeName.ANSWER in reply.outcomes,
        seconds=result.seconds,
        is_error=result.error is not None,
    )


def marks_of(result: CaseResult) -> dict[str, bool]:
    """Each score that the case asks for, as passed or not."""
    scores = result.scores
    asked: dict[str, bool | None] = {
        "outcome": scores.outcome,
        "evidence_hit": scores.evidence_hit,
        "completeness": scores.completeness,
        "leaks": None if scores.leaks is None else scores.leaks == 0,
        "redaction": scores.redaction,
        "safety_kinds": scores.safety_kinds,
        "citations": scores.citations == scores.citations_valid if scores.citations else None,
        "error": False if result.error is not None else None,
    }
    for name in _WHOLE:
        mark = result.marks.get(name)
        asked[name] = None if mark is None or mark.value is None else mark.value >= 1
    return {name: mark for name, mark in asked.items() if mark is not None}


def tallies(lines: Iterable[CaseLine]) -> dict[str, Tally]:
    """How many passed each score, over these lines."""
    marks = [line.marks for line in lines]
    names = sorted({name for mark in marks for name in mark if name != "error"}, key=_gravity, reverse=True)
    return {
        name: Tally(passed=sum(m.get(name, False) for m in marks), scored=sum(name in m for m in marks))
        for name in names
    }


def worst_first(lines: Iterable[CaseLine]) -> tuple[CaseLine, ...]:
    """The gravest failure first, then the surest of what is wrong; right cases last, the least sure first."""

    def key(line: CaseLine) -> tuple[int, int, float, str]:
        failed = line.failed
        sure = line.confidence if line.confidence is not None else 0.0
        if not failed:
            return (len(SEVERITY), 0, sure, line.key)
        return (_gravity(failed[0]), -len(failed), -sure, line.key)

    return tuple(sorted(lines, key=key))


def _gravity(name: str) -> int:
    return SEVERITY.index(name) if name in SEVERITY else len(SEVERITY) - 1


def _names(lines: Sequence[CaseLine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.category for line in lines))


def _headline(run: Run, lines: Sequence[CaseLine]) -> RunHeadline:
    record = run.run
    return RunHeadline(
        run_id=record.run_id,
        started_at=record.started_at,
        finished_at=record.finished_at,
        software=record.software,
        commit=record.commit,
        dirty=record.dirty,
        library=record.library,
        suites=record.suites,
        is_partial=bool(record.selection),
        cases=len(lines),
        scores=tallies(lines),
        gates_broken=tuple(f"{g.suite}: {g.metric} {g.bound}" for g in run.gates if not g.passed),
        gates=len(run.gates),
        errors=sum(line.is_error for line in lines),
    )
