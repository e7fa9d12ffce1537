"""Which diseases of a question are outside the indications of its label, and which that they need it denies.

What only stands beside, is denied, or is the patient's circumstance is no use of the product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.screens.clinical_events import is_clinical_word
from assistant.screens.conditions import condition_tree, find_conditions, is_comorbidity, is_covered
from assistant.screens.label_uses import LabelUses
from assistant.screens.medicines import find_medicines
from assistant.screens.patterns import read_patterns
from assistant.screens.vocabulary import Hit, tokenise

SURE, LIKELY, SOME, DOUBTFUL = 0.9, 0.75, 0.6, 0.4
BEFORE = 60  # characters looked at before a condition
_NEAR = 40  # characters around a denial in which a state under control is told
_LEADING_WORDS = 3  # a condition this near the beginning stands as a heading
_DENIED = re.compile(
    r"\b(?:without|w/o|no|not|non|absence\s+of)[\s-]+(?:(?:any|have|having|signs\s+of)\s+)?(?P<word>[a-z]{5,})\b",
    re.IGNORECASE,
)
# What is denied since some time is what the medicine keeps away: "no seizures for 2 years".
_UNDER_CONTROL = re.compile(
    r"\s+(?:\w+\s+)?(?:(?:for|in|over|x|within)\s+(?:(?:the|over|about|almost|nearly|at|least|last|past|more|than)\s+)*"
    r"(?:\d+|an?|one|two|three|four|five|six|several|many|some)?\s*(?:days?|d|wks?|weeks?|months?|mos?|mths?|years?|yrs?|y)\b|"
    r"since\b|any\s?more\b|any\s+longer\b|so\s+far\b|\d+\s*(?:days?|wks?|weeks?|months?|mos?|years?|yrs?)\b)",
    re.IGNORECASE,
)
_IN_CONTROL = re.compile(
    r"\b(?:(?<!not )(?<!poorly )(?:well[\s-])?controlled(?!\s+(?:trial|stud|release))|in\s+remission|"
    r"taper\w*|wean\w*|(?:seizure|attack|relapse|flare|symptom)[\s-]free)\b",
    re.IGNORECASE,
)
_APPROVES = re.compile(r"\bindicated\b|\btreatment\s+of\b", re.IGNORECASE)
# "in a burn pt": who is treated, not what.
_PATIENT = re.compile(r"\W*(?:pts?|patients?|victims?|survivors?|women|woman|men|man)\b", re.IGNORECASE)
_PATIENT_HAS = re.compile(
    r"\b(?:pts?|patients?|she|he|who)\s+(?:also\s+)?(?:has|have|with|w/?)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE
)
_PATIENT_ON = re.compile(r"\W*(?:pts?|patients?|guy|lady|gentleman|man|woman|kid|child|boy|girl)\s+on\b", re.IGNORECASE)
# "and what about X?" asks of X what was asked before.
_GOES_ON = re.compile(
    r"\b(?:what|how)\s+about\s+(?:(?:in|for|with|using\s+it\s+(?:in|for))\s+)?(?:\w+\s+)?$", re.IGNORECASE
)
_CAUSED_BY = re.compile(
    r"\b(?:of|from|due\s+to|secondary\s+to|caused\s+by|associated\s+with)\s+(?:[\w-]+\s+)?$", re.IGNORECASE
)


@dataclass(frozen=True)
class Reason:
    """Why a use is off-label: what is not covered, where it is said, and how sure that is."""

    detail: str
    start: int
    end: int
    confidence: float


def unnamed(text: str, uses: LabelUses) -> list[Hit]:
    """The diseases of a question that the label names nowhere."""
    return [
        hit
        for hit in find_conditions(text)
        if not is_comorbidity(hit.group) and not is_covered(hit.group, uses.approved) and not _is_named(text, hit, uses)
    ]


def strange_conditions(text: str, hits: Sequence[Hit], uses: LabelUses) -> Iterator[Reason]:
    """The diseases named in a question that no indication covers, as far as each is to be treated."""
    covered = any(is_covered(hit.group, uses.approved) for hit in hits)
    for hit in hits:
        if is_covered(hit.group, uses.approved):
            continue
        confidence = _condition_confidence(text, hit, uses, covered_beside=covered)
        if confidence:
            yield Reason("condition", hit.start, hit.end, confidence)


def denied(text: str, uses: LabelUses) -> Iterator[Reason]:
    """What every indication is for, said not to be there ("no X", "without X"): then it is for something else."""
    patterns = read_patterns("use")
    if patterns["risk"].search(text) or not (patterns["asks"].search(text) or patterns["doses"].search(text)):
        return
    approving = [s.lower() for s in uses.indications if _APPROVES.search(s)]
    for match in _DENIED.finditer(text):
        if _UNDER_CONTROL.match(text[match.end() :]) or _is_in_control(text, match, uses):
            continue
        word = match.group("word").lower()
        is_disease = is_clinical_word(word) or find_conditions(word)
        if is_disease and approving and all(word in sentence for sentence in approving):
            yield Reason("condition", match.start(), match.end(), LIKELY)


def _is_in_control(text: str, denied: re.Match[str], uses: LabelUses) -> bool:
    """Whether "controlled" or its like stands near and speaks of the product's disease, not of another."""
    start = max(0, denied.start() - _NEAR)
    for control in _IN_CONTROL.finditer(text[start : denied.end() + _NEAR]):
        said = re.split(r"[,;.?]", text[: start + control.start()])[-1]
        if all(is_covered(hit.group, uses.approved) for hit in find_conditions(said)):
            return True
    return False


