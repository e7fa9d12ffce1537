"""Judges, part by part, whether a question asks to use a product as its approved label does not (RULES.md 1).

The part's condition, age, route, frequency, amount and combination are held against the label. What is asked
about the label itself (approved? contraindicated? safe?), about reactions, interactions or comorbidities is not
off-label. Doubt lowers the confidence; the policy's threshold decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.composing.label_words import label_words
from assistant.screens.ages import ADULT, find_young
from assistant.screens.circumstances import is_circumstance
from assistant.screens.conditions import find_conditions, is_comorbidity, is_covered
from assistant.screens.contrasts import named_diseases
from assistant.screens.label_uses import LabelUses, find_routes, read_uses
from assistant.screens.medicines import find_medicines, generic_of
from assistant.screens.patterns import read_patterns
from assistant.screens.purposes import strange_purposes
from assistant.screens.regimens import beyond
from assistant.screens.restrictions import markers, restrictions
from assistant.screens.strange_conditions import BEFORE, LIKELY, SOME, Reason, denied, strange_conditions, unnamed
from assistant.screens.vocabulary import Hit, tokenise
from assistant.types import Finding, FindingKind, SafetyKind
from assistant.understanding.companions import classes_of
from knowledge.types import ApprovedDocument

_FEW_WORDS = 9
_CLOSE = 25  # characters between "combining with" and the medicine
# Denied; or what somebody is on, which is a treatment ("on HD").
_NOT_ASKED = re.compile(
    r"\b(?:(?:without|w/o|no|not|non|absence\s+of|other\s+than)\s+(?:[\w-]+\s+)?|on\s+)$", re.IGNORECASE
)
# A child at the breast is not treated; nor is one of whom it is asked why not.
_NOT_TREATED = re.compile(
    r"\b(?:gets?|getting|pass\w*|excreted|transfer\w*|reach\w*)\b[^?]{0,40}\b(?:milk|breast-?fed)\b|\bwhy\s+(?:is\s+it\s+)?not\s+in\b",
    re.IGNORECASE,
)
_DOSED = re.compile(
    r"\b(?:giv(?:e|en|ing)|dos(?:e|ed|ing|age)|start\w*|treat\w*)\b|\b(?:for|in|to)\s+an?\s+\d", re.IGNORECASE
)
# Whether another medicine changes the dose is an interaction, not a use together.
_CHANGES = re.compile(
    r"\b(?:does|do|will|would)\b[^?.]{0,20}\badd\w*\b[^?.]{0,60}\b(?:dos\w*\s+(?:chang|adjust|reduc|modif)\w*|(?:chang|adjust|reduc|modif)\w*)",
    re.IGNORECASE,
)


def read_label(label: Sequence[ApprovedDocument]) -> None:
    """Read what questions will be held against, so that no HCP waits for it."""
    uses = read_uses(label)
    markers(uses.indications)
    named_diseases(uses.indications)
    _ = uses.affirmed


def assess_use(text: str, populations: Sequence[str], label: Sequence[ApprovedDocument]) -> Finding | None:
    """Whether one part of a message asks about a use that the approved label does not hold.

    `populations` are those the understanding step found ("pediatric", …). Returns the surest reason as an
    OFF_LABEL finding whose detail names what is not covered (condition, age, route, frequency, amount,
    combination), or None. Without a label, or indications in it, nothing can be said: None.
    """
    if not label:
        return None
    uses = read_uses(label)
    if read_patterns("use")["label_question"].search(text) and not _doses_for_the_unnamed(text, uses):
        return None
    reasons = sorted(_reasons(text, populations, uses), key=lambda r: r.confidence, reverse=True)
    if not reasons:
        return None
    best = reasons[0]
    return Finding(
        kind=FindingKind.OFF_LABEL,
        detail=best.detail,
        start=best.start,
        end=best.end,
        found_by=f"off_label.{best.detail}@1",
        confidence=best.confidence,
    )


def _doses_for_the_unnamed(text: str, uses: LabelUses) -> bool:
    """Whether the label's dose is asked for a disease that the label names nowhere ("per PI, what dose for X?")."""
    patterns = read_patterns("use")
    return patterns["doses"].search(text) is not None and any(
        patterns["purpose"].search(text[max(0, hit.start - BEFORE) : hit.start]) for hit in unnamed(text, uses)
    )


def asks_of_the_unnamed(text: str, label: Sequence[ApprovedDocument]) -> bool:
    """Whether a question is about a disease that the label names nowhere, if only whether it is approved there."""
    return bool(label) and bool(unnamed(text, read_uses(label)))


def goes_on(text: str) -> bool:
    """Whether a question names no use of its own, only its dose or effect ("what dose works", "any data?")."""
    words = tokenise(text)
    asks = read_patterns("use")["goes_on"].search(text) is not None
    return asks and len(words) <= _FEW_WORDS and not find_conditions(text) and find_young(text) is None


