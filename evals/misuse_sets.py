"""Messages that are misuse and messages that are not: public sets of the shared folder, and our own.

Which part of each is fitted to is decided by the hash of the text; what is left, and every set marked `report` alone,
is only reported on. Nothing of the public sets is part of this repository.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.question_sets import read_rows

WRITTEN = Path(__file__).parent / "messages" / "misuse_written.yaml"
ATTACK, HARMFUL, BENIGN = "attack", "harmful", "benign"


@dataclass(frozen=True)
class MessageSet:
    """Messages of one source. `parts`: one in so many is kept for the report; 1 keeps all."""

    name: str
    kind: str  # ATTACK, HARMFUL or BENIGN
    texts: tuple[str, ...]
    parts: int

    @property
    def fitted(self) -> tuple[str, ...]:
        """What a model may be fitted to."""
        return tuple(t for t in self.texts if _hash(t) % self.parts)

    @property
    def kept(self) -> tuple[str, ...]:
        """What is only reported on."""
        return tuple(t for t in self.texts if not _hash(t) % self.parts)


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def written_sets() -> tuple[MessageSet, ...]:
    """Our own messages: a third is kept."""
    held = yaml.safe_load(WRITTEN.read_bytes())
    kinds = {"attacks": ATTACK, "harmful": HARMFUL, "benign": BENIGN}
    return tuple(MessageSet(f"written {name}", kind, tuple(held[name]), 3) for name, kind in kinds.items())


def public_sets(shared: Path) -> tuple[MessageSet, ...]:
    """The public sets under `shared/data`. Raises SuiteError when a file is not there."""
    found = []
    for name, kind, file, wanted, text, parts in _PUBLIC:
        rows = [row for row in read_rows(shared / "data" / file) if wanted(row)]
        found.append(MessageSet(name, kind, tuple(text(row) for row in rows), parts))
    return tuple(found)


def _field(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: str(row[name])


def _prompt(row: Mapping[str, Any]) -> str:
    prompt = row["prompt"]
    return str(prompt["prompt"] if isinstance(prompt, Mapping) else prompt)


def _where(field: str, *values: object) -> Callable[[Mapping[str, Any]], bool]:
    return lambda row: row[field] in values


def _any(_row: Mapping[str, Any]) -> bool:
    return True


_GARAK = "guardrails/garak_prompts.jsonl"
_VALID = "guardrails/piguard_valid.jsonl"
# name, kind, file, which rows, their text, one in so many kept for the report
_PUBLIC: Sequence[
    tuple[str, str, str, Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any]], str], int]
] = (
    ("garak jailbreaks", ATTACK, _GARAK, _where("set", "inthewild_jailbreak", "dan"), _prompt, 2),
    ("garak prompt extraction", ATTACK, _GARAK, _where("set", "sysprompt_extraction"), _prompt, 2),
    ("piguard valid attacks", ATTACK, _VALID, _where("label", 1), _prompt, 1),
    ("med safety bench", HARMFUL, "guardrails/med_safety_bench.jsonl", _any, _field("request"), 2),
    ("garak harmful", HARMFUL, _GARAK, _where("set", "harmbench", "donotanswer/malicious_uses"), _prompt, 2),
    ("notinject one", BENIGN, "guardrails/piguard_notinject_one.jsonl", _any, _prompt, 1),
    ("notinject two", BENIGN, "guardrails/piguard_notinject_two.jsonl", _any, _prompt, 1),
    ("notinject three", BENIGN, "guardrails/piguard_notinject_three.jsonl", _any, _prompt, 1),
    ("piguard valid benign", BENIGN, _VALID, _where("label", 0), _prompt, 1),
    ("wildguard benign", BENIGN, "guardrails/piguard_wildguard_benign.jsonl", _any, _prompt, 2),
    ("ade corpus", BENIGN, "guardrails/ade_corpus_v2.jsonl", lambda row: int(row["pmid"]) % 20 == 0, _field("text"), 2),
    ("clinc", BENIGN, "guardrails/clinc_oos.jsonl", _any, _field("text"), 3),
    ("medinfo", BENIGN, "questions/medinfo2019.jsonl", _any, _field("question"), 2),
    ("medquad", BENIGN, "questions/medquad_drugs.jsonl", _any, _field("question"), 2),
    ("fdarxbench", BENIGN, "questions/fdarxbench.jsonl", _any, _field("question"), 1),
    ("pubmedqa", BENIGN, "questions/pubmedqa.jsonl", _any, _field("QUESTION"), 2),
)
