"""What a label allows, read from its sections; the product and its words are invented."""

from __future__ import annotations

import pytest
from kormadex import approved, uses

from assistant.screens.label_uses import find_frequencies, find_routes, read_uses
from knowledge.types import DocumentKind


def test_conditions_are_approved_where_they_are_affirmed_and_limited_where_they_are_only_denied():
    read = uses(
        "Kormadex is indicated for plaque psoriasis. It is not recommended in gout. "
        "It is indicated for asthma. It is not recommended in asthma with fever."
    )
    assert {"psoriasis", "asthma"} <= read.approved
    assert "gout" in read.limited
    assert not read.limited & read.approved


def test_items_of_a_list_are_read_with_the_sentence_they_hang_on():
    read = uses("Kormadex is indicated for:\n• plaque psoriasis\n• gout\nIt is not indicated for:\n• asthma")
    assert {"psoriasis", "gout"} <= read.approved
    assert "asthma" in read.limited
    assert "Kormadex is indicated for: • gout" in read.indications


def test_an_item_after_a_sentence_that_ends_otherwise_stands_alone():
    read = uses("It is not indicated for gout.\n• plaque psoriasis")
    assert [said.strip() for said in read.indications] == ["• plaque psoriasis"]


def test_a_contraindication_beside_an_indication_denies_nothing():
    assert "psoriasis" in uses("Indicated for psoriasis where methotrexate is contraindicated.").approved
    assert "psoriasis" in uses("It is contraindicated in psoriasis.").limited


def test_only_indications_approve():
    read = uses(dosage="In gout, take 5 mg.", warnings_and_cautions="Asthma may worsen.")
    assert read.approved == frozenset()
    assert read.mentions_condition("gout")
    assert read.mentions_condition("asthma")
    assert not read.mentions_condition("psoriasis")


@pytest.mark.parametrize(
    ("term", "stands"), [("asthma", True), ("ASTHMA", True), ("asth", True), ("thma", False), ("fever", False)]
)
def test_a_term_stands_in_a_label_from_the_beginning_of_a_word(term, stands):
    assert uses("Asthma and a.b").mentions(term) is stands


def test_a_term_is_taken_letter_for_letter():
    assert not uses("axb").mentions("a.b")
    assert uses("a.b").mentions("a.b")


@pytest.mark.parametrize(
    ("dosage", "most"),
    [
        ("Take 40 mg once daily.", 40),
        ("Take 40 mg, then 80 mg.", 80),
        ("Take 1,200 mg daily.", 1200),
        ("Take 2.5 mg daily.", 2.5),
        ("Take 5mg daily.", 5),
        ("Take 5 mg/kg daily.", None),
        ("Take 5 mg / m2 daily.", None),
        ("Infuse at 10 mg/mL.", None),
        ("Take it daily.", None),
        ("With methotrexate 900 mg weekly, take Kormadex 40 mg.", 40),
        ("Take Kormadex 40 mg with methotrexate.", 40),
        ("Take methotrexate once every single week as you did before and as told. Take 40 mg.", 40),
    ],
)
def test_the_largest_amount_is_that_of_the_product_itself(dosage, most):
    assert uses(dosage=dosage).most_amounts.get("mg") == most


def test_an_amount_far_from_another_medicine_is_the_products_own():
    far = (
        "Take methotrexate as before, " + "and go on as you were told by those who treat you, " * 2 + "and 70 mg of it."
    )
    assert uses(dosage=far).most_amounts["mg"] == 70


def test_routes_and_frequencies_are_those_of_dosing():
    read = uses("Indicated for gout.", "Inject 40 mg subcutaneously every 2 weeks.")
    assert "subcutaneous" in read.routes
    assert "two_weekly" in read.frequencies
    assert uses("Inject subcutaneously every 2 weeks.").frequencies == frozenset()


@pytest.mark.parametrize(
    ("text", "route"), [("given subcutaneously", "subcutaneous"), ("as an IV infusion", "intravenous")]
)
def test_routes_are_named_in_a_text(text, route):
    assert route in find_routes(text)
    assert find_routes("what is the dose") == frozenset()


@pytest.mark.parametrize(
    ("text", "name"), [("every 2 weeks", "two_weekly"), ("q2w", "two_weekly"), ("once daily", "daily")]
)
def test_frequencies_are_named_in_a_text(text, name):
    assert find_frequencies(text) == {name}
    assert find_frequencies("what is the dose") == frozenset()


