"""Throwaway libraries: built once from a folder of labels, kept by content, copied for every run.

A build happens in a folder of its own and is renamed when complete, so a killed build leaves nothing
half; runs work on a copy, so neither records nor a torn index reach the next run. Vectors are kept
apart and carried from build to build, so unchanged text is never embedded twice.
"""

from __future__ import annotations

import atexit
import dataclasses
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

import knowledge
from assistant.bootstrap import Services, build
from assistant.config import DeliverySettings, Settings, StorageSettings
from evals.cache import VECTORS, carry_embeddings, copy_of, fresh_folder, locked, prune, sweep
from evals.errors import LibraryError
from evals.settings import settings_in_force
from knowledge.chunk import CHUNKER_VERSION
from knowledge.embed import MiniLMEmbedder
from knowledge.errors import KnowledgeError
from knowledge.parse import PARSER_VERSION
from knowledge.types import Audience, DocumentStatus, DocumentSummary, Market, ProductNames, Value

OnProgress = Callable[[str, int, int], None]
"""Told what is being done, how many are done, and of how many."""

LABEL_ENDINGS = (".json", ".xml", ".pdf", ".zip", ".docx", ".md", ".qa.yaml", ".qa.yml")


class BuiltLibrary(Value):
    """What a folder became: which product each file is about, and what did not go in."""

    key: str
    folder: str  # its name only
    labels: dict[str, ProductNames]  # by file name
    failures: tuple[str, ...]
    documents: int
    passages: int
    seconds: float


def throwaway_library(folder: Path, cache_dir: Path, on_progress: OnProgress | None = None) -> Services:
    """A working assistant over the labels of `folder` (one a file), all approved for evaluation.

    Closing the services removes the copy they work on. Raises LibraryError when there is no label in
    the folder or none of them parses.
    """
    services, _ = open_throwaway(folder, cache_dir, on_progress)
    return services


def open_throwaway(
    folder: Path, cache_dir: Path, on_progress: OnProgress | None = None
) -> tuple[Services, BuiltLibrary]:
    """Like `throwaway_library`, with what is known of the build."""
    told = on_progress or (lambda _what, _done, _total: None)
    files = label_files(folder)
    key = content_key(files, folder)
    cache_dir.mkdir(parents=True, exist_ok=True)
    sweep(cache_dir)
    with locked(cache_dir / f"{key}.lock"):
        home = cache_dir / key
        built = _read_build(home)
        if built is None:
            built = _build(files, folder, key, cache_dir, told)
        os.utime(home)  # used now: not the next to be pruned
        copy = copy_of(home, cache_dir)
    prune(cache_dir, keep=key)
    return _opened(copy), built


def open_again(key: str, cache_dir: Path) -> tuple[Services, BuiltLibrary]:
    """A copy of its own of a build that is there already, for a further process. Raises LibraryError."""
    home = cache_dir / key
    with locked(cache_dir / f"{key}.lock"):
        built = _read_build(home)
        if built is None:
            raise LibraryError(f"{home}: the build is gone; run again.")
        copy = copy_of(home, cache_dir)
    return _opened(copy), built


def label_files(folder: Path) -> tuple[Path, ...]:
    """The label files of a folder, in order of name. Raises LibraryError when there are none."""
    if not folder.is_dir():
        raise LibraryError(f"{folder}: no such folder. --library takes a folder with one label a file.")
    files = tuple(p for p in sorted(folder.iterdir()) if p.is_file() and p.name.lower().endswith(LABEL_ENDINGS))
    if not files:
        raise LibraryError(f"{folder}: holds no label ({', '.join(LABEL_ENDINGS)}).")
    return files


def content_key(files: Sequence[Path], folder: Path) -> str:
    """A name for what a build depends on: the files, and all code and models that read them."""
    digest = hashlib.sha256()
    for part in (PARSER_VERSION, CHUNKER_VERSION, MiniLMEmbedder.name):
        digest.update(f"{part}\n".encode())
    # The library's code too: a version number that somebody forgot to raise must not let an old build pass as new.
    package = Path(knowledge.__file__).parent
    for path in (*sorted(package.rglob("*.py")), *files, folder / "manifest.yaml"):
        if path.is_file():
            digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:20]


def embedded_settings(directory: Path) -> Settings:
    """The settings in force, but with everything kept in `directory` and nothing sent anywhere."""
    base = settings_in_force()
    return base.model_copy(
        update={
            "storage": StorageSettings(directory=directory),
            "index": base.index.model_copy(update={"chroma": "embedded"}),
            "delivery": DeliverySettings(kind="none", in_process=False),
        }
    )


