"""What goes out, over the real databases: planned once, claimed by one, settled together with its case."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from assistant.adapters.sql_contacts import SqlContacts
from assistant.adapters.sql_desk import SqlDesk
from assistant.adapters.sql_dispatches import SqlDispatches
from assistant.adapters.sql_ledger import SqlLedger
from assistant.audit import verify
from assistant.cases.state import next_event
from assistant.errors import Conflict, NotFound
from assistant.outgoing import Channel, Contact, Dispatch, DispatchState, Happening, dispatch_id
from assistant.records import CaseEventKind, CaseKind, CaseStatus
from tests.fakes import START
from tests.turns import opened

S = DispatchState


@pytest.fixture
def desk(engine, clock):
    return SqlDesk(engine, clock)


@pytest.fixture
def dispatches(engine, clock):
    return SqlDispatches(engine, clock)


def transfer(event):
    return (
        Dispatch(
            dispatch_id=dispatch_id(Channel.TRANSFER, event.case_id, "report", event.sequence, "safety-system"),
            channel=Channel.TRANSFER,
            case_id=event.case_id,
            about="report",
            revision=event.sequence,
            recipient="safety-system",
            created_at=START,
        ),
    )


def mail(case_id="case_1", to="team@example.org", **more):
    name = dispatch_id(Channel.MAIL, case_id, "case.new", 1, to)
    return Dispatch(
        dispatch_id=name,
        channel=Channel.MAIL,
        case_id=case_id,
        about="case.new",
        revision=1,
        recipient=to,
        created_at=START,
        **more,
    )


def open_case(desk, case_id="case_1", kind=CaseKind.SAFETY):
    event = opened(case_id, kind)
    desk.append(event)
    return event


def claim(dispatches, owner="a", channel=Channel.TRANSFER, limit=10):
    return dispatches.claim(channel, owner, limit, lease_seconds=60)


def test_each_event_is_planned_once_in_order(desk, dispatches):
    for n in range(5):
        open_case(desk, f"case_{n}")
    seen = []

    def plan(event):
        seen.append(event.case_id)
        return transfer(event)

    assert dispatches.plan(plan, limit=2) == 2
    assert dispatches.plan(plan) == 3
    assert dispatches.plan(plan) == 0
    assert seen == [f"case_{n}" for n in range(5)]
    assert len(claim(dispatches)) == 5


def test_planners_that_run_together_plan_each_event_once(desk, dispatches):
    for n in range(20):
        open_case(desk, f"case_{n}")
    seen, errors = [], []

    def plan_all():
        try:
            while dispatches.plan(lambda event: (seen.append(event.case_id), transfer(event))[1], limit=3):
                pass
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=plan_all) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(seen) == sorted(f"case_{n}" for n in range(20))


def test_a_plan_that_fails_keeps_its_place(desk, dispatches):
    open_case(desk)

    def broken(event):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        dispatches.plan(broken)
    assert dispatches.plan(transfer) == 1


def test_what_is_claimed_is_seen_by_nobody_else_until_the_lease_ends(desk, dispatches, clock):
    open_case(desk)
    dispatches.plan(transfer)
    (first,) = claim(dispatches, "a")
    assert claim(dispatches, "b") == ()
    clock.go_on(61)
    (again,) = claim(dispatches, "b")
    assert (again.dispatch_id, again.attempts) == (first.dispatch_id, 2)
    with pytest.raises(Conflict, match="no longer holds"):
        dispatches.finish("a", first.dispatch_id, S.DONE)


def test_an_end_and_what_it_adds_to_the_case_are_one(desk, dispatches, engine, clock, vault):
    open_case(desk)
    dispatches.plan(transfer)
    (held,) = claim(dispatches)
    happened = (
        Happening(kind=CaseEventKind.TRANSFERRED, text="revision 1"),
        Happening(kind=CaseEventKind.ACKNOWLEDGED, text="R-1", actor="safety-system"),
    )
    dispatches.finish("a", held.dispatch_id, S.DONE, note="R-1", happened=happened)
    case = desk.case("case_1")
    assert case.status is CaseStatus.ACKNOWLEDGED
    assert [e.kind for e in case.events[1:]] == [CaseEventKind.TRANSFERRED, CaseEventKind.ACKNOWLEDGED]
    (done,) = dispatches.of_case("case_1")
    assert (done.state, done.receipt, done.done_at) == (S.DONE, "R-1", clock.now())
    with pytest.raises(Conflict):
        dispatches.finish("a", held.dispatch_id, S.DONE, happened=happened)
    assert len(desk.case("case_1").events) == 3
    ledger = SqlLedger(engine, clock, vault)
    assert verify(ledger.audit(), ledger.audit_head()) == ()


def test_what_the_case_has_no_place_for_is_noted(desk, dispatches):
    open_case(desk, kind=CaseKind.MEDICAL_INFORMATION)
    dispatches.add([mail()])
    (held,) = claim(dispatches, channel=Channel.MAIL)
    acknowledged = Happening(kind=CaseEventKind.ACKNOWLEDGED, text="x")
    dispatches.finish("a", held.dispatch_id, S.DONE, happened=(acknowledged,))
    assert desk.case("case_1").events[-1].kind is CaseEventKind.NOTED


def test_a_retry_waits_for_its_time(desk, dispatches, clock):
    open_case(desk)
    dispatches.plan(transfer)
    (held,) = claim(dispatches)
    dispatches.retry("a", held.dispatch_id, "away", clock.now() + timedelta(seconds=30))
    assert claim(dispatches) == ()
    clock.go_on(30)
    (again,) = claim(dispatches)
    assert (again.attempts, again.last_error) == (2, "away")


def test_a_mail_cut_off_while_its_text_went_out_is_held_for_a_person(desk, dispatches, clock):
    open_case(desk)
    dispatches.add([mail()])
    (held,) = claim(dispatches, channel=Channel.MAIL)
    dispatches.sending("a", held.dispatch_id)
    clock.go_on(61)
    assert claim(dispatches, "b", Channel.MAIL) == ()
    (uncertain,) = dispatches.in_state(Channel.MAIL, (S.UNCERTAIN,))
    assert uncertain.dispatch_id == held.dispatch_id
    assert dispatches.revive(Channel.MAIL) == 0  # only by name
    assert dispatches.revive(Channel.MAIL, (held.dispatch_id,)) == 1
    assert len(claim(dispatches, "b", Channel.MAIL)) == 1


def test_a_site_may_choose_to_send_it_again(desk, engine, clock):
    dispatches = SqlDispatches(engine, clock, resend_uncertain=True)
    open_case(desk)
    dispatches.add([mail()])
    (held,) = claim(dispatches, channel=Channel.MAIL)
    dispatches.sending("a", held.dispatch_id)
    clock.go_on(61)
    assert [d.dispatch_id for d in claim(dispatches, "b", Channel.MAIL)] == [held.dispatch_id]


def test_the_text_may_not_go_out_once_the_lease_is_over(desk, dispatches, clock):
    open_case(desk)
    dispatches.add([mail()])
    (held,) = claim(dispatches, channel=Channel.MAIL)
    clock.go_on(61)
    with pytest.raises(Conflict, match="lease"):
        dispatches.sending("a", held.dispatch_id)


def test_the_same_dispatch_is_kept_once(desk, dispatches):
    open_case(desk)
    assert dispatches.add([mail(), mail(to="other@example.org")]) == 2
    assert dispatches.add([mail()]) == 0
    assert dispatches.add([mail(), mail("case_2")]) == 1


def test_an_acknowledgement_that_comes_later_ends_a_transfer_once(desk, dispatches):
    open_case(desk)
    dispatches.plan(transfer)
    (waiting,) = dispatches.of_case("case_1")
    with pytest.raises(Conflict, match="never handed over"):
        dispatches.acknowledge(waiting.dispatch_id, "R-1")
    (held,) = claim(dispatches)
    dispatches.finish("a", held.dispatch_id, S.SENT, happened=(Happening(kind=CaseEventKind.TRANSFERRED, text=""),))
    assert [d.dispatch_id for d in dispatches.unacknowledged(10)] == [held.dispatch_id]
    assert desk.case("case_1").status is CaseStatus.TRANSFERRED
    assert dispatches.acknowledge(held.dispatch_id, "R-1")
    assert not dispatches.acknowledge(held.dispatch_id, "R-1")
    assert [e.kind for e in desk.case("case_1").events].count(CaseEventKind.ACKNOWLEDGED) == 1
    with pytest.raises(NotFound):
        dispatches.acknowledge("dispatch_none", "R")
    with pytest.raises(Conflict):
        dispatches.refuse(held.dispatch_id, "late")


def test_a_refusal_after_the_handover_is_a_dead_letter_that_can_be_revived(desk, dispatches):
    event = open_case(desk)
    dispatches.plan(transfer)
    (held,) = claim(dispatches)
    dispatches.finish("a", held.dispatch_id, S.SENT)
    dispatches.refuse(held.dispatch_id, "no such sender")
    assert desk.case(event.case_id).status is CaseStatus.FAILED
    assert dispatches.revive(Channel.TRANSFER) == 1
    assert len(claim(dispatches)) == 1


def test_what_is_learnt_later_is_sent_from_wherever_the_case_stands(desk, dispatches, clock):
    event = open_case(desk)
    for kind in (CaseEventKind.ACKNOWLEDGED, CaseEventKind.RESOLVED, CaseEventKind.FOLLOWED_UP):
        desk.append(next_event(desk.case(event.case_id), kind, "someone", clock.now(), "more"))
    dispatches.add(transfer(desk.case(event.case_id).events[-1]))
    (held,) = claim(dispatches)
    dispatches.finish("a", held.dispatch_id, S.SENT, happened=(Happening(kind=CaseEventKind.TRANSFERRED, text=""),))
    assert desk.case(event.case_id).status is CaseStatus.TRANSFERRED


def test_counts_name_every_state(desk, dispatches):
    open_case(desk)
    dispatches.plan(transfer)
    counts = dispatches.counts()
    assert counts["transfer"]["waiting"] == 1
    assert set(counts["mail"]) == {s.value for s in S}


def test_a_contact_is_kept_sealed_replaced_and_forgotten(engine, vault, clock):
    contacts = SqlContacts(engine, vault)
    assert contacts.of("conversation_1") is None
    for address in ("old@example.org", "new@example.org"):
        contact = Contact(
            conversation_id="conversation_1", channel="email", address=address, agreed_to="Yes.", agreed_at=START
        )
        contacts.agree(contact, "hcp_1")
    assert contacts.of("conversation_1").address == "new@example.org"
    with engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT sealed FROM contacts").scalar()
    assert b"new@example.org" not in bytes(stored)
    contacts.withdraw("conversation_1", "hcp_1", START)
    assert contacts.of("conversation_1") is None
    with pytest.raises(NotFound):
        contacts.withdraw("conversation_1", "hcp_1", START)
    ledger = SqlLedger(engine, clock, vault)
    assert [e.action for e in ledger.audit()] == ["contact.agreed", "contact.agreed", "contact.withdrawn"]
    assert verify(ledger.audit(), ledger.audit_head()) == ()
