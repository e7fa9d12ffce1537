"""What each fault says, and where the line runs between a fault and another way to say the same. All is invented."""

from __future__ import annotations

import pytest

from assistant.grounding import FaultKind, check_proposed, check_sentence, missing_facts


def faults(sentence, *passages):
    return [(fault.kind, fault.detail) for fault in check_sentence(sentence, passages)]


def kinds(sentence, *passages):
    return {kind for kind, _ in faults(sentence, *passages)}


@pytest.mark.parametrize(
    ("said", "source", "fault"),
    [
        ("Take 60 mg daily.", "Take 40 mg daily.", (FaultKind.NUMBER, "not in the source: 60 mg")),
        ("Take 40 mcg daily.", "Take 40 mg daily.", (FaultKind.UNIT, "not in the source: 40 mcg")),
        ("Take less than 40 mg daily.", "Take 40 mg daily.", (FaultKind.COMPARISON, "not in the source: lt 40 mg")),
        ("Take it intravenously.", "Take it orally.", (FaultKind.ROUTE, "not in the source: intravenous")),
        ("Crush the tablets.", "Do not crush the tablets.", (FaultKind.NEGATION, "0 negations, the source has 1")),
        ("Do not crush the tablets.", "Crush the tablets.", (FaultKind.NEGATION, "1 negations, the source has 0")),
        (
            "Take 5 mg and 5 mg daily.",
            "Take 5 mg and 6 mg daily.",
            (FaultKind.NUMBER, "5 mg 2 times, the source has it 1 times"),
        ),
        (
            "Rash in 6% of those on it, fever in 1% of those.",
            "Rash in 1% of those on it, fever in 6% of those.",
            (FaultKind.NUMBER, "the amounts stand in another order than in the source"),
        ),
        ("Give Kormadex with food.", "Give tablets with food.", (FaultKind.NAME, "not in the source: kormadex")),
        ("Give soup with food.", "Give tablets with food.", (FaultKind.SUPPORT, "not in the source: soup")),
        ("The dose is raised.", "The dose may be raised.", (FaultKind.CERTAINTY, "changed: may")),
        ("Reduce the dose.", "Reduce the dose in adults.", (FaultKind.POPULATION, "left out: adult")),
    ],
)
def test_a_fault_says_what_differs(said, source, fault):
    assert fault in faults(said, source)


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("Take 5 mg and 6 mg daily.", "Take 5 mg and 6 mg daily."),
        ("Take 5 mg daily.", "Take 5 mg daily and 5 mg at night."),
        ("Reduce the dose.", "Reduce the dose [see Warnings 5.1]."),
        ("Fever in 6% of those, rash in 1% of those on it.", "Rash in 1% of those on it, fever in 6% of those."),
        ("Do not crush tablets.", "Do not crush the tablets."),
    ],
)
def test_another_way_to_say_the_same_is_no_fault(said, source):
    assert faults(said, source) == []


def test_half_of_what_is_said_must_stand_in_one_source_sentence():
    little = (FaultKind.SUPPORT, "too little of it stands in any one cited sentence")
    source = "Alpha bravo charlie delta."
    assert little not in faults("Alpha bravo zulu yankee.", source)
    assert little in faults("Alpha xray zulu yankee.", source)


def test_of_several_sources_the_nearest_speaks():
    sources = ("Store the tablets cold.", "Take 40 mg of the tablets daily.")
    assert faults("Take 60 mg of the tablets daily.", *sources)[0][1] == "not in the source: 60 mg"
    assert faults("Take 60 mg of the tablets daily.", *sources[::-1])[0][1] == "not in the source: 60 mg"
    assert faults("Take 40 mg of the tablets daily.", *sources) == []


def test_a_source_far_down_the_list_is_found_where_it_has_most_in_common():
    others = [
        f"Sentence number {word} about other matters."
        for word in ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    ]
    assert faults("Store the tablets cold.", *others, "Store the tablets cold.") == []


def test_clauses_are_held_one_by_one_where_each_says_enough():
    sources = ("Store the tablets cold and dry.", "Take two tablets every single morning.")
    assert faults("Store the tablets cold and dry; take two tablets every single morning.", *sources) == []
    assert faults("Store the tablets cold and dry, but take two tablets every single morning.", *sources) == []
    assert faults("Store the tablets cold and dry; take nine tablets every single evening.", *sources)
    assert faults("Store the tablets cold and dry; take two.", *sources)  # too short a clause to stand alone


@pytest.mark.parametrize(("clause", "stands"), [("Chill bottles early", True), ("Chill bottles", False)])
def test_a_clause_of_three_words_that_mean_something_stands_alone_and_one_of_two_does_not(clause, stands):
    sources = ("Chill bottles early.", "Shake jars gently before breakfast.")
    assert (faults(f"{clause}; shake jars gently before breakfast.", *sources) == []) is stands


def test_a_list_item_is_held_with_its_introduction_up_to_the_next_one():
    source = "Do not use it in patients with:\nsevere asthma\nUse it in patients with:\nmild fever"
    assert faults("Do not use it in patients with severe asthma.", source) == []
    assert faults("Use it in patients with mild fever.", source) == []
    assert faults("Do not use it in patients with mild fever.", source)


@pytest.mark.parametrize("end", ["e.g.", "i.e.", "vs.", "Dr.", "No."])
def test_an_abbreviation_ends_no_sentence(end):
    source = f"Store tablets {end} Blue ones cold."
    assert faults(source, source) == []
    assert (
        faults(f"Store tablets {end} Blue ones cold.", f"Store tablets {end}", "Blue ones cold.") != [] or end == "No."
    )


