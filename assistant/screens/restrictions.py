"""What narrows an approved use beside disease and age: biomarker, setting, line of treatment, duration.

Each rule needs both sides: the question names one side of a contrast, and the label's indications (for line and
duration: every sentence that counts) name the other side only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.screens.contrasts import contrasts

_SOME, _LIKELY = 0.6, 0.75
_MARKER = r"(?P<marker>[A-Za-z][A-Za-z0-9-]{1,11})"
_POSITIVE = (
    r"(?:positive|pos\b|mutat\w*|mutant|express\w*|rearrange\w*|"
    r"fusions?|skipping|deletions?|substitutions?|alterations?|amplif\w*)"
)
_NEGATIVE = r"(?:negative|neg\b|wild[\s-]?type|\bwt\b|unmutated|non-?mutated)"
# In a label marker and state stand apart ("BRCA mutation (germline and/or somatic)", "(HER2)-negative").
_LABEL_POSITIVE = re.compile(rf"(?P<before>[^.;]{{0,90}})\b{_POSITIVE}", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,11}")
_LABEL_NEGATIVE = re.compile(
    rf"\b{_MARKER}\)?[\s-]{{0,3}}{_NEGATIVE}|{_NEGATIVE}\s+(?P<after>[A-Za-z][A-Za-z0-9-]{{1,11}})", re.IGNORECASE
)
_ASKED_NEGATIVE = re.compile(rf"\b{_MARKER}(?:\s+(?:exon\s*)?\d+)?[\s-]*{_NEGATIVE}", re.IGNORECASE)
# A variant is written by its place in the protein ("V600E", also "Q61"); "Q12H" is how often something is given.
_CHANGE = r"(?!Q(?:8|12|24|36|48|72)[HDW]?\b)[A-Z]\d{2,4}"
_ASKED_POSITIVE = re.compile(
    rf"\b{_MARKER}[\s-]*(?:positive|pos\b|\+|mutated|mutant|(?:p\.)?(?-i:{_CHANGE}[A-Z]?)\b)", re.IGNORECASE
)
# All that is to be unaltered stands behind the word, alternatives and definitions included.
_WILD = re.compile(r"\bwild[\s-]?type\b(?P<names>[^.;]{0,70})", re.IGNORECASE)
# Positive tests that tell of the patient, not of the disease treated.
_OF_THE_PATIENT = frozenset(
    {
        "hiv",
        "covid",
        "hbv",
        "hcv",
        "hbsag",
        "hepb",
        "hepc",
        "ana",
        "pcr",
        "tb",
        "ppd",
        "cmv",
        "ebv",
        "rh",
        "rf",
        "ccp",
        "ige",
    }
)
_IS_MARKER = re.compile(r"(?=.*[A-Z].*[A-Z0-9])|.*alpha$")  # two capitals, or a capital and a number: no plain word
_ALTERED = r"(?:amplif|fusion|rearrang|over-?express|translocat|delet|duplicat|skipping)"
_ASKED_ALTERED = re.compile(
    rf"\b{_MARKER}[\s-]*(?P<kind>{_ALTERED})\w*|(?P<kind2>{_ALTERED})\w*\s+(?P<marker2>[A-Za-z][A-Za-z0-9-]{{1,11}})",
    re.IGNORECASE,
)
_EXON = re.compile(r"\bexon\s*(\d+)", re.IGNORECASE)
_VARIANT = re.compile(rf"\b({_CHANGE}[A-Z]|(?<=[A-Z0-9]{{3}}[\s-]){_CHANGE})\b")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_SPAN = (
    r"(?P<n>\d{1,3}|one|two|three|four|six)\s*-?\s*(?P<unit>day|week|month|year)s?"
    r"(?![\s-]*(?:old|bab|infant|boy|girl|child|kid|toddler|male|female|newborn|neonat))"
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "six": 6}
_LONGEST = re.compile(
    rf"\b(?:up\s+to|(?:no|not)\s+(?:\w+\s+){{0,4}}?(?:longer|more)\s+than|not\s+(?:to\s+)?exceed(?:ing)?|"
    rf"maximum\s+(?:\w+\s+){{0,3}}?of|limited\s+to|beyond)\s+{_SPAN}\b",
    re.IGNORECASE,
)
_OF_TREATMENT = re.compile(r"\b(?:short[\s-]term|duration|treatment|therapy|course|use)\b", re.IGNORECASE)
_ASKED_SPAN = re.compile(
    rf"\b(?:for|over|x|continue\w*|up\s+to|beyond|past|another)\s+(?:\w+\s+){{0,3}}?{_SPAN}\b|"
    rf"\b(?P<n2>\d{{1,3}})\s*(?P<unit2>day|week|month|year)s?\s+(?:straight|course|of\s+(?:treatment|therapy))\b",
    re.IGNORECASE,
)
_MANIFOLD = 2  # a course this many times the label's longest is another use


@dataclass(frozen=True)
class Restriction:
    """What of the question lies outside, and how sure that is."""

    detail: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True)
class Markers:
    """The markers that indications ask to be positive, and those they ask to be negative."""

    told: str  # the indications as one text
    positive: frozenset[str]
    negative: frozenset[str]


def restrictions(text: str, indications: Sequence[str], dosing: Sequence[str], label: str) -> Iterator[Restriction]:
    """What a question asks outside the narrower limits of the label's indications; `label` is all its text, lower."""
    plain = text.replace("α", "alpha")
    yield from _population(plain, markers(tuple(indications)), label)
    for side in contrasts(plain, indications, dosing):
        yield Restriction(side.detail, side.start, side.end, side.confidence)
    yield from _duration(plain, (*indications, *dosing))


