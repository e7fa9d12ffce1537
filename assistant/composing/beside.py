"""Which excerpts answer and which only stand beside the point: those lead in order, these are folded below them.

Counted over the excerpts of 600 answers with a gold quote: each rule here folds none that an answer needed, or at
most one in a hundred (README, decision on folding).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.composing.choose import CONSIDERED, chances
from assistant.composing.complete import Excerpt, runs
from assistant.composing.rank import Asked, Candidate
from assistant.composing.rows import rows_apart
from assistant.composing.terms import stems
from assistant.composing.traits import traits

MOST = 3  # excerpts shown
SHARE = 0.75  # of the best one's score, below which an excerpt without a further word of the question is folded ...
LEAST = 0.6  # ... and below which any is
NEARBY = 0.65  # ... and below which a further stretch of the best one's own paragraph is
SELDOM = 0.05  # how likely the question is of a section's topic, below which its text is beside the point ...
LIKELIER = 2.0  # ... where the first excerpt's is so many times likelier
LOWER = 0.4  # how much lower in the search its passage was found, from which ...
UNLIKELY = 0.05  # ... or how likely it is the one that answers, below which an excerpt without a further word is folded
LIKE = 0.6  # of its words that another says too, from which the two are read for whether it says the same again
FAR = 0.1  # a topic so many times less likely than the first one's adds nothing without a word of the question
_OF_TRIALS = frozenset({"clinical_trials_experience", "adverse_reactions", "clinical_studies"})
_INDICATIONS = "indications_and_usage"
_AGAINST = "contraindications"
_BOXED = "boxed_warning"
# "[see Warnings (5.1)]": where else to read tells nothing of what is said here.
_REFERENCE = re.compile(
    r"[\[(]\s*see\b[^\[\]]*?\)?\s*[\])]|\(\s*\d+(?:\.\d+)*(?:\s*,\s*\d+(?:\.\d+)*)*\s*\)", re.IGNORECASE
)


@dataclass(frozen=True)
class Told:
    """The excerpts of an answer, best first, and those folded below it."""

    shown: tuple[Excerpt, ...]
    beside: tuple[Excerpt, ...] = ()


@dataclass(frozen=True)
class _Standing:
    """How an excerpt stands to the question."""

    excerpt: Excerpt
    features: Mapping[str, float]  # of its best unit; none where it was taken in unasked
    families: tuple[str, ...]
    own_words: frozenset[str]  # of the question, said in it
    names: bool  # another medicine asked about, by one of its names or classes
    words: frozenset[str]  # all it says
    chance: float  # that it is the one that answers

    @property
    def prior(self) -> float:
        """How likely the question is of its section's topic."""
        return self.features.get("prior_above", 0.0)

    @property
    def of_trials(self) -> bool:
        """Whether it tells what happened in trials."""
        return bool(self.families) and self.families[0] in _OF_TRIALS


def tell_apart(
    asked: Asked,
    excerpts: Sequence[Excerpt],
    ranked: Sequence[Candidate],
    wanted: Sequence[Candidate] = (),
    *,
    whole_tables: bool = False,
) -> Told:
    """Order excerpts, given best first, and fold those beside the point; one with a `wanted` unit always stays."""
    held = {(id(c.reading), c.unit.index): c for c in ranked}
    likely = {_key(c): chance for c, chance in zip(ranked, chances(ranked[:CONSIDERED]), strict=False)}
    parts = (part for excerpt in excerpts for part in ([excerpt] if whole_tables else rows_apart(asked, excerpt, held)))
    stretches = [stretch for excerpt in parts for stretch in _stretches(excerpt, held)]
    standings = [_standing(asked, stretch, held, likely) for stretch in sorted(stretches, key=lambda e: -e.score)]
    ordered = _in_order(standings)
    if not ordered:
        return Told(())
    best = standings[0]
    kept = [ordered[0]]
    folded: list[_Standing] = []
    for one in ordered[1:]:
        stays = one is best or holds(one.excerpt, wanted) or _speaks_against(one)
        fits = len({_place(s.excerpt) for s in (*kept, one)}) <= MOST
        stays = stays or (fits and not _is_beside(asked, [best, *kept], one))
        (kept if stays else folded).append(one)
    return Told(_joined(kept), _joined(folded))


def _stretches(excerpt: Excerpt, held: Mapping[tuple[int, int], Candidate]) -> Iterator[Excerpt]:
    """The stretches of neighbours an excerpt of prose is made of, each with the score of its best; a table is one."""
    reading = excerpt.reading
    spans = runs(excerpt.units)
    if len(spans) == 1 or reading.document.units[excerpt.units[0]].table is not None:
        yield excerpt
        return
    for first, last in spans:
        units = tuple(range(first, last + 1))
        scores = [held[id(reading), i].score for i in units if (id(reading), i) in held]
        yield Excerpt(reading, units, max(scores, default=0.0))


