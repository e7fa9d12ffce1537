"""Hold what was asked and reported against the approved label: uses it does not hold, comparisons it reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.screens.comparator import compared_in_label, same_substance
from assistant.screens.label_uses import read_uses
from assistant.screens.medicines import find_medicines, generic_of
from assistant.screens.off_label import asks_of_the_unnamed, assess_harm, assess_use, goes_on
from assistant.screens.others_use import is_about_contacts, is_about_managing, without_others_use
from assistant.types import Finding, FindingKind, Part, PartKind, Screening, Understanding
from knowledge.types import ApprovedDocument

# From this confidence a comparison asks for a judgement, which no label gives; below, it may ask for trial results.
JUDGEMENT = 0.7

Labels = Callable[[str], Sequence[ApprovedDocument]]
"""The approved documents of a product."""
Assessed = Callable[[Part], Finding | None]
"""A use of a part that its label does not hold; what a medicine beside the product is taken for is none of its uses."""


def judge(
    screening: Screening,
    understanding: Understanding,
    labels: Labels,
    product_names: Sequence[str],
    off_label: float,
) -> tuple[Screening, Understanding]:
    """The screening with harm in unapproved use added, and the parts with their kind as the label has it.

    `off_label` is the policy's threshold: a use found at or above it makes an on-label part off-label.
    """
    parts = tuple(_beside_product(part, understanding.product, labels) for part in understanding.parts)
    assessed = _assessing(labels)
    parts = tuple(_judged(part, screening, labels, assessed, product_names, off_label) for part in parts)
    parts = _followed(parts, labels)
    uses = tuple(_use(part, screening, assessed) for part in parts if part.kind is PartKind.OFF_LABEL)
    harm = tuple(_harm(screening, understanding, labels))
    if harm:  # what is asked beside such a report is asked about that use
        parts = tuple(_as_off_label(part) if part.kind is PartKind.ON_LABEL else part for part in parts)
    return (
        screening.model_copy(update={"findings": (*screening.findings, *harm, *uses)}),
        understanding.model_copy(update={"parts": parts}),
    )


def _beside_product(part: Part, product: str | None, labels: Labels) -> Part:
    """A question about a medicine we do not hold, asked where a product is in force whose label speaks of it.

    "Colesevelam - timing?" is then asked of that product's label; of no other product anything is said.
    """
    if product is None or part.product is not None or part.candidates or not part.names_unknown_product:
        return part
    named = [generic_of(medicine.name) for medicine in find_medicines(part.text)]
    documents = labels(product) if named else ()
    if not documents or not all(read_uses(documents).mentions(name) for name in named):
        return part
    carried = tuple(dict.fromkeys((*part.carried, *(word for name in named for word in name.split()))))
    added = [word for word in carried if word not in part.text.lower()]
    standalone = f"{product}: {part.text}" + (f" ({' '.join(added)})" if added else "")
    beside = {name: (name,) for name in named}
    home = {"product": product, "names_unknown_product": False, "standalone": standalone, "carried": tuple(added)}
    return part.model_copy(update=home | {"companions": beside})


def _judged(
    part: Part,
    screening: Screening,
    labels: Labels,
    assessed: Assessed,
    product_names: Sequence[str],
    off_label: float,
) -> Part:
    documents = labels(part.product) if part.product else ()
    if not documents:
        return part
    kind = part.kind
    if kind is PartKind.COMPARATOR:
        surest = max((f.confidence for f in screening.of_kind(FindingKind.COMPARATOR)), default=1.0)
        is_own = same_substance(part.standalone, product_names, documents)
        if is_own or (surest < JUDGEMENT and compared_in_label(part.standalone, product_names, documents)):
            kind = PartKind.ON_LABEL
    if kind is PartKind.ON_LABEL:
        use = assessed(part)
        if use is not None and use.confidence >= off_label:
            kind = PartKind.OFF_LABEL
    return part if kind is part.kind else part.model_copy(update={"kind": kind})


def _use(part: Part, screening: Screening, assessed: Assessed) -> Finding:
    """The finding a part goes to the medical team for, with the place of the part in the message."""
    use = assessed(part)
    start = max(0, screening.redacted.find(part.text))
    span = {"start": start, "end": min(len(screening.redacted), start + len(part.text))}
    if use is None:
        return Finding(kind=FindingKind.OFF_LABEL, **span, found_by="off_label@1", confidence=1.0)
    return use.model_copy(update=span)


def _assessing(labels: Labels) -> Assessed:
    """Assesses each part of a message once, however often it is asked for."""
    seen: dict[tuple[object, ...], Finding | None] = {}

    def assessed(part: Part) -> Finding | None:
        key = (part.product, part.text, part.standalone, part.populations)
        if key not in seen:
            seen[key] = _assess(part, labels(part.product) if part.product else ())
        return seen[key]

    return assessed


def _assess(part: Part, documents: Sequence[ApprovedDocument]) -> Finding | None:
    if is_about_contacts(part.text):
        return None
    own = {word for d in documents for word in d.document.names.product.lower().split()}
    own |= {word for d in documents for word in d.document.names.generic.lower().split()}
    use = assess_use(without_others_use(part.standalone, own), part.populations, documents)
    managed = use is not None and use.detail in {"condition", "route"} and is_about_managing(part.text)
    return None if managed else use


def _followed(parts: Sequence[Part], labels: Labels) -> tuple[Part, ...]:
    """The parts, where "… and what dose works?" behind an off-label use is asked about that use.

    So it is behind "is it approved for X?", which itself is a question for the label.
    """
    found: list[Part] = []
    for part in parts:
        last = found[-1] if found else None
        is_about_it = (
            part.kind is PartKind.ON_LABEL
            and last is not None
            and last.product == part.product
            and goes_on(part.text)
            and (last.kind is PartKind.OFF_LABEL or _is_of_the_unnamed(last, labels))
        )
        found.append(_as_off_label(part) if is_about_it else part)
    return tuple(found)


def _is_of_the_unnamed(part: Part, labels: Labels) -> bool:
    if part.kind is not PartKind.ON_LABEL or part.product is None:
        return False
    return asks_of_the_unnamed(part.standalone, labels(part.product))


def _as_off_label(part: Part) -> Part:
    return part.model_copy(update={"kind": PartKind.OFF_LABEL})


def _harm(screening: Screening, understanding: Understanding, labels: Labels) -> list[Finding]:
    """Harm in a use the label does not hold: one more kind of the report that tells of it."""
    if understanding.product is None:
        return []
    documents = labels(understanding.product)
    found: dict[tuple[int, int], Finding] = {}
    for report in screening.of_kind(FindingKind.SAFETY_REPORT):
        harm = assess_harm(screening.redacted[report.start : report.end], documents)
        if harm is not None:
            span = (report.start + harm.start, report.start + harm.end)
            found[span] = harm.model_copy(update={"start": span[0], "end": span[1]})
    return list(found.values())
