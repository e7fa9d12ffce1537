"""What a screen passes over hides nothing of the same kind behind it."""

from __future__ import annotations

import pytest
from corvexa import label

from assistant.screens.ages import find_young, youngest
from assistant.screens.clauses import split_clauses
from assistant.screens.clinical_events import event_weight
from assistant.screens.label_uses import read_uses
from assistant.screens.medicines import find_medicines
from assistant.screens.off_label import assess_use
from assistant.screens.others_use import without_others_use
from assistant.screens.personal_data import find, mask
from assistant.screens.purposes import strange_purposes
from assistant.screens.quantities import amounts
from assistant.screens.regimens import beyond
from assistant.screens.vocabulary import Vocabulary, tokenise

LABEL = label()
USES = read_uses(LABEL)


def test_an_age_behind_a_span_of_time_is_seen():
    assert find_young("after 4 mo, dose for a 7 yo?").years == 7
    assert find_young("40 yo mother of a 4 yo").years == 4


@pytest.mark.parametrize(
    "passed", ["Rats aged 3 weeks died.", "Accidental ingestion was seen.", "It is not recommended."]
)
def test_an_age_in_a_sentence_behind_one_that_tells_none_is_read(passed):
    assert youngest([passed, "Children aged 6 years and older may take it."]) == 6


def test_a_clause_behind_signs_without_a_word_is_read():
    assert [clause.text for clause in split_clauses("?! ... what now?")] == ["what now?"]
    assert [clause.text for clause in split_clauses("what now? ... ?! and then?")][-1] == "and then?"


def test_harm_behind_a_circumstance_weighs():
    assert all(event_weight(clause) > 0 for clause in split_clauses("smoking and psoriasis"))
    assert event_weight(split_clauses("transplant and gout")[0]) == event_weight(split_clauses("gout")[0])


def test_a_disease_behind_an_approved_one_is_seen():
    finding = assess_use("what dose in psoriasis, and for gout?", (), LABEL)
    assert (finding.start, finding.end) == (32, 36)


def test_medicines_behind_one_of_several_words_are_found():
    assert [m.name for m in find_medicines("insulin glargine, methotrexate")][-1] == "methotrexate"


def test_what_a_medicine_behind_our_own_is_taken_for_is_blanked_out():
    text = "velzora, in one on probenecid for gout"
    assert without_others_use(text, {"velzora"}) == "velzora, in one on probenecid for     "
    assert without_others_use("methotrexate, in one on probenecid for gout", ()).rstrip().endswith("for")


def test_a_strange_purpose_behind_a_medicine_or_a_heading_is_seen():
    def strange(text):
        return [text[start:end] for start, end in strange_purposes(text, USES)]

    assert strange("for methotrexate, or for XYZ, dose?") == ["XYZ"]
    assert strange("zorb and for XYZ, dose?") == ["XYZ"]


def test_an_amount_behind_a_concentration_or_one_of_the_label_is_seen():
    assert [q.value for q in amounts("trough 5 mg/L, take 20 mg")] == [20]
    text = "can I give 40 mg, 900 units or 81 mg?"
    assert [text[b.start : b.end] for b in beyond(text, USES)] == ["81 mg"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("we use Rash Kowalski here", "we use Rash [person] here"),
        ("seen by maria k quell4 and anna kowalska", "seen by [person] k quell4 and [person]"),
        ("told maria quellmann so", "told [person] so"),
    ],
)
def test_a_name_behind_a_word_that_is_none_is_masked(text, kept):
    assert mask(text, find(text, ())) == kept


@pytest.mark.parametrize("written", ["ards", "Ards", "aRDS", "ARDs"])
def test_a_term_to_be_matched_letter_for_letter_is_matched_in_no_other_case(written):
    marked = Vocabulary({"lung": ("=ARDS",), "plain": ("edema",)})
    assert [hit.group for hit in marked.find(tokenise(f"{written} edema"))] == ["plain"]
    assert [hit.group for hit in marked.find(tokenise("ARDS edema"))] == ["lung", "plain"]
