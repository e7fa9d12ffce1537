"""Makes a part standalone: what the conversation said before, and what the message said beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.records import Interaction
from assistant.types import Part, PartKind
from assistant.understanding.populations import SEVERITY, populations, without_populations
from assistant.understanding.products import ProductIndex
from assistant.understanding.shorthand import expand, known_words
from assistant.understanding.split import TIMES, content, unmarked
from assistant.understanding.topics import TopicModel
from assistant.understanding.words import words

MOST_INHERITED = 12  # words
ELLIPTIC = 3  # a question with no more words of its own leans on what stands beside it
COMPANION = 1.3  # cue weight of another medicine's name for the topic of interactions
OWN_SHARE = 0.65  # weight of a follow-up's own words in its section prior

_CARRIED = frozenset({PartKind.ON_LABEL, PartKind.OFF_LABEL, PartKind.COMPARATOR})
_LEANS = re.compile(
    r"^\W*(?:ok\W+)?(?:and|also|what about|how about|what if|same|then|but|or|in|for|with|if)\b"
    r"|\bany (?:change|difference|different|adjustment)\b|\binstead\b|\bsame\b",
    re.IGNORECASE,
)
_ALONE_TOPICS = frozenset({"supply", "mechanism", "description", "overdose", "abuse", "toxicology", "counseling"})
_WHO = frozenset({"renal", "hepatic", "pediatric", "geriatric"})
_EFFECTS = frozenset({"adverse", "warning"})  # topics whose words name an effect: one takes the other's place
_ALONE = re.compile(r"\b(?:mono(?:therapy)?|alone|single[\s-]agent|by itself|on its own)\b", re.IGNORECASE)
_BESIDE = re.compile(r"\b(?:with|w/?|plus|\+)\s+\S+.*$", re.IGNORECASE)


def previous_part(history: Sequence[Interaction]) -> Part | None:
    """The last label question of the conversation, or None."""
    for interaction in reversed(history):
        parts = interaction.understanding.parts if interaction.understanding else ()
        carried = [part for part in parts if part.kind in _CARRIED]
        if carried:
            return carried[-1]
    return None


def leans_on_previous(text: str, topics: TopicModel) -> bool:
    """Whether a text cannot be understood without the turn before."""
    own = topics.topics_of(expand(text)).keys()
    if own and own <= _ALONE_TOPICS:
        return False
    names_who = own <= _WHO and len(content(text)) <= ELLIPTIC  # "over 75?"
    return _LEANS.search(text) is not None or names_who


def inherited(text: str, previous: Part, index: ProductIndex, topics: TopicModel) -> tuple[str, ...]:
    """The words of the previous question that this one takes for granted.

    A new condition, population, severity, companion or effect takes the old one's place; the topic stays.
    """
    before = previous.standalone.partition(": ")[2] if previous.product else previous.standalone
    before = before or previous.standalone
    if populations(text):
        before = without_populations(before)
    elif SEVERITY.search(text):
        before = SEVERITY.sub(" ", before)
    if _ALONE.search(text):
        before = _BESIDE.sub("", before)
    named = _medicine_words(before, index)
    companions = (
        set() if _medicine_words(text, index, companions=True) else _medicine_words(before, index, companions=True)
    )
    effects = {word for word in content(text) if topics.topics_of_word(word) & _EFFECTS}
    kept = [word for word in content(before) if word not in named or word in companions]
    if effects:
        kept = [word for word in kept if not topics.topics_of_word(word) & _EFFECTS]
    if _own_condition(text, index, topics):
        kept = [word for word in kept if topics.is_cue(word)]
    said = set(content(text))
    return tuple(dict.fromkeys(word for word in kept if word not in said))[:MOST_INHERITED]


def carried_topic(text: str, earlier: str, topics: TopicModel) -> tuple[str, ...]:
    """The topic words an earlier part lends to one that names none ("dose in adults? and what about kids")."""
    if any(topics.is_cue(word) for word in content(without_populations(text))):
        return ()
    said = set(content(text))
    cues = [word for word in content(without_populations(earlier)) if topics.is_cue(word) and word not in said]
    return tuple(dict.fromkeys(cues))[:MOST_INHERITED]


def beside(text: str, other: str, index: ProductIndex, topics: TopicModel) -> tuple[str, ...]:
    """Words an elliptic question takes from a statement in the same message ("ANC 0.9. cutoff to hold?")."""
    if len(content(text)) > ELLIPTIC:
        return ()
    dropped = set(content(text)) | _medicine_words(other, index) | TIMES
    kept = [word for word in content(other) if word not in dropped and (word in known_words() or topics.is_cue(word))]
    return tuple(dict.fromkeys(piece for word in kept for piece in _with_value(word, other)))[:MOST_INHERITED]


def _with_value(word: str, text: str) -> tuple[str, ...]:
    """A word with the number said right after it: "ANC 700"."""
    value = re.search(rf"\b{re.escape(word)}\b\W{{1,3}}(\d[\d.,]*)", text, re.IGNORECASE)
    return (word, value[1].rstrip(".,")) if value else (word,)


def standalone(text: str, product: str | None, added: Sequence[str], index: ProductIndex) -> str:
    """The part with its product in front and the words it takes for granted in brackets."""
    named = product is not None and any(product in m.products for m in index.resolve(text).mentions)
    said = unmarked(text)
    whole = f"{said} ({' '.join(added)})" if added else said
    return whole if named or product is None else f"{product}: {whole}"


def section_prior(
    text: str, whole: str, product: str | None, index: ProductIndex, topics: TopicModel
) -> dict[str, float]:
    """Probabilities of section families for a part: its own words first, what it inherits second."""
    beside = {"interaction": COMPANION} if names_companion(text, product, index) else {}
    together = topics.predict(expand(whole), beside)
    if text == whole or not (beside or topics.topics_of(expand(text))):
        return together
    own = topics.predict(expand(text), beside)
    mixed = {field: OWN_SHARE * own.get(field, 0.0) + (1 - OWN_SHARE) * p for field, p in together.items()}
    return {field: round(p, 6) for field, p in sorted(mixed.items(), key=lambda item: -item[1])}


def names_companion(text: str, product: str | None, index: ProductIndex) -> bool:
    """Whether a text names a medicine other than the product it is about."""
    return product is not None and any(product not in mention.products for mention in index.resolve(text).mentions)


def _own_condition(text: str, index: ProductIndex, topics: TopicModel) -> bool:
    named = _medicine_words(text, index)
    rest = content(without_populations(text))
    return any(word not in named and not topics.is_cue(word) for word in rest)


def _medicine_words(text: str, index: ProductIndex, *, companions: bool = False) -> set[str]:
    mentions = index.resolve(text).mentions
    if companions:
        mentions = tuple(mention for mention in mentions if not mention.is_held)
    return {word.text for mention in mentions for word in words(mention.text)}
