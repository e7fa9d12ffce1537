"""The label of Kormadex, an invented product, with the sections a test writes for it."""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.screens.label_uses import read_uses
from knowledge.types import (
    Approval,
    ApprovedDocument,
    Audience,
    DocumentKind,
    Market,
    ParsedDocument,
    ProductNames,
    Section,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ProductNames(product="Kormadex", generic="kormatinib", substances=("kormatinib maleate",))
COUNT = iter(range(1, 10_000))  # none is the source of the other invented label


def approved(*sections, kind=DocumentKind.PRESCRIBING_INFORMATION):
    """A document of sections: (field, words) or (field, words, words of a section within it, its field)."""
    text, made = "", []
    for field, words, *inner in sections:
        start = len(text)
        outer = len(made)
        text += words
        made.append(_section(outer, field, start, len(text)))
        if inner:
            begin = len(text)
            text += f" {inner[0]}"
            made.append(_section(outer + 1, inner[1], begin + 1, len(text), parent=outer))
            text += f" {inner[2]}" if len(inner) > 2 else ""
            made[outer] = made[outer].model_copy(update={"end": len(text)})
        text += "\n"
    sha = f"{next(COUNT):064d}"
    document = ParsedDocument(
        source_sha256=sha,
        source_name="kormadex.xml",
        source_format="spl",
        document_id="kormadex",
        version="1",
        title="Kormadex",
        names=NAMES,
        text=text,
        sections=tuple(made),
        units=(),
        kind=kind,
    )
    approval = Approval(
        approval_id="approval_1",
        source_sha256=sha,
        approver="a",
        mlr_id="M",
        market=Market.US,
        audience=Audience.HCP,
        valid_from=NOW,
        approved_at=NOW,
    )
    return ApprovedDocument(document=document, approval=approval)


def _section(index, field, start, end, parent=None):
    return Section(index=index, code="", field=field, heading=field, path=(field,), start=start, end=end, parent=parent)


def uses(indications="", dosage="", pediatric="", **more):
    fields = {"indications_and_usage": indications, "dosage_and_administration": dosage, "pediatric_use": pediatric}
    return read_uses([approved(*((field, words) for field, words in {**fields, **more}.items() if words))])
