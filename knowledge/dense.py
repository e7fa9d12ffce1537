"""The dense arm: Chroma, one collection a partition, always with our own vectors. Derived; rebuild at will.

Chroma corrupts its files silently when two processes write to one path, so the embedded form has one owner,
held by a lock file. A generation of the index is a set of collections (and, embedded, a folder) of its own.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from filelock import FileLock, Timeout

from knowledge.errors import IndexUnavailable
from knowledge.ports import Vectors
from knowledge.store import partition_key
from knowledge.types import Partition

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

UPSERT_BATCH = 1000  # below Chroma's own limit (5,461)
# Chroma's graph is approximate, and another one in every process that builds it; asked for all it holds it is exact.
EXACT_UP_TO = 2000  # passages of a partition (the largest label measured has 948); 0.2 ms more than asking for 80
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0  # of one request; a batch of vectors takes well under one
_REMEDY = "Run `hcp knowledge rebuild`; until then lexical search answers alone."


class PartitionMissing(IndexUnavailable):
    """The partition was never indexed, or its collection is gone; the others are not concerned."""


class Chroma(Protocol):
    """Where Chroma runs. One client a generation where each has its own folder."""

    def client(self, generation: int, *, create: bool = False) -> ClientAPI:
        """A connected client. Raises IndexUnavailable; a generation that is not there is made only if told to."""
        ...

    def drop(self, generation: int) -> None:
        """Forget a generation that is no longer served."""
        ...

    def close(self) -> None:
        """Let go of files and locks."""
        ...


class EmbeddedChroma:
    """Chroma in this process, its files under `<directory>/<generation>/chroma`, owned by one process at a time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = FileLock(directory / "owner.lock", timeout=0, thread_local=False)
        self._owner = directory / "owner.txt"
        self._clients: dict[int, ClientAPI] = {}
        self._opening = threading.Lock()

    def own(self) -> None:
        """Become the one process that uses these files. Raises IndexUnavailable naming the other one."""
        if self._lock.is_locked:
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            owner = self._owner.read_text().strip() if self._owner.exists() else "another process"
            raise IndexUnavailable(
                f"The index in {self._directory} is in use by {owner}; embedded Chroma serves one process at a time. "
                "Stop that process (a running `hcp serve`?) and try again, or run a Chroma server "
                "(HCP_INDEX__CHROMA=server)."
            ) from None
        self._owner.write_text(f"process {os.getpid()}\n")

    def client(self, generation: int, *, create: bool = False) -> ClientAPI:
        """The client of a generation's folder."""
        self.own()
        with self._opening:
            if generation not in self._clients:
                import chromadb

                path = self._directory / str(generation) / "chroma"
                with unavailable_on_error(f"Chroma cannot open {path}"):
                    path.mkdir(parents=True, exist_ok=True) if create else path.stat()
                    self._clients[generation] = chromadb.PersistentClient(path, settings=_settings())
            return self._clients[generation]

    def drop(self, generation: int) -> None:
        """Close a generation's client and remove its folder."""
        with self._opening:
            client = self._clients.pop(generation, None)
            if client is not None:
                _close(client)
        shutil.rmtree(self._directory / str(generation) / "chroma", ignore_errors=True)

    def close(self) -> None:
        """Close every client and let another process be the owner."""
        for client in self._clients.values():
            _close(client)
        self._clients.clear()
        if self._lock.is_locked:
            self._owner.unlink(missing_ok=True)
            self._lock.release()


class ChromaServer:
    """A Chroma server on a private network, shared by several processes."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._client: ClientAPI | None = None

    def client(self, generation: int, *, create: bool = False) -> ClientAPI:  # noqa: ARG002  one serves them all
        """The client of the server."""
        if self._client is None:
            import chromadb
            import httpx

            with unavailable_on_error(f"The Chroma server at {self._host}:{self._port} does not answer"):
                # Asked first, because chromadb's own client waits for ever, its first request included.
                url = f"http://{self._host}:{self._port}/api/v2/heartbeat"
                httpx.get(url, timeout=CONNECT_SECONDS).raise_for_status()
                client = chromadb.HttpClient(self._host, self._port, settings=_settings())
                _bound_waiting(client)
                self._client = client
        return self._client

    def drop(self, generation: int) -> None:
        """Delete a generation's collections."""
        client = self.client(generation)
        with unavailable_on_error("Chroma cannot delete collections"):
            for collection in client.list_collections():
                if collection.name.startswith(_prefix(generation)):
                    client.delete_collection(collection.name)

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            _close(self._client)
            self._client = None


