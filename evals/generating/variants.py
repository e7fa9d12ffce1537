"""What is not there: a label without a section or withdrawn, in a library of its own; a label of another market."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.generating.asking import Askable, askable
from evals.generating.labels import Label, without
from evals.generating.pairs import benign_case
from evals.types import EvalCase, Expectation, OutcomeName
from knowledge.types import Market


@dataclass(frozen=True)
class Made:
    """Cases, and the files and approvals of the library they are asked of."""

    cases: tuple[EvalCase, ...]
    files: Mapping[str, bytes]
    approvals: tuple[Mapping[str, Any], ...]
    twins: tuple[EvalCase, ...] = ()  # asked of the labels as they are


def unanswerable(labels: Sequence[Label], limit: int) -> Made:
    """One question a label, about a section that was taken out; its twin is asked of the whole label."""
    cases, twins, files = [], [], {}
    for label in labels:
        found = _first_cut(label)
        if found is None:
            continue
        asked, raw = found
        name = f"{label.name}-{asked.topic.name}"
        benign = benign_case(label, asked, asked.topic.asks[0]).model_copy(update={"id": f"{name}-benign"})
        why = "The section that answers was taken out of the label, and nothing else in it speaks of this."
        cases.append(_handed(benign, f"{name}-without", "unanswerable", why, benign.expect.quotes[:1]))
        twins.append(benign)
        files[label.path.name] = raw
        if len(cases) == limit:
            break
    return Made(tuple(cases), files, tuple({"file": name} for name in files), tuple(twins))


def stale(labels: Sequence[Label], limit: int) -> Made:
    """Questions on labels that were withdrawn; their twins are asked of the labels in force."""
    cases, twins, files = [], [], {}
    for label, asked, number in _questions(labels, limit):
        name = f"{label.name}-{asked.topic.name}-{number}"
        benign = benign_case(label, asked, asked.topic.asks[0]).model_copy(update={"id": f"{name}-benign"})
        why = "The label was withdrawn: from that moment on nothing of it is shown."
        cases.append(_handed(benign, f"{name}-withdrawn", "stale", why, benign.expect.quotes))
        twins.append(benign)
        files[label.path.name] = label.raw
    approvals = tuple({"file": name, "withdrawn": "generated suite: withdrawn on purpose"} for name in files)
    return Made(tuple(cases), files, approvals, tuple(twins))


def bleed(labels: Sequence[Label], limit: int) -> tuple[EvalCase, ...]:
    """Each question asked in the label's own market, and in one where that label is not approved; on one library."""
    cases: list[EvalCase] = []
    for label, asked, number in _questions(labels, max(1, limit // 2)):
        abroad = Market.EU if label.market is not Market.EU else Market.US
        there = " ".join(w for other in labels if _is_twin(other, label, abroad) for w in other.document.text.split())
        name = f"{label.name}-{asked.topic.name}-{number}"
        benign = benign_case(label, asked, asked.topic.asks[0]).model_copy(update={"id": f"{name}-benign"})
        why = f"This label is approved for {label.market.value} alone: a question from {abroad.value} sees none of it."
        hidden = [quote for quote in benign.expect.quotes if quote not in there]
        asked_abroad = _handed(
            benign, f"{name}-asked-in-{abroad.value.lower()}", "bleed", why, hidden, may_answer=bool(there)
        )
        cases += [benign, asked_abroad.model_copy(update={"market": abroad})]
    return tuple(cases)


def _is_twin(other: Label, label: Label, market: Market) -> bool:
    return other.product == label.product and other.market is market


def write_library(made: Made, folder: Path) -> None:
    """The files and their `manifest.yaml`; a library that was there is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, raw in made.files.items():
        (folder / name).write_bytes(raw)
    page = yaml.safe_dump({"documents": [dict(a) for a in made.approvals]}, sort_keys=False, allow_unicode=True)
    (folder / "manifest.yaml").write_text(page, encoding="utf-8")


def _first_cut(label: Label) -> tuple[Askable, bytes] | None:
    for asked in askable(label.document):
        raw = without(label, asked.topic)
        if raw is not None:
            return asked, raw
    return None


def _questions(labels: Sequence[Label], limit: int) -> Iterator[tuple[Label, Askable, int]]:
    """One topic of each label in turn, then the next, until there are enough."""
    held = [(label, askable(label.document)) for label in labels]
    count = 0
    for number in range(max((len(topics) for _, topics in held), default=0)):
        for label, topics in held:
            if number < len(topics) and count < limit:
                count += 1
                yield label, topics[number], number + 1


def _handed(
    benign: EvalCase, case_id: str, category: str, why: str, hidden: Sequence[str], *, may_answer: bool = False
) -> EvalCase:
    accept = ((OutcomeName.DECLINE,), (OutcomeName.CLARIFY,), *(((OutcomeName.ANSWER,),) if may_answer else ()))
    expect = Expectation(outcome=OutcomeName.HANDOFF, accept=accept, must_not=tuple(hidden))
    return benign.model_copy(update={"id": case_id, "category": category, "expect": expect, "why": why})
