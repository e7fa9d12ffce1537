"""The folder where built libraries are kept: locks, copies, clearing up, and the vectors they share."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

CACHE_VARIABLE = "HCP_EVALS_CACHE"
KEPT_BUILDS = 6
VECTORS = "embeddings.sqlite"
_EMBEDDINGS = "knowledge_embeddings"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock falls with its process, however that ends."""
    with path.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def sweep(cache_dir: Path) -> None:
    """Remove what killed processes left behind, but keep the vectors they had made."""
    for path in (*cache_dir.glob(".building-*"), *cache_dir.glob("runs/*")):
        owner = path.name.removeprefix(".building-").split("-")[0]
        if owner.isdigit() and not _is_running(int(owner)):
            if path.name.startswith(".building-"):
                carry_embeddings(path / "hcp.sqlite", cache_dir / VECTORS)
            shutil.rmtree(path, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, but running
        return True
    return True


def prune(cache_dir: Path, keep: str) -> None:
    """Keep the builds used last; one that is being copied just now is left alone."""
    builds = sorted((p.parent for p in cache_dir.glob("*/build.json")), key=lambda p: -p.stat().st_mtime)
    for old in builds[KEPT_BUILDS:]:
        lock = cache_dir / f"{old.name}.lock"
        if old.name == keep:
            continue
        with lock.open("w", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(old, ignore_errors=True)


def carry_embeddings(source: Path, target: Path) -> None:
    """Copy the vectors `target` lacks; the texts they belong to are known by hash alone."""
    if not source.is_file():
        return
    with closing(sqlite3.connect(target, timeout=60, isolation_level=None)) as connection:
        connection.execute("ATTACH DATABASE ? AS source", (str(source),))
        schema = connection.execute("SELECT sql FROM source.sqlite_master WHERE name = ?", (_EMBEDDINGS,)).fetchone()
        if schema is None:
            return
        if not connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = ?", (_EMBEDDINGS,)).fetchone():
            connection.execute(schema[0])
        connection.execute(f"INSERT OR IGNORE INTO main.{_EMBEDDINGS} SELECT * FROM source.{_EMBEDDINGS}")  # noqa: S608 - a constant


def copy_of(home: Path, cache_dir: Path) -> Path:
    """A copy of a build for this run alone."""
    copy = fresh_folder(cache_dir)
    copy.parent.mkdir(exist_ok=True)
    shutil.copytree(home, copy)
    return copy


def fresh_folder(cache_dir: Path) -> Path:
    """Where a run may work; marked with our process, so that a later run may clear it up."""
    return cache_dir / "runs" / f"{os.getpid()}-{time.time_ns()}"
