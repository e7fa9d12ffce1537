"""Reads the labels and opens the indexes when a server starts, so that no HCP waits for it."""

from __future__ import annotations

import threading

import structlog

from assistant.bootstrap import Services
from assistant.screens.label_uses import read_uses
from knowledge.types import Audience, Partition, Query

MOST_PRODUCTS = 150  # about what is kept in memory; the first question on any other reads its label
PAUSE_SECONDS = 0.05  # between two labels: questions come first
log = structlog.get_logger(__name__)


class Warming:
    """A thread that reads one label after the other; what it cannot read it leaves to the first question."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warming", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Leave the rest unread; returns when the thread has ended."""
        self._stopping.set()
        self._thread.join()

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
                self._stopping.wait(PAUSE_SECONDS)
        except Exception as error:  # noqa: BLE001 - a server that is not warm is slow, not broken
            log.warning("warming.stopped", error=type(error).__name__)

    def _read(self, partition: Partition) -> None:
        services, now = self._services, self._services.clock.now()
        documents = services.knowledge.effective(partition, now)
        for document in documents:
            services.assistant.readings.of(document)
        if documents:
            read_uses(documents)
            query = Query(text=partition.product, partitions=(partition,), limit=1, at=now)
            services.knowledge.search(query)
