"""Public sentences for the event detector, parted so that nothing reported on was fitted to.

PsyTAR (patients' posts on four drugs): fitted to Lexapro and Cymbalta, reported on Zoloft and Effexor XR.
ADE corpus v2 (sentences of case reports): parted by the hash of the article's number, 60 % to fit, 40 % to report.
Label questions (public question sets) report nothing: half of them, by hash, are fitted to as benign.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.errors import SuiteError

_FITTED_DRUGS = ("lexapro", "cymbalta")
_TENTHS_FITTED = 6
_ASKED = (
    ("fdarxbench", "question"),
    ("medquad_drugs", "question"),
    ("medinfo2019", "question"),
    ("pubmedqa", "QUESTION"),
)
PSYTAR, ADE, QUESTIONS = "psytar", "ade", "questions"


@dataclass(frozen=True)
class Sentence:
    """A sentence of a public set: whether it tells an adverse reaction, and whether it may be fitted to."""

    text: str
    source: str
    tells: bool
    is_fitted_to: bool


def read_public(shared: Path) -> tuple[Sentence, ...]:
    """All sentences below the shared folder. Raises SuiteError when a file is not there or not as described."""
    try:
        return (*_psytar(shared), *_ade(shared), *_questions(shared))
    except (OSError, KeyError, ValueError) as error:
        raise SuiteError(
            f"{shared}: the public sets cannot be read ({error!r}). Give the folder that holds data/guardrails."
        ) from error


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _psytar(shared: Path) -> Iterator[Sentence]:
    for row in _rows(shared / "data/guardrails/psytar.jsonl"):
        drug = row["drug_id"].split(".")[0].lower()
        yield Sentence(row["sentences"], PSYTAR, row["ADR"] == "1", drug in _FITTED_DRUGS)


def _ade(shared: Path) -> Iterator[Sentence]:
    for row in _rows(shared / "data/guardrails/ade_corpus_v2.jsonl"):
        yield Sentence(row["text"], ADE, row["label"] == "ADE", _tenth(row["pmid"]) < _TENTHS_FITTED)


def _questions(shared: Path) -> Iterator[Sentence]:
    for name, key in _ASKED:
        for row in _rows(shared / f"data/questions/{name}.jsonl"):
            yield Sentence(row[key], QUESTIONS, tells=False, is_fitted_to=_tenth(row[key]) < 5)  # noqa: PLR2004 - half


def _tenth(text: str) -> int:
    return zlib.crc32(text.encode()) % 10
