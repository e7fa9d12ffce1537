from __future__ import annotations

import labels
import pytest

from assistant.composing.choose import Limits
from assistant.composing.complete import Excerpt
from assistant.composing.confidence import ConfidenceModel
from assistant.composing.rank import Asked, Candidate, rank
from assistant.composing.reading import read
from assistant.say import blocks_text
from assistant.turn.compose import compose, within
from assistant.types import Evidence, Part, PartKind, TableBlock
from knowledge.types import Query, SearchResult


def draft_for(text, fields=None, limits=None, label=None):
    label = label or labels.approved()
    passages = labels.passages(label)
    query = Query(text=text, partitions=(passages[0].passage.partition,), at=labels.NOW)
    evidence = Evidence(part=0, result=SearchResult(query=query, index_release="r1", passages=passages))
    part = Part(text=text, standalone=text, kind=PartKind.ON_LABEL, product="Veltrano", fields=fields or {})
    readings = {(label.document.document_id, label.document.version): read(label)}
    return compose(part, evidence, readings, limits or Limits(words=120, citations=6), ConfidenceModel.load(), "ISI")


def said(draft):
    return "\n".join(blocks_text(draft.blocks))


def test_every_quote_stands_at_its_offsets():
    draft = draft_for("what is the recommended dosage?")
    text = labels.veltrano().text
    assert draft.citations
    for citation in draft.citations:
        assert text[citation.start : citation.end] == citation.quote


def test_the_answer_leads_with_the_sentence_asked_for():
    assert "40 mg once daily with food" in said(draft_for("what is the recommended dosage?")).splitlines()[1]


@pytest.mark.parametrize(("clearance", "shown", "hidden"), [(45, "20 mg", "Not recommended"), (12, "Not rec", "20 mg")])
def test_only_the_row_that_holds_the_value_is_shown_with_its_header(clearance, shown, hidden):
    draft = draft_for(f"dosage in renal impairment, creatinine clearance {clearance}")
    table = next(b for b in draft.blocks if isinstance(b, TableBlock))
    cells = " ".join(cell for row in table.rows for cell in row.cells)
    assert shown in cells
    assert hidden not in cells
    assert table.header == (("Creatinine clearance (mL/min)", "Dosage"),)


def test_a_footnote_comes_with_the_row_that_points_to_it():
    draft = draft_for("dosage in renal impairment, creatinine clearance 12")
    table = next(b for b in draft.blocks if isinstance(b, TableBlock))
    assert [note.text for note in table.footnotes] == ["a Not studied on dialysis."]


def test_a_sentence_that_points_to_a_table_brings_the_row_that_holds_the_value():
    draft = draft_for("reduce the dosage at clearance 45?", limits=Limits(words=20, citations=6))
    assert "as shown in Table 1" in said(draft)
    assert "20 mg once daily" in said(draft)


@pytest.mark.parametrize("text", ["all 2 tablets at clearance 45?", "clearance 45, 2L therapy"])
def test_a_count_is_no_value_of_a_table(text):
    cells = [c for b in draft_for(text).blocks if isinstance(b, TableBlock) for row in b.rows for c in row.cells]
    assert "30–59" in cells
    assert "Below 30" not in cells


def test_what_a_follow_up_takes_over_weighs_less_than_what_it_asks():
    label = labels.approved()
    reading, passages = read(label), labels.passages(label)

    def lead_of_the_new(carried):
        part = Part(
            text="and with itraconazole?",
            standalone="and with itraconazole? (missed dose)",
            carried=carried,
            kind=PartKind.ON_LABEL,
        )
        ranked = rank(Asked.of(part, frozenset()), passages, {(reading.document.document_id, "1"): reading})
        scores = {reading.text_of(candidate.unit): candidate.score for candidate in ranked}
        return (
            scores["However, do not give itraconazole."] - scores["If a dose is missed by more than 12 hours, skip it."]
        )

    assert lead_of_the_new(carried=("missed", "dose")) > lead_of_the_new(carried=()) + 0.1


def test_a_list_item_never_loses_its_lead_in():
    shown = said(draft_for("contraindicated in severe hepatic impairment?"))
    assert "VELTRANO is contraindicated in patients with:" in shown
    assert "severe hepatic impairment" in shown


def test_a_sentence_brings_what_it_refers_to_and_what_limits_it():
    shown = said(draft_for("halve the dosage with strong inhibitors?"))
    assert "Strong CYP3A inhibitors raise veltranib exposure. In these patients, halve the dosage." in shown
    assert "However, do not give itraconazole." in shown


