"""What a question wants treated that the label never names, where no list knows it either. All is invented."""

from __future__ import annotations

import pytest
from corvexa import label

from assistant.screens.label_uses import read_uses
from assistant.screens.purposes import strange_purposes


def _uses():
    (held,) = label()
    text = f"{held.document.text}In a study uveitis fell. "
    added = "Corvexa is indicated for chronic deficiency disorder and is "
    text = text.replace("CORVEXA is ", added, 1)
    shift = len(added) - len("CORVEXA is ")
    first, *rest = held.document.sections
    moved = [s.model_copy(update={"start": s.start + shift, "end": s.end + shift}) for s in rest]
    sections = (first.model_copy(update={"end": first.end + shift}), *moved)
    more = {"text": text, "sections": sections, "source_sha256": "f" * 64}
    return read_uses((held.model_copy(update={"document": held.document.model_copy(update=more)}),))


USES = _uses()


def strange(text):
    return [text[start:end] for start, end in strange_purposes(text, USES)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # by the form of the word, behind a word for a purpose or at the head of the question
        ("for cholesteatoma, dose?", ["cholesteatoma"]),
        ("dose for my patient with cholesteatoma?", ["cholesteatoma"]),
        ("dose in cholesteatoma?", ["cholesteatoma"]),
        ("cholesteatoma, dose?", ["cholesteatoma"]),
        ("corvexa cholesteatoma, dose?", ["cholesteatoma"]),
        ("cholesteatoma and the dose?", []),
        # by capitals, unless all is in capitals
        ("for XYZ, dose?", ["XYZ"]),
        ("the XYZ, dose?", ["XYZ"]),
        ("corvexa for XYZ, dose?", ["XYZ"]),
        ("FOR XYZ, DOSE?", []),
        ("for xyz, dose?", []),
        # before a word for a disease
        ("Zorbin syndrome, dose?", ["Zorbin"]),
        ("zorbin disease, dose?", ["zorbin"]),
        ("for a syndrome, dose?", []),
        ("zorb disease, dose?", ["zorb"]),
        ("zor disease, dose?", []),  # three letters and fewer tell nothing
        ("zo disease, dose?", []),
        ("for the dose?", []),
        # several
        ("for XYZ and cholesteatoma, dose?", ["XYZ"]),
        ("for XYZ or for cholesteatoma, dose?", ["XYZ", "cholesteatoma"]),
        # an event is a purpose behind "for" and a circumstance behind "in"
        ("for hives, dose?", ["hives"]),
        ("in hives, dose?", []),
    ],
)
def test_what_looks_like_a_disease_where_a_purpose_stands_is_strange_to_the_label(text, found):
    assert list(dict.fromkeys(strange(text))) == found


@pytest.mark.parametrize(
    "text",
    [
        "for uveitis, dose?",  # named in the label
        "for CDD, dose?",  # its indications spell it out
        "risk of cholesteatoma for it, dose?",
        "for XYZ?",  # no dose is asked for
        "for methotrexate in XYZ, dose?".replace("in", "with"),
        "",
    ],
)
def test_what_the_label_names_or_nobody_asks_a_dose_for_is_none(text):
    assert strange(text) == []


def test_initials_are_looked_for_in_the_indications_alone_and_in_one_row():
    assert strange("for RAP, dose?") == ["RAP"]
    assert strange("for CCD, dose?") == ["CCD"]
