"""A served library with the demo documents: every part real, the assistant scripted where a test says so."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace

import pytest
import uvicorn
from aiosmtpd.controller import Controller
from fastapi.testclient import TestClient
from portal import CHROMIUM, begin
from pydantic import SecretStr
from scripted import ScriptedAssistant

from assistant.bootstrap import build
from assistant.config import MailSettings, StorageSettings, Token, WebSettings, load
from assistant.demo import fill
from assistant.types import Role
from assistant.web.app import create_app

TOKENS = {role: f"token-of-{role.value}" for role in (Role.MSL, Role.SAFETY, Role.CONTENT, Role.COMPLIANCE, Role.ADMIN)}


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class MailCatcher:
    """Keeps every mail it is sent."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.mails.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@pytest.fixture(scope="session")
def mail_catcher():
    """A real SMTP server on a free port."""
    controller = Controller(MailCatcher(), hostname="127.0.0.1", port=free_port())
    controller.start()
    controller.handler.port = controller.port
    yield controller.handler
    controller.stop()


@pytest.fixture(scope="session")
def real(tmp_path_factory, mail_catcher):
    """The real services over the demo library."""
    mail = MailSettings(host="127.0.0.1", port=mail_catcher.port, security="none")
    tokens = tuple(Token(secret=SecretStr(s), role=r, pseudonym=f"{r.value}-1") for r, s in TOKENS.items())
    settings = load(
        storage=StorageSettings(directory=tmp_path_factory.mktemp("web")), web=WebSettings(tokens=tokens), mail=mail
    )
    services = build(settings)
    fill(services)
    yield services
    services.close()


@pytest.fixture
def assistant(real):
    return ScriptedAssistant(real)


@pytest.fixture
def services(real, assistant):
    return replace(real, assistant=assistant)


@pytest.fixture
def client(services):
    with TestClient(create_app(services), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def ask(client):
    """Ask one thing in a new conversation."""

    def asked(text, **opening):
        opened = client.post("/v1/conversations", json=opening).json()
        reply = client.post(f"/v1/conversations/{opened['conversation_id']}/messages", json={"text": text})
        assert reply.status_code == 200, reply.text
        return reply.json()

    return asked


@pytest.fixture
def as_role():
    return lambda role: {"Authorization": f"Bearer {TOKENS[role]}"}


@pytest.fixture(scope="session")
def served(real):
    return create_app(real)


@pytest.fixture(scope="session")
def base(served):
    """The address of a server of the real assistant."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(served, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture(scope="module")  # playwright holds an event loop while it runs, which other modules need
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def examined(chromium, base):
    """A page for axe, which puts styles of its own into the page that our policy refuses."""
    context = chromium.new_context(base_url=base, viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def page(chromium, base):
    """A page that fails the test on any script error or refused resource."""
    context = chromium.new_context(base_url=base, viewport={"width": 1280, "height": 860}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    said = []
    made = context.new_page()
    made.on("pageerror", lambda error: said.append(str(error)))
    made.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield made
    context.close()
    # of tests that go offline, have the server forget, or have it be busy
    expected = ("ERR_INTERNET_DISCONNECTED", "404 (Not Found)", "503 (Service Unavailable)", "429 (Too Many Requests)")
    assert [line for line in said if not any(e in line for e in expected)] == []


@pytest.fixture
def chat(page):
    """The portal past its gate, about the demo brand."""
    return begin(page)
