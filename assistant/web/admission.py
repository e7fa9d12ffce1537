"""How much is let in: turns at once and in line, and messages a minute. Kept in this process; nothing is logged.

What is turned away was never begun and leaves no record; the client keeps its text and is told when to come again.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.config import WebSettings
from assistant.web.problems import Refused, respond

KEYS_AT_MOST = 20_000  # conversations and clients remembered; one forgotten begins anew with a full minute
BUSY_RETRY_SECONDS = 2
LINE = 2  # waiting for each turn under way, at most


class Slot:
    """A place for one turn; giving it back twice is giving it back once."""

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back: Callable[[], None] | None = give_back

    def leave(self) -> None:
        """Give the place back."""
        if self._give_back is not None:
            give_back, self._give_back = self._give_back, None
            give_back()


class Admission:
    """So many turns at once; who comes then waits in line for a moment, and is turned away with 503 after it.

    A line that is full turns away at once: those in it would not be answered any sooner for company.
    """

    def __init__(self, at_once: int, wait_seconds: float) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._most_waiting = LINE * at_once
        self._waiting = 0
        self._wait_seconds = wait_seconds

    @property
    def is_full(self) -> bool:
        """Whether nobody more may even wait."""
        return self._waiting >= self._most_waiting

    async def enter(self) -> Slot:
        """A place, in the order of arrival. Refuses with 503 when none comes free in time."""
        if self.is_full:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1
        return Slot(self._places.release)


def _busy() -> Refused:
    detail = "Many questions are being answered right now. Please send yours again in a moment."
    return Refused(503, "busy", detail, {"Retry-After": str(BUSY_RETRY_SECONDS)})


class Shedding:
    """Turns messages away while the line is full, before any work is spent on them.

    Else turning away is what keeps a busy service busy.
    """

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        is_message = scope["type"] == "http" and scope["method"] == "POST" and _MESSAGES.fullmatch(scope["path"])
        if is_message and self._admission.is_full:
            refused = _busy()
            await respond(refused.problem, refused.headers)(scope, receive, send)
            return
        await self._app(scope, receive, send)


_MESSAGES = re.compile(r"/v1/conversations/[^/]+/messages")


class Rate:
    """A bucket for each key that holds a minute's worth and fills steadily."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and as of when

    def wait_for(self, key: str) -> float:
        """Take one, and 0.0; or, with none left, the seconds until there is one."""
        now = self._clock()
        left, since = self._held.pop(key, (self._most, now))
        left = min(self._most, left + (now - since) * self._most / 60)
        wait = 0.0 if left >= 1 else (1 - left) * 60 / self._most
        self._held[key] = (left if wait else left - 1, now)
        if len(self._held) > KEYS_AT_MOST:
            self._held.popitem(last=False)
        return wait


class Rates:
    """Messages a minute of one conversation, and of one client's address over all its conversations."""

    def __init__(self, settings: WebSettings) -> None:
        self._conversations = Rate(settings.messages_per_minute)
        self._clients = Rate(settings.client_messages_per_minute)

    def check(self, request: Request, conversation_id: str) -> None:
        """Count one message. Refuses with 429 where there were too many."""
        client = request.client.host if request.client is not None else ""
        wait = self._conversations.wait_for(conversation_id) or self._clients.wait_for(client)
        if wait:
            detail = "There were many messages in a short time. Please send this one again in a moment."
            raise Refused(429, "too_many_messages", detail, {"Retry-After": str(math.ceil(wait))})