def _build(files: Sequence[Path], folder: Path, key: str, cache_dir: Path, told: OnProgress) -> BuiltLibrary:
    home = cache_dir / f".building-{os.getpid()}-{key}"
    shutil.rmtree(home, ignore_errors=True)
    try:
        built = _built_in(home, files, folder, key, cache_dir / VECTORS, told)
        home.rename(cache_dir / key)
    finally:
        carry_embeddings(home / "hcp.sqlite", cache_dir / VECTORS)  # made before it failed, if it did
        shutil.rmtree(home, ignore_errors=True)
    return built


def _built_in(
    home: Path, files: Sequence[Path], folder: Path, key: str, vectors: Path, told: OnProgress
) -> BuiltLibrary:
    started = time.perf_counter()
    services = build(embedded_settings(home))
    try:
        carry_embeddings(vectors, home / "hcp.sqlite")
        labels, failures = _fill(services, files, _manifest(folder), told)
        held = services.knowledge.summaries()
    finally:
        services.close()
    if not labels:
        raise LibraryError(f"{folder}: no file could be read:\n" + "\n".join(failures[:5]))
    carry_embeddings(home / "hcp.sqlite", vectors)
    built = BuiltLibrary(
        key=key,
        folder=folder.name,
        labels=labels,
        failures=tuple(failures),
        documents=len(held),
        passages=sum(summary.passages for summary in held),
        seconds=time.perf_counter() - started,
    )
    (home / "build.json").write_text(built.model_dump_json(), encoding="utf-8")
    return built


def _fill(
    services: Services, files: Sequence[Path], manifest: Mapping[str, Mapping[str, Any]], told: OnProgress
) -> tuple[dict[str, ProductNames], list[str]]:
    """Add, approve and index; the names by file, and what was left out and why."""
    library = services.knowledge
    labels: dict[str, ProductNames] = {}
    failures: list[str] = []
    for number, path in enumerate(files):
        told("reading", number, len(files))
        report = library.add([path])
        failures += [f"{failed.name}: {failed.error}" for failed in report.failed]
        for summary in (*report.added, *report.unchanged):
            labels.setdefault(path.name, summary.names)
            try:
                if summary.status is DocumentStatus.SUBMITTED:
                    _approve(services, summary, manifest.get(path.name, {}))
                if reason := manifest.get(path.name, {}).get("withdrawn"):  # of a generated suite of stale labels
                    library.withdraw(summary.document_id, summary.version, "evals", str(reason))
            except KnowledgeError as error:
                failures.append(f"{path.name}: {error}")
    told("reading", len(files), len(files))
    library.index_pending(lambda done, total: told("embedding", done, total))
    return labels, failures


def _approve(services: Services, summary: DocumentSummary, entry: Mapping[str, Any]) -> None:
    """Approve for evaluation: in the manifest's market and audience, else the label's, else US and HCPs."""
    services.knowledge.approve(
        summary.document_id,
        summary.version,
        approver="evals",
        mlr_id="EVALS",
        market=Market(entry.get("market") or summary.market or Market.US),
        audience=Audience(entry.get("audience") or Audience.HCP),
        valid_from=datetime(2000, 1, 1, tzinfo=UTC),
    )


def _manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """The folder's approvals by file name, where it has a `manifest.yaml`."""
    path = folder / "manifest.yaml"
    if not path.is_file():
        return {}
    try:
        page = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {str(entry["file"]): dict(entry) for entry in page["documents"]}
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise LibraryError(f"{path}: cannot be read as a list 'documents' of entries with 'file' ({error}).") from None


def _read_build(home: Path) -> BuiltLibrary | None:
    try:
        return BuiltLibrary.model_validate_json((home / "build.json").read_bytes())
    except (OSError, ValidationError):
        shutil.rmtree(home, ignore_errors=True)
        return None


def _opened(copy: Path) -> Services:
    services = build(embedded_settings(copy))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)

    def close() -> None:
        services.close()
        shutil.rmtree(copy, ignore_errors=True)

    return dataclasses.replace(services, close=close)


def current_copy(settings: Settings, cache_dir: Path) -> Services:
    """A working copy of the library the settings point at, so that measuring leaves no trace in its records.

    The database is copied as one snapshot; the indexes are made anew from it. Raises LibraryError when
    there is none, or when it is not SQLite.
    """
    source = settings.storage.directory / "hcp.sqlite"
    if settings.storage.database_url is not None or not source.is_file():
        raise LibraryError(f"{source}: no library there to measure on a copy; name a folder of labels with --library.")
    copy = fresh_folder(cache_dir)
    copy.mkdir(parents=True)
    with closing(sqlite3.connect(source, timeout=60)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy / "hcp.sqlite"),))
    services = _opened(copy)
    services.knowledge.rebuild()
    return services
