"""Sees questions that set a medicine against another (21 CFR 202.1: no comparison the label does not make).

Results and rates from the label's own trial ("vs placebo", "vs letrozole alone, HR?") are label questions. Where
it cannot be told from the words, the confidence is middling and later steps decide by what the label holds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.screens.clauses import Clause, split_clauses
from assistant.screens.medicines import NamedMedicine, find_medicines, generic_of, may_be_name
from assistant.screens.message import ScreenInput
from assistant.screens.patterns import Pattern, read_patterns
from assistant.screens.vocabulary import tokenise
from assistant.types import Finding, FindingKind
from knowledge.types import ApprovedDocument

_SURE, _LIKELY, _OPEN, _TRIAL = 0.9, 0.75, 0.65, 0.3
_SHORTEST = 4  # letters of a name cut short
_REACH = 12  # characters between "than" and the name: an article, a bracket
_STUDY_FIELDS = ("clinical_studies", "adverse_reactions", "clinical_pharmacology")
# A study's name: capitals with a number or hyphen, or a run of five and more capitals.
STUDY_NAME = re.compile(r"\b(?:[A-Z]{3,}[A-Za-z]*-?\d+[A-Z]?|[A-Z]{4,}(?:-[A-Z0-9]+)+|[A-Z]{5,})\b")


class ComparatorScreen:
    """The rule layer for comparisons with other medicines."""

    name = "comparator"

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """One finding per clause that compares medicines."""
        found = []
        clauses = split_clauses(message.text)
        for index, clause in enumerate(clauses):
            # "A vs B in the pivotal trial: median time?" is one question; the heading says what, the rest which figure.
            is_heading = clause.text.endswith(":") and index + 1 < len(clauses)
            whole = f"{clause.text} {clauses[index + 1].text}" if is_heading else clause.text
            confidence = _how_surely(clause, whole, message)
            if confidence:
                found.append(
                    Finding(
                        kind=FindingKind.COMPARATOR,
                        start=clause.start,
                        end=clause.end,
                        found_by=f"{message.scope.market.value.lower()}.comparator@1",
                        confidence=confidence,
                    )
                )
        return tuple(found)


def compared_in_label(text: str, product_names: Sequence[str], label: Sequence[ApprovedDocument]) -> bool:
    """Whether every medicine named in a comparison stands in the label's own studies, so that it may be answered.

    Only for questions about results and rates; a request for a judgement is never a label question.
    """
    named = {m.name for m in find_medicines(text, product_names)} | set(_unlisted(text))
    sections = [
        document.document.text[section.start : section.end]
        for document in label
        for section in document.document.sections
        if section.field.startswith(_STUDY_FIELDS)
    ]
    words = frozenset[str]().union(*(_words_in(section) for section in sections))
    own = {t.word for d in label for n in (d.document.names.product, d.document.names.generic) for t in tokenise(n)}
    return bool(named) and all(set(name.split()) <= words | own or _is_cut_short(name, words) for name in named)


@lru_cache(maxsize=64)
def _words_in(section: str) -> frozenset[str]:
    """The words of a section of a label; one may have thousands."""
    return frozenset(token.word for token in tokenise(section))


def _is_cut_short(name: str, words: Collection[str]) -> bool:
    """Whether a name is the beginning of one that stands there: "pembro"."""
    return len(name) >= _SHORTEST and any(word.startswith(name) for word in words)


def same_substance(text: str, product_names: Sequence[str], label: Sequence[ApprovedDocument]) -> bool:
    """Whether a comparison names one medicine alone, by brand and generic, and asks for no ranking of the two."""
    own = {t.word for d in label for n in _names(d) for t in tokenise(n)}
    named = [m.name for m in find_medicines(text, product_names)]
    ours = all(set(n.split()) <= own or set(generic_of(n).split()) <= own for n in named)
    return bool(named) and ours and not _unlisted(text) and not read_patterns("comparison")["ranks"].search(text)


def _names(document: ApprovedDocument) -> tuple[str, ...]:
    names = document.document.names
    return (names.product, names.generic, *names.substances)


def _unlisted(text: str) -> list[str]:
    """Words right after "vs" or "better than" that may be medicines no list knows."""
    patterns = read_patterns("comparison")
    words = [word for name in ("versus", "beaten") for word in _words_after(patterns[name], text)]
    return [w.group(1).lower() for w in words if w is not None and may_be_name(w.group(1))]


def _how_surely(clause: Clause, whole: str, message: ScreenInput) -> float:
    """Confidence for one clause; `whole` is the clause with what follows it as a heading."""
    patterns = read_patterns("comparison")
    text = clause.text
    medicines = find_medicines(text, message.product_names)
    if patterns["others"].search(text) and patterns["judged"].search(text):
        return _LIKELY
    if _names_after(patterns["judged"], text, medicines):
        return _TRIAL if patterns["alone"].search(text) else _SURE
    if patterns["which_of"].search(text) and _are_alternatives(text, medicines):
        return _SURE
    if not _names_after(patterns["versus"], text, medicines) and not _unlisted(text):
        return 0.0
    if any(patterns[name].search(whole) for name in ("alone", "trial")) or STUDY_NAME.search(whole):
        return _TRIAL
    # The yardstick may stand in another clause ("A vs B - which lowers more?").
    return _SURE if patterns["which"].search(message.text) else _OPEN


def _are_alternatives(text: str, medicines: Sequence[NamedMedicine]) -> bool:
    """Whether two medicines stand on either side of one "or"."""
    return any(
        re.fullmatch(r"\W*or\W*(?:an?|the)?\W*", text[one.end : two.start], re.IGNORECASE)
        for one, two in pairwise(medicines)
        if one.name != two.name
    )


def _names_after(pattern: Pattern, text: str, medicines: Sequence[NamedMedicine]) -> bool:
    """Whether a medicine is named right after a match ("better than X")."""
    return any(
        match.end() <= medicine.start <= match.end() + _REACH
        for match in pattern.finditer(text)
        for medicine in medicines
    )


def _words_after(pattern: Pattern, text: str) -> list[re.Match[str] | None]:
    return [re.match(r"\W{0,2}([A-Za-z]+)\b", text[match.end() :]) for match in pattern.finditer(text)]
