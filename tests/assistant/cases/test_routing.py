"""Where a case goes and how soon it is due: rules as data, business hours over weekends, holidays, clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cases.calendars import Calendar, due_after
from assistant.cases.routing import PACKAGED, Facts, Team, fitting, read_rules, route
from assistant.cases.state import derive
from assistant.errors import SettingsError
from assistant.records import Priority
from knowledge.types import Market
from tests.turns import opened

NEW_YORK = Calendar(country="US", time_zone="America/New_York", opens="09:00", closes="17:00")
LONDON = Calendar(country="GB", subdivision="ENG", time_zone="Europe/London", opens="09:00", closes="17:00")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "started", "hours", "due"),
    [
        (NEW_YORK, "2026-11-18T15:00", 4, "2026-11-18T19:00"),  # within a day
        (NEW_YORK, "2026-11-18T21:00", 4, "2026-11-19T17:00"),  # an hour is left of the day
        (NEW_YORK, "2026-11-20T21:00", 8, "2026-11-23T21:00"),  # over a weekend
        (NEW_YORK, "2026-11-25T21:00", 8, "2026-11-27T21:00"),  # Thanksgiving on the 26th
        (NEW_YORK, "2026-10-30T20:00", 8, "2026-11-02T21:00"),  # clocks go back on 1 November
        (NEW_YORK, "2026-03-06T21:00", 8, "2026-03-09T20:00"),  # clocks go forward on 8 March
        (LONDON, "2026-12-24T16:00", 8, "2026-12-29T16:00"),  # 25th, and the 28th in lieu of the 26th
        (LONDON, "2026-07-04T03:00", 1, "2026-07-06T09:00"),  # begins at night on a Saturday, summer time
        (LONDON, "2026-11-23T17:00", 8, "2026-11-24T17:00"),  # at closing time, the next whole day
    ],
)
def test_business_hours_are_counted_where_people_work(calendar, started, hours, due):
    assert due_after(at(started), hours, calendar) == at(due)


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1))  # noqa: DTZ001 - hypothesis wants naive ones


@given(MOMENTS, st.floats(0.1, 60), st.floats(0.1, 60))
def test_due_comes_after_the_start_and_later_for_more_hours(started, hours, more):
    begun = started.replace(tzinfo=UTC)
    first, second = due_after(begun, hours, NEW_YORK), due_after(begun, hours + more, NEW_YORK)
    assert begun < first < second


def rules_with(tmp_path, **changed):
    text = PACKAGED.read_text()
    for old, new in changed.values():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "routing.yaml"
    path.write_text(text)
    return read_rules(path)


def test_the_first_rule_that_holds_decides_and_is_named(tmp_path):
    rules = rules_with(
        tmp_path,
        rule=(
            "rules:\n",
            """rules:
  - {name: derm, when: {therapeutic_areas: [dermatology], markets: [UK]}, team: skin, priority: high}
""",
        ),
        area=("therapeutic_areas: {}", "therapeutic_areas: {Invented: dermatology}"),
        team=("teams:\n", "teams:\n  - {name: skin}\n"),
    )
    skin = route(Facts(market=Market.UK, product="Invented"), rules)
    assert (skin.team, skin.priority, skin.rule, skin.therapeutic_area) == ("skin", "high", "derm", "dermatology")
    assert skin.rules == rules.reference
    assert route(Facts(market=Market.US, product="Invented"), rules).team == "medical-information"
    assert route(Facts(market=Market.UK, is_urgent=True), rules).priority is Priority.URGENT


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("team: medical-information, priority: urgent", "team: nobody, priority: urgent", "nobody"),
        ("when: {}", "when: {markets: [US]}", "last rule"),
        ("country: BE", "country: XX", "XX"),
        ("America/New_York", "Mars/Olympus", "Mars/Olympus"),
        ("version:", "verzion:", "version: Field required"),
    ],
)
def test_rules_that_cannot_work_stop_the_start_and_say_why(tmp_path, old, new, named):
    with pytest.raises(SettingsError, match=named):
        rules_with(tmp_path, change=(old, new))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.yaml"):
        read_rules(tmp_path / "nowhere.yaml")


TEAM = Team.model_validate(
    {
        "name": "t",
        "members": [
            {"pseudonym": "full", "capacity": 1},
            {"pseudonym": "away", "absences": [{"from": "2026-11-20", "to": "2026-11-24"}]},
            {"pseudonym": "other_product", "products": ["Otherol"]},
            {"pseudonym": "busy"},
            {"pseudonym": "free"},
        ],
    }
)


def test_a_case_is_given_to_who_is_there_has_room_and_fits():
    case = derive((opened("case_1"),))
    loads = {"full": 1, "busy": 3}
    assert [m.pseudonym for m in fitting(case, TEAM, loads, date(2026, 11, 22))] == ["free", "busy"]
    assert [m.pseudonym for m in fitting(case, TEAM, loads, date(2026, 11, 25))] == ["away", "free", "busy"]
