"""Regulatory clocks: which run, and when they end, whatever the zone and the season."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cases.safety_clocks import Length, Reported, clocks, due_at, read_clocks
from assistant.records import CaseEventKind
from assistant.types import SafetyKind

NEW_YORK, AMSTERDAM, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/Amsterdam"), ZoneInfo("Europe/London")
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 7 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
ZONES = st.sampled_from([ZoneInfo(z) for z in (*read_clocks().zones.values(), "Asia/Kolkata", "Pacific/Auckland")])


def at(text):
    return datetime.fromisoformat(text)


def reported(market="US", kinds=(SafetyKind.ADVERSE_EVENT,), serious=True, **more):
    received_at = more.pop("received_at", at("2026-11-22T09:00:00+00:00"))
    return Reported(market=market, kinds=kinds, received_at=received_at, is_serious=serious, **more)


def running(*args, **kwargs):
    return {clock.id: clock for clock in clocks(reported(*args, **kwargs))}


@pytest.mark.parametrize(
    ("received", "days", "zone", "due"),
    [
        ("2026-01-10T15:00:00+00:00", 15, NEW_YORK, "2026-01-26T00:00:00+00:00"),
        ("2026-01-11T02:00:00+00:00", 15, NEW_YORK, "2026-01-26T05:00:00+00:00"),  # still the 10th in New York
        ("2026-02-28T12:00:00+00:00", 15, NEW_YORK, "2026-03-16T00:00:00+00:00"),  # over the start of summer time
        ("2026-03-01T02:00:00+00:00", 15, NEW_YORK, "2026-03-16T04:00:00+00:00"),  # ends in summer time: UTC-4
        ("2026-10-25T02:30:00+00:00", 15, NEW_YORK, "2026-11-09T05:00:00+00:00"),  # began in summer time, ends after
        ("2026-03-20T23:30:00+00:00", 15, AMSTERDAM, "2026-04-05T00:00:00+00:00"),
        ("2026-03-20T12:00:00+00:00", 15, AMSTERDAM, "2026-04-04T22:00:00+00:00"),  # ends in summer time: UTC+2
        ("2026-10-20T12:00:00+00:00", 15, LONDON, "2026-11-05T00:00:00+00:00"),
    ],
)
def test_calendar_days_end_at_the_earlier_of_the_utc_and_the_local_midnight(received, days, zone, due):
    assert due_at(at(received), Length(calendar_days=days), zone) == at(due)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-20T15:00:00+00:00", "2026-11-26T00:00:00+00:00"),  # Friday: Monday, Tuesday, Wednesday
        ("2026-11-21T15:00:00+00:00", "2026-11-26T00:00:00+00:00"),  # Saturday: the same
        ("2026-11-23T15:00:00+00:00", "2026-11-27T00:00:00+00:00"),  # Monday
        ("2026-11-24T02:00:00+00:00", "2026-11-27T05:00:00+00:00"),  # still Monday in New York
    ],
)
def test_three_working_days_leave_out_the_weekend(received, due):
    assert due_at(at(received), Length(working_days=3), NEW_YORK) == at(due)


def test_a_day_of_hours_is_24_of_them_even_when_the_clocks_change():
    assert due_at(at("2026-03-08T01:00:00-05:00"), Length(hours=24), NEW_YORK) == at("2026-03-09T06:00:00+00:00")


@given(MOMENTS, ZONES, st.integers(1, 90))
def test_no_reading_of_the_zone_makes_a_clock_late(moment, zone, days):
    due = due_at(moment, Length(calendar_days=days), zone)
    for reading in (UTC, zone):
        last_instant = (due - timedelta(microseconds=1)).astimezone(reading)
        assert (last_instant.date() - moment.astimezone(reading).date()).days <= days
    assert due > moment


@given(MOMENTS, st.sampled_from(["+05:30", "-08:00", "+13:00"]))
def test_the_same_moment_written_in_another_zone_gives_the_same_clocks(moment, offset):
    zone = datetime.fromisoformat(f"2026-01-01T00:00:00{offset}").tzinfo
    assert running(received_at=moment) == running(received_at=moment.astimezone(zone))


def test_a_serious_unexpected_event_has_15_days_in_the_us_and_an_expected_one_has_not():
    assert "us.serious_unexpected" in running()
    assert "us.serious_unexpected" in running(is_expected=False)
    assert "us.serious_unexpected" not in running(is_expected=True)


def test_in_the_eu_the_15_days_run_for_every_serious_event():
    assert "eu.serious" in running("EU", is_expected=True)
    assert "eu.non_serious" in running("EU", serious=False)
    assert "eu.serious" not in running("EU", serious=False)


def test_a_complaint_alone_has_the_field_alert_and_not_the_event_clocks():
    complaint = running(kinds=(SafetyKind.PRODUCT_COMPLAINT,))
    assert set(complaint) == {"handover", "us.field_alert"}
    both = running(kinds=(SafetyKind.PRODUCT_COMPLAINT, SafetyKind.ADVERSE_EVENT))
    assert {"us.field_alert", "us.serious_unexpected"} <= set(both)


def test_the_outcome_of_a_pregnancy_is_asked_for_at_its_end():
    kinds = (SafetyKind.PREGNANCY_EXPOSURE,)
    told = running(kinds=kinds, serious=False, gestation_weeks=10)["pregnancy_outcome"]
    assert told.due_at.date().isoformat() == "2027-06-21"  # 210 days on, at the midnight that ends the day
    assert running(kinds=kinds, serious=False)["pregnancy_outcome"].due_at > told.due_at


def test_a_clock_is_met_by_the_event_it_waits_for_and_overdue_when_that_came_late():
    early = running(met={CaseEventKind.ACKNOWLEDGED: at("2026-11-22T09:05:00+00:00")})["handover"]
    late = running(met={CaseEventKind.ACKNOWLEDGED: at("2026-11-24T09:05:00+00:00")})["handover"]
    now = at("2026-12-31T00:00:00+00:00")
    assert not early.is_overdue(now)
    assert late.is_overdue(now)
    assert running()["handover"].is_due(at("2026-11-23T08:00:00+00:00"), timedelta(hours=4))


def test_every_clock_names_its_source_and_every_market_its_zone():
    rules = read_clocks()
    assert all(rule.citation and "(k)" in rule.note for rule in rules.clocks)
    assert {market for rule in rules.clocks for market in rule.markets} <= set(rules.zones)
