"""The one question asked back for a safety report, and its answer, which joins the same case."""

from __future__ import annotations

import pytest

from assistant.criteria import answer_span, follow_up_about, missing_criteria
from assistant.records import CaseEventKind
from assistant.turn.follow import follow
from assistant.turn.record import complaint_beside, prepare
from assistant.types import Clarify, SafetyIntake, SafetyKind, Screening
from knowledge.types import ProductNames
from tests.fakes import FakeClock, FakeDesk, FakeLedger, FakeStore
from tests.turns import PRODUCT, intake, numbered_ids, turn

NAMES = (ProductNames(product=PRODUCT, generic="veltrazonide"),)


def asked(about="patient", **more):
    return intake().model_copy(update={"asked_about": about, "follow_up": "One thing would help: …?", **more})


def answered(about, text):
    return answer_span(about, text, ("veltrazone", "veltrazonide"))


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ("patient", "58F"),
        ("patient", "58 year old woman"),
        ("patient", "She's 58."),
        ("patient", "female, in her 60s"),
        ("patient", "58"),
        ("patient", "[person], 61 yo m"),
        ("patient", "sorry, don't know"),
        ("patient", "A 58-year-old man. He has recovered meanwhile and went home."),
        ("lot_number", "Lot AB1234"),
        ("lot_number", "AB1234"),
        ("lot_number", "not at hand, unknown"),
        ("product", "it was Veltrazone 10 mg"),
        ("product", "veltrazonide"),
    ],
)
def test_an_answer_is_told_from_the_next_message(about, text):
    assert answered(about, text) == (0, len(text))


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ("patient", "What is the dose in a 58F?"),
        ("patient", "dose for 58F CrCl 22"),
        ("patient", "58 yo woman with RA on methotrexate and CrCl 22, start at full dose?"),
        ("patient", "Which adverse reactions are the most frequent?"),
        ("patient", "thanks"),
        ("lot_number", "How should the pen be stored?"),
        ("product", "Veltrazone dose in renal impairment"),
        ("product", "What about storage of Veltrazone?"),
        ("", "58F"),
    ],
)
def test_a_new_question_is_no_answer(about, text):
    assert answered(about, text) is None


def test_an_answer_may_stand_before_a_question():
    text = "58F. And what is the maximum dose?"
    assert answered("patient", text) == (0, 5)


def test_an_answer_belongs_to_the_last_question_still_open():
    open_one = turn("t1", (asked(),))
    screening = Screening(redacted="58F")
    assert follow(screening, [open_one], NAMES).intake.case_id == intake().case_id
    assert follow(screening, [open_one, turn("t2"), turn("t3")], NAMES) is not None
    assert follow(screening, [open_one, turn("t2"), turn("t3"), turn("t4")], NAMES) is None
    done = turn("t2", (asked(is_follow_up=True, asked_about="", follow_up=""),))
    assert follow(screening, [open_one, done], NAMES) is None
    assert follow(screening, [turn("t1", (intake(),))], NAMES) is None


def test_an_answer_that_is_also_asked_for_by_a_question_leaves_that_to_be_answered():
    both = turn("t1", (asked("product"), Clarify(text="Which product?")))
    assert not follow(Screening(redacted="Veltrazone"), [both], NAMES).is_whole


def test_the_product_is_asked_for_first_then_the_lot_then_the_patient():
    assert follow_up_about(missing_criteria("a patient had a rash", None), (SafetyKind.ADVERSE_EVENT,)) == "product"
    assert follow_up_about(("patient",), (SafetyKind.PRODUCT_COMPLAINT,)) == "lot_number"
    assert follow_up_about(("patient",), (SafetyKind.ADVERSE_EVENT,)) == "patient"
    assert follow_up_about((), (SafetyKind.ADVERSE_EVENT,)) is None


def record(outcome, name, text):
    made = turn(name, (outcome,), screening=Screening(redacted=text))
    return prepare(made, f"raw {text}", (), numbered_ids_of(name))


def numbered_ids_of(name):
    made = numbered_ids()
    return lambda prefix: f"{made(prefix)}_{name}"


@pytest.mark.parametrize(
    "kinds", [(SafetyKind.ADVERSE_EVENT,), (SafetyKind.ADVERSE_EVENT, SafetyKind.PRODUCT_COMPLAINT)]
)
def test_the_answer_joins_the_same_case_and_a_complaint_beside_it(kinds):
    store = FakeStore(FakeClock())
    ledger, desk = FakeLedger(store), FakeDesk(store)
    first = asked(safety_kinds=kinds)
    ledger.record(record(first, "t1", "a rash"))
    again = SafetyIntake(**{**first.model_dump(), "is_follow_up": True, "asked_about": "", "follow_up": ""})
    ledger.record(record(again, "t2", "58F"))
    cases = [first.case_id, complaint_beside(first.case_id)][: len(kinds)]
    assert {case.case_id for case in desk.cases()} == set(cases)
    for name in cases:
        case = desk.case(name)
        assert [e.kind for e in case.events] == [CaseEventKind.OPENED, CaseEventKind.FOLLOWED_UP]
        assert (case.events[1].text, case.opened_at) == ("58F", first.received_at)
        assert [v.text for v in ledger.read_vault(name, "safety-1")] == ["raw a rash", "raw 58F"]
