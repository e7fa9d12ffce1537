"""What another medicine is taken for ("on probenecid for gout"), and whom a question only keeps away from a patient."""

from __future__ import annotations

import re
from collections.abc import Collection

from assistant.screens.medicines import find_medicines

# Ends right before a medicine that the patient has already.
_HAS = re.compile(
    r"\b(?:on|takes?|taking|took|gets|getting|receiv(?:es|ed|ing)|already)\s+(?:(?:a|an|the|some|daily|weekly|chronic|low[\s-]dose|high[\s-]dose|oral|iv|po|prn|"
    r"long[\s-]term|also|already|prior|her|his|their)\s+)*$",
    re.IGNORECASE,
)
# ... and what it is for, behind it and its dose; up to the end of that thought.
_FOR = re.compile(
    r"^(?:\s+(?:\d[\d.,]*\s?(?:mg|mcg|g|iu|units?)?|daily|weekly|qd|od|bid|tid|prn|po|iv|chronically|long[\s-]term))*"
    r"\s+(?:for|to treat|to prevent)\s+(?P<use>(?:(?!(?:and|is|are|can|could|should|ok|okay|or|with|any|do|does|need|"
    r"what|how|which|when|dos(?:e|es|ing|age)|mg|interact\w*|problem|issue)\b)\w[\w'’/-]*\s*){1,4})",
    re.IGNORECASE,
)

_CONTACTS = re.compile(
    r"\b(?:household|close contacts?|separate (?:bed|bath)?rooms?|visitors?|sleep(?:ing)? (?:apart|alone|separately)|"
    r"keep(?:ing)? (?:a )?distance|caregiver exposure|radiation (?:safety|precautions?|exposure to others)|"
    r"shed(?:s|ding)?|second-?hand|accidental (?:exposure|ingestion))\b",
    re.IGNORECASE,
)

# Managing what the product did, or what must be ruled out before it: its dose is not asked for that condition.
_MANAGING = re.compile(
    r"\b(?:resum(?:e|es|ed|ing)|re-?start(?:s|ed|ing)?|re-?challeng\w*|re-?initiat\w*|overdos\w*|antidote|work-?up|screen(?:ing|ed)?"
    r"|pre-?treatment (?:test|check)s?|precautions?|cautions?)\b|\bw/u\b"
    r"|\b(?:from|caused by|due to|induced by|because of) (?:it|this|the (?:drug|infusion|injection))\b",
    re.IGNORECASE,
)


def is_about_managing(text: str) -> bool:
    """Whether a text asks what to do about a reaction, an overdose or a finding before treatment."""
    return _MANAGING.search(text) is not None


def is_about_contacts(text: str) -> bool:
    """Whether children and pregnant women in a text are those around a patient, who get nothing of the product."""
    return _CONTACTS.search(text) is not None


def without_others_use(text: str, own_names: Collection[str]) -> str:
    """The text with what a medicine beside the product is taken for blanked out; every other word keeps its place.

    `own_names` are the words of the product's own names, in lower case.
    """
    for medicine in find_medicines(text):
        if set(medicine.name.split()) & set(own_names) or not _HAS.search(text[: medicine.start]):
            continue
        use = _FOR.match(text[medicine.end :])
        if use is not None:
            start, end = (medicine.end + place for place in use.span("use"))
            text = text[:start] + " " * (end - start) + text[end:]
    return text
