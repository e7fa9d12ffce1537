from __future__ import annotations

import labels
import pytest
from drafts import compose_dosage

from assistant.composing.choose import Limits
from assistant.turn.verify import citation_numbers, verify
from assistant.types import (
    Draft,
    ListBlock,
    Part,
    PartKind,
    Piece,
    SafetyInformation,
    Scope,
    Statement,
    TableBlock,
    TableRow,
)
from knowledge.types import Audience, Market, Partition

LIMITS = Limits(words=120, citations=6)
PART = Part(text="dosage?", standalone="dosage?", kind=PartKind.ON_LABEL, product="Veltrano")


class Shelf:
    """Knowledge with one label on it."""

    def __init__(self, label=None, effective=True):
        self.label = label or labels.approved()
        self.effective_now = effective

    def document(self, document_id, version):
        return self.label

    def is_effective(self, document_id, version, partition, at):
        return self.effective_now


def failed(draft, shelf=None, **allowed):
    verification = verify(draft, PART, Scope(), shelf or Shelf(), LIMITS, labels.NOW, **allowed)
    return {check.name for check in verification.checks if check.passed is not True}


def test_a_faithful_draft_passes_every_check():
    assert failed(compose_dosage()) == set()


def test_a_changed_word_is_found():
    draft = compose_dosage()
    block = draft.blocks[0]
    assert isinstance(block, Statement)
    lie = block.pieces[0].model_copy(update={"text": block.pieces[0].text.replace("40", "80")})
    draft = draft.model_copy(update={"blocks": (block.model_copy(update={"pieces": (lie,)}),)})
    assert "words_are_cited" in failed(draft)


@pytest.mark.parametrize(("start", "quote"), [(1, None), (0, "something else"), (0, "")])
def test_a_quote_that_does_not_stand_there_is_found(start, quote):
    draft = compose_dosage()
    first = draft.citations[0]
    wrong = first.model_copy(update={"start": first.start + start, "quote": first.quote if quote is None else quote})
    assert "quotes_are_verbatim" in failed(draft.model_copy(update={"citations": (wrong, *draft.citations[1:])}))


def test_text_that_is_not_the_text_cited_is_found():
    draft = compose_dosage()
    wrong = draft.citations[0].model_copy(update={"sha256": "0" * 64})
    assert "quotes_are_verbatim" in failed(draft.model_copy(update={"citations": (wrong, *draft.citations[1:])}))


def test_a_withdrawn_document_is_found():
    assert "approval_is_live" in failed(compose_dosage(), Shelf(effective=False))


def test_a_draft_without_safety_information_fails():
    assert "safety_information_is_shown" in failed(compose_dosage().model_copy(update={"safety_information": None}))


def test_a_check_that_breaks_counts_as_failed():
    class Broken(Shelf):
        def is_effective(self, *_):
            raise OSError("disk gone")

    assert "approval_is_live" in failed(compose_dosage(), Broken())


def reworded(draft, change, *, is_generated=True):
    """The draft with its first sentence changed, and marked as a model's."""
    block = draft.blocks[0]
    said = block.pieces[0].model_copy(update={"text": change(block.pieces[0].text.split(". ")[0].rstrip(".") + ".")})
    block = block.model_copy(update={"pieces": (said,), "is_generated": is_generated})
    return draft.model_copy(update={"blocks": (block, *draft.blocks[1:])})


def introduced(text):
    return f"According to the label: {text}"


def test_a_reworded_sentence_passes_where_rewording_is_allowed():
    assert failed(reworded(compose_dosage(), introduced), may_be_reworded=True) == set()


def test_a_reworded_sentence_fails_where_rewording_is_not_allowed():
    assert "words_are_cited" in failed(reworded(compose_dosage(), introduced))


def test_words_that_are_not_marked_as_a_models_stay_held_to_the_letter():
    draft = reworded(compose_dosage(), introduced, is_generated=False)
    assert "words_are_cited" in failed(draft, may_be_reworded=True)


def test_a_reworded_sentence_with_another_number_is_found():
    draft = reworded(compose_dosage(), lambda text: text.replace("40", "80"))
    assert "words_are_cited" in failed(draft, may_be_reworded=True)


