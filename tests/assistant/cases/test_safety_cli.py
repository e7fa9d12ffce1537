"""`hcp cases export`, `reconcile`, `dispatch`, `outgoing`, `retry`: for people and for scripts."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from types import SimpleNamespace

import pytest
from outgoing import Flaky, Site, reported
from typer.testing import CliRunner

from assistant.cases.cli import app
from assistant.cases.e2b_xml import problems_of
from assistant.config import Settings
from assistant.errors import PermanentError
from assistant.outgoing import Receipt
from assistant.records import CaseKind
from tests.fakes import START
from tests.turns import opened

CASE = "case_safety000001"
DAY = START.astimezone(UTC).date().isoformat()


class Refusing:
    media_type = "application/json"

    def hand_over(self, handover):
        raise PermanentError("unknown sender")

    def receipt(self, handover_id):
        return Receipt(is_acknowledged=False)


@pytest.fixture
def site(tmp_path):
    made = Site(f"sqlite:///{tmp_path / 'hcp.sqlite'}")
    made.ledger.record(reported(1, START))
    made.settings = Settings()
    yield made
    made.close()


@pytest.fixture
def run(site):
    def invoke(*arguments, system=None):
        if system is not None:
            site.dispatcher = site.made(SimpleNamespace(safety_system=system, mailer=None, webhook=None))
        return CliRunner().invoke(app, arguments, obj=lambda: site, env={"COLUMNS": "220"}, catch_exceptions=False)

    return invoke


def test_a_case_is_exported_in_both_forms(run, tmp_path):
    xml = run("export", CASE)
    assert xml.exit_code == 0
    assert problems_of(xml.stdout.encode()) == ()
    report = json.loads(run("export", CASE, "--format", "json").stdout)
    assert report["identification"]["first_received_at"] == "2026-11-22T09:00:00Z"
    assert run("export", CASE, "--out", str(tmp_path / "case.xml")).exit_code == 0
    assert problems_of((tmp_path / "case.xml").read_bytes()) == ()


def test_what_cannot_be_exported_is_named(run, site):
    assert run("export", "case_none").exit_code == 2
    site.desk.append(opened("case_medical", CaseKind.MEDICAL_INFORMATION))
    refused = run("export", "case_medical")
    assert (refused.exit_code, "no safety case" in refused.stderr) == (2, True)


def test_the_reconciliation_ends_with_1_until_the_day_is_acknowledged(run, site):
    gap = run("reconcile", "--date", DAY)
    assert (gap.exit_code, "GAP  not_transferred" in gap.stdout) == (1, True)
    carried = run("dispatch", "--once", "--json", system=Flaky(site.clock, failing=0))
    assert json.loads(carried.stdout)["carried"]["done"] == 1
    clean = run("reconcile", "--date", DAY, "--json")
    assert clean.exit_code == 0
    report = json.loads(clean.stdout)
    assert (report["is_clean"], report["reports"], report["acknowledged"]) == (True, 1, 1)


def test_the_receivers_own_list_is_held_against_ours(run, site, tmp_path):
    run("dispatch", "--once", system=Flaky(site.clock, failing=0))
    listed = tmp_path / "taken.txt"
    listed.write_text(f"{CASE}\n\n")
    assert run("reconcile", "--date", DAY, "--received", str(listed)).exit_code == 0
    listed.write_text("case_other\n")
    differing = run("reconcile", "--date", DAY, "--received", str(listed))
    assert differing.exit_code == 1
    assert "unknown_to_receiver" in differing.stdout
    assert "unknown_here" in differing.stdout
    assert run("reconcile", "--received", str(tmp_path / "missing")).exit_code == 2


def test_yesterday_is_reconciled_when_no_day_is_given(run, site):
    site.clock.at = START + timedelta(days=1)
    assert run("reconcile").exit_code == 1
    assert run("reconcile", "--date", "22.11.2026").exit_code == 2


def test_a_dead_letter_is_listed_and_can_be_tried_again(run, site):
    run("dispatch", "--once", system=Refusing())
    (dead,) = json.loads(run("outgoing", "--json").stdout)
    assert (dead["case_id"], dead["last_error"]) == (CASE, "unknown sender")
    assert "unknown sender" in run("outgoing").stdout
    assert "GAP  refused" in run("reconcile", "--date", DAY).stdout
    assert run("retry", dead["dispatch_id"]).exit_code == 0
    assert run("retry", dead["dispatch_id"]).exit_code == 1
    run("dispatch", "--once", system=Flaky(site.clock, failing=0))
    assert run("reconcile", "--date", DAY).exit_code == 0
