from __future__ import annotations

import labels
import pytest
from drafts import compose_dosage

from assistant.composing.choose import Limits
from assistant.turn.verify import verify
from assistant.types import Part, PartKind, Scope, Statement

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
