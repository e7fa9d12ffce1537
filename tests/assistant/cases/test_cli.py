"""`hcp cases` lists and shows what waits for an expert, on a terminal and for scripts."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from assistant.cases.cli import app
from assistant.cases.routing import read_rules
from assistant.cases.state import next_event
from assistant.errors import TransientError
from assistant.records import CaseEventKind, CaseKind
from tests.fakes import START, FakeClock, FakeDesk
from tests.turns import opened


@pytest.fixture
def desk():
    desk = FakeDesk()
    for number in range(3):
        kind = CaseKind.SAFETY if number == 2 else CaseKind.MEDICAL_INFORMATION
        desk.append(opened(f"case_{number}", kind, START + timedelta(minutes=number)))
    desk.append(next_event(desk.case("case_1"), CaseEventKind.ASSIGNED, "msl_1", START + timedelta(hours=1)))
    return desk


@pytest.fixture
def run(desk):
    def invoke(*arguments, using=desk):
        return CliRunner().invoke(
            app, arguments, obj=lambda: SimpleNamespace(desk=using), env={"COLUMNS": "220"}, catch_exceptions=False
        )

    return invoke


def ids(result):
    return [case["case_id"] for case in json.loads(result.stdout)]


def test_cases_are_listed_newest_first(run):
    result = run("list")
    assert result.exit_code == 0
    positions = [result.stdout.index(f"case_{n}") for n in (2, 1, 0)]
    assert positions == sorted(positions)
    assert "off_label" in result.stdout


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), ["case_2", "case_1", "case_0"]),
        (("--kind", "safety"), ["case_2"]),
        (("--status", "assigned"), ["case_1"]),
        (("--limit", "1"), ["case_2"]),
        (("--product", "VELTRAZONE", "--limit", "2"), ["case_2", "case_1"]),
        (("--product", "Otherol"), []),
    ],
)
def test_a_list_is_filtered(run, options, expected):
    assert ids(run("list", "--json", *options)) == expected


def test_an_empty_list_says_so(run):
    assert run("list", using=FakeDesk()).stdout.strip() == "No cases."
    assert run("list", "--json", using=FakeDesk()).stdout.strip() == "[]"


def test_json_says_all_that_the_case_is(run):
    (case,) = json.loads(run("list", "--json", "--status", "assigned").stdout)
    assert (case["status"], case["assignee"], case["events"]) == ("assigned", "msl_1", 2)
    assert case["opened_at"] == "2026-11-22T09:01:00Z"


def test_a_case_is_shown_with_its_thread(run):
    shown = run("show", "case_1").stdout
    assert "assigned" in shown
    assert "msl_1" in shown
    assert [e["kind"] for e in json.loads(run("show", "case_1", "--json").stdout)["events"]] == ["opened", "assigned"]


def test_an_unknown_case_is_a_usage_error_that_names_it(run):
    result = run("show", "case_404")
    assert result.exit_code == 2
    assert "case_404" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("option", [("--status", "lost"), ("--kind", "x"), ("--limit", "0")])
def test_an_option_that_means_nothing_is_a_usage_error(run, option):
    result = run("list", *option)
    assert result.exit_code == 2
    assert option[0] in result.stderr


def test_a_database_that_is_away_is_told_without_a_traceback(run):
    class Away(FakeDesk):
        def cases(self, **_):
            raise TransientError("the database is away")

        def case(self, _):
            raise TransientError("the database is away")

    for arguments in (("list",), ("show", "case_1")):
        result = run(*arguments, using=Away())
        assert (result.exit_code, result.stderr.strip()) == (1, "the database is away")


def test_what_an_hcp_wrote_cannot_act_on_the_terminal(run, desk):
    case = desk.case("case_0")
    desk.append(next_event(case, CaseEventKind.NOTED, "msl_1", START, text="[red]x[/red] \x1b[2J \u202e end"))
    shown = run("show", "case_0").stdout
    assert "[red]x[/red]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_queues_are_looked_after_and_made_anew(desk):
    held = SimpleNamespace(desk=desk, clock=FakeClock(), rules=read_rules())

    def invoke(*arguments):
        return CliRunner().invoke(app, arguments, obj=lambda: held, catch_exceptions=False)

    assert json.loads(invoke("attend", "--dry-run", "--json").stdout) == []
    assert "0 steps taken" in invoke("attend").output
    assert json.loads(invoke("rebuild", "--json").stdout) == {"cases": 3}
