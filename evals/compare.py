"""Hold two runs against each other: what broke, what was fixed, how each category moved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from evals.errors import SuiteError
from evals.types import CaseResult, Run, Summary
from knowledge.types import Value

_METRICS = ("outcome_accuracy", "evidence_hit", "completeness", "leaks", "redaction", "safety_kinds")


class Change(Value):
    """One case whose scores changed, and which."""

    case_id: str
    scores: tuple[str, ...]


class Row(Value):
    """How one category moved, over the cases both runs hold."""

    name: str
    cases: int
    changes: dict[str, float | None]


class Comparison(Value):
    """Two runs, side by side."""

    warnings: tuple[str, ...]  # reasons why the runs may not be compared
    broken: tuple[Change, ...]
    fixed: tuple[Change, ...]
    rows: tuple[Row, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    metrics: tuple[str, ...] = _METRICS


def load_run(path: Path) -> Run:
    """Read a run written by `hcp evals run --json`. Raises SuiteError naming the file and field."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SuiteError(f"{path}: cannot be read ({error.strerror}). Name a file written by --json.") from None
    try:
        return Run.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the file"
        raise SuiteError(f"{path}: {where}: {first['msg']}; not a run of this version's `--json` form.") from None


def one_case(run: Run, case_id: str) -> CaseResult:
    """One case of a run, by its id. Raises SuiteError naming what there is."""
    for case in run.cases:
        if case.id == case_id:
            return case
    raise SuiteError(f"no case '{case_id}' in this run; it holds {', '.join(c.id for c in run.cases[:8])}, ….")


def compare(first: Run, second: Run) -> Comparison:
    """Compare the cases both runs hold, the second being the newer one."""
    from evals.summary import by_category, totals

    before = {case.id: case for case in first.cases}
    after = {case.id: case for case in second.cases}
    shared = [case_id for case_id in before if case_id in after]
    old, new = [before[i] for i in shared], [after[i] for i in shared]
    was = {**by_category(old), **totals(old)}
    now = {**by_category(new), **totals(new)}
    changes = [(i, _failed(before[i]), _failed(after[i])) for i in shared]
    return Comparison(
        warnings=_warnings(first, second),
        broken=tuple(Change(case_id=i, scores=tuple(sorted(b - a))) for i, a, b in changes if b - a),
        fixed=tuple(Change(case_id=i, scores=tuple(sorted(a - b))) for i, a, b in changes if a - b),
        rows=tuple(Row(name=n, cases=now[n].cases, changes=_moves(was, now, n)) for n in now if n in was),
        only_first=tuple(i for i in before if i not in after),
        only_second=tuple(i for i in after if i not in before),
    )


def _failed(case: CaseResult) -> set[str]:
    """The names of the scores this case fails."""
    scores = case.scores
    marks = {
        "outcome": scores.outcome,
        "evidence_hit": scores.evidence_hit,
        "completeness": scores.completeness,
        "leaks": None if scores.leaks is None else scores.leaks == 0,
        "redaction": scores.redaction,
        "safety_kinds": scores.safety_kinds,
        "citations": scores.citations == scores.citations_valid,
    }
    return {name for name, mark in marks.items() if mark is False}


def _moves(was: Mapping[str, Summary], now: Mapping[str, Summary], name: str) -> dict[str, float | None]:
    moves: dict[str, float | None] = {}
    for metric in _METRICS:
        old, new = getattr(was[name], metric), getattr(now[name], metric)
        moves[metric] = None if old is None or new is None else new - old
    return moves


def _warnings(first: Run, second: Run) -> tuple[str, ...]:
    a, b = first.run, second.run
    said = []
    if [s.sha256 for s in a.suites] != [s.sha256 for s in b.suites]:
        said.append("the suites differ in content")
    if a.library_key != b.library_key:
        said.append("the libraries differ in content, parser or chunker")
    if a.selection != b.selection:
        said.append("different cases were selected")
    if a.machine != b.machine:
        said.append("seconds were measured on different machines")
    return tuple(said)
