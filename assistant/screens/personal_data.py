"""Finds and masks personal data: the 18 identifiers of 45 CFR 164.514(b)(2), in the shorthand HCPs write.

Medicines, doses, laboratory values, study names and eponyms of medicine stay. Names of people need evidence:
a title, a marker ("pt", "asking for"), a given name, initials, or an identifier beside them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from assistant.screens.addresses import find_addresses
from assistant.screens.known_words import KnownWords
from assistant.screens.patterns import read_patterns
from assistant.screens.person_names import find_names
from assistant.screens.vocabulary import tokenise_raw
from assistant.types import Finding, FindingKind
from assistant.understanding.medicines import medicines

_OLDEST = 89
_OVER_89 = "90+"
# Whichever is found first keeps its place; later kinds may not overlap it.
_ORDER = (
    "email", "url", "handle", "ip", "ssn", "mrn", "account", "licence", "device", "biometric", "photo", "vehicle",
    "health_plan", "national_id", "card", "date", "address", "postcode", "phone", "identifier", "age",
)  # fmt: skip


# What a text must hold for a kind to be in it: most messages hold nothing of the kind, and patterns cost.
_MARKS = {"email": "@", "photo": "."}
_WITHOUT_DIGIT = frozenset({"email", "url", "handle", "photo", "address"})
# Numbers of what is bought or published are nobody's: a lot number is what a complaint needs.
_NOBODYS = re.compile(
    r"\b(?:lot|batch|charge|ndc|gtin|pmid|pubmed|doi|nct|isrctn|eudract|version|kit|catalog(?:ue)?|article)"
    r"(?:\s*(?:id|no\.?|nr\.?|number|\#|:|is))*\W*$",
    re.IGNORECASE,
)
_ROUND = re.compile(r"0{3,}$")
_BACK = 60  # characters before a number in which it is said what it numbers
# Evidence that a medicine fits as well: "moved to Keytruda", "pts no 1000mg", "vehicle is PEG 400".
_WEAK = frozenset({"moved", "theirs", "plate", "vehicle"})
_DOSE = re.compile(
    r"[\d.,/-]*\d\s?(?:mg|mcg|[µμ]g|ug|g|kg|ml|l|mm|cm|%|iu|units?|mmol|meq|cells|tablets?|caps(?:ules?)?|doses?|"
    r"days?|weeks?|wks?|months?|years?|hours?|hrs?|h|min)(?:/\w+)?(?!\w)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_CARE = re.compile(  # and what patients are moved to, or what medicines are dissolved in
    r"(?:hospices?|hospitals?|clinics?|wards?|rehab\w*|palliative|comfort|observation|maintenance|monotherapy|"
    r"outpatient|inpatient|dmso|peg|hpmc|pbs|saline|dextrose)\b",
    re.IGNORECASE,
)


def find(text: str, product_names: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Personal data in a raw text, without overlaps, in order. `detail` says which kind; product names are kept."""
    if unicodedata.is_normalized("NFC", text):
        return _find(text, product_names)
    composed, places = _composed(text)
    shifted = (
        f.model_copy(update={"start": places[f.start], "end": places[f.end]}) for f in _find(composed, product_names)
    )
    return tuple(shifted)


def _composed(text: str) -> tuple[str, list[int]]:
    """A text with its accents put on their letters, and where each character of it stood (its end included)."""
    pieces, places, at = [], [], 0
    for cluster in _CLUSTER.findall(text):
        piece = unicodedata.normalize("NFC", cluster)
        pieces.append(piece)
        places += [at] * len(piece)
        at += len(cluster)
    return "".join(pieces), [*places, at]


_SIGNS = {0x2206: "\u0394"}  # the sign of a difference, where a Greek letter was meant
_CLUSTER = re.compile(r".[\u0300-\u036f]*", re.DOTALL)


def _find(text: str, product_names: Sequence[str]) -> tuple[Finding, ...]:
    text = text.translate(_SIGNS)
    found: list[Finding] = []
    has_digit = any(c.isdigit() for c in text)
    patterns = read_patterns("identifiers")
    words = KnownWords(text, product_names)
    for kind in _ORDER:
        may_be = (has_digit or kind in _WITHOUT_DIGIT) and _MARKS.get(kind, "") in text
        for match in patterns[kind].finditer(text) if may_be else ():
            # A pattern may name the part that identifies; what stands around it is only evidence.
            group = next((name for name, value in match.groupdict().items() if value is not None), None)
            start, end = match.span(group) if group else match.span()
            if group in _WEAK and _is_medical(text, start, end, words):
                continue
            if start < end and _counts(kind, text, start, end) and not _overlaps(found, start, end):
                found.append(_finding(kind, start, end))
        # what else is an address, before its numbers are taken for other things
        if kind == "date" and (has_digit or "corner" in text.lower()):
            found = _with_addresses(text, found, words)
    for start, end in find_names(text, words, tuple((f.start, f.end) for f in found)):
        if not _overlaps(found, start, end):
            found.append(_finding("person", start, end))
    return tuple(sorted(found, key=lambda f: f.start))


def mask(text: str, findings: Sequence[Finding]) -> str:
    """The text with each personal-data finding replaced by a token such as "[person]"; ages over 89 by "90+"."""
    parts, last = [], 0
    for finding in sorted(findings, key=lambda f: f.start):
        if finding.kind is not FindingKind.PERSONAL_DATA or finding.start < last:
            continue
        parts.append(text[last : finding.start])
        parts.append(_OVER_89 if finding.detail == "age" else f"[{finding.detail}]")
        last = finding.end
    return "".join([*parts, text[last:]])


def _with_addresses(text: str, found: list[Finding], words: KnownWords) -> list[Finding]:
    """The findings with addresses; what is wholly within an address goes, what it only touches stays."""
    spans = sorted(find_addresses(text, words), key=lambda span: span[0] - span[1])  # longest first
    kept = list(found)
    for start, end in spans:
        inside = [f for f in kept if start <= f.start and f.end <= end]
        rest = [f for f in kept if f not in inside]
        if not _overlaps(rest, start, end) and not any(f.detail == "address" for f in inside):
            kept = [*rest, _finding("address", start, end)]
    return kept


def _counts(kind: str, text: str, start: int, end: int) -> bool:
    value = text[start:end]
    if kind == "identifier":
        return not _ROUND.search(value) and not _NOBODYS.search(text[max(0, start - _BACK) : start])
    if kind == "age":
        return int(value) > _OLDEST
    if kind == "ip" and ":" not in value:
        return all(int(part) < 256 for part in value.split("."))  # noqa: PLR2004 - an octet
    return True


def _is_medical(text: str, start: int, end: int, words: KnownWords) -> bool:
    """Whether what is found begins with a medicine or another word medicine uses, or is a dose or a time."""
    if _DOSE.match(text, start):
        return True
    value = text[start:end]
    named = _LETTERS.search(value)
    if named is None:
        return False
    if (
        _CARE.match(named.group())
        or words.keeps(named.group())
        or any(words.is_medicine(token) for token in tokenise_raw(value))
    ):
        return True
    return named.group().lower() in medicines().generic_of


def _overlaps(found: Sequence[Finding], start: int, end: int) -> bool:
    return any(f.start < end and start < f.end for f in found)


def _finding(kind: str, start: int, end: int) -> Finding:
    return Finding(
        kind=FindingKind.PERSONAL_DATA,
        detail=kind,
        start=start,
        end=end,
        found_by=f"personal_data.{kind}@1",
        confidence=0.95,
    )
