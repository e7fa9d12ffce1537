from datetime import UTC, datetime

import pytest

from assistant.screens.off_label import assess_harm, assess_use
from assistant.types import FindingKind, SafetyKind
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


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("corvexa for hidradenitis - dose?", "condition"),
        ("any sarcoidosis data?", "condition"),
        ("dosing in giant cell arteritis", "condition"),
        ("acute gout flare, 40 mg x 3 days - evidence?", "condition"),
        ("corvexa in lupus nephritis, schedule?", "condition"),
        ("corvexa for cholesteatoma, dose?", "condition"),
        ("8 yo with psoriasis, starting dose", "age"),
        ("RA dose for a 10 year old", "age"),
        ("can I give it IV, same dose?", "route"),
        ("weekly instead of q2w, any regimen?", "frequency"),
        ("can I go up to 160 mg?", "amount"),
        ("combining with upadacitinib, what do we know?", "combination"),
    ],
)
def test_a_use_outside_the_label_is_off_label(text, detail):
    finding = assess_use(text, (), label())
    assert finding is not None
    assert (finding.kind, finding.detail) == (FindingKind.OFF_LABEL, detail)
    assert finding.confidence >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "RA dose?",
        "plaque psoriasis in a 14 yo, starting dose",
        "psoriasis, can I start with 80 mg?",
        "is it approved for sarcoidosis?",
        "contraindicated in heart failure?",
        "is lupus nephritis covered by the indication?",
        "does it cause gout?",
        "risk of hepatitis B reactivation?",
        "dose in renal impairment?",
        "pt with diabetes and RA - dose?",
        "use in pregnancy?",
        "minimum age per the PI?",
        "how is it stored?",
        "dose with methotrexate in RA?",
        "every 2 weeks or monthly in RA?",
    ],
)
def test_a_label_question_is_not(text):
    finding = assess_use(text, (), label())
    assert finding is None or finding.confidence < 0.5


def test_without_a_label_nothing_is_said():
    assert assess_use("corvexa for gout", (), ()) is None


def test_a_population_found_by_understanding_counts_as_an_age_only_where_the_label_has_none():
    assert assess_use("starting dose", ("pediatric",), label()) is None  # the label gives doses from 12 years


def test_harm_in_an_unapproved_use_is_a_further_kind_of_the_report():
    finding = assess_harm("used it for sarcoidosis and she got pneumonitis", label())
    assert finding is not None
    assert finding.detail == SafetyKind.OFF_LABEL_USE_WITH_HARM.value
    assert assess_harm("my RA pt got hives", label()) is None