def _population(text: str, markers: Markers, label: str) -> Iterator[Restriction]:
    approved, positive, negative = markers.told, markers.positive, markers.negative
    for pattern, held_names, spoken in ((_ASKED_NEGATIVE, positive, negative), (_ASKED_POSITIVE, negative, positive)):
        for match in pattern.finditer(text):
            marker = match.group("marker")
            name = marker.lower().strip("-")
            is_new = pattern is _ASKED_POSITIVE and positive and name not in _OF_THE_PATIENT and name not in label
            if _IS_MARKER.match(marker) and (name in held_names - spoken or is_new):
                yield Restriction("population", match.start(), match.end(), _LIKELY)
    for match in _ASKED_ALTERED.finditer(text):
        marker, stem = match.group("marker") or match.group("marker2"), match.group("kind") or match.group("kind2")
        if _IS_MARKER.match(marker) and marker.lower().strip("-") in positive and stem.lower() not in approved.lower():
            yield Restriction("population", match.start(), match.end(), _LIKELY)
    for kind in (_EXON, _VARIANT):
        asked = list(kind.finditer(text))
        held = set(kind.findall(approved)) if asked else ()
        # "V600" is every change there, asked or approved; an exon is meant whole.
        is_held = any(
            _is_same_change(one, name) if kind is _VARIANT else one == name
            for name in (m.group(1) for m in asked)
            for one in held
        )
        if held and asked and not is_held:
            yield Restriction("population", asked[0].start(), asked[0].end(), _LIKELY)


def _is_same_change(one: str, other: str) -> bool:
    """Whether two variants are one, or one of them names the place alone ("V600" and "V600E")."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and not long[len(short) :][:1].isdigit()


@lru_cache(maxsize=512)  # a search through all indications, which change with the label alone
def markers(indications: tuple[str, ...]) -> Markers:
    """Read the markers of a label's indications."""
    approved = " ".join(indications).replace("α", "alpha")
    told = (name for m in _LABEL_POSITIVE.finditer(approved) for name in _WORD.findall(m.group("before")))
    negative = [(m.group("marker") or m.group("after")) for m in _LABEL_NEGATIVE.finditer(approved)]
    negative += [name for m in _WILD.finditer(approved) for name in _WORD.findall(m.group("names"))]
    return Markers(
        approved,
        frozenset(name.lower().strip("-") for name in told),
        frozenset(name.lower().strip("-") for name in negative),
    )


def _duration(text: str, sentences: Sequence[str]) -> Iterator[Restriction]:
    match = _ASKED_SPAN.search(text)
    if match is None:
        return
    limits = [_days(m) for s in sentences if _OF_TREATMENT.search(s) for m in _LONGEST.finditer(s)]
    if limits and _days(match) >= _MANIFOLD * max(limits):
        yield Restriction("duration", match.start(), match.end(), _SOME)


def _days(match: re.Match[str]) -> int:
    groups = match.groupdict()
    number, unit = groups["n"] or groups.get("n2"), groups["unit"] or groups.get("unit2")
    count = _NUMBERS.get(str(number).lower()) or int(str(number))
    return count * _DAYS[str(unit).lower()]
