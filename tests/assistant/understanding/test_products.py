import json
from pathlib import Path

import pytest

from assistant.understanding.products import ProductIndex, index_of
from knowledge.types import ProductNames

SHARED = Path(__file__).parents[3].parent / "shared"

LIBRARY = (
    ProductNames(
        product="VELZORA", generic="zorvatinib mesylate", substances=("zorvatinib mesylate",), routes=("oral",)
    ),
    ProductNames(product="Kardimex XR", generic="kardimalol hydrochloride", substances=("kardimalol hydrochloride",)),
    ProductNames(product="Lumitrex", generic="lumituzumab bravotecan-qwty", substances=("lumituzumab bravotecan",)),
    ProductNames(
        product="Duopran",
        generic="alfatane hydrochloride and betacolin",
        substances=("alfatane hydrochloride", "betacolin"),
    ),
    ProductNames(product="Quorexin Cream", generic="quorexin", substances=("quorexin",), routes=("topical",)),
    ProductNames(product="Nightrex", generic="quorexin", substances=("quorexin",), routes=("oral",)),
    ProductNames(product="Herzolin", generic="trastuzumab fictotecan", substances=("trastuzumab fictotecan",)),
)
INDEX = ProductIndex(LIBRARY)


def product_of(text):
    return INDEX.resolve(text).product


@pytest.mark.parametrize(
    ("text", "product", "how"),
    [
        ("Velzora dose?", "VELZORA", "brand"),
        ("kardimex storage", "Kardimex XR", "brand"),
        ("zorvatinib mesylate half-life", "VELZORA", "generic"),
        ("zorvatinib in CrCl 20", "VELZORA", "substance"),
        ("lumituzumab bravotecan dosing", "Lumitrex", "substance"),
        ("lumituzumab dosing", "Lumitrex", "truncated"),
        ("alfatane/betacolin interactions", "Duopran", "combination"),
        ("betacolin and alfatane interactions", "Duopran", "combination"),
        ("zorvatanib dose", "VELZORA", "misspelling"),
        ("velzorra dose", "VELZORA", "misspelling"),
        ("kardim in asthma", "Kardimex XR", "truncated"),
    ],
)
def test_a_name_resolves_to_its_product(text, product, how):
    match = INDEX.resolve(text)
    assert match.product == product
    assert match.held[0].how == how


def test_the_span_covers_the_name_as_written():
    text = "pt on Zorvatanib now"
    mention = INDEX.resolve(text).held[0]
    assert text[mention.start : mention.end] == mention.text == "Zorvatanib"


def test_one_component_of_a_combination_is_not_the_combination():
    match = INDEX.resolve("alfatane dose?")
    assert match.product is None
    assert match.unknown[0].related == ("Duopran",)


def test_a_substance_of_two_products_leaves_both():
    mention = INDEX.resolve("quorexin dose").held[0]
    assert set(mention.products) == {"Quorexin Cream", "Nightrex"}
    assert product_of("quorexin dose") is None


def test_the_head_of_a_conjugate_that_is_a_medicine_of_its_own_is_not_the_conjugate():
    assert product_of("trastuzumab dose") is None
    assert product_of("trastuzumab fictotecan dose") == "Herzolin"


@pytest.mark.parametrize(
    "text",
    [
        "insulin dose",
        "is it efficient",
        "severe hepatic impairment",
        "the velocity of infusion",
        "cardiology referral",
        "quorum",
        "night sweats",
    ],
)
def test_ordinary_and_clinical_words_name_no_product(text):
    assert not INDEX.resolve(text).held


def test_another_medicine_with_the_same_ending_is_no_misspelling():
    match = INDEX.resolve("morvetinib dose")
    assert not match.held
    assert match.unknown[0].how == "stem"


@pytest.mark.parametrize("text", ["atenolol", "osimertinib", "Januvia", "brelafinib", "semaglutide", "zefcillin"])
def test_a_medicine_the_library_does_not_hold_is_seen(text):
    match = INDEX.resolve(f"dose of {text}?")
    assert not match.held
    assert match.unknown


def test_the_index_of_the_same_products_is_made_once():
    assert index_of(LIBRARY) is index_of(list(LIBRARY))


def test_an_empty_library_names_nothing_as_held():
    assert ProductIndex(()).resolve("Velzora and atenolol").held == ()


@pytest.mark.parametrize("text", ["", "???", "½ µ ∞", "a" * 4000, "12 34 5.6"])
def test_odd_texts_are_no_trouble(text):
    assert INDEX.resolve(text).held == ()


def real_products():
    folder = SHARED / "data" / "labels" / "openfda"
    if not folder.exists():
        pytest.skip(f"{folder} is not here")
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text())
        facts = (content["results"][0] if "results" in content else content)["openfda"]
        yield ProductNames(
            product=facts["brand_name"][0],
            generic=facts.get("generic_name", [""])[0].lower(),
            substances=tuple(s.lower() for s in facts.get("substance_name", ())),
        )


def test_questions_about_absent_medicines_do_not_land_on_a_product_of_the_real_library():
    index = ProductIndex(tuple(real_products()))
    path = SHARED / "data" / "questions" / "medquad_drugs_absent.jsonl"
    questions = [json.loads(line)["question"] for line in path.read_text().splitlines()]
    wrong = [q for q in questions if index.resolve(q).product is not None]
    assert len(wrong) / len(questions) <= 0.03


def test_every_real_brand_name_resolves_to_its_product():
    products = tuple(real_products())
    index = ProductIndex(products)
    missed = [
        p.product for p in products if p.product not in {n for m in index.resolve(p.product).held for n in m.products}
    ]
    assert missed == []


def test_words_for_a_form_are_no_substance():
    held = ProductNames(
        product="Zelvor XR",
        generic="zelvaxine hydrochloride, extended-release",
        substances=("ZELVAXINE HYDROCHLORIDE",),
    )
    index = index_of((held,))
    assert index.resolve("zelvaxine dose?").product == "Zelvor XR"
    assert not index.resolve("is there an extended-release form of anything?").mentions


@pytest.mark.parametrize("text", ["sustenzia kit", "Alphavex Sustenzia dose", "which muscle for sustenzia"])
def test_the_later_word_of_a_brand_name_stands_for_it(text):
    index = ProductIndex((*LIBRARY, ProductNames(product="Alphavex Sustenzia", generic="alphapridone")))
    assert index.resolve(text).product == "Alphavex Sustenzia"


def test_a_later_word_that_two_brands_share_is_no_decision():
    twins = tuple(
        ProductNames(product=f"{first} Sustenzia", generic=f"{first.lower()}ol") for first in ("Alvex", "Brix")
    )
    match = ProductIndex(twins).resolve("sustenzia storage")
    assert match.product is None
    assert set(match.held[0].products) == {"Alvex Sustenzia", "Brix Sustenzia"}
