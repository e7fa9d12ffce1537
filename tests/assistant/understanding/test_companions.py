from assistant.understanding.companions import companions
from assistant.understanding.products import index_of
from knowledge.types import ProductNames

NELVORIS = ProductNames(product="Nelvoris", generic="nelvorafenib", substances=("nelvorafenib",))
INDEX = index_of((NELVORIS,))


def test_a_trade_name_beside_the_product_is_told_by_its_generic_name_and_classes():
    found = companions("diflucan with nelvoris?", "Nelvoris", INDEX)
    assert found["diflucan"][0] == "fluconazole"
    assert "moderate CYP3A inhibitors" in found["diflucan"]


def test_the_product_itself_is_no_companion():
    assert companions("nelvoris dose?", "Nelvoris", INDEX) == {}
    assert companions("nelvorafenib half-life", "Nelvoris", INDEX) == {}


def test_without_a_product_there_is_nothing_to_be_beside_of():
    assert companions("ibuprofen?", None, INDEX) == {}
