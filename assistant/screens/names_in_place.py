"""Names of people that no list holds, by the place where they stand: who wrote, who said it, whose child it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.screens.known_words import KnownWords, eponym_words
from assistant.screens.listed_names import CAPITALISED, FULL, NAME, THING, Candidate, is_unknown
from assistant.screens.people import is_accented, is_common_given, is_given, is_surname
from assistant.screens.vocabulary import Token

PARTICLES = r"(?:van|von|vom|zu|de|der|den|del|della|di|da|dos|du|la|le|las|los|bin|ibn|al|el|ter|ten|af|av)"
_LED = re.compile(rf"(?:(?<![\w-]){PARTICLES}[ \t-]+)+$", re.IGNORECASE)
_STAFF = (
    r"nurse|doctor|physician|pharmacist|pharmacy\s+tech|consultant|registrar|resident|fellow|intern|midwife|paramedic|"
    r"technician|matron|sister|surgeon|cardiologist|oncologist|neurologist|nephrologist|rheumatologist|dermatologist|"
    r"hematologist|haematologist|gastroenterologist|psychiatrist|p(?:a)?ediatrician|gynecologist|anesthetist|"
    r"anaesthetist|physio|dietitian|colleague|rep|player|singer|songwriter|author|founder|director|manager"
)
_KIN = (
    r"mother|mum|mom|father|dad|wife|husband|son|daughter|brother|sister|aunt|uncle|cousin|niece|nephew|grandmother|"
    r"grandfather|grandson|granddaughter|twin|fianc[eé]e?|partner|spouse|carer|caregiver|neighbou?r|friend"
)
ACT = (
    r"prescribed|ordered|seen|examined|reviewed|referred|signed|dictated|written|performed|operated\s+on|"
    r"directed|sung|composed|supervised|accompanied|dispensed"
)
# What stands before a name; the word is believed where no list of ours knows it.
_BEFORE = re.compile(
    rf"\b(?:(?i:{_STAFF}|{_KIN})|(?i:{ACT})\s+(?i:by):?|(?i:said|asked|told|replied|says|answered)(?:\s+{NAME})?\s+(?i:to)"
    rf"|(?i:gender|birthday|mother|father|chart|notes|file|son|daughter|wife|husband|address|phone|guardian)\s+(?i:of)"
    rf"|(?i:his|her|my|their|the\s+pt['’]?s|patient['’]?s)\s+(?i:{_KIN}))\s+(?P<name>{FULL})"
)
_LOWER_BEFORE = re.compile(
    rf"\b(?:(?:{_KIN})|(?:{ACT})\s+by|(?:gender|birthday|mother|father|chart|son|daughter|wife|husband)\s+of|"
    rf"(?:mr|mrs|miss|prof)\.?|pts?|patients?|lady|gentleman|ask(?:ed)?|told|tell|call(?:ed)?|follow(?:ed)?\s+up\s+with|spoke\s+(?:to|w/|with)|name(?:\s+is|:))\s+"
    r"(?P<name>[^\W\d_]{3,}(?:[-'’][^\W\d_]+)?(?:\s+[^\W\d_]{3,}(?:[-'’][^\W\d_]+)?)?)"
)
_DOCTOR = re.compile(r"\b[Dd]r\.?\s+(?P<name>[^\W\d_]{4,})(?![\w-])")
_TITLED_PARTICLE = re.compile(
    rf"\b(?i:mr|mrs|ms|miss|mx|dr|prof|professor|herr|frau|pani|mme|mevr|dhr)\b\.?\s+"
    rf"(?P<name>(?:(?i:dr|prof)\.?\s+)?(?:{PARTICLES}\s+){{0,3}}{FULL})"
)
_AFTER = re.compile(
    r"\s+(?:family|twins|baby|household|couple)\b|\s+(?:in\s+)?(?:bed|bay|room)\s*\d|\s+\d{2,3}\s?kg\b|\s+(?:is|was)\s+(?:a\s+)?(?:very|so|such|really)\s+"
    r"(?:\w+\s+)?(?:impulsive|sympathetic|kind|rude|friendly|worried|anxious|upset|person|patient\s+person)|\s+so\s+"
    r"(?:impulsive|anxious|worried|upset|friendly|rude|tired)\b"
    r"|\s+(?:his|her|their)\s+(?:new\s+|home\s+|phone\s+|email\s+)?(?:address|phone|number|e-?mail|contact|details)\b"
)
_AGED = re.compile(
    r"\s{0,20}[,(]?\s{0,20}\d{1,3}\s?-?\s?(?:yo\b|y/o|yrs?\b|[MF]\b(?!\s*/)|J\.|lat\b|ans\b)|\s+[MFmf]\s*/?\s*\d{2}\b|\s{0,20}[,(]\s{0,20}(?:DOB|dob|MRN|mrn)\b"
)
_INITIALLED = re.compile(rf"(?P<name>{NAME}\s[A-Z]\.?)(?=,?\s*(?:[MF]\s?/?\s?\d|\d{{1,3}}\s?(?:yo|y/o|/?[MF]\b)))")
_ROLES = ("pt", "patient", "lady", "gentleman", "ask", "told", "tell", "call")  # things and verbs may follow them, too
_ACTS = re.compile(r"\s+(?:wants?|wanted|asks?|asked|says?|said|takes|took|needs?|told|tells|lives|feels|felt)\b")
_CAPITALS = re.compile(r"(?<![\w-])[^\W\d_]{5,}(?:-[^\W\d_]{3,})?(?![\w-])")
_OF_A_TRIAL = re.compile(r"\b(?:in|the|per|from|of|did|vs|than|like|and|see)\s+$", re.IGNORECASE)
_OF_A_STUDY = re.compile(r"\s*(?:-?\d|trial|study|arm|data|show|investigators|program|cohort|subgroup)", re.IGNORECASE)
_QUOTED = re.compile(
    r"[\"“'‘](?P<name>[^\W\d_a-z][^\W\d_]{2,})[\"”'’](?=\s+on\s+the\s+chart)"
    r"|\b(?:nick\s?named?|aka|goes\s+by)\s+[\"“']?(?P<known>[^\W\d_a-z][^\W\d_]{2,})"
)
_PAIR = re.compile(r"(?<![\w-])[^\W\d_]{4,}(?=\s(?P<last>[^\W\d_]{5,})(?![\w-]))")  # each word but the last begins one
TITLES = frozenset(
    {"mr", "mrs", "m", "miss", "mx", "dr", "prof", "professor", "sir", "herr", "frau", "pani", "mme"}
)  # as tokens are compared
LEADING = frozenset({*PARTICLES.strip("(?:)").split("|"), "dr", "prof"})
_LONG = 6  # letters of a family name in capitals that is believed alone
_SUBSTANCE = re.compile(
    r"(?:mab|nib|lib|vir|stat|cept|ase|kin|parin|pril|olol|mycin|cillin|oxacin|azole|statin|sartan|dipine|tide|gene|ology|ologists?|iatry|iatrics|surgery|"
    r"leucel|ersen|siran|grel|xaban|lukast|triptan|gepant|caine|zepam|zolam|amine|idine|azine|mide|gliptin|glifozin|"
    r"gliflozin|steride|terol|onium|profen|coxib|sone|lone|zumab|ximab|platin|taxel|rubicin|ide|ine|ium|acid)$"
)


def find_in_place(text: str, words: KnownWords) -> Iterator[Candidate]:
    """Runs of words that are names by what stands around them."""
    for match in _TITLED_PARTICLE.finditer(text):
        led = sum(t.word in LEADING for t in words.within(match.span("name")))
        yield Candidate(*match.span("name"), sure=led + 1)
    if not words.title_case:
        yield from _behind_who(text, words)
        yield from _before_what_people_are(text, words)
        yield from _in_capitals(text, words)
    yield from _in_lower_case(text, words)
    for match in _INITIALLED.finditer(text):
        if is_nobodys(words.within(match.span("name"))[0], words):
            yield _all_of(words, match.span("name"))
    for match in _QUOTED.finditer(text):
        group = match.lastgroup or "name"
        if not words.keeps(match.group(group)):
            yield Candidate(*match.span(group), sure=1)


def led_by_particles(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The span with the particles before it ("van der Roe")."""
    led = _LED.search(text, max(0, span[0] - 24), span[0])
    return (led.start(), span[1]) if led else span


