"""Deliver: carry signals from the outbox to where they go, at least once, without one holding up another."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import structlog

from assistant.errors import AssistantError, Conflict, NotFound, PermanentError
from assistant.ports import Delivery, Outbox
from assistant.records import Signal

_log = structlog.get_logger(__name__)

BATCH = 50


@runtime_checkable
class Burying(Protocol):
    """An outbox that can be told that trying again is of no use; another one finds out by its last attempt."""

    def bury(self, owner: str, signal_id: str, error: str) -> None:
        """Give a claimed signal to the dead letters. Raises Conflict when the lease was lost."""
        ...


@dataclass(frozen=True)
class DeliveryReport:
    """What one round did: how many were claimed, and what became of them."""

    claimed: int = 0
    delivered: int = 0
    failed: int = 0  # to be tried again, or dead
    refused: int = 0  # of the failed: dead at once, because trying again will not help
    lost: int = 0  # sent, but the lease was gone: someone else may send them again


def deliver_once(
    outbox: Outbox, delivery: Delivery, owner: str, limit: int = BATCH, lease_seconds: float = 30.0
) -> DeliveryReport:
    """Claim up to `limit` signals and send each. A signal that fails never keeps the next from being sent.

    Each round holds its signals under a name of its own, made from `owner`: it is the fence between
    deliverers, even those that call themselves alike.
    """
    holder = f"{owner}:{uuid.uuid4().hex[:12]}"
    claimed = outbox.claim(holder, limit, lease_seconds)
    results = Counter(_deliver(outbox, delivery, holder, signal) for signal in claimed)
    return DeliveryReport(
        claimed=len(claimed),
        delivered=results["delivered"],
        failed=results["failed"] + results["refused"],
        refused=results["refused"],
        lost=results["lost"],
    )


def _deliver(outbox: Outbox, delivery: Delivery, owner: str, signal: Signal) -> str:
    try:
        error = _send(delivery, signal)
        if error is None:
            outbox.delivered(owner, signal.signal_id)
            return "delivered"
        refused = isinstance(error, PermanentError)
        _log.warning("signal.not_delivered", signal_id=signal.signal_id, permanent=refused, error=str(error))
        give_back = outbox.bury if refused and isinstance(outbox, Burying) else outbox.failed
        give_back(owner, signal.signal_id, f"{type(error).__name__}: {error}")
    except (Conflict, NotFound) as lost:
        _log.warning("signal.lease_lost", signal_id=signal.signal_id, error=str(lost))
        return "lost"
    return "refused" if refused else "failed"


def _send(delivery: Delivery, signal: Signal) -> Exception | None:
    try:
        delivery.send(signal)
    except Exception as error:  # noqa: BLE001 (whatever one signal sets off must not stop the others)
        return error
    return None


class DeliveryLoop:
    """Delivers in the background of this process until stopped."""

    def __init__(
        self, outbox: Outbox, delivery: Delivery, interval: float = 1.0, lease: float = 30.0, batch: int = BATCH
    ) -> None:
        """`interval`: seconds between looks at an empty outbox. `lease`: seconds a claimed batch is ours."""
        self._outbox = outbox
        self._delivery = delivery
        self._interval = interval
        self._lease = lease
        self._batch = batch
        self._owner = "in-process"
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin delivering. Does nothing when already running."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="delivery", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the batch under way and end; what is still waiting stays in the outbox."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._round():
                self._stopping.wait(self._interval)

    def _round(self) -> bool:
        """One round; True when there may be more to do at once."""
        try:
            report = deliver_once(self._outbox, self._delivery, self._owner, self._batch, self._lease)
        except AssistantError as error:  # the database is away: the signals are safe in it
            _log.warning("delivery.round_failed", error=str(error))
            return False
        return report.claimed == self._batch
