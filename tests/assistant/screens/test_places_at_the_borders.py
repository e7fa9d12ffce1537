"""Where an address begins and ends, and what is masked beside other identifiers. All places are invented."""

from __future__ import annotations

import pytest

from assistant.screens.addresses import find_addresses
from assistant.screens.known_words import KnownWords
from assistant.screens.personal_data import find, mask

NAMES = ("zelvantra", "corvexa")


def masked(text):
    return mask(text, find(text, NAMES))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("PO Box 771 Dunwell Hollern, dose?", "[address], dose?"),
        ("PO Box 771 Dunwell Hollern Quell, dose?", "[address] Quell, dose?"),
        ("he moved to 12 PO Box 771", "he moved to [address]"),
        ("ab 12 18 Kestrel Road, dose?", "ab [address], dose?"),
        ("on 3.5 18 Kestrel Road, dose?", "on 3.5 [address], dose?"),  # a decimal is no house number
        ("bring it to AST and ALT 18 thanks", "bring it to AST and ALT 18 thanks"),
        ("bring it to Olm and Hollern 18 thanks", "bring it to Olm and Hollern 18 thanks"),
        ("bring it to Olme and Hollern 18 thanks", "bring it to [address] thanks"),
        ("bring it to Rash and Hollern 18 thanks", "bring it to Rash and Hollern 18 thanks"),
        ("bring it to Corvexa and Hollern 18 thanks", "bring it to Corvexa and Hollern 18 thanks"),
        ("18 Kestrel Road Apt. 4 Dunwell", "[address]"),
        ("18 Kestrel Road, Apt. 4, Dunwell, OH 44021, Austria, Hollern, dose?", "[address], dose?"),
        ("18 kestrel road, dunwell, dose", "[address], dose"),
        ("dose at 18 Kestrel Road, 40 mg", "dose at [address], 40 mg"),
        ("from 18 Kestrel Road to 22 Olmen Street, dose?", "from [address] to [address], dose?"),
        ("no digits, at the corner of Kestrel Road and Quill Lane", "no digits, at [address]"),
        ("at the Corner of Kestrel and Quill", "at [address]"),
    ],
)
def test_an_address_ends_where_its_last_line_does(text, kept):
    assert masked(text) == kept


def test_a_number_before_a_box_belongs_to_it_however_far_the_text_goes_on_before():
    for before in ("", "x", "seen last week. ", "a much longer text with many words, then "):
        text = f"{before}12 PO Box 771"
        assert (len(before), len(text)) in list(find_addresses(text, KnownWords(text, NAMES)))


def test_lines_behind_a_street_are_taken_in_up_to_seven():
    lines = [f"Dunwell{'abcdefghi'[i]}" for i in range(9)]
    assert masked("18 Kestrel Road, " + ", ".join(lines)).count("Dunwell") == 2


# ---- identifiers and their masks


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ring 555-0147 or 10.2.3.4 now", "ring [phone] or [ip] now"),
        ("photo at a_roe.jpg, MRN 445566", "photo at [photo], MRN [mrn]"),
        ("fax it: x.jpg", "fax it: [photo]"),
        ("e-mail a@b.example, url www.x-y.example", "e-mail [email], url [url]"),
        ("age 90 y/o, 89 y/o, 91yo", "age 90+ y/o, 89 y/o, 90+yo"),
    ],
)
def test_each_identifier_is_masked_beside_others(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize("text", ["e\u0301 12 a@b.example", "Je\u0301ssica a\u0300 e\u0301 a@b.example, MRN 445566"])
def test_accents_apart_from_their_letters_move_no_mask(text):
    spans = {f.detail: text[f.start : f.end] for f in find(text, NAMES)}
    assert spans["email"] == "a@b.example"
    assert spans.get("mrn", "445566") == "445566"
