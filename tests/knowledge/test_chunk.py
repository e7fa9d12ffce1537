from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.chunk import EMBEDDED_CHARACTERS, PASSAGE_CHARACTERS, TABLE_CHARACTERS, chunk
from knowledge.types import Audience
from tests.knowledge.documents import veltrano
from tests.labels import LabelBuilder, approved


def passages_of(document):
    return chunk(approved(document))


def holding(words, document=None):
    (found,) = [p for p in passages_of(document or veltrano()) if words in p.text]
    return found


sentences = st.lists(st.text("abc .", min_size=1, max_size=300), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), sentences), min_size=1, max_size=8))
def test_every_unit_stands_in_exactly_one_passage_and_none_is_cut(parts):
    label = LabelBuilder()
    label.section("warnings", "WARNINGS")
    for is_list, texts in parts:
        whole = [f"x{text}x" for text in texts]
        if is_list:
            label.bullets("Such as:", *whole)
        else:
            label.paragraph(*whole)
    document = label.build()
    found = passages_of(document)
    assert sorted(unit for p in found for unit in p.units) == [unit.index for unit in document.units]
    for passage in found:
        assert passage.text == document.text[passage.start : passage.end]
        inside = [document.units[index] for index in passage.units]
        assert (inside[0].start, inside[-1].end) == (passage.start, passage.end)
        assert len(passage.text) <= PASSAGE_CHARACTERS or len(inside) == 1


def test_a_passage_never_reaches_over_a_section():
    document = veltrano()
    for passage in passages_of(document):
        assert {document.units[index].section for index in passage.units} == {passage.section}


def test_what_is_embedded_begins_with_the_last_two_headings_without_numbers():
    assert holding("40 mg once daily with food").embedded_text.startswith(
        "DOSAGE AND ADMINISTRATION: Recommended Dosage\nThe recommended dosage is"
    )


def test_a_list_that_is_split_from_its_lead_in_is_embedded_with_it():
    label = LabelBuilder()
    label.section("contraindications", "CONTRAINDICATIONS", "4")
    label.bullets("Do not use in patients with:", *(f"condition {n} " + "described at length " * 10 for n in range(6)))
    later = passages_of(label.build())[1:]
    assert later
    for passage in later:
        assert "Do not use" not in passage.text
        assert "Do not use in patients with:\n• condition" in passage.embedded_text


def test_rows_are_embedded_by_what_they_are_about_and_quoted_with_their_numbers():
    rows = holding("20 mg once daily")
    assert rows.table == 0
    assert "Table 1: Dosage by creatinine clearance" in rows.embedded_text
    assert "Creatinine clearance (mL/min); Dosage" in rows.embedded_text
    assert "30–59" in rows.embedded_text
    assert "20 mg" not in rows.embedded_text
    assert rows.text.startswith("60 or above | 40 mg")


def test_a_long_table_becomes_several_passages_of_few_rows():
    label = LabelBuilder()
    label.section("adverse_reactions", "ADVERSE REACTIONS", "6")
    label.table("Table 2", ("Reaction " * 80, "Rate"), *((f"reaction {n}", f"{n} %") for n in range(30)))
    found = passages_of(label.build())
    assert len(found) == 5
    assert all(len(p.embedded_text) <= TABLE_CHARACTERS + 100 for p in found)


def test_a_single_endless_sentence_is_kept_whole_but_embedded_short():
    label = LabelBuilder()
    label.section("warnings", "WARNINGS")
    label.paragraph("word " * 500 + "end.")
    (only,) = passages_of(label.build())
    assert only.text.endswith("end.")
    assert len(only.embedded_text) <= EMBEDDED_CHARACTERS


def with_highlight(field):
    document = veltrano()
    label = LabelBuilder()
    label.section(field, "HIGHLIGHTS")
    label.paragraph("Short form of the matter.")
    label.section("contraindications", "CONTRAINDICATIONS", "4")
    label.paragraph("The matter in full.")
    built = label.build(document.document_id)
    units = (built.units[0].model_copy(update={"is_highlight": True}), *built.units[1:])
    return built.model_copy(update={"units": units})


def test_a_highlight_is_left_out_where_the_full_section_tells_it():
    assert [p.text for p in passages_of(with_highlight("contraindications"))] == ["The matter in full."]


def test_a_highlight_without_a_full_section_is_kept():
    assert len(passages_of(with_highlight("indications_and_usage"))) == 2


def test_the_same_words_have_the_same_content_hash_in_every_version_and_partition():
    first = chunk(approved(veltrano()))
    second = chunk(approved(veltrano().model_copy(update={"version": "2"}), audience=Audience.MEDICAL))
    assert [p.content_hash for p in first] == [p.content_hash for p in second]
    assert not {p.passage_id for p in first} & {p.passage_id for p in second}
