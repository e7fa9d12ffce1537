"""What people say of a reply: right, wrong or incomplete, why, who and when. Appended, never changed.

Each line of the file names the hash of the line before, so that a line taken out or rewritten is seen. A judgement
is about the words that were shown (`reply_sha256`): a later run whose reply differs has to be judged anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from evals.errors import EvalError
from evals.types import CaseResult
from knowledge.types import Value

REASON_CHARACTERS = 1000


class Verdict(StrEnum):
    """What a person thinks of one reply."""

    RIGHT = "right"
    WRONG = "wrong"
    INCOMPLETE = "incomplete"


class Judgement(Value):
    """One person's verdict on one reply of one run."""

    judgement_id: str
    run_id: str
    case_id: str
    category: str
    verdict: Verdict
    reason: str = Field(default="", max_length=REASON_CHARACTERS)
    by: str  # pseudonym of who judged
    role: str
    at: datetime
    reply_sha256: str  # of the text that was shown; "" where the turn raised
    confidence: float | None  # of the surest draft, as the run recorded it
    answered: bool
    previous: str = ""  # sha256 of the line before; "" for the first

    @model_validator(mode="after")
    def _has_a_reason(self) -> Judgement:
        if self.verdict is not Verdict.RIGHT and not self.reason.strip():
            raise ValueError(f"say why it is {self.verdict.value}")
        return self


class JudgementsTampered(EvalError):
    """The file is not the one that was written: a line was changed, taken out or added by hand."""


class Judgements:
    """The judgements kept in one folder. Safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "judgements.jsonl"

    def append(self, judgement: Judgement) -> Judgement:
        """Add one, durably; it comes back with its place in the chain. Raises EvalError when it cannot be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
                handle.seek(0)
                lines = _whole_lines(handle.read())
                handle.truncate(sum(len(line) + 1 for line in lines))  # a torn last line was never acknowledged
                placed = judgement.model_copy(update={"previous": _hash(lines[-1]) if lines else ""})
                handle.write(placed.model_dump_json().encode() + b"\n")
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            raise EvalError(f"{self._path}: the judgement cannot be kept ({error.strerror}).") from None
        return placed

    def all(self) -> tuple[Judgement, ...]:
        """Every judgement in the order given. Raises JudgementsTampered naming the line."""
        if not self._path.is_file():
            return ()
        found: list[Judgement] = []
        previous = ""
        for number, line in enumerate(_whole_lines(self._path.read_bytes()), start=1):
            try:
                judgement = Judgement.model_validate_json(line)
            except ValidationError as error:
                raise JudgementsTampered(f"{self._path}:{number}: {error.errors()[0]['msg']}.") from None
            if judgement.previous != previous:
                raise JudgementsTampered(f"{self._path}:{number}: does not follow the line before; restore the file.")
            previous = _hash(line)
            found.append(judgement)
        return tuple(found)

    def of_run(self, run_id: str) -> dict[str, tuple[Judgement, ...]]:
        """The judgements on one run, by case, the oldest first."""
        found: dict[str, tuple[Judgement, ...]] = {}
        for judgement in self.all():
            if judgement.run_id == run_id:
                found[judgement.case_id] = (*found.get(judgement.case_id, ()), judgement)
        return found


def latest(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Each person's last word on each reply, in the order of the first ones."""
    last: dict[tuple[str, str, str], Judgement] = {}
    for judgement in judgements:
        last[judgement.case_id, judgement.reply_sha256, judgement.by] = judgement
    return tuple(last.values())


def settled(judgements: Iterable[Judgement]) -> dict[tuple[str, str], bool]:
    """Whether the reply to a case was right, by (case id, sha256 of the reply); where people disagree: left out.

    This is what a calibration reads: a replayed case whose reply has the same hash takes the human verdict in
    place of the one that gold quotes give.
    """
    said: dict[tuple[str, str], set[bool]] = {}
    for judgement in latest(judgements):
        key = (judgement.case_id, judgement.reply_sha256)
        said.setdefault(key, set()).add(judgement.verdict is Verdict.RIGHT)
    return {key: next(iter(verdicts)) for key, verdicts in said.items() if len(verdicts) == 1}


def calibration_points(judgements: Sequence[Judgement]) -> tuple[tuple[float, bool], ...]:
    """Stated confidence and whether people found the answer right, of each judged answer (one a person)."""
    return tuple(
        (judgement.confidence, judgement.verdict is Verdict.RIGHT)
        for judgement in latest(judgements)
        if judgement.confidence is not None and judgement.answered
    )


def reply_sha256(result: CaseResult) -> str:
    """The hash of all that the HCP saw; "" where the turn raised."""
    return text_sha256(result.reply.text) if result.reply is not None else ""


def text_sha256(text: str) -> str:
    """The hash a judgement knows a reply's text by."""
    return hashlib.sha256(text.encode()).hexdigest()


def _whole_lines(content: bytes) -> list[bytes]:
    return content.split(b"\n")[:-1]


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
