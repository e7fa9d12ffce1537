"""A report, the one question back, its answer: one case, over the real assistant and the real database."""

from __future__ import annotations

import pytest

from assistant.bootstrap import build
from assistant.cases.safety import read_report
from assistant.config import StorageSettings, load
from assistant.demo import fill
from assistant.records import CaseEventKind
from assistant.types import Asker, Question, SafetyIntake, SafetyKind, Scope

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    made = build(load(storage=StorageSettings(directory=tmp_path_factory.mktemp("follow"))))
    fill(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def product(services):
    (names, *_) = services.knowledge.products("US", "hcp", services.clock.now())
    return names.product


@pytest.fixture
def ask(services, product, request):
    def say(text):
        question = Question(
            question_id=f"question_{request.node.name}_{services.clock.now().timestamp()}",
            conversation_id=f"conversation_{request.node.name}",
            asker=Asker(pseudonym="hcp_1"),
            scope=Scope(product=product),
            text=text,
            asked_at=services.clock.now(),
        )
        return services.assistant.take_turn(question).reply.outcomes

    return say


def kinds(outcomes):
    return [outcome.kind for outcome in outcomes]


def intake_of(outcomes):
    return next(o for o in outcomes if isinstance(o, SafetyIntake))


def test_the_answer_completes_the_case_and_nothing_more_is_asked(services, product, ask):
    first = intake_of(ask(f"My patient developed a severe rash last week on {product}."))
    assert (first.asked_about, first.missing_criteria) == ("patient", ("patient",))
    reply = ask("She is a 58 year old woman")
    second = intake_of(reply)
    assert kinds(reply) == ["safety"]
    assert second.is_follow_up
    assert (second.case_id, second.received_at, second.follow_up) == (first.case_id, first.received_at, "")
    case = services.desk.case(first.case_id)
    assert [e.kind for e in case.events] == [CaseEventKind.OPENED, CaseEventKind.FOLLOWED_UP]
    report = read_report(case, {e.interaction_id: services.ledger.interaction(e.interaction_id) for e in case.events})
    assert report.missing == ()
    assert (report.age.value, report.sex) == (58, "female")
    assert len(services.ledger.read_vault(first.case_id, "safety-1")) == 2
    assert not any(isinstance(o, SafetyIntake) for o in ask("What is the recommended dosage?"))


def test_a_question_after_a_report_is_answered_as_ever(product, ask):
    ask(f"My patient developed a severe rash last week on {product}.")
    assert kinds(ask("What is the recommended dosage?")) == ["answer"]


def test_an_answer_and_a_question_in_one_message_each_get_theirs(product, ask):
    first = intake_of(ask(f"My patient developed a severe rash last week on {product}."))
    reply = ask("58F. What is the recommended dosage?")
    assert kinds(reply) == ["safety", "answer"]
    assert intake_of(reply).case_id == first.case_id


def test_a_second_patient_is_a_second_case(product, ask):
    first = intake_of(ask(f"My patient developed a severe rash last week on {product}."))
    reply = ask("58F. Another patient of mine was found to be pregnant while taking it last month.")
    told = [o for o in reply if isinstance(o, SafetyIntake)]
    assert {o.case_id == first.case_id for o in told} == {True, False}


def test_a_question_about_pregnancy_is_asked_once_whether_there_was_an_exposure(services, product, ask):
    def notices(text):
        ask(text)
        (turn,) = services.ledger.conversation(conversation, last=1)
        return [n.kind for n in turn.reply.notices]

    conversation = "conversation_test_a_question_about_pregnancy_is_asked_once_whether_there_was_an_exposure"
    assert "exposure" in notices("What does the label say about use in pregnancy?")
    intake = intake_of(ask("Yes, one of my patients"))
    assert intake.safety_kinds == (SafetyKind.PREGNANCY_EXPOSURE,)
    assert "exposure" not in notices("And is it known to harm the fetus in pregnancy?")


def test_a_no_is_no_report(ask):
    ask("What does the label say about use in pregnancy?")
    assert not any(isinstance(o, SafetyIntake) for o in ask("No."))
