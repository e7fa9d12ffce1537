"""Takes a batch of files in; one that fails is reported and changes nothing, the others go in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from knowledge.errors import DocumentError
from knowledge.parse import parse, read_sources
from knowledge.reports import AddReport, FailedSource
from knowledge.types import DocumentSummary, ParsedDocument

Submit = Callable[[ParsedDocument], tuple[DocumentSummary, bool]]
"""Puts a document into the library; tells its line of the catalog, and whether it is new."""


def add_sources(paths: Sequence[Path], submit: Submit, on_progress: Callable[[str], None] | None = None) -> AddReport:
    """Parse and submit every source under these paths; `on_progress` is told each source's name when it is done."""
    added: list[DocumentSummary] = []
    unchanged: list[DocumentSummary] = []
    failed: list[FailedSource] = []
    for name, content in read_sources(paths):
        try:
            summary, is_new = submit(parse(_bytes_of(content), name))
            (added if is_new else unchanged).append(summary)
        except Exception as error:  # noqa: BLE001 whatever one file does, the rest of the batch goes in
            told = str(error) if isinstance(error, DocumentError) else f"{name}: {type(error).__name__}: {error}"
            failed.append(FailedSource(name=name, error=told))
        if on_progress is not None:
            on_progress(name)
    return AddReport(added=tuple(added), unchanged=tuple(unchanged), failed=tuple(failed))


def _bytes_of(content: bytes | DocumentError) -> bytes:
    if isinstance(content, DocumentError):
        raise content
    return content
