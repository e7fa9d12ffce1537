from __future__ import annotations

import json

from assistant.errors import NotRecorded


def events(response):
    """The server-sent events of a finished stream."""
    found = []
    for block in response.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def opened(client, **how):
    return client.post("/v1/conversations", json=how).json()["conversation_id"]


def test_a_conversation_opens_with_the_notice_that_this_is_an_ai(client, services):
    response = client.post("/v1/conversations", json={"market": "US", "specialty": "Nephrology"})
    assert response.status_code == 201
    assert response.json()["ai_notice"] == services.policies["US"].texts.ai_notice


def test_the_notice_is_recorded_as_shown_with_the_first_turn(client, services):
    conversation = opened(client)
    for text in ("dose?", "dose again?"):
        client.post(f"/v1/conversations/{conversation}/messages", json={"text": text})
    first, second = services.ledger.conversation(conversation)
    assert [n.text for n in first.reply.notices] == [services.policies["US"].texts.ai_notice]
    assert second.reply.notices == ()


def test_who_asks_about_what_goes_with_the_question(client, assistant):
    conversation = opened(client, market="EU", product="lumivasertib", specialty="Pharmacy")
    client.post(f"/v1/conversations/{conversation}/messages", json={"text": "dose?"})
    question = assistant.taken[0].question
    assert (question.scope.market, question.scope.product) == ("EU", "Nelvoris")
    assert (question.asker.specialty, question.asker.role) == ("Pharmacy", "hcp")


def test_an_unknown_product_is_refused_with_the_way_out(client):
    response = client.post("/v1/conversations", json={"product": "Zzyzx"})
    assert (response.status_code, response.json()["code"]) == (422, "unknown_product")
    assert "/v1/products" in response.json()["detail"]


def test_nobody_but_an_hcp_can_be_claimed_here(client):
    assert client.post("/v1/conversations", json={"audience": "medical"}).status_code == 422


def test_a_reply_says_that_it_is_ai_generated_and_holds_its_citations(ask):
    message = ask("dose?")
    assert message["ai_generated"] is True
    (answer,) = message["reply"]["outcomes"]
    assert answer["kind"] == "answer"
    assert all(c["quote"] for c in answer["citations"])


def test_a_stream_tells_the_stages_and_ends_with_the_same_reply(client):
    path = f"/v1/conversations/{opened(client)}/messages"
    response = client.post(path, json={"text": "table?"}, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response)
    assert [e[1]["stage"] for e in found[:-1]] == [
        "screened", "understood", "retrieved", "composed", "verified", "decided", "recorded",
    ]  # fmt: skip
    kind, message = found[-1]
    assert kind == "reply"
    read = client.get(f"/v1/conversations/{message['conversation_id']}").json()
    assert read["messages"] == [message]


def test_a_stream_that_fails_ends_with_the_problem(client, assistant):
    assistant.fails = NotRecorded("disk full at /secret")
    path = f"/v1/conversations/{opened(client)}/messages"
    response = client.post(path, json={"text": "dose?"}, headers={"Accept": "text/event-stream"})
    kind, problem = events(response)[-1]
    assert (kind, problem["status"], problem["code"]) == ("problem", 503, "not_recorded")
    assert "secret" not in response.text


def test_what_cannot_be_recorded_is_not_answered(client, assistant):
    assistant.fails = NotRecorded("disk full")
    response = client.post(f"/v1/conversations/{opened(client)}/messages", json={"text": "dose?"})
    assert (response.status_code, response.json()["code"]) == (503, "not_recorded")
    assert response.headers["retry-after"]


def test_the_same_idempotency_key_is_one_turn(client, assistant):
    path = f"/v1/conversations/{opened(client)}/messages"
    twice = [client.post(path, json={"text": "safety x"}, headers={"Idempotency-Key": "k1"}).json() for _ in range(2)]
    assert twice[0] == twice[1]
    assert len(assistant.taken) == 1
    client.post(path, json={"text": "safety x"}, headers={"Idempotency-Key": "k2"})
    assert len(assistant.taken) == 2


def test_a_transcript_shows_the_question_as_recorded(client):
    path = f"/v1/conversations/{opened(client)}"
    client.post(f"{path}/messages", json={"text": "dose for Jane Roe?"})
    read = client.get(path)
    assert "Jane Roe" not in read.text
    assert read.json()["messages"][0]["question"] == "dose for [person]?"


def test_a_conversation_goes_on_after_a_restart(client, services):
    from fastapi.testclient import TestClient

    from assistant.web.app import create_app

    path = f"/v1/conversations/{opened(client, product='Nelvoris')}/messages"
    client.post(path, json={"text": "dose?"})
    with TestClient(create_app(services)) as other:
        assert other.post(path, json={"text": "and again?"}).status_code == 200


def test_an_unknown_conversation_is_not_found(client):
    response = client.post("/v1/conversations/conversation_none/messages", json={"text": "dose?"})
    assert (response.status_code, response.json()["code"]) == (404, "unknown_conversation")
    assert client.get("/v1/conversations/conversation_none").status_code == 404


def test_empty_too_long_and_control_characters_are_refused_without_repeating_the_text(client):
    path = f"/v1/conversations/{opened(client)}/messages"
    for text, code in ((" \n ", "empty_message"), ("x" * 4001, "message_too_long"), ("Roe\x00", "control_characters")):
        response = client.post(path, json={"text": text})
        assert (response.status_code, response.json()["code"]) == (422, code)
        assert "Roe" not in response.text


def test_validation_errors_never_repeat_what_was_sent(client):
    path = f"/v1/conversations/{opened(client)}/messages"
    response = client.post(path, json={"text": ["Jane Roe"], "more": "Jane Roe"})
    assert response.status_code == 422
    assert "Jane Roe" not in response.text
    assert {e["field"] for e in response.json()["errors"]} == {"body.text", "body.more"}
