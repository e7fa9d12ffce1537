"""Running the service: HTTP with uvicorn, and the loops that deliver signals, reports and mails."""

from __future__ import annotations

import gc
import sys
import time

import uvicorn

from assistant.adapters.delivery import ConsoleDelivery
from assistant.bootstrap import Services, build
from assistant.cases.attend import AttendLoop
from assistant.cases.dispatch import DispatchLoop
from assistant.cases.work import CaseWork
from assistant.config import Settings
from assistant.deliver import DeliveryLoop, deliver_once
from assistant.pipeline import new_id
from assistant.warming import Warming

BATCH = 50
SWITCH_SECONDS = 0.0005  # Python's 5 ms lets the event loop wait that long for each thread at work: replies queue up


def serve(settings: Settings, host: str | None = None, port: int | None = None) -> None:
    """Serve until interrupted; signals are delivered in the background where the settings say so."""
    from assistant.web.app import create_app

    sys.setswitchinterval(SWITCH_SECONDS)
    services = build(settings)
    loop = _loop(services)
    dispatch = DispatchLoop(services.dispatcher, settings.transfer.interval_seconds)
    work = CaseWork(desk=services.desk, clock=services.clock, rules=services.rules, new_id=new_id)
    attending = AttendLoop(work, settings.cases.attend_seconds)
    app = create_app(services)
    warming = Warming(services, is_busy=lambda: len(app.state.turns) > 0, then=settle)
    app.state.is_warm = lambda: warming.is_over
    try:
        warming.start()
        dispatch.start()
        attending.start()
        if loop is not None:
            loop.start()
        uvicorn.run(
            app,
            host=host or settings.web.host,
            port=settings.web.port if port is None else port,
            log_level="warning",
            access_log=False,
        )
    finally:
        warming.stop()
        dispatch.stop()
        attending.stop()
        if loop is not None:
            loop.stop()
        services.close()


def settle() -> None:
    """What was read ahead stays: without this Python looks through all of it, now and then, for 0.2 s in a turn."""
    gc.collect()
    gc.freeze()


def _loop(services: Services) -> DeliveryLoop | None:
    delivery = services.settings.delivery
    if services.delivery is None or not delivery.in_process:
        return None
    return DeliveryLoop(
        services.outbox, services.delivery, interval=delivery.interval_seconds, lease=delivery.lease_seconds
    )


def deliver_from(services: Services, *, once: bool) -> dict[str, int]:
    """Deliver waiting signals, once or until interrupted; returns how many went where.

    Without a delivery in the settings they are printed, as CloudEvents.
    """
    settings = services.settings.delivery
    delivery = services.delivery or ConsoleDelivery()
    totals = {"delivered": 0, "failed": 0}
    try:
        while True:
            report = deliver_once(services.outbox, delivery, "hcp-deliver", BATCH, settings.lease_seconds)
            totals["delivered"] += report.delivered
            totals["failed"] += report.failed
            if once and report.delivered + report.failed < BATCH:
                return totals
            if not report.delivered:
                time.sleep(settings.interval_seconds)
    except KeyboardInterrupt:
        return totals