def test_a_reworded_sentence_without_a_citation_that_exists_is_a_check_not_made():
    draft = compose_dosage()
    block = draft.blocks[0]
    lost = block.pieces[0].model_copy(update={"further": (99,)})
    block = block.model_copy(update={"pieces": (lost,), "is_generated": True})
    draft = draft.model_copy(update={"blocks": (block,)})
    assert "words_are_cited" in failed(draft, may_be_reworded=True)


LABEL = labels.veltrano()
TABLE = LABEL.tables[0]
BULLETS = [unit for unit in LABEL.units if unit.lead_in is not None]


def cited(start, end, **more):
    """A citation of the label's own words between two places."""
    first = compose_dosage().citations[0]
    return first.model_copy(update={"start": start, "end": end, "quote": LABEL.text[start:end], **more})


def drafted(*blocks, citations, **more):
    """A draft with these blocks alone, and safety information that rests on the last citation."""
    last = len(citations) - 1
    safety = SafetyInformation(pieces=(Piece(text=citations[last].quote, citation=last),))
    return Draft(part=0, blocks=blocks, citations=citations, confidence=0.9, **{"safety_information": safety, **more})


WARNING = cited(LABEL.units[0].start, LABEL.units[0].end)


def listed(lead_in=None, item=None, **more):
    """A list of the label: its lead-in and its first item, either of them exchanged."""
    head, first = BULLETS[0].lead_in, BULLETS[0]
    citations = (cited(head.start, head.end), cited(first.start, first.end), WARNING)
    block = ListBlock(
        lead_in=Piece(text=lead_in or citations[0].quote, citation=0),
        items=(Piece(text=item or citations[1].quote, citation=1),),
        **more,
    )
    return drafted(block, citations=citations)


def tabled(span=None, **changes):
    """The second row of the label's table, as it stands there but for the changes."""
    row = TABLE.rows[1]
    words = [LABEL.text[cell.start : cell.end] for cell in row.cells]
    header = tuple(LABEL.text[cell.start : cell.end] for cell in TABLE.header[0].cells)
    start, end = span or (row.start, row.end)
    block = {
        "caption": Piece(text=LABEL.text[TABLE.caption.start : TABLE.caption.end], citation=0),
        "header": (header,),
        "rows": (TableRow(cells=tuple(words), citation=0),),
        "footnotes": (Piece(text=LABEL.text[TABLE.footnotes[0].start : TABLE.footnotes[0].end], citation=0),),
    }
    return drafted(TableBlock(**{**block, **changes}), citations=(cited(start, end), WARNING))


def reasons(draft, shelf=None, part=PART, scope=None, limits=LIMITS, **allowed):
    """What each failed check says."""
    verification = verify(draft, part, scope or Scope(), shelf or Shelf(), limits, labels.NOW, **allowed)
    return {check.name: check.reason for check in verification.checks if check.passed is not True}


def test_a_list_as_it_stands_in_the_label_passes():
    assert reasons(listed()) == {}


@pytest.mark.parametrize("changed", ["lead_in", "item"])
def test_every_line_of_a_list_must_stand_in_what_it_cites(changed):
    assert reasons(listed(**{changed: "mild headache"})) == {"words_are_cited": "not in its citation: 'mild headache'"}


def test_a_list_without_a_lead_in_is_held_by_its_items():
    block = listed().blocks[0].model_copy(update={"lead_in": None})
    assert reasons(listed().model_copy(update={"blocks": (block,)})) == {}


def test_folded_words_and_safety_information_are_held_like_the_answer():
    said = Statement(pieces=(Piece(text="No such words.", citation=0),))
    safety = SafetyInformation(pieces=said.pieces)
    for where in ({"more": (said,)}, {"safety_information": safety}):
        assert set(reasons(listed().model_copy(update=where))) == {"words_are_cited"}


