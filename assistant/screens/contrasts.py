"""Sides of a disease or its treatment that exclude each other: the question names one, the indications the other only.

Disease setting (adjuvant or metastatic, sensitive or resistant), line of treatment, alone or in combination, and
adjectives of a disease ("partial X" where the label has "generalized X"). What counts of the label are the
sentences of the indications that name the disease asked about, or any disease where none is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.screens.conditions import condition_tree, find_conditions

_LIKELY = 0.75
_SHORT = 3  # letters; a word that short tells nothing
_ADVANCED = r"\b(?:metastatic|advanced|unresectable|recurrent|relapsed|stage\s+(?:III|IV|[34])\w?)\b"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# (what is asked, what the label holds instead); the label must not name what is asked.
_SETTINGS = tuple(
    (_pattern(asked), _pattern(held))
    for asked, held in (
        (r"\bpre-?\s?menopaus\w+|\bbefore\s+(?:the\s+)?menopause", r"\bpost-?\s?menopaus\w+|\bdue\s+to\s+menopause"),
        (
            r"(?<!neo)(?<!neo-)\badjuvant|(?<!dose )(?<!dosing )\badj\b|\bafter\s+(?:surgery|resection)|\bresected\b",
            _ADVANCED,
        ),
        (r"\bneo-?\s?adj\w*|\bpre-?op\w*|\bperi-?op\w*|\bbefore\s+(?:surgery|resection|\w+ectomy)", _ADVANCED),
        (
            r"\bstage\s+(?:0|I{1,2}|[12])[ABC]?\b|\bearly[\s-]stage|\bearly\s+breast|\blocali[sz]ed\b|\bnode[\s-]pos\w*",
            _ADVANCED,
        ),
        (r"\blimited[\s-]?stage|\bLS-\w+", r"\bextensive[\s-]?stage|\bES-\w+"),
        (r"\b(?:hormone|castrat\w+)[\s-](?:sensitive|na[iï]ve)|\bm?(?:HS|CS)PC\b", r"\bcastration[\s-]resistant|CRPC"),
        (r"\bplatinum[\s-]sensitive|\bplat[\s-]sens\w*", r"\bplatinum[\s-](?:resistant|refractory)"),
        (r"\bplatinum[\s-](?:resistant|refractory)|\bplat[\s-]res\w*", r"\bplatinum[\s-]sensitive"),
        (
            r"\bpMMR\b|\bMSS\b|\bmicrosatellite[\s-]stable|\b(?:mismatch\s+repair|MMR)[\s-]proficient",
            r"\bdMMR\b|\bMSI-?H|mismatch\s+repair[\s-]deficien",
        ),
        (r"\bchronic\s+low\s+back|\bchronic\s+(?:\w+\s+)?pain", r"\bacute\s+pain"),
        (r"\bacute\s+(?:exacerbation|attack|flare|deterioration|bronchospasm)s?", r"\bmaintenance\b"),
    )
)
# Adjectives of one and the same noun; each excludes the other.
_OPPOSITES = (
    ("acute", "chronic"), ("partial", "generalized"), ("localized", "generalized"), ("heterozygous", "homozygous"),
    ("type 1", "type 2"), ("hypertrophic", "dilated"), ("wet", "dry"), ("primary", "secondary"),
    ("central", "nephrogenic"),
    ("cutaneous", "systemic"), ("congenital", "acquired"), ("neovascular", "atrophic"), ("unipolar", "bipolar"),
)  # fmt: skip
_ORGANS = ("kidney|renal", "liver|hepatic", "heart|cardiac", "lung|pulmonary", "pancreas|pancreatic|islet")
_GRAFT = r"(?:allo\w*\s+)?(?:transplant\w*|tx\b|txp\b|grafts?\b|recipients?\b)"
_FIRST_LINE = _pattern(
    r"\b(?:first[\s-]?line|1L|1st[\s-]?line|front[\s-]?line|up-?front|untreated|(?:\w+[\s-])?na[iï]ve|"
    r"newly\s+(?:diagnosed|dx\w*)|initial\s+(?:therapy|treatment)|pre-?(?:chemo\w*|taxane|platinum|docetaxel)|"
    r"before\s+(?:any\s+|a\s+)?(?:chemo\w*|taxanes?|platinum|docetaxel|biologics?))\b"
)
_LATER_LINE = _pattern(
    r"\b(?:second[\s-]?line|2L|2nd[\s-]?line|third[\s-]?line|3L|3rd[\s-]?line|later[\s-]lines?|salvage|"
    r"(?:after|post)[\s-](?:\w+\s+){0,2}(?:progress\w*|failure)|previously\s+treated|pre-?treated|failed\s+(?:\w+\s+){0,2}therap\w+)\b"
)
_NEEDS_PRIOR = _pattern(
    r"\b(?:after|following|received|failed|failure|progress\w*|refractory|relapsed|previously\s+treated|"
    r"(?:been|were|was)\s+treated\s+with|prior\s+(?:\w+\s+){0,3}(?:therap\w+|treatments?|regimens?|lines?))\b"
)
_TAKES_FIRST = _pattern(r"\b(?:first[\s-]?line|newly|initial|untreated|na[iï]ve|primary|early|adjuvant|maintenance)\b")
_FIRST_ONLY = _pattern(r"\b(?:first[\s-]?line|untreated|newly\s+diagnosed|initial|treatment[\s-]na[iï]ve)\b")
_ALONE = _pattern(
    r"\b(?:mono(?:therapy)?|single[\s-]agent|by\s+itself|on\s+its\s+own|solo|(?:used?|given?|works?|dosed?)\s+alone)\b"
)
_APPROVES = _pattern(r"\bindicated\b|\btreatment\s+of\b|\bto\s+treat\b")
_COUNT = r"(?:[1-9]|one|two|three|four|five|six)"
_LINES = r"(?:lines?|regimens?|therap(?:y|ies)|treatments?|courses?|agents?|drugs?|biologics?|LOT)"
_BEFORE = rf"(?:\w+[\s-]+){{0,2}}(?:prior|previous|earlier|preceding)\s+(?:[\w-]+\s+){{0,3}}{_LINES}"
# "only 2 prior lines", "after one previous therapy"
_ASKED_LINES = _pattern(
    rf"\b(?P<n>{_COUNT})\s+{_BEFORE}\b|\b(?P<n2>{_COUNT})\s+{_LINES}\s+(?:before|already|in\b|so\s+far)"
)
# "at least four prior lines", "two or more prior therapies", "one to three prior regimens"
_LABEL_LINES = _pattern(
    rf"\bat\s+least\s+(?P<least>{_COUNT})\s+{_BEFORE}\b|\b(?P<more>{_COUNT})\s+or\s+more\s+{_BEFORE}\b|"
    rf"\b(?P<low>{_COUNT})\s*(?:to|-|–)\s*(?P<high>{_COUNT})\s+{_BEFORE}\b"
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_MANY = 99
_COMBINED = _pattern(
    r"\b(?:in\s+combination|combined\s+with|adjunct\w*|adjunctive|together\s+with|concomitant\w*\s+with|"
    r"as\s+part\s+of|added\s+to|used\s+with)\b"
)


@dataclass(frozen=True)
class Contrast:
    """What of the question stands on the other side: `population`, `line` or `combination`, and where."""

    detail: str
    start: int
    end: int
    confidence: float


def contrasts(text: str, indications: Sequence[str], dosing: Sequence[str]) -> Iterator[Contrast]:
    """The sides a question takes that the indications exclude."""
    sentences = _about(text, tuple(indications))
    held = " ".join(sentences)
    everything = f"{held} {' '.join(dosing)}"
    for asked, other in _SETTINGS:
        match = asked.search(text)
        if match and other.search(held) and not asked.search(held):
            yield Contrast("population", match.start(), match.end(), _LIKELY)
    for asked_side, other_side in _sides_named(text):
        yield from _opposite(text, asked_side, other_side, everything)
    yield from _organ(text, held)
    yield from _line(text, sentences)
    alone = _ALONE.search(text)
    if alone is None:
        return
    approving = [s for s in sentences if _APPROVES.search(s)] or sentences  # a heading names the disease alone
    if approving and all(_COMBINED.search(s) for s in approving) and not _ALONE.search(everything):
        yield Contrast("combination", alone.start(), alone.end(), _LIKELY)


def _organ(text: str, held: str) -> Iterator[Contrast]:
    """The graft of an organ that the indications do not name, where they name that of another."""
    asked = [(organ, found) for organ in _ORGANS if (found := _pattern(rf"\b(?:{organ})\s+{_GRAFT}").search(text))]
    if not asked or not _pattern(_GRAFT).search(held):
        return
    grafted = [organ for organ in _ORGANS if _pattern(rf"\b(?:{organ})\b").search(held)]
    for organ, found in asked if grafted else ():
        if organ not in grafted:
            yield Contrast("population", found.start(), found.end(), _LIKELY)


def _line(text: str, sentences: Sequence[str]) -> Iterator[Contrast]:
    yield from _lines(text, sentences)
    first, later = _FIRST_LINE.search(text), _LATER_LINE.search(text)
    if not sentences or (first and later):
        return
    if first and all(_NEEDS_PRIOR.search(s) and not _TAKES_FIRST.search(s) for s in sentences):
        yield Contrast("line", first.start(), first.end(), _LIKELY)
    if later and all(_FIRST_ONLY.search(s) and not _NEEDS_PRIOR.search(s) for s in sentences):
        yield Contrast("line", later.start(), later.end(), _LIKELY)


def _lines(text: str, sentences: Sequence[str]) -> Iterator[Contrast]:
    """So many lines of treatment before, where every indication for the disease asks for more, or for fewer."""
    asked = _ASKED_LINES.search(text)
    if asked is None:
        return
    limits = [_LABEL_LINES.search(s) for s in sentences if _APPROVES.search(s)]
    if not limits or not all(limits):
        return
    count = _number(asked.group("n") or asked.group("n2"))
    spans = [
        (_number(m.group("least") or m.group("more") or m.group("low")), _number(m.group("high") or str(_MANY)))
        for m in limits
        if m is not None
    ]
    if not any(low <= count <= high for low, high in spans):
        yield Contrast("line", asked.start(), asked.end(), _LIKELY)


def _number(word: str) -> int:
    return _NUMBERS.get(word.lower()) or int(word)


def _sides_named(text: str) -> list[tuple[str, str]]:
    """Each adjective a text may hold, with its opposite; most questions hold none."""
    small = text.lower()
    sides = [pair for one, other in _OPPOSITES for pair in ((one, other), (other, one))]
    return [pair for pair in sides if not text.isascii() or pair[0].partition("z")[0] in small]


def _opposite(text: str, asked: str, held: str, label: str) -> Iterator[Contrast]:
    """What is called "partial X" where the label has "generalized X" and no "partial X"."""
    for match in _side(asked).finditer(text):
        nouns = [n for n in match.group("nouns").lower().split() if len(n) > _SHORT]
        sides = {
            side: {n for m in _side(side).finditer(label) for n in m.group("nouns").lower().split()}
            for side in (asked, held)
        }
        if any(n in sides[held] and n not in sides[asked] for n in nouns):
            yield Contrast("population", match.start(), match.end(), _LIKELY)


@lru_cache(maxsize=64)
def _side(adjective: str) -> re.Pattern[str]:
    spelling = re.sub(r"z(?=ed$)", "[sz]", re.escape(adjective))
    return _pattern(rf"\b{spelling}\s+(?P<nouns>[\w-]+(?:\s+[\w-]+){{0,2}})")


@lru_cache(maxsize=512)
def named_diseases(indications: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    """The sentences that name a disease, each with those it names."""
    named = ((s, frozenset(h.group for h in find_conditions(s))) for s in indications)
    return tuple((sentence, groups) for sentence, groups in named if groups)


def _about(text: str, indications: tuple[str, ...]) -> tuple[str, ...]:
    """The sentences on the disease asked about, its kinds and what it is a kind of; else on any disease."""
    asked = {hit.group for hit in find_conditions(text)}
    tree = condition_tree()
    asked |= {above for group in asked for above in tree.ancestors(group)}
    named = named_diseases(indications)
    about = tuple(s for s, groups in named if asked & {a for g in groups for a in (g, *tree.ancestors(g))})
    return about or tuple(s for s, _ in named)
