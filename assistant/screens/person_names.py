"""Finds names of people by evidence around capitalised words, sparing names that belong to medicine."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from assistant.screens.known_words import KnownWords, eponym_words, everyday_words
from assistant.screens.listed_names import (
    CAPITALISED,
    FULL,
    NAME,
    THING,
    Candidate,
    Spans,
    are_names,
    find_listed,
    is_family,
    is_unknown,
)
from assistant.screens.names_in_place import LEADING, TITLES, find_in_place, led_by_particles
from assistant.screens.names_in_talk import find_in_talk
from assistant.screens.people import is_common_surname, is_given, is_surname
from assistant.screens.vocabulary import Token

_TITLE = re.compile(
    rf"\b(?i:mr|mrs|ms|miss|mx|dr|prof|professor|sir|madam|sister|nurse|rev|fr)\b\.?\s+(?P<name>{FULL})"
)
# Nothing but a person is called so, whatever else the name means; "MS" is a disease.
_CIVIL = re.compile(r"(?:[Mm](?:r|rs|iss|x)|Ms)\b")
# After these an unknown name is believed; after the weaker ones it must begin with a given name.
_STRONG = (
    r"pts?|patients?|client|asking\s+for|on\s+behalf\s+of|name(?:\s+is|:|d)?|called|this\s+is|i\s+am|i'm|regards,?|"
    r"sincerely,?|thanks,|signed,?|mother|mom|mum|father|dad|wife|husband|son|daughter|colleague|lady|gentleman|"
    r"caregiver|spouse|partner|call\s+me|kid|child|hi|hello|dear|says|named\s+(?:him|her)"
)
_WEAK = r"from|re:?|regarding|for|resident|man|woman|boy|girl|baby|admitted|saw|seen|treating|about|with|and|to|by"
_MARKER = re.compile(rf"\b(?:(?P<strong>(?i:{_STRONG}))|(?i:{_WEAK}))\s*[:,-]?\s+(?P<name>{FULL})")
_INITIAL = re.compile(
    r"(?<![\w.])(?P<name>(?:[A-Z]\.\s?){1,3}[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?)\b|\b(?P<back>(?!(?:Signed|Regards|Thanks|Thx|Sincerely|Cheers|Best|Dear)\b)[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?,\s(?:[A-Z]\.\s?){1,2})"
)
# A middle initial makes a name of what stands around it.
_MIDDLE = re.compile(rf"(?<![\w.])(?P<name>{NAME}\s(?:[A-Z]\.?\s){{1,2}}{NAME})")
_NEXT = re.compile(rf"(?:,\s|,?\s(?:and|or)\s|\s?&\s)(?P<after>{NAME})\b(?!\s[A-Z])")
_BEFORE = re.compile(rf"(?<![A-Za-z]\s)(?P<before>{NAME})(?:,\s|,?\s(?:and|or)\s|\s?&\s)")
# Who does this is a person, whatever the name.
_HUMAN = re.compile(
    r"(?:['’]s\s+(?:address|phone|mobile|number|e-?mail|mother|mum|mom|father|dad|wife|husband|son|daughter|chart|"
    r"birthday|appointment|neighbou?r|daughter|insurance|carer|caregiver)|\s+(?:lives|lived|asked|asks|said|says|told|began|wondered|emailed|listed\s+(?:his|her)|"
    r"is\s+from\s+(?=[A-Z])|(?:is|was)\s+(?:(?:very|so|quite|rather|always)\s+)?(?:reliable|impulsive|friendly|kind|worried|"
    r"anxious|upset|married|retired|divorced|widowed)|will\s+be\s+(?:talking|speaking|calling|visiting)|"
    r"tells|phoned|e-?mailed|complains|complained|wrote)|,\s+(?:can|could|would|will)\s+(?:you|I|we)|\s+had\s+(?:given|asked|called|told))\b"
)
_CALLED = re.compile(
    r"\b(?:(?P<told>(?i:(?:my|his|her|their|maiden|first|last|given|family|sur)\s*name(?:\s+is|['’]s|\s*:)|"
    r"(?:called|named)\s+(?:me|him|her)))|(?i:name\s*:|i['’]?m|i\s+am|calls?\s+me|"
    r"kid|son|daughter|wife|husband|mother|father|brother|sister|neighbou?r|says|(?:hi|hello|dear)(?=\s+\w+\s*[,!\n])))"
    rf"\s+(?P<name>{FULL}|(?-i:[^\W\dA-Z_]{{3,}})(?=[\s.,!]*$))"
)
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
_CHEMICAL = re.compile(
    r"(?:ide|ate|ine|one|ium|alfa|beta|gamma|pegol|acid|sodium|vedotin|deruxtecan|emtansine|govitecan|tansine|mafodotin|"
    r"mab|nib|lib|vir|stat|cept|ase|kin|parin|pril|lol|mycin|cillin|oxacin|azole|statin|sartan|dipine|tide|gene|parvovec|"
    r"leucel|ersen|siran|grel|xaban|lukast|triptan|gepant|orexant|caine|curium|fene|trel|barb|pam|lam|pine|xetine)$"
)
_GENERATION = re.compile(r",?\s(?:II|III|Jr\.?|Sr\.?)(?!\w)")
_SHORTEST = 3


def find_names(text: str, words: KnownWords, identifiers: Spans) -> tuple[tuple[int, int], ...]:
    """Spans of people's names; `identifiers` are spans of other personal data, which are evidence for a name beside.

    `words` are those of this text.
    """
    trimmed = [(one.titled, _trim(text, one, words)) for one in _candidates(text, identifiers, words)]
    named = list(_joined(led_by_particles(text, span) for _, span in trimmed if span is not None))
    named += _beside(text, named, words)
    titled = {_bare(t.written) for is_titled, span in trimmed if is_titled and span for t in words.within(span)}
    return tuple(dict.fromkeys([*named, *_again(text, named, words, titled)]))


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that overlap made one: evidence for a part of a name is none against the rest of it."""
    last: tuple[int, int] | None = None
    for span in sorted(spans):
        if last is not None and span[0] < last[1]:
            last = last[0], max(last[1], span[1])
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _candidates(text: str, identifiers: Spans, words: KnownWords) -> Iterator[Candidate]:
    yield from _marked(text, words)
    yield from _initials(text, words)
    yield from find_listed(text, identifiers, words)
    yield from find_in_place(text, words)
    yield from find_in_talk(text, words)
    for match in CAPITALISED.finditer(text):
        run = _to_possessive(words.within(match.span()))
        given = bool(run) and is_given(run[0].written) and run[0].written.istitle()
        start, end = match.start(), run[-1].end if run else match.end()
        if (len(run) == 1 and given and _DOES.match(text, end) and not words.title_case) or (
            len(run) == 1 and is_unknown(run[0], words) and _HUMAN.match(text, end)
        ):
            yield Candidate(start, end, sure=1)
        elif given or _stands_by(text, match.span(), identifiers, words) or _looks_personal(text, end, run, words):
            yield Candidate(start, end, sure=int(given), least=2)


