"""Finds names of people by evidence around capitalised words, sparing names that belong to medicine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.screens.vocabulary import Token, Vocabulary, normalise, read_terms, tokenise

Spans = Sequence[tuple[int, int]]

_NAME = r"(?:[A-Z]\.|(?:O'|Mc|Mac|D'|De|Di|La|Le|St\.\s)?[^\W\d_a-z][^\W\d_]+(?:[-'’][^\W\d_]+)*)"
_PARTICLE = r"(?:\s+(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|bin|ibn|al|el|ter|ten)){0,3}"
_FULL = rf"{_NAME}(?:{_PARTICLE}\s+{_NAME}){{0,3}}"
_TITLE = re.compile(
    rf"\b(?i:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|sister|nurse|rev|fr)\b\.?\s+(?P<name>{_FULL})"
)
# After these an unknown name is believed; after the weaker ones it must begin with a given name.
_STRONG = (
    r"pts?|patients?|client|asking\s+for|on\s+behalf\s+of|name(?:\s+is|:|d)?|called|this\s+is|i\s+am|i'm|regards,?|"
    r"sincerely,?|thanks,|signed,?|mother|mom|mum|father|dad|wife|husband|son|daughter|colleague|lady|gentleman|"
    r"caregiver|spouse|partner"
)
_WEAK = r"from|re:?|regarding|for|resident|man|woman|boy|girl|baby|admitted|saw|seen|treating|about|with|and|to|by"
_MARKER = re.compile(rf"\b(?:(?P<strong>(?i:{_STRONG}))|(?i:{_WEAK}))\s*[:,-]?\s+(?P<name>{_FULL})")
_INITIAL = re.compile(
    r"(?<![\w.])(?P<name>(?:[A-Z]\.\s?){1,3}[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?)\b|\b(?P<back>[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?,\s(?:[A-Z]\.\s?){1,2})"
)
_CAPITALISED = re.compile(_FULL)
_INITIALS_AGE = re.compile(
    r"(?<![\w-])(?P<name>[A-Z](?:\.?[A-Z]){1,2}\.?)(?=,?\s*\(?\d{1,3}\s?-?(?:yo|y/o|y\b|[MF]\b|year|yr))"
    r"|\b(?i:initials|pt|patient)\s*(?:are|is|:)?\s*\(?(?P<given>[A-Z](?:\.[A-Z]){1,2}\.?)(?=[\s,)]|$)"
    r"|\b(?i:initials)\s*(?:are|is|:)?\s*(?P<plain>[A-Z]{2,3})\b"
)
_LOWER = re.compile(
    r"\b(?:pt|patient|mr|mrs|ms|miss|named?|name\s+is|asking\s+for|called|dr)\.?\s+(?P<first>[a-z]{3,})\s+(?P<last>[a-z][a-z'-]{2,})\b"
)
_ID_BESIDE = 4  # characters between a name and an identifier: " (", ", "
_AGE_AFTER = re.compile(r"\s*[,(]\s*(?:\d{1,3}\s?-?\s?(?:yo|y/o|y\b|yr|year|[MFmf]\b)|DOB|dob|born|MRN|mrn|aged?\s\d)")
_INNER_CAPITAL = re.compile(r"(?:O['’]|Mc|Mac|D['’]|De|Di|La|Le)[A-Z][a-z]+$")
# What a person does and a medicine does not.
_DOES = re.compile(
    r"(?:['’]s)?,?\s+(?:lives?|asked|asks|called|calls|says?|said|wants|wanted|told|tells|came|comes|went|got|took|takes|"
    r"developed|complains|complained|reports|reported|feels|felt|needs|needed|had|died|wrote|phoned|emailed|weighs|"
    r"is\s+(?:a\s+\d|an?\s+\d|\d|my|our|on|in|taking|pregnant|now|asking|complaining|allergic)|was\s+(?:admitted|born|seen|put|on|given|started)|"
    r"has\s+(?:been|had|a|an)|who)\b"
)
# What follows an eponym, and what ends the name of a substance.
_THING = re.compile(
    r"['’]?s?[\s-]+(?:disease|syndrome|cell|test|score|scale|criteria|classification|sign|type|virus|fever|pals(?:y|ies)|tumou?r|"
    r"sarcoma|lymphoma|stage|procedure|grade|protocol|equation|formula|index|catheter|anemia|anaemia|an?emia|dystrophy|"
    r"disorder|deficiency|mutation|phenomenon|reaction|nodes?|bodies|method|trial|study|staging|rule|reflex|operation|"
    r"solution|block|tablets?|capsules?|injection|infusion|inhaler|pen|cream|mg\b|\d+\s?m[cg]g?\b)",
    re.IGNORECASE,
)
_CHEMICAL = re.compile(
    r"(?:ide|ate|ine|one|ium|alfa|beta|gamma|pegol|acid|sodium|vedotin|deruxtecan|emtansine|govitecan|tansine|mafodotin|"
    r"mab|nib|lib|vir|stat|cept|ase|kin|parin|pril|lol|mycin|cillin|oxacin|azole|statin|sartan|dipine|tide|gene|parvovec|"
    r"leucel|ersen|siran|grel|xaban|lukast|triptan|gepant|orexant|caine|curium|fene|trel|barb|pam|lam|pine|xetine)$"
)
_SHORTEST = 3
_LONGEST = 3
_ENOUGH_WORDS, _TITLE_SHARE = 6, 0.6


@dataclass(frozen=True)
class _Candidate:
    """A run of words that may be a name: `sure` of the first are believed, at least `least` must be left."""

    start: int
    end: int
    sure: int
    least: int = 1


def find_names(text: str, product_names: Sequence[str], identifiers: Spans) -> tuple[tuple[int, int], ...]:
    """Spans of people's names; `identifiers` are spans of other personal data, which are evidence for a name beside."""
    words = _Words(_kept_words(tuple(product_names)), _is_title_case(text))
    spans = [_trim(text, one, words) for one in _candidates(text, identifiers, words)]
    named = [span for span in spans if span is not None]
    return tuple(dict.fromkeys([*named, *_again(text, named, words)]))


