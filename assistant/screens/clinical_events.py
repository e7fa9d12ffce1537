"""Clinical events, complaints and abnormal values named in a clause, and how much each weighs as a report."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from assistant.screens.clauses import Clause
from assistant.screens.critical_values import has_critical_value
from assistant.screens.patterns import read_patterns
from assistant.screens.vocabulary import Token, tokenise, vocabulary

# By group of terms/events.yaml: how far the name of the event alone goes towards a report.
_EVENTS = {"outcome": 0.8, "reaction": 0.9, "illness": 0.5, "care": 0.3}
_CONDITION = 0.5  # a disease of terms/conditions.yaml
_FORMED = 0.6  # a word formed like a finding or a disease, in no list of ours
_LAY = 0.9  # a complaint in plain words
_LABORATORY = {"multiple": 0.8, "change": 0.7, "value": 0.5}
_CRITICAL = 1.3  # a value no one has without being ill
_FURTHER = 0.15  # each further event, at most two
_MOST_FURTHER = 2
_HISTORY, _TREATED = -0.7, -1.0
_LINKED = 0.4  # "shingles on it", "AKI from the combination"
_LINKED_TO_ANOTHER = 0.4  # "colitis after X", where X is no product of ours
_BEFORE = 60  # characters read before an event
_AFTER = 5  # words read after it
_FINDING = re.compile(
    r"^[a-z]{3,}(?:itis|itides|emia|emic|penia|penic|pathy|algia|rrhea|rrhage|rrhagic|uria|edema|spasm|plegia|paresis|"
    r"toxicity|megaly|cytosis|dynia|pnea|kinesia|esthesia|opsia|ectasia|stenosis|malacia|lysis|lyzed|plasia|plastic|"
    r"necrosis|fibrosis|phlebitis|thrombosis|embolism|sclerosis|syncope|systole|acidosis|ketosis|psychosis|philia|ptysis|"
    r"phagia|phasia|praxia|trophy|oma|omas|rexia|thymia|idrosis|trichosis|keratosis|dermatosis|vasculitis)$"
)
_NO_FINDING = re.compile(r"(?:dialysis|analysis|catalysis|paralysis of|glycemia|normo|diploma|aroma|chemo|academ)")
_PATIENT = frozenset({"pt", "patient", "man", "woman", "child", "case", "in", "dose"})
_LINKS = frozenset({"to", "from", "on", "with", "w", "after", "post", "following"})
_SUSPECTS = frozenset({
    "it", "this", "drug", "combo", "combination", "med", "infusion", "injection", "shot", "dose", "drop", "tablet",
    "pill", "spray", "patch", "cream", "jab", "vaccine", "cycle", "chemo", "stuff", "therapy", "treatment", "starting",
})  # fmt: skip
# Groups of conditions that are circumstances or procedures: having had them tells nothing of a medicine.
_NO_EVENT = (
    "co.", "pci", "anesthesia", "intubation", "sedation_use", "surgical_prophylaxis", "labor", "transplant", "smoking",
    "infertility", "venipuncture", "cosmetic", "prep", "cinv", "rinv", "gender", "contraception",
)  # fmt: skip
_CARE_FOR = re.compile(
    r"\b(?:visit|visits|admitted|admission|hospitali[sz]ed|seen|presented|er|ed|a&e|rushed|went|came\s+in|called)\W+"
    r"(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)


def event_weight(clause: Clause, own_words: Collection[str] = ()) -> float:
    """The weight of a clause's events: the heaviest, and a little for each further one; denied ones are left out."""
    return _event_weight(clause.text, frozenset(own_words))


@lru_cache(maxsize=64)  # of turns under way: the rules and the fitted model ask for the same clause
def _event_weight(text: str, own_words: frozenset[str]) -> float:
    weights = sorted((*_named(text, tokenise(text), own_words), *_values(text)), reverse=True)
    if not weights or weights[0] <= 0:
        return 0.0
    return weights[0] + _FURTHER * min(_MOST_FURTHER, sum(weight > 0 for weight in weights[1:]))


def names_event(clause: Clause) -> bool:
    """Whether a clause names an event or a complaint in words, not a value alone."""
    return any(weight > 0 for weight in (*_named(clause.text, clause.tokens, ()), *_complaints(clause.text)))


def _named(text: str, tokens: Sequence[Token], own_words: Collection[str]) -> Iterator[float]:
    for base, start, end, last in _mentions(tokens):
        before = text[max(0, start - _BEFORE) : start]
        if not _is_denied(before):
            link = _link(tokens[last : last + _AFTER], own_words)
            yield base + _context(before, text[end:]) + link


def _mentions(tokens: Sequence[Token]) -> Iterator[tuple[float, int, int, int]]:
    """Events by list, then diseases by list, then words formed like one: weight, offsets, index of the next token."""
    taken: set[int] = set()
    for name in ("events", "conditions"):
        for hit in vocabulary(name).find(tokens):
            if hit.group.startswith(_NO_EVENT):
                continue
            if taken.isdisjoint(range(hit.first, hit.last)):
                taken.update(range(hit.first, hit.last))
                yield _EVENTS.get(hit.group, _CONDITION), hit.start, hit.end, hit.last
    for index, token in enumerate(tokens):
        if index not in taken and is_clinical_word(token.word):
            yield _FORMED, token.start, token.end, index + 1


def is_clinical_word(word: str) -> bool:
    """Whether a word (as compared) is formed like a finding or a disease, whatever it is ("cholesteatoma")."""
    return _FINDING.match(word) is not None and not _NO_FINDING.search(word)


def _is_denied(before: str) -> bool:
    return read_patterns("narrative")["negation"].search(before) is not None


def _context(before: str, after: str) -> float:
    """What the words around an event take away: it is the treated disease, or history."""
    patterns = read_patterns("narrative")
    weight = 0.0
    treated = patterns["treatment"].search(before)
    if treated and not _CARE_FOR.search(before[: treated.start()] + " "):
        weight += _TREATED
    if patterns["history"].search(before) or patterns["past"].search(after):
        weight += _HISTORY
    return weight


def _link(after: Sequence[Token], own_words: Collection[str]) -> float:
    """What the words after an event add or take: laid to our medicine, or to another ("anaphylaxis to penicillin")."""
    if after and after[0].word not in _LINKS and after[0].word not in _PATIENT:
        after = after[1:]  # "flared after it"
    if len(after) < 2 or after[0].word not in _LINKS:  # noqa: PLR2004 - a link and what it leads to
        return 0.0
    words = {token.word for token in after[1:]}
    if words & (set(own_words) | _SUSPECTS):
        return _LINKED
    if not vocabulary("medicines").find(after):
        return 0.0
    return _HISTORY if after[0].word == "to" else _LINKED_TO_ANOTHER


def _values(text: str) -> Iterator[float]:
    patterns = read_patterns("laboratory")
    for name, weight in _LABORATORY.items():
        if patterns[name].search(text):
            yield weight
    if has_critical_value(text):
        yield _CRITICAL
    yield from _complaints(text)


def _complaints(text: str) -> Iterator[float]:
    for match in read_patterns("symptoms")["lay"].finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        if not _is_denied(before):
            yield _LAY + _context(before, text[match.end() :])
