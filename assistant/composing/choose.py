"""Which candidates make the answer: the best, then what adds something new, within the limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.composing.rank import Candidate
from assistant.composing.reading import Reading
from knowledge.types import UnitKind

# A further candidate must score this share of the best one; set on the dev bench.
KEEP_SHARE = 0.5
NOVELTY = 0.5  # what words of the question not yet covered add, at most
REDUNDANCY = 0.2  # what saying the same again takes away, at most
DUPLICATE = 0.8  # overlap of stems from which two units say the same
CONSIDERED = 60  # candidates looked at


@dataclass(frozen=True)
class Limits:
    """How long an answer may be."""

    words: int
    citations: int


def choose(candidates: Sequence[Candidate], limits: Limits) -> list[Candidate]:
    """Pick seeds greedily by score, novelty and redundancy. `candidates` best first; returns the picks in order."""
    if not candidates:
        return []
    pool = list(_to_the_point(candidates)[:CONSIDERED])
    floor = KEEP_SHARE * pool[0].score
    chosen: list[Candidate] = []
    spent = 0
    while pool and len(chosen) < limits.citations * 2:
        values = [_value(candidate, chosen) for candidate in pool]
        best = max(range(len(pool)), key=lambda i: (values[i], -i))
        if values[best] < floor:
            break
        candidate = pool.pop(best)
        if any(_same(candidate, other) for other in chosen):
            continue
        length = word_count(candidate.reading, candidate.unit.index)
        if chosen and spent + length > limits.words:
            continue
        chosen.append(candidate)
        spent += length
    return chosen


def _to_the_point(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Leave out the rows of a table that do not hold the value asked about, where others of it do."""
    held = {_table(c) for c in candidates if c.unit.table is not None and c.features["value"]}
    return [c for c in candidates if c.unit.table is None or c.features["value"] or _table(c) not in held]


def _table(candidate: Candidate) -> tuple[str, str, int | None]:
    document = candidate.reading.document
    return document.document_id, document.version, candidate.unit.table


def word_count(reading: Reading, index: int) -> int:
    """Words in one unit."""
    unit = reading.document.units[index]
    return len(reading.document.text[unit.start : unit.end].split())


def _value(candidate: Candidate, chosen: Sequence[Candidate]) -> float:
    if not chosen:
        return candidate.score
    covered = frozenset[str]().union(*(c.matched for c in chosen))
    weight = candidate.reading.rarity.weight
    total = sum(weight(s) for s in candidate.matched | covered) or 1.0
    novel = sum(weight(s) for s in candidate.matched - covered) / total
    return candidate.score + NOVELTY * novel - REDUNDANCY * max(_overlap(candidate, c) for c in chosen)


def _overlap(one: Candidate, other: Candidate) -> float:
    if one.unit.kind is UnitKind.TABLE_ROW and one.unit.table == other.unit.table:
        return 0.0  # rows of one table are alike by nature
    left, right = (c.reading.unit_stems[c.unit.index] for c in (one, other))
    return len(left & right) / (min(len(left), len(right)) or 1)


def _same(one: Candidate, other: Candidate) -> bool:
    return _overlap(one, other) >= DUPLICATE