def _candidates(text: str, identifiers: Spans, words: _Words) -> Iterator[_Candidate]:
    yield from _marked(text, words)
    yield from _initials(text, words)
    for match in _CAPITALISED.finditer(text):
        run = _words(text, match.span())
        given = bool(run) and _is_given(run[0]) and run[0].written.istitle()
        if len(run) == 1 and given and _DOES.match(text, match.end()) and not words.title_case:
            yield _Candidate(*match.span(), sure=1)
        elif given or _stands_by(text, match.span(), identifiers) or _looks_personal(text, match.end(), run, words):
            yield _Candidate(*match.span(), sure=int(given), least=2)


def _marked(text: str, words: _Words) -> Iterator[_Candidate]:
    for match in _TITLE.finditer(text):
        yield _Candidate(*match.span("name"), sure=1)
    for match in _MARKER.finditer(text):
        run = _words(text, match.span("name"))
        if run and _is_given(run[0]):
            yield _Candidate(*match.span("name"), sure=1)
        elif match.group("strong") and not words.title_case and _are_names(run, words):
            yield _Candidate(*match.span("name"), sure=0, least=2)
    for match in _LOWER.finditer(text):
        if _is_given_word(match.group("first")) and not words.keeps(match.group("last")):
            yield _Candidate(match.start("first"), match.end("last"), sure=2)


def _initials(text: str, words: _Words) -> Iterator[_Candidate]:
    for pattern in (_INITIAL, _INITIALS_AGE):
        for match in pattern.finditer(text):
            group = match.lastgroup or ""
            if not words.keeps(_letters(match.group(group))):
                yield _Candidate(*match.span(group), sure=len(_words(text, match.span(group))))


def _again(text: str, named: Spans, words: _Words) -> Iterator[tuple[int, int]]:
    """Where a word of a found name stands again ("Ms Roe … call Roe back")."""
    parts = {_bare(t.written) for span in named for t in _words(text, span)}
    for token in tokenise(text):
        bare = _bare(token.written)
        if bare not in parts or len(bare) < _SHORTEST or words.keeps(bare):
            continue
        inside = any(start <= token.start and token.end <= end for start, end in named)
        if not inside and (token.written[0].isupper() or bare not in _everyday()):
            yield token.start, token.start + len(bare)


def _bare(written: str) -> str:
    return re.sub(r"['’]s$", "", written.lower())


def _trim(text: str, one: _Candidate, words: _Words) -> tuple[int, int] | None:
    """The span without medical or everyday words at its ends ("Harold Jennings CrCl"); None when nothing is left."""
    run = list(_words(text, (one.start, one.end)))
    while len(run) > one.sure and not _may_be_surname(run[-1], words, beside_given=one.sure > 0 and len(run) > 1):
        run.pop()
    while run and not one.sure and words.keeps(run[0].written):
        run.pop(0)
    if len(run) < one.least or (not one.sure and _is_eponym(run)) or all(words.is_medicine(t) for t in run):
        return None
    end = run[-1].end
    end += text[end : end + 1] == "." and len(run[-1].written) == 1
    return run[0].start, end


