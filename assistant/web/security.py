"""Who may read what.

An HCP is anonymous: conversation and interaction ids are random and act as the key to what they name.
Everyone else shows a token from the settings (as a bearer token to the API, as a cookie to the pages), or is named by
a reverse proxy that signed them in and proves itself with a secret of its own.
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from assistant.config import ProxySettings, Settings, Token
from assistant.types import Role
from assistant.web.access import ACCESS
from assistant.web.problems import Refused
from assistant.web.services import Given

COOKIE = "hcp_session"


def token_for(settings: Settings, secret: str) -> Token | None:
    """The token with this secret; all are compared, each in constant time."""
    given = secret.encode()
    found: Token | None = None
    for token in settings.web.tokens:
        held = token.secret.get_secret_value().encode()
        if held and hmac.compare_digest(held, given):
            found = token
    return found


_bearer = HTTPBearer(auto_error=False, description="A token from the settings (`web.tokens`).")


async def bearer(
    services: Given, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Token | None:
    """Who calls the API; None for an anonymous HCP. Refuses a token that is not known."""
    if credentials is None:
        return None
    token = token_for(services.settings, credentials.credentials)
    if token is None:
        raise Refused(401, "unknown_token", "This token is not known here.", {"WWW-Authenticate": "Bearer"})
    return token


Caller = Annotated[Token | None, Depends(bearer)]


def allowed(caller: Token | None, roles: tuple[Role, ...]) -> Token:
    """The caller, if one of these roles. Refuses with 401 (nobody) or 403 (another role)."""
    if caller is None:
        detail = "Sign in first: send a token as `Authorization: Bearer …`."
        raise Refused(401, "token_needed", detail, {"WWW-Authenticate": "Bearer"})
    if caller.role not in roles:
        named = " or ".join(role.value for role in roles)
        raise Refused(403, "wrong_role", f"This is for the role {named}; the token is for {caller.role.value}.")
    return caller


async def signed_in(request: Request, services: Given) -> Token | None:
    """Who looks at a page: by the cookie that `/login` set, or by the proxy in front of us."""
    secret = request.cookies.get(COOKIE, "")
    found = token_for(services.settings, secret) if secret else None
    return found or proxied(request, services.settings.web.proxy)


def proxied(request: Request, proxy: ProxySettings) -> Token | None:
    """Who the proxy says this is; None when no proxy is set, its secret is not right, or they have no role here."""
    expected = proxy.secret.get_secret_value().encode()
    given = request.headers.get(proxy.secret_header, "").encode()
    user = request.headers.get(proxy.user_header, "").strip()
    if not expected or not hmac.compare_digest(expected, given) or not user:
        return None
    groups = [group.strip() for group in request.headers.get(proxy.groups_header, "").split(",")]
    role = next((proxy.roles[group] for group in groups if group in proxy.roles), None)
    return None if role is None else Token(secret=SecretStr(""), role=role, pseudonym=user)


Viewer = Annotated[Token | None, Depends(signed_in)]


async def guard(request: Request, caller: Caller, viewer: Viewer) -> None:
    """Let in only the roles that the table of routes names; a route that is not in it is closed to all.

    A caller without a token is an HCP. A cookie counts as a token, but changes something only when the browser says
    that the request comes from our own pages.
    """
    path = getattr(request.scope.get("route"), "path", "")
    method = "GET" if request.method == "HEAD" else request.method
    roles = ACCESS.get((method, path), frozenset())
    if Role.HCP in roles:
        return
    allowed(caller or viewer, tuple(sorted(roles)))
    if caller is None and method != "GET" and request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refused(403, "other_site", "This can only be done from our own pages.")


async def staff(caller: Caller, viewer: Viewer) -> Token:
    """Who works here, by token or cookie; the guard has let them in."""
    found = caller or viewer
    assert found is not None
    return found


Staff = Annotated[Token, Depends(staff)]
