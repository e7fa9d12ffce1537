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
from functools import cache, lru_cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import from_json

from evals.errors import EvalError, SuiteError
from evals.store.digest import RunDigest, RunHeadline, digest_of
from evals.types import CaseResult, Run
from knowledge.types import Value

KEPT_RUNS = 200
_ENDING = ".json.gz"
_RUN_ID = re.compile(r"run_[A-Za-z0-9_-]{1,80}")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
  run_id TEXT PRIMARY KEY, size INTEGER NOT NULL, changed INTEGER NOT NULL, started_at TEXT NOT NULL,
  headline TEXT NOT NULL, digest TEXT NOT NULL, fault TEXT NOT NULL, starts TEXT NOT NULL)
"""
_CASE_BEGINS = re.compile(r'(?<=[\[,]){"id":')  # in a file as `add` writes it; within a string quotes stand escaped


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
        keys = [line.key for line in self.digest(run_id).lines]
        if key not in keys:
            return None
        with self._opened() as index:
            (starts,) = index.execute("SELECT starts FROM runs WHERE run_id = ?", (run_id,)).fetchone() or ("",)
        with _explained(path):
            text = gzip.decompress(path.read_bytes()).decode()
            return _case_at(text, [int(start) for start in starts.split()], keys.index(key))

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
        return _digest(row[0])

    def listed(self) -> tuple[tuple[RunHeadline, ...], tuple[Unreadable, ...]]:
        """Every readable run, the newest first; and the files that cannot be read, with why."""
        rows = self._rows()
        readable = tuple(_headline(text) for text, fault in rows if not fault)
        return readable, tuple(Unreadable.model_validate_json(text) for text, fault in rows if fault)

    def headlines(self) -> tuple[RunHeadline, ...]:
        """Every readable run, the newest first."""
        return self.listed()[0]

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
        try:
            index = _connected(self._index)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # held too long by another, or no room: it is not spoilt
                raise EvalError(f"{self._index}: cannot be opened ({error}). Try again.") from None
            for path in self._index.parent.glob(f"{self._index.name}*"):
                path.unlink(missing_ok=True)
            index = _connected(self._index)
        with closing(index):
            yield index

    def _refresh(self, index: sqlite3.Connection, files: Sequence[Path], *, is_all: bool) -> None:
        """Bring the rows of these files in line with them; where these are all files, rows without one go."""
        known = {row[0]: (row[1], row[2]) for row in index.execute("SELECT run_id, size, changed FROM runs")}
        there = {path.name.removesuffix(_ENDING): path for path in files}
        for run_id, path in there.items():
            stat = path.stat()
            if known.get(run_id) != (stat.st_size, stat.st_mtime_ns):
                values = (run_id, stat.st_size, stat.st_mtime_ns, *_indexed(run_id, path))
                index.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        for run_id in known.keys() - there.keys() if is_all else ():
            index.execute("DELETE FROM runs WHERE run_id = ?", (run_id,))


def _connected(path: Path) -> sqlite3.Connection:
    """The index, made where it is missing. Raises sqlite3.DatabaseError when the file is none."""
    index = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        index.execute("PRAGMA journal_mode = WAL")
        index.execute(_SCHEMA)
    except sqlite3.DatabaseError:
        index.close()
        raise
    return index


def _indexed(run_id: str, path: Path) -> tuple[str, str, str, str, str]:
    """When it started, headline, digest and fault of one file, and where its cases begin."""
    try:
        with _explained(path):
            text = gzip.decompress(path.read_bytes()).decode()
            run = Run.model_validate_json(text)
    except SuiteError as error:
        return "", Unreadable(run_id=run_id, fault=str(error)).model_dump_json(), "", str(error), ""
    digest = digest_of(run)
    headline = digest.headline
    starts = [found.start() for found in _CASE_BEGINS.finditer(text, max(0, text.rfind('"cases":[')))]
    known = " ".join(map(str, starts)) if len(starts) == len(run.cases) else ""  # of a file made by other hands: ""
    return headline.started_at.isoformat(), headline.model_dump_json(), digest.model_dump_json(), "", known


@lru_cache(maxsize=2 * KEPT_RUNS)
def _headline(text: str) -> RunHeadline:
    """Read once a process: the list shows two hundred of them on every visit."""
    return RunHeadline.model_validate_json(text)


@lru_cache(maxsize=8)
def _digest(text: str) -> RunDigest:
    """Read once for all the cases of a run that somebody goes through."""
    return RunDigest.model_validate_json(text)


def _case_at(text: str, starts: Sequence[int], place: int) -> CaseResult:
    """One case of a run's text; read without the others where it is known where they begin."""
    if not starts:
        return CaseResult.model_validate(from_json(text)["cases"][place])
    end = starts[place + 1] - 1 if place + 1 < len(starts) else text.rindex("]")
    return CaseResult.model_validate_json(text[starts[place] : end])


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
    return hashlib.sha256(f"{form}{_SCHEMA}".encode()).hexdigest()[:12]
