"""The receiving safety system, over a real webhook and a real folder: handed over, acknowledged, refused."""

from __future__ import annotations

import http.server
import json
import threading

import pytest
from pydantic import SecretStr

from assistant.adapters.delivery import signature
from assistant.adapters.safety_system import FileDropSafetySystem, WebhookSafetySystem, make_safety_system
from assistant.config import TransferSettings
from assistant.errors import PermanentError, SettingsError, TransientError
from assistant.outgoing import Handover

HANDOVER = Handover(
    transfer_id="dispatch_1", case_id="case_1", revision=1, media_type="application/xml", body=b"<icsr/>"
)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers as the test says and keeps what it was sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((dict(self.headers), body))
        self.answer(*self.server.post)

    def do_GET(self):
        self.server.asked.append(self.path)
        self.answer(*self.server.get)

    def answer(self, status, body):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.asked = [], []
    server.post, server.get = (200, b'{"reference": "PV-1"}'), (404, b"")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def webhook(receiver):
    url = f"http://127.0.0.1:{receiver.server_address[1]}/icsr"
    made = WebhookSafetySystem(
        TransferSettings(kind="webhook", url=url, secret=SecretStr("s3cret"), timeout_seconds=5), now=lambda: 1000.0
    )
    yield made
    made.close()


def test_a_report_is_posted_signed_with_its_id_as_idempotency_key(receiver, webhook):
    receipt = webhook.hand_over(HANDOVER)
    assert (receipt.is_acknowledged, receipt.reference) == (True, "PV-1")
    ((headers, body),) = receiver.got
    sent = {name.lower(): value for name, value in headers.items()}
    assert body == b"<icsr/>"
    assert (sent["idempotency-key"], sent["content-type"]) == ("dispatch_1", "application/xml")
    assert sent["webhook-signature"] == signature("s3cret", "dispatch_1", 1000, body)


@pytest.mark.parametrize(
    ("answer", "acknowledged"),
    [((202, b""), False), ((200, b"taken"), False), ((200, b"[]"), False), ((409, b'{"reference": "PV-1"}'), True)],
)
def test_only_a_reference_acknowledges(receiver, webhook, answer, acknowledged):
    receiver.post = answer
    assert webhook.hand_over(HANDOVER).is_acknowledged is acknowledged


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, TransientError), (503, TransientError), (429, TransientError), (409, TransientError),
     (400, PermanentError), (401, PermanentError), (301, PermanentError)],
)  # fmt: skip
def test_what_may_pass_is_told_from_what_will_not(receiver, webhook, status, error):
    receiver.post = (status, b"")
    with pytest.raises(error, match=str(status)):
        webhook.hand_over(HANDOVER)


def test_a_receipt_can_be_asked_for_later(receiver, webhook):
    assert not webhook.receipt("dispatch_1").is_acknowledged
    receiver.get = (200, json.dumps({"reference": "PV-9"}).encode())
    assert webhook.receipt("dispatch_1").reference == "PV-9"
    assert receiver.asked == ["/icsr/dispatch_1"] * 2


def test_a_system_that_is_away_may_come_back():
    settings = TransferSettings(kind="webhook", url="http://127.0.0.1:9/", secret=SecretStr("x"), timeout_seconds=2)
    with pytest.raises(TransientError):
        WebhookSafetySystem(settings).hand_over(HANDOVER)


def test_the_folder_holds_each_report_once_and_whole(tmp_path):
    drop = FileDropSafetySystem(tmp_path / "out", "e2b")
    for _ in range(2):
        assert not drop.hand_over(HANDOVER).is_acknowledged
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "out").iterdir()] == [("dispatch_1.xml", b"<icsr/>")]
    (tmp_path / "out" / "dispatch_1.ack").write_text("")  # still being written
    assert not drop.receipt("dispatch_1").is_acknowledged
    (tmp_path / "out" / "dispatch_1.ack").write_text("PV-7\nanything\n")
    assert drop.receipt("dispatch_1").reference == "PV-7"
    assert drop.hand_over(HANDOVER).reference == "PV-7"


def test_a_refusal_in_the_folder_is_told_with_its_reason(tmp_path):
    drop = FileDropSafetySystem(tmp_path, "json")
    (tmp_path / "dispatch_1.nak").write_text("unknown sender")
    with pytest.raises(PermanentError, match="unknown sender"):
        drop.receipt("dispatch_1")


def test_settings_choose_the_system_and_mistakes_are_named(tmp_path):
    assert make_safety_system(TransferSettings()) is None
    assert make_safety_system(TransferSettings(kind="file", directory=tmp_path)).media_type == "application/xml"
    with pytest.raises(SettingsError, match="HCP_TRANSFER__DIRECTORY"):
        make_safety_system(TransferSettings(kind="file"))
    with pytest.raises(SettingsError, match="HCP_TRANSFER__URL"):
        make_safety_system(TransferSettings(kind="webhook", url="ftp://x", secret=SecretStr("x")))
    with pytest.raises(SettingsError, match="HCP_TRANSFER__SECRET"):
        make_safety_system(TransferSettings(kind="webhook", url="https://x"))
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="HCP_TRANSFER__DIRECTORY"):
        make_safety_system(TransferSettings(kind="file", directory=tmp_path / "file" / "x"))
