"""A served library with the demo documents: every part real, the assistant scripted where a test says so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from scripted import ScriptedAssistant

from assistant.bootstrap import build
from assistant.config import StorageSettings, Token, WebSettings, load
from assistant.demo import fill
from assistant.types import Role
from assistant.web.app import create_app

TOKENS = {role: f"token-of-{role.value}" for role in (Role.MSL, Role.SAFETY, Role.CONTENT, Role.COMPLIANCE)}


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """The real services over the demo library."""
    tokens = tuple(Token(secret=SecretStr(s), role=r, pseudonym=f"{r.value}-1") for r, s in TOKENS.items())
    settings = load(storage=StorageSettings(directory=tmp_path_factory.mktemp("web")), web=WebSettings(tokens=tokens))
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
