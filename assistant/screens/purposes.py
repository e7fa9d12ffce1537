"""Finds what a question wants treated where no table of conditions knows it and the label never names it.

A label that never names a disease holds no use in it, whatever the disease is. So what stands where a purpose stands
("for X", "X, dose?") and looks like a disease (its word's form, an abbreviation, "X syndrome") is held against the
whole label; an abbreviation also against the initials of its phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from assistant.screens.clinical_events import is_clinical_word
from assistant.screens.label_uses import LabelUses
from assistant.screens.medicines import find_medicines
from assistant.screens.patterns import read_patterns
from assistant.screens.vocabulary import Token, read_terms, tokenise, vocabulary

_PURPOSE = re.compile(
    r"\b(?:for|in|to\s+treat|treat(?:ing|ment\s+of)?|against|about|such\s+as|like|e\.g\.)\s+(?:(?:an?|the|my|pts?|patients?|with)\s+)*",
    re.IGNORECASE,
)
# Where one is asked to be treated; behind "in" a word for an event is a circumstance ("in renal impairment").
_TO_TREAT = re.compile(r"\b(?:for|to\s+treat|treating|against)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_END = re.compile(
    r"[,;:?.()\n–—]|\s-\s|\s(?:and|or|with|w/?|at|on|after|before|who|that|from|vs|than|is|are|do|does|how|what|when|where|"
    r"can|should|if|any|dos(?:e|es|ing|age)|titrat\w*|start\w*|schedule|regimen|data|protocol|as|use|max\w*|\d[\d.,]*\s?m?[cg]?g)\b",
    re.IGNORECASE,
)
# Behind these the first words of a question are no heading ("X after the dose?").
_GOES_ON = re.compile(
    r"\s*(?:and|or|with|w/?|at|on|after|before|who|that|from|vs|than|is|are|do|does|if)\b", re.IGNORECASE
)
_HEADED = re.compile(
    r"^(?:[A-Za-z]+\s+)?(?:syndromes?|diseases?|dz|disorders?|deficienc(?:y|ies)|dystroph\w+|cancers?|carcinomas?|tumou?rs?|"
    r"lymphomas?|leuk(?:a)?emias?|sarcomas?|infections?|poisoning|pals(?:y|ies)|neuropath\w+|epileps\w+|fevers?|virus)$",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"(?=.{3})[A-Z]{1,2}[A-Za-z]{0,2}[A-Z][A-Z0-9]{0,3}(?:-\d)?")
_WORD = re.compile(r"\w+")
_LITTLE = frozenset({"of", "the", "and", "in", "to", "with", "or", "for", "due", "by"})
_EVERYDAY = 3  # a word of so many letters or fewer tells nothing


def strange_purposes(text: str, uses: LabelUses) -> Iterator[tuple[int, int]]:
    """Offsets of what is asked to be treated and stands nowhere in the label; nothing where a risk is asked."""
    patterns = read_patterns("use")
    if patterns["risk"].search(text):
        return
    asks = patterns["asks"].search(text) is not None or patterns["doses"].search(text) is not None
    for start, end in _phrases(text, uses.own_names) if asks else ():
        phrase = tokenise(text[start:end])
        if any(not set(m.name.split()) & uses.own_names for m in find_medicines(text[start:end])):
            continue
        treats = _TO_TREAT.search(text[:start]) is not None
        cut_short = any(_is_cut_short(token, uses) for token in phrase)
        for token in _diseases(text[start:end], phrase, treats=treats, shouted=text.isupper()):
            if not _is_named(token, uses) and not (cut_short and token.written.isupper()):
                yield start + token.start, start + token.end


def _phrases(text: str, own: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where a purpose may stand: behind "for" and its like, and at the head of the question ("X, dose?")."""
    head = next((t.start for t in tokenise(text) if t.word not in own and t.word not in _LITTLE), None)
    behind = [m.end() for m in _PURPOSE.finditer(text)]
    for start in dict.fromkeys([head, *behind] if head is not None else behind):
        end = _END.search(text, start)
        if start not in behind and end and _GOES_ON.match(end.group()):
            continue
        yield start, end.start() if end else len(text)


def _diseases(phrase: str, tokens: tuple[Token, ...], *, treats: bool, shouted: bool) -> Iterator[Token]:
    """The words of a phrase that name a disease: by form, as an abbreviation, or before "syndrome" and its like."""
    listed = {i for hit in vocabulary("events").find(tokens) for i in range(hit.first, hit.last)} if treats else set()
    for index, token in enumerate(tokens):
        by_form = is_clinical_word(token.word) or (index in listed and token.word not in _common())
        short = not shouted and _ABBREVIATION.fullmatch(token.written) and token.written not in _no_disease()
        headed = (
            len(token.word) > _EVERYDAY and token.word not in _common() and _HEADED.match(phrase[token.end :].strip())
        )
        if by_form or headed or (short and token.word not in _common()):
            yield token


def _is_named(token: Token, uses: LabelUses) -> bool:
    if uses.mentions(token.word) or uses.mentions(token.written):
        return True
    return token.written.isupper() and token.written.isalpha() and _spelt_out(token.written.lower(), uses.indications)


def _is_cut_short(token: Token, uses: LabelUses) -> bool:
    """Whether a word is the beginning of a disease the indications name: "thal" of "thalassemia"."""
    if len(token.word) <= _EVERYDAY or token.word in _common():
        return False
    return any(word.startswith(token.word) for word in _clinical_words(uses.indications))


@lru_cache(maxsize=512)
def _clinical_words(indications: tuple[str, ...]) -> frozenset[str]:
    """The words of the indications that are formed like a finding or a disease."""
    return frozenset(word for s in indications for word in _WORD.findall(s.lower()) if is_clinical_word(word))


@lru_cache(maxsize=512)
def _spelt_out(letters: str, indications: tuple[str, ...]) -> bool:
    """Whether some run of words of the indications has these initials ("CDD": "... deficiency disorder").

    Not of the whole label: among its many words almost any three initials stand in a row.
    """
    gap = r"\w*(?:[\s-]+(?:of|the|and|in|to|with)\b)*[\s\-/(]+"
    run = re.compile(r"\b" + gap.join(re.escape(letter) for letter in letters) + r"\w+", re.IGNORECASE)
    return any(run.search(sentence) for sentence in indications)


@cache
def _common() -> frozenset[str]:
    """Words of practice and everyday language, which name no disease."""
    return frozenset(
        t.word
        for name in ("practice", "everyday")
        for terms in read_terms(name).values()
        for term in terms
        for t in tokenise(term)
    )


@cache
def _no_disease() -> frozenset[str]:
    return frozenset(read_terms("abbreviations")["no_disease"])
