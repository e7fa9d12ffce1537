"""Ages in questions and labels: who is asked about, and from which age a label gives information."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

ADULT = 18.0
_PER_YEAR = {"y": 1.0, "m": 12.0, "w": 52.0, "d": 365.0}
_CLASS_AGE = {
    "neonat": 0.0, "newborn": 0.0, "preterm": 0.0, "prematur": 0.0, "infan": 0.5, "bab": 0.5, "toddler": 2.0,
    "teen": 14.0, "adolesc": 14.0,
}  # fmt: skip

_ASKED_AGE = re.compile(
    r"\b(?P<n>\d{1,3}(?:\.\d)?)\s*-?\s*(?:(?P<unit>y|m|w|d)o\b|(?P<unit2>y|m|w|d)/o\b|"
    r"(?P<unit3>y|m|w|d)(?:ea)?r?s?(?:onth|eek|ay)?s?[\s-]*old\b)"
    r"|\(\s*(?P<n2>\d{1,2})\s?(?P<unit4>y|m)(?:rs?|os?)?\s*[,)]"
    r"|\bage[ds]?\s*(?:of|is|:)?\s*(?P<n3>\d{1,2})\b(?!\s*(?:mg|kg|%))"
    r"|\b(?:kids|children|peds|pediatrics?|pts|patients)\s+(?:aged?\s+)?(?P<n4>\d{1,2})\s*(?:to|-|–)\s*<?\d{1,2}\b"
    r"|\b(?P<n5>\d{1,2})\s*(?:to|-|–)\s*<?\s*\d{1,2}\s?(?P<unit5>y|m)(?:rs?|ears?|os?|onths?)?\b"
    r"|\b(?P<n6>\d{1,2})\s?(?P<unit6>y)\s+(?=(?:boy|girl|child|kid|male|female)\b)",
    re.IGNORECASE,
)
_CHILD_WORDS = re.compile(
    r"\b(?P<word>neonat\w*|newborns?|preterm|prematur\w*|infants?|infantile|bab(?:y|ies)|toddlers?|teens?|teenagers?|"
    r"adolescents?|adolescence|child|children|childhood|kids?|peds?|paeds?|pa?ediatrics?|juveniles?)\b",
    re.IGNORECASE,
)
_NOT_A_PATIENT = re.compile(
    r"\b(?:child['’]?s?[\s-]*(?:pugh|[abc]\b)|infantile\s+spasms|newborn\s+screening|pregnan\w+|breast|nursing|lactat\w+|milk)\b",
    re.IGNORECASE,
)

_UNIT = r"(?:years?|months?|weeks?|days?)"
_LABEL_AGE = re.compile(
    rf"(?P<n>\d{{1,2}}(?:\.\d)?)\s*(?P<unit>{_UNIT})?(?:\s*(?:of age|old))?\s*(?:and|or|to|through|up to|-|–|—)\s*"
    rf"(?:less than\s*|<\s*|under\s*)?(?:older|above|over|up|greater|\d{{1,2}}(?:\.\d)?\s*(?P<unit2>{_UNIT}))"
    rf"|(?:≥|>=|at least|aged?|ages|older than|over|above|from)\s*(?P<n2>\d{{1,2}}(?:\.\d)?)\s*(?P<unit3>{_UNIT})"
    rf"|\bages?\s+(?P<n5>\d{{1,2}})\s*(?:to|-|–)\s*\d{{1,2}}\b(?!\s*(?:months?|weeks?|days?))"
    rf"|\((?P<n3>\d{{1,2}})\s*(?:to|-|–)\s*\d{{1,2}}\s*(?P<unit4>years?|months?)",
    re.IGNORECASE,
)
_SAYS_AGE = re.compile(r"\bof age\b|\bold(?:er)?\b|\byounger\b|\baged?\b|\bages\b", re.IGNORECASE)
_NAMES_YOUNG = re.compile(
    r"\b(?:aged?|ages|children|pa?ediatrics?(?:\s+patients)?|adolescents?|infants?)\W+(?:\w+\W+){0,3}$", re.IGNORECASE
)
_ANIMALS = re.compile(r"\b(?:rats?|mice|mouse|monkeys?|rabbits?|dogs?|animals?|minipigs?|NOAEL|MRHD)\b", re.IGNORECASE)
_NOT_A_CHILD = re.compile(r"\b(?:child-?\s?pugh|breast\w*|nurs\w+|lactat\w+|milk|pregnan\w+)\b", re.IGNORECASE)
# One child's accident is no use in children.
_ACCIDENT = re.compile(r"\bcases?\s+(?:has|have)\s+been\s+reported\b|\baccidental\w*\b|\bingest\w+\b", re.IGNORECASE)
_LITTLE_AGE = re.compile(
    r"(?<![\w.])(?P<n>\d{1,2})\s*-?\s*(?P<unit>w|m|d)(?:eeks?|ks?|onths?|os?|ays?)\b", re.IGNORECASE
)
_AS_SPAN = re.compile(r"\b(?:for|every|q|x|over|after|in|past|last|next)\s*$", re.IGNORECASE)
_SHORTEST_SENTENCE = 5  # words; less is a heading
_NEAR = 12  # characters after a number of years in which "of age" or "older" may stand
_LABEL_BELOW = re.compile(
    rf"(?:younger than|less than|below|under)\s*(?:the age of\s*)?(?P<n>\d{{1,2}}(?:\.\d)?)\s*(?P<unit>{_UNIT})",
    re.IGNORECASE,
)
_LABEL_CHILD = re.compile(
    r"\b(?:pa?ediatrics?|children|child|adolescents?|infants?|neonates?|newborns?|juvenile)\b", re.IGNORECASE
)
_LABEL_NEGATIVE = re.compile(
    r"\bnot\s+(?:been\s+)?(?:adequately\s+|well\s+)?(?:established|recommended|studied|evaluated|indicated|approved|be\s+used|known|demonstrated)"
    r"|\bno\s+(?:data|studies|experience)|\bhas\s+not\b|\bhave\s+not\b|\bcontraindicated\b|\bis\s+unknown\b|\bshould\s+not\b|\bdid\s+not\b|\bdoes\s+not\s+occur\b|\bfailed\s+to\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class AskedAge:
    """A young age asked about; `years` is None when only "children" is said."""

    years: float | None
    start: int
    end: int


def find_young(text: str) -> AskedAge | None:
    """The first age under 18 asked about, by number or by word; None when there is none."""
    for match in _ASKED_AGE.finditer(text):
        if _is_span(text, match):
            continue
        number = next(float(v) for k, v in match.groupdict().items() if k.startswith("n") and v)
        unit = next((v for k, v in match.groupdict().items() if k.startswith("unit") and v), "y")
        years = number / _PER_YEAR[unit[0].lower()]
        if years < ADULT:
            return AskedAge(years, match.start(), match.end())
    said = _CHILD_WORDS.search(text)
    if said is None or _NOT_A_PATIENT.search(text):
        return None
    for match in _LITTLE_AGE.finditer(text):  # "newborn, 5 weeks": beside a word for a child it is an age
        if not _AS_SPAN.search(text[: match.start()]):
            years = float(match.group("n")) / _PER_YEAR[match.group("unit").lower()]
            return AskedAge(years, match.start(), match.end())
    word = said.group("word").lower()
    by_word = next((age for stem, age in _CLASS_AGE.items() if word.startswith(stem)), None)
    return AskedAge(by_word, said.start(), said.end())


def _is_span(text: str, match: re.Match[str]) -> bool:
    """Whether "4 mo" is how long or how late something is ("then after 4 mo"), not how old somebody is."""
    unit = match.group("unit")
    return unit is not None and unit.lower() != "y" and _AS_SPAN.search(text[: match.start()]) is not None


def is_negative(sentence: str) -> bool:
    """Whether a label sentence says that something is not established, recommended or studied."""
    return _LABEL_NEGATIVE.search(sentence) is not None


def names_children(sentence: str) -> bool:
    """Whether a label sentence speaks of children, whatever it says of them."""
    return _LABEL_CHILD.search(sentence) is not None


def youngest(sentences: Iterable[str]) -> float | None:
    """The youngest age that label sentences give information for; None when they name no age."""
    found: list[float] = []
    any_age = False
    for sentence in sentences:
        if _ANIMALS.search(sentence) or _ACCIDENT.search(sentence):
            continue
        if is_negative(sentence):
            # "not established below 12 years" leaves 12 and older
            found += [_years(m.group("n"), m.group("unit")) for m in _LABEL_BELOW.finditer(sentence)]
            continue
        ages = [_label_years(m) for m in _LABEL_AGE.finditer(sentence) if _is_age(sentence, m)]
        found += ages
        any_age |= not ages and _speaks_of_children(sentence)
    young = [age for age in found if age < ADULT]
    if young:
        return min(young)
    # children are spoken of without an age: any age; otherwise adults, if that is what is said
    return 0.0 if any_age else min((age for age in found if age <= ADULT), default=None)


def _speaks_of_children(sentence: str) -> bool:
    """Whether a sentence, not a heading, tells something of children as patients (Child-Pugh and milk do not)."""
    if len(sentence.split()) < _SHORTEST_SENTENCE or _NOT_A_CHILD.search(sentence):
        return False
    return _LABEL_CHILD.search(sentence) is not None


def _is_age(sentence: str, match: re.Match[str]) -> bool:
    """Whether a number of years or weeks is an age, and not how long something lasts ("at least 4 weeks of …")."""
    return _SAYS_AGE.search(sentence[match.start() : match.end() + _NEAR]) is not None or (
        _NAMES_YOUNG.search(sentence[: match.start()]) is not None
    )


def _label_years(match: re.Match[str]) -> float:
    number = match.group("n") or match.group("n2") or match.group("n3") or match.group("n5")
    unit = match.group("unit") or match.group("unit2") or match.group("unit3") or match.group("unit4")
    return _years(number, unit)


def _years(number: str, unit: str | None) -> float:
    return float(number) / _PER_YEAR[(unit or "years")[0].lower()]
