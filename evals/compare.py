"""Hold two runs against each other: what broke, what was fixed, how sure each change is, and whether they may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from evals.errors import SuiteError
from evals.statistics import Difference, difference
from evals.store.digest import unique_keys
from evals.types import CaseResult, OutcomeName, Run, Summary
from knowledge.types import Value

_METRICS = ("outcome_accuracy", "evidence_hit", "completeness", "leaks", "redaction", "safety_kinds")
SURE = 0.05  # a change with a smaller p-value is called sure


class Change(Value):
    """One case whose scores changed, and which."""

    case_id: str
    scores: tuple[str, ...]


class Figure(Value):
    """How one score moved over the cases that both runs scored, and how sure that is."""

    name: str
    difference: Difference
    only_first: int  # cases that only the first run scored (the second gave no answer to judge)
    only_second: int

    @property
    def is_sure(self) -> bool:
        """Whether a change of this size would rarely come by chance."""
        return self.difference.p < SURE


class Row(Value):
    """How one category moved, over the cases both runs hold."""

    name: str
    cases: int
    changes: dict[str, float | None]
    figures: tuple[Figure, ...] = ()  # each score's change within this category, with its interval


class Comparison(Value):
    """Two runs, side by side."""

    warnings: tuple[str, ...]  # why the runs, or their seconds, may not be compared
    refusals: tuple[str, ...] = ()  # those of them for which nothing may be concluded
    broken: tuple[Change, ...]
    fixed: tuple[Change, ...]
    rows: tuple[Row, ...]
    figures: tuple[Figure, ...] = ()
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    metrics: tuple[str, ...] = _METRICS

    def moved_within(self) -> tuple[tuple[str, Figure], ...]:
        """Category and figure of all that moved within one, the surest first."""
        held = ((row.name, f) for row in self.rows if row.name != "overall" for f in row.figures)
        return tuple(sorted(((n, f) for n, f in held if f.difference.change), key=lambda pair: pair[1].difference.p))


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
    """Compare the cases both runs hold, the second being the newer one.

    Intervals and p-values come from `evals.statistics` with its fixed seed: the same runs give the same numbers.
    """
    from evals.summary import by_category, totals

    before, after = _by_key(first), _by_key(second)
    shared = [case_id for case_id in before if case_id in after]
    old, new = [before[i] for i in shared], [after[i] for i in shared]
    was = {**by_category(old), **totals(old)}
    now = {**by_category(new), **totals(new)}
    changes = [(i, _failed(before[i]), _failed(after[i])) for i in shared]
    refusals = _refusals(first, second)
    pairs = {i: (before[i], after[i]) for i in shared}
    return Comparison(
        warnings=(*refusals, *_notes(first, second)),
        refusals=refusals,
        broken=tuple(Change(case_id=i, scores=tuple(sorted(b - a))) for i, a, b in changes if b - a),
        fixed=tuple(Change(case_id=i, scores=tuple(sorted(a - b))) for i, a, b in changes if a - b),
        rows=tuple(
            Row(name=n, cases=now[n].cases, changes=_moves(was, now, n), figures=_figures(_within(n, pairs), _SCORES))
            for n in now
            if n in was
        ),
        figures=_figures(pairs, _every_score(pairs)),
        only_first=tuple(i for i in before if i not in after),
        only_second=tuple(i for i in after if i not in before),
    )


def _by_key(run: Run) -> dict[str, CaseResult]:
    """The cases by id; two suites may use one id, and the second is then "id~2"."""
    return dict(zip(unique_keys(case.id for case in run.cases), run.cases, strict=True))


Reader = Callable[[CaseResult], float | None]
_SCORES: dict[str, Reader] = {
    "outcome": lambda c: float(c.scores.outcome),
    "evidence_hit": lambda c: _number(c.scores.evidence_hit),
    "retrieval_hit": lambda c: None if c.scores.retrieval_rank is None else float(c.scores.retrieval_rank > 0),
    "completeness": lambda c: _number(c.scores.completeness),
    "no_leak": lambda c: None if c.scores.leaks is None else float(c.scores.leaks == 0),
    "redaction": lambda c: _number(c.scores.redaction),
    "safety_kinds": lambda c: _number(c.scores.safety_kinds),
    "citations_hold": lambda c: float(c.scores.citations == c.scores.citations_valid) if c.scores.citations else None,
}


def _number(mark: bool | None) -> float | None:  # noqa: FBT001 - a score as it is
    return None if mark is None else float(mark)


Pairs = Mapping[str, tuple[CaseResult, CaseResult]]
"""The two results of each case, by id."""


def _within(name: str, pairs: Pairs) -> Pairs:
    """The pairs of a category; of "overall" all, of "answerable" those that `totals` counts there."""
    if name == "overall":
        return pairs
    if name == "answerable":
        return {i: pair for i, pair in pairs.items() if pair[1].expected is OutcomeName.ANSWER}
    return {i: pair for i, pair in pairs.items() if pair[1].category == name}


def _every_score(pairs: Pairs) -> Mapping[str, Reader]:
    """The scores, and every mark that is not one of them under another name."""
    marked = {name for pair in pairs.values() for case in pair for name in case.marks}
    return _SCORES | {name: _reader(name) for name in sorted(marked - {"outcome", "no_leak", "citations"})}


def _figures(pairs: Pairs, readers: Mapping[str, Reader]) -> tuple[Figure, ...]:
    """Every score both runs hold; cases in the order of their ids, so that the order of a suite changes nothing."""
    found = []
    for name, read in readers.items():
        scored = [(read(old), read(new)) for _, (old, new) in sorted(pairs.items())]
        both = [(old, new) for old, new in scored if old is not None and new is not None]
        if both:
            found.append(
                Figure(
                    name=name,
                    difference=difference([old for old, _ in both], [new for _, new in both]),
                    only_first=sum(old is not None and new is None for old, new in scored),
                    only_second=sum(old is None and new is not None for old, new in scored),
                )
            )
    return tuple(found)


def _reader(name: str) -> Reader:
    return lambda case: case.marks[name].value if name in case.marks else None


def _failed(case: CaseResult) -> set[str]:
    """The names of the scores this case fails."""
    names = {"citations_hold": "citations", "no_leak": "leaks"}
    marks = {name: read(case) for name, read in _SCORES.items() if name != "retrieval_hit"}
    return {names.get(name, name) for name, mark in marks.items() if mark == 0}


def _moves(was: Mapping[str, Summary], now: Mapping[str, Summary], name: str) -> dict[str, float | None]:
    moves: dict[str, float | None] = {}
    for metric in _METRICS:
        old, new = getattr(was[name], metric), getattr(now[name], metric)
        moves[metric] = None if old is None or new is None else new - old
    return moves


def _refusals(first: Run, second: Run) -> tuple[str, ...]:
    """Why nothing may be concluded from the difference of these runs."""
    a, b = first.run, second.run
    said = []
    if [s.sha256 for s in a.suites] != [s.sha256 for s in b.suites]:
        said.append("the suites differ in content")
    if a.library_key != b.library_key:
        said.append("the libraries differ in content, parser or chunker")
    if a.selection != b.selection:
        said.append("different cases were selected")
    elif {c.id for c in first.cases} != {c.id for c in second.cases}:
        said.append("the runs hold different cases")
    both = a.scorers.keys() & b.scorers.keys()
    if changed := sorted(name for name in both if a.scorers[name] != b.scorers[name]):
        pairs = (f"{name}@{a.scorers[name]}, {name}@{b.scorers[name]}" for name in changed)
        said.append(f"the scorers differ: {'; '.join(pairs)}")
    return tuple(said)


def _notes(first: Run, second: Run) -> tuple[str, ...]:
    a, b = first.run, second.run
    notes = ["seconds were measured on different machines"] if a.machine != b.machine else []
    if a.scorers and b.scorers and (alone := sorted(a.scorers.keys() ^ b.scorers.keys())):
        notes.append(f"only one of the runs was scored by {', '.join(alone)}")
    return tuple(notes)
