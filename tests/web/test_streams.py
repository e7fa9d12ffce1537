"""What happens to a turn when nobody listens any more: it is carried to its end, and nothing is left behind."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from assistant.web.app import create_app


@pytest.fixture
def app(services):
    return create_app(services)


async def opened(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return (await client.post("/v1/conversations", json={})).json()["conversation_id"]


async def leave(app, conversation, *, after):
    """Ask for a stream over bare ASGI, and go after so many body chunks (0: before the body starts)."""
    body = json.dumps({"text": "safety a rash"}).encode()
    gone = asyncio.Event()
    chunks = 0
    requested = False

    async def receive():
        nonlocal requested
        if not requested:
            requested = True
            return {"type": "http.request", "body": body, "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        nonlocal chunks
        if message["type"] == "http.response.start" and after == 0:
            gone.set()
        if message["type"] == "http.response.body":
            chunks += 1
            if chunks >= after:
                gone.set()

    headers = [(b"content-type", b"application/json"), (b"accept", b"text/event-stream"), (b"host", b"test")]
    path = f"/v1/conversations/{conversation}/messages"
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": headers, "server": ("test", 80), "client": ("test", 1),
    }  # fmt: skip
    await asyncio.wait_for(app(scope, receive, send), timeout=10)


@pytest.mark.parametrize("after", [0, 1])
def test_a_client_that_leaves_early_loses_no_report_and_leaks_no_turn(app, services, assistant, after):
    async def scenario():
        conversation = await opened(app)
        assistant.gate.clear()
        await leave(app, conversation, after=after)
        assert len(app.state.turns) == 1  # still at work, though nobody listens
        assistant.gate.set()
        await app.state.turns.drain()
        await asyncio.sleep(0)
        return conversation

    conversation = asyncio.run(scenario())
    assert len(app.state.turns) == 0
    (turn,) = services.ledger.conversation(conversation)
    assert turn.reply.outcomes[0].kind == "safety"


def test_the_same_question_asked_again_while_under_way_joins_the_first(app, assistant):
    async def scenario():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            path = f"/v1/conversations/{await opened(app)}/messages"
            assistant.gate.clear()
            sent = {"json": {"text": "safety x"}, "headers": {"Idempotency-Key": "k", "Accept": "text/event-stream"}}
            both = [asyncio.create_task(client.post(path, **sent)) for _ in range(2)]
            await asyncio.sleep(0.2)  # both have come as far as they can
            assert len(app.state.turns) == 1
            assistant.gate.set()
            return await asyncio.wait_for(asyncio.gather(*both), timeout=10)

    first, second = asyncio.run(scenario())
    assert first.text.split("event: reply")[1] == second.text.split("event: reply")[1]
    assert len(assistant.taken) == 1


def test_a_stop_waits_for_the_turns_under_way(services, assistant):
    from fastapi.testclient import TestClient

    app = create_app(services)
    with TestClient(app) as client:
        conversation = client.post("/v1/conversations", json={}).json()["conversation_id"]
        assistant.gate.clear()
        client.portal.call(leave_at_once, app, conversation)
        assistant.gate.set()
    assert len(services.ledger.conversation(conversation)) == 1


async def leave_at_once(app, conversation):
    await leave(app, conversation, after=0)
