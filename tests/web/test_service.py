from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PATHS = ("/", "/v1/products", "/v1/health/live", "/static/base.css", "/v1/none", "/none", "/v1/cases")


@pytest.mark.parametrize("path", PATHS)
def test_every_response_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


def test_even_an_unexpected_error_carries_them_and_tells_nothing(client, services, monkeypatch):
    def broken(*_):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(services.knowledge, "products", broken)
    response = client.get("/v1/products")
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "hunter2" not in response.text
    assert "content-security-policy" in response.headers


def test_it_is_live_and_ready_and_says_what_serves(client, services):
    assert client.get("/v1/health/live").json() == {"status": "live"}
    ready = client.get("/v1/health/ready").json()
    assert (ready["status"], ready["index"]) == ("ready", services.knowledge.release())


def test_it_is_not_ready_when_a_part_does_not_answer(client, services, monkeypatch):
    def broken(*_, **__):
        raise OSError("disk")

    monkeypatch.setattr(services.ledger, "audit", broken)
    response = client.get("/v1/health/ready")
    assert (response.status_code, response.json()["status"]) == (503, "not_ready")


def test_the_contract_names_every_route_and_the_problem_type(client):
    contract = client.get("/v1/openapi.json").json()
    assert {
        "/v1/conversations",
        "/v1/conversations/{conversation_id}",
        "/v1/conversations/{conversation_id}/messages",
        "/v1/interactions/{interaction_id}/feedback",
        "/v1/interactions/{interaction_id}/handoff",
        "/v1/interactions/{interaction_id}/passport",
        "/v1/documents/{document_id}/versions/{version}",
        "/v1/products",
        "/v1/cases",
        "/v1/cases/{case_id}",
        "/v1/knowledge",
        "/v1/health/live",
        "/v1/health/ready",
    } <= set(contract["paths"])
    answered = contract["paths"]["/v1/conversations/{conversation_id}/messages"]["post"]["responses"]
    assert "text/event-stream" in answered["200"]["content"]
    assert "application/problem+json" in answered["4XX"]["content"]


def test_a_body_that_is_too_large_is_refused(client, services):
    body = json.dumps({"text": "x" * services.settings.web.max_body_bytes})
    response = client.post("/v1/conversations/c/messages", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_an_endless_body_is_refused_too(client, services):
    chunks = (b"x" * 8192 for _ in range(services.settings.web.max_body_bytes // 8192 + 2))
    response = client.post("/v1/conversations", content=chunks, headers={"Content-Type": "application/json"})
    assert response.status_code == 413


ROUTES = (
    "/v1/conversations",
    "/v1/conversations/{}/messages",
    "/v1/interactions/{}/feedback",
    "/v1/interactions/{}/handoff",
)
HOSTILE = (
    b"", b"{", b"[]", b"null", b"\xff\xfe", b"1" * 5000, b"[" * 30000, b'{"text": "\\ud800"}', b'{"text": 1e999}',
    b'{"text": NaN}', b'{"text": "a", "text": null}', b'{"__proto__": {}}', '{"text": "\u202e\u0000"}'.encode(),
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "rating", "comment", "action", "case_id", "market", "product", "specialty", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@pytest.fixture
def ids(ask):
    message = ask("dose?")
    return {"conversations": message["conversation_id"], "interactions": message["interaction_id"]}


def refuses(client, ids, route, body):
    path = route.format(ids[route.split("/")[2]])
    response = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code < 500, (route, body, response.text)
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["detail"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("body", HOSTILE)
def test_a_malformed_body_is_a_problem_never_an_error(client, ids, route, body):
    refuses(client, ids, route, body)


@pytest.mark.parametrize("route", ROUTES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=JSON)
def test_no_json_whatever_it_holds_is_an_error(client, ids, route, value):
    refuses(client, ids, route, json.dumps(value).encode())


@pytest.mark.parametrize(
    "path",
    [
        "/v1/conversations/%00",
        "/v1/interactions/%F0%9F%92%A9/passport",
        "/v1/documents/..%2f..%2fetc/versions/passwd",
        "/v1/documents/a/versions/b?start=1e9&end=x",
        "/v1/products?market=Mars",
        "/documents/a/b?start=-1&end=2",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/login",
        "/v1/cases?limit=0",
    ],
)
def test_a_strange_address_is_refused(client, path):
    assert 400 <= client.get(path).status_code < 500
