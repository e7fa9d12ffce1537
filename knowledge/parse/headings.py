"""Finds headings in flattened text: numbered subsections, and where a heading ends and its text begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.parse.fields import BY_FIELD, FAMILIES, Family, by_number, heading_pattern

_CONNECTORS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "after",
        "before",
        "between",
        "by",
        "due",
        "during",
        "following",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "or",
        "other",
        "per",
        "related",
        "since",
        "than",
        "the",
        "to",
        "up",
        "upon",
        "use",
        "versus",
        "via",
        "vs",
        "who",
        "with",
        "within",
        "without",
        "associated",
        "concomitant",
        "including",
        "not",
        "vitro",
        "vivo",
        "including",
    ]
)
# A capital on one of these inside a heading is where a sentence begins.
_OPENERS = frozenset(
    [
        "A",
        "According",
        "All",
        "Although",
        "An",
        "Any",
        "As",
        "At",
        "Avoid",
        "Based",
        "Because",
        "Before",
        "By",
        "Consider",
        "Despite",
        "Do",
        "Does",
        "Due",
        "During",
        "Each",
        "For",
        "From",
        "Given",
        "Given:",
        "Healthcare",
        "How",
        "If",
        "In",
        "It",
        "Its",
        "May",
        "Monitor",
        "No",
        "Of",
        "On",
        "Once",
        "Patients",
        "Permanently",
        "Prior",
        "Since",
        "Some",
        "Such",
        "The",
        "There",
        "These",
        "This",
        "Those",
        "To",
        "Use",
        "Using",
        "We",
        "When",
        "Where",
        "While",
        "With",
        "Withhold",
    ]
)
# Subheads that the regulation or guidance give; text of the subsection, not part of its heading.
_SUBHEADS = re.compile(
    r"(?:Risk Summary|Clinical Considerations|Adult Patients|Adults|Pediatric Patients|Pediatrics|Pregnancy Exposure Registry"
    r"|Pregnancy Testing|Contraception|Infertility|Absorption|Cardiac Electrophysiology|Carcinogenesis\b(?!,)|Data)\b",
    re.IGNORECASE,
)
_MAX_WORDS = 26
_WORD = re.compile(r"\S+")
_REFERENCE_BEFORE = re.compile(
    r"(?:[(\[,–—-]|\b(?:and|or|see|sections?|section:|to|through|in|of|under|also|refer to))\s*$", re.IGNORECASE
)
_UNITS_AFTER = re.compile(r"(?:L|M|C|F|Gy|N|IU|U|G|Da|Hz|K|MBq|GBq|CI|SD|AUC)\b(?!\w)")


@dataclass(frozen=True)
class Mark:
    """A numbered heading: offsets of its number, and the number."""

    start: int
    number: str
    after: int  # where the heading's words begin


def numbered_marks(
    text: str, number: str, outside: Sequence[tuple[int, int]] = (), sure: Sequence[int] = ()
) -> list[Mark]:
    """Finds the subsections of a numbered section.

    Args:
        text: the section, flattened.
        number: the section's own number ("2", "12.3").
        outside: stretches to leave alone (tables).
        sure: offsets where a subsection is known to begin.

    Returns:
        Marks in order, numbers strictly increasing: the best such chain among all places that
        look like a heading, so that a cross reference or a measured value is not taken for one.
    """
    pattern = re.compile(rf"(?<![\w.,]){re.escape(number)}\.(\d{{1,2}})\.?\s+(?=[A-Z“\"(*])")
    found: list[tuple[Mark, int, float]] = []
    for match in pattern.finditer(text):
        start = match.start()
        if any(begin < start < end for begin, end in outside):
            continue
        if start not in sure and _REFERENCE_BEFORE.search(text, max(0, start - 14), start):
            continue
        minor = int(match.group(1))
        found.append(
            (Mark(start, f"{number}.{minor}", match.end()), minor, _weight(text, match, number, start in sure))
        )
    return _best_chain(found)


def _weight(text: str, match: re.Match[str], number: str, is_sure: bool) -> float:  # noqa: FBT001 - private
    weight = 1.0
    if is_sure:
        weight += 4.0
    before = text[: match.start()].rstrip()[-1:]
    if not before or before in ".)]:;•":
        weight += 1.0
    if _UNITS_AFTER.match(text, match.end()):
        weight -= 1.5
    family = by_number(f"{number}.{match.group(1)}")
    if family and heading_pattern(family).match(text, match.end()):
        weight += 3.0
    return weight


def _best_chain(found: list[tuple[Mark, int, float]]) -> list[Mark]:
    """The heaviest chain with increasing numbers; each number passed over costs a little."""
    best: list[tuple[float, int]] = []
    for position, (_, minor, weight) in enumerate(found):
        score, previous = weight - 0.4 * (minor - 1), -1
        for earlier in range(position):
            gap = minor - found[earlier][1]
            if gap > 0 and best[earlier][0] + weight - 0.4 * (gap - 1) > score:
                score, previous = best[earlier][0] + weight - 0.4 * (gap - 1), earlier
        best.append((score, previous))
    chain: list[Mark] = []
    at = max(range(len(best)), key=lambda i: best[i][0], default=-1)
    if at < 0 or best[at][0] <= 0:
        return []
    while at >= 0:
        chain.append(found[at][0])
        at = best[at][1]
    return chain[::-1]


def heading_end(text: str, start: int, limit: int, families: Sequence[Family] = ()) -> int:
    """Finds where the heading beginning at `start` ends.

    Args:
        text: flattened text.
        start: offset of the heading's first word (after its number).
        limit: the heading ends here at the latest.
        families: families whose usual headings are tried first.

    Returns:
        The offset after the heading's last word; `start` where no heading is told apart.
    """
    for family in families:
        known = heading_pattern(family).match(text, start, limit)
        if known:
            return known.end()
    words = [m for m in _WORD.finditer(text, start, limit)][:_MAX_WORDS]
    count = _heading_words([m.group() for m in words])
    if count == 0:
        return start
    subhead = _first_subhead(text, words, count)
    return words[subhead - 1].end()


def _first_subhead(text: str, words: list[re.Match[str]], count: int) -> int:
    for position in range(1, count):
        if (
            _SUBHEADS.match(text, words[position].start(), words[count - 1].end())
            and words[position - 1].group().lower() not in _CONNECTORS
        ):
            return position
    return count


def _heading_words(words: list[str]) -> int:
    """How many of the words are the heading."""
    depth = 0
    for position, word in enumerate(words):
        bare = word.strip('()[],;:.®™*“”"')
        if position and depth == 0 and _begins_text(word, bare, words[position - 1]):
            return position
        depth += word.count("(") - word.count(")")
        if depth > 0 or not bare or not bare[0].isalpha() or bare[0].isupper() or bare.lower() in _CONNECTORS:
            continue
        if any(c.isupper() for c in bare):  # mRNA, pH
            continue
        return _before_sentence(words, position)
    return len(words) if len(words) < _MAX_WORDS else _before_sentence(words, len(words))


def _begins_text(word: str, bare: str, before: str) -> bool:
    if word.startswith(("•", "[see", "[See")) or word in {"[", "●", "o"}:
        return True
    return bare in _OPENERS and before.lower() not in _CONNECTORS and not before.endswith((",", "/", "-", "–", ":"))


def _before_sentence(words: list[str], position: int) -> int:
    """The text begins with the last capitalised word before the first plain word of prose."""
    first = position - 1
    while first > 0 and not _is_capital(words[first]):
        first -= 1
    if first > 0:
        return first
    # A heading in sentence case: it ends before the next capital.
    following = position + 1
    while following < len(words) and not (
        _is_capital(words[following]) and words[following - 1].lower() not in _CONNECTORS
    ):
        following += 1
    return following if following < len(words) else 0


def _is_capital(word: str) -> bool:
    bare = word.strip('()[],;:.®™*“”"')
    return bool(bare) and bare[0].isupper()


def split_number(text: str) -> tuple[str, int]:
    """The section number that a text begins with ("", 0 without one) and where its heading begins."""
    match = re.match(r"(\d{1,2}(?:\.\d{1,2}){0,2})\.?\s+(?=[A-Za-z“\"(])", text)
    return (match.group(1), match.end()) if match else ("", 0)


def families_for(field: str, number: str) -> list[Family]:
    """The families whose heading may stand at the head of this section, likeliest first."""
    families = [family for family in (by_number(number), BY_FIELD.get(field)) if family]
    if number.startswith("8.") or number.startswith("6.") or number.startswith("12."):
        families.extend(family for family in FAMILIES if family not in families)
    return families