def _may_be_surname(token: Token, words: _Words, *, beside_given: bool) -> bool:
    if beside_given and _bare(token.written) in _surnames():
        return True
    is_cased = token.written.istitle() or token.written.isupper() or _INNER_CAPITAL.match(token.written) is not None
    return len(token.written) == 1 or (is_cased and not words.keeps(token.written)) or token.written.islower()


def _words(text: str, span: tuple[int, int]) -> tuple[Token, ...]:
    return tuple(Token(t.written, t.word, t.start + span[0], t.end + span[0]) for t in tokenise(text[slice(*span)]))


def _are_names(run: Sequence[Token], words: _Words) -> bool:
    """Whether two or three capitalised words, none of them known, follow a marker."""
    return 1 < len(run) <= _LONGEST and not any(words.keeps(t.written) or t.written.isupper() for t in run)


def _looks_personal(text: str, end: int, run: Sequence[Token], words: _Words) -> bool:
    """Whether two or three words no list knows, all capitalised, stand in ordinary text ("can Alba Rizo take it?")."""
    if words.title_case or not _are_names(run, words) or _THING.match(text, end):
        return False
    if run[0].word.endswith(("ing", "ed")) or sum(t.written[0].isupper() for t in run) < 2:  # noqa: PLR2004 - a pair
        return False
    return not any(_CHEMICAL.search(t.word) or len(t.written) < _SHORTEST for t in run)


def _stands_by(text: str, span: tuple[int, int], identifiers: Spans) -> bool:
    """Whether an identifier or an age stands right beside a run of capitalised words."""
    if sum(token.written[0].isupper() for token in _words(text, span)) > 1:
        if _AGE_AFTER.match(text, span[1]):
            return True
        return any(0 <= start - span[1] <= _ID_BESIDE for start, _ in identifiers)
    return False


def _is_given(token: Token) -> bool:
    return _is_given_word(token.written.lower())


def _is_given_word(word: str) -> bool:
    return word in _given()


def _letters(written: str) -> str:
    return re.sub(r"[^A-Za-z]", "", written)


def _is_eponym(run: Sequence[Token]) -> bool:
    return bool(_eponyms().find(run))


def _is_title_case(text: str) -> bool:
    """Whether a text capitalises its words, as titles of papers do: then capitals are no evidence."""
    words = [t.written for t in tokenise(text) if len(t.written) > _SHORTEST and t.written.isalpha()]
    return len(words) >= _ENOUGH_WORDS and sum(w[0].isupper() for w in words) / len(words) > _TITLE_SHARE


class _Words:
    """What is known about words: those that are no part of a name, and whether the text is in title case."""

    def __init__(self, kept: frozenset[str], title_case: bool) -> None:  # noqa: FBT001 - private
        self._kept = kept
        self.title_case = title_case

    def keeps(self, written: str) -> bool:
        """Whether a word belongs to medicine or everyday language (a given name never does)."""
        return not _is_given_word(_bare(written)) and normalise(written) in self._kept

    def is_medicine(self, token: Token) -> bool:
        """Whether a word is kept though it may look like a name."""
        return token.word in self._kept and not _is_given(token) and token.word not in _everyday()


@cache
def _given() -> frozenset[str]:
    names = read_terms("names")
    return frozenset(names["given"]) - frozenset(names["wordlike"])


@cache
def _eponyms() -> Vocabulary:
    return Vocabulary({"not_people": read_terms("names")["not_people"]})


@cache
def _surnames() -> frozenset[str]:
    return frozenset(read_terms("names")["surnames"])


@cache
def _everyday() -> frozenset[str]:
    return frozenset(read_terms("everyday")["words"])


@lru_cache(maxsize=16)
def _kept_words(product_names: tuple[str, ...]) -> frozenset[str]:
    """Words that are no part of a person's name: medicines, products, events, conditions, everyday words."""
    words = {t.word for name in product_names for t in tokenise(name)}
    for list_name in ("medicines", "events", "conditions", "practice", "everyday"):
        for terms in read_terms(list_name).values():
            words.update(t.word for term in terms for t in tokenise(term))
    # "Lennox" alone is a name; "Lennox-Gastaut" is spared as an eponym.
    fragments = {t.word for term in read_terms("names")["not_people"] if " " in term for t in tokenise(term)}
    return frozenset(words - (fragments - {t.word for word in _everyday() for t in tokenise(word)}))