class Dense:
    """One generation of the dense index."""

    def __init__(self, chroma: Chroma, generation: int) -> None:
        self._chroma = chroma
        self._generation = generation
        self._collections: dict[Partition, Collection] = {}
        self._large: set[Partition] = set()  # seen to hold more than EXACT_UP_TO

    def create(self) -> None:
        """Connect, and make the generation's place where it is missing. Raises IndexUnavailable."""
        self._chroma.client(self._generation, create=True)

    def search(self, partition: Partition, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """The nearest passages of a partition: (passage_id, cosine similarity), best first, equal ones by id.

        Exact, and so the same in every process, where the partition holds at most EXACT_UP_TO passages.
        Raises PartitionMissing when it was never indexed here, IndexUnavailable when Chroma fails.
        """
        with unavailable_on_error(f"Chroma cannot search {partition.product}", self._forget):
            if partition not in self._large:
                nearest = self._nearest(partition, vector, max(limit, EXACT_UP_TO + 1))
                if len(nearest) <= EXACT_UP_TO:
                    return nearest[:limit]
                # So many of a large one cost tens of milliseconds, and are approximate all the same.
                self._large.add(partition)
            return self._nearest(partition, vector, limit)

    def _nearest(self, partition: Partition, vector: Vectors, count: int) -> list[tuple[str, float]]:
        found: Any = self._collection(partition).query(
            query_embeddings=vector[np.newaxis], n_results=count, include=["distances"]
        )
        nearest = sorted(zip(found["distances"][0], found["ids"][0], strict=True))
        return [(name, 1.0 - distance) for distance, name in nearest]

    def add(self, partition: Partition, ids: Sequence[str], vectors: Vectors) -> None:
        """Put passages into a partition, or replace them."""
        with unavailable_on_error(f"Chroma cannot write {partition.product}", self._forget):
            collection = self._chroma.client(self._generation).get_or_create_collection(
                self.collection_name(partition),
                configuration={"hnsw": {"space": "cosine"}},
                embedding_function=None,
            )
            for start in range(0, len(ids), UPSERT_BATCH):
                part = slice(start, start + UPSERT_BATCH)
                collection.upsert(ids=list(ids[part]), embeddings=vectors[part])

    def remove(self, partition: Partition, ids: Sequence[str]) -> None:
        """Take passages out of a partition."""
        self._large.discard(partition)
        collection = self._collection(partition)
        with unavailable_on_error(f"Chroma cannot take passages of {partition.product} out", self._forget):
            for start in range(0, len(ids), UPSERT_BATCH):
                collection.delete(ids=list(ids[start : start + UPSERT_BATCH]))

    def clear(self, partition: Partition) -> None:
        """Delete a partition's collection, if there is one."""
        self._collections.pop(partition, None)
        self._large.discard(partition)
        if self.collection_name(partition) in self.collection_names():
            with unavailable_on_error(f"Chroma cannot clear {partition.product}", self._forget):
                self._chroma.client(self._generation).delete_collection(self.collection_name(partition))

    def collection_names(self) -> set[str]:
        """The collections that stand there now, of every generation the client sees."""
        with unavailable_on_error("Chroma cannot list its collections"):
            return {collection.name for collection in self._chroma.client(self._generation).list_collections()}

    def collection_name(self, partition: Partition) -> str:
        """A partition's name by Chroma's rule (3-512 of a-z 0-9 . _ -), told apart by a hash."""
        readable = re.sub(r"[^a-z0-9]+", "-", partition.product.lower()).strip("-")[:40] or "product"
        told = hashlib.sha256(partition_key(partition).encode()).hexdigest()[:16]
        return f"{_prefix(self._generation)}{readable}-{told}"

    def _collection(self, partition: Partition) -> Collection:
        if partition not in self._collections:
            name = self.collection_name(partition)
            with unavailable_on_error(f"Chroma cannot open the index of {partition.product}"):
                from chromadb.errors import NotFoundError

                client = self._chroma.client(self._generation)
                try:
                    self._collections[partition] = client.get_collection(name, embedding_function=None)
                except NotFoundError:
                    raise PartitionMissing(f"{partition.product} is not in the dense index. {_REMEDY}") from None
        return self._collections[partition]

    def _forget(self) -> None:
        self._collections.clear()
        self._large.clear()


def _prefix(generation: int) -> str:
    return f"g{generation}-"


def _bound_waiting(client: Any) -> None:
    """Give chromadb's HTTP session a time limit; it has no setting for one. Raises AttributeError when it moved."""
    client._server._session.timeout = ANSWER_SECONDS  # noqa: SLF001  see above; a test holds a silent server to it


def _close(client: Any) -> None:
    client.close()  # of chromadb's Client; its interface ClientAPI does not name it


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


@contextmanager
def unavailable_on_error(what: str, also: Any = None) -> Iterator[None]:
    """Turn anything Chroma throws, its Rust panics included, into IndexUnavailable."""
    try:
        yield
    except IndexUnavailable:
        raise
    except BaseException as error:
        is_panic = type(error).__name__ == "PanicException"  # a BaseException: it passes `except Exception`
        if not isinstance(error, Exception) and not is_panic:
            raise
        if also is not None:
            also()
        raise IndexUnavailable(f"{what}: {error}. {_REMEDY}") from error
