"""A reverse proxy that signs people in names them to us, and nobody else can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.config import ProxySettings
from assistant.types import Role
from assistant.web.app import create_app

NAMED = {"x-hcp-proxy-secret": "proxy-secret", "x-auth-request-user": "ada", "x-auth-request-groups": "staff, mi-team"}


@pytest.fixture
def behind_proxy(services):
    proxy = ProxySettings(secret=SecretStr("proxy-secret"), roles={"mi-team": Role.MSL, "editors": Role.CONTENT})
    web = services.settings.web.model_copy(update={"proxy": proxy})
    settings = services.settings.model_copy(update={"web": web})
    with TestClient(create_app(replace(services, settings=settings))) as made:
        yield made


def test_who_the_proxy_names_has_the_role_of_their_group(behind_proxy):
    page = behind_proxy.get("/msl", headers=NAMED)
    assert page.status_code == 200
    assert "ada" in page.text
    assert behind_proxy.get("/content", headers=NAMED).status_code == 403
    assert behind_proxy.get("/v1/cases", headers=NAMED).status_code == 200


@pytest.mark.parametrize(
    "changed", [{"x-hcp-proxy-secret": "wrong"}, {"x-hcp-proxy-secret": ""}, {"x-auth-request-user": ""}]
)
def test_headers_alone_let_nobody_in(behind_proxy, changed):
    assert behind_proxy.get("/msl", headers={**NAMED, **changed}).status_code == 401


def test_someone_without_a_role_is_a_visitor_like_any_other(behind_proxy):
    headers = {**NAMED, "x-auth-request-groups": "sales"}
    assert behind_proxy.get("/msl", headers=headers).status_code == 401
    assert behind_proxy.get("/", headers=headers).status_code == 200


def test_without_a_secret_in_the_settings_no_header_counts(client):
    assert client.get("/msl", headers={**NAMED, "x-hcp-proxy-secret": ""}).status_code == 401


def test_a_proxied_person_changes_nothing_for_another_site(behind_proxy):
    headers = {**NAMED, "Sec-Fetch-Site": "cross-site"}
    assert behind_proxy.post("/v1/cases/case_x/claim", json={"seen": 1}, headers=headers).status_code == 403
