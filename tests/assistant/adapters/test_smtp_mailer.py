"""Mail against a real SMTP server: what arrives, what is refused, and the one moment that nobody can know about."""

from __future__ import annotations

import email
import socket
import ssl
import subprocess
import threading
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from pydantic import SecretStr

from assistant.adapters.smtp_mailer import SmtpMailer
from assistant.config import MailSettings
from assistant.errors import MailUncertain, PermanentError, SettingsError, TransientError
from assistant.outgoing import Mail
from tests.fakes import FakeClock


class Box:
    """Takes mail; answers as a test says."""

    def __init__(self):
        self.taken = []
        self.rcpt = self.data = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.data.startswith("250"):
            self.taken.append(envelope)
        return self.data


@pytest.fixture
def box():
    return Box()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def server(box):
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


def mailer(port, **more):
    settings = {"host": "127.0.0.1", "security": "none", "sender": "medinfo@example.org", "timeout_seconds": 5}
    return SmtpMailer(MailSettings(port=port, **{**settings, **more}), FakeClock())


def mail(text="Hello,\n.\n..dots\nÄpfel — ≤ 5 mg\n", to="hcp@example.org"):
    return Mail(message_id="<abc123@example.org>", to=to, subject="Your answer: ≥ 1", text=text)


def nothing():
    pass


def test_a_mail_arrives_word_for_word(server, box):
    told = []
    mailer(server).send(mail(), lambda: told.append("text"))
    (envelope,) = box.taken
    assert told == ["text"]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("medinfo@example.org", ["hcp@example.org"])
    got = email.message_from_bytes(envelope.content, policy=default)
    assert got["Message-ID"] == "<abc123@example.org>"
    assert (got["Subject"], got["Auto-Submitted"]) == ("Your answer: ≥ 1", "auto-generated")
    assert got.get_content().splitlines() == mail().text.splitlines()


@pytest.mark.parametrize(("answer", "error"), [("550 no such user", PermanentError), ("450 later", TransientError)])
def test_a_refused_address_is_told_before_any_text_goes_out(server, box, answer, error):
    box.rcpt = answer
    told = []
    with pytest.raises(error, match=answer[:3]):
        mailer(server).send(mail(), lambda: told.append("text"))
    assert (told, box.taken) == ([], [])


@pytest.mark.parametrize(("answer", "error"), [("554 spam", PermanentError), ("451 busy", TransientError)])
def test_a_refused_text_was_surely_not_taken(server, box, answer, error):
    box.data = answer
    with pytest.raises(error, match=answer[:3]):
        mailer(server).send(mail(), nothing)


def test_what_stops_the_sender_before_the_text_stops_the_mail(server, box):
    class LeaseLost(Exception):
        pass

    def stop():
        raise LeaseLost

    with pytest.raises(LeaseLost):
        mailer(server).send(mail(), stop)
    assert box.taken == []


def test_a_server_that_is_away_may_come_back():
    port = free_port()
    with pytest.raises(TransientError, match=r"127\.0\.0\.1"):
        mailer(port).send(mail(), nothing)


def half_a_server(listening, until):
    """Speaks SMTP up to a point, then hangs up."""
    connection, _ = listening.accept()
    with connection, connection.makefile("rwb") as talk:
        for said in (b"220 hi", b"250 hello", b"250 ok", b"250 ok", b"354 go on"):
            talk.write(said + b"\r\n")
            talk.flush()
            line = talk.readline()
            if until == line[:4].strip().upper().decode("ascii", "replace"):
                return
        while until == "TEXT" and talk.readline().strip() != b".":
            pass


@pytest.mark.parametrize(
    ("until", "error"), [("RCPT", TransientError), ("DATA", TransientError), ("TEXT", MailUncertain)]
)
def test_a_connection_that_ends_tells_whether_the_mail_may_have_gone(until, error):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        thread = threading.Thread(target=half_a_server, args=(listening, until), daemon=True)
        thread.start()
        with pytest.raises(error):
            mailer(listening.getsockname()[1]).send(mail(), nothing)
        thread.join(5)


@pytest.fixture
def certificate(tmp_path):
    key, made = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", made, "-days", "1"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return context, made


def test_starttls_and_a_password_are_used_as_set(box, certificate, monkeypatch):
    context, trusted = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    seen = []

    def let_in(server, session, envelope, mechanism, data):
        seen.append((data.login, data.password, session.ssl is not None))
        return AuthResult(success=data.password == b"sesame")

    controller = Controller(
        box, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True,
        authenticator=let_in, auth_required=True,
    )  # fmt: skip
    controller.start()
    try:
        port = controller.port
        secured = {"security": "starttls", "username": "hcp"}
        mailer(port, password=SecretStr("sesame"), **secured).send(mail(), nothing)
        assert seen == [(b"hcp", b"sesame", True)]
        assert len(box.taken) == 1
        with pytest.raises(TransientError) as refused:
            mailer(port, password=SecretStr("wrong"), **secured).send(mail(), nothing)
        assert "wrong" not in str(refused.value)
    finally:
        controller.stop()


def test_a_certificate_nobody_vouches_for_is_refused(box, certificate):
    context, _ = certificate
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), tls_context=context)
    controller.start()
    try:
        with pytest.raises(TransientError, match="SSL"):
            mailer(controller.port, security="starttls").send(mail(), nothing)
    finally:
        controller.stop()
    assert box.taken == []


def test_a_password_is_not_sent_in_the_clear_over_a_network():
    with pytest.raises(SettingsError, match="HCP_MAIL__SECURITY"):
        mailer(25, host="mail.example.org", username="hcp", password=SecretStr("x"))


def test_an_address_or_subject_cannot_smuggle_headers():
    for wrong in ({"to": "a@example.org\r\nBcc: b@example.org"}, {"to": "a@example.org, b@example.org"}):
        with pytest.raises(ValueError):
            mail(**wrong)
    with pytest.raises(ValueError):
        Mail(message_id="<a@b>", to="a@example.org", subject="x\r\nBcc: b@example.org", text="")
