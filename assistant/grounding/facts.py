"""What one sentence states that must not change: amounts, populations, routes, frequencies, negations, names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.composing.terms import STOP_WORDS, stem
from assistant.grounding.faults import FaultKind
from assistant.grounding.vocabulary import Terms, tokens_of, vocabulary

_CROSS_REFERENCE = re.compile(r"[\[(]\s*(?:see|refer to)\b[^\])]*[\])]", re.IGNORECASE)
SAYS_NOTHING_ALONE = frozenset({"with"})  # a direction only where its opposite stands
QUALIFYING = 2  # tokens after "patients with" that say which
_LISTED = frozenset({"to", "or", "and", "-", "through", "between"})
# Stems of international nonproprietary names (WHO, "The use of stems in the selection of INN").
_INN = re.compile(
    r".{2,}(?:mab|nib|vir|statin|pril|sartan|olol|azole|cillin|mycin|micin|floxacin|cycline|parib|ciclib|gliptin|"
    r"gliflozin|tide|platin|taxel|rubicin|xaban|gatran|triptan|setron|prazole|dipine|zepam|zolam|barbital|caine|"
    r"dronate|fenac|profen|oxetine|pramine|tecan|limus|solone|sone|lukast|terol|tropium|phylline|thiazide|semide|"
    r"oxin|parin|cept|kinra|grastim|poetin|gabalin|racetam|piprazole|vaptan|entan|tinib|feron|formin|tegravir)$"
)


@dataclass(frozen=True)
class Item:
    """A term that matters, and where it stands among the tokens."""

    kind: FaultKind
    value: str
    start: int
    end: int
    number: str = ""  # of an amount
    unit: str = ""
    comparison: str = ""


@dataclass(frozen=True)
class Facts:
    """One sentence taken apart. `forms` are tokens as compared: synonyms as one, else stems."""

    tokens: tuple[str, ...]
    forms: tuple[str, ...]
    items: tuple[Item, ...]
    content: frozenset[str]  # forms that carry meaning, function words and words of ours left out
    negations: tuple[int, ...]  # places
    restrictions: Counter[str]
    hedges: Counter[str]
    qualified: tuple[frozenset[str], ...]  # what each "patients with …" goes on to say
    names: frozenset[str]  # tokens that look like names
    covered: frozenset[int]  # places of terms that are compared by what they stand for, not by their words

    def of(self, kind: FaultKind) -> tuple[Item, ...]:
        """The items of one kind."""
        return tuple(i for i in self.items if i.kind is kind)


def form(token: str) -> str:
    """How a token is compared: the first of its synonyms, else its stem."""
    if token[0].isdigit():
        return token
    known = vocabulary().same.get(token)
    return stem(known or token)


@lru_cache(maxsize=4096)
def facts(sentence: str) -> Facts:
    """Take a sentence apart; cross-references to other sections state nothing."""
    text = _CROSS_REFERENCE.sub(" ", sentence)
    words = vocabulary()
    tokens = tuple(words.numbers.get(t, t) for t in tokens_of(text))
    names = _names(text, tokens)
    comparing = {
        p
        for _, start, end in _found(words.comparisons, tokens)
        if end < len(tokens) and tokens[end][0].isdigit()
        for p in range(start, end)
    }
    items = [*_amounts(tokens)]
    for kind, terms in (
        (FaultKind.POPULATION, words.populations),
        (FaultKind.ROUTE, words.routes),
        (FaultKind.FREQUENCY, words.frequencies),
    ):
        items += [Item(kind, value, start, end) for value, start, end in _found(terms, tokens)]
    items += [Item(FaultKind.NEGATION, form(t), p, p + 1) for p, t in enumerate(tokens) if form(t) in opposites()]
    items += [Item(FaultKind.COMPARISON, t, p, p + 1) for p, t in enumerate(tokens) if _compares_words(tokens, p)]
    items += [Item(FaultKind.NAME, t, p, p + 1) for p, t in enumerate(tokens) if t in names]
    forms = tuple(form(t) for t in tokens)
    return Facts(
        tokens=tokens,
        forms=forms,
        items=tuple(items),
        content=frozenset(f for f, t in zip(forms, tokens, strict=True) if is_content(t)),
        negations=tuple(p for p, t in enumerate(tokens) if t in words.negations and p not in comparing),
        restrictions=Counter(value for value, _, _ in _found(words.restrictions, tokens)),
        hedges=Counter(value for value, _, _ in _found(words.hedges, tokens)),
        qualified=tuple(_qualified(tokens, forms)),
        names=names,
        covered=frozenset(
            place
            for terms in (
                words.units,
                words.routes,
                words.populations,
                words.frequencies,
                words.hedges,
                words.comparisons,
            )
            for _, start, end in _found(terms, tokens)
            for place in range(start, end)
        ),
    )


def is_content(token: str) -> bool:
    """Whether a token carries meaning that needs a source; amounts are judged on their own."""
    words = vocabulary()
    if token[0].isdigit() or token in STOP_WORDS or token in words.plain or token in words.labels:
        return token in words.opposites and token not in SAYS_NOTHING_ALONE
    return len(token) > 1 and token[0] not in "<>≤≥%"


def looks_like_a_name(token: str) -> bool:
    """Whether a token has the stem of a nonproprietary name, or a digit among its letters."""
    return bool(_INN.fullmatch(token)) or (any(c.isdigit() for c in token) and any(c.isalpha() for c in token))


def _qualified(tokens: Sequence[str], forms: Sequence[str]) -> Iterator[frozenset[str]]:
    words = vocabulary()
    for place in range(len(tokens) - 2):
        if tokens[place] in words.groups and tokens[place + 1] in words.qualifiers:
            after = range(place + 2, min(place + 2 + QUALIFYING, len(tokens)))
            said = frozenset(forms[p] for p in after if is_content(tokens[p]))
            if said:
                yield said


def _compares_words(tokens: Sequence[str], place: int) -> bool:
    """Whether a sign of comparison stands before something else than a number; those belong to their number."""
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    return tokens[place][0] in "<>≤≥" and not following[:1].isdigit()


@cache
def opposites() -> Mapping[str, str]:
    """Directions as they are compared, each with its opposite."""
    return {form(one): form(other) for one, other in vocabulary().opposites.items()}


def _names(text: str, tokens: Sequence[str]) -> frozenset[str]:
    """Tokens written with a capital within a sentence, or formed like a nonproprietary name."""
    capital = set(tokens_of(" ".join(re.findall(r"(?<=[^.:;!?\s\"“(])\s+([A-Z][\w-]+)", text))))
    capital |= set(tokens_of(" ".join(re.findall(r"\b[A-Z]{2}[A-Z0-9-]*\b", text))))
    known = vocabulary()
    return frozenset(
        t
        for t in tokens
        if (t in capital or looks_like_a_name(t))
        and is_content(t)
        and not t[0].isdigit()
        and t not in known.units.by_first
        and t not in known.same
    )


def _found(terms: Terms, tokens: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    place = 0
    while place < len(tokens):
        match = terms.at(tokens, place)
        if match is None:
            place += 1
            continue
        yield match[0], place, place + match[1]
        place += match[1]


def _amounts(tokens: Sequence[str]) -> Iterator[Item]:
    for place, token in enumerate(tokens):
        if token[0].isdigit() or token[0] == ".":
            unit, end = _unit(tokens, place)
            comparison = _comparison(tokens, place, end)
            number = _plain_number(token)
            value = " ".join(filter(None, (comparison, number, unit)))
            yield Item(FaultKind.NUMBER, value, place, place + 1, number, unit, comparison)


def _plain_number(token: str) -> str:
    whole, _, decimals = token.partition(".")
    decimals = decimals.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{decimals}" if decimals else "")


def _unit(tokens: Sequence[str], place: int) -> tuple[str, int]:
    """The unit of the number at a place, or of the range or list it stands in; where the unit ends."""
    words = vocabulary()
    beside = words.units.at(tokens, place + 1) if place + 1 < len(tokens) else None
    if beside is None and place and tokens[place - 1].rstrip("s") in words.labels:
        return tokens[place - 1].rstrip("s"), place + 1
    after = place + 1
    while after < len(tokens):
        unit = words.units.at(tokens, after)
        if unit is not None:
            return unit[0], after + unit[1]
        if not (tokens[after] in _LISTED or tokens[after][0].isdigit()):
            break
        after += 1
    return "", place + 1


def _comparison(tokens: Sequence[str], place: int, end: int) -> str:
    terms = vocabulary()
    for back in (4, 3, 2, 1):
        if place >= back:
            match = terms.comparisons.at(tokens, place - back)
            if match is not None and match[1] == back:
                return match[0]
    match = terms.comparisons_after.at(tokens, end) if end < len(tokens) else None
    return match[0] if match is not None else ""
