"""What a disease in a question is beside a use: past, what another medicine is for, or what the patient has as well.

Where the dose or the effect in it is asked for, none of this holds: then it is to be treated.
"""

from __future__ import annotations

import re

from assistant.screens.medicines import find_medicines
from assistant.screens.vocabulary import Hit

_BEFORE = 60  # characters looked at before a disease
# Asked of a disease, these ask to treat it. A unit alone is none: "mg of sodium a tablet".
_TREATS = re.compile(
    r"\b(?:dos(?:e[sd]?|ing|age)|mg/\w+|regimens?|schedules?|cycles?|titrat\w*|data|evidence|efficacy|trials?|works?)\b"
    r"|\bhow\s+(?:much|many|to)\b|\d\s?(?:mg|mcg|g)\b",
    re.IGNORECASE,
)
_COUNT = r"(?:\d+|an?|one|two|three|four|five|six|some|few|several|many)"
_SPAN = rf"{_COUNT}\s*(?:d|days?|wks?|weeks?|mos?|mths?|months?|y|yrs?|years?)"
_AGO = re.compile(rf"\W*(?:about\s+|some\s+)?{_SPAN}\s+(?:ago|back)\b", re.IGNORECASE)
_OUT_FROM = re.compile(
    rf"\b{_SPAN}\s+(?:out\s+)?(?:from|after|post|since)\s+(?:(?:an?|the|his|her|their)\s+)?(?:\w+\s+)?$", re.IGNORECASE
)
# "any gout drug", "his HIV regimen contains X": the disease tells which other medicine is meant.
_MEDICINE = re.compile(r"\W{0,2}(?:drugs?|meds?|medications?|medicines?|agents?|pills?|tablets?)\b", re.IGNORECASE)
_REGIMEN = re.compile(r"\W{0,2}(?:regimens?|therapy|treatments?)\b", re.IGNORECASE)
_TAKES = re.compile(r"\b(?:takes?|taking|on|uses|using|receiv\w+|gets|getting)\s+$", re.IGNORECASE)
_FOR = re.compile(r"\W*(?:\([^)]*\)\W*)?for\s+(?:(?:his|her|their|the|an?|long-?standing|\w+)\s+){0,2}$", re.IGNORECASE)
# Who has it, right behind it or right before.
_IS_WHO = re.compile(
    r"\W*(?:pts?|patients?|women|woman|men|man|guy|lady|gentleman|kids?|child|boy|girl|survivors?)\b", re.IGNORECASE
)
_HAS = re.compile(
    r"\b(?:pts?|patients?|she|he|who|kid|child|boy|girl|man|woman)\s+(?:also\s+)?(?:has|have|with|w/?)\s+(?:[\w-]+\s+){0,2}$",
    re.IGNORECASE,
)
_MAY = re.compile(
    r"\b(?:allowed|permitted|still\s+a\s+no|no-go)\b|\b(?:can|may|could|should)\s+(?:i|we|it|he|she|they|you)\s+"
    r"(?:still\s+)?(?:be\s+)?(?:prescrib\w*|start\w*|give\w*|take\w*|have|use\w*|receive\w*|beg[iu]n)\b",
    re.IGNORECASE,
)


def is_circumstance(text: str, hit: Hit) -> bool:
    """Whether a disease is told as past, or as what another medicine of the question is for."""
    if _MEDICINE.match(text[hit.end :]):
        return True
    medicines = find_medicines(text)
    if _REGIMEN.match(text[hit.end :]) and any(one.start >= hit.end for one in medicines):
        return True
    if _TREATS.search(text):
        return False
    before = text[max(0, hit.start - _BEFORE) : hit.start]
    if _AGO.match(text[hit.end :]) or _OUT_FROM.search(before):
        return True
    return any(
        _TAKES.search(text[: one.start]) and _FOR.fullmatch(text[one.end : hit.start])
        for one in medicines
        if one.end <= hit.start
    )


def is_of_the_patient(text: str, hit: Hit) -> bool:
    """Whether a disease only tells who the patient is, or whether the product is allowed in it is asked."""
    if _TREATS.search(text):
        return False
    before = text[max(0, hit.start - _BEFORE) : hit.start]
    is_who = _IS_WHO.match(text[hit.end :]) is not None or _HAS.search(before) is not None
    return is_who or _MAY.search(text) is not None
