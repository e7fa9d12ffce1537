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
_OTHER = re.compile(
    r"\b(?:any|another|other|some|which|his|her|their|my|takes|taking)\s+(?:[\w-]+\s+){0,3}(?<!\bas )(?<!\bas a )$",
    re.IGNORECASE,
)
_REGIMEN = re.compile(r"\W{0,2}(?:regimens?|therapy|treatments?)\s+(?:contain|includ|consist|ha[sv])\w*", re.IGNORECASE)
# What is over, and was an event: a disease that was found or began some time ago is still there.
_EVENT = re.compile(
    r"(?:n?stemi|\bmi\b|infarct\w*|heart\s+attack|stroke|\bcva\b|\btia\b|\bdvt\b|\bpe\b|\bvte\b|embol\w*|thrombos\w*|clot|bleed\w*|"
    r"h(?:a?)emorrhage|fracture|cabg|\bpci\b|stent|surger\w*)",
    re.IGNORECASE,
)
_STILL = re.compile(r"\b(?:help\w*|treat\w*|onset|new|diagnos\w*|dx|found|flar\w*|began|since)\b", re.IGNORECASE)
# Where the product takes the place of the other medicine, the disease is what it is wanted for.
_INSTEAD = re.compile(
    r"\b(?:switch\w*|swap\w*|replac\w*|instead|chang\w+|add\w*|convert\w*|rotat\w*|try)\b", re.IGNORECASE
)
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
_MAY = re.compile(r"\b(?:allowed|permitted|still\s+a\s+no|no-go)\b", re.IGNORECASE)
_BEGINS = re.compile(r"\b(?:start\w*|beg[iu]n\w*|try\w*|us(?:e|ing)|add\w*|switch\w*|giv(?:e|ing))\b", re.IGNORECASE)


def is_circumstance(text: str, hit: Hit) -> bool:
    """Whether a disease is told as an event of the past, or as what another medicine of the question is for."""
    before, behind = text[max(0, hit.start - _BEFORE) : hit.start], text[hit.end : hit.end + _BEFORE]
    medicines = find_medicines(text)
    if _REGIMEN.match(behind) and any(one.start >= hit.end for one in medicines):
        return True
    if _TREATS.search(text):
        return False
    if _MEDICINE.match(behind) and _OTHER.search(before):
        return True
    if _EVENT.fullmatch(text[hit.start : hit.end]) and (_AGO.match(behind) or _OUT_FROM.search(before)):
        return _STILL.search(text) is None
    near = (one for one in medicines if 0 <= hit.start - one.end <= _BEFORE)
    return _INSTEAD.search(text) is None and any(
        _TAKES.search(text[max(0, one.start - _BEFORE) : one.start]) and _FOR.fullmatch(text[one.end : hit.start])
        for one in near
    )


def is_of_the_patient(text: str, hit: Hit) -> bool:
    """Whether a disease only tells who the patient is, or whether the product is allowed in it is asked."""
    if _TREATS.search(text) or (_BEGINS.search(text) and not _MAY.search(text)):
        return False
    before = text[max(0, hit.start - _BEFORE) : hit.start]
    is_who = _IS_WHO.match(text[hit.end : hit.end + _BEFORE]) is not None or _HAS.search(before) is not None
    return is_who or _MAY.search(text) is not None
