"""Asks a running server over HTTP: steadily by a number of askers, or at a rate whatever it answers."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

TURNS_A_CONVERSATION = 4
GIVE_UP_SECONDS = 30.0
ANSWERED, SHED = 200, (429, 503)


@dataclass
class Observed:
    """What one phase saw: seconds of each answer, and everything else by its status (0: no answer at all)."""

    answered: list[float] = field(default_factory=list)
    shed: list[float] = field(default_factory=list)  # seconds until turned away
    statuses: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    seconds: float = 0.0

    @property
    def asked(self) -> int:
        """All that was asked."""
        return self.statuses.total()

    @property
    def broken(self) -> int:
        """Neither answered nor properly turned away."""
        return self.asked - len(self.answered) - len(self.shed)


class LoadClient:
    """Questions in conversations of a few turns each, as many at once as a phase wants."""

    def __init__(self, base: str, asks: Sequence[tuple[str, str]], seed: int = 7) -> None:
        """`asks`: (product, question); asked over and over in a shuffled order."""
        self._base = base
        self._idle: list[httpx.AsyncClient] = []
        chance = random.Random(seed)  # noqa: S311 - a bench that can be repeated, no secret
        by_product: dict[str, list[str]] = {}
        for product, text in asks:
            by_product.setdefault(product, []).append(text)
        self._questions = {p: itertools.cycle(chance.sample(q, len(q))) for p, q in by_product.items()}
        self._products: Iterator[str] = itertools.cycle(chance.sample(sorted(by_product), len(by_product)))

    async def ready(self, within: float) -> None:
        """Wait until the server is. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                try:
                    async with self._connected() as http:
                        if (await http.get("/v1/health/ready")).status_code == ANSWERED:
                            return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)

    async def warm(self, within: float) -> None:
        """Wait until the server has read its labels ahead. Raises TimeoutError."""
        async with asyncio.timeout(within), self._connected() as http:
            while True:
                if (await http.get("/v1/health/ready")).json()["is_warm"]:
                    return
                await asyncio.sleep(0.5)

    async def each_product_once(self) -> Observed:
        """One question on every product, one after the other: what a first question costs."""
        seen = Observed()
        started = time.perf_counter()
        for _ in range(len(self._questions)):
            product, conversation = await self._opened()
            await self._ask(seen, conversation, next(self._questions[product]))
        seen.seconds = time.perf_counter() - started
        return seen

    async def steady(self, askers: int, seconds: float) -> Observed:
        """So many askers, each of whom asks again when answered."""
        seen = Observed()
        started = time.perf_counter()

        async def asker() -> None:
            while time.perf_counter() - started < seconds:
                product, conversation = await self._opened()
                for _ in range(TURNS_A_CONVERSATION):
                    await self._ask(seen, conversation, next(self._questions[product]))

        await asyncio.gather(*(asker() for _ in range(askers)))
        seen.seconds = time.perf_counter() - started
        return seen

    async def at_rate(self, per_second: float, seconds: float) -> Observed:
        """Questions at a rate, sent whether or not the earlier ones are answered; conversations opened before."""
        count = int(per_second * seconds)
        opened = [await self._opened() for _ in range(-(-count // TURNS_A_CONVERSATION))]
        seen = Observed()
        started = time.perf_counter()
        asking: list[asyncio.Task[None]] = []
        for number in range(count):
            late = started + number / per_second - time.perf_counter()
            await asyncio.sleep(max(0.0, late))
            product, conversation = opened[number % len(opened)]
            asking.append(asyncio.create_task(self._ask(seen, conversation, next(self._questions[product]))))
        await asyncio.gather(*asking)
        seen.seconds = time.perf_counter() - started
        return seen

    async def close(self) -> None:
        """Close the connections."""
        for http in self._idle:
            await http.aclose()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client with one connection for one request: a shared pool searches through all that wait, each time."""
        made = self._idle.pop() if self._idle else None
        http = made or httpx.AsyncClient(
            base_url=self._base,
            timeout=GIVE_UP_SECONDS,
            verify=False,  # noqa: S501 - plain loopback; reading certificates takes 20 ms a client
            trust_env=False,
        )
        yield http
        self._idle.append(http)

    async def _opened(self) -> tuple[str, str]:
        product = next(self._products)
        async with self._connected() as http:
            response = await http.post("/v1/conversations", json={"product": product})
        response.raise_for_status()
        return product, response.json()["conversation_id"]

    async def _ask(self, seen: Observed, conversation: str, text: str) -> None:
        started = time.perf_counter()
        try:
            async with self._connected() as http:
                response = await http.post(f"/v1/conversations/{conversation}/messages", json={"text": text})
        except httpx.HTTPError:
            seen.statuses[0] += 1
            return
        took = time.perf_counter() - started
        seen.statuses[response.status_code] += 1
        if response.status_code == ANSWERED:
            seen.answered.append(took)
        elif response.status_code in SHED:
            seen.shed.append(took)
            seen.without_retry_after += "retry-after" not in response.headers