def test_a_table_as_it_stands_in_the_label_passes():
    assert reasons(tabled()) == {}
    assert reasons(tabled(span=(TABLE.start, TABLE.end))) == {}
    assert reasons(tabled(caption=None, header=(), footnotes=())) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"caption": Piece(text="Table 9: invented", citation=0)},
        {"header": (("Creatinine clearance (mL/min)", "Dose a week"),)},
        {"rows": (TableRow(cells=("30–59", "25 mg once daily"), citation=0),)},
        {"footnotes": (Piece(text="a Studied on dialysis.", citation=0),)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_no_word_of_a_table_may_be_invented(changed):
    assert reasons(tabled(**changed))["words_are_cited"].startswith("not in the cited table: ")


@pytest.mark.parametrize(
    "span", [(TABLE.start - 1, TABLE.rows[1].end), (TABLE.rows[1].start, TABLE.end + 1), (0, 9)], ids=str
)
def test_a_table_row_cited_outside_the_table_is_found(span):
    assert reasons(tabled(span=span)) == {"words_are_cited": "a table row is cited outside any table"}


def test_a_table_is_found_among_several():
    twin = TABLE.model_copy(update={"start": 0, "end": 5})
    document = LABEL.model_copy(update={"tables": (twin, TABLE)})
    assert reasons(tabled(), Shelf(labels.approved(document))) == {}


def test_words_long_enough_to_fill_a_screen_are_cut_in_the_reason():
    assert reasons(listed(item="x" * 70))["words_are_cited"] == f"not in its citation: '{'x' * 60}'"
    assert reasons(tabled(header=(("y" * 70,),)))["words_are_cited"] == f"not in the cited table: '{'y' * 60}'"
    generated = Statement(pieces=(Piece(text="z" * 70, citation=0),), is_generated=True)
    said = drafted(generated, citations=(WARNING,))
    assert reasons(said, may_be_reworded=True)["words_are_cited"].endswith(f": '{'z' * 60}'")


def test_a_block_after_a_reworded_one_is_still_held():
    true = Statement(pieces=(Piece(text=f"According to the label: {WARNING.quote}", citation=0),), is_generated=True)
    false = Statement(pieces=(Piece(text="No such words.", citation=0),))
    assert reasons(drafted(true, citations=(WARNING,)), may_be_reworded=True) == {}
    assert set(reasons(drafted(true, false, citations=(WARNING,)), may_be_reworded=True)) == {"words_are_cited"}


def test_every_sentence_of_a_reworded_block_is_held():
    pieces = tuple(Piece(text=text, citation=0) for text in (WARNING.quote, "It cures everything within 3 days."))
    said = drafted(Statement(pieces=pieces, is_generated=True), citations=(WARNING,))
    assert "cures" in reasons(said, may_be_reworded=True)["words_are_cited"]


def test_a_reworded_sentence_may_rest_on_several_citations():
    one, two = (cited(LABEL.units[i].start, LABEL.units[i].end) for i in (0, 1))
    text = f"{one.quote.rstrip('.')}; {two.quote[0].lower()}{two.quote[1:]}"
    both = Statement(pieces=(Piece(text=text, citation=0, further=(1,)),), is_generated=True)
    half = Statement(pieces=(Piece(text=text, citation=0),), is_generated=True)
    assert reasons(drafted(both, citations=(one, two)), may_be_reworded=True) == {}
    assert set(reasons(drafted(half, citations=(one, two)), may_be_reworded=True)) == {"words_are_cited"}


def test_a_draft_that_cites_nothing_fails():
    assert reasons(compose_dosage().model_copy(update={"citations": ()}))["quotes_are_verbatim"] == "nothing is cited"


@pytest.mark.parametrize("wrong", [0, 1])
def test_the_citation_that_does_not_hold_is_named_by_its_number(wrong):
    citations = [cited(u.start, u.end) for u in LABEL.units[:2]]
    citations[wrong] = citations[wrong].model_copy(update={"quote": "no such words"})
    said = reasons(drafted(citations=tuple(citations)))["quotes_are_verbatim"]
    assert said.startswith(f"citation {wrong + 1}: the quote does not stand at {citations[wrong].start}:")
    citations[wrong] = citations[wrong].model_copy(update={"sha256": "0" * 64})
    said = reasons(drafted(citations=tuple(citations)))["quotes_are_verbatim"]
    assert said == f"citation {wrong + 1}: the document's text is not the one cited"


def test_a_part_without_a_product_has_no_approval():
    assert reasons(listed(), part=PART.model_copy(update={"product": None})) == {"approval_is_live": "no product"}


def test_an_approval_that_is_not_the_one_in_force_is_found():
    citation = cited(WARNING.start, WARNING.end, approval_id="approval_of_old")
    said = reasons(drafted(citations=(WARNING, citation)))["approval_is_live"]
    assert said == "citation 2: approval approval_of_old is not the one in force"


def test_the_citation_that_is_withdrawn_is_named_with_its_document():
    said = reasons(listed(), Shelf(effective=False))["approval_is_live"]
    assert said.startswith("citation ")
    assert said.endswith(f": {LABEL.document_id} version {LABEL.version} is not effective")


@pytest.mark.parametrize(
    ("approved_for", "asked_by", "shown"),
    [
        (Audience.MEDICAL, Audience.HCP, False),
        (Audience.MEDICAL, Audience.MEDICAL, True),
        (Audience.HCP, Audience.HCP, True),
        (Audience.HCP, Audience.MEDICAL, True),
    ],
)
def test_what_is_approved_for_medical_staff_is_shown_to_nobody_else(approved_for, asked_by, shown):
    shelf = Shelf(labels.approved(audience=approved_for))
    said = reasons(listed(), shelf, scope=Scope(audience=asked_by))
    assert said == ({} if shown else {"approval_is_live": said.get("approval_is_live")})
    assert shown or said["approval_is_live"].endswith("approved for medical staff only")


def test_whether_it_is_effective_is_asked_for_product_market_audience_and_time():
    asked = []

    class Noting(Shelf):
        def is_effective(self, *given):
            asked.append(given)
            return True

    assert reasons(listed(), Noting(), scope=Scope(market=Market.UK)) == {}
    partition = Partition(product="Veltrano", market=Market.UK, audience=Audience.HCP)
    assert asked == [(LABEL.document_id, LABEL.version, partition, labels.NOW)]


def test_each_document_is_fetched_once():
    fetched = []

    class Noting(Shelf):
        def document(self, *key):
            fetched.append(key)
            return super().document(*key)

    assert reasons(tabled(), Noting()) == {}
    assert fetched == [(LABEL.document_id, LABEL.version)]


def numbers(count):
    """That many citations of one sentence, each used by a statement of its own."""
    blocks = [Statement(pieces=(Piece(text=WARNING.quote, citation=i),)) for i in range(count)]
    return drafted(*blocks, citations=(WARNING,) * count)


def test_as_many_citations_as_the_limit_allows_are_within_it_and_one_more_is_not():
    limits = Limits(words=120, citations=3)
    assert reasons(numbers(3), limits=limits) == {}
    assert reasons(numbers(4), limits=limits) == {"within_limits": "4 citations, at most 3"}


def test_a_citation_used_twice_counts_once_and_folded_words_do_not_count():
    twice = Statement(pieces=(Piece(text=WARNING.quote, citation=0), Piece(text=WARNING.quote, citation=0)))
    folded = Statement(pieces=(Piece(text=WARNING.quote, citation=1),))
    said = drafted(twice, citations=(WARNING, WARNING), more=(folded,))
    assert reasons(said, limits=Limits(words=120, citations=1)) == {}


def test_the_citations_of_a_block_come_in_reading_order():
    def piece(number, *further):
        return Piece(text="x", citation=number, further=further)

    rows = (TableRow(cells=("x",), citation=3), TableRow(cells=("x",), citation=4))
    table = TableBlock(lead_in=piece(1), caption=piece(2), rows=rows, footnotes=(piece(5),))
    assert list(citation_numbers(table)) == [1, 2, 3, 4, 5]
    assert list(citation_numbers(table.model_copy(update={"lead_in": None, "caption": None}))) == [3, 4, 5]
    bullets = ListBlock(lead_in=piece(7), items=(piece(8, 9), piece(3)))
    assert list(citation_numbers(bullets)) == [7, 8, 9, 3]
    assert list(citation_numbers(bullets.model_copy(update={"lead_in": None}))) == [8, 9, 3]
    assert list(citation_numbers(Statement(pieces=(piece(2, 1), piece(2))))) == [2, 1, 2]
    assert list(citation_numbers(SafetyInformation(pieces=(piece(6),)))) == [6]


def test_a_check_that_breaks_says_how():
    class Broken(Shelf):
        def document(self, *_):
            raise OSError("disk gone")

    verification = verify(listed(), PART, Scope(), Broken(), LIMITS, labels.NOW)
    broken = {check.name: (check.passed, check.reason) for check in verification.checks if check.passed is not True}
    assert broken == dict.fromkeys(("quotes_are_verbatim", "approval_is_live"), (None, "OSError: disk gone"))
    assert verification.part == 0
