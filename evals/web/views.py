"""What each page shows, put together from the stored runs and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evals.refusing import area_under_risk, calibration, expected_calibration_error, risk_coverage
from evals.store.digest import CaseLine, RunDigest, RunHeadline, Tally, tallies
from evals.store.judgements import Judgement, Judgements, Verdict, calibration_points
from evals.store.runs import RunStore, Unreadable
from evals.types import CaseResult
from evals.web import charts
from evals.web.figures import Confusion, confusion, trend
from evals.web.filters import ON_A_PAGE, CaseFilter, verdicts

TABLE_SCORES = (
    "outcome",
    "evidence_hit",
    "completeness",
    "leaks",
    "redaction",
    "safety_kinds",
    "citations",
    "context",
    "balance",
)


@dataclass(frozen=True)
class RunsView:
    """The list of runs, with the picture of one suite over time."""

    headlines: tuple[RunHeadline, ...]
    unreadable: tuple[Unreadable, ...]
    suites: tuple[str, ...]
    suite: str
    chart: Markup | None
    runs_drawn: int


@dataclass(frozen=True)
class Row:
    """One line of the figures: a category or the whole run."""

    name: str
    cases: int
    cells: tuple[tuple[Tally, Markup] | None, ...]


@dataclass(frozen=True)
class Pictures:
    """The drawings of a run, and the figures that stand beside them."""

    risk: Markup
    area_under_risk: float | None
    calibration: Markup
    calibration_error: float | None
    confusion: Markup
    confused: Confusion
    answers: int  # with a confidence: what the first two pictures are about
    judged: int  # answers that people judged, in all stored runs


@dataclass(frozen=True)
class RunView:
    """One run: figures, pictures, cases."""

    digest: RunDigest
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    pictures: Pictures
    judged: Mapping[str, Sequence[Verdict]]
    lines: tuple[CaseLine, ...]  # of this page
    found: int  # cases that answer to the filter
    failed: int  # cases of the run that fail anything
    pages: int


@dataclass(frozen=True)
class CaseView:
    """One case, with its place in the worst-first order."""

    digest: RunDigest
    line: CaseLine
    case: CaseResult
    judgements: tuple[Judgement, ...]
    before: str  # key of the next worse case, "" for the worst
    after: str  # key of the next better one


def runs_view(store: RunStore, suite: str) -> RunsView:
    """The list of runs; without a suite, the one of the newest whole run is drawn."""
    headlines, unreadable = store.listed()
    suites = tuple(dict.fromkeys(h.suite for h in headlines if not h.is_partial))
    chosen = suite if suite in suites else next(iter(suites), "")
    points = trend(headlines, chosen)
    drawn = charts.trend_chart(points) if points else None
    return RunsView(headlines, unreadable, suites, chosen, drawn, len(points))


def run_view(store: RunStore, book: Judgements, run_id: str, wanted: CaseFilter) -> RunView:
    """One run as the filter shows it. Raises UnknownRun, SuiteError."""
    digest = store.digest(run_id)
    judged = book.of_run(run_id)
    found = wanted.of(digest.lines, judged)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    page = min(wanted.page, pages)
    columns, rows = rows_of(digest)
    return RunView(
        digest=digest,
        columns=columns,
        rows=rows,
        pictures=pictures_of(digest.lines, book.all()),
        judged={case_id: verdicts(given) for case_id, given in judged.items()},
        lines=found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
        found=len(found),
        failed=sum(not line.is_right for line in digest.lines),
        pages=pages,
    )


def case_view(store: RunStore, book: Judgements, run_id: str, key: str) -> CaseView | None:
    """One case; None where the run holds no such case. Raises UnknownRun, SuiteError."""
    digest = store.digest(run_id)
    order = CaseFilter().of(digest.lines, {})
    place = next((i for i, line in enumerate(order) if line.key == key), None)
    case = store.case(run_id, key) if place is not None else None
    if place is None or case is None:
        return None
    return CaseView(
        digest=digest,
        line=order[place],
        case=case,
        judgements=book.of_run(run_id).get(key, ()),
        before=order[place - 1].key if place else "",
        after=order[place + 1].key if place + 1 < len(order) else "",
    )


def rows_of(digest: RunDigest) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The scores that any case was scored on, and a line of them for all cases and each category."""
    whole = tallies(digest.lines)
    columns = tuple(name for name in TABLE_SCORES if name in whole)
    groups = [("all cases", digest.headline.cases, whole)]
    for name, held in digest.categories.items():
        groups.append((name, sum(line.category == name for line in digest.lines), held))
    return columns, tuple(Row(name, cases, tuple(_cell(held.get(c)) for c in columns)) for name, cases, held in groups)


def pictures_of(lines: Sequence[CaseLine], judgements: Sequence[Judgement]) -> Pictures:
    """The drawings of these cases; verdicts of people come from all runs, as they are about the confidence."""
    pairs = tuple(line.stated for line in lines if line.stated is not None)
    people = calibration_points(judgements)
    curve, confused = risk_coverage(pairs), confusion(lines)
    return Pictures(
        risk=charts.risk_chart(curve),
        area_under_risk=area_under_risk(curve),
        calibration=charts.calibration_chart(calibration(pairs), calibration(people)),
        calibration_error=expected_calibration_error(pairs),
        confusion=charts.confusion_chart(confused),
        confused=confused,
        answers=len(pairs),
        judged=len(people),
    )


def _cell(tally: Tally | None) -> tuple[Tally, Markup] | None:
    if tally is None or not tally.scored:
        return None
    return tally, charts.interval_bar(tally)