def _to_possessive(run: tuple[Token, ...]) -> tuple[Token, ...]:
    """A run up to its first possessive: what is owned is no part of the name."""
    owner = next((i for i, t in enumerate(run) if re.search(r"['’]s$", t.written)), len(run))
    return tuple(_owner(t) for t in run[: owner + 1])


def _owner(token: Token) -> Token:
    bare = re.sub(r"['’]s$", "", token.written)
    return Token(bare, token.word, token.start, token.start + len(bare))


def _marked(text: str, words: KnownWords) -> Iterator[Candidate]:
    for match in _TITLE.finditer(text):
        yield Candidate(*match.span("name"), sure=1, titled=_CIVIL.match(match.group()) is not None)
    for match in _MARKER.finditer(text):
        run = words.within(match.span("name"))
        if run and is_given(run[0].written):
            yield Candidate(*match.span("name"), sure=1)
        elif match.group("strong") and not words.title_case and are_names(run, words):
            yield Candidate(*match.span("name"), sure=0, least=2)
    for match in _CALLED.finditer(text):
        run = words.within(match.span("name"))
        told = match.group("told") is not None and run and run[0].written.istitle() and not words.is_medicine(run[0])
        if told or (run and is_unknown(run[0], words)):
            yield Candidate(*match.span("name"), sure=1)
    for match in _MIDDLE.finditer(text):
        run = words.within(match.span("name"))
        whole = [t for t in run if len(t.written) > 1]
        plain = not any(words.keeps(t.written) or t.written.isupper() for t in whole)
        if not words.title_case and (plain or (is_given(run[0].written) and run[0].written.istitle())):
            yield Candidate(*match.span("name"), sure=len(run))
    for match in _LOWER.finditer(text):
        if is_given(match.group("first")) and not words.keeps(match.group("last")):
            yield Candidate(match.start("first"), match.end("last"), sure=2)


def _initials(text: str, words: KnownWords) -> Iterator[Candidate]:
    for pattern in (_INITIAL, _INITIALS_AGE):
        for match in pattern.finditer(text):
            group = match.lastgroup or ""
            if not words.keeps(_letters(match.group(group))):
                yield Candidate(*match.span(group), sure=len(words.within(match.span(group))))


