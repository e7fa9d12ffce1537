"""What the library's longer works report when they are done."""

from __future__ import annotations

from knowledge.types import DocumentSummary, Value


class FailedSource(Value):
    """A file that did not go in, and why."""

    name: str
    error: str


class AddReport(Value):
    """What became of each file of a batch."""

    added: tuple[DocumentSummary, ...] = ()
    unchanged: tuple[DocumentSummary, ...] = ()  # the same bytes were there already
    failed: tuple[FailedSource, ...] = ()


class IndexReport(Value):
    """What one indexing did, and what the index holds now."""

    release: str
    labels: int  # document versions indexed by this run
    passages: int  # their passages
    embedded: int  # texts that no vector was kept for
    seconds: float
    passages_per_second: float
    bytes: int  # of the database and the index on this machine


class PartitionHealth(Value):
    """Whether a partition's index finds what is known to be in it."""

    product: str
    market: str
    audience: str
    asked: int  # known vectors
    found: int


class CheckReport(Value):
    """The library's health, judged by querying known vectors and texts, never by counts."""

    release: str
    is_healthy: bool
    problems: tuple[str, ...] = ()  # each with its way out
    partitions: tuple[PartitionHealth, ...] = ()
    pending: int = 0  # approved versions that are not indexed yet
