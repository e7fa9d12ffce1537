"""Figures of medical-information requests: volume, response time and reasons, by product and market.

Counts alone: neither a question nor a case stands behind them, so that compliance and administrators may read them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import median

from fastapi import APIRouter

from assistant.cases.lines import CaseLine, CaseQuery
from assistant.records import CaseKind
from assistant.web.services import Given, Services
from knowledge.types import Value

router = APIRouter(prefix="/v1/cases", tags=["cases"])
WEEKS = 12
MOST = 10_000  # the newest cases counted


class Bar(Value):
    """One bar: what it stands for, its value as shown, and its length (0..1 of the longest)."""

    label: str
    shown: str
    length: float


class Chart(Value):
    """Bars with a title and a unit; a picture and a table say the same."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


class Figures(Value):
    """The figures, and how many requests they are of."""

    requests: int
    answered: int
    in_time: float | None  # share of the answered ones whose reply came before it was due
    charts: tuple[Chart, ...]


@router.get("/figures", summary="Figures of requests")
def figures(services: Given) -> Figures:
    """Volume, response time and reasons, by product and market."""
    return figures_of(services)


def figures_of(services: Services) -> Figures:
    """The figures as of now."""
    query = CaseQuery(kinds=(CaseKind.MEDICAL_INFORMATION,), order="newest", limit=MOST)
    lines = services.desk.lines(query).lines
    hours = [(line, _hours(line)) for line in lines]
    answered = [(line, h) for line, h in hours if h is not None]
    in_time = [_was_in_time(line, services) for line, _ in answered]
    return Figures(
        requests=len(lines),
        answered=len(answered),
        in_time=sum(in_time) / len(in_time) if in_time else None,
        charts=(
            _counted("Requests a week", _weeks(lines, services.clock.now().date())),
            _counted("Requests by reason", Counter(line.reason.replace("_", " ") for line in lines)),
            _counted("Requests by product", Counter(line.product or "no product" for line in lines)),
            _counted("Requests by market", Counter(line.market.value for line in lines)),
            _times("Median time to a reply, by product", [(line.product or "no product", h) for line, h in answered]),
            _times("Median time to a reply, by market", [(line.market.value, h) for line, h in answered]),
        ),
    )


def _hours(line: CaseLine) -> float | None:
    """Hours from the request to the last reply; None where there is none."""
    if line.replied_at is None:
        return None
    return max(0.0, (line.replied_at - (line.requested_at or line.opened_at)) / timedelta(hours=1))


def _was_in_time(line: CaseLine, services: Services) -> bool:
    from assistant.cases.calendars import due_after

    started = line.requested_at or line.opened_at
    allowed = services.rules.priorities[line.priority].respond_hours
    return line.replied_at is not None and line.replied_at <= due_after(
        started, allowed, services.rules.calendars[line.market]
    )


def _weeks(lines: Sequence[CaseLine], today: date) -> Mapping[str, int]:
    """Requests of each of the last weeks, oldest first, empty weeks too."""
    this_week = today - timedelta(days=today.weekday())
    starts = [this_week - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    found = Counter(line.opened_at.date() - timedelta(days=line.opened_at.weekday()) for line in lines)
    return {f"{start:%d %b}": found[start] for start in starts}


def _counted(title: str, values: Mapping[str, int]) -> Chart:
    ordered = values.items() if title.endswith("week") else sorted(values.items(), key=lambda v: (-v[1], v[0]))
    return _chart(title, "requests", [(label, float(n), f"{n:,}") for label, n in ordered])


def _times(title: str, hours: Sequence[tuple[str, float]]) -> Chart:
    grouped: dict[str, list[float]] = {}
    for label, h in hours:
        grouped.setdefault(label, []).append(h)
    middles = sorted(((label, median(all_hours)) for label, all_hours in grouped.items()), key=lambda v: -v[1])
    return _chart(title, "hours", [(label, h, f"{h:.1f} h") for label, h in middles])


def _chart(title: str, unit: str, values: Sequence[tuple[str, float, str]]) -> Chart:
    longest = max((v for _, v, _ in values), default=0.0) or 1.0
    bars = tuple(Bar(label=label, shown=shown, length=v / longest) for label, v, shown in values[:15])
    return Chart(title=title, unit=unit, bars=bars)
