import hashlib

import labels
import pytest

from assistant.records import Interaction, Release, Signal
from assistant.types import (
    Answer,
    Asker,
    Citation,
    DocumentLink,
    HandOff,
    ListBlock,
    Piece,
    Question,
    Reply,
    SafetyInformation,
    SafetyIntake,
    Scope,
    Screening,
    Statement,
    TableBlock,
    TableRow,
)
from evals.reply import audit_citations, kept_texts, reply_record
from knowledge.errors import UnknownDocument

LABEL = labels.approved()
TEXT = LABEL.document.text


class OneLabel:
    """A library that holds the invented label and nothing else."""

    def __init__(self, is_effective=True):
        self.effective = is_effective

    def document(self, document_id, version):
        if (document_id, version) != (LABEL.document.document_id, LABEL.document.version):
            raise UnknownDocument(f"{document_id} {version} is not here")
        return LABEL

    def is_effective(self, document_id, version, partition, at):
        return self.effective and partition.product == LABEL.document.names.product


def citation(start=0, end=20, **changes):
    fields = {
        "document_id": LABEL.document.document_id,
        "version": LABEL.document.version,
        "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "approval_id": LABEL.approval.approval_id,
        "title": "Label",
        "section": "2 Dosage",
        "start": start,
        "end": end,
        "quote": TEXT[start:end],
        "shown": TEXT[start:end],
    }
    return Citation(**{**fields, **changes})


def answer(blocks, citations, **fields):
    document = LABEL.document
    link = DocumentLink(document_id=document.document_id, version=document.version, title=document.title)
    risk = SafetyInformation(pieces=(Piece(text=citations[0].quote, citation=0),))
    told = {"safety_information": risk, **fields}
    return Answer(names=document.names, blocks=blocks, citations=citations, label=link, confidence=0.9, **told)


def said(number):
    return Statement(pieces=(Piece(text="words", citation=number),))


def test_citations_are_those_the_answers_own_blocks_point_at():
    cited = tuple(citation(i, i + 5) for i in range(8))
    blocks = (
        TableBlock(
            lead_in=Piece(text="l", citation=1),
            caption=Piece(text="c", citation=2),
            rows=(TableRow(cells=("a",), citation=3), TableRow(cells=("b",), citation=3)),
            footnotes=(Piece(text="f", citation=4),),
        ),
        ListBlock(lead_in=None, items=(Piece(text="i", citation=0),)),
    )
    safety = SafetyInformation(pieces=(Piece(text="s", citation=6),))
    record = reply_record(Reply(outcomes=(answer(blocks, cited, more=(said(5),), safety_information=safety),)), "q")
    assert [c.start for c in record.citations] == [1, 2, 3, 4, 0]
    assert [c.start for c in record.safety_citations] == [6]


def test_a_reworded_sentence_counts_every_citation_it_rests_on():
    reworded = Statement(pieces=(Piece(text="both said", citation=2, further=(0, 1)),), is_generated=True)
    cited = tuple(citation(i, i + 5) for i in range(4))
    record = reply_record(Reply(outcomes=(answer((reworded,), cited),)), "q")
    assert [c.start for c in record.citations] == [2, 0, 1]


def test_the_answers_text_is_told_from_the_rest_of_the_reply():
    handed = HandOff(reason="off_label", text="A colleague will answer.", case_id="case_1")
    record = reply_record(Reply(outcomes=(answer((said(0),), (citation(),)), handed)), "q")
    assert "A colleague" in record.text
    assert "A colleague" not in record.answer_text
    assert "words" in record.answer_text
    assert record.outcomes == ("answer", "handoff")


def test_safety_kinds_come_from_every_intake():
    intakes = [
        SafetyIntake(safety_kinds=kinds, text="t", case_id="case_1", received_at=labels.NOW)
        for kinds in (("overdose",), ("overdose", "adverse_event"))
    ]
    assert reply_record(Reply(outcomes=tuple(intakes)), "q").safety_kinds == ("overdose", "adverse_event")


def quoted(number, start=0, end=20):
    return Statement(pieces=(Piece(text=TEXT[start:end], citation=number),))


