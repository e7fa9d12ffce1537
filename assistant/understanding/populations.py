"""Which patients a text is about: words, ages, and laboratory values."""

from __future__ import annotations

import re

from assistant.understanding.words import table

ADULT_AGE = 18
OLD_AGE = 65  # 21 CFR 201.57(c)(9)(v): geriatric use means 65 years and over

_WORDS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)
    for name, patterns in table("populations.yaml").items()
}
_NORMAL = re.compile(r"\b(?:nl|normal|preserved|adequate)\s+(?:renal|kidney|hepatic|liver)", re.IGNORECASE)
SEVERITY = re.compile(r"\b(?:mild|moderate|severe|end[\s-]stage)(?:ly)?\b", re.IGNORECASE)
_AGE = re.compile(
    r"(?:\bage[ds]?\s*(?:of\s*)?|(?<![\w.]))(?P<sign>[<>≥≤]=?\s*)?(?<![\w.])(?P<age>\d{1,3})\s*-?\s*"
    r"(?:y\s?/?\s?o\b|(?:yrs?|years?|y)[\s-]*old\b|(?:yrs?|years?)\s+of\s+age\b|y\b(?=\s*[,);]))"
    r"|\bage[ds]?\s*(?:of\s*)?(?P<sign2>[<>≥≤]=?)?\s*(?P<age2>\d{1,3})\b"
    r"|(?P<sign3>[<≤]=?)\s*(?P<age3>1[0-8]|[1-9])\s*-?\s*(?:y|yrs?|years?)\b"
    r"|(?P<sign4>≥|>=?)\s*(?P<age4>6[05]|7[05]|8[05])\b(?!\s*(?:mg|ml|%|kg|mcg|/))",
    re.IGNORECASE,
)


def populations(text: str) -> tuple[str, ...]:
    """The populations a text names, in the order of `populations.yaml` ("pediatric", "geriatric", …)."""
    plain = _NORMAL.sub(" ", text)
    found = {name for name, pattern in _WORDS.items() if pattern.search(plain)}
    found.update(name for name in map(_of_age, _AGE.finditer(plain)) if name)
    order = list(_WORDS)
    return tuple(sorted(found, key=order.index))


def without_populations(text: str) -> str:
    """The text with the words and ages that name a population taken out."""
    plain = SEVERITY.sub(" ", _AGE.sub(" ", text))
    for pattern in _WORDS.values():
        plain = pattern.sub(" ", plain)
    return " ".join(plain.split())


def _of_age(match: re.Match[str]) -> str:
    age = int(match["age"] or match["age2"] or match["age3"] or match["age4"])
    sign = (match["sign"] or match["sign2"] or match["sign3"] or match["sign4"] or "").strip()
    if age < ADULT_AGE or (sign.startswith(("<", "≤")) and age <= ADULT_AGE):
        return "pediatric"
    return "geriatric" if age >= OLD_AGE else ""
