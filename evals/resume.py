"""A run that was cut short goes on where it stopped: every finished case is kept in a file beside the run's."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from evals.errors import EvalError
from evals.types import CaseResult

SYNCED_EVERY_SECONDS = 1.0  # a kill loses no case; a power cut those of the last second, which are played again


class Journal:
    """Finished cases, one a line under a first line that says what ran; written as they finish."""

    def __init__(self, path: Path, ran: Mapping[str, str], *, resume: bool) -> None:
        """Begin anew, or with `resume` read what is there.

        `ran` names everything that decides a score (suites, library, code, settings, selection) with its hash.
        Raises EvalError when what is there was made by something else: its cases would not be comparable.
        """
        self._path = path
        self._lock = threading.Lock()
        self._synced_at = time.monotonic()
        self._done: dict[tuple[str, str], CaseResult] = {}
        if resume and path.is_file():
            self._read(ran)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(dict(ran)) + "\n", encoding="utf-8")

    def of(self, suite: str) -> dict[str, CaseResult]:
        """The finished cases of one suite, by id."""
        return {case_id: result for (name, case_id), result in self._done.items() if name == suite}

    def add(self, suite: str, result: CaseResult) -> None:
        """Keep one finished case. Safe from several threads."""
        line = f'{{"suite": {json.dumps(suite)}, "result": {result.model_dump_json()}}}\n'
        with self._lock, self._path.open("a", encoding="utf-8") as handle:
            handle.write(line)
            handle.flush()
            if time.monotonic() - self._synced_at >= SYNCED_EVERY_SECONDS:
                os.fsync(handle.fileno())
                self._synced_at = time.monotonic()

    def close(self) -> None:
        """The run is whole: nothing is left to resume."""
        self._path.unlink(missing_ok=True)

    def _read(self, ran: Mapping[str, str]) -> None:
        first, *lines = self._path.read_text(encoding="utf-8").split("\n")
        try:
            was = json.loads(first)
        except json.JSONDecodeError:
            was = {}
        other = sorted(name for name in {*ran, *was} if ran.get(name) != was.get(name))
        if other:
            raise EvalError(f"{self._path}: cannot be resumed: {', '.join(other)} changed. Run without --resume.")
        for line in _whole(lines):
            try:
                held = json.loads(line)
                result = CaseResult.model_validate(held["result"])
            except (json.JSONDecodeError, KeyError, ValidationError):
                continue  # cut short while it was written: the case is played again
            self._done[held["suite"], result.id] = result


def _whole(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip()]


def journal_path(target: str, cache_dir: Path) -> Path:
    """Beside the file the run goes to, or in the cache where it goes nowhere."""
    if target and target != "-":
        return Path(target).with_name(f".{Path(target).name}.cases.jsonl")
    return cache_dir / "run.cases.jsonl"
