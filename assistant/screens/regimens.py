"""What a question asks of a regimen beyond the label's: more at once, more often, to the too light, more times.

Each is held against the label's own figures of the same unit. A figure the label tells of elsewhere (a study, an
overdose) may be asked about as such, unless the question puts it as a regimen ("N mg daily").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.screens.label_uses import LabelUses, find_frequencies
from assistant.screens.medicines import find_medicines
from assistant.screens.patterns import read_patterns
from assistant.screens.quantities import amounts, counts, weights

_SOME, _LIKELY = 0.6, 0.75
# How often, asked as a gain ("twice a day, is there benefit?") or as what somebody does.
_MORE_OFTEN = re.compile(
    r"\b(?:benefit|better|evidence|efficacy|effective|any\s+data|works?|working|respon\w+|any(?:one|body)|tried|doing)\b",
    re.IGNORECASE,
)
_AS_TOLD = re.compile(
    r"\b(?:arms?|stud(?:y|ies)|trials?|healthy|volunteers?|subjects?|qtc?|exposure|auc|cmax|kinetics?|overdos\w*|"
    r"accident\w*|supplied|strengths?|available|tablets?\s+come)\b",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    r"^\s*(?:/\s?d(?:ay)?|per\s+day|a\s+day|daily|qd|bid|tid|qid|od|q\d+\s?\w+|weekly|monthly|nightly|qhs|every|each|"
    r"once|twice|load\w*|bolus)\b",
    re.IGNORECASE,
)
_NEXT_TO = 3  # characters between an amount and how often it is given


@dataclass(frozen=True)
class Beyond:
    """What of the question lies beyond the label, and how sure that is."""

    detail: str
    start: int
    end: int
    confidence: float


def beyond(text: str, uses: LabelUses) -> Iterator[Beyond]:
    """Amounts above the label's highest, frequencies it does not hold, weights below its lowest, too many doses.

    Asked beside another medicine nothing is said: the figure may be that one's.
    """
    if any(not set(m.name.split()) & uses.own_names for m in find_medicines(text)):
        return
    yield from _frequency(text, uses)
    patterns = read_patterns("use")
    exceeds = patterns["exceed"].search(text) is not None
    if patterns["risk"].search(text) or not (
        exceeds or patterns["asks"].search(text) or patterns["doses"].search(text)
    ):
        return
    yield from _amount(text, uses, exceeds=exceeds)
    for weight in weights(text):
        if uses.least_kilograms is not None and weight.value < uses.least_kilograms:
            yield Beyond("weight", weight.start, weight.end, _LIKELY)
    for count in counts(text):
        if uses.most_doses is not None and count.value > uses.most_doses:
            yield Beyond("duration", count.start, count.end, _LIKELY)


def _frequency(text: str, uses: LabelUses) -> Iterator[Beyond]:
    asked = find_frequencies(text)
    if not uses.frequencies or not asked - uses.frequencies:
        return
    if read_patterns("use")["instead"].search(text) and asked & uses.frequencies:
        yield Beyond("frequency", 0, len(text), _LIKELY)
    elif not asked & uses.frequencies and (_MORE_OFTEN.search(text) or _is_regimen(text, asked)):
        yield Beyond("frequency", 0, len(text), _SOME)


def _is_regimen(text: str, asked: frozenset[str]) -> bool:
    """Whether a frequency stands right beside an amount ("N mg/kg weekly") in a question that no risk is asked in."""
    if read_patterns("use")["risk"].search(text):
        return False
    spans = [m.span() for name in asked for m in read_patterns("frequencies")[name].finditer(text)]
    return any(
        max(start - amount.end, amount.start - end) <= _NEXT_TO for start, end in spans for amount in amounts(text)
    )


def _amount(text: str, uses: LabelUses, *, exceeds: bool) -> Iterator[Beyond]:
    for amount in amounts(text):
        most = uses.most_amounts.get(amount.unit)
        if most is None or amount.value <= most:
            continue
        as_regimen = (exceeds or _OFTEN.search(text[amount.end :]) is not None) and not _AS_TOLD.search(text)
        if as_regimen or not uses.mentions(text[amount.start : amount.end].replace(",", "")):
            yield Beyond("amount", amount.start, amount.end, _LIKELY)
