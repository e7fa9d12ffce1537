"""What every outbox does: the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading

import pytest

from assistant.errors import Conflict, NotFound
from tests.turns import signal, turn_record


def fill(record, number):
    for n in range(number):
        record.ledger.record(turn_record(n, with_case=False).model_copy(update={"signals": (signal(f"signal_{n}"),)}))


def test_signals_are_claimed_in_order_once(record):
    fill(record, 3)
    assert [s.signal_id for s in record.outbox.claim("a", 2, 30)] == ["signal_0", "signal_1"]
    assert [s.signal_id for s in record.outbox.claim("b", 9, 30)] == ["signal_2"]
    assert record.outbox.claim("c", 9, 30) == ()


def test_a_claimed_signal_is_the_one_that_was_put_in(record):
    fill(record, 1)
    assert record.outbox.claim("a", 1, 30) == (signal("signal_0"),)


def test_a_delivered_signal_never_comes_back(record):
    fill(record, 1)
    record.outbox.claim("a", 1, 30)
    record.outbox.delivered("a", "signal_0")
    record.clock.go_on(3600)
    assert record.outbox.claim("a", 1, 30) == ()
    assert record.outbox.counts() == {"waiting": 0, "claimed": 0, "delivered": 1, "dead": 0}


def test_a_lease_that_ends_frees_the_signal_and_fences_its_old_holder(record):
    fill(record, 1)
    record.outbox.claim("slow", 1, 30)
    record.clock.go_on(31)
    assert len(record.outbox.claim("quick", 1, 30)) == 1
    with pytest.raises(Conflict, match="slow"):
        record.outbox.delivered("slow", "signal_0")
    with pytest.raises(Conflict, match="slow"):
        record.outbox.failed("slow", "signal_0", "late")
    record.outbox.delivered("quick", "signal_0")


def test_a_failed_signal_waits_longer_each_time_then_is_dead(record):
    fill(record, 1)
    for wait in (1, 2):
        record.outbox.claim("a", 1, 30)
        record.outbox.failed("a", "signal_0", "away")
        record.clock.go_on(wait - 0.1)
        assert record.outbox.claim("a", 1, 30) == ()
        record.clock.go_on(0.2)
    record.outbox.claim("a", 1, 30)
    record.outbox.failed("a", "signal_0", "away")
    record.clock.go_on(3600)
    assert record.outbox.claim("a", 1, 30) == ()
    assert record.outbox.counts()["dead"] == 1


def test_a_permanent_failure_is_dead_at_once_and_can_be_revived(record):
    fill(record, 1)
    record.outbox.claim("a", 1, 30)
    record.outbox.bury("a", "signal_0", "refused")
    assert record.outbox.counts()["dead"] == 1
    assert record.outbox.revive() == 1
    assert len(record.outbox.claim("a", 1, 30)) == 1


def test_a_signal_that_kills_its_deliverers_is_buried_and_does_not_block_others(record):
    fill(record, 2)
    record.outbox.claim("dies", 1, 30)
    assert [s.signal_id for s in record.outbox.claim("a", 9, 30)] == ["signal_1"]
    record.outbox.delivered("a", "signal_1")
    for _ in range(2):
        record.clock.go_on(31)
        assert [s.signal_id for s in record.outbox.claim("dies", 9, 30)] == ["signal_0"]
    record.clock.go_on(31)
    assert record.outbox.claim("a", 9, 30) == ()
    assert record.outbox.counts() == {"waiting": 0, "claimed": 0, "delivered": 1, "dead": 1}


def test_an_unknown_signal_is_not_found(record):
    with pytest.raises(NotFound, match="signal_404"):
        record.outbox.delivered("a", "signal_404")


def test_deliverers_at_once_never_share_a_signal(record):
    fill(record, 12)
    claimed: list[str] = []

    def claim(owner: str) -> None:
        while signals := record.outbox.claim(owner, 2, 30):
            claimed.extend(s.signal_id for s in signals)

    threads = [threading.Thread(target=claim, args=(f"owner_{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed))
    assert record.outbox.counts()["claimed"] == len(claimed)
