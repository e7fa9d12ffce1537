from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from fastapi.testclient import TestClient

from assistant.web.admission import KEYS_AT_MOST, LINE, Admission, Rate
from assistant.web.app import create_app
from assistant.web.problems import Refused


@pytest.fixture
def serve(services):
    """Clients of the service with some of its web settings changed."""
    made = []

    def started(**web):
        changed = services.settings.model_copy(update={"web": services.settings.web.model_copy(update=web)})
        client = TestClient(create_app(replace(services, settings=changed)), raise_server_exceptions=False)
        made.append(client.__enter__())
        return client

    yield started
    for client in made:
        client.__exit__(None, None, None)


def ask(client, text="dose?", conversation=None, **headers):
    name = conversation or client.post("/v1/conversations", json={}).json()["conversation_id"]
    return client.post(f"/v1/conversations/{name}/messages", json={"text": text}, headers=headers)


def until(is_so):
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_message_that_finds_no_place_is_turned_away_with_503_and_leaves_no_record(serve, assistant):
    client = serve(max_turns_in_flight=1, max_queue_seconds=0.05)
    assistant.gate.clear()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask, client)
        until(lambda: len(client.app.state.turns) == 1)
        shed = ask(client)
        streamed = ask(client, Accept="text/event-stream")
        assistant.gate.set()
        assert first.result().status_code == 200
    for refused in (shed, streamed):
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) >= 1
    assert len(assistant.taken) == 1


def test_a_message_waits_in_line_for_its_turn(serve, assistant):
    client = serve(max_turns_in_flight=1, max_queue_seconds=10)
    assistant.gate.clear()
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(ask, client) for _ in range(2)]
        until(lambda: len(client.app.state.turns) == 1)
        assistant.gate.set()
        assert [reply.result().status_code for reply in both] == [200, 200]


def test_a_line_that_is_full_turns_away_at_once():
    async def run():
        admission = Admission(at_once=1, wait_seconds=60)
        slot = await admission.enter()
        waiting = [asyncio.create_task(admission.enter()) for _ in range(LINE)]
        await asyncio.sleep(0)
        with pytest.raises(Refused):
            await asyncio.wait_for(admission.enter(), 1)
        slot.leave()
        for turn in waiting:
            (await turn).leave()

    asyncio.run(run())


def test_with_a_full_line_no_work_is_spent_on_a_message_and_all_else_is_served(serve, monkeypatch):
    client = serve()
    name = client.post("/v1/conversations", json={}).json()["conversation_id"]
    monkeypatch.setattr(Admission, "is_full", True)
    refused = client.post(f"/v1/conversations/{name}/messages", content=b"not even JSON")
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) >= 1
    assert "content-security-policy" in refused.headers
    assert client.get(f"/v1/conversations/{name}").status_code == 200


def test_a_refused_message_gives_its_place_back(serve):
    client = serve(max_turns_in_flight=1, max_queue_seconds=0.05)
    for _ in range(3):
        assert ask(client, conversation="conversation_none").status_code == 404
    assert ask(client).status_code == 200


def test_a_turn_that_fails_and_a_repeated_one_give_their_places_back(serve, assistant):
    client = serve(max_turns_in_flight=1, max_queue_seconds=0.05)
    assistant.fails = RuntimeError("broken")
    assert ask(client).status_code == 500
    assistant.fails = None
    name = client.post("/v1/conversations", json={}).json()["conversation_id"]
    headers = {"Idempotency-Key": "k"}
    replies = [ask(client, conversation=name, **headers).status_code for _ in range(3)]
    assert replies == [200, 200, 200]
    assert len(assistant.taken) == 1


def test_listeners_that_leave_early_give_their_places_back_and_their_turns_are_recorded(serve, assistant):
    """Over a real socket: the test client does not tell the application that it has left."""
    import uvicorn

    app = serve(max_turns_in_flight=2, max_queue_seconds=0.2).app
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        for round_of in range(3):
            assistant.gate.clear()
            for _ in range(2):
                leave_early(client)
            assert ask(client).status_code == 503
            assistant.gate.set()
            until(lambda taken=2 * (round_of + 1): len(assistant.taken) == taken)
            until(lambda: len(app.state.turns) == 0)
        assert ask(client).status_code == 200
    server.should_exit = True
    running.join(timeout=10)


def leave_early(client):
    name = client.post("/v1/conversations", json={}).json()["conversation_id"]
    path = f"/v1/conversations/{name}/messages"
    with client.stream("POST", path, json={"text": "dose?"}, headers={"Accept": "text/event-stream"}) as response:
        assert response.status_code == 200
        next(response.iter_bytes())


def test_a_conversation_that_writes_too_much_is_slowed_with_429_and_others_are_not(serve, assistant):
    client = serve(messages_per_minute=2)
    name = client.post("/v1/conversations", json={}).json()["conversation_id"]
    codes = [ask(client, conversation=name) for _ in range(3)]
    assert [reply.status_code for reply in codes] == [200, 200, 429]
    assert codes[-1].json()["code"] == "too_many_messages"
    assert 1 <= int(codes[-1].headers["retry-after"]) <= 30
    assert ask(client).status_code == 200
    assert len(assistant.taken) == 3


def test_a_client_that_opens_conversation_after_conversation_is_slowed_too(serve):
    client = serve(client_messages_per_minute=2)
    assert [ask(client).status_code for _ in range(3)] == [200, 200, 429]


def test_a_bucket_fills_steadily_and_never_beyond_a_minute():
    now = 0.0
    rate = Rate(60, clock=lambda: now)
    assert [rate.wait_for("a") for _ in range(60)] == [0.0] * 60
    assert rate.wait_for("a") == pytest.approx(1.0)
    now = 0.5
    assert rate.wait_for("a") == pytest.approx(0.5)
    now = 1.0
    assert rate.wait_for("a") == 0.0
    now = 1000.0
    assert sum(rate.wait_for("a") == 0.0 for _ in range(100)) == 60


def test_keys_that_come_without_end_do_not_fill_the_memory():
    rate = Rate(1)
    for number in range(KEYS_AT_MOST + 10):
        rate.wait_for(str(number))
    assert len(rate._held) == KEYS_AT_MOST


def test_one_who_stops_waiting_takes_no_place():
    async def run():
        admission = Admission(at_once=1, wait_seconds=5)
        slot = await admission.enter()
        waiting = asyncio.create_task(admission.enter())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        slot.leave()
        slot.leave()  # twice is once: else two would get in
        await admission.enter()
        admission._wait_seconds = 0.01
        with pytest.raises(Refused):
            await admission.enter()

    asyncio.run(run())
