"""A day of 200 safety reports, and a receiving system that fails: every one arrives, once, in time, and it is shown."""

from __future__ import annotations

import random
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree
from outgoing import Flaky, Outbasket, Site, go_through, reported

from assistant.cases.e2b_xml import NAMESPACE, problems_of
from assistant.cases.reconcile import reconcile
from assistant.cases.safety import read_report
from assistant.outgoing import Channel, DispatchState
from assistant.records import CaseEventKind, CaseStatus
from assistant.types import SafetyKind
from knowledge.types import Market
from tests.fakes import FakeClock

# The night summer time ends in New York, and a working night in Europe.
DAY = datetime(2026, 11, 1, tzinfo=UTC)
REPORTS = 200
MEMORY = Path("/dev/shm")  # a day of commits: their durability is another test's subject
OUTAGE = (DAY + timedelta(hours=5, minutes=30), DAY + timedelta(hours=6, minutes=30))
MARKETS = list(Market)
KINDS = (SafetyKind.ADVERSE_EVENT, SafetyKind.PRODUCT_COMPLAINT, SafetyKind.PREGNANCY_EXPOSURE)


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """The whole day, at its end."""
    clock = FakeClock(DAY)
    system, basket = Flaky(clock, away=OUTAGE), Outbasket()
    folder = Path(tempfile.mkdtemp(dir=MEMORY)) if MEMORY.is_dir() else tmp_path_factory.mktemp("day")
    site = Site(f"sqlite:///{folder / 'hcp.sqlite'}", clock, safety_system=system, mailer=basket)
    chance = random.Random(3)
    moments = sorted(DAY + timedelta(seconds=chance.randrange(24 * 3600)) for _ in range(REPORTS))
    for number, at in enumerate(moments):
        go_through(site, at, step=timedelta(minutes=10))
        clock.at = at
        text = "58F on Veltrazone was admitted with a rash" if number % 3 else "61 yo m had a headache on Veltrazone"
        site.ledger.record(reported(number, at, text, MARKETS[number % 3], KINDS[number % 7 % 3]))
    go_through(site, DAY + timedelta(days=1, minutes=30), step=timedelta(minutes=10))
    yield site, system, basket, moments
    site.close()
    shutil.rmtree(folder)


def made(site, day=DAY, taken=None):
    return reconcile(day.date(), site.received, site.dispatches, site.desk, site.ledger, site.clock, taken)


def test_the_system_did_fail_and_everything_was_acknowledged_all_the_same(day):
    site, system, _, _ = day
    assert system.failures > REPORTS * 0.25
    assert system.refused_while_away > 0
    assert len(system.taken) == REPORTS
    assert site.dispatches.counts()["transfer"] == {
        **dict.fromkeys((s.value for s in DispatchState), 0),
        "done": REPORTS,
    }
    cases = site.desk.cases(limit=1000)
    assert len(cases) == REPORTS
    for case in cases:
        kinds = [e.kind for e in case.events]
        assert kinds == [CaseEventKind.OPENED, CaseEventKind.TRANSFERRED, CaseEventKind.ACKNOWLEDGED]
        assert case.status is CaseStatus.ACKNOWLEDGED


def test_the_reconciliation_of_the_day_is_clean_and_agrees_with_the_receivers_list(day):
    site, system, _, _ = day
    report = made(site, taken={h.case_id for h in system.taken.values()})
    assert (report.intakes, report.cases, report.reports, report.acknowledged) == (REPORTS,) * 4
    assert report.is_clean
    assert report.late == ()
    assert made(site, DAY + timedelta(days=1)).reports == 0


def test_what_one_side_holds_and_the_other_does_not_is_a_gap(day):
    site, system, _, _ = day
    listed = {h.case_id for h in system.taken.values()}
    lost = listed.pop()
    report = made(site, taken={*listed, "case_elsewhere"})
    assert {(gap.kind, gap.case_id) for gap in report.gaps} == {
        ("unknown_to_receiver", lost),
        ("unknown_here", "case_elsewhere"),
    }


def test_day_0_is_the_moment_of_receipt_in_every_zone(day):
    site, _, _, moments = day
    zones = {Market.US: "America/New_York", Market.EU: "Europe/Amsterdam", Market.UK: "Europe/London"}
    for number, at in enumerate(moments):
        case = site.desk.case(f"case_safety{number:06d}")
        report = read_report(case)
        assert report.received_at == at
        zone = ZoneInfo(zones[case.market])
        for clock in report.clocks:
            days = {"us.serious_unexpected": 15, "eu.serious": 15, "uk.serious": 15}.get(clock.id)
            if days is None:
                continue
            last = clock.due_at - timedelta(microseconds=1)
            assert (last.astimezone(zone).date() - at.astimezone(zone).date()).days in (days - 1, days)
            assert (last.date() - at.date()).days in (days - 1, days)
            assert not clock.is_overdue(site.clock.now())


def test_what_was_handed_over_fits_the_schema_and_holds_day_0(day):
    _, system, _, moments = day
    for handover in system.taken.values():
        assert problems_of(handover.body) == ()
        number = int(handover.case_id.removeprefix("case_safety"))
        day_0 = etree.fromstring(handover.body).findtext(f".//{{{NAMESPACE}}}first_received_at")
        assert day_0 == f"{moments[number]:%Y%m%d%H%M%S}+0000"


def test_drug_safety_was_told_of_each_new_case_once(day):
    _, _, basket, _ = day
    assert len(basket.sent) == REPORTS
    assert len({mail.message_id for mail in basket.sent}) == REPORTS
    assert not any("rash" in mail.text or "headache" in mail.text for mail in basket.sent)


def test_a_report_that_is_not_acknowledged_yet_is_a_gap(tmp_path):
    clock = FakeClock(DAY)
    site = Site(f"sqlite:///{tmp_path / 'hcp.sqlite'}", clock, safety_system=Flaky(clock, failing=1.0))
    site.ledger.record(reported(1, DAY))
    site.dispatcher.round()
    (gap,) = made(site).gaps
    assert (gap.kind, "waiting after 1 attempts" in gap.detail) == ("not_transferred", True)
    clock.at += timedelta(hours=25)
    assert [late.clock for late in made(site).late] == ["handover"]
    site.close()


def test_a_report_without_a_case_shows(tmp_path):
    clock = FakeClock(DAY)
    site = Site(f"sqlite:///{tmp_path / 'hcp.sqlite'}", clock)
    record = reported(1, DAY)
    site.ledger.record(record.model_copy(update={"case_events": ()}))
    assert [gap.kind for gap in made(site).gaps] == ["no_case"]
    site.close()


def test_a_report_nobody_planned_to_send_shows(tmp_path):
    clock = FakeClock(DAY)
    site = Site(f"sqlite:///{tmp_path / 'hcp.sqlite'}", clock)
    site.ledger.record(reported(1, DAY))
    (gap,) = made(site).gaps
    assert (gap.kind, "never planned" in gap.detail) == ("not_transferred", True)
    assert site.dispatches.counts()[Channel.TRANSFER.value]["waiting"] == 0
    site.close()