def _beside(text: str, named: Spans, words: KnownWords) -> list[tuple[int, int]]:
    """Capitalised words no list knows that are counted up with a name ("Adler, Roe and Poe")."""
    found = list(named)
    for pattern, group in ((_NEXT, "after"), (_BEFORE, "before")):
        for match in pattern.finditer(text):
            run = words.within(match.span(group))
            edge = match.start() if group == "after" else match.end()
            counted = any(edge in span for span in found)
            if counted and all(is_family(t, words) or is_unknown(t, words) for t in run):
                found.append(match.span(group))
    return found[len(named) :]


def _again(text: str, named: Spans, words: KnownWords, titled: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where a word of a found name stands again ("Ms Roe … call Roe back"), of a `titled` one whatever it means."""
    parts = {_bare(t.written) for span in named for t in words.within(span)}
    if not parts:
        return
    for token in words.tokens:
        bare = _bare(token.written)
        # "Mrs Rash … Rash says": an everyday word is the name again where it is written as one
        is_kept = words.keeps(bare) and (words.title_case or not token.written.istitle() or words.is_medicine(token))
        if bare in titled and token.written.istitle() and bare not in everyday_words():
            is_again = len(bare) > 1
        else:
            is_again = len(bare) >= _SHORTEST and not is_kept and not _begins(text, token.start, words.keeps(bare))
        if bare not in parts or not is_again:
            continue
        inside = any(start <= token.start and token.end <= end for start, end in named)
        if not inside and (token.written[0].isupper() or bare not in everyday_words()):
            yield token.start, token.start + len(bare)


def _begins(text: str, at: int, is_word: bool) -> bool:  # noqa: FBT001 - of a word that is everyday language, too
    """Whether a capital is no evidence: of an everyday word that begins a sentence."""
    before = text[:at].rstrip()
    return is_word and (not before or before[-1] in ".!?:")


def _bare(written: str) -> str:
    return re.sub(r"['’]s$", "", written.lower())


def _trim(text: str, one: Candidate, words: KnownWords) -> tuple[int, int] | None:
    """The span without medical or everyday words at its ends ("Harold Jennings CrCl"); None when nothing is left."""
    run = list(words.within((one.start, one.end)))
    while len(run) > one.sure and not _may_be_surname(run[-1], words, beside_given=one.sure > 0 and len(run) > 1):
        run.pop()
    while run and not one.sure and words.keeps(run[0].written):
        run.pop(0)
    is_all_eponym = len(run) > 1 and len(eponym_words(run)) == len(run)
    if (
        len(run) < one.least
        or (not one.sure and eponym_words(run))
        or is_all_eponym
        or (all(words.is_medicine(t) for t in run) and (not one.titled or any(words.names_medicine(t) for t in run)))
    ):
        return None
    end = run[-1].end
    end += text[end : end + 1] == "." and len(run[-1].written) == 1
    generation = _GENERATION.match(text, end)
    end = generation.end() if generation else end
    return run[0].start, end


def _may_be_surname(token: Token, words: KnownWords, *, beside_given: bool) -> bool:
    if beside_given and (is_common_surname(token.written) or is_surname(token.written)):
        return True
    is_cased = token.written.istitle() or token.written.isupper() or _INNER_CAPITAL.match(token.written) is not None
    return len(token.written) == 1 or (is_cased and not words.keeps(token.written)) or token.written.islower()


def _looks_personal(text: str, end: int, run: Sequence[Token], words: KnownWords) -> bool:
    """Whether two or three words no list knows, all capitalised, stand in ordinary text ("can Alba Rizo take it?")."""
    names = [t for t in run if t.written not in LEADING]
    is_led = 1 < len(names) < len(run) and run[0].word not in TITLES  # "Quellina ten Roe"
    run = names if is_led else run
    if words.title_case or not are_names(run, words) or THING.match(text, end):
        return False
    if run[0].word.endswith(("ing", "ed")) or sum(t.written[0].isupper() for t in run) < 2:  # noqa: PLR2004 - a pair
        return False
    return is_led or not any(_CHEMICAL.search(t.written.lower()) or len(t.written) < _SHORTEST for t in run)


def _stands_by(text: str, span: tuple[int, int], identifiers: Spans, words: KnownWords) -> bool:
    """Whether an identifier or an age stands right beside a run of capitalised words."""
    if sum(token.written[0].isupper() for token in words.within(span)) > 1:
        if _AGE_AFTER.match(text, span[1]):
            return True
        return any(0 <= start - span[1] <= _ID_BESIDE for start, _ in identifiers)
    return False


def _letters(written: str) -> str:
    return re.sub(r"[^A-Za-z]", "", written)