def test_what_ends_in_a_colon_brings_what_it_introduces():
    builder = labels.LabelBuilder()
    builder.section("dosage_and_administration", "Dosage", "2")
    before = "Reduce the starting dosage in severe hepatic impairment."
    builder.bullets("However, do so by indication:", "Gout: 30 mg", "Pouchitis: 15 mg", before=before)
    shown = said(draft_for("starting dosage in severe hepatic impairment?", label=labels.approved(builder.build())))
    assert "However, do so by indication:" in shown
    assert "Gout: 30 mg" in shown
    assert "Pouchitis: 15 mg" in shown


def test_the_boxed_warning_is_shown_whole_with_the_answer():
    information = draft_for("what is the recommended dosage?").safety_information
    assert information.is_boxed
    assert information.pieces[0].text == "Severe liver injury has occurred. Check aminotransferases before treatment."


def test_the_answer_keeps_within_its_limits():
    draft = draft_for("dosage hepatic renal inhibitors contraindicated psoriasis", limits=Limits(words=30, citations=2))
    assert len({n for b in draft.blocks for n in numbers(b)}) <= 2


def numbers(block):
    if isinstance(block, TableBlock):
        return [row.citation for row in block.rows]
    return [p.citation for p in getattr(block, "pieces", None) or block.items]


def test_sentences_that_differ_in_a_number_do_not_say_the_same():
    label = labels.LabelBuilder()
    label.section("boxed_warning", "WARNING")
    label.paragraph("It may harm.")
    dosage = label.section("dosage_and_administration", "DOSAGE AND ADMINISTRATION", "2")
    label.section("dosage_and_administration", "Psoriasis", "2.1", dosage)
    label.paragraph("The recommended dosage is 40 mg taken once daily.")
    label.section("dosage_and_administration", "Arthritis", "2.2", dosage)
    label.paragraph("The recommended dosage is 20 mg taken once daily.")
    shown = said(draft_for("what is the recommended dosage?", label=labels.approved(label.build())))
    assert "40 mg" in shown
    assert "20 mg" in shown


def test_a_sentence_that_says_not_is_no_duplicate_of_one_that_does_not():
    label = labels.LabelBuilder()
    label.section("boxed_warning", "WARNING")
    label.paragraph("It may harm.")
    label.section("pediatric_use", "Pediatric Use", "8.4")
    label.paragraph("The tablet may be given to children with asthma.")
    label.section("pediatric_use", "Other Children", "8.5")
    label.paragraph("The tablet may not be given to children without asthma.")
    shown = said(draft_for("may the tablet be given to children?", label=labels.approved(label.build())))
    assert "may be given" in shown
    assert "may not be given" in shown


def test_nothing_found_composes_nothing():
    part = Part(text="x", standalone="x", kind=PartKind.ON_LABEL, product="Veltrano")
    empty = Evidence(part=0, result=None)
    assert compose(part, empty, {}, Limits(words=120, citations=6), ConfidenceModel.load(), "ISI") is None


def two_indications():
    label = labels.LabelBuilder()
    dosage = label.section("dosage_and_administration", "DOSAGE AND ADMINISTRATION", "2")
    for use, dose in (("Plaque Psoriasis", "40 mg"), ("Atopic Dermatitis", "20 mg")):
        label.section("dosage_and_administration", f"Dosage for {use}", "2.1", dosage)
        label.paragraph(f"The usual amount in adults is {dose} once daily.", "Take it with food.")
    return labels.approved(label.build())


def test_the_dosage_of_another_indication_is_left_out():
    shown = said(draft_for("dosage for psoriasis in adults, how much daily?", label=two_indications()))
    assert "40 mg" in shown
    assert "20 mg" not in shown


def test_a_question_that_names_no_indication_gets_the_dosage_of_each():
    shown = said(draft_for("dosage in adults, how much daily?", label=two_indications()))
    assert "40 mg" in shown
    assert "20 mg" in shown


def test_what_was_sought_by_itself_gives_way_last_to_the_limit_of_citations():
    label = labels.approved()
    reading = read(label)
    sentences = [u for u in reading.document.units if u.table is None][:4]
    excerpts = [Excerpt(reading, (unit.index,), 1.0) for unit in sentences]
    sought = [Candidate(reading, sentences[-1], 1.0, {}, frozenset())]
    kept, cut = within(excerpts, Limits(words=120, citations=2), sought)
    assert [e.units[0] for e in kept] == [sentences[0].index, sentences[-1].index]
    assert [e.units[0] for e in cut] == [sentences[1].index, sentences[2].index]
