"""Sees what lies outside: other subjects, small talk, other languages; and the wish to speak with a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from assistant.screens.clauses import split_clauses
from assistant.screens.clinical_events import is_clinical_word
from assistant.screens.medicines import find_medicines
from assistant.screens.message import Reader, ScreenInput, mean_said
from assistant.screens.patterns import read_patterns
from assistant.screens.scope_model import scope_model
from assistant.screens.vocabulary import read_terms, tokenise, vocabulary
from assistant.types import Finding, FindingKind

_SURE, _LIKELY = 0.9, 0.7
_FEW_WORDS = 4
_FOREIGN_SHARE = 0.3
_NON_LATIN_SHARE = 0.4
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00B5\u03BC\u00C0-\u024F]")  # with the two signs for micro


class ScopeScreen:
    """Scope. Kinds: OUT_OF_SCOPE (detail small_talk or other_subject), PERSON_WANTED, LANGUAGE.

    Without a `reader` the rules look alone; with one, a fitted line hears subjects that no list knows.
    """

    name = "scope"

    def __init__(self, reader: Reader | None = None) -> None:
        """Read the model, so that no HCP waits for it."""
        self._reader = reader
        self._model = scope_model()

    def look(self, message: ScreenInput) -> tuple[Finding, ...]:
        """One finding per clause that lies outside; medicine words beside it keep it in scope."""
        text = message.text
        patterns = read_patterns("scope")
        found = []
        if _is_foreign(text, message.scope.language):
            found.append(_finding(message, FindingKind.LANGUAGE, "", (0, len(text)), _LIKELY))
        if patterns["small_talk"].match(text):
            found.append(_finding(message, FindingKind.OUT_OF_SCOPE, "small_talk", (0, len(text)), _SURE))
            return tuple(found)
        for clause in split_clauses(text):
            span = (clause.start, clause.end)
            if patterns["person_wanted"].search(clause.text):
                found.append(_finding(message, FindingKind.PERSON_WANTED, "", span, _SURE))
            elif _is_elsewhere(clause.text, message):
                found.append(_finding(message, FindingKind.OUT_OF_SCOPE, "other_subject", span, _SURE))
        if not found and self._sounds_elsewhere(message):
            found.append(_finding(message, FindingKind.OUT_OF_SCOPE, "other_subject", (0, len(text)), _LIKELY))
        return tuple(found)

    def _sounds_elsewhere(self, message: ScreenInput) -> bool:
        """Whether the model hears another subject in a message without a word of medicine."""
        if self._reader is None or not message.text.strip() or _is_medical(message.text, message):
            return False
        if read_patterns("scope")["measured"].search(message.text):
            return False  # an age, a weight or an amount is a patient's or a medicine's
        vector = mean_said(message.heard, self._reader.read(message.heard))
        return self._model.is_elsewhere(vector, scoped=message.scope.product is not None)


def _is_elsewhere(text: str, message: ScreenInput) -> bool:
    """Whether a clause speaks of another subject: a plain phrase of it, or a word of it with no word of practice."""
    if _is_medical(text, message):
        return False
    if read_patterns("scope")["other_subject"].search(text):
        return True
    tokens = tokenise(text)
    return bool(vocabulary("other_subjects").find(tokens)) and not vocabulary("practice").find(tokens)


def _is_medical(text: str, message: ScreenInput) -> bool:
    """Whether a medicine, a disease, an event or a label is named."""
    tokens = tokenise(text)
    if find_medicines(text, message.product_names) or any(is_clinical_word(token.word) for token in tokens):
        return True
    if any(vocabulary(name).find(tokens) for name in ("events", "conditions")):
        return True
    return read_patterns("scope")["in_practice"].search(text) is not None


def _is_foreign(text: str, language: str) -> bool:
    """Whether a message is not in English: another script, or a good share of common words of another language."""
    if language != "en":
        return False
    letters = () if text.isascii() else _LETTER.findall(text)  # plain letters are Latin
    if letters and sum(_LATIN.match(c) is None for c in letters) / len(letters) > _NON_LATIN_SHARE:
        return True
    words = [t.written.lower() for t in tokenise(text)]
    if len(words) < _FEW_WORDS:
        return False
    english = sum(w in _common_words()["english"] for w in words)
    foreign = max(sum(w in common for w in words) for name, common in _common_words().items() if name != "english")
    return foreign > english and foreign / len(words) >= _FOREIGN_SHARE


@cache
def _common_words() -> Mapping[str, frozenset[str]]:
    """The commonest words of English and of other languages."""
    return {name: frozenset(words) for name, words in read_terms("languages").items()}


def _finding(message: ScreenInput, kind: FindingKind, detail: str, span: tuple[int, int], confidence: float) -> Finding:
    rule = detail or kind.value
    return Finding(
        kind=kind,
        detail=detail,
        start=span[0],
        end=span[1],
        found_by=f"{message.scope.market.value.lower()}.scope.{rule}@1",
        confidence=confidence,
    )
