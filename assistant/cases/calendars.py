"""Business hours: when a clock that runs only while people work is due. Pure; holidays are the `holidays` package's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator, model_validator

from knowledge.types import Value

_DAYS_AHEAD = 3660  # ten years: a calendar without a working day in them is a mistake


class Calendar(Value):
    """When people work: local opening hours on working days of a country."""

    country: str  # ISO 3166-1, as the `holidays` package names it
    subdivision: str = ""
    time_zone: str
    opens: time
    closes: time
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)  # Monday is 0

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{name!r} is no time zone; give one such as Europe/London") from None
        return name

    @model_validator(mode="after")
    def _is_open(self) -> Calendar:
        if self.opens >= self.closes or not self.weekdays:
            raise ValueError("opens must be before closes, on at least one weekday")
        try:
            _holidays(self.country, self.subdivision, 2026)
        except (NotImplementedError, KeyError, AttributeError):
            raise ValueError(f"no holidays are known for {self.country} {self.subdivision}".rstrip()) from None
        return self

    def is_working_day(self, day: date) -> bool:
        """Whether anybody works that day."""
        return day.weekday() in self.weekdays and day not in _holidays(self.country, self.subdivision, day.year)


def due_after(started_at: datetime, hours: float, calendar: Calendar) -> datetime:
    """The moment (UTC) by which so many business hours have gone by. Raises ValueError when there never are."""
    left = timedelta(hours=hours)
    for opens, closes in _openings(started_at, calendar):
        begins = max(opens, started_at)
        if begins >= closes:
            continue
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    raise ValueError(f"the calendar of {calendar.country} has no {hours} business hours after {started_at}")


def _openings(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing (UTC) of each working day from the start's local day on; clock changes are the zone's."""
    zone = ZoneInfo(calendar.time_zone)
    first = start.astimezone(zone).date()
    for ahead in range(_DAYS_AHEAD):
        day = first + timedelta(days=ahead)
        if calendar.is_working_day(day):
            opens, closes = (datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for at in _hours(calendar))
            yield opens, closes


def _hours(calendar: Calendar) -> tuple[time, time]:
    return calendar.opens, calendar.closes


@lru_cache(maxsize=512)
def _holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    import holidays  # a fifth of a second: only where a clock is read

    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
