"""Faults planted in true sentences, and true ways of saying the same: what the check of reworded text is measured on.

All by rule and the same in every run. A rule that finds nothing to change in a sentence makes no case.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.types import ParsedDocument, Unit, UnitKind

MIN_WORDS = 5
AROUND = 3  # neighbouring units either side that make the passage
_NUMBER = re.compile(
    r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w.,-]*\w)|(?<![\w.,-])\d+(?=-(?:week|day|hour|month|year))"
)
_REFERENCE = re.compile(r"\s*[\[(]\s*see [^\])]*[\])]")
_UNITS = {
    "mg": "mcg", "mcg": "mg", "g": "mg", "kg": "g", "mL": "L", "L": "mL", "%": " mg", "hours": "days", "hour": "day",
    "days": "weeks", "day": "week", "weeks": "months", "week": "month", "months": "weeks", "month": "week",
    "years": "months", "year": "month", "minutes": "hours", "mg/kg": "mg/m2", "mg/m2": "mg/kg", "mg/mL": "mcg/mL",
    "mg/dL": "mmol/L", "mL/min": "L/min", "mmHg": "cm",
}  # fmt: skip
_NEGATIONS = (
    (r"\bDo not (\w)", lambda m: m[1].upper()), (r"\bdo not ", ""), (r"\bdoes not ", ""), (r"\bdid not ", ""),
    (r" not\b", ""), (r"\bwithout\b", "with"), (r"\bAvoid\b", "Use"), (r"\bavoid\b", "use"),
    (r"\bcontraindicated\b", "indicated"), (r"\bNo ", "Some "), (r"\bno ", "some "), (r"\bnever\b", "always"),
)  # fmt: skip
_POPULATIONS = (
    ("adult patients", "pediatric patients"), ("adults", "children"), ("adult", "pediatric"), ("children", "adults"),
    ("pediatric", "adult"), ("pregnant", "lactating"), ("women", "men"), ("females", "males"), ("males", "females"),
    ("renal", "hepatic"), ("hepatic", "renal"), ("severe", "mild"), ("moderate", "severe"), ("mild", "moderate"),
    ("geriatric", "pediatric"), ("elderly", "pediatric"), ("infants", "adults"), ("breastfeeding", "pregnant"),
)  # fmt: skip
_ROUTES = (
    "orally", "intravenously", "subcutaneously", "intramuscularly", "topically",
    "oral", "intravenous", "subcutaneous", "intramuscular", "topical", "nasal", "rectal", "ophthalmic",
)  # fmt: skip
_FREQUENCIES = (
    ("once daily", "twice daily"), ("twice daily", "once daily"), ("three times daily", "once daily"),
    ("once a day", "twice a day"), ("twice a day", "three times a day"), ("once weekly", "once daily"),
    ("every day", "every week"), ("each day", "each week"), ("weekly", "daily"), ("daily", "weekly"),
    ("monthly", "weekly"), ("per day", "per week"), ("every other day", "every day"), ("once", "twice"),
)  # fmt: skip
_COMPARISONS = (
    ("at least", "at most"), ("less than", "more than"), ("more than", "less than"), ("greater than", "less than"),
    ("above", "below"), ("below", "above"), ("up to", "at least"), ("or more", "or less"), ("and older", "and younger"),
    ("≥", "<"), ("<", ">"), (">", "<"), ("≤", ">"), ("increased", "decreased"), ("increases", "decreases"),
    ("decreased", "increased"), ("reduced", "increased"), ("higher", "lower"), ("before", "after"), ("after", "before"),
)  # fmt: skip
_OTHER_DRUGS = ("warfarin", "metformin", "Zelquorine", "prednisone", "atorvastatin", "Brantivor", "rituximab")


@dataclass(frozen=True)
class Case:
    """A sentence, the passages by id, the ids it names, and what was done to it ("" for a true one)."""

    text: str
    named: tuple[str, ...]
    passages: dict[str, str]
    kind: str
    is_true: bool


def cases(document: ParsedDocument, limit: int) -> Iterator[Case]:
    """True and faulty cases from up to `limit` sentences and list items, evenly drawn from a document."""
    units = [u for u in document.units if u.kind is not UnitKind.TABLE_ROW and _says_something(document, u)]
    step = max(1, len(units) // limit)
    drugs = tuple(dict.fromkeys(n for n in (document.names.product, document.names.generic) if n))
    for unit in units[::step][:limit]:
        sentence = " ".join(_REFERENCE.sub("", document.text[unit.start : unit.end]).split())
        other = units[(units.index(unit) + len(units) // 2) % len(units)]
        passages = {"p1": _passage(document, unit), "p2": _passage(document, other)}
        for kind, text in truths(sentence):
            yield Case(text, ("p1",), passages, kind, is_true=True)
        for kind, text in faults(sentence, passages["p1"], drugs):
            yield Case(text, ("p1",), passages, kind, is_true=False)
        yield Case(sentence, ("p9",), passages, "invented citation", is_true=False)
        if sentence not in " ".join(passages["p2"].split()):
            yield Case(sentence, ("p2",), passages, "wrong citation", is_true=False)


def _says_something(document: ParsedDocument, unit: Unit) -> bool:
    return len(document.text[unit.start : unit.end].split()) >= MIN_WORDS


def _passage(document: ParsedDocument, unit: Unit) -> str:
    near = document.units[max(0, unit.index - AROUND) : unit.index + AROUND + 1]
    same = [u for u in near if u.section == unit.section and u.kind is not UnitKind.TABLE_ROW]
    lead = [unit.lead_in.of(document.text)] if unit.lead_in is not None else []
    texts = [document.text[u.start : u.end] for u in same]
    return "\n".join([*(text for text in lead if text not in texts), *texts])


def truths(sentence: str) -> Iterator[tuple[str, str]]:
    """The sentence itself, introduced, and with its clauses in another order."""
    yield "verbatim", sentence
    first = sentence.split(maxsplit=1)[0]
    if re.match(r"[A-Z][a-z]+$|A$", first):
        lower = sentence[0].lower() + sentence[1:]
        if first in {"The", "A", "An", "In", "If", "Do", "Avoid", "No", "When", "For", "Patients", "Monitor", "There"}:
            yield "introduced", f"According to the label, {lower}"
            yield "introduced", f"The prescribing information states: {lower}"
    moved = re.match(r"(In|For|If|When|During|After|Before|Among|Based on) ([^,.;]{5,80}), ([^;]+)\.$", sentence)
    if moved and "," not in moved[3]:
        yield "reordered", f"{moved[3][0].upper()}{moved[3][1:]} {moved[1].lower()} {moved[2]}."
    turned = re.match(r"(The [^,;]{5,70}) (is|was) ((?:\d|an? )[^,;]{3,80})\.$", sentence)
    if turned:
        yield "reordered", f"{turned[3][0].upper()}{turned[3][1:]} {turned[2]} {turned[1][0].lower()}{turned[1][1:]}."
    fronted = re.match(
        r"([^,;:]{10,90}?) (in (?:adult |pediatric |pregnant )?(?:patients|women|adults|children)[^,;:]*)\.$", sentence
    )
    if fronted and not sentence.startswith(("In ", "in ")):
        yield "reordered", f"{fronted[2][0].upper()}{fronted[2][1:]}, {_lower(fronted[1])}."


def _lower(text: str) -> str:
    return text if text[1:2].isupper() else text[0].lower() + text[1:]


def faults(sentence: str, passage: str, drugs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """One or two faults of each kind that the sentence has a place for."""
    makers: tuple[tuple[str, Callable[[str, str, random.Random], Iterator[str]]], ...] = (
        ("number", _number),
        ("number nearby", _number_nearby),
        ("unit", _unit),
        ("negation dropped", _negation_dropped),
        ("negation added", _negation_added),
        ("population", _population),
        ("drug", lambda s, _p, r: _drug(s, drugs, r)),
        ("route", _route),
        ("frequency", _frequency),
        ("comparison", _comparison),
        ("numbers exchanged", _exchanged),
        ("condition dropped", _condition_dropped),
        ("made certain", _made_certain),
        ("spliced", _spliced),
    )
    for kind, make in makers:
        seed = hashlib.sha256(f"{kind}\n{sentence}".encode()).digest()
        for text in make(sentence, passage, random.Random(seed)):  # noqa: S311 - the same draw every time, no secret
            if text != sentence and " ".join(text.split()) not in " ".join(passage.split()):
                yield kind, text
                break


def _numbers(text: str) -> list[re.Match[str]]:
    return list(_NUMBER.finditer(text))


def _number(sentence: str, _: str, draw: random.Random) -> Iterator[str]:
    found = _numbers(sentence)
    if found:
        match = draw.choice(found)
        value = float(match[0].replace(",", ""))
        new = draw.choice([value * 2 + 1, value * 10 + 10, value + 3, value / 2 + 0.25])
        yield sentence[: match.start()] + f"{new:g}" + sentence[match.end() :]


def _number_nearby(sentence: str, passage: str, draw: random.Random) -> Iterator[str]:
    """A number is replaced by another one of the same passage: the slip that looks most like the truth."""
    found = _numbers(sentence)
    if found:
        match = draw.choice(found)
        own = {m[0] for m in found}
        others = sorted({m[0] for m in _numbers(passage)} - {match[0]}, key=lambda n: (n in own, n))
        if others:
            yield sentence[: match.start()] + others[0] + sentence[match.end() :]


def _unit(sentence: str, _: str, draw: random.Random) -> Iterator[str]:
    found = [m for m in re.finditer(r"(?<=\d)([ -]?)([A-Za-z%/0-9]+)", sentence) if m[2] in _UNITS]
    if found:
        match = draw.choice(found)
        yield sentence[: match.start()] + match[1] + _UNITS[match[2]] + sentence[match.end() :]


def _negation_dropped(sentence: str, _: str, __: random.Random) -> Iterator[str]:
    for pattern, new in _NEGATIONS:
        changed = re.sub(pattern, new, sentence, count=1)
        if changed != sentence:
            yield changed


def _negation_added(sentence: str, _: str, __: random.Random) -> Iterator[str]:
    changed = re.sub(
        r"\b(is|are|was|were|can|may|should|must|has|have|will|do|does)\b(?! not)", r"\1 not", sentence, count=1
    )
    yield changed
    if re.match(r"[A-Z][a-z]+ ", sentence):
        yield re.sub(
            r"^(Take|Administer|Monitor|Discontinue|Reduce|Measure|Advise|Use|Store|Test|Interrupt)\b",
            r"Do not \1",
            sentence,
        )


def _swap(sentence: str, pairs: Sequence[tuple[str, str]], draw: random.Random) -> Iterator[str]:
    fitting = [(old, new) for old, new in pairs if re.search(_whole(old), sentence)]
    if fitting:
        old, new = draw.choice(fitting)
        yield re.sub(_whole(old), new, sentence, count=1)


def _whole(word: str) -> str:
    return rf"\b{re.escape(word)}\b" if word[0].isalnum() else re.escape(word)


def _population(sentence: str, _: str, draw: random.Random) -> Iterator[str]:
    yield from _swap(sentence, _POPULATIONS, draw)
    group = draw.choice(["pediatric patients", "pregnant women", "patients with renal impairment"])
    if re.match(r"(The|A|An|In|Do|Avoid|No) ", sentence) and group.split()[0] not in sentence:
        yield f"In {group}, {sentence[0].lower()}{sentence[1:]}"


def _drug(sentence: str, drugs: Sequence[str], draw: random.Random) -> Iterator[str]:
    for name in drugs:
        if re.search(_whole(name), sentence, re.IGNORECASE):
            other = draw.choice([d for d in _OTHER_DRUGS if d.lower() not in sentence.lower()])
            yield re.sub(_whole(name), other, sentence, count=1, flags=re.IGNORECASE)


def _route(sentence: str, _: str, draw: random.Random) -> Iterator[str]:
    adverbs, adjectives = _ROUTES[:5], _ROUTES[5:]
    for group in (adverbs, adjectives):
        yield from _swap(sentence, [(r, draw.choice([o for o in group if o != r])) for r in group], draw)
    yield re.sub(
        r"\b(taken|administered|given)\b",
        r"\1 intravenously" if "intraven" not in sentence else r"\1 orally",
        sentence,
        count=1,
    )


def _frequency(sentence: str, _: str, __: random.Random) -> Iterator[str]:
    for old, new in _FREQUENCIES:
        changed = re.sub(_whole(old), new, sentence, count=1)
        if changed != sentence:
            yield changed


def _comparison(sentence: str, _: str, draw: random.Random) -> Iterator[str]:
    yield from _swap(sentence, _COMPARISONS, draw)


def _exchanged(sentence: str, _: str, draw: random.Random) -> Iterator[str]:
    """Two numbers of one sentence change places: every word and number of it is still in the source."""
    found = _numbers(sentence)
    pairs = [(a, b) for a, b in itertools.combinations(found, 2) if a[0] != b[0]]
    if pairs:
        a, b = draw.choice(pairs)
        yield sentence[: a.start()] + b[0] + sentence[a.end() : b.start()] + a[0] + sentence[b.end() :]


def _condition_dropped(sentence: str, _: str, __: random.Random) -> Iterator[str]:
    for pattern in (
        r",? unless [^,.;]+",
        r",? if [^,.;]+",
        r" in patients with [^,.;]+",
        r"^(?:If|When|In patients) [^,.;]+, ",
    ):
        changed = re.sub(pattern, "", sentence, count=1).strip()
        if changed != sentence and len(changed.split()) >= MIN_WORDS:
            yield changed[0].upper() + changed[1:]


def _made_certain(sentence: str, _: str, __: random.Random) -> Iterator[str]:
    yield re.sub(r"\b(?:may|might|could)\b(?! not)", "will", sentence, count=1)


def _spliced(sentence: str, passage: str, draw: random.Random) -> Iterator[str]:
    """The beginning of this sentence with the end of a neighbour: the slip of a model that joins what it read."""
    own = re.match(r"(.{15,}? )(is|are|was|were|has|have|should be|can be|may be) (.+)$", sentence)
    if own is None:
        return
    subject = set(re.findall(r"[a-z]{5,}", own[1].lower()))
    others = []
    for line in passage.splitlines():
        end = re.match(rf".{{15,}}? {own[2]} (.{{15,}})$", line.strip())
        foreign = subject - set(re.findall(r"[a-z]{5,}", line.lower()))  # else it may well be true
        if end and end[1] not in sentence and len(foreign) > 1:
            others.append(end[1])
    if others:
        yield f"{own[1]}{own[2]} {draw.choice(others)}"
