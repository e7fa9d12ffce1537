"""The library's long works: index what is pending, rebuild, mend after a kill, check."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlalchemy import Engine, delete

from knowledge.errors import IndexUnavailable
from knowledge.finding import other_model
from knowledge.health import check_partition
from knowledge.index import (
    Cut,
    Entry,
    Generation,
    cut_documents,
    fill,
    forget,
    match_lexical,
    publish,
    read_entries,
    remove,
)
from knowledge.passages import keep_vectors, write_passages
from knowledge.ports import Clock, Embedder, OnProgress, Vectors
from knowledge.reports import CheckReport, IndexReport, PartitionHealth
from knowledge.serving import Serving
from knowledge.shelf import Snapshot
from knowledge.standing import Standing
from knowledge.store import UNFINISHED, index_entries, read_number, reading, set_number
from knowledge.types import ApprovedDocument, DocumentStatus, Partition, Passage

_INDEXED = (DocumentStatus.APPROVED, DocumentStatus.EFFECTIVE)


@dataclass(frozen=True)
class Indexing:
    """What these works need of the library."""

    engine: Engine
    serving: Serving
    embedder: Embedder
    clock: Clock
    snapshot: Callable[[], Snapshot]
    load: Callable[[Standing], ApprovedDocument]
    directory: Path


def index_pending(work: Indexing, on_progress: OnProgress | None = None) -> IndexReport:
    """Bring the serving generation in step with what is approved."""
    started = time.perf_counter()
    snapshot = work.snapshot()
    if is_of_another_model(work):
        raise IndexUnavailable(f"Nothing was indexed: {other_model(snapshot.model, work.embedder.name)}")
    recover(work)
    generation = work.serving.generation(max(work.snapshot().generation, 1))
    wanted = _wanted(work)
    held = _held(work, generation)
    remove(work.engine, generation, sorted(held - set(wanted), key=lambda entry: entry.key))
    pending = {entry: wanted[entry] for entry in wanted if entry not in held}
    return _finish(work, generation, pending, started, on_progress)


def rebuild(work: Indexing, on_progress: OnProgress | None = None) -> IndexReport:
    """Fill the next generation with everything approved, switch to it, and remove the others."""
    started = time.perf_counter()
    old = _generations(work)
    generation = work.serving.generation(max((*old, work.snapshot().generation), default=0) + 1)
    report = _finish(work, generation, _wanted(work), started, on_progress)
    for number in old:
        _drop(work, number)
    return report


def recover(work: Indexing) -> None:
    """Mend what a kill has left: partitions that do not find known vectors are indexed again from the database.

    Embedding is never repeated. Raises IndexUnavailable when another process owns the index.
    """
    if is_of_another_model(work):
        return  # only a rebuild helps
    serving = work.snapshot().generation
    for number in _generations(work):
        if number not in (serving, max(serving, 1)):
            _drop(work, number)  # a rebuild that never became the serving generation
    generation = work.serving.generation(max(serving, 1))
    generation.dense.create()
    if is_unfinished(work.engine):
        _mend(work, generation)
    with work.engine.begin() as connection:
        set_number(connection, UNFINISHED, 0)


def is_of_another_model(work: Indexing) -> bool:
    """Whether what serves was built with another embedder than the one configured: the two are never mixed."""
    snapshot = work.snapshot()
    return snapshot.generation != 0 and snapshot.model != work.embedder.name


def is_unfinished(engine: Engine) -> bool:
    """Whether an indexing was begun and never published: it runs now, or was killed."""
    with reading(engine) as connection:
        return read_number(connection, UNFINISHED) != 0


def check(work: Indexing) -> CheckReport:
    """Ask every partition for passages it is known to hold."""
    snapshot = work.snapshot()
    if is_of_another_model(work):
        problem = other_model(snapshot.model, work.embedder.name)
        return CheckReport(release=snapshot.release, is_healthy=False, problems=(problem[:1].upper() + problem[1:],))
    generation = work.serving.generation(snapshot.generation)
    entries = read_entries(work.engine, snapshot.generation)
    problems: list[str] = []
    partitions: list[PartitionHealth] = []
    for partition, members in _by_partition(entries):
        try:
            health = check_partition(work.engine, generation, work.embedder.name, partition, members)
        except IndexUnavailable as error:
            problems.append(str(error))
            continue
        partitions.append(health)
        if health.found < health.asked:
            problems.append(
                f"{partition.product} ({partition.market}, {partition.audience}): {health.found} of {health.asked} "
                "known passages were found. Run `hcp knowledge rebuild`."
            )
    pending = sum(entry not in entries for entry in _wanted(work))
    if pending:
        problems.append(f"{pending} approved versions are not indexed. Run `hcp knowledge index`.")
    return CheckReport(
        release=snapshot.release,
        is_healthy=not problems,
        problems=tuple(dict.fromkeys(problems)),
        partitions=tuple(partitions),
        pending=pending,
    )


def index_vectors(work: Indexing, passages: Sequence[Passage], vectors: Vectors) -> None:
    """Put passages with ready-made vectors into the serving generation."""
    generation = work.serving.generation(max(work.snapshot().generation, 1))
    keep_vectors(work.engine, work.embedder.name, [passage.content_hash for passage in passages], vectors)
    with work.engine.begin() as connection:
        write_passages(connection, passages)
    groups: dict[Entry, list[Passage]] = {}
    for passage in passages:
        groups.setdefault(Entry(passage.document_id, passage.version, passage.partition), []).append(passage)
    cuts = [Cut(entry, tuple(members)) for entry, members in groups.items()]
    forget(work.engine, generation.number, groups)
    fill(work.engine, work.embedder, generation, cuts)
    _serve(work, generation, again=[entry.key for entry in groups])


def _finish(
    work: Indexing,
    generation: Generation,
    pending: dict[Entry, Standing],
    started: float,
    on_progress: OnProgress | None,
) -> IndexReport:
    generation.dense.create()
    cuts = cut_documents(work.engine, list(pending), lambda entry: work.load(pending[entry]))
    embedded = fill(work.engine, work.embedder, generation, cuts, on_progress)
    release = _serve(work, generation)
    seconds = time.perf_counter() - started
    passages = sum(len(cut.passages) for cut in cuts)
    return IndexReport(
        release=release,
        labels=len(cuts),
        passages=passages,
        embedded=embedded,
        seconds=round(seconds, 3),
        passages_per_second=round(passages / seconds, 1),
        bytes=sum(path.stat().st_size for path in work.directory.rglob("*") if path.is_file()),
    )


def _serve(work: Indexing, generation: Generation, again: Sequence[str] = ()) -> str:
    match_lexical(work.engine, generation, again)
    release = publish(work.engine, generation.number, work.embedder.name, work.clock.now())
    work.serving.use(generation, release)
    return release


def _wanted(work: Indexing) -> dict[Entry, Standing]:
    """What must stand in the index: all that is effective, or will be."""
    snapshot, now = work.snapshot(), work.clock.now()
    return {
        Entry(standing.document_id, standing.version, standing.partition): standing
        for standing in sorted(snapshot.standings, key=lambda s: s.approval.approved_at)
        if snapshot.status(standing, now) in _INDEXED
    }


def _held(work: Indexing, generation: Generation) -> frozenset[Entry]:
    """What stands in the generation; entries whose collection is gone are struck, and so pending again."""
    entries = read_entries(work.engine, generation.number)
    there = generation.dense.collection_names()
    lost = [entry for entry in entries if generation.dense.collection_name(entry.partition) not in there]
    forget(work.engine, generation.number, lost)
    return entries - frozenset(lost)


def _mend(work: Indexing, generation: Generation) -> None:
    for partition, members in _by_partition(read_entries(work.engine, generation.number)):
        try:
            health = check_partition(work.engine, generation, work.embedder.name, partition, members, lexical=False)
            is_sound = health.found == health.asked
        except IndexUnavailable:
            is_sound = False
        if not is_sound:
            generation.dense.clear(partition)
            forget(work.engine, generation.number, members)


def _by_partition(entries: frozenset[Entry]) -> list[tuple[Partition, list[Entry]]]:
    ordered = sorted(entries, key=lambda entry: (entry.partition.product, entry.partition.market, entry.key))
    groups: dict[Partition, list[Entry]] = {}
    for partition, members in groupby(ordered, key=lambda entry: entry.partition):
        groups.setdefault(partition, []).extend(members)
    return list(groups.items())


def _generations(work: Indexing) -> list[int]:
    """Every generation something is known of, in the database or on this machine's disk."""
    query = index_entries.select().with_only_columns(index_entries.c.generation).distinct()
    with reading(work.engine) as connection:
        known = set(connection.execute(query).scalars())
    folders = {int(path.name) for path in (work.directory / "index").glob("[0-9]*") if path.name.isdigit()}
    return sorted(known | folders)


def _drop(work: Indexing, number: int) -> None:
    work.serving.generation(number).drop()
    with work.engine.begin() as connection:
        connection.execute(delete(index_entries).where(index_entries.c.generation == number))
