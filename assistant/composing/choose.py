"""Which candidates make the answer: the best, then what adds something new, within the limits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.composing.rank import EXPANDED, Asked, Candidate
from assistant.composing.reading import Reading
from assistant.composing.terms import stems
from assistant.composing.traits import traits

# A further candidate must score this share of the best one; set on the dev bench.
KEEP_SHARE = 0.5
ENOUGH = 0.85  # chance from which what is chosen holds the answer, and nothing more is added
SHARPNESS = 4.0  # scores are the fitted ones divided by this (evals.calibrate.RANKING_SCALE)
NOVELTY = 1.0  # what words of the question not yet covered add, at most; from 0.8 to 1.5 evidence is alike
LENGTH = 0.2  # what a unit as long as the whole limit loses to one of no length
REDUNDANCY = 0.2  # what saying the same again takes away, at most
DUPLICATE = 0.8  # overlap of stems from which two units say the same
SPOKEN = 0.6  # share of what is asked, by rarity, from which a choice speaks of it
HELD = 0.45  # ... and from which a single candidate does
NEAR = 8  # candidates of one thing asked that are looked through for one that speaks of it
CONSIDERED = 40  # candidates looked at
OVERFULL = 1.25  # of the words allowed that a second pick may take: the first of two may be most of a paragraph


_KINDS = stems("dosage dose dosing regimen schedule titration")  # what a heading may be of, asked for or not


@dataclass(frozen=True)
class Limits:
    """How long an answer may be."""

    words: int
    citations: int


def choose(candidates: Sequence[Candidate], limits: Limits) -> list[Candidate]:
    """Pick seeds greedily by score, novelty and redundancy. `candidates` best first; returns the picks in order."""
    if not candidates:
        return []
    pool = _to_the_point(candidates)[:CONSIDERED]
    floor = KEEP_SHARE * pool[0].score
    likely = chances(pool)
    lengths = [word_count(candidate.reading, candidate.unit.index) for candidate in pool]
    costs = [LENGTH * length / limits.words for length in lengths]
    weights = [_weights(candidate) for candidate in pool]
    said = [candidate.reading.sayings[candidate.unit.index] for candidate in pool]
    chosen: list[Candidate] = []
    overlap = dict.fromkeys(range(len(pool)), 0.0)  # with what is chosen, by place in the pool
    values = {i: pool[i].score - costs[i] for i in overlap}
    covered: frozenset[str] = frozenset()
    reached = 0.0
    spent = 0
    while overlap and len(chosen) < limits.citations * 2:
        best = max(values, key=values.__getitem__)  # of equals the first, which ranks before
        if values[best] < floor or reached >= ENOUGH:
            break
        candidate = pool[best]
        del values[best]
        says_the_same = overlap.pop(best) >= DUPLICATE
        room = limits.words * (OVERFULL if len(chosen) == 1 else 1.0)
        is_apart = bool(chosen) and candidate.score < chosen[0].score and _stands_apart(candidate, chosen[0])
        if says_the_same or is_apart or (chosen and spent + lengths[best] > room):
            continue
        chosen.append(candidate)
        reached += likely[best]
        spent += lengths[best]
        covered |= candidate.matched
        overlap = {i: max(known, said[i].overlap(said[best])) for i, known in overlap.items()}
        if covered:  # nothing is new where nothing was covered
            novel = _novelties(pool, weights, overlap, covered)
            values = {i: pool[i].score + novel[i] - REDUNDANCY * known - costs[i] for i, known in overlap.items()}
    return chosen


def _novelties(
    pool: Sequence[Candidate],
    weights: Sequence[Sequence[tuple[str, float]]],
    places: Iterable[int],
    covered: frozenset[str],
) -> dict[int, float]:
    """What each of these candidates would add to the words of the question already covered, 0 to NOVELTY."""
    held = {id(one.reading): one for one in pool}
    known = {reading: _weight(one, covered) for reading, one in held.items()}
    found: dict[int, float] = {}
    for place in places:
        more = math.fsum([weight for name, weight in weights[place] if name not in covered])
        found[place] = NOVELTY * more / ((more + known[id(pool[place].reading)]) or 1.0) if more else 0.0
    return found


def speaks_of(asked: Asked, chosen: Sequence[Candidate]) -> bool:
    """Whether what was chosen holds most of what is asked, by rarity, and states the kind of quantity asked for.

    A word counts by itself or by what its shorthand stands for, as far as the document knows either.
    """
    texts = [candidate.reading.text_of(candidate.unit) for candidate in chosen]
    stated = frozenset[str]().union(*(traits(text).kinds for text in texts))
    return _share_held(asked, chosen) >= SPOKEN and stated.issuperset(asked.kinds)


def first_that_speaks(asked: Asked, ranked: Sequence[Candidate], beside: Sequence[Candidate]) -> Candidate | None:
    """The best of the first few candidates that speaks of what is asked and may stand beside what was chosen."""
    if not ranked:
        return None
    floor = KEEP_SHARE * ranked[0].score
    near = (c for c in ranked[:NEAR] if c.score >= floor and _share_held(asked, [c]) >= HELD)
    stating = (c for c in near if traits(c.reading.text_of(c.unit)).kinds.issuperset(asked.kinds))
    return next((c for c in stating if not any(_stands_apart(c, other) for other in beside)), None)


def _share_held(asked: Asked, chosen: Sequence[Candidate]) -> float:
    rarity = chosen[0].reading.rarity
    held = frozenset[str]().union(
        *(c.reading.unit_stems[c.unit.index] | c.reading.context_stems[c.unit.index] for c in chosen)
    )
    meant = {stem: {stem} | asked.meant.get(stem, frozenset()) for stem in asked.original}
    known = {stem for stem, same in meant.items() if any(map(rarity.knows, same))}
    whole = rarity.whole(known)
    return rarity.whole(stem for stem in known if meant[stem] & held) / whole if whole else 1.0


def with_missing(chosen: Sequence[Candidate], missing: Sequence[Candidate], limits: Limits) -> list[Candidate]:
    """The picks with one for each thing asked that they miss; their own last ones make room for these."""
    added: list[Candidate] = []
    for candidate in missing:
        if not any(_same(candidate, other) for other in (*chosen, *added)):
            added.append(candidate)
    if not added:
        return list(chosen)
    spent = sum(word_count(c.reading, c.unit.index) for c in added)
    kept: list[Candidate] = []
    for candidate in chosen:
        length = word_count(candidate.reading, candidate.unit.index)
        if not kept or spent + length <= limits.words:
            kept.append(candidate)
            spent += length
    return [*kept, *added]


def united(rankings: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """Several rankings as one: each unit once, with the best of its scores, best first."""
    best: dict[tuple[int, int], Candidate] = {}
    for candidate in (one for ranking in rankings for one in ranking):
        key = (id(candidate.reading), candidate.unit.index)
        if key not in best or best[key].score < candidate.score:
            best[key] = candidate
    return sorted(best.values(), key=lambda c: (-c.score, c.unit.index))


def _same(one: Candidate, other: Candidate) -> bool:
    return one.reading is other.reading and one.unit.index == other.unit.index


def chances(pool: Sequence[Candidate]) -> list[float]:
    """How likely each candidate is the one that answers: the softmax its score was fitted as."""
    best = pool[0].score if pool else 0.0
    masses = [math.exp((candidate.score - best) * SHARPNESS) for candidate in pool]
    whole = sum(masses)
    return [mass / whole for mass in masses]


def _to_the_point(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Leave out the rows of a table that do not hold the value asked about, behind one of it that does.

    A row that ranks before all those is kept: the number was no value of this table ("study 106", "grade 2").
    """
    held: set[tuple[str, str, int | None]] = set()
    kept: list[Candidate] = []
    for candidate in candidates:
        if candidate.unit.table is None or candidate.features["value"] or _table(candidate) not in held:
            kept.append(candidate)
        if candidate.unit.table is not None and candidate.features["value"]:
            held.add(_table(candidate))
    return kept


