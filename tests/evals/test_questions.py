"""Public question sets, on rows and passages invented here in the sets' own form."""

import json

import pytest

import evals.questions
from evals.drafting import SectionText, blocks_of, document
from evals.errors import EvalError, SuiteError
from evals.question_report import BARS, QuestionFigures, Turned, blocks, broken_bars, figures_of, hands_over
from evals.question_sets import passage_documents, read_questions
from knowledge.parse.drafts import Grid, Text
from knowledge.types import ProductNames, UnitKind

NAMES = ProductNames(product="Orvatis", generic="orvatinib")


def write(path, *rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    passages = [
        ("3 DOSAGE FORMS", "43678-2", "Tablets of 5 mg."),
        ("4 CONTRAINDICATIONS", "34070-3", "ORVATIS is contraindicated with:\n- rifamox\n- coumarix"),
    ]
    write(
        tmp_path / "fdarxbench_passages.jsonl",
        *(
            {"set_id": "set-1", "drug_name": "Orvatis", "section_title": t, "section_code": c, "text": x}
            for t, c, x in passages
        ),
    )
    context = [{"section_title": "4 CONTRAINDICATIONS", "text": "…", "has_answer": True}]
    question = "What are the contraindications for Orvatis?"
    write(
        tmp_path / "fdarxbench.jsonl",
        {"set_id": "set-1", "question": question, "drug_name": "Orvatis", "qid": "q1", "context": context},
    )
    write(
        tmp_path / "medquad_drugs_absent.jsonl",
        {"focus": "Quibrel", "qid": "a1", "question": "What are the side effects of Quibrel?"},
    )
    return tmp_path


def test_lines_become_paragraphs_items_and_tables():
    text, item, inner, grid = blocks_of(
        "Take it.\n- one\n  - below one\nTable 1: Doses\n| A | B |\n| G |\n| 1 | 2 |\n^ a"
    )
    assert (text, item, inner) == (Text("Take it."), Text("one", level=1), Text("below one", level=2))
    assert isinstance(grid, Grid)
    assert grid.caption == "Table 1: Doses"
    assert [row.is_group for row in grid.rows] == [True, False]
    assert grid.rows[1].group == 0
    assert grid.footnotes == ("a",)


def test_a_document_has_the_units_of_its_text():
    section = SectionText(field="contraindications", heading="CONTRAINDICATIONS", body="Not with:\n- rifamox")
    made = document(NAMES, "d", (section,), "here")
    assert [u.kind for u in made.units] == [UnitKind.SENTENCE, UnitKind.LIST_ITEM]
    assert made.units[1].lead_in.of(made.text) == "Not with:"


def test_passages_become_documents_with_their_sections(folder):
    (made,) = passage_documents(folder, {"orvatis": NAMES})
    assert [s.field for s in made.sections] == ["dosage_forms_and_strengths", "contraindications"]
    assert made.names == NAMES


def test_a_missing_or_foreign_file_is_refused_by_name(folder):
    with pytest.raises(SuiteError, match=r"medinfo2019\.jsonl: no such file"):
        read_questions("medinfo", folder)
    write(folder / "medinfo2019.jsonl", {"id": "x"})
    with pytest.raises(SuiteError, match="is it the set 'medinfo'"):
        read_questions("medinfo", folder)
    with pytest.raises(EvalError, match="no question set 'medline'"):
        evals.questions.measure(["medline"], folder, folder, folder)


@pytest.mark.parametrize(
    ("outcome", "withheld"),
    [
        ("answer", False),
        ("clarify", False),
        ("handoff unsure", False),
        ("handoff off_label", True),
        ("handoff comparator", True),
        ("decline personal_direction", True),
        ("safety", True),
    ],
)
def test_what_a_guard_withholds(outcome, withheld):
    assert blocks(outcome) is withheld


def test_an_answer_beside_a_hand_off_is_no_hand_over():
    assert hands_over(("handoff unknown_product",))
    assert hands_over(("safety", "clarify"))
    assert not hands_over(("answer", "handoff unsure"))
    assert not hands_over(("decline out_of_scope",))


def test_figures_below_their_bar_are_named():
    turned = [Turned(id=str(i), set_name="absent", text="?", outcomes=("answer",)) for i in range(2)]
    figures = figures_of({}, (), turned)
    assert figures.absent_handed_over == 0.0
    assert broken_bars(figures) == [f"absent: 0.000, below {BARS['absent']}"]
    assert broken_bars(QuestionFigures()) == []


@pytest.mark.slow
def test_invented_questions_are_found_answered_and_handed_over(folder, tmp_path):
    labels = tmp_path / "labels"
    labels.mkdir()
    record = {
        "set_id": "other",
        "openfda": {"brand_name": ["Zelmara"], "generic_name": ["zelmarine"]},
        "contraindications": ["4 CONTRAINDICATIONS Zelmara is contraindicated in patients with severe gout."],
    }
    write(labels / "other.json", {"results": [record]})
    figures = evals.questions.measure(["fdarxbench", "absent"], folder, labels, tmp_path / "cache")
    assert figures.retrieval["fdarxbench scoped"].top == {"1": 1.0, "3": 1.0, "5": 1.0}
    assert figures.retrieval["fdarxbench pooled"].questions == 1
    assert figures.blocked == 0.0
    assert figures.absent_handed_over == 1.0
