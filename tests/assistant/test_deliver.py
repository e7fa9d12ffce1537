"""Delivery carries every signal at least once, and none holds up another."""

from __future__ import annotations

import threading
import time

import pytest

from assistant.deliver import DeliveryLoop, DeliveryReport, deliver_once
from assistant.errors import PermanentError, TransientError
from tests.fakes import FakeClock, FakeDelivery, FakeLedger, FakeOutbox, FakeStore
from tests.turns import signal, turn_record


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def outbox(clock):
    store = FakeStore(clock)
    signals = tuple(signal(f"signal_{n}") for n in range(4))
    FakeLedger(store).record(turn_record(1, with_case=False).model_copy(update={"signals": signals}))
    return FakeOutbox(store, max_attempts=2)


def test_a_round_delivers_what_waits(outbox):
    delivery = FakeDelivery()
    assert deliver_once(outbox, delivery, "a", 3, 30) == DeliveryReport(claimed=3, delivered=3)
    assert [s.signal_id for s in delivery.sent] == ["signal_0", "signal_1", "signal_2"]
    assert deliver_once(outbox, delivery, "a", 3, 30).delivered == 1
    assert deliver_once(outbox, delivery, "a", 3, 30) == DeliveryReport()


def test_one_that_fails_holds_up_no_other_and_is_tried_again(outbox, clock):
    delivery = FakeDelivery({"signal_1": TransientError("away")})
    assert deliver_once(outbox, delivery, "a", 9, 30) == DeliveryReport(claimed=4, delivered=3, failed=1)
    assert outbox.counts() == {"waiting": 1, "claimed": 0, "delivered": 3, "dead": 0}
    delivery.errors.clear()
    clock.go_on(60)
    assert deliver_once(outbox, delivery, "a", 9, 30).delivered == 1


def test_one_that_is_refused_is_dead_at_once(outbox):
    delivery = FakeDelivery({"signal_1": PermanentError("422")})
    report = deliver_once(outbox, delivery, "a", 9, 30)
    assert (report.delivered, report.failed, report.refused) == (3, 1, 1)
    assert outbox.counts()["dead"] == 1


def test_an_error_nobody_foresaw_is_a_failure_of_that_signal_alone(outbox, clock):
    delivery = FakeDelivery({"signal_0": ZeroDivisionError("bug")})
    for _ in range(2):
        deliver_once(outbox, delivery, "a", 9, 30)
        clock.go_on(60)
    assert outbox.counts() == {"waiting": 0, "claimed": 0, "delivered": 3, "dead": 1}


def test_one_whose_lease_was_lost_is_not_marked(outbox, clock):
    class Slow(FakeDelivery):
        def send(self, sent):
            super().send(sent)
            if sent.signal_id == "signal_0" and not self.errors:
                clock.go_on(31)
                outbox.claim("quicker", 9, 30)

    report = deliver_once(outbox, Slow(), "a", 1, 30)
    assert report == DeliveryReport(claimed=1, lost=1)
    assert outbox.counts()["claimed"] == 4


def test_deliverers_of_one_name_are_still_fenced_from_each_other(outbox, clock):
    class Overtaken(FakeDelivery):
        def send(self, sent):
            super().send(sent)
            if len(self.sent) == 1:
                clock.go_on(31)
                assert deliver_once(outbox, FakeDelivery(), "same", 4, 30).delivered == 4

    assert deliver_once(outbox, Overtaken(), "same", 1, 30) == DeliveryReport(claimed=1, lost=1)


def wait_until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_the_loop_delivers_in_the_background_until_stopped(outbox):
    delivery = FakeDelivery()
    loop = DeliveryLoop(outbox, delivery, interval=0.01, lease=30, batch=2)
    loop.start()
    loop.start()  # a second start is no second loop
    assert wait_until(lambda: outbox.counts()["delivered"] == 4)
    loop.stop()
    assert len(delivery.sent) == 4
    assert not any(t.name == "delivery" for t in threading.enumerate())


def test_the_loop_outlives_an_outbox_that_is_away(outbox):
    class Flaky(FakeOutbox):
        away = 3

        def claim(self, owner, limit, lease_seconds):
            if self.away:
                self.away -= 1
                raise TransientError("the database is away")
            return super().claim(owner, limit, lease_seconds)

    loop = DeliveryLoop(Flaky(outbox._store), FakeDelivery(), interval=0.01, lease=30)
    loop.start()
    assert wait_until(lambda: outbox.counts()["delivered"] == 4)
    loop.stop()
