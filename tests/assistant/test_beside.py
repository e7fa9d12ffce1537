"""What answers leads, and what stands beside the point is folded below it; on invented label text."""

from __future__ import annotations

import labels
import pytest
from turns import answer

from assistant.composing.beside import MOST, tell_apart
from assistant.composing.complete import Excerpt
from assistant.composing.rank import Asked, Candidate
from assistant.composing.reading import read
from assistant.merging import merge_answers
from assistant.say import plain_text
from assistant.types import Citation, Part, PartKind, Piece, Reply, Statement

LIKELY = {"dosage_and_administration": 0.8, "drug_interactions": 0.8, "warnings_and_cautions": 0.8}


def asked_for(text, companions=None, fields=None):
    part = Part(text=text, standalone=text, kind=PartKind.ON_LABEL, companions=companions or {}, fields=fields or {})
    return Asked.of(part, frozenset())


def told(asked, *sections, wanted=()):
    """(shown, folded) sentences of sections given best first, as (field, sentence, score, features)."""
    label = labels.LabelBuilder()
    for number, (field, sentence, *_) in enumerate(sections, start=1):
        label.section(field, f"Chapter {number}", str(number))
        label.paragraph(sentence)
    reading = read(labels.approved(label.build()))
    excerpts, ranked = [], []
    for unit, (field, _, score, features) in zip(reading.document.units, sections, strict=True):
        prior = {"prior_above": LIKELY.get(field, 0.01)}
        ranked.append(Candidate(reading, unit, score, prior | features, frozenset()))
        excerpts.append(Excerpt(reading, (unit.index,), score))
    found = tell_apart(asked, excerpts, ranked, [ranked[i] for i in wanted])
    say = [reading.text_of(unit) for unit in reading.document.units]
    return [say[e.units[0]] for e in found.shown], [say[e.units[0]] for e in found.beside]


OTHER = ("drug_interactions", "Separate antacids by two hours.", 1.0, {})
NAMED = ("drug_interactions", "Do not give morvazole, which doubles the exposure.", 0.9, {})


def test_what_names_the_medicine_asked_about_leads():
    shown, _ = told(asked_for("with morvazole?", {"morvazole": ("morvazole",)}), OTHER, NAMED)
    assert shown == [NAMED[1], OTHER[1]]


def test_beside_what_names_the_medicine_asked_about_others_are_folded():
    shown, folded = told(
        asked_for("with morvazole?", {"morvazole": ("morvazole",)}), (*NAMED[:2], 1.0, {}), (*OTHER[:2], 0.9, {})
    )
    assert (shown, folded) == ([NAMED[1]], [OTHER[1]])


TRIAL = ("clinical_trials_experience", "In a 12-week trial dizziness occurred in 9% of patients.", 0.95, {})
ADVICE = ("warnings_and_cautions", "Hold the tablet when dizziness occurs.", 1.0, {})


def test_what_happened_in_trials_is_folded_unless_shares_are_asked():
    likely = {"prior_above": 0.5}
    trial = (*TRIAL[:3], likely)
    assert told(asked_for("dizziness, what to do?"), ADVICE, trial) == ([ADVICE[1]], [TRIAL[1]])
    assert told(asked_for("rate of dizziness?"), ADVICE, trial) == ([ADVICE[1], TRIAL[1]], [])


def test_what_it_is_indicated_for_does_not_lead_an_answer_about_something_likelier():
    use = ("indications_and_usage", "Veltrano is indicated for plaque psoriasis.", 1.0, {})
    dose = ("dosage_and_administration", "For plaque psoriasis take 40 mg once daily.", 0.9, {})
    assert told(asked_for("plaque psoriasis schedule"), use, dose)[0] == [dose[1], use[1]]


def test_patients_come_before_animals():
    rats = ("lactation", "In rats the milk held veltranib.", 1.0, {"nonclinical": 1.0})
    women = ("lactation", "Advise women not to breastfeed.", 0.7, {})
    shown, folded = told(asked_for("milk?"), rats, women)
    assert (shown, folded) == ([women[1], rats[1]], [])  # what was found first is never folded


@pytest.mark.parametrize(("score", "stays"), [(0.8, True), (0.7, False)])
def test_what_speaks_far_less_to_the_question_is_folded(score, stays):
    one = ("dosage_and_administration", "Take it once daily.", 1.0, {})
    other = ("dosage_and_administration", "Keep the bottle closed.", score, {})
    assert told(asked_for("once daily?"), one, other) == (([one[1], other[1]], []) if stays else ([one[1]], [other[1]]))


def test_a_further_word_of_the_question_keeps_what_speaks_less_to_the_rest_of_it():
    one = ("dosage_and_administration", "Take it once daily.", 1.0, {})
    other = ("dosage_and_administration", "Discard the bottle after 30 days.", 0.65, {})
    assert told(asked_for("once daily? when to discard?"), one, other)[1] == []


def test_a_contraindication_that_says_a_word_of_the_question_is_never_folded():
    against = ("contraindications", "Do not use it in gout.", 0.5, {})
    assert told(asked_for("dizziness and gout"), ADVICE, against)[1] == []
    full = [("warnings_and_cautions", f"Hold it {when}.", 1.0, {}) for when in ("at night", "with meals", "in summer")]
    shown, _ = told(asked_for("at night, with meals, in summer, gout?"), *full, against)
    assert len(shown) == MOST + 1
    assert against[1] in shown


def test_no_more_are_shown_than_fit_but_one_that_was_searched_for_by_itself():
    sections = [("dosage_and_administration", f"Take it daily, {n}.", 1.0, {}) for n in ("one", "two", "three", "four")]
    assert len(told(asked_for("daily"), *sections)[0]) == MOST
    assert len(told(asked_for("daily"), *sections, wanted=[3])[0]) == MOST + 1