def _behind_who(text: str, words: KnownWords) -> Iterator[Candidate]:
    for match in _BEFORE.finditer(text):
        run = words.within(match.span("name"))
        if run and is_nobodys(run[0], words) and not THING.match(text, run[0].end):
            yield Candidate(*match.span("name"), sure=1)


def _before_what_people_are(text: str, words: KnownWords) -> Iterator[Candidate]:
    for match in CAPITALISED.finditer(text):
        run = words.within(match.span())
        is_all = bool(run) and all(is_nobodys(t, words) for t in run) and not eponym_words(run)
        if is_all and (_AFTER.match(text, match.end()) or (len(run) > 1 and _AGED.match(text, match.end()))):
            yield _all_of(words, match.span())


def _in_capitals(text: str, words: KnownWords) -> Iterator[Candidate]:
    """A family name in capitals among other words ("seen with KOWALSKI"), or in front of an age."""
    if text.isupper():
        return
    for match in _CAPITALS.finditer(text):
        written = match.group()
        if not written.isupper() or any(words.keeps(part) for part in written.split("-")):
            continue
        token = words.within(match.span())[0]
        if eponym_words((token,)) or THING.match(text, match.end()) or _SUBSTANCE.search(written.lower()):
            continue
        is_aged = _AGED.match(text, match.end()) is not None
        is_listed = len(written) >= _LONG and is_surname(written) and not is_given(written)
        is_trial = _OF_A_TRIAL.search(text[: match.start()]) or _OF_A_STUDY.match(text, match.end())
        if is_aged or (is_listed and not is_trial):
            yield _all_of(words, match.span())


