"""What every ledger does: the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from assistant.audit import content_hash, head_of, verify
from assistant.errors import Conflict, NotFound, NotRecorded
from assistant.records import Feedback, VaultEntry
from assistant.types import Finding, FindingKind, Screening
from tests.fakes import START
from tests.turns import opened, signal, turn, turn_record


def feedback(interaction_id="interaction_000001", feedback_id="feedback_1"):
    return Feedback(feedback_id=feedback_id, interaction_id=interaction_id, rating="up", given_at=START)


def test_a_recorded_turn_reads_back_as_it_was(record):
    written = turn_record(1)
    record.ledger.record(written)
    assert record.ledger.interaction("interaction_000001") == written.interaction


def test_an_unknown_turn_is_not_found_by_name(record):
    with pytest.raises(NotFound, match="interaction_404"):
        record.ledger.interaction("interaction_404")


def test_a_turn_leaves_its_case_its_signals_and_its_audit_entries(record):
    record.ledger.record(turn_record(1))
    assert record.desk.case("case_000001").status == "open"
    assert record.outbox.counts()["waiting"] == 2
    assert [e.action for e in record.ledger.audit()] == ["turn.recorded", "case.event"]


def test_the_same_turn_is_not_recorded_twice(record):
    record.ledger.record(turn_record(1))
    with pytest.raises(NotRecorded, match="interaction_000001"):
        record.ledger.record(turn_record(1))
    assert len(record.ledger.audit()) == 2


@pytest.mark.parametrize("broken", ["signal", "case"])
def test_a_turn_that_cannot_be_written_whole_leaves_nothing(record, broken):
    record.ledger.record(turn_record(1))
    taken = (
        {"signals": (signal("signal_a000001"),)} if broken == "signal" else {"case_events": (opened("case_000001"),)}
    )
    with pytest.raises(NotRecorded):
        record.ledger.record(turn_record(2).model_copy(update=taken))
    with pytest.raises(NotFound):
        record.ledger.interaction("interaction_000002")
    assert record.outbox.counts()["waiting"] == 2
    assert len(record.ledger.audit()) == 2
    record.ledger.record(turn_record(2))
    assert verify(record.ledger.audit()) == ()


def test_a_conversation_gives_its_last_turns_oldest_first(record):
    for number in range(1, 6):
        record.ledger.record(turn_record(number, conversation_id="c1" if number != 3 else "c2"))
    turns = record.ledger.conversation("c1", last=3)
    assert [t.interaction_id[-1] for t in turns] == ["2", "4", "5"]
    assert record.ledger.conversation("nobody") == ()


def test_feedback_is_kept_with_the_case_and_signals_its_comment_set_off(record):
    record.ledger.record(turn_record(1, with_case=False))
    record.ledger.add_feedback(feedback(), (opened("case_comment"),), (signal("signal_comment"),))
    assert record.ledger.feedback("interaction_000001") == (feedback(),)
    assert record.desk.case("case_comment").status == "open"
    assert record.outbox.counts()["waiting"] == 3
    assert verify(record.ledger.audit()) == ()


def test_feedback_on_an_unknown_turn_is_refused_and_leaves_nothing(record):
    with pytest.raises(NotFound, match="interaction_404"):
        record.ledger.add_feedback(feedback("interaction_404"), (opened("case_comment"),))
    assert record.ledger.audit() == ()


def test_feedback_whose_case_is_taken_leaves_nothing(record):
    record.ledger.record(turn_record(1))
    with pytest.raises(Conflict):
        record.ledger.add_feedback(feedback(), (opened("case_000001"),))
    assert record.ledger.feedback("interaction_000001") == ()


def test_audit_entries_come_in_order_and_in_pages(record):
    for number in range(1, 4):
        record.ledger.record(turn_record(number))
    assert [e.sequence for e in record.ledger.audit()] == [1, 2, 3, 4, 5, 6]
    assert [e.sequence for e in record.ledger.audit(after=2, limit=3)] == [3, 4, 5]
    assert record.ledger.audit_head() == head_of(record.ledger.audit())


def test_each_entry_fits_the_content_stored_under_it(record):
    record.ledger.record(turn_record(1))
    record.ledger.add_feedback(feedback())
    stored = record.ledger.stored_sha256(1, 3)
    assert {e.sequence: e.content_sha256 for e in record.ledger.audit()} == stored


def test_each_finding_of_a_turn_has_its_audit_entry_in_the_same_chain(record):
    found = tuple(
        Finding(kind=kind, start=start, end=start + 4, found_by=f"us.{kind}@1", confidence=0.9)
        for start, kind in enumerate((FindingKind.SAFETY_REPORT, FindingKind.PERSONAL_DATA))
    )
    screened = turn("interaction_f", screening=Screening(redacted="a rash", findings=found))
    record.ledger.record(turn_record(1).model_copy(update={"interaction": screened}))
    entries = record.ledger.audit()
    assert [e.action for e in entries] == [
        "turn.recorded",
        "finding.safety_report",
        "finding.personal_data",
        "case.event",
    ]
    assert {e.subject for e in entries[:3]} == {"interaction_f"}
    assert entries[1].content_sha256 == content_hash(found[0].model_dump_json().encode())
    assert verify(entries, record.ledger.audit_head()) == ()
    assert set(record.ledger.stored_sha256(1, 4)) == {1, 4}


def test_a_turn_that_fails_among_others_written_with_it_fails_alone(record):
    record.ledger.record(turn_record(1))
    refused, ready = [], threading.Barrier(8)

    def write(number: int) -> None:
        ready.wait()
        try:
            record.ledger.record(turn_record(number))
        except NotRecorded:
            refused.append(number)

    threads = [threading.Thread(target=write, args=(n,)) for n in (1, 1, 2, 3, 4, 5, 6, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [1, 1]
    assert all(record.ledger.interaction(f"interaction_{n:06d}") for n in range(1, 8))
    assert verify(record.ledger.audit(), record.ledger.audit_head()) == ()


def test_raw_text_is_read_from_the_vault_alone_and_the_reading_is_audited(record):
    entry = VaultEntry(reference="vault_1", case_id="case_000001", text="Jane Roe had a rash", received_at=START)
    record.ledger.record(turn_record(1).model_copy(update={"vault": (entry,)}))
    assert record.ledger.read_vault("case_000001", actor="safety_1") == (entry,)
    last = record.ledger.audit()[-1]
    assert (last.action, last.actor, last.subject) == ("vault.read", "safety_1", "case_000001")


def test_moments_keep_their_zone_and_their_microseconds(record):
    at = START + timedelta(microseconds=123457)
    record.ledger.record(turn_record(1).model_copy(update={"interaction": turn("interaction_z", at=at)}))
    assert record.ledger.interaction("interaction_z").question.asked_at == at
    assert verify(record.ledger.audit()) == ()


def test_four_writers_at_once_keep_one_sound_chain(record):
    errors = []

    def write(writer: int) -> None:
        try:
            for number in range(10):
                record.ledger.record(turn_record(writer * 100 + number))
        except Exception as error:  # noqa: BLE001 (shown by the assertion below)
            errors.append(error)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    entries = record.ledger.audit(limit=10_000)
    assert len(entries) == 80
    assert verify(entries, record.ledger.audit_head()) == ()
