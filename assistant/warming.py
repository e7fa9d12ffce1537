"""Reads the labels and opens the indexes when a server starts, so that no HCP waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from assistant.bootstrap import Services
from assistant.screens.off_label import read_label
from knowledge.types import Audience, Partition, Query

MOST_PRODUCTS = 150  # about what is kept in memory; the first question on any other reads its label
PAUSE_SECONDS = 0.05  # between two labels
BUSY_SECONDS = 2.0  # between two labels while turns are under way: questions come first
log = structlog.get_logger(__name__)


class Warming:
    """A thread that reads one label after the other; what it cannot read it leaves to the first question."""

    def __init__(
        self,
        services: Services,
        is_busy: Callable[[], bool] = lambda: False,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """`is_busy`: whether someone waits for an answer now; `then` is called when all is read."""
        self._services = services
        self._then = then
        self._is_busy = is_busy
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warming", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Leave the rest unread; returns when the thread has ended."""
        self._stopping.set()
        self._thread.join()

    @property
    def is_over(self) -> bool:
        """Whether all is read that will be."""
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Return when all is read."""
        self._thread.join()

    def _run(self) -> None:
        services, market = self._services, self._services.settings.web.market
        try:
            services.knowledge.warm()
            names = services.knowledge.products(market, Audience.HCP, services.clock.now())
            own = services.settings.web.product
            first = sorted(names, key=lambda n: n.product != own)[:MOST_PRODUCTS]
            for name in first:
                if self._stopping.is_set():
                    return
                self._read(Partition(product=name.product, market=market, audience=Audience.HCP))
                self._pause()
            self._then()
        except Exception as error:  # noqa: BLE001 - a server that is not warm is slow, not broken
            log.warning("warming.stopped", error=type(error).__name__)

    def _pause(self) -> None:
        """A moment; longer while turns are under way, but not for good: who asks first on a label waits longer."""
        until = time.monotonic() + BUSY_SECONDS
        self._stopping.wait(PAUSE_SECONDS)
        while self._is_busy() and time.monotonic() < until and not self._stopping.is_set():
            self._stopping.wait(PAUSE_SECONDS)

    def _read(self, partition: Partition) -> None:
        services, now = self._services, self._services.clock.now()
        documents = services.knowledge.effective(partition, now)
        for document in documents:
            services.assistant.readings.of(document)
        if documents:
            read_label(documents)
            services.knowledge.read_ahead(partition, now)
            query = Query(text=partition.product, partitions=(partition,), limit=1, at=now)
            services.knowledge.search(query)
