"""A library of a given size for the latency bench: real labels, and filler around them.

Filler vectors are slightly perturbed copies of real ones and filler text is real text with its words
shuffled: as hard to tell apart as the real thing, and not embedded for an hour. Filler stands in
products of its own, but for one real product that holds a large share of everything: the worst case.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.bootstrap import Services
from evals.library import OnProgress, label_files, open_throwaway
from knowledge.chunk import chunk
from knowledge.embed import MiniLMEmbedder
from knowledge.types import Audience, Market, Partition, Passage, ProductNames

LARGE_SHARE = 0.3  # of all passages, in one partition
REAL_SHARE = 0.6  # at most so much of the library is real: the rest shows how it grows
FILLER_PRODUCT = 400  # passages of one filler product
PERTURBATION = 0.25  # expected length of what is added to a unit vector
BATCH = 10_000

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class SizedLibrary:
    """A library of about `passages` passages, and what questions may be asked of it."""

    services: Services
    passages: int
    real_passages: int
    products: tuple[ProductNames, ...]
    large_product: str
    large_passages: int
    labels: dict[str, ProductNames]


def sized_library(labels: Path, size: int, cache_dir: Path, on_progress: OnProgress) -> SizedLibrary:
    """Build a library of `size` passages from real labels and filler. Raises LibraryError."""
    services, built = open_throwaway(labels, cache_dir, on_progress)
    if built.passages > size * REAL_SHARE:
        per_file = built.passages / len(built.labels)
        services.close()
        with tempfile.TemporaryDirectory(prefix="hcp-labels-") as few:
            for path in label_files(labels)[: max(1, int(size * REAL_SHARE / per_file))]:
                (Path(few) / path.name).symlink_to(path.resolve())
            services, built = open_throwaway(Path(few), cache_dir, on_progress)
    real = _real_passages(services)
    vectors = _vectors(services, real)
    sizes: dict[str, int] = {}
    for passage in real:
        sizes[passage.partition.product] = sizes.get(passage.partition.product, 0) + 1
    large = max(sizes, key=lambda product: sizes[product])
    _fill(services, real, vectors, size, large, lambda done, total: on_progress("filling", done, total))
    now = services.clock.now()
    return SizedLibrary(
        services=services,
        passages=max(size, len(real)),
        real_passages=len(real),
        products=services.knowledge.products(Market.US, Audience.HCP, now),
        large_product=large,
        large_passages=max(sizes[large], min(int(size * LARGE_SHARE), sizes[large] + size - len(real))),
        labels=built.labels,
    )


def _real_passages(services: Services) -> list[Passage]:
    """Every passage of every approved document for US HCPs, as the library cut them."""
    now = services.clock.now()
    names = services.knowledge.products(Market.US, Audience.HCP, now)
    partitions = [Partition(product=n.product, market=Market.US, audience=Audience.HCP) for n in names]
    documents = [d for partition in partitions for d in services.knowledge.effective(partition, now)]
    return [passage for document in documents for passage in chunk(document)]


def _vectors(services: Services, passages: Sequence[Passage]) -> Vectors:
    """The vectors the library keeps for these passages: shape (len(passages), 384)."""
    database = services.settings.storage.directory / "hcp.sqlite"
    query = "SELECT content_hash, vector FROM knowledge_embeddings WHERE model = ?"
    with closing(sqlite3.connect(database)) as connection:
        kept = {key: np.frombuffer(raw, dtype="<f2") for key, raw in connection.execute(query, (MiniLMEmbedder.name,))}
    return np.stack([kept[passage.content_hash] for passage in passages]).astype(np.float32)


def _fill(
    services: Services,
    real: Sequence[Passage],
    vectors: Vectors,
    size: int,
    large: str,
    on_batch: Callable[[int, int], None],
) -> None:
    """Add filler until the library holds `size` passages."""
    chance = random.Random(20)  # noqa: S311 - a bench that can be repeated, no secret
    noise = np.random.default_rng(20)
    missing = max(0, size - len(real))
    in_large = max(0, int(size * LARGE_SHARE) - sum(p.partition.product == large for p in real))
    sources = _sources(real, min(in_large, missing), missing, large)
    done = 0
    for batch in _batches(sources, BATCH):
        passages = [_filler(real[i], number, product, chance) for number, i, product in batch]
        near = vectors[[i for _, i, _ in batch]]
        moved = near + noise.normal(0.0, PERTURBATION / np.sqrt(near.shape[1]), near.shape).astype(np.float32)
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        services.knowledge.index_vectors(passages, moved.astype(np.float32))
        done += len(batch)
        on_batch(done, missing)


def _sources(real: Sequence[Passage], in_large: int, missing: int, large: str) -> Iterator[tuple[int, int, str | None]]:
    """(number, index of the real passage copied, product; None keeps the passage's own)."""
    own = [i for i, passage in enumerate(real) if passage.partition.product == large]
    for number in range(missing):
        if number < in_large:
            yield number, own[number % len(own)], None
        else:
            yield number, number % len(real), f"Filler {(number - in_large) // FILLER_PRODUCT:04d}"


def _filler(source: Passage, number: int, product: str | None, chance: random.Random) -> Passage:
    """A passage like `source`, its words shuffled. In a filler product it belongs to a document of its own."""
    partition = source.partition.model_copy(update={"product": product} if product else {})
    embedded = _shuffled(source.embedded_text, chance)
    return source.model_copy(
        update={
            "passage_id": f"filler_{number:07d}",
            "partition": partition,
            "document_id": source.document_id if product is None else f"filler-{product[-4:]}",
            "version": source.version if product is None else "1",
            "text": _shuffled(source.text, chance),
            "embedded_text": embedded,
            "content_hash": hashlib.sha256(f"filler {number}".encode()).hexdigest(),
        }
    )


def _shuffled(text: str, chance: random.Random) -> str:
    words = text.split()
    chance.shuffle(words)
    return " ".join(words)


def _batches(sources: Iterator[tuple[int, int, str | None]], size: int) -> Iterator[list[tuple[int, int, str | None]]]:
    batch: list[tuple[int, int, str | None]] = []
    for source in sources:
        batch.append(source)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
