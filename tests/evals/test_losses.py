import labels
import pytest

from assistant.composing.reading import read
from assistant.types import Answer, Citation, DocumentLink, Piece, Reply, SafetyInformation, Statement
from evals.losses import audit_context

LABEL = labels.approved()
TEXT = LABEL.document.text
RAISES = "Strong CYP3A inhibitors raise veltranib exposure."
HALVE = "In these patients, halve the dosage."
BUT = "However, do not give itraconazole."
LEAD_IN = "VELTRANO is contraindicated in patients with:"
ITEM = "known allergy to veltranib"


def showing(*sentences):
    cited = [
        Citation(
            document_id=LABEL.document.document_id,
            version=LABEL.document.version,
            sha256="0" * 64,
            approval_id="approval_1",
            title="Label",
            section="7",
            start=TEXT.index(words),
            end=TEXT.index(words) + len(words),
            quote=words,
            shown=words,
        )
        for words in sentences
    ]
    pieces = tuple(Piece(text=c.quote, citation=n) for n, c in enumerate(cited))
    link = DocumentLink(document_id="d", version="1", title="Label")
    answer = Answer(
        names=LABEL.document.names,
        blocks=(Statement(pieces=pieces),),
        safety_information=SafetyInformation(pieces=pieces[:1]),
        citations=tuple(cited),
        label=link,
        confidence=0.9,
    )
    return audit_context(Reply(outcomes=(answer,)), lambda *_: read(LABEL))


@pytest.mark.parametrize("sentences", [(RAISES, HALVE, BUT), (LEAD_IN, ITEM), ("VELTRANO is indicated for adults",)])
def test_what_stands_with_all_it_needs_has_lost_nothing(sentences):
    assert showing(*sentences).losses == ()


@pytest.mark.parametrize(
    ("sentences", "lacking"),
    [((HALVE, BUT), "Strong CYP3A"), ((RAISES, HALVE), "However"), ((ITEM,), "contraindicated")],
)
def test_a_dropped_condition_reference_or_lead_in_is_a_loss(sentences, lacking):
    found = showing(*sentences)
    assert found.judged >= 1
    assert any(lacking in loss.split(" without ")[1] for loss in found.losses)
