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


def failed(draft, shelf=None):
    verification = verify(draft, PART, Scope(), shelf or Shelf(), LIMITS, labels.NOW)
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