def _joined(standings: Sequence[_Standing]) -> tuple[Excerpt, ...]:
    """Their excerpts, the stretches of one paragraph as one again, in reading order within it."""
    found: dict[tuple[int, bool, int], Excerpt] = {}
    for one in (s.excerpt for s in standings):
        before = found.get(_place(one))
        units = one.units if before is None else tuple(sorted({*before.units, *one.units}))
        found[_place(one)] = Excerpt(one.reading, units, one.score if before is None else max(one.score, before.score))
    return tuple(found.values())


def _place(excerpt: Excerpt) -> tuple[int, bool, int]:
    """The table or paragraph an excerpt is of."""
    unit = excerpt.reading.document.units[excerpt.units[0]]
    return id(excerpt.reading), unit.table is None, unit.paragraph if unit.table is None else unit.table


def _key(candidate: Candidate) -> tuple[int, int]:
    return id(candidate.reading), candidate.unit.index


def _standing(
    asked: Asked,
    excerpt: Excerpt,
    held: Mapping[tuple[int, int], Candidate],
    likely: Mapping[tuple[int, int], float],
) -> _Standing:
    reading = excerpt.reading
    found = [held[id(reading), i] for i in excerpt.units if (id(reading), i) in held]
    best = max(found, key=lambda c: c.score, default=None)
    own = frozenset[str]().union(*(reading.unit_stems[i] for i in excerpt.units))
    around = frozenset[str]().union(*(reading.context_stems[i] for i in excerpt.units))
    return _Standing(
        excerpt=excerpt,
        features={} if best is None else best.features,
        families=reading.families(reading.document.units[excerpt.units[0]].section),
        own_words=asked.original & own,
        names=any(name <= own | around for names in asked.classes.values() for name in names),
        words=own,
        chance=sum(likely.get((id(reading), i), 0.0) for i in excerpt.units),
    )


def _in_order(standings: Sequence[_Standing]) -> list[_Standing]:
    """The order given, but one that lacks the medicine asked about, or only says what for, comes after the others."""
    some_name = any(s.names for s in standings)
    likeliest = max((s.prior for s in standings), default=0.0)

    def demerits(standing: _Standing) -> int:
        says_what_for = _INDICATIONS in standing.families and standing.prior < likeliest
        of_animals = bool(standing.features.get("nonclinical"))
        return int(some_name and not standing.names) + int(says_what_for) + int(of_animals)

    return sorted(standings, key=demerits)


def _is_beside(asked: Asked, kept: Sequence[_Standing], one: _Standing) -> bool:
    """Whether an excerpt adds nothing to what is asked, beside those kept, of which the best comes first."""
    best = kept[0]
    new = one.own_words - frozenset[str]().union(*(s.own_words for s in kept))
    share = one.excerpt.score / best.excerpt.score if best.excerpt.score > 0 else 1.0
    if _place(one.excerpt) == _place(best.excerpt):
        return share < NEARBY
    return (
        any(_says_again(one, s) for s in kept)
        or (not new and _was_found_low(one, best))
        or (any(s.names for s in kept) and not one.names)
        or (one.of_trials and not best.of_trials and "share" not in asked.kinds)
        or bool(one.features.get("reference") or one.features.get("nonclinical"))
        or _BOXED in one.families  # stands whole in the important safety information
        or (_INDICATIONS in one.families and one.prior < best.prior)
        or (not new and (one.prior < FAR * best.prior or (one.prior < SELDOM and one.prior * LIKELIER < best.prior)))
        or share < (LEAST if new else SHARE)
    )


def _says_again(one: _Standing, other: _Standing) -> bool:
    """Whether all it says, but for references to elsewhere, stands in the other, and no "not" of one alone."""
    if len(one.words & other.words) < LIKE * len(one.words):
        return False
    text, beside = _text(one.excerpt), _text(other.excerpt)
    same = traits(text).negates is traits(beside).negates
    return same and stems(_REFERENCE.sub(" ", text)) <= other.words


def _text(excerpt: Excerpt) -> str:
    return " ".join(excerpt.reading.text_of(excerpt.reading.document.units[i]) for i in excerpt.units)


def _was_found_low(one: _Standing, best: _Standing) -> bool:
    """Whether the search found its passage far below the best one's, or the ranking hardly holds it for the answer."""
    lower = best.features.get("fused", 0.0) - one.features.get("fused", 0.0)
    return lower >= LOWER or one.chance <= UNLIKELY


def _speaks_against(one: _Standing) -> bool:
    """Whether it is a contraindication that says a word of the question."""
    return one.families[:1] == (_AGAINST,) and bool(one.own_words)


def holds(excerpt: Excerpt, wanted: Iterable[Candidate]) -> bool:
    """Whether one of the wanted units is in an excerpt."""
    return any(c.reading is excerpt.reading and c.unit.index in excerpt.units for c in wanted)
