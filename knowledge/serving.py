"""Opens the generation that serves, and asks both of its arms; one arm alone when the other is away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Engine

from knowledge.dense import Chroma, EmbeddedChroma, PartitionMissing
from knowledge.errors import IndexUnavailable
from knowledge.index import Generation, match_lexical
from knowledge.ports import Vectors
from knowledge.search import Arm
from knowledge.shelf import Snapshot
from knowledge.types import Partition

RETRY_SECONDS = 5.0  # an arm that failed is left alone for so long: a turn must not wait for it each time

log = logging.getLogger(__name__)


class Serving:
    """The serving generation, as of a snapshot; opened when first asked. Safe between threads."""

    def __init__(self, engine: Engine, chroma: Chroma, directory: Path) -> None:
        self._engine = engine
        self._chroma = chroma
        self._directory = directory
        self.before_serving: Callable[[], None] = lambda: None  # mends what a kill has left
        self._current: Generation | None = None
        self._matched = ""  # the release this machine's lexical index was last brought in step with
        self._lock = threading.Lock()
        self._dense_off = (0, 0.0)  # a generation, and until when it is left alone

    def generation(self, number: int) -> Generation:
        """A generation's two indexes, not opened yet."""
        return Generation(number, self._chroma, self._directory)

    def use(self, generation: Generation, release: str) -> None:
        """Serve a generation that this process has just brought in step."""
        with self._lock:
            self._current = generation
            self._matched = release
            self._dense_off = (0, 0.0)

    def dense(self, snapshot: Snapshot, partitions: Sequence[Partition], vector: Vectors, limit: int) -> Arm | None:
        """The nearest passages of all these partitions; None when the arm is not available for one of them."""
        off_for, until = self._dense_off
        if off_for == snapshot.generation and time.monotonic() < until:
            return None
        try:
            arm = self._serve(snapshot).dense
            hits = [hit for partition in partitions for hit in arm.search(partition, vector, limit)]
        except PartitionMissing:
            return None
        except IndexUnavailable as error:
            log.warning("dense search is off for %.0f s: %s", RETRY_SECONDS, error)
            self._dense_off = (snapshot.generation, time.monotonic() + RETRY_SECONDS)
            return None
        return Arm(sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:limit], limit)

    def lexical(self, snapshot: Snapshot, partitions: Sequence[Partition], text: str, limit: int) -> Arm:
        """The best passages by BM25. Raises IndexUnavailable."""
        return Arm(self._serve(snapshot).lexical.search(partitions, text, limit), limit)

    def close(self) -> None:
        """Let go of everything."""
        self._current = None
        self._chroma.close()

    def _serve(self, snapshot: Snapshot) -> Generation:
        current = self._current
        if current is not None and current.number == snapshot.generation and self._matched == snapshot.release:
            return current
        with self._lock:
            if self._current is None or self._current.number != snapshot.generation:
                self._current = self.generation(snapshot.generation)
                self._matched = ""
            if self._matched != snapshot.release:
                self._bring_in_step(self._current)
                self._matched = snapshot.release
            return self._current

    def _bring_in_step(self, generation: Generation) -> None:
        """A machine that joins, or missed a publication, makes up its own lexical index from the database."""
        try:
            if isinstance(self._chroma, EmbeddedChroma):
                self._chroma.own()
            self.before_serving()
            match_lexical(self._engine, generation)
        except IndexUnavailable as error:  # its owner is doing it; what stands there is served meanwhile
            log.warning("the lexical index was left as it is: %s", error)
