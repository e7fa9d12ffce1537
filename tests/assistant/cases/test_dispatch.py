"""What is sent about cases, to whom, how often, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from outgoing import TEAM, Flaky, Outbasket, Site, go_through, reported

from assistant.cases.dispatch import Carriers, DispatchLoop, Patience
from assistant.cases.lines import CaseQuery
from assistant.cases.state import next_event
from assistant.errors import MailUncertain, PermanentError, TransientError
from assistant.outgoing import Channel, Contact, DispatchState, Receipt
from assistant.records import CaseEventKind, CaseKind, CaseStatus, SafetyAssessment, TurnRecord
from assistant.responses import ResponseDocument, Signature
from assistant.types import SafetyKind
from tests.fakes import START, FakeDelivery
from tests.turns import opened, turn

S = DispatchState
ANSWER = ResponseDocument(
    request="Use in gout",
    summary="Not studied. [1]",
    safety_information="Boxed warning: invented.",
    signature=Signature(
        signer="msl-1", name="Dr. Invented", meaning="reviewed", signed_at=START, content_sha256="0" * 64
    ),
)


@pytest.fixture
def site(tmp_path):
    made = Site(f"sqlite:///{tmp_path / 'hcp.sqlite'}")
    yield made
    made.close()


def carry(site, times=3, **carriers):
    site.dispatcher = site.made(Carriers(**carriers))
    for _ in range(times):
        site.dispatcher.round()
    return site.dispatcher


def append(site, case_id, kind, text="", **more):
    event = next_event(site.desk.case(case_id), kind, "someone", site.clock.now(), text)
    site.desk.append(event.model_copy(update=more))


def medical_case(site, **contact):
    made = turn("interaction_medical", conversation_id="conversation_1")
    opening = opened("case_m").model_copy(update={"interaction_id": made.interaction_id})
    site.ledger.record(TurnRecord(interaction=made, case_events=(opening,)))
    if contact:
        site.contacts.agree(
            Contact(conversation_id="conversation_1", agreed_to="Yes.", agreed_at=START, **contact), "hcp"
        )
    append(site, "case_m", CaseEventKind.REQUESTED)
    append(site, "case_m", CaseEventKind.ASSIGNED)


def test_what_is_told_later_is_handed_over_as_a_revision_of_the_same_report(site):
    system = Flaky(site.clock, failing=0)
    site.ledger.record(reported(1, START, "someone had a rash"))
    carry(site, safety_system=system)
    site.clock.go_on(60)
    append(site, "case_safety000001", CaseEventKind.FOLLOWED_UP, "58F, lot AB1234")
    append(site, "case_safety000001", CaseEventKind.ASSESSED, assessment=SafetyAssessment())
    append(site, "case_safety000001", CaseEventKind.NOTED, "called the reporter")
    carry(site, safety_system=system)
    revisions = sorted(system.taken.values(), key=lambda h: h.revision)
    assert [h.revision for h in revisions] == [1, 4, 5]
    first, second, _ = (h.body.decode() for h in revisions)
    assert "AB1234" not in first
    assert "AB1234" in second
    assert all(b'e2b="C.1.4">20261122090000+0000<' in h.body for h in revisions)
    assert site.desk.case("case_safety000001").status is CaseStatus.ACKNOWLEDGED


def test_a_receipt_that_comes_later_is_asked_for(site):
    class Slow(Flaky):
        def hand_over(self, handover):
            super().hand_over(handover)
            return Receipt(is_acknowledged=False)

    system = Slow(site.clock, failing=0)
    site.ledger.record(reported(1, START))
    carry(site, safety_system=system)
    assert site.desk.case("case_safety000001").status is CaseStatus.TRANSFERRED
    site.clock.go_on(61)
    site.dispatcher.round()
    assert site.desk.case("case_safety000001").status is CaseStatus.ACKNOWLEDGED


def test_reports_wait_while_there_is_no_safety_system(site):
    site.ledger.record(reported(1, START))
    carry(site)
    assert site.dispatches.counts()["transfer"]["waiting"] == 1
    system = Flaky(site.clock, failing=0)
    carry(site, safety_system=system)
    assert len(system.taken) == 1


def test_a_refused_report_is_a_dead_letter_that_drug_safety_is_told_of(site):
    class Refusing(Flaky):
        def hand_over(self, handover):
            raise PermanentError("unknown sender")

    basket = Outbasket()
    site.ledger.record(reported(1, START))
    carry(site, safety_system=Refusing(site.clock), mailer=basket)
    assert site.desk.case("case_safety000001").status is CaseStatus.FAILED
    assert [mail.subject.split(":")[0] for mail in basket.sent] == [
        "New case",
        "A report did not reach the safety system",
    ]


def test_a_report_is_given_up_only_after_its_last_attempt(site):
    dispatcher = carry(site, safety_system=Flaky(site.clock, away=(START, START + timedelta(days=9))))
    dispatcher.patience = Patience(attempts={Channel.TRANSFER: 4, Channel.MAIL: 3, Channel.WEBHOOK: 3})
    site.ledger.record(reported(1, START))
    for _ in range(10):
        dispatcher.round()
        site.clock.go_on(601)
    (dead,) = site.dispatches.of_case("case_safety000001")[:1]
    assert {d.state for d in site.dispatches.in_state(Channel.TRANSFER, (S.DEAD,))} == {S.DEAD}
    assert site.dispatches.in_state(Channel.TRANSFER, (S.DEAD,))[0].attempts == 4
    assert dead.case_id == "case_safety000001"


def test_the_answer_is_mailed_to_an_hcp_who_agreed(site):
    medical_case(site, channel="email", address="hcp@example.org")
    append(site, "case_m", CaseEventKind.REPLIED, response=ANSWER)
    basket = Outbasket()
    carry(site, mailer=basket)
    mail = next(m for m in basket.sent if m.to == "hcp@example.org")
    assert "Not studied. [1]" in mail.text
    assert "Boxed warning: invented." in mail.text
    assert "Dr. Invented" in mail.text
    assert "https://medinfo.example.org" in mail.text
    carry(site, mailer=basket)
    assert [m.to for m in basket.sent].count("hcp@example.org") == 1


@pytest.mark.parametrize("contact", [{}, {"channel": "portal"}, {"channel": "phone", "address": "555"}])
def test_no_answer_is_mailed_to_an_hcp_who_did_not_agree(site, contact):
    medical_case(site, **contact)
    append(site, "case_m", CaseEventKind.REPLIED, response=ANSWER)
    basket = Outbasket()
    carry(site, mailer=basket)
    assert {m.to for m in basket.sent} == {"msl@example.org"}
    (skipped,) = site.dispatches.in_state(Channel.MAIL, (S.SKIPPED,))
    assert skipped.about == "answer.ready"


def test_consent_taken_back_before_sending_holds(site):
    medical_case(site, channel="email", address="hcp@example.org")
    append(site, "case_m", CaseEventKind.REPLIED, response=ANSWER)
    site.dispatcher.round()
    site.contacts.withdraw("conversation_1", "hcp", START)
    basket = Outbasket()
    carry(site, mailer=basket)
    assert "hcp@example.org" not in {m.to for m in basket.sent}


def test_new_due_and_overdue_are_each_told_once(site):
    basket, webhook = Outbasket(), FakeDelivery()
    site.ledger.record(reported(1, START))
    site.dispatcher = site.made(Carriers(mailer=basket, webhook=webhook))
    go_through(site, START + timedelta(hours=25))
    told = [mail.subject.split(":")[0] for mail in basket.sent]
    assert told == ["New case", "Case due soon", "Case overdue"]
    assert [signal.type for signal in webhook.sent] == ["case.new", "case.due", "case.overdue"]
    assert all(mail.to == TEAM for mail in basket.sent)
    assert not any("rash" in mail.text for mail in basket.sent)
    assert all("rash" not in signal.model_dump_json() for signal in webhook.sent)


def test_what_was_done_in_time_is_not_told_as_due(site):
    basket = Outbasket()
    site.ledger.record(reported(1, START))
    site.dispatcher = site.made(Carriers(mailer=basket, safety_system=Flaky(site.clock, failing=0)))
    go_through(site, START + timedelta(hours=30))
    assert [mail.subject.split(":")[0] for mail in basket.sent] == ["New case"]


def test_old_events_are_no_news_but_old_reports_still_go(site):
    site.ledger.record(reported(1, START))
    site.clock.go_on(10 * 86_400)
    basket, system = Outbasket(), Flaky(site.clock, failing=0)
    carry(site, mailer=basket, safety_system=system)
    assert len(system.taken) == 1
    assert basket.sent == []


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (MailUncertain("cut off"), S.UNCERTAIN),
        (PermanentError("no such user"), S.DEAD),
        (TransientError("x"), S.WAITING),
    ],
)
def test_a_mail_that_fails_is_held_given_up_or_tried_again(site, error, state):
    class Failing:
        def send(self, mail, on_text):
            on_text()
            raise error

    site.ledger.record(reported(1, START))
    carry(site, mailer=Failing())
    (held,) = site.dispatches.in_state(Channel.MAIL, (state,))
    assert held.last_error == str(error)


def test_one_that_breaks_holds_up_no_other(site):
    class Picky(Flaky):
        def hand_over(self, handover):
            if handover.case_id.endswith("1"):
                raise RuntimeError("words of a report")
            return super().hand_over(handover)

    system = Picky(site.clock, failing=0)
    for number in range(1, 5):
        site.ledger.record(reported(number, START))
    carry(site, safety_system=system)
    assert len(system.taken) == 3
    (stuck,) = site.dispatches.in_state(Channel.TRANSFER, (S.WAITING,))
    assert stuck.last_error == "RuntimeError"


def test_a_complaint_is_handed_over_like_any_safety_case(site):
    opening = opened("case_complaint", CaseKind.PRODUCT_COMPLAINT).model_copy(
        update={"reason": "product_complaint", "text": "pen jammed, lot AB1234"}
    )
    site.desk.append(opening)
    system = Flaky(site.clock, failing=0)
    carry(site, safety_system=system)
    (handover,) = system.taken.values()
    assert b"AB1234" in handover.body


def test_the_loop_carries_until_it_is_stopped(site):
    system = Flaky(site.clock, failing=0)
    site.dispatcher = site.made(Carriers(safety_system=system))
    loop = DispatchLoop(site.dispatcher, interval=0.01)
    loop.start()
    site.ledger.record(reported(1, START))
    for _ in range(200):
        if system.taken:
            break
        loop._stopping.wait(0.05)
    loop.stop()
    assert len(system.taken) == 1


def test_the_outcome_of_a_pregnancy_is_asked_for_long_after_the_report_was_acknowledged(site):
    site.ledger.record(reported(1, START, "she is 30 weeks pregnant on Veltrazone", kind=SafetyKind.PREGNANCY_EXPOSURE))
    basket = Outbasket()
    carry(site, mailer=basket, safety_system=Flaky(site.clock, failing=0))
    due = site.desk.lines(CaseQuery()).lines[0].due_at
    assert (due.date() - START.date()).days in (70, 71)  # the ten weeks that were left
    site.clock.at = due
    site.dispatcher.round()
    assert [mail.subject.split(":")[0] for mail in basket.sent] == ["New case", "Case overdue"]
