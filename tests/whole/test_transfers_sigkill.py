"""The process that carries reports and mails is killed again and again: nothing is lost, no mail is sent twice.

CHAOS_KILLS says how often (`make chaos-transfers`: 50).
"""

from __future__ import annotations

import contextlib
import http.server
import json
import multiprocessing
import os
import random
import socket
import threading
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from cryptography.fernet import Fernet
from outgoing import TEAM, Site, reported
from pydantic import SecretStr

from assistant.adapters.clock import SystemClock
from assistant.adapters.safety_system import WebhookSafetySystem
from assistant.adapters.smtp_mailer import SmtpMailer
from assistant.audit import verify
from assistant.cases.dispatch import Carriers, Patience
from assistant.cases.reconcile import reconcile
from assistant.config import MailSettings, TransferSettings
from assistant.outgoing import Channel, DispatchState
from assistant.records import CaseEventKind

KILLS = int(os.environ.get("CHAOS_KILLS", "4"))
REPORTS_A_KILL = 6
LEASE_SECONDS = 1.5
SETTLE_SECONDS = 400  # of a busy machine
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Receiver(http.server.BaseHTTPRequestHandler):
    """A safety system that answers slowly enough to be interrupted."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with self.server.guard:
            self.server.got.append((self.headers["idempotency-key"], body))
        time.sleep(random.uniform(0, 0.03))
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"reference": f"PV-{self.headers['idempotency-key']}"}).encode())

    def log_message(self, *args):
        pass


class Quiet(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # the client was killed


class Box:
    """A mail server that takes its time at each step."""

    def __init__(self):
        self.taken = Counter()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.taken[message_from_bytes(envelope.content)["Message-ID"]] += 1
        return "250 taken"


def carriers(url, port):
    system = WebhookSafetySystem(TransferSettings(kind="webhook", url=url, secret=SecretStr("s"), timeout_seconds=5))
    settings = MailSettings(host="127.0.0.1", port=port, security="none", timeout_seconds=5)
    return Carriers(safety_system=system, mailer=SmtpMailer(settings, SystemClock()))


def carry(site, url, port):
    dispatcher = site.made(carriers(url, port))
    dispatcher.patience = Patience(lease_seconds=LEASE_SECONDS)
    return dispatcher


def carry_for_ever(database, key, url, port):
    """The child: carries until it is killed."""
    dispatcher = carry(Site(database, SystemClock(), key), url, port)
    while True:
        dispatcher.round()


@pytest.fixture
def receiver():
    server = Quiet(("127.0.0.1", 0), Receiver)
    server.got, server.guard = [], threading.Lock()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def box():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Box()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    yield made, port
    controller.stop()


def settle(site, dispatcher):
    """Carry in this process until nothing is on its way any more."""
    dispatcher.patience = Patience(lease_seconds=30)
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        dispatcher.round()
        counts = site.dispatches.counts()
        if not any(counts[c.value][s] for c in Channel for s in ("waiting", "claimed", "sending", "sent")):
            return
        time.sleep(0.05)
    raise AssertionError(f"still on its way: {site.dispatches.counts()}")


def test_no_report_is_lost_and_no_mail_sent_twice(tmp_path, receiver, box):
    database, key = f"sqlite:///{tmp_path / 'hcp.sqlite'}", Fernet.generate_key().decode()
    url = f"http://127.0.0.1:{receiver.server_address[1]}"
    mails, port = box
    site = Site(database, SystemClock(), key)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "outgoing"])
    number, killed_at_work = 0, 0
    for _ in range(KILLS):
        child = context.Process(target=carry_for_ever, args=(database, key, url, port))
        child.start()
        for _ in range(REPORTS_A_KILL):
            number += 1
            site.ledger.record(reported(number, site.clock.now()))
        before = len(receiver.got)
        waiting_until = time.monotonic() + 20
        while len(receiver.got) == before and time.monotonic() < waiting_until:
            time.sleep(0.002)
        time.sleep(random.uniform(0, 0.25))
        child.kill()
        child.join(10)
        counts = site.dispatches.counts()
        killed_at_work += any(counts[c.value][s] for c in Channel for s in ("claimed", "sending", "waiting"))
    settle(site, carry(site, url, port))
    assert killed_at_work > KILLS / 2, "the kills hit an idle process; the test proves nothing"
    check(site, receiver, mails, number)
    site.close()


def check(site, receiver, mails, number):
    ids = {transfer for transfer, _ in receiver.got}
    assert len(ids) == number
    assert len(set(receiver.got)) == number  # whatever came twice came with the same bytes
    for n in range(1, number + 1):
        kinds = [event.kind for event in site.desk.case(f"case_safety{n:06d}").events]
        assert kinds == [CaseEventKind.OPENED, CaseEventKind.TRANSFERRED, CaseEventKind.ACKNOWLEDGED]
    sent = site.dispatches.in_state(Channel.MAIL, (DispatchState.DONE,), 10_000)
    uncertain = site.dispatches.in_state(Channel.MAIL, (DispatchState.UNCERTAIN,), 10_000)
    assert {d.recipient for d in (*sent, *uncertain)} == {TEAM}
    assert len(sent) + len(uncertain) == number
    assert max(mails.taken.values()) == 1
    assert {d.receipt for d in sent} <= set(mails.taken)
    today = site.clock.now().date()
    days = [today, today - timedelta(days=1)]  # a run over midnight
    made = [reconcile(d, site.received, site.dispatches, site.desk, site.ledger, site.clock) for d in days]
    assert all(report.is_clean for report in made)
    assert sum(report.acknowledged for report in made) == number
    assert verify(site.ledger.audit(limit=1_000_000), site.ledger.audit_head()) == ()
    again = len(receiver.got) - number
    print(f"{number} reports, {again} came again; {len(sent)} mails sent, {len(uncertain)} held as uncertain")  # noqa: T201 - the figures of `make chaos-transfers`
