"""Words of a question that the label has in another form: cut off, misspelt, British, initials, written apart."""

from assistant.composing.forms import Vocabulary, meant_in
from assistant.composing.terms import Rarity, stems

LABEL = (
    "Malignant hyperthermia may occur.",
    "If malignant hyperthermia is suspected, stop the drug.",
    "Malignant hyperthermia can be fatal.",
    "Do not use occlusive dressings.",
    "Use a jet nebulizer with a mouthpiece; the tumor was small.",
    "Bleeding in von Willebrand's disease.",
    "Advise women not to breastfeed for 2 weeks.",
    "Conversion from the oral solution: the absorption is slower.",
    "Monitor for hypercalcemia and give ipratropium.",
)


def vocabulary() -> Vocabulary:
    return Vocabulary(Rarity([stems(text) for text in LABEL]), LABEL)


def form(word: str) -> frozenset[str]:
    return vocabulary().forms(word)


def test_a_word_the_label_uses_has_no_other_form() -> None:
    assert form("hyperthermia") == frozenset()


def test_initials_stand_for_words_that_stand_together() -> None:
    assert form("MH") == stems("malignant hyperthermia")
    assert form("vWD") == stems("von Willebrand disease")


def test_two_letters_need_more_than_one_place() -> None:
    assert form("OD") == frozenset()  # "occlusive dressings" stands there once


def test_small_letters_are_no_initials() -> None:
    assert form("mh") == frozenset()


def test_other_endings_and_spellings() -> None:
    assert form("occlude") == stems("occlusive")
    assert form("nebuliser") == stems("nebulizer")
    assert form("tumour") == stems("tumor")
    assert form("hypercalcaemia") == stems("hypercalcemia")


def test_a_slip_and_a_word_cut_off() -> None:
    assert form("hypertermia") == stems("hyperthermia")
    assert form("hypercalc") == stems("hypercalcemia")


def test_a_medicine_is_never_taken_for_another() -> None:
    assert form("tiotropium") == frozenset()


def test_an_everyday_word_is_no_slip() -> None:
    assert form("middle") == frozenset()


def test_two_words_the_label_writes_as_one() -> None:
    meant = meant_in("can she breast feed", [vocabulary()])
    assert meant["feed"] == stems("breastfeed")


def test_a_time_written_as_one_word() -> None:
    assert stems("week 12") <= meant_in("FEV1 at wk12", ())["wk12"]


def test_shorthand_of_several_words_is_what_each_of_them_means() -> None:
    assert stems("hepatitis") <= meant_in("hep C pt", ())["hep"]


def test_an_opposite_is_no_slip() -> None:
    assert form("hypocalcemia") == frozenset()
    assert form("hypothermia") == frozenset()
    assert form("hyperthrmia") == stems("hyperthermia")