@pytest.mark.parametrize(("score", "shown"), [(0.6, (0,)), (0.7, (0, 2))])
def test_a_further_stretch_of_a_paragraph_stays_in_reading_order_or_is_folded(score, shown):
    label = labels.LabelBuilder()
    label.section("dosage_and_administration", "Dosage", "2")
    label.paragraph("Shake it well.", "Wait an hour.", "Take it once daily.")
    reading = read(labels.approved(label.build()))
    scores = (1.0, 0.1, score)
    ranked = [Candidate(reading, u, s, {}, frozenset()) for u, s in zip(reading.document.units, scores, strict=True)]
    found = tell_apart(asked_for("shake"), [Excerpt(reading, (0, 2), 1.0)], ranked)
    assert [e.units for e in found.shown] == [shown]
    assert [e.units for e in found.beside] == ([] if shown == (0, 2) else [(2,)])


def test_of_nothing_nothing_is_told_apart():
    assert tell_apart(asked_for("x"), [], []).shown == ()


def folded_answer(words):
    made = answer()
    citation: Citation = made.citations[0].model_copy(update={"section": f"Chapter on {words}"})
    block = Statement(pieces=(Piece(text=citation.quote, citation=len(made.citations)),))
    return made.model_copy(update={"citations": (*made.citations, citation), "more": (block,)})


def test_answers_made_one_keep_what_is_folded_below_each():
    one, other = folded_answer("storage"), folded_answer("disposal")
    (merged,) = merge_answers((one, other))
    assert [merged.citations[b.pieces[0].citation].section for b in merged.more] == [
        "Chapter on storage",
        "Chapter on disposal",
    ]


def test_text_lists_no_reference_that_only_folded_blocks_use():
    assert "Chapter on storage" not in plain_text(Reply(outcomes=(folded_answer("storage"),)))


def far(sentence, score=0.9, **features):
    return ("warnings_and_cautions", sentence, score, features)


DIZZY = far("Dizziness may impair driving.", 1.0, fused=1.0)


def test_what_the_search_found_far_below_adds_nothing_without_a_further_word():
    low = far("Falls were seen with dizziness.", fused=0.5)
    assert told(asked_for("dizziness?"), DIZZY, low)[1] == [low[1]]
    assert told(asked_for("dizziness, falls?"), DIZZY, low)[1] == []
    near = far("Falls were seen with dizziness.", fused=0.8)
    assert told(asked_for("dizziness?"), DIZZY, near)[1] == []


def test_what_the_ranking_hardly_holds_for_the_answer_is_folded():
    unlikely = ("warnings_and_cautions", "Watch for dizziness.", 4.0, {})
    surely = ("warnings_and_cautions", "Stop it when dizziness lasts.", 5.0, {})
    assert told(asked_for("dizziness?"), surely, unlikely)[1] == [unlikely[1]]


@pytest.mark.parametrize(
    ("sentence", "again"),
    [
        ("Keep opened vials cold for 24 hours [see Storage (16.2)].", True),
        ("Keep opened vials cold for 48 hours [see Storage (16.2)].", False),
        ("Do not keep opened vials cold for 24 hours.", False),
    ],
)
def test_what_says_the_same_again_but_for_a_reference_is_folded(sentence, again):
    one = ("dosage_and_administration", "Keep opened vials cold for 24 hours (2.2).", 1.0, {})
    other = ("storage_and_handling", sentence, 0.95, {"prior_above": 0.8})
    assert told(asked_for("vials, how long cold?"), one, other)[1] == ([sentence] if again else [])


def rows_told(question, *rows, whole=False, values=()):
    """(shown, folded) rows of a table, all of them chosen; rows of one cell head the others."""
    label = labels.LabelBuilder()
    label.section("adverse_reactions", "Trials", "6.1")
    label.table("Table 1: Reactions", ("Reaction", "Veltrano %", "Placebo %"), *rows)
    reading = read(labels.approved(label.build()))
    units = reading.document.units
    ranked = [Candidate(reading, u, 1.0, {"value": float(u.index in values)}, frozenset()) for u in units]
    excerpt = Excerpt(reading, tuple(u.index for u in units), 1.0)
    found = tell_apart(asked_for(question), [excerpt], ranked, whole_tables=whole)
    return [i for e in found.shown for i in e.units], [i for e in found.beside for i in e.units]


REACTIONS = [
    ("Nausea", "9", "3"),
    ("Rash", "4", "1"),
    ("Severe rash", "1", "0"),
    ("Fever", "2", "2"),
    ("Cough", "3", "3"),
]


def test_rows_that_say_nothing_asked_are_folded_beside_one_that_does():
    assert rows_told("rash vs placebo?", *REACTIONS) == ([1, 2], [0, 3, 4])


def test_a_table_none_of_whose_rows_says_a_word_of_the_question_stays_whole():
    assert rows_told("what was seen?", *REACTIONS) == ([0, 1, 2, 3, 4], [])
    assert rows_told("all steps of rash?", *REACTIONS, whole=True) == ([0, 1, 2, 3, 4], [])


def test_a_row_that_holds_the_value_asked_about_stays():
    assert rows_told("rash?", *REACTIONS, values=(4,)) == ([1, 2, 4], [0, 3])


def test_a_short_table_that_tells_one_thing_in_rows_stays_whole():
    effect = [("Effect", "Morvazole doubles exposure"), ("What to do", "Halve the dose")]
    assert rows_told("with morvazole?", *effect) == ([0, 1], [])
    doses = [("Adults", "40 mg"), ("Children", "20 mg")]
    assert rows_told("for children?", *doses) == ([1], [0])
