"""Stored runs: one compressed JSON file a run, never changed, and a small SQLite index derived from them.

The files are the truth. The index is brought in line with the folder on every look, so that a run written by
another process, copied in or removed by hand is seen at once, and a lost or spoilt index is only rebuilt.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import from_json

from evals.errors import EvalError, SuiteError
from evals.store.digest import RunDigest, RunHeadline, digest_of, unique_keys
from evals.types import CaseResult, Run
from knowledge.types import Value

KEPT_RUNS = 200
_ENDING = ".json.gz"
_RUN_ID = re.compile(r"run_[A-Za-z0-9_-]{1,80}")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
  run_id TEXT PRIMARY KEY, size INTEGER NOT NULL, changed INTEGER NOT NULL, started_at TEXT NOT NULL,
  headline TEXT NOT NULL, digest TEXT NOT NULL, fault TEXT NOT NULL)
"""


class UnknownRun(EvalError):
    """No run of this id is stored."""


class Unreadable(Value):
    """A stored file that this version cannot read, and why."""

    run_id: str
    fault: str


class RunStore:
    """The runs kept in one folder. Safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "runs"
        self._index = folder / f"index-{_index_form()}.sqlite"

    def add(self, run: Run) -> Path:
        """Keep a run, durably; the same run again changes nothing. Raises EvalError when it cannot be written."""
        path = self._path(run.run.run_id)
        if path.exists():
            return path
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as handle:
                handle.write(gzip.compress(run.model_dump_json().encode(), compresslevel=6, mtime=0))
                handle.flush()
                os.fsync(handle.fileno())
            partial.replace(path)
        except OSError as error:
            raise EvalError(
                f"{path}: the run cannot be kept ({error.strerror}). Free space or name a --store."
            ) from None
        return path

    def run(self, run_id: str) -> Run:
        """A whole run. Raises UnknownRun, SuiteError (of another version's form)."""
        return _read(self._existing(run_id))

    def case(self, run_id: str, key: str) -> CaseResult | None:
        """One case of a run by its key, without making the others; None where there is none.

        Raises UnknownRun, SuiteError.
        """
        path = self._existing(run_id)
        with _explained(path):
            held = from_json(gzip.decompress(path.read_bytes()))["cases"]
            keys = unique_keys(case["id"] for case in held)
            return CaseResult.model_validate(held[keys.index(key)]) if key in keys else None

    def digest(self, run_id: str) -> RunDigest:
        """A run without its replies, from the index. Raises UnknownRun, SuiteError."""
        path = self._existing(run_id)
        with self._opened() as index:
            self._refresh(index, (path,), is_all=False)
            row = index.execute("SELECT digest, fault FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        if row is None:
            raise UnknownRun(f"no run '{run_id}' is stored any more.")
        if row[1]:
            raise SuiteError(row[1])
        return RunDigest.model_validate_json(row[0])

    def headlines(self) -> tuple[RunHeadline, ...]:
        """Every readable run, the newest first."""
        return tuple(RunHeadline.model_validate_json(text) for text, fault in self._rows() if not fault)

    def unreadable(self) -> tuple[Unreadable, ...]:
        """The files that cannot be read, and why."""
        return tuple(Unreadable.model_validate_json(text) for text, fault in self._rows() if fault)

    def prune(self, keep: int = KEPT_RUNS, held: Iterable[str] = (), *, dry_run: bool = False) -> tuple[str, ...]:
        """Remove all but the newest `keep` runs and those `held` (labelled ones); the ids that go, oldest last."""
        spared = set(held)
        gone = tuple(h.run_id for h in self.headlines()[keep:] if h.run_id not in spared)
        for run_id in () if dry_run else gone:
            self._path(run_id).unlink(missing_ok=True)
        return gone

    def _rows(self) -> Sequence[tuple[str, str]]:
        with self._opened() as index:
            self._refresh(index, self._files(), is_all=True)
            return index.execute("SELECT headline, fault FROM runs ORDER BY started_at DESC, run_id").fetchall()

    def _path(self, run_id: str) -> Path:
        if not _RUN_ID.fullmatch(run_id):
            raise UnknownRun(f"'{run_id[:80]}' is no run id; `hcp evals runs` lists them.")
        return self._folder / f"{run_id}{_ENDING}"

    def _existing(self, run_id: str) -> Path:
        path = self._path(run_id)
        if not path.is_file():
            raise UnknownRun(f"no run '{run_id}' is stored; `hcp evals runs` lists those that are.")
        return path

    def _files(self) -> tuple[Path, ...]:
        return tuple(sorted(self._folder.glob(f"run_*{_ENDING}")))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self._index.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._index, timeout=30, isolation_level=None)) as index:
            index.execute("PRAGMA journal_mode = WAL")
            index.execute(_SCHEMA)
            yield index

    def _refresh(self, index: sqlite3.Connection, files: Sequence[Path], *, is_all: bool) -> None:
        """Bring the rows of these files in line with them; where these are all files, rows without one go."""
        known = {row[0]: (row[1], row[2]) for row in index.execute("SELECT run_id, size, changed FROM runs")}
        there = {path.name.removesuffix(_ENDING): path for path in files}
        for run_id, path in there.items():
            stat = path.stat()
            if known.get(run_id) != (stat.st_size, stat.st_mtime_ns):
                values = (run_id, stat.st_size, stat.st_mtime_ns, *_indexed(run_id, path))
                index.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        for run_id in known.keys() - there.keys() if is_all else ():
            index.execute("DELETE FROM runs WHERE run_id = ?", (run_id,))


def _indexed(run_id: str, path: Path) -> tuple[str, str, str, str]:
    """When it started, headline, digest and fault of one file."""
    try:
        digest = digest_of(_read(path))
    except SuiteError as error:
        return "", Unreadable(run_id=run_id, fault=str(error)).model_dump_json(), "", str(error)
    headline = digest.headline
    return headline.started_at.isoformat(), headline.model_dump_json(), digest.model_dump_json(), ""


def _read(path: Path) -> Run:
    with _explained(path):
        return Run.model_validate_json(gzip.decompress(path.read_bytes()))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What goes wrong while a file is read, as a SuiteError that says what to do."""
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the file"
        raise SuiteError(f"{path.name}: {where}: {first['msg']}; of another version. Run the suite again.") from None
    except (OSError, EOFError, ValueError, LookupError) as error:
        raise SuiteError(f"{path.name}: cannot be read ({error}). Remove the file, or restore it.") from None


@cache
def _index_form() -> str:
    """A name for the form of the index: another version of a digest gets an index of its own."""
    form = json.dumps(RunDigest.model_json_schema(), sort_keys=True)
    return hashlib.sha256(form.encode()).hexdigest()[:12]
