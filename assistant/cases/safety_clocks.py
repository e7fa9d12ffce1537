"""Regulatory clocks of a safety case: which run, and when each is due. Pure; the clocks themselves are data."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field, model_validator

from assistant.records import CaseEventKind
from assistant.types import SafetyKind
from knowledge.types import Market, Value

CLOCKS = Path(__file__).parent / "safety_clocks.yaml"
_SATURDAY = 5
_WEEK = 7


class Length(Value):
    """How long a clock runs; exactly one of these."""

    hours: int | None = Field(default=None, ge=1)
    calendar_days: int | None = Field(default=None, ge=1)
    working_days: int | None = Field(default=None, ge=1)
    gestation_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _is_one(self) -> Length:
        if sum(v is not None for v in self.__dict__.values()) != 1:
            raise ValueError("give one of hours, calendar_days, working_days, gestation_days")
        return self


class ClockRule(Value):
    """One clock as data; see `safety_clocks.yaml`."""

    id: str
    title: str
    markets: tuple[Market, ...]
    kinds: tuple[SafetyKind, ...] = ()
    not_kinds: tuple[SafetyKind, ...] = ()  # does not run for a report of these kinds alone
    serious: bool | None = None
    expected: bool | None = None
    length: Length
    met_by: Literal["acknowledged", "resolved"]
    citation: str
    note: str = ""


class ClockRules(Value):
    """All clocks, with the zone in which a day of each market ends."""

    name: str
    version: str
    zones: dict[Market, str]
    clocks: tuple[ClockRule, ...]


class Clock(Value):
    """A clock that runs, or ran, for one case."""

    id: str
    title: str
    citation: str
    note: str
    started_at: datetime  # Day 0, UTC
    due_at: datetime  # UTC
    met_at: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Whether it ran out before what it asks for was done."""
        return (self.met_at or now) > self.due_at

    def is_due(self, now: datetime, within: timedelta) -> bool:
        """Whether it still runs and ends within that time."""
        return self.met_at is None and now <= self.due_at <= now + within


class Reported(Value):
    """What decides which clocks run for a case."""

    market: Market
    kinds: tuple[SafetyKind, ...]
    received_at: datetime
    is_serious: bool
    is_expected: bool | None = None  # None: nobody looked yet
    gestation_weeks: int | None = None
    met: dict[CaseEventKind, datetime] = Field(default_factory=dict)  # first event of each kind that can end a clock


@cache
def read_clocks() -> ClockRules:
    """The clocks as packaged."""
    return ClockRules.model_validate(yaml.safe_load(CLOCKS.read_text(encoding="utf-8")))


def clocks(reported: Reported, rules: ClockRules | None = None) -> tuple[Clock, ...]:
    """The clocks of a case, soonest due first."""
    used = rules or read_clocks()
    zone = ZoneInfo(used.zones[reported.market])
    running = [_started(rule, reported, zone) for rule in used.clocks if _runs(rule, reported)]
    return tuple(sorted(running, key=lambda clock: (clock.due_at, clock.id)))


def _started(rule: ClockRule, reported: Reported, zone: tzinfo) -> Clock:
    return Clock(
        id=rule.id,
        title=rule.title,
        citation=rule.citation,
        note=rule.note,
        started_at=reported.received_at.astimezone(UTC),
        due_at=due_at(reported.received_at, rule.length, zone, reported.gestation_weeks),
        met_at=reported.met.get(CaseEventKind(rule.met_by)),
    )


def _runs(rule: ClockRule, reported: Reported) -> bool:
    kinds = set(reported.kinds)
    return (
        reported.market in rule.markets
        and (not rule.kinds or bool(kinds & set(rule.kinds)))
        and not (rule.not_kinds and kinds <= set(rule.not_kinds))
        and rule.serious in (None, reported.is_serious)
        and not (rule.expected is False and reported.is_expected is True)
    )


def due_at(received_at: datetime, length: Length, zone: tzinfo, gestation_weeks: int | None = None) -> datetime:
    """When a clock that began with a report ends (UTC).

    Hours are elapsed hours. Days end at midnight, Day 0 not counted; a day is read both in UTC and in the
    authority's zone, and the earlier end holds: no reading of the zone makes it late.
    """
    if length.hours is not None:
        return received_at.astimezone(UTC) + timedelta(hours=length.hours)
    return min(
        _end_of_day(_last_day(received_at.astimezone(z).date(), length, gestation_weeks), z) for z in (UTC, zone)
    )


def _last_day(day_0: date, length: Length, gestation_weeks: int | None) -> date:
    if length.calendar_days is not None:
        return day_0 + timedelta(days=length.calendar_days)
    if length.gestation_days is not None:
        left = length.gestation_days - _WEEK * (gestation_weeks or 0)
        return day_0 + timedelta(days=max(left, 1))
    return _working_day(day_0, length.working_days or 0)


def _working_day(day: date, count: int) -> date:
    """The `count`-th weekday after `day`; a holiday counts as one, which ends a clock early rather than late."""
    while count:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            count -= 1
    return day


def _end_of_day(day: date, zone: tzinfo) -> datetime:
    """The midnight that ends this day in the zone, as UTC."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
