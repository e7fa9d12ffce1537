"""Which of the medicines a text names is asked about, and which only stand beside it.

"Alphamab with betanib - lower dose?" asks about alphamab. A medicine beside the portal's product is a companion
unless the wording makes it the subject ("dose of …", "… in pregnancy").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.understanding.products import Mention, ProductMatch
from assistant.understanding.split import FILLERS, Segment, segments
from assistant.understanding.topics import TopicModel
from assistant.understanding.words import table, words
from knowledge.types import ProductNames

NEAR = 80  # characters around a name that tell its role

_COMPANION = re.compile(
    r"(?:\b(?:with|w|plus|vs?\.?|versus|than|on|over|from|to|taking|receiving|like|against|concurrent|concomitant|"
    r"also|adding|added|add|combined|and|or|after|before|instead of|alongside|including|prior|previous|failed|not)\s*"
    r"|[+/&,(])\s*(?:\b(?:a|an|the|any|concomitant|concurrent|his|her|their|also|or|other|low dose|strong|oral|iv|po|"
    r"existing|prior|previous|my|some)\s+)*$",
    re.IGNORECASE,
)
_TAKES_BEFORE = re.compile(
    r"\b(?:got|gets?|getting|given|gave|received|receives|takes|took|start(?:s|ed|ing)?|needs?|needed|uses|used)\s+"
    r"(?:(?:a|an|the|some|any|iv|po|oral|low dose|prn)\s+)*$",
    re.IGNORECASE,
)
_SUBJECT_BEFORE = re.compile(
    r"\b(?:dos\w*|schedule|titration|indications?|half[\s-]?life|moa|mechanism|storage|label|use|strengths?|"
    r"side effects?|pharmacokinetics|pk|contraindications?|warnings?|overdose|excipients|safety|effects?)\s+"
    r"(?:of|for)\s+(?:the\s+)?$"
    r"|\b(?:switch to|what is|what's|whats|what about|how about|about)\s+$",
    re.IGNORECASE,
)
_SUBJECT_AFTER = re.compile(
    r"^\s*(?:\([^)]*\)\s*)?(?::|-\s|\bdos(?:e|es|ing|age)\b|\bload\w*|\bstarting\b|\bmaintenance\b|\btitration\b|\bmoa\b|"
    r"\bindications?\b|\bhalf\b|\bt½|\bcontraindicat\w*|\bstorage\b|\bin\s+(?:pregnan\w*|renal|hepatic|kids|children)|"
    r"\bschedule\b|\bmax\b|\btarget\b)",
    re.IGNORECASE,
)
_WHAT_ABOUT = re.compile(r"\b(?:what|how) about\s+$", re.IGNORECASE)
_ABOUT_BEFORE = re.compile(
    r"\b(?:who (?:should|can|must|may) (?:not )?(?:get|take|receive|use|have)|why (?:get|take|use)|prescrib\w+|"
    r"how (?:should|is|are|do i (?:use|take|give|dose))|know about|information (?:about|on)|"
    r"(?:dosing|overdose|dose|reaction|risks?) (?:of|to))\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_ACTS_AFTER = re.compile(
    r"^\s*(?:interact|affect|matter|chang|interfer|reduc|increas|decreas|rais|lower|impact|influenc|mess)",
    re.IGNORECASE,
)
_TOGETHER = frozenset(str(table("common_words.yaml")["together"]).split())
_PRONOUN = re.compile(r"\b(?:it|this|its)\b", re.IGNORECASE)
_ROUTE_WORDS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), routes)
    for pattern, routes in (
        (r"cream|topical\w*|ointment|lotion|patch|skin", ("topical", "cutaneous", "transdermal")),
        (r"rectal\w*|suppositor\w*|enema", ("rectal",)),
        (r"tabs?|tablets?|caps?|capsules?|po|oral\w*|pills?|by mouth", ("oral",)),
        (r"iv|ivpb|infus\w*|intravenous\w*|inj\w*", ("intravenous", "intramuscular", "subcutaneous")),
        (r"inhal\w*|neb\w*", ("respiratory (inhalation)",)),
        (r"im|intramuscular\w*|depot|lai", ("intramuscular",)),
        (r"sc|sq|subq|subcut\w*", ("subcutaneous",)),
    )
)


@dataclass(frozen=True)
class Subject:
    """What a text asks about."""

    product: str | None = None
    candidates: tuple[str, ...] = ()
    is_unknown: bool = False  # a medicine the library does not hold is asked about
    is_named: bool = False  # decided by a name in the text itself


def subject_of(
    text: str, match: ProductMatch, frame: str | None, topics: TopicModel, products: Sequence[ProductNames]
) -> Subject:
    """The product a text asks about, given what it names and the product in force (`frame`: conversation or portal)."""
    mentions = _settled(text, match.mentions, frame, products)
    if not mentions:
        return Subject(product=frame)
    heads = _heads(text, mentions, frame)
    if frame is not None and _names(mentions, frame) and not _has_other_head(heads, frame):
        return Subject(product=frame, is_named=True)
    held_heads = [mention for mention in heads if mention.is_held]
    if held_heads and not (frame is None and _is_unknown_subject(text, heads[0], topics, None)):
        return _of_mention(held_heads[0])
    if heads and _is_unknown_subject(text, heads[0], topics, frame):
        return Subject(candidates=heads[0].related, is_unknown=True)
    if frame is not None:
        return Subject(product=frame)
    held = [mention for mention in mentions if mention.is_held]
    if held:
        return replace(
            _of_mention(held[0]), is_named=False
        )  # a companion: what the message names elsewhere goes before
    return Subject(candidates=mentions[0].related, is_unknown=bool(heads))


def _of_mention(mention: Mention) -> Subject:
    if len(mention.products) == 1:
        return Subject(product=mention.products[0], is_named=True)
    return Subject(candidates=mention.products, is_named=True)


def _names(mentions: Sequence[Mention], product: str) -> bool:
    return any(product in mention.products or product in mention.related for mention in mentions)


def _has_other_head(heads: Sequence[Mention], frame: str) -> bool:
    first = heads[0] if heads else None
    return first is not None and first.is_held and frame not in first.products


def _heads(text: str, mentions: Sequence[Mention], frame: str | None) -> list[Mention]:
    spans = segments(text)
    companions = {m.medicine for m in mentions if _is_companion(text, m, mentions, frame, spans)}
    return [mention for mention in mentions if mention.medicine not in companions]


def _around(text: str, mention: Mention) -> tuple[str, str]:
    return text[max(0, mention.start - NEAR) : mention.start], text[mention.end : mention.end + NEAR]


def _is_companion(
    text: str, mention: Mention, mentions: Sequence[Mention], frame: str | None, spans: Sequence[Segment]
) -> bool:
    before, after = _around(text, mention)
    beside = frame is not None and frame not in mention.products and not mention.is_held
    if beside and _WHAT_ABOUT.search(before) and _is_bare(text, mention, spans):  # "what about rifampin?"
        return True
    if _SUBJECT_BEFORE.search(before) or _ABOUT_BEFORE.search(before):
        return False
    if _COMPANION.search(before):
        joined = re.search(r"(?:\band|\bor|[,/+&])\s*$", before, re.IGNORECASE)
        # "X and Y": Y stands beside X only when X is a medicine; "also and Y" may begin a new subject
        return (
            not joined or any(0 <= mention.start - other.end <= len(" and the ") for other in mentions) or bool(frame)
        )
    if frame is None or frame in mention.products:
        return False
    if mention.is_held and mention.how == "brand" and not (before + after).strip(" ?!.…"):
        return False  # "Brovexa?" alone goes over to it
    if beside and _TAKES_BEFORE.search(before):  # "pt got ketoconazole", beside the product in force
        return True
    return not _SUBJECT_AFTER.match(after) and _is_bare(text, mention, spans)


def _is_bare(text: str, mention: Mention, spans: Sequence[Segment]) -> bool:
    """Whether its segment says nothing else ("warfarin?", "ketoconazole ok?"): asked beside the product in force."""
    for segment in spans:
        if segment.start <= mention.start < segment.end:
            rest = text[segment.start : mention.start] + " " + text[mention.end : segment.end]
            return all(word.text in FILLERS or word.text in _TOGETHER for word in words(rest))
    return True


def _is_unknown_subject(text: str, mention: Mention, topics: TopicModel, frame: str | None) -> bool:
    if mention.is_held:
        return False
    before, after = _around(text, mention)
    if _SUBJECT_BEFORE.search(before) or _SUBJECT_AFTER.match(after):
        return True
    if frame is None or _ACTS_AFTER.match(after):
        return False
    if _ABOUT_BEFORE.search(before):
        return True
    if _PRONOUN.search(text):
        return False
    return bool(set(topics.topics_of(text)) - {"interaction", "dosing", "laboratory", "warning"})


def _settled(
    text: str, mentions: Sequence[Mention], frame: str | None, products: Sequence[ProductNames]
) -> list[Mention]:
    """Mentions of several products narrowed down by the product in force, another mention, or the route named."""
    decided = {mention.products[0] for mention in mentions if len(mention.products) == 1}
    settled: list[Mention] = []
    for mention in mentions:
        chosen = mention.products
        if len(chosen) > 1:
            by_route = _by_route(text, chosen, products)
            for narrower in ((frame,) if frame in chosen else (), tuple(p for p in chosen if p in decided), by_route):
                if len(narrower) == 1 and narrower[0] is not None:
                    chosen = (narrower[0],)
                    break
        settled.append(Mention(**{**mention.__dict__, "products": chosen}))
    return settled


def _by_route(text: str, chosen: Sequence[str], products: Sequence[ProductNames]) -> tuple[str, ...]:
    asked = {route for pattern, routes in _ROUTE_WORDS if pattern.search(text) for route in routes}
    routes_of = {names.product: set(names.routes) for names in products}
    return tuple(product for product in chosen if routes_of.get(product, set()) & asked)
