"""Finds postal addresses: a street with its number in several languages, a flat, and the lines that go with them.

The street alone is enough where its kind is written ("Maple Road", "Kirchstrasse", "Rua Mina"), a flat or a post
office box beside it, or words before it that an address follows ("lives at"); a capitalised word and a number never
are. Smaller units than a state are identifiers (45 CFR 164.514(b)(2)(i)(B)): town and postal code go with the street.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.screens.known_words import KnownWords
from assistant.screens.vocabulary import tokenise_raw

_CAP = (
    r"(?<![^\W_])(?!(?:apt|apartment|suite|ste|unit)\b)(?-i:[^\W\d_a-z][^\W\d_]{0,39})(?:[.'’-][^\W\d_]{1,39}){0,4}\.?"
)
_JOIN = (
    r"(?:(?-i:[dl]['’]|(?:e|y|et|und|de|del|della|dei|di|da|do|dos|das|du|des|la|le|les|el|los|las|van|den|der|"
    r"zum|zur|am|an|im|na|of|the)\s+))"
)
_NAMED = rf"(?:{_JOIN}{{0,2}}{_CAP})"
_STREET_NAME = rf"{_NAMED}(?:[ \t]+{_NAMED}){{0,4}}"
_HOUSE = r"\d{1,5}(?:\s?[A-Za-z](?![\w]))?(?:[-/]\d{1,4}[A-Za-z]?)?\.?"
_NO_DOSE = (
    r"(?!\d|\s*(?:mg|mcg|ml|%|g\b|units?|times|x\b|(?:week|day|hour|month|year|minute|dose|tablet|capsule|cycle)s?\b|"
    r"patients|pts|subjects|and\s+\d))"
)
_ENGLISH = (
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|way|place|terrace|circle|highway|hwy|"
    r"parkway|pkwy|square|crescent|close|row|mews|gardens|trail|alley|loop|heights|hills?|ridge|crossroads?|crossing|"
    r"point|union|forges?|coves?|club|flats?|pass|path|plaza|junctions?|fords?|groves?|islands?|rapids|springs?|mill|"
    r"mountains?|oval|park|port|station|summit|throughway|turnpike|viaduct|village|walks?|wells|nagar|marg|chowk|estates?|center|centre)"
)
_SUFFIX = (
    r"(?:stra(?:ss|ß)e|strasse|gasse|gatan?|gate|gade|vägen|vagen|veien|vegen|vej|väg|veg|katu|kuja|straat|laan|weg|platz|plein|braut|stígur|"
    r"vegur|dreef|kade|allee|alleen|allé|stræde|torget|rinne|polku|ring|damm|ufer|steig|singel|gracht|(?<=\w{4})tie|str\.)"
)
_APART = r"(?:stra(?:ss|ß)e|str\.|gasse|platz|weg|allee|damm|ufer|gata|väg|vej|katu|laan|kade|tänav|põik|kapu)"
_PREFIX = (
    r"(?:via|viale|vicolo|corso|piazza|largo|rua|rúa|avenida|avda|av\.|travessa|calle|c/|camino|paseo|carrer|carretera|"
    r"plaza|rynek|plac|aleje|osiedle|os\.|al\.|rue|avenue|boulevard|allée|chemin|impasse|quai|place|route|ul|ulica|aleja|trg|cesta|náměstí|"
    r"str|strada|λεωφόρος|οδός|jalan|jl)"
)
_HUNGARIAN = r"(?:út|útja|utca|u\.|tér|körút)"
_FLAT = (
    r"(?:apt|apartment|apto|apartamento|suite|ste|flat|unit|bldg|building|floor|door|lgh|top|wohnung|piso|interno)"
    r"\.?\s*\#?\s*\d{1,5}[A-Za-z]?"
)
_LEADS = (
    r"(?:address(?:es)?(?:\s+(?:is|with|here|they\s+are|it\s+is))?|lives?\s+(?:on|at|in)|lived\s+(?:on|at|in)|living\s+(?:on|at|in)|resid(?:es|ing)\s+(?:on|at|in)|"
    r"(?:office|restaurant|shop|clinic|house|home|practice|flat)\s+is\s+(?:at|on|in)|located\s+(?:at|on|in)|meet\s+(?:\w+\s+)?at|"
    r"(?:send|sent|deliver(?:ed)?|return(?:ed)?|ship(?:ped)?|mail(?:ed)?|post(?:ed)?|taxi|ambulance|go|drive|come|move[ds]?|new\s+one)\s+(?:\w+\s+){0,2}to|"
    r"enter\s+on|drops?\s+\w+\s+off\s+at|refers\s+to|sent\s+to\?\s*\w*|it['’]?s\s+(?:in|at|on)|here\s+they\s+are|billing\s+address\s+with)"
)
_ARMED_FORCES = (
    r"(?:psc|unit|cmr)\s+\d{2,5},?\s+box\s+\d{1,6}(?:[\s,]+(?:apo|fpo|dpo)\s+(?:aa|ae|ap)\s+\d{5}(?:-\d{4})?)?"
)
_BOXES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _ARMED_FORCES,
        r"\bUS(?:NS|S|CGC|NV)\s+\w+\s+(?:apo|fpo|dpo)\s+(?:aa|ae|ap)\s+\d{5}",
        r"\b(?:G\.?)?P\.?\s?O\.?\s?box\s+\d+(?:[ \t]+" + _NAMED + r"){0,2}",
        # boxes as other countries call them, and the routes that rural post goes by
        (
            r"\b(?:postfach|postbus|postboks|bo[iî]te\s+postale|apartado(?:\s+de\s+correos)?|casilla(?:\s+de\s+correo)?|"
            r"caixa\s+postal|casella\s+postale|(?-i:Locked\s+Bag|Private\s+Bag))\s+(?:n[ºo°.]\s?)?\d[\d ]{0,6}\d?(?!\w)"
        ),
        r"(?<![\w.-])(?:\d{1,6}\s+)?(?:rural\s+route|(?-i:RR)|(?-i:HC)|route)\s+\d{1,3},?\s+box\s+\d{1,5}[A-Za-z]?(?!\w)",
        r"(?<!\w)(?:\d{1,6}\s+)?(?:apt|apartment|suite)\.?\s*\#?\s*\d{1,5}[A-Za-z]?(?!\w)",
        r"\baddress(?:es)?(?:\s+(?:is|are|to|was)|:)\s+(?:the\s+same:\s+)?\d{3,6}(?=\s*(?:[,.;?!\n]|$))",
    )
)
_CORES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:the\s+)?corner\s+of\s+(?:\d+\s+)?(?:{_PREFIX}\.?\s+)?{_STREET_NAME}(?:\s+{_HOUSE})?\s+and\s+(?:(?:ten|ul\.)\s+)?{_STREET_NAME}(?:\s+{_HOUSE})?",
        rf"\b(?:the\s+)?corner\s+of\s+(?:[^\W_]+\.?\s+){{1,6}}and\s+(?:(?:ten|ul\.)\s+)?{_STREET_NAME}(?:\s+{_HOUSE})?",
        # a street whose kind is written before or behind its name, with a number on either side
        rf"(?<![\d.,-])(?:\d{{1,6}}[A-Za-z]?[\s,]+){{0,2}}{_PREFIX}\.?\s+{_STREET_NAME}[\s,]+{_HOUSE}{_NO_DOSE}",
        rf"(?<![\w.,-])(?:\d{{1,6}}\s+)?[^\W\d_]{{3,40}}(?:\s+[^\W\d_]{{3,40}})?\s+{_HUNGARIAN}\.?\s+{_HOUSE}",
        rf"(?<![\w.,-])(?:\d{{1,6}}\s+)?(?:{_NAMED}\s+){{0,2}}\w{{2,40}}{_SUFFIX}\s+{_HOUSE}{_NO_DOSE}",
        rf"(?<![\d.,-])(?:\d{{1,6}}\s+)?{_NAMED}(?:\s+{_NAMED})?\s+{_APART}\s+{_HOUSE}{_NO_DOSE}",
        rf"(?<![\d.,-])(?:\d{{1,6}}\s+(?:(?:bis|ter)\s+)?){{1,2}}{_PREFIX}\.?\s+{_STREET_NAME}",
        rf"(?<![\d.,-])(?:{_FLAT},?\s+)?\d{{1,6}}(?:/\d{{1,4}})?[A-Za-z]?\s+(?:\d{{1,5}}\s+)?(?:{_NAMED}\s+){{1,3}}{_ENGLISH}\b\.?(?:\s+(?:north|south|east|west)\b)?",
        rf"(?<![\d.,-])\d{{1,6}}\s+{_PREFIX}\.?\s+(?:[^\W\d]+\s+){{1,4}}\d{{1,5}}{_NO_DOSE}",
        # any name between numbers, or a number behind it, where a flat follows
        (
            rf"(?<![\d.,-])(?:\d{{1,6}}\s+){{0,2}}(?:{_PREFIX}\.?\s+)?{_STREET_NAME}(?:\s+{_HOUSE})?"
            rf"(?:[ \t]+{_NAMED}){{0,2}}(?=[\s,?>]{{1,40}}{_FLAT})"
        ),
        rf"(?<![\w.,-])\d{{1,6}}\s+(?:[^\W\d]+\s+){{1,4}}\d{{1,5}}(?=[\s,?>]{{1,40}}{_FLAT})",
        rf"{_NAMED}\s+[^\W\d_]{{3,40}}\s+{_HOUSE}(?:[ \t]+{_NAMED}){{0,3}}(?=[\s,?>]{{1,40}}{_FLAT})",
        # a line that begins with a number, and a line or two on a place with its postal code
        (
            r"(?<![\w.,-])\d{1,6}[ \t]+[^\W\d][^\n:;?!%]{3,40}[?]?[ \t]*\n(?:[^\n\d:;]{2,30}\n){0,2}"
            r"[ \t]*(?-i:[^\W\d_a-z])[^\n\d:;]{1,40}\s\d{5}(?:-\d{4})?(?=\s*(?:\n|$))"
        ),
        rf"(?<![\w.,-])(?:\d{{1,6}}\s+){{1,2}}{_PREFIX}\.?(?:[ \t]+[^\W\d]+){{1,4}}(?=[\s,?>]{{1,40}}{_FLAT})",
        rf"(?<![\d.,-])\d{{4,6}}\s+(?:\d{{1,4}}\s+)?{_STREET_NAME}\s+\d{{1,5}}{_NO_DOSE}",
    )
)
_LED = re.compile(
    rf"\b{_LEADS}\W{{1,3}}(?:the\s+(?:north|south|east|west)\s+side\s+of\s+)?"
    rf"(?P<address>(?:\d{{1,6}}\s+){{0,2}}{_STREET_NAME}(?:\s+and\s+{_STREET_NAME})?[ \t]+{_HOUSE}|"
    rf"(?:\d{{1,6}}[ \t]+){{1,2}}{_STREET_NAME})"
    rf"{_NO_DOSE}",
    re.IGNORECASE,
)
_AND_STREET = re.compile(
    rf"(?<=[\n\s])(?P<address>{_NAMED}\s+and\s+(?:{_PREFIX}\.?\s+)?{_STREET_NAME}\s+{_HOUSE})", re.IGNORECASE
)
_BEFORE = re.compile(r"(?<![\d.,/-])\d{1,6}\s+$")
# What goes on behind a street: a flat, a town, a state, a country, a postal code, each on its line or behind a comma.
_PLACE = (
    r"(?!(?:apt|apartment|suite|ste|unit)\b)"
    r"(?-i:[^\W\d_a-z])[^\W\d_]*(?:[ '’.-]+[^\W\d_]+){0,5}(?:\s\([^()\n]{1,20}\))?"
)
_GAP = r"(?:[ \t]{0,40}[,?\n][\s,?>]{0,40}|[ \t]{1,40})"
_ON_FLAT = re.compile(rf"{_GAP}{_FLAT}(?!\w)", re.IGNORECASE)
_ON_TOWN = re.compile(
    rf"(?:[ \t]{{0,40}}(?:\n[ \t?>]{{0,40}}|,[ \t]{{0,40}}\n?[ \t]{{0,40}})){_PLACE}"
    r"(?=\s*(?:[,.;:?\n]|$)|\s+(?:\d|(?-i:[A-Z]{2}\b)|after\b|in\b))",
    re.IGNORECASE,
)
_ON_STATE = re.compile(r"(?:[ \t]{0,40}[,\n][\s,]{0,40}|[ \t]{1,40})(?-i:[A-Z]{1,3}|nan)(?=\s*(?:$|[\n,.?]|\s\d))")
_ON_CODE = re.compile(
    rf"{_GAP}(?:\d{{2}}-\d{{3}}|\d{{4}}\s?[A-Z]{{2}}|\d{{5,6}}),?\s+{_CAP}(?:(?<!\.)[ -]{_CAP})?(?!\w)"  # then a town
    rf"|{_GAP}(?:{_PLACE}\s+)?(?:[A-Z]{{1,2}}-)?\d{{4,6}}(?:-\d{{3,4}})?(?![\d\w])"
    rf"|{_GAP}(?:{_PLACE},?\s+)?[A-Z]{{1,2}}\d[A-Z\d]?\s?\d[A-Z]{{2}}(?!\w)"  # British
    # Canadian, Irish
    rf"|{_GAP}(?:{_PLACE},?\s+)?(?-i:[A-Z]\d[A-Z]\s?\d[A-Z]\d|[AC-FHKNPRTV-Y]\d[\dW]\s?[A-Z\d]{{4}})(?!\w)"
    rf"|{_GAP}(?:[A-Z]{{1,2}}-)?\d{{3}}\s\d{{2}},?\s+{_CAP}(?!\w)"  # Swedish, Greek, Czech: then a town
    # Brazilian, Portuguese, Japanese
    rf"|{_GAP}(?:{_PLACE},?\s+(?:-\s)?(?:[A-Z]{{2}},?\s+)?)?"
    r"(?:\d{5}-\d{3}|\d{3}-\d{4}|\d{4}-\d{3})(?![\d\w-])"
    rf"|{_GAP}{_PLACE},?\s+(?-i:NSW|VIC|QLD|TAS|ACT|[A-Z]{{2}})\s+\d{{4,5}}(?![\d\w])"  # Australian, American
)
_TOWN_AFTER_FLAT = re.compile(
    rf"(?:[ \t]+{_CAP}){{1,4}}(?:\s+nan)?(?=\s*(?:[.?\n]|$)|\s+(?:after|in)\b)", re.IGNORECASE
)
_ON_LOWER = re.compile(
    r"(?:[ \t]*(?:\n[ \t?>]*|,[ \t]*))[^\W\d_]+(?: [^\W\d_]+){0,2}(?:\s\([^()\n]{1,20}\))?"
    r"(?=\s*(?:[,.;:?\n]|$)|\s+\d{4,6}\b)"
    r"|[ \t]+[^\W\d_]+(?: [^\W\d_]+){0,4}(?=\.?$)"
)
_ON = (_ON_FLAT, _ON_CODE, _ON_STATE, _ON_TOWN)
_STEPS = 7
_SHORT = 4


def find_addresses(text: str, words: KnownWords) -> Iterator[tuple[int, int]]:
    """Spans of addresses with all their lines, longest first at each place; they may overlap."""
    for pattern in _BOXES:
        for match in pattern.finditer(text):
            yield _whole(text, *match.span())
    for pattern in _CORES:
        for match in pattern.finditer(text):
            if not _is_medicine(match.group(), words):
                yield _whole(text, *match.span())
    for pattern, may_be in ((_LED, lambda *_: True), (_AND_STREET, _are_places)):
        for match in pattern.finditer(text):
            if may_be(match.group("address"), words) and not _is_medicine(match.group("address"), words):
                yield _whole(text, *match.span("address"))


def _are_places(found: str, words: KnownWords) -> bool:
    """Whether no capitalised word is known or an abbreviation ("AST and ALT 300" are values, not two streets)."""
    named = [t.written for t in tokenise_raw(found) if t.written[0].isupper()]
    return all(one.istitle() and len(one) >= _SHORT and not words.keeps(one) for one in named)


def _is_medicine(found: str, words: KnownWords) -> bool:
    named = (t for t in tokenise_raw(found) if len(t.written) > _SHORT and t.written[0].isupper())
    return any(words.is_medicine(token) for token in named)


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with a number before it and the address lines behind it."""
    before = _BEFORE.search(text, max(0, start - 8), start)
    start = before.start() if before and before.end() == start else start
    patterns = (*_ON, _ON_LOWER) if text.islower() else _ON
    for _ in range(_STEPS):
        further = next((m for p in patterns if (m := p.match(text, end))), None)
        if further is None:
            break
        if further.re is _ON_FLAT:
            further = _TOWN_AFTER_FLAT.match(text, further.end()) or further
        end = further.end()
    return start, end
