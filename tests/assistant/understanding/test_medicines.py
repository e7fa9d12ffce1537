"""What labels may call a medicine that stands beside the product."""

from __future__ import annotations

import pytest

from assistant.understanding.frame import of_companions
from assistant.understanding.medicines import meant_by, medicines
from assistant.understanding.products import ProductIndex
from assistant.understanding.words import key, table
from knowledge.types import ProductNames

INDEX = ProductIndex((ProductNames(product="Velzora", generic="zorvatinib", substances=("zorvatinib mesylate",)),))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("clarithromycin", "CYP3A"),
        ("diflucan", "fluconazole"),
        ("coumadin", "anticoagulants"),
        ("omeprazole", "proton"),
    ],
)
def test_a_name_means_its_generic_and_its_classes(name, word):
    assert word in meant_by(name)


def test_what_nobody_knows_means_nothing_more():
    assert meant_by("zorvatanex") in ((), ("zorvatanex",))


def test_companions_bring_their_classes_and_the_product_does_not():
    assert "CYP3A" in of_companions("zorvatinib with clarithromycin?", "Velzora", INDEX)
    assert of_companions("zorvatinib dose?", "Velzora", INDEX) == ()
    assert of_companions("with clarithromycin?", None, INDEX) == ()


def test_most_members_of_the_classes_are_known_medicines():
    members = {m.replace("_", " ") for line in table("medicine_classes.yaml")["classes"].values() for m in line.split()}
    known = [member for member in members if key(member) in medicines().generic_of]
    assert len(known) > 0.7 * len(members)