def _is_of_another_medicine(text: str, hit: Hit, before: str, uses: LabelUses) -> bool:
    """Whether a disease only tells why a patient takes another medicine, which the question is about as well."""
    if not (_PATIENT_HAS.search(before) or _PATIENT_ON.match(text[hit.end :])):
        return False
    if any(read_patterns("use")[name].search(text) for name in ("combination", "doses")):
        return False
    return any(not set(medicine.name.split()) & uses.own_names for medicine in find_medicines(text))


def _condition_confidence(text: str, hit: Hit, uses: LabelUses, *, covered_beside: bool) -> float:
    patterns = read_patterns("use")
    before = text[max(0, hit.start - BEFORE) : hit.start]
    within = text[hit.start : hit.end].lower().startswith("for ")  # "for sleep", which alone is no complaint
    purpose = within or patterns["purpose"].search(before) is not None or _GOES_ON.search(before) is not None
    asks = patterns["asks"].search(text) is not None
    only_risk = patterns["risk"].search(text) and not patterns["doses"].search(text)
    if only_risk or _is_of_another_medicine(text, hit, before, uses):
        return 0.0
    if is_comorbidity(hit.group) or covered_beside:
        return _second_confidence(text, hit, uses, before, asks=asks)
    if hit.group in uses.limited and asks:
        return SURE
    is_named = _is_named(text, hit, uses)
    if purpose:
        return LIKELY if is_named else SURE
    if not asks:
        # "and in X?": a disease the label never names is a use it does not hold, however it is put.
        return 0.0 if is_named else SOME
    alone = _stands_alone(text, hit, uses)
    is_circumstance = patterns["comorbid"].search(before) is not None and is_named
    if is_circumstance and (not alone or _PATIENT.match(text[hit.end :])):
        return 0.0
    if alone:
        return SOME if is_named else SURE
    return DOUBTFUL if is_named else SOME


def _is_named(text: str, hit: Hit, uses: LabelUses) -> bool:
    """Whether the label names the condition anywhere, by whatever name, or what covers it."""
    if uses.mentions(text[hit.start : hit.end]):
        return True
    return any(uses.mentions_condition(group) for group in _and_what_covers(hit.group))


def _and_what_covers(group: str) -> tuple[str, ...]:
    """A condition and those whose label would hold for it too (STEMI: acute coronary syndrome)."""
    tree, found = condition_tree(), [group]
    while found[-1] in tree.inherits:
        found.append(tree.parent[found[-1]])
    return tuple(found)


def _second_confidence(text: str, hit: Hit, uses: LabelUses, before: str, *, asks: bool) -> float:
    """A circumstance, or a condition beside an approved one."""
    if is_comorbidity(hit.group) or _is_named(text, hit, uses):
        return 0.0
    if re.search(r"\b(?:for|to\s+treat)\s+(?:[\w-]+\s+)?$", before, re.IGNORECASE):
        return LIKELY
    # "pruritus of X", "X nausea": the disease behind an approved complaint is another one.
    behind = _CAUSED_BY.search(before) or any(h.start == hit.end + 1 for h in find_conditions(text))
    return SOME if behind and asks else 0.0


def _stands_alone(text: str, hit: Hit, uses: LabelUses) -> bool:
    """Whether a condition heads the question ("acute X, 100 mg x 3 days?") or stands before "dose" or "data"."""
    if read_patterns("use")["after"].search(text[hit.end :]):
        return True
    leading = [t for t in tokenise(text[: hit.start]) if t.word not in uses.own_names]
    return len(leading) < _LEADING_WORDS
