"""What a sentence hangs on: the one it refers back to, and the one behind it that takes part of it back.

The words are those with which English refers and limits, whatever the label; `evals/context.py` measures them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.composing.reading import Reading

MAX_REFERRED = 3  # sentences taken in before one that hangs on them
MAX_LIMITS = 2  # ... and behind one that they limit
MAX_BRANCHES = 2  # cases of one rule taken in on either side
ALIKE = 0.5  # share of its words, from which a case beside another is one of the same rule
KEPT = 20_000  # label sentences whose judgement is kept

_BACK = r"(?:it|its|they|them|their|this|these|that|those|such|so)"
_BE = r"(?:is|was|are|were|does|do|did|has|had|have|may|can|could|will|would|should|must|cannot|occurred|applies)"
# A sentence that opens so hangs on the one before it: pronouns, demonstratives, quantities, connectives.
_OPENS_BACK = re.compile(
    r"^(?:this|these|those|such|it|its|they|their|he|she|\w+ ones"
    rf"|that {_BE}|(?:so|nor) {_BE}"
    rf"|(?:each|some|most|many|both|all|none|neither|either|one|others|another) (?:{_BE}|of (?:these|those|them))"
    r"|however|therefore|thus|hence|also|then|thereafter|afterwards?|subsequently|still|yet|otherwise|instead|likewise"
    r"|similar(?:ly)?|nevertheless|nonetheless|moreover|furthermore|additionally|conversely|consequently|accordingly"
    r"|even (?:then|so)|until then|that said|doing so|failing that|in addition|(?:in|by) contrast"
    r"|in (?:either|neither|any|all) (?:case|event)s?|for (?:example|instance|all other)|in all other"
    rf"|(?:in|of|for|at|with|among|during|after|before|above|below|beyond|by|from|to|on|under) {_BACK}"
    rf"|(?:if|when|once|where|unless|until|after|before|while|because|since|should) {_BACK}"
    r"|an identical|the (?:same|above|latter|former|exception|others?|rest|remaining|next))\b",
    re.IGNORECASE,
)
# "Used alone, it …", "In the elderly, they …": what the pronoun means stands in the sentence before.
_OPENS_AROUND = re.compile(
    r"^(?:(?:in|for|at|with|among|during|by|on) [^,]*|(?:[\w-]+ ){0,3}[\w-]+), (?:it|they)\b", re.IGNORECASE
)
# ... and one that refers back further on: "with these inhibitors", "twice that rate", "Do not restart it", "in them".
_POINTS_BACK = re.compile(
    r"\b(?:these|this) (?!product|medicine|medication|drug|label|section)[a-z]+"
    r"|\bthat (?:time|period|dose|dosage|rate|level|value|exposure|age|point|interval|case|event|limit|amount|range)\b"
    r"|\b(?:in|of|for|with|to|by|from|than|between|among) (?:them|others)\b|\b(?:in|of|for|with|to|by) it\.?$"
    r"|^(?:do not |never )?(?:[a-z]+ )?[a-z]+ (?:it|them)\b(?! is\b)"
    r"|\bthat (?:increase|decrease|reduction|change|course|regimen|schedule|effect|risk|treatment|group|range)\b"
    r"|\bthe earlier [a-z]+\b|^(?:for|after|with) (?:shorter|longer|higher|lower|larger|smaller) [a-z]+,"
    r"|\bthe (?:two|corresponding)\b|\b(?:until|once|unless) (?:it|they)\b|\bneither (?!.*\bnor\b)[a-z]+",
    re.IGNORECASE,
)
# A sentence that opens so limits or reverses the one before it.
_LIMITS = re.compile(
    r"^(?:however|except|unless|but|do not|never|avoid|although|nevertheless|nonetheless|only|for all other"
    r"|even (?:then|so)|(?:in|by) contrast|conversely|that said|the exception|failing that"
    rf"|where {_BACK} {_BE})\b",
    re.IGNORECASE,
)
# What comes next in time: all that went before in the paragraph may say from when.
_SEQUEL = re.compile(r"^(?:then|thereafter|afterwards?|subsequently|after that|from then on)\b", re.IGNORECASE)
# A case of a rule: "If a dose is missed by less than 6 hours …", "When reconstituted in saline …".
_CASE = re.compile(r"^(if|when)\b", re.IGNORECASE)
_NEGATES = re.compile(r"\b(?:not|no|never|neither|nor|cannot|only|except|unless|without)\b", re.IGNORECASE)
_KNOWN_THING = re.compile(r"^(?:once|if|when|after|until|unless|as soon as) the ([a-z]{4,})", re.IGNORECASE)
_STEM = 5  # letters in which a word and its plural agree


@lru_cache(maxsize=KEPT)
def hangs_on_previous(text: str) -> bool:
    """Whether a sentence says something only together with the one before it."""
    return _opens_back(text) or _POINTS_BACK.search(text) is not None


@lru_cache(maxsize=KEPT)
def limits_previous(text: str) -> bool:
    """Whether a sentence takes back part of the one before it: "However …", or "This … does not …"."""
    return _LIMITS.match(text) is not None or (hangs_on_previous(text) and _NEGATES.search(text) is not None)


def _opens_back(text: str) -> bool:
    return _OPENS_BACK.match(text) is not None or _OPENS_AROUND.match(text) is not None


def bound_to(reading: Reading, index: int) -> set[int]:
    """The unit itself, what it hangs on, and what limits any of these; all of one paragraph."""
    bound = {index, *_referred(reading, index)}
    for unit in sorted(bound):
        bound |= _limiting(reading, unit)
    return bound


def other_cases(reading: Reading, index: int) -> set[int]:
    """The neighbours that open on a condition as this one does and are mostly of the same words: one rule, in cases."""
    found: set[int] = set()
    opening = _CASE.match(reading.text_of(reading.document.units[index]))
    for step in (-1, 1) if opening else ():
        at = index
        for _ in range(MAX_BRANCHES):
            if not _stand_together(reading, at, at + step) or not _is_case_beside(reading, index, at + step):
                break
            at += step
            found.add(at)
    return found


def _is_case_beside(reading: Reading, index: int, other: int) -> bool:
    opening, beside = (_CASE.match(reading.text_of(reading.document.units[i])) for i in (index, other))
    one, two = reading.unit_stems[index], reading.unit_stems[other]
    return (
        opening is not None
        and beside is not None
        and opening[1].lower() == beside[1].lower()
        and len(one & two) >= ALIKE * min(len(one), len(two))
    )


def _referred(reading: Reading, index: int) -> set[int]:
    found: set[int] = set()
    units = reading.document.units
    is_sequel = _SEQUEL.match(reading.text_of(units[index])) is not None
    while len(found) < MAX_REFERRED and _stand_together(reading, index, index - 1):
        text = reading.text_of(units[index])
        named = _named_before(reading, index, MAX_REFERRED - len(found))
        if not named and not is_sequel and not hangs_on_previous(text):
            break
        found |= named or {index - 1}
        index = min(found)
    return found


def _named_before(reading: Reading, index: int, most: int) -> set[int]:
    """The sentences back to the one that names what this one takes as known ("Once the inhibitor is stopped …")."""
    known = _KNOWN_THING.match(reading.text_of(reading.document.units[index]))
    if known is None:
        return set()
    stem, passed = known[1].lower()[:_STEM], set[int]()
    while len(passed) < most and _stand_together(reading, index, index - 1):
        index -= 1
        passed.add(index)
        if stem in reading.text_of(reading.document.units[index]).lower():
            return passed
    return set()


def _limiting(reading: Reading, index: int) -> set[int]:
    found: set[int] = set()
    while len(found) < MAX_LIMITS and _stand_together(reading, index, index + 1):
        index += 1
        if not limits_previous(reading.text_of(reading.document.units[index])):
            break
        found.add(index)
    return found


def _stand_together(reading: Reading, index: int, other: int) -> bool:
    """Whether two neighbours are sentences of one running text; items of a list are not."""
    units = reading.document.units
    if not 0 <= other < len(units):
        return False
    first, second = sorted((units[index], units[other]), key=lambda unit: unit.index)
    if second.table is not None or first.table is not None or first.paragraph != second.paragraph:
        return False
    return "\n" not in reading.document.text[first.end : second.start]
