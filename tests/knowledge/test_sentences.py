"""Clinical prose is cut where its sentences end, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parse.sentences import split_sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Give 2.5 mg/kg.", "The infusion lasts 30 min."],
        ["Inhibitors (e.g. examplazole, i.e. Drug A) vs. placebo were studied.", "None changed exposure."],
        ["Reactions may occur [see Warnings and Precautions (5.3) ] .", "Stop EXAMPLIO."],
        ["Reactions may occur. [See Warnings and Precautions (5.3)]", "Stop EXAMPLIO."],
        ["Monitor blood counts. ( 2.1 , 5.2 )", "Avoid alcohol. ( 7 )"],
        ["The dose is taken every day ( 2.1 )", "Physicians should consider a lower dose ( 2.4 )"],
        ["Of patients in the U.S. trials 4% fell.", "In the U.S. the dose is 5 mg."],
        ["Take 10 mg b.i.d. with food.", "Do not crush."],
        ["ALT rose to >= 1.5 x ULN in 3.2% (see Fig. 2).", "It fell again."],
        ["Results stand in Table 1.", "Do not increase the dose."],
        ["E. coli and S. aureus were resistant.", "Other species were not."],
        ["It was 3.1 hours after dosing. 3", "Patients slept."],
        ["EXAMPLIO ® is a tablet.", "It is blue."],
        ["Dr. Example reported No. 5 of the series.", "What now?", "Nothing!"],
        ["“Do not use.”", "The label says so."],
        ["Ear pain [see Warnings and Precautions (5.1) ]", "Nose pain [see Warnings and Precautions (5.2) ]"],
    ],
)
def test_a_paragraph_is_cut_into_its_sentences(sentences):
    assert cut(" ".join(sentences)) == sentences


def test_a_lead_in_is_cut_from_the_list_it_introduces_but_a_subhead_is_not():
    assert cut("EXAMPLIO is contraindicated in patients with: Severe gout of the foot.") == [
        "EXAMPLIO is contraindicated in patients with:",
        "Severe gout of the foot.",
    ]
    assert cut("First infusion: Give over 3 hours. Adults: Give 5 mg.") == [
        "First infusion: Give over 3 hours.",
        "Adults: Give 5 mg.",
    ]


def test_a_run_of_labelled_groups_is_cut_at_its_labels():
    text = "Cardiac disorders: palpitation, angina Ear and Labyrinth Disorders: vertigo Eye disorders: pain"
    assert cut(text) == [
        "Cardiac disorders: palpitation, angina",
        "Ear and Labyrinth Disorders: vertigo",
        "Eye disorders: pain",
    ]


def test_sentences_that_follow_without_a_blank_are_cut_all_the_same():
    assert cut("It is given to adults.The dose is 5 mg.") == ["It is given to adults.", "The dose is 5 mg."]


@given(st.text(alphabet=st.sampled_from("aBc .:;()[]5•®\n-see"), max_size=200) | st.text(max_size=80))
def test_no_text_is_lost_and_spans_are_trimmed_and_in_order(text):
    end = 0
    for start, stop in split_sentences(text):
        assert end <= start < stop
        assert not text[end:start].strip()
        assert text[start:stop] == text[start:stop].strip()
        end = stop
    assert not text[end:].strip()