def assess_harm(text: str, label: Sequence[ApprovedDocument]) -> Finding | None:
    """Whether a safety report tells of harm in a use the label does not hold (an extra kind of the same report)."""
    if not label:
        return None
    uses = read_uses(label)
    patterns = read_patterns("use")
    for hit in find_conditions(text):
        before = text[max(0, hit.start - BEFORE) : hit.start]
        named = patterns["purpose"].search(before) or re.match(r"\W*(?:\w+\s+)?(?:pt|patient)\b", text[hit.end :])
        if named and not is_comorbidity(hit.group) and not is_covered(hit.group, uses.approved):
            return Finding(
                kind=FindingKind.SAFETY_REPORT,
                detail=SafetyKind.OFF_LABEL_USE_WITH_HARM.value,
                start=hit.start,
                end=hit.end,
                found_by="off_label.harm@1",
                confidence=LIKELY,
            )
    return None


def _reasons(text: str, populations: Sequence[str], uses: LabelUses) -> Iterator[Reason]:
    named = tuple(hit for hit in find_conditions(text) if not _is_plain(text[hit.start : hit.end], hit.term))
    beside = tuple(hit for hit in named if is_circumstance(text, hit))
    hits = tuple(hit for hit in named if hit not in beside and not _NOT_ASKED.search(text[: hit.start]))
    yield from strange_conditions(text, hits, uses)
    yield from denied(text, uses)
    if not any(is_covered(hit.group, uses.approved) for hit in hits):
        for start, end in strange_purposes(text, uses):
            if any(start < hit.end and hit.start < end for hit in beside):
                continue
            yield Reason("condition", start, end, SOME)
    yield from _age(text, populations, hits, uses)
    yield from _route(text, uses)
    for more in beyond(text, uses):
        yield Reason(more.detail, more.start, more.end, more.confidence)
    yield from _combination(text, uses)
    patterns = read_patterns("use")
    if patterns["risk"].search(text) and not patterns["asks"].search(text):
        return
    for one in restrictions(text, uses.indications, uses.dosing, uses.text):
        yield Reason(one.detail, one.start, one.end, one.confidence)


def _is_plain(written: str, term: str) -> bool:
    """Whether a plain word only has the letters of an abbreviation: "he" of HAE, "hits" of HIT."""
    return term.isupper() and written.islower() and (written != term.lower() or written in label_words().everyday)


def _age(text: str, populations: Sequence[str], hits: Sequence[Hit], uses: LabelUses) -> Iterator[Reason]:
    asked = find_young(text)
    if asked is None and "pediatric" not in populations:
        return
    patterns = read_patterns("use")
    if not patterns["doses"].search(text) or (_NOT_TREATED.search(text) and not _DOSED.search(text)):
        return
    youngest = uses.youngest_for([hit.group for hit in hits]) if hits else uses.youngest
    if youngest is None:
        return
    span = (asked.start, asked.end) if asked else (0, len(text))
    years = asked.years if asked else None
    if years is None:
        if youngest >= ADULT:
            yield Reason("age", *span, SOME)
    elif years < youngest:
        yield Reason("age", *span, LIKELY)


def _route(text: str, uses: LabelUses) -> Iterator[Reason]:
    asked = find_routes(
        re.sub(r"\b(?:tablets?|capsules?|infus\w+|patch(?:es)?|cream|pr|sc)\b", " ", text, flags=re.IGNORECASE)
    )
    # "PR" is also an interval, a receptor and a response: it is a route only right behind a dose.
    asked |= find_routes(" ".join(re.findall(r"\bSC\b|(?<=mg )PR\b|(?<=given )PR\b|(?<=dose )PR\b", text)))
    foreign = asked - uses.routes
    # With another medicine in the question the route may be that one's.
    if uses.routes and foreign and not _other_medicines(text, uses) and read_patterns("use")["asks"].search(text):
        yield Reason("route", 0, len(text), LIKELY)


def _other_medicines(text: str, uses: LabelUses) -> bool:
    """Whether the question names another medicine, whose route or amount may be meant."""
    return any(not set(m.name.split()) & uses.own_names for m in find_medicines(text))


def _speaks_of(name: str, uses: LabelUses) -> bool:
    """Whether the label names a medicine or a class of it: then it is asked what the two do together."""
    generic = generic_of(name)
    return any(uses.mentions(one) for one in dict.fromkeys((name, generic, *classes_of(generic))))


def _combination(text: str, uses: LabelUses) -> Iterator[Reason]:
    if _CHANGES.search(text):
        return
    for match in read_patterns("use")["combination"].finditer(text):
        for medicine in find_medicines(text):
            near = 0 <= medicine.start - match.end() <= _CLOSE
            if near and not _speaks_of(medicine.name, uses) and not set(medicine.name.split()) & uses.own_names:
                yield Reason("combination", medicine.start, medicine.end, SOME)
