"""What a product's approved documents allow: conditions, ages, routes, strengths and frequencies, read once each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from assistant.screens.ages import ADULT, is_negative, names_children, youngest
from assistant.screens.conditions import condition_names, find_conditions
from assistant.screens.medicines import find_medicines
from assistant.screens.patterns import Pattern, read_patterns
from assistant.screens.quantities import Quantity, amounts, least_weights, most_counts
from assistant.screens.vocabulary import tokenise
from knowledge.types import ApprovedDocument, DocumentKind, ParsedDocument, Section

_NOT_FOR = r"(?:but\s+|and\s+)?not\s+(?:intended\s+)?for\s+(?!wh)"
_SENTENCE = re.compile(rf"(?<=[.;])(?<!\s[A-Z]\.)\s+|\s(?=Limitations? of Use)|\n+|\s(?=[•●▪])|(?<=,)\s(?={_NOT_FOR})")
_DENIES = re.compile(_NOT_FOR, re.IGNORECASE)
_ITEM = re.compile(r"[•●▪–-]")
_WORDS = re.compile(r"\w")
_CONTRA = re.compile(r"\bcontra-?indicated\b", re.IGNORECASE)
_INDICATED = re.compile(r"(?<!not )(?<!contra)(?<!contra-)\bindicated\s+(?:for|in|as|to)\b", re.IGNORECASE)
_OPENS = re.compile(
    r"\b(?:established|indicated|approved|recommended|supported\s+by|safe\s+and\s+effective|may\s+be\s+used)\b",
    re.IGNORECASE,
)
# How often something is tested is no frequency of dosing, unless the sentence doses as well.
_MONITORS = re.compile(
    r"^(?!.*\b(?:dos(?:e|es|age)|administer\w*)\b).*\b(?:monitor|measure|obtain|check|assess|test|review)",
    re.IGNORECASE,
)
_NOT_THE_CHILD = frozenset({"pregnancy", "lactation", "nursing_mothers", "labor_and_delivery"})
_FAR, _NEAR = 10_000, 60  # characters between a figure and the name of another medicine
_INDICATIONS = ("indications_and_usage",)
_DOSAGE = ("dosage_and_administration",)
_YOUNG = ("pediatric_use", "use_in_specific_populations")


@dataclass(frozen=True)
class LabelUses:
    """What the approved documents of one product say about its uses."""

    approved: frozenset[str]  # condition groups in affirmative sentences of the indications
    limited: frozenset[str]  # condition groups only in limitations of use
    text: str  # of the documents, in lower case
    indications: tuple[str, ...]  # affirmative sentences of the indications
    dosing: tuple[str, ...]  # all sentences on dosing
    sentences: tuple[str, ...]  # indications and dosage, affirmative or not, and text on young patients
    youngest: float | None  # age the label gives information from; None: the label does not say
    routes: frozenset[str]
    frequencies: frozenset[str]
    most_amounts: Mapping[str, float]  # the highest a dosing sentence gives, by unit (`quantities.Quantity`)
    least_kilograms: float | None  # weight from which every indication that names one holds
    most_doses: float | None
    own_names: frozenset[str]

    @cached_property
    def affirmed(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """The sentences that deny nothing, each with the conditions it names; a quarter of a second for a long one."""
        named = ((s, frozenset(h.group for h in find_conditions(s))) for s in self.sentences if not is_negative(s))
        return tuple((sentence, groups) for sentence, groups in named if groups)

    def mentions(self, term: str) -> bool:
        """Whether a word or several begin with this term anywhere in the documents."""
        return stands_in(term.lower(), self.text)

    def mentions_condition(self, group: str) -> bool:
        """Whether any name of a condition stands anywhere in the documents."""
        return any(self.mentions(name) for name in condition_names(group))

    def youngest_for(self, groups: Sequence[str]) -> float | None:
        """The youngest age in sentences that name one of these conditions; the general one when none does."""
        affirmed = [s for s, named in self.affirmed if not named.isdisjoint(groups)]
        specific = youngest(affirmed)
        return self.youngest if specific is None else specific


def read_uses(label: Sequence[ApprovedDocument]) -> LabelUses:
    """Read the prescribing information among the documents; all of them when there is none."""
    leading = [d.document for d in label if d.document.kind is DocumentKind.PRESCRIBING_INFORMATION]
    documents = leading or [d.document for d in label]
    return _read(tuple(_Held(d) for d in documents))


@dataclass(frozen=True)
class _Held:
    """A parsed document, compared by identity of its source, so that reading can be remembered."""

    document: ParsedDocument

    def __hash__(self) -> int:
        return hash((self.document.source_sha256, self.document.version))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Held)
            and other.document.source_sha256 == self.document.source_sha256
            and other.document.version == self.document.version
        )


def stands_in(term: str, text: str) -> bool:
    """Whether a term stands in a text at the beginning of a word: ten times as fast as an expression over a label."""
    at = text.find(term)
    while at > 0 and _WORDS.match(text[at - 1]) and _WORDS.match(term):
        at = text.find(term, at + 1)
    return at >= 0


@lru_cache(maxsize=512)
def _read(held: tuple[_Held, ...]) -> LabelUses:
    documents = [h.document for h in held]
    indications = _sentences(documents, _INDICATIONS)
    dosage = _sentences(documents, _DOSAGE)
    young = _sentences(documents, _YOUNG)
    whole = "\n".join(d.text for d in documents).lower()
    affirmed = {h.group for s in indications if _affirms(s) for h in find_conditions(s)}
    denied = {h.group for s in indications if not _affirms(s) for h in find_conditions(s)}
    own = frozenset(
        t.word for d in documents for n in (d.names.product, d.names.generic, *d.names.substances) for t in tokenise(n)
    )
    dosing = [_read_dosing(sentence, own) for sentence in dict.fromkeys(dosage)]
    most: dict[str, float] = {}
    for one in dosing:
        for amount in one.of_ours(amounts(one.text)):
            most[amount.unit] = max(amount.value, most.get(amount.unit, 0.0))
    return LabelUses(
        approved=frozenset(affirmed),
        limited=frozenset(denied - affirmed),
        text=whole,
        indications=tuple(dict.fromkeys(s for s in indications if _affirms(s))),
        dosing=tuple(dict.fromkeys(dosage)),
        sentences=(*indications, *dosage, *young),
        youngest=_youngest(indications, dosage, young),
        routes=find_routes(" ".join(r for d in documents for r in d.names.routes))
        | {
            name
            for name, pattern in read_patterns("routes").items()
            if any(True for one in dosing for _ in one.own(pattern))
        },
        frequencies=frozenset(
            name
            for name, pattern in read_patterns("frequencies").items()
            if any(True for one in dosing if not _MONITORS.search(one.text) for _ in one.own(pattern))
        ),
        most_amounts=most,
        least_kilograms=min((w for s in indications if _affirms(s) for w in least_weights(s)), default=None),
        most_doses=max((c for s in (*indications, *dosage) for c in most_counts(s)), default=None),
        own_names=own,
    )


def _affirms(sentence: str) -> bool:
    """Whether a sentence of the indications approves something ("indicated where oral use is contraindicated" does)."""
    if _DENIES.match(sentence):
        return False
    return not is_negative(_CONTRA.sub("", sentence) if _INDICATED.search(sentence) else sentence)


def _youngest(indications: Sequence[str], dosage: Sequence[str], young: Sequence[str]) -> float | None:
    about_children = [
        s for s in young if re.search(r"pa?ediatric|child|adolescen|infan|neonat|years", s, re.IGNORECASE)
    ]
    closed = any(is_negative(s) and re.search(r"pa?ediatric|child", s, re.IGNORECASE) for s in about_children)
    adults_only = any(re.search(r"\badults?\b", s) for s in indications)
    opened = any(not is_negative(s) and _OPENS.search(s) for s in about_children)
    # Trials in children that opened nothing are told of beside "not established": they are no age to dose from.
    counted = [s for s in about_children if is_negative(s)] if closed and not opened else about_children
    if adults_only and closed and not opened and not any(names_children(s) for s in indications):
        return ADULT  # whatever numbers of weeks the dosing speaks of
    stated = youngest((*indications, *dosage, *counted))
    if stated is not None:
        return stated
    return ADULT if closed or adults_only else None


def find_routes(text: str) -> frozenset[str]:
    """Routes of administration named in a text."""
    return frozenset(name for name, pattern in read_patterns("routes").items() if pattern.search(text))


def find_frequencies(text: str) -> frozenset[str]:
    """Dosing frequencies named in a text."""
    return frozenset(name for name, pattern in read_patterns("frequencies").items() if pattern.search(text))


@dataclass(frozen=True)
class _Dosing:
    """A sentence on dosing, with where other medicines and the product itself are named."""

    text: str
    others: tuple[tuple[int, int], ...]
    ours: tuple[tuple[int, int], ...]

    def own(self, pattern: Pattern) -> Iterator[re.Match[str]]:
        """Matches that belong to the product: no other medicine is named nearer ("with weekly methotrexate 15 mg")."""
        return (m for m in pattern.finditer(self.text) if self._is_ours(m.start(), m.end()))

    def of_ours(self, found: Iterable[Quantity]) -> Iterator[Quantity]:
        """The amounts that belong to the product, by the same sign."""
        return (q for q in found if self._is_ours(q.start, q.end))

    def _is_ours(self, start: int, end: int) -> bool:
        to_other = min((_gap(start, end, *span) for span in self.others), default=_FAR)
        to_ours = min((_gap(start, end, *span) for span in self.ours), default=_FAR)
        return to_other >= min(to_ours, _NEAR)


def _read_dosing(sentence: str, own: frozenset[str]) -> _Dosing:
    others = tuple((m.start, m.end) for m in find_medicines(sentence) if not own.intersection(m.name.split()))
    ours = tuple((t.start, t.end) for t in tokenise(sentence) if t.word in own) if others else ()
    return _Dosing(sentence, others, ours)


def _gap(start: int, end: int, other_start: int, other_end: int) -> int:
    return max(other_start - end, start - other_end, 0)


def _sentences(documents: Sequence[ParsedDocument], fields: tuple[str, ...]) -> tuple[str, ...]:
    """Sentences of the outermost sections of these families; a list item comes with the sentence it hangs on."""
    found: list[str] = []
    for document in documents:
        wanted = {s.index for s in document.sections if s.field in fields}
        for section in document.sections:
            if section.index in wanted and section.parent not in wanted:
                found += _split(_without_pregnancy(document, section))
    return tuple(found)


def _without_pregnancy(document: ParsedDocument, section: Section) -> str:
    """The text of a section without its parts on pregnancy and milk, whose newborns are nobody's patients yet."""
    text, start = [], section.start
    for inner in document.sections:
        if inner.field in _NOT_THE_CHILD and section.start < inner.start and inner.end <= section.end:
            text.append(document.text[start : max(start, inner.start)])
            start = max(start, inner.end)
    return "".join((*text, document.text[start : section.end]))


def _split(text: str) -> Iterator[str]:
    lead_in = ""
    for piece in _SENTENCE.split(text):
        stripped = piece.strip()
        is_item = _ITEM.match(stripped) is not None
        if stripped:
            yield f"{lead_in} {stripped}" if is_item else stripped
        if not is_item and stripped:
            lead_in = stripped if stripped.endswith(":") else ""