@pytest.mark.parametrize("marker", ["[3]", "[see 12]", "doi", "https://x", "et al", "(2019)", "(1998)"])
def test_an_invented_reference_is_a_fault_unless_the_passages_hold_it(marker):
    source = "Dizziness may occur."
    assert faults(f"Dizziness may occur {marker}.", source) == [
        (FaultKind.CITATION, f"not in the passages: {marker if marker != 'https://x' else 'https://'}")
    ]
    assert FaultKind.CITATION not in kinds(f"Dizziness may occur {marker}.", f"Dizziness may occur {marker}.")


@pytest.mark.parametrize("unmarked", ["[a]", "(1870)", "(20)", "idoine"])
def test_other_brackets_are_no_reference(unmarked):
    assert FaultKind.CITATION not in kinds(f"Dizziness may occur {unmarked}.", "Dizziness may occur.")


@pytest.mark.parametrize(
    ("named", "detail"),
    [((), "names no passage"), (("p2", "p3"), "no such passage: p2, p3"), (("p1", "p2"), "no such passage: p2")],
)
def test_a_citation_of_nothing_is_told(named, detail):
    (fault,) = check_proposed("Dizziness may occur.", named, {"p1": "Dizziness may occur."})
    assert (fault.kind, fault.detail) == (FaultKind.CITATION, detail)


def test_a_sentence_is_held_against_the_passages_it_names_alone():
    passages = {"p1": "Dizziness may occur.", "p2": "Rash may occur."}
    assert check_proposed("Rash may occur.", ("p2",), passages) == ()
    assert check_proposed("Rash may occur.", ("p1",), passages) != ()
    assert check_proposed("Rash may occur.", ("p1", "p2"), passages) == ()


def test_what_is_negated_must_be_the_same():
    source = "Do not crush the tablets. Swallow the tablets whole."
    assert FaultKind.NEGATION in kinds("Crush tablets, do not swallow the tablets whole.", source)
    assert faults("Do not crush the tablets.", source) == []


def test_an_amount_stands_where_the_source_has_another():
    source = "Adults take 40 mg in the early morning while children take 20 mg in the late evening."
    told = faults("Adults take 20 mg in the early morning while children take 40 mg in the late evening.", source)
    assert FaultKind.NUMBER in {kind for kind, _ in told}


def test_a_restriction_added_or_lost_is_a_fault():
    assert (FaultKind.NEGATION, "changed: unless") in faults("Stop it.", "Stop it unless it helps.")
    assert FaultKind.NEGATION in kinds("Stop it unless it helps.", "Stop it, it helps.")


def test_should_may_be_left_out_and_other_hedges_may_not():
    assert FaultKind.CERTAINTY not in kinds("Tablets be swallowed whole.", "Tablets should be swallowed whole.")
    assert FaultKind.CERTAINTY in kinds("Tablets be swallowed whole.", "Tablets may be swallowed whole.")


def test_a_certainty_the_source_has_not_is_a_fault():
    assert FaultKind.CERTAINTY in kinds("Rash always occurs.", "Rash occurs.")
    assert faults("Rash always occurs.", "Rash always occurs.") == []


def test_who_patients_with_something_are_may_not_be_left_out():
    source = "Reduce the dose in patients with renal impairment."
    assert FaultKind.POPULATION in kinds("Reduce the dose in patients.", source)


def test_a_word_between_two_neighbours_that_belongs_elsewhere_is_a_fault():
    source = "Store blue tablets cold. Store red capsules warm."
    assert kinds("Store blue tablets cold.", source) == set()
    source = "Take red fruit early and blue bread late."
    exchanged = faults("Take red bread early and blue fruit late.", source)
    assert (FaultKind.SUPPORT, "bread stands where the source has fruit") in exchanged
    assert (FaultKind.SUPPORT, "fruit stands where the source has bread") in exchanged


REQUIRED = "Adults take 40 mg orally once daily unless on dialysis (2.4, 5.1)."


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ((REQUIRED,), ()),
        (("Adults take 40 mg orally.", "Once daily unless on dialysis."), ()),
        (("Adults take 40 mg orally once daily.",), ("dialysis", "unless")),
        (("Adults take 20 mg orally once daily unless on dialysis.",), ("40 mg",)),
        (("Children take 40 mg orally once daily unless on dialysis.",), ("adult",)),
    ],
)
def test_each_fact_left_out_is_named_once(said, missing):
    assert missing_facts(said, [REQUIRED, REQUIRED]) == missing


def test_section_numbers_at_the_end_are_no_fact_and_those_within_are():
    assert missing_facts(["Stop it."], ["Stop it (5.1, 8.3)."]) == ()
    assert missing_facts(["Stop it."], ["Stop it (5.1) early."]) == ("5.1",)


def test_negations_are_counted_over_all_that_is_said():
    assert missing_facts(["Do not crush.", "Do not chew."], ["Do not crush it.", "Do not chew it."]) == ()
    assert missing_facts(["Do not crush."], ["Do not crush it.", "Do not chew it."]) == ("a negation",)
    assert missing_facts(["Do not crush.", "Do not chew."], ["Do not crush it."]) == ()


def test_nothing_required_is_nothing_missing():
    assert missing_facts([], []) == ()
    assert missing_facts(["Take 5 mg."], []) == ()
