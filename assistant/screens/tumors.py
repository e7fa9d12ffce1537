"""Knows a tumor named by its organ alone, beside a marker or a line of treatment: "HER2+ gastric", "2L ovarian"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.screens.vocabulary import Hit, Token

# Where tumors spread to: "metastatic liver" names no tumor of the liver.
_SPREAD_TO = frozenset({"liver", "advanced"})
_BEFORE = 40  # characters read before the organ
_SETTING = (
    r"[1-4]L|[1-4](?:st|nd|rd|th)[\s-]line|(?:first|second|third|fourth)[\s-]line|stage\s+(?:[1-4]|I{1,3}V?|IV)[ABC]?|"
    r"(?:neo-?)?adjuvant|metastatic|mets|advanced|unresectable|resected|recurrent|relapsed|refractory|"
    r"(?:platinum|plat|castration|hormone)[\s-]\w+|triple[\s-]negative|MSI-?H|[dp]MMR|MSS"
)
# A marker with its state ("HER2+", "PD-L1 high", "EGFR ex20"), or a variant by its place in the protein ("G12C").
_MARKED = (
    r"(?-i:[A-Z][A-Za-z]{0,2}-?[A-Z0-9]{1,6})\)?[\s-]*(?:\+|-?pos(?:itive)?\b|\bneg(?:ative)?\b|\bmut\w*|\bamplif\w*|"
    r"\blow\b|\bhigh\b|\bex(?:on)?\s?\d+(?:\s?(?:del|ins)\w*)?|\bfusion|\bw(?:ild[\s-]?type|t)\b)|(?-i:[A-Z]\d{2,4}[A-Z])"
)
_LEADS = re.compile(rf"(?:^|[\s,(/+])(?:{_SETTING}|{_MARKED})[\s,)-]+$", re.IGNORECASE)
_LED_BY = re.compile(rf"[\s,-]+(?:{_SETTING}|(?:{_MARKED})(?!\w))", re.IGNORECASE)
# What may follow, so that no other noun is meant ("advanced lung disease", "recurrent bladder infections").
_ALONE = re.compile(
    r"\s*(?:$|[,.;:?!()–—+/-]|(?:dos\w+|data|schedul\w*|maintenance|pts?|patients?|after|post|with|w/?|on|in|at|and|or|how|"
    r"what|which|when|is|can|does|any|ok|start\w*|per|mg|q\dw|mono\w*|combo|as|for|off|[1-4]L)\b|\d)",
    re.IGNORECASE,
)


def organs(names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The words that stand before "cancer" in a table of conditions (group → names), each with its group."""
    found: dict[str, str] = {}
    for group, terms in names.items():
        for term in terms:
            organ, _, rest = term.lower().partition(" ")
            if rest == "cancer" and organ not in _SPREAD_TO:
                found.setdefault(organ, group)
    return found


def tumors_by_organ(text: str, tokens: Sequence[Token], organ_of: Mapping[str, str]) -> list[Hit]:
    """The tumors named by an organ with a marker or line of treatment beside it, in order."""
    found = []
    for index, token in enumerate(tokens):
        group = organ_of.get(token.word)
        if group is None:
            continue
        before, after = text[max(0, token.start - _BEFORE) : token.start], text[token.end :]
        if _LED_BY.match(after) or (_ALONE.match(after) and _LEADS.search(before)):
            found.append(Hit(group, token.written, token.start, token.end, index, index + 1))
    return found
