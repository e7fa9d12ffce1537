"""Reads a message as typed parts, each standalone: product, section prior, populations, kind.

Pure: the same message, history and names always give the same understanding.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.records import Interaction
from assistant.types import Part, PartKind, Question, Screening, Understanding
from assistant.understanding.companions import companions
from assistant.understanding.frame import (
    beside,
    carried_topic,
    inherited,
    leans_on_previous,
    previous_part,
    section_prior,
    standalone,
)
from assistant.understanding.parts import Group, grouped
from assistant.understanding.populations import populations
from assistant.understanding.products import ProductIndex, index_of
from assistant.understanding.roles import Subject, subject_of
from assistant.understanding.topics import TopicModel
from knowledge.types import ProductNames

_ASKED = frozenset({PartKind.ON_LABEL, PartKind.COMPARATOR})


def understand(
    question: Question,
    screening: Screening,
    history: Sequence[Interaction],
    products: Sequence[ProductNames],
    topics: TopicModel,
) -> Understanding:
    """The parts of a message in the order they begin, and the product the conversation is about from here on.

    Only `screening.redacted` is read, never the raw text. A product named in a part goes before one named elsewhere
    in the message, that before the conversation's, and that before the portal's. A medicine the library does not hold
    leaves the product empty. A message that only reports something has no label question among its parts; an empty
    message has no parts.
    """
    index = index_of(products)
    groups = grouped(screening, index, topics)
    frame = _frame(question, history, index)
    subjects = _subjects(groups, frame, index, topics)
    parts = tuple(
        _part(group, subject, groups, history, index, topics) for group, subject in zip(groups, subjects, strict=True)
    )
    return Understanding(parts=parts, product=_from_here_on(parts, frame))


def _frame(question: Question, history: Sequence[Interaction], index: ProductIndex) -> str | None:
    for interaction in reversed(history):
        if interaction.understanding is not None and interaction.understanding.product is not None:
            return interaction.understanding.product
    scoped = question.scope.product
    if scoped is None or any(names.product == scoped for names in index.products):
        return scoped
    match = index.resolve(scoped)
    return match.product


def _subjects(
    groups: Sequence[Group], frame: str | None, index: ProductIndex, topics: TopicModel
) -> tuple[Subject, ...]:
    """What each part asks about; a part that names nothing takes what the message names."""
    matches = [index.resolve(group.text) for group in groups]
    first = [
        subject_of(group.text, match, frame, topics, index.products)
        for group, match in zip(groups, matches, strict=True)
    ]
    spoken_of = [subject for subject in first if subject.is_named] or [
        subject for subject in first if subject.product not in (None, frame)
    ]
    chosen: list[Subject] = []
    for group, match, subject in zip(groups, matches, first, strict=True):
        message = next((s for s in reversed(chosen) if s.is_named or s.is_unknown), next(iter(spoken_of), None))
        if subject.is_named or subject.is_unknown or message is None:
            chosen.append(subject)
        elif message.product is not None:
            chosen.append(subject_of(group.text, match, message.product, topics, index.products))
        else:
            chosen.append(message)
    return tuple(chosen)


def _part(
    group: Group,
    subject: Subject,
    groups: Sequence[Group],
    history: Sequence[Interaction],
    index: ProductIndex,
    topics: TopicModel,
) -> Part:
    text = group.text
    added = _added(group, groups, history, index, topics) if group.kind in _ASKED else ()
    whole = standalone(text, subject.product, added, index)
    return Part(
        text=text,
        standalone=whole,
        carried=added,
        kind=group.kind,
        product=subject.product,
        candidates=() if subject.product else subject.candidates,
        fields=section_prior(text, whole, subject.product, index, topics) if group.kind in _ASKED else {},
        populations=populations(whole),
        companions=companions(whole, subject.product, index) if group.kind in _ASKED else {},
        names_unknown_product=subject.is_unknown,
    )


def _added(
    group: Group, groups: Sequence[Group], history: Sequence[Interaction], index: ProductIndex, topics: TopicModel
) -> tuple[str, ...]:
    """Words a question takes for granted: from a report beside it, an earlier part, or the turn before."""
    place = groups.index(group)
    first = group.segments[0]
    earlier = [other for other in groups[:place] if other.kind in _ASKED]
    if earlier:
        leans = first.continues or first.adds
        return carried_topic(group.text, earlier[-1].text, topics) if leans else ()
    if place and groups[place - 1].kind is PartKind.SAFETY_REPORT:
        return beside(group.text, groups[place - 1].text, index, topics)
    previous = previous_part(history)
    if previous is None or not leans_on_previous(group.text, topics):
        return ()
    return inherited(group.text, previous, index, topics)


def _from_here_on(parts: Sequence[Part], frame: str | None) -> str | None:
    asked = [part.product for part in parts if part.product is not None and part.kind in _ASKED]
    told = [part.product for part in parts if part.product is not None]
    return next(iter((*reversed(asked), *told)), frame)