def _in_lower_case(text: str, words: KnownWords) -> Iterator[Candidate]:
    for match in _DOCTOR.finditer(text):
        token = words.within(match.span("name"))[0]
        listed = is_surname(token.written) or is_given(token.written) or is_accented(token.written)
        if listed and not words.keeps(token.written):
            yield Candidate(*match.span("name"), sure=1)
    for match in _LOWER_BEFORE.finditer(text):
        run = words.within(match.span("name"))
        first, last = run[0], run[-1]
        if first.written != first.written.lower() or not is_nobodys(first, words):
            continue
        listed = is_given(first.written) or is_surname(first.written) or is_accented(first.written)
        if not listed and not match.group().startswith("mrs"):
            continue
        is_doubtful = match.group().startswith(_ROLES) and not is_common_given(first.written)
        if is_doubtful and first.written.isascii() and not _ACTS.match(text, first.end):
            continue
        whole = len(run) > 1 and is_nobodys(last, words)
        yield Candidate(first.start, last.end if whole else first.end, sure=2 if whole else 1)
    yield from _common_pairs(text, words)


def _common_pairs(text: str, words: KnownWords) -> Iterator[Candidate]:
    """A common given name and a word that no list knows, both in lower case ("seen by maria quellmann")."""
    for match in _PAIR.finditer(text):
        first, last = words.within((match.start(), match.end("last")))[:2]
        is_lower = first.written.islower() and last.written.islower()
        if is_lower and is_common_given(first.written) and not words.keeps(first.written) and is_nobodys(last, words):
            yield Candidate(first.start, last.end, sure=2)


def is_nobodys(token: Token, words: KnownWords) -> bool:
    """Whether no list knows the word as one of medicine or of everyday language, nor looks it like a substance."""
    return is_unknown(token, words) and not words.is_medicine(token) and not _SUBSTANCE.search(token.word)


def _all_of(words: KnownWords, span: tuple[int, int]) -> Candidate:
    return Candidate(*span, sure=len(words.within(span)))
