"""An invented label with uses, ages, routes and doses: what the off-label screens are held against."""

from __future__ import annotations

from datetime import UTC, datetime

from knowledge.types import (
    Approval,
    ApprovedDocument,
    Audience,
    Market,
    ParsedDocument,
    ProductNames,
    Section,
)

SECTIONS = {
    "indications_and_usage": (
        "CORVEXA is indicated for moderate to severe rheumatoid arthritis in adults. "
        "CORVEXA is indicated for plaque psoriasis in adults and pediatric patients 12 years of age and older. "
        "Limitations of Use: CORVEXA has not been studied in lupus nephritis."
    ),
    "dosage_and_administration": (
        "The recommended dosage is 40 mg subcutaneously every 2 weeks. "
        "In psoriasis, start with 80 mg, then 40 mg every 2 weeks."
    ),
    "warnings_and_cautions": "Reactivation of hepatitis B occurred. Heart failure has worsened in some patients.",
    "use_in_specific_populations": "Safety and effectiveness are not established in pediatric patients under 12 years.",
}


def label() -> tuple[ApprovedDocument, ...]:
    text, sections = "", []
    for index, (field, body) in enumerate(SECTIONS.items()):
        start = len(text)
        text += body + "\n"
        sections.append(
            Section(index=index, code="", field=field, heading=field, path=(field,), start=start, end=len(text) - 1)
        )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    document = ParsedDocument(
        source_sha256="0" * 64,
        source_name="corvexa.xml",
        source_format="spl",
        document_id="corvexa",
        version="1",
        title="Corvexa",
        names=ProductNames(product="Corvexa", generic="corvexumab", routes=("subcutaneous",)),
        text=text,
        sections=tuple(sections),
        units=(),
    )
    approval = Approval(
        approval_id="approval_1",
        source_sha256="0" * 64,
        approver="a",
        mlr_id="MLR-1",
        market=Market.US,
        audience=Audience.HCP,
        valid_from=now,
        approved_at=now,
    )
    return (ApprovedDocument(document=document, approval=approval),)