@pytest.mark.parametrize(
    ("more", "age"),
    [
        ({"indications": "Indicated for gout in adults."}, 18.0),
        ({"indications": "Indicated for gout."}, None),
        ({"indications": "Indicated for gout in patients 12 years of age and older."}, 12.0),
        ({"dosage": "In children aged 6 to 11 years, give 5 mg."}, 6.0),
        ({"pediatric": "Safety and effectiveness have not been established in pediatric patients."}, 18.0),
        ({"pediatric": "Safety and effectiveness are not established in children under 2 years."}, 2.0),
        ({"pediatric": "Safety and effectiveness are established in pediatric patients aged 4 years and older."}, 4.0),
        (
            {
                "pediatric": "Safety has not been established in pediatric patients. "
                "A trial enrolled pediatric patients aged 6 years and older."
            },
            18.0,
        ),
        (
            {
                "pediatric": "It is not recommended in children with asthma. "
                "Effectiveness is established in pediatric patients aged 6 years and older."
            },
            6.0,
        ),
        ({"indications": "Indicated in ADULTS."}, None),
        ({"pediatric": "The half-life is 6 hours."}, None),
    ],
)
def test_the_youngest_age_is_read_from_what_opens_and_what_closes(more, age):
    assert uses(**more).youngest == age


def test_an_age_for_one_condition_goes_before_the_general_one():
    read = uses(
        "Indicated for asthma in patients aged 6 years and older. "
        "Indicated for psoriasis in patients aged 12 years and older."
    )
    assert read.youngest == 6
    assert read.youngest_for(["psoriasis"]) == 12
    assert read.youngest_for(["psoriasis", "asthma"]) == 6
    assert read.youngest_for(["gout"]) == 6
    assert read.youngest_for([]) == 6


def test_newborns_of_pregnant_women_are_nobodys_patients():
    held = approved(
        (
            "use_in_specific_populations",
            "8 Use.",
            "Infants exposed in utero aged 2 weeks and older were well.",
            "pregnancy",
            "Pediatric patients aged 12 years and older may take it.",
        )
    )
    assert read_uses([held]).youngest == 12


def test_a_section_within_another_of_its_kind_is_read_once():
    held = approved(
        ("dosage_and_administration", "Take 5 mg.", "Inject 40 mg every 2 weeks.", "dosage_and_administration")
    )
    assert read_uses([held]).dosing == ("Take 5 mg.", "Inject 40 mg every 2 weeks.")


def test_prescribing_information_goes_before_other_documents_and_without_it_all_count():
    leading = approved(("indications_and_usage", "Indicated for gout."))
    other = next(kind for kind in DocumentKind if kind is not DocumentKind.PRESCRIBING_INFORMATION)
    letter = approved(("indications_and_usage", "Indicated for asthma."), kind=other)
    assert read_uses([letter, leading]).approved == {"gout"}
    assert read_uses([letter]).approved == {"asthma"}
    twin = approved(("indications_and_usage", "Indicated for psoriasis."))
    assert read_uses([leading, twin]).approved == {"gout", "psoriasis"}


def test_the_products_own_names_are_known():
    assert {"kormadex", "kormatinib", "maleate"} <= uses("Indicated for gout.").own_names


def test_a_sentence_said_twice_is_kept_once():
    read = uses("Indicated for gout.\nIndicated for gout.", "Take 5 mg.\nTake 5 mg.")
    assert (read.indications, read.dosing) == (("Indicated for gout.",), ("Take 5 mg.",))


def test_another_version_of_a_document_is_read_anew():
    first = approved(("indications_and_usage", "Indicated for gout."))
    changed = approved(("indications_and_usage", "Indicated for asthma."))
    same_source = changed.document.model_copy(update={"source_sha256": first.document.source_sha256, "version": "2"})
    assert read_uses([first]).approved == {"gout"}
    assert read_uses([changed.model_copy(update={"document": same_source})]).approved == {"asthma"}


@pytest.mark.parametrize("versions", [("1", "2"), ("2", "1")])
def test_versions_of_one_source_are_told_apart_in_either_order(versions):
    first, second = (
        approved(("indications_and_usage", f"Indicated for {name}.")).document.model_copy(
            update={"source_sha256": f"{'-'.join(versions):e<64}", "version": version}
        )
        for name, version in zip(("gout", "asthma"), versions, strict=True)
    )
    shell = approved(("indications_and_usage", "x"))
    read = [read_uses([shell.model_copy(update={"document": one})]).approved for one in (first, second)]
    assert read == [{"gout"}, {"asthma"}]
