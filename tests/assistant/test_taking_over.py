import pytest

from tests.assistant.test_understand import conversation, one, read


@pytest.mark.parametrize(
    ("turns", "text", "kept", "dropped"),
    [
        (["Velzora dose in severe renal impairment?"], "and mild?", "renal", "severe"),
        (["Velzora interaction with omeprazole?"], "sertraline?", "interaction", "omeprazole"),
        (["Velzora diarrhea - dose reductions?"], "neutropenia?", "reductions", "diarrhea"),
        (["Velzora loading dose?", "over 75?"], "under 60 kg?", "loading dose", "75"),
    ],
)
def test_what_is_new_takes_the_place_of_its_like(turns, text, kept, dropped):
    whole = one(read(text, history=conversation(*turns))).standalone
    assert kept in whole
    assert dropped not in whole


@pytest.mark.parametrize("text", ["ok and storage?", "and how does it work?"])
def test_what_stands_in_a_section_of_its_own_takes_over_nothing(text):
    assert one(read(text, history=conversation("Velzora dose in gout?", "with fluconazole"))).carried == ()
