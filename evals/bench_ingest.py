"""`python -m evals.bench_ingest`: passages a second from files to answers, beside the bare encoder on the same texts.

Whole ingestion is everything between the files and a library that answers: parse, submit, approve, chunk, embed,
write, index both ways, publish. The bare encoder embeds the same distinct texts in the same process afterwards.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from assistant.adapters.clock import SystemClock
from evals.machine import describe_machine
from knowledge import Library, open_library
from knowledge.embed import MiniLMEmbedder
from knowledge.store import connect, create_tables, passages, reading
from knowledge.types import Audience, Passage, Value

talk = Console(stderr=True)


class IngestBench(Value):
    """What one run measured, and where and when."""

    measured_at: datetime
    machine: dict[str, str]
    load_average: tuple[float, float, float]  # at the end: others on the machine slow both figures
    workers: int
    labels: int
    failed: int
    passages: int
    texts: int  # distinct: what is embedded
    parse_seconds: float
    index_seconds: float
    passages_per_second: float  # of the whole ingestion
    encoder_seconds: float
    encoder_passages_per_second: float  # of the bare encoder
    share_of_encoder: float  # 1 would be an ingestion that costs nothing but encoding
    bytes: int


def main(
    labels: Annotated[Path, typer.Option(help="A folder of labels.")],
    limit: Annotated[int, typer.Option(min=0, help="How many of its files; 0: all.")] = 12,
    workers: Annotated[int, typer.Option(min=1, help="Threads that embed.")] = 2,
    file: Annotated[Path | None, typer.Option("--json", help="Write the figures there.")] = None,
) -> None:
    """Measure ingestion on real labels, in a library thrown away afterwards."""
    found = sorted(path for path in labels.glob("*") if path.is_file())
    if not found:
        raise typer.BadParameter(f"{labels} holds no files", param_hint="--labels")
    bench = measure(found[:limit] if limit else found, workers)
    for name, value in bench.model_dump(mode="json").items():
        typer.echo(f"{name.replace('_', ' '):<28} {value}")
    if file is not None:
        file.write_text(json.dumps(bench.model_dump(mode="json"), indent=2) + "\n")


def measure(files: list[Path], workers: int) -> IngestBench:
    """Ingest the files into a throwaway library, then embed the same texts bare."""
    embedder = MiniLMEmbedder(workers=workers)
    embedder.embed_passages(["Both start with a model that is warm."] * workers)
    with tempfile.TemporaryDirectory() as folder:
        library = _empty(Path(folder), embedder)
        started = time.perf_counter()
        added = library.add(files)
        library.approve_all("bench", "BENCH", None, Audience.HCP, datetime(2000, 1, 1, tzinfo=UTC))
        parsed = time.perf_counter()
        talk.print(f"parsed {len(added.added)} labels in {parsed - started:.1f} s")
        report = library.index_pending()
        indexed = time.perf_counter()
        talk.print(f"indexed {report.passages} passages in {indexed - parsed:.1f} s")
        texts = _texts(Path(folder))
        library.close()
    before = time.perf_counter()
    embedder.embed_passages(texts)
    encoding = time.perf_counter() - before
    whole = report.passages / (indexed - started)
    bare = len(texts) / encoding
    return IngestBench(
        measured_at=datetime.now(UTC).replace(microsecond=0),
        machine=describe_machine(),
        load_average=os.getloadavg(),
        workers=workers,
        labels=len(added.added),
        failed=len(added.failed),
        passages=report.passages,
        texts=len(texts),
        parse_seconds=round(parsed - started, 2),
        index_seconds=round(indexed - parsed, 2),
        passages_per_second=round(whole, 1),
        encoder_seconds=round(encoding, 2),
        encoder_passages_per_second=round(bare, 1),
        share_of_encoder=round(encoding / (indexed - started), 3),
        bytes=report.bytes,
    )


def _empty(folder: Path, embedder: MiniLMEmbedder) -> Library:
    url = f"sqlite:///{folder / 'hcp.sqlite'}"
    engine = connect(url)
    create_tables(engine)
    engine.dispose()
    return open_library(url, folder, embedder=embedder, clock=SystemClock())


def _texts(folder: Path) -> list[str]:
    """The distinct texts of a library, as they were embedded."""
    engine = connect(f"sqlite:///{folder / 'hcp.sqlite'}")
    with reading(engine) as connection:
        values = connection.execute(passages.select().with_only_columns(passages.c.value)).scalars()
        texts = {Passage.model_validate_json(value).embedded_text for value in values}
    engine.dispose()
    return sorted(texts)


if __name__ == "__main__":
    typer.run(main)