def test_a_sound_citation_has_no_fault():
    audit = audit_citations(Reply(outcomes=(answer((quoted(0),), (citation(),)),)), OneLabel(), labels.NOW)
    assert (audit.total, audit.valid, audit.faults) == (1, 1, ())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"quote": "other words entirely"}, "not the document's text"),
        ({"quote": TEXT[1:21]}, "not the document's text"),
        ({"start": 3, "end": 3, "quote": ""}, "not the document's text"),
        ({"sha256": "0" * 64}, "another hash"),
        ({"approval_id": "approval_other"}, "approval approval_other"),
        ({"version": "99"}, "is not here"),
    ],
)
def test_a_citation_that_does_not_hold_is_a_fault(change, fault):
    reply = Reply(outcomes=(answer((quoted(0),), (citation(), citation(**change))),))
    audit = audit_citations(reply, OneLabel(), labels.NOW)
    assert (audit.total, audit.valid) == (2, 1)
    assert fault in audit.faults[0]


def test_citations_that_changed_places_do_not_hold_the_words_before_them():
    blocks = (quoted(0, 0, 20), quoted(1, 30, 60))
    right = (citation(0, 20), citation(30, 60))
    assert audit_citations(Reply(outcomes=(answer(blocks, right),)), OneLabel(), labels.NOW).faults == ()
    audit = audit_citations(Reply(outcomes=(answer(blocks, right[::-1]),)), OneLabel(), labels.NOW)
    assert audit.valid == 0
    assert "does not hold" in audit.faults[0]


def test_a_reworded_sentence_that_its_citations_do_not_support_is_a_fault():
    reworded = Statement(pieces=(Piece(text="The dose is 977 mg twice daily.", citation=0),), is_generated=True)
    audit = audit_citations(Reply(outcomes=(answer((reworded,), (citation(),)),)), OneLabel(), labels.NOW)
    assert "does not hold" in audit.faults[0]


def test_a_table_row_stands_in_the_row_it_cites():
    table = TableBlock(
        rows=(TableRow(cells=(TEXT[2:12], "x"), citation=0), TableRow(cells=("no such cell",), citation=1))
    )
    audit = audit_citations(Reply(outcomes=(answer((table,), (citation(), citation(30, 60))),)), OneLabel(), labels.NOW)
    assert [fault[:38] for fault in audit.faults] == ["citation 2: does not hold the row 'no s"[:38]]


def test_a_citation_of_a_withdrawn_document_is_a_fault_even_when_folded():
    reply = Reply(outcomes=(answer((said(0),), (citation(), citation()), more=(said(1),)),))
    assert audit_citations(reply, OneLabel(is_effective=False), labels.NOW).valid == 0


def test_everything_kept_of_a_turn_is_looked_through():
    question = Question(
        question_id="question_1",
        conversation_id="conversation_1",
        asker=Asker(pseudonym="p"),
        scope=Scope(),
        text="dose for [PERSON]?",
        asked_at=labels.NOW,
    )
    handed = HandOff(reason="unsure", topic="dose for Jo", text="t", case_id="case_1")
    interaction = Interaction(
        interaction_id="turn_1",
        question=question,
        screening=Screening(redacted="dose for [PERSON]?"),
        understanding=None,
        reply=Reply(outcomes=(handed,)),
        failures=("screened: ValueError: Jo",),
        release=Release(software="0", commit="c", policy="p", index="i"),
        finished_at=labels.NOW,
    )
    signal = Signal(
        signal_id="signal_1",
        type="answer.given",
        subject="turn_1",
        purpose="quality",
        consent="not_needed",
        data={"said": ("for Jo",)},
        at=labels.NOW,
    )
    kept = kept_texts(interaction, (), (signal,))
    assert {"dose for [PERSON]?", "screened: ValueError: Jo", "for Jo"} <= set(kept.from_turn)
    assert "dose for Jo" in kept.mixed


def test_brevity_counts_the_answers_own_words_without_its_safety_information():
    safety = SafetyInformation(pieces=(Piece(text="many more words of safety", citation=0),))
    record = reply_record(Reply(outcomes=(answer((said(0),), (citation(),), safety_information=safety),)), "q")
    assert record.answer_words == 1
