"""Hold a sentence against the passages it names, sentence by sentence; what differs is a fault."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from assistant.grounding.facts import (
    SAYS_NOTHING_ALONE,
    Facts,
    Item,
    facts,
    form,
    is_content,
    looks_like_a_name,
    opposites,
)
from assistant.grounding.faults import Fault, FaultKind
from assistant.grounding.vocabulary import vocabulary

CONSIDERED = 8  # source sentences a sentence is held against, those with most words in common first
REACH = 5  # tokens either side that tell one place from another
BETTER = 1.3  # a term belongs elsewhere when another place fits its surroundings this much better …
MARGIN = 0.3  # … and by this much
SCOPE = 4  # tokens after a negation among which stands what it negates
SAME_ORDER = 0.9  # share of the words that follow each other as in the source
MIN_CLAUSE = 3  # content words of a clause that is judged on its own
MIN_SHARED = 0.5  # of a sentence's content words must be in one source sentence
_SENTENCE_END = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\bDr\.)(?<!\bNo\.)(?<=[.!?])\s+(?=[A-Z0-9\"“•<>≥≤])|\n+"
)
_CLAUSE_END = re.compile(rf"{_SENTENCE_END.pattern}|;\s+|,\s+(?:and|but|while|whereas)\s+")
_MARKER = re.compile(r"\[[^\]]*\d[^\]]*\]|\bdoi\b|https?://|\bet al\b|\((?:19|20)\d\d\)", re.IGNORECASE)
_SECTIONS = re.compile(r"\(\s*\d+(?:\.\d+)*(?:\s*,\s*\d+(?:\.\d+)*)*\s*\)(?=\.?$)")  # "(5.1, 8.3)" ends a sentence
_STATED = (FaultKind.NUMBER, FaultKind.POPULATION, FaultKind.ROUTE, FaultKind.FREQUENCY)
_PLACED = (
    FaultKind.NUMBER,
    FaultKind.COMPARISON,
    FaultKind.POPULATION,
    FaultKind.ROUTE,
    FaultKind.FREQUENCY,
    FaultKind.NEGATION,
    FaultKind.NAME,
)


def check_proposed(sentence: str, named: Sequence[str], passages: Mapping[str, str]) -> tuple[Fault, ...]:
    """Check a sentence and the passage ids it names; `passages` by id are all there are."""
    unknown = [name for name in named if name not in passages]
    if unknown or not named:
        detail = f"no such passage: {', '.join(unknown)}" if unknown else "names no passage"
        return (Fault(kind=FaultKind.CITATION, detail=detail),)
    return check_sentence(sentence, [passages[name] for name in named])


def check_sentence(sentence: str, passages: Sequence[str]) -> tuple[Fault, ...]:
    """The faults of a sentence against these passages; empty when one of their sentences supports all of it.

    A sentence drawn from several places is taken clause by clause; each must hold on its own.
    Amounts must match with unit and comparison, as printed: nothing is converted.
    """
    markers = [m for m in _MARKER.findall(sentence) if not any(m in p for p in passages)]
    if markers or not passages:
        detail = f"not in the passages: {markers[0]}" if markers else "nothing is cited"
        return (Fault(kind=FaultKind.CITATION, detail=detail),)
    sources = tuple(_sources(passages))
    whole = _best(facts(sentence), sources)
    if not whole:
        return ()
    clauses = [facts(c) for c in _CLAUSE_END.split(sentence)]
    if len(clauses) > 1 and all(len(c.content) >= MIN_CLAUSE and not _best(c, sources) for c in clauses):
        return ()
    return whole


def missing_facts(said: Sequence[str], required: Sequence[str]) -> tuple[str, ...]:
    """What the required sentences state and the said ones do not: amounts, populations, routes, conditions."""
    given = [facts(s) for s in said]
    held = {(i.kind, i.value) for f in given for i in f.items if i.kind in _STATED}
    restrictions = {r for f in given for r in f.restrictions}
    missing: list[str] = []
    negations = sum(len(f.negations) for f in given)
    for sentence in required:
        for source in _sources([_SECTIONS.sub("", sentence)]):
            missing += [i.value for i in source.items if i.kind in _STATED and (i.kind, i.value) not in held]
            missing += [r for r in source.restrictions if r not in restrictions]
            negations -= len(source.negations)
    if negations < 0:
        missing.append("a negation")
    return tuple(dict.fromkeys(missing))


def _sources(passages: Sequence[str]) -> Iterator[Facts]:
    """Each sentence of the passages; an introduction (": ") also joined with what may follow it."""
    sentences = [s.strip() for p in passages for s in _SENTENCE_END.split(p) if s and s.strip()]
    lead_in = ""
    for sentence in sentences:
        yield facts(sentence)
        if lead_in and not sentence.endswith(":"):
            yield facts(f"{lead_in} {sentence}")
        if sentence.endswith(":"):
            lead_in = sentence.rstrip(":")


def _best(said: Facts, sources: Sequence[Facts]) -> tuple[Fault, ...]:
    """The faults against the source sentence that speaks most for the sentence."""
    ranked = sorted(sources, key=lambda s: (-len(said.content & s.content), len(s.content)))[:CONSIDERED]
    found: tuple[Fault, ...] | None = None
    for source in ranked:
        faults = tuple(_faults(said, source))
        if not faults:
            return ()
        if found is None:
            found = faults
    return found or (Fault(kind=FaultKind.SUPPORT, detail="the passages are empty"),)


def _faults(said: Facts, source: Facts) -> Iterator[Fault]:
    shared = len(said.content & source.content)
    if not said.content or shared < MIN_SHARED * len(said.content):
        yield Fault(kind=FaultKind.SUPPORT, detail="too little of it stands in any one cited sentence")
    yield from _new_words(said, source)
    for kind in _PLACED:
        yield from _placed(said.of(kind), said, source)
    yield from _repeated(said, source)
    yield from _exchanged(said, source)
    yield from _lost(said, source)
    yield from _negations(said, source)
    yield from _replaced(said, source)


def _new_words(said: Facts, source: Facts) -> Iterator[Fault]:
    known = set(source.forms)
    for place, (token, word) in enumerate(zip(said.tokens, said.forms, strict=True)):
        if is_content(token) and word not in known and place not in said.covered:
            is_name = token in said.names or looks_like_a_name(token)
            yield Fault(kind=FaultKind.NAME if is_name else FaultKind.SUPPORT, detail=f"not in the source: {token}")


def _placed(items: Sequence[Item], said: Facts, source: Facts) -> Iterator[Fault]:
    """Each term must stand in the source, where its surroundings say it does."""
    for item in items:
        there = source.of(item.kind)
        own = [i for i in there if i.value == item.value]
        if not own:
            if _is_missed(item, there):
                yield _absent(item, there)
            continue
        best = max(_likeness(said, item, source, i) for i in own)
        others = [(_likeness(said, item, source, i), i.value) for i in there if i.value != item.value]
        if others and max(others)[0] > best * BETTER + MARGIN:
            yield Fault(kind=item.kind, detail=f"{item.value} stands where the source has {max(others)[1]}")


def _is_missed(item: Item, there: Sequence[Item]) -> bool:
    """Whether its absence is a fault of its own: new names are new words, and "with" only denies "without"."""
    if item.value in SAYS_NOTHING_ALONE:
        return any(i.value == opposites()[item.value] for i in there)
    return item.kind is not FaultKind.NAME


def _repeated(said: Facts, source: Facts) -> Iterator[Fault]:
    """An amount said more often than the source has it has taken another one's place."""
    times = Counter(i.value for i in said.of(FaultKind.NUMBER))
    there = Counter(i.value for i in source.of(FaultKind.NUMBER))
    for value, count in times.items():
        if 0 < there[value] < count:
            yield Fault(kind=FaultKind.NUMBER, detail=f"{value} {count} times, the source has it {there[value]} times")