def _stands_apart(candidate: Candidate, first: Candidate) -> bool:
    """Whether it is of a sister section about something else: the dosage of another indication than asked about.

    The headings tell: the first one names words of the question that this one lacks, and this one names none that the
    first one lacks.
    """
    if candidate.reading is not first.reading or candidate.unit.section == first.unit.section:
        return False
    sections = first.reading.document.sections
    one, other = sections[first.unit.section], sections[candidate.unit.section]
    if one.parent is None or one.parent != other.parent:
        return False
    heading, heading_here = (first.reading.heading_stems[c.unit.section] for c in (first, candidate))
    named, named_here = heading & first.matched, heading_here & candidate.matched
    of_one_kind = bool((heading & heading_here) - (named - _KINDS))  # "Dosage for …" and "Dosage for …"
    return of_one_kind and bool(named - named_here) and not named_here - named


def _table(candidate: Candidate) -> tuple[str, str, int | None]:
    document = candidate.reading.document
    return document.document_id, document.version, candidate.unit.table


def word_count(reading: Reading, index: int) -> int:
    """Words in one unit."""
    return reading.word_counts[index]


def _weights(candidate: Candidate) -> list[tuple[str, float]]:
    """The stems of the question that a candidate holds, each by itself as `_weight` weighs them together."""
    rarity, said = candidate.reading.rarity, candidate.said
    return [(s, rarity.weight(s) * (1.0 if s in said else EXPANDED)) for s in candidate.matched]


def _weight(candidate: Candidate, found: frozenset[str]) -> float:
    """These stems by rarity; what is only implied, by an earlier turn or by shorthand, counts for less."""
    whole = candidate.reading.rarity.whole
    return whole(found & candidate.said) + EXPANDED * whole(found - candidate.said)
