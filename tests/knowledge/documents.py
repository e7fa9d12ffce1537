"""Small invented labels for the library's tests, and a library opened on them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from knowledge import Library, open_library
from knowledge.embed import MiniLMEmbedder
from knowledge.store import connect, create_tables
from knowledge.types import Audience, Market, ParsedDocument, Partition, ProductNames, Query
from tests.fakes import FakeClock
from tests.labels import LabelBuilder, veltrano

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
VALID_FROM = datetime(2026, 1, 5, tzinfo=UTC)
US = Partition(product="Veltrano", market=Market.US, audience=Audience.HCP)


def sornaxil(sentences: int = 3) -> ParsedDocument:
    """Prescribing information of another invented product, as long as needed."""
    label = LabelBuilder()
    label.section("warnings_and_cautions", "WARNINGS AND PRECAUTIONS", "5")
    for number in range(sentences):
        label.paragraph(f"Sornaxil warning number {number}: watch the patient for sign {number * 7} of intolerance.")
    return label.build(document_id="sornaxil-us").model_copy(
        update={"names": ProductNames(product="Sornaxil", generic="sornaxilimab"), "source_name": "sornaxil.xml"}
    )


def revised(document: ParsedDocument, version: str, dose: str = "40 mg once daily with food") -> ParsedDocument:
    """The next version of a label; only its recommended dose differs (same length)."""
    text = document.text.replace("40 mg once daily with food", dose)
    assert len(text) == len(document.text)
    return document.model_copy(update={"version": version, "text": text, "source_sha256": version.rjust(64, "0")})


def new_library(directory: Path, embedder: MiniLMEmbedder, url: str | None = None, **settings) -> Library:
    """An empty library with its tables."""
    used = url or f"sqlite:///{directory / 'hcp.sqlite'}"
    engine = connect(used)
    create_tables(engine)
    engine.dispose()
    return reopened(directory, embedder, used, **settings)


def reopened(directory: Path, embedder: MiniLMEmbedder, url: str | None = None, **settings) -> Library:
    """The library that is there."""
    used = url or f"sqlite:///{directory / 'hcp.sqlite'}"
    return open_library(used, directory, **{"embedder": embedder, "clock": FakeClock(NOW), **settings})


def approve(library: Library, document: ParsedDocument, *, market=Market.US, audience=Audience.HCP, **more):
    """Submit (where it is not there yet) and approve."""
    library.submit(document)
    terms = {"approver": "reviewer", "mlr_id": "MLR-1", "valid_from": VALID_FROM, **more}
    return library.approve(document.document_id, document.version, market=market, audience=audience, **terms)


def ask(text: str, *partitions: Partition, **more) -> Query:
    """A query of what is effective now."""
    return Query(**{"text": text, "partitions": partitions or (US,), "at": NOW, **more})


__all__ = ["NOW", "US", "VALID_FROM", "approve", "ask", "new_library", "reopened", "revised", "sornaxil", "veltrano"]
