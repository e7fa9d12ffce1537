"""Every route has its line in the table of who may call it, and the table holds: route × role, generated."""

from __future__ import annotations

import re

import pytest

from assistant.types import Role
from assistant.web.access import ACCESS
from assistant.web.app import routers
from tests.web.conftest import TOKENS

ROUTES = sorted(
    (method, route.path)
    for router in routers()
    for route in router.routes
    for method in route.methods
    if method != "HEAD"
)
CASE_WORDS = ("/msl", "/v1/cases", "/safety", "/v1/safety")
MEDICAL = {Role.MSL, Role.SAFETY}


def test_every_route_has_an_entry_and_every_entry_a_route():
    assert sorted(ACCESS) == ROUTES


@pytest.mark.parametrize("role", [None, *TOKENS])
def test_the_table_holds_for_every_route_and_role(client, role):
    headers = {"Authorization": f"Bearer {TOKENS[role]}"} if role else {}
    wrong = []
    for method, path in ROUTES:
        address = re.sub(r"\{[^}]*\}", "x_1", path)
        response = client.request(method, address, headers=headers, follow_redirects=False)
        is_open = Role.HCP in ACCESS[method, path] or role in ACCESS[method, path]
        refused = response.status_code in (401, 403) and address != "/login"
        if refused == is_open:
            wrong.append((method, path, response.status_code))
    assert wrong == []


def test_no_commercial_facing_role_reaches_cases():
    for (_, path), roles in ACCESS.items():
        if path.startswith(CASE_WORDS) and not path.endswith("/figures"):
            assert roles <= MEDICAL, path


def test_a_route_that_is_not_in_the_table_is_closed(client, monkeypatch, as_role):
    monkeypatch.setattr("assistant.web.security.ACCESS", {})
    assert client.get("/v1/cases", headers=as_role(Role.MSL)).status_code == 403
    assert client.get("/v1/products").status_code == 401


def test_a_cookie_changes_nothing_for_another_site(client):
    client.get("/login?token=token-of-msl")
    response = client.post("/v1/cases/case_x/claim", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