def _exchanged(said: Facts, source: Facts) -> Iterator[Fault]:
    """Where the words keep the order of the source, so must the amounts: "6% and 1%" is not "1% and 6%"."""
    amounts, there = said.of(FaultKind.NUMBER), source.of(FaultKind.NUMBER)
    rest = iter([i.value for i in there])
    if len(amounts) < 2 or all(i.value in rest for i in amounts):  # noqa: PLR2004 - one cannot be exchanged
        return
    words = [f for f in said.forms if not f[0].isdigit()]
    matcher = SequenceMatcher(None, words, [f for f in source.forms if not f[0].isdigit()], autojunk=False)
    if sum(block.size for block in matcher.get_matching_blocks()) >= SAME_ORDER * len(words):
        yield Fault(kind=FaultKind.NUMBER, detail="the amounts stand in another order than in the source")


def _absent(item: Item, there: Sequence[Item]) -> Fault:
    if item.kind is FaultKind.NUMBER:
        same = [i for i in there if i.number == item.number]
        if any(i.unit == item.unit for i in same):
            return Fault(kind=FaultKind.COMPARISON, detail=f"not in the source: {item.value}")
        if same:
            return Fault(kind=FaultKind.UNIT, detail=f"not in the source: {item.value}")
    return Fault(kind=item.kind, detail=f"not in the source: {item.value}")


