import pytest

from assistant.screens.addresses import find_addresses
from assistant.screens.known_words import KnownWords
from assistant.screens.personal_data import find, mask


def masked(text):
    return mask(text, find(text, ("zelvantra", "corvexa")))


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("ship it to 4417 Harrow Mill Road Apt. 12\nDunwell, OH 44021", ["4417", "Harrow", "12", "Dunwell", "44021"]),
        ("he lives on Via Corvini 17", ["Corvini", "17"]),
        ("Address:\n88 Kestrelstrasse 41\n Suite 9\n Hollern\n Austria 40210", ["Kestrel", "41", "Hollern", "40210"]),
        ("she moved to Rua das Gaivotas 220, Apt 3", ["Gaivotas", "220", "3"]),
        ("the clinic is at ul. Brzozowa 15", ["Brzozowa", "15"]),
        ("meet me at the corner of 12 Orchard Street and Quill Lane", ["Orchard", "Quill"]),
        ("PSC 0417, Box 2210\nAPO AE 09021", ["0417", "2210", "09021"]),
        ("send it to P.O. Box 771", ["771"]),
        ("kossuth utca 12. second floor", ["kossuth", "12"]),
        ("3021 Linden 77\n Apt. 8\n Vesterby\n Sweden 71022", ["3021", "Linden", "77", "Vesterby", "71022"]),
        ("30866 Kestrelgata 87 Apt. 652 Apt. 949, Dunwell, Austria 02151", ["30866", "652", "949", "Dunwell", "02151"]),
        ("4417 Harrow Mill Road Suite 9 Apt. 16, Nyr u Brez v Horach, Austria 33156", ["Suite", "16", "Nyr", "Horach"]),
        ("770 26 rue des lieux Olmeda\nApt. 735\nHOLL\nFrance 35910", ["770", "26", "Olmeda", "735", "35910"]),
        ("at the corner of Kestrel kapu 39. and Quill Pass", ["corner", "Kestrel", "39", "Quill"]),
        ("address: 947 rua olmeda 17 apt. 858, begonte", ["947", "olmeda", "858", "begonte"]),
    ],
)
def test_addresses_are_gone_with_all_their_lines(text, gone):
    result = masked(text)
    assert [word for word in gone if word in result] == []


@pytest.mark.parametrize(
    "text",
    [
        "take 2 Corvexa 40 mg tablets",
        "Zelvantra 300 vs Corvexa 40: dose in stage 3 CKD?",
        "2 of 10 patients in Study 301 had a rash",
        "5 mg via Mouth 2 times daily",
        "given via Port 4 times",
        "Unit 5 mL vial, store at room temperature",
        "Section 5.2 Warnings, Table 4",
        "Her AST and ALT 300, hold?",
        "with GFR and CrCl 22, dose?",
        "low Hgb and Plt 30, dose?",
        "day 3 Neutrophils and Platelets 40, dose?",
        "move to 40 mg after 2 weeks",
    ],
)
def test_doses_and_counts_are_no_address(text):
    assert masked(text) == text


def test_what_stands_around_an_address_stays():
    assert masked("rash since 18 Kestrel Road Apt. 4, Dunwell, OH 44021. Dose?") == "rash since [address]. Dose?"


def test_an_address_without_its_number_is_not_believed():
    text = "Orchard and Quill are trial arms"
    assert list(find_addresses(text, KnownWords(text, ()))) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("at 18 Kestrel Road, dose?", "at [address], dose?"),
        ("at 2 18 Kestrel Road, dose?", "at [address], dose?"),
        ("he lives at 18 Kestrelmoor, dose?", "he lives at [address], dose?"),
        ("he lives at Kestrelmoor 18, dose?", "he lives at [address], dose?"),
        ("he lives at Kestrelmoor and Hollern 18, dose?", "he lives at [address], dose?"),
        ("switched, go to Corvexa 18, dose?", "switched, go to Corvexa 18, dose?"),  # a medicine
        ("12 Zelvantra 40, Apt. 5", "12 Zelvantra 40, [address]"),
        ("1200 Kestrel 40, dose?", "[address], dose?"),
        ("1200 Kestrel 40 mg", "1200 Kestrel 40 mg"),
        ("PO Box 771, dose?", "[address], dose?"),
        ("at Flat 3, 9 Kestrel Crescent, Dunwell DW9 1HF. dose?", "at [address]. dose?"),
        ("Kestrelstraße 44b, 10969 Dunwell wohnhaft", "[address] wohnhaft"),
        ("ul. Kestrelowa 12/5, 31-023 Dunwell - dose?", "[address] - dose?"),
        ("14/2 Kestrel Nagar, Dunwell 560038 courier", "[address] courier"),
        ("her address is 28030.", "her [address]."),
        ("leave it at Kestrelmoor and Hollerweg 18, thanks", "leave it at [address], thanks"),
        ("bring it to Orvelin and Hollern 18 thanks", "bring it to [address] thanks"),
        ("18 Kestrel Road Apt. 4 Dunwell after lunch", "[address] after lunch"),
        ("18 Kestrel Road, Dunwell, OH. Dose?", "[address]. Dose?"),
        ("18 Kestrel Road\nDunwell\nAustria 33156\n\nDose?", "[address]\n\nDose?"),
        ("at 18 kestrel road, dunwell", "at [address]"),
        ("born 02/11/1949, at 18 Kestrel Road", "born [date], at [address]"),
    ],
)
def test_an_address_is_masked_whole_and_nothing_else(text, kept):
    assert masked(text) == kept


@pytest.mark.parametrize(
    "address",
    [
        "12 Upper Quay St, Quellport T12 XK4P",
        "PO Box 77, Station B, Quellport ON K1P 5A1",
        "GPO Box 2890, Quellport VIC 3001",
        "Postfach 12 34, 60313 Quellport",
        "RR 3 Box 44, Quellport GA 30720",
        "44 Rural Route 2, Box 15, Quellport GA 30720",
        "Kungsgatan 12 lgh 1101, 111 35 Quellport",
        "12 bis rue de la Quelle, 75002 Quellport",
        "Rua Quellusta 1500, apto 42, 01304-001",
        "5 Quell Rd, Quellport NSW 2150",
    ],
)
def test_boxes_rural_routes_and_postal_codes_of_other_countries_go_with_an_address(address):
    text = f"send it to {address}"
    assert mask(text, find(text)) == "send it to [address]"


@pytest.mark.parametrize(
    "text", ["give via route 2 only", "RR 3.4 (1.2-5.6) for relapse", "HR 0.60 (0.40-0.90)", "in a private bag 3 times"]
)
def test_routes_and_ratios_of_medicine_are_no_address(text):
    assert mask(text, find(text)) == text