def _likeness(said: Facts, item: Item, source: Facts, other: Item) -> float:
    """How alike the surroundings of two terms are; near words weigh more."""
    before = _side(said.forms[: item.start][::-1], source.forms[: other.start][::-1])
    return before + _side(said.forms[item.end :], source.forms[other.end :])


def _side(one: Sequence[str], other: Sequence[str]) -> float:
    total = 0.0
    near = other[:REACH]
    for distance, word in enumerate(one[:REACH], start=1):
        if word in near:
            total += 1 / max(distance, near.index(word) + 1)
    return total


def _lost(said: Facts, source: Facts) -> Iterator[Fault]:
    """Populations, conditions and hedges of the source that the sentence leaves out, or restrictions it adds."""
    held = {i.value for i in said.of(FaultKind.POPULATION)}
    for item in source.of(FaultKind.POPULATION):
        if item.value not in held:
            yield Fault(kind=FaultKind.POPULATION, detail=f"left out: {item.value}")
    if said.restrictions != source.restrictions:
        changed = (said.restrictions - source.restrictions) + (source.restrictions - said.restrictions)
        yield Fault(kind=FaultKind.NEGATION, detail=f"changed: {', '.join(sorted(changed))}")
    lost = {hedge for hedge in source.hedges - said.hedges if hedge != "should"}
    lost |= {token for token in vocabulary().certain if said.tokens.count(token) > source.tokens.count(token)}
    if lost:
        yield Fault(kind=FaultKind.CERTAINTY, detail=f"changed: {', '.join(sorted(lost))}")
    for qualified in source.qualified:
        if not qualified <= set(said.forms):
            yield Fault(kind=FaultKind.POPULATION, detail=f"left out: with {', '.join(sorted(qualified))}")


def _negations(said: Facts, source: Facts) -> Iterator[Fault]:
    if len(said.negations) != len(source.negations):
        yield Fault(
            kind=FaultKind.NEGATION, detail=f"{len(said.negations)} negations, the source has {len(source.negations)}"
        )
        return
    negated = {f for p in source.negations for f in _scope(source, p)}
    for place in said.negations:
        scope = _scope(said, place)
        if scope and not set(scope[:1]) & negated:
            yield Fault(kind=FaultKind.NEGATION, detail=f"negates {scope[0]}, the source does not")


def _scope(found: Facts, place: int) -> list[str]:
    """What a negation bears on: the next words that are not function words, else the next words."""
    after = list(zip(found.tokens, found.forms, strict=True))[place + 1 :]
    content = [f for t, f in after if is_content(t)][:SCOPE]
    return content or [f for _, f in after][:SCOPE]


def _replaced(said: Facts, source: Facts) -> Iterator[Fault]:
    """A word between two neighbours that in the source have another word between them."""
    names = {form(name) for name in source.names}
    pairs = {(a, b) for a, b in zip(source.forms, source.forms[1:], strict=False)}
    between: dict[tuple[str, str], set[str]] = {}
    for left, middle, right in zip(source.forms, source.forms[1:], source.forms[2:], strict=False):
        between.setdefault((left, right), set()).add(middle)
    for place in range(1, len(said.forms) - 1):
        left, middle, right = said.forms[place - 1 : place + 2]
        held = between.get((left, right))
        if held is None or middle in held or not is_content(said.tokens[place]) or place in said.covered:
            continue
        if (left, middle) not in pairs and (middle, right) not in pairs:
            is_name = said.tokens[place] in said.names or held & names
            kind = FaultKind.NAME if is_name else FaultKind.SUPPORT
            yield Fault(kind=kind, detail=f"{middle} stands where the source has {min(held)}")
