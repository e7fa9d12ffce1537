"""Sentences as a person would reword the demo label: how many of them the check lets through is a floor, not a goal."""

from __future__ import annotations

from pathlib import Path

import knowledge
from assistant.grounding import check_sentence
from knowledge.parse import parse

LABEL = Path(knowledge.__file__).parent / "library" / "nelvoris-us-prescribing-information.xml"
AROUND = 3  # neighbouring sentences that are cited too
REWORDED = (  # words of the sentence it rests on, and how it is said
    (
        "recommended maintenance dosage",
        "For maintenance, the recommended dosage is 20 mg orally once daily, starting at Week 9.",
    ),
    ("recommended induction dosage", "Induction is 40 mg by mouth once daily for 8 weeks."),
    ("Do not extend induction", "Induction should not be extended beyond 8 weeks."),
    (
        "no evidence of therapeutic benefit by Week 16",
        "Stop NELVORIS in patients who show no evidence of therapeutic benefit by Week 16.",
    ),
    (
        "moderate hepatic impairment (Child-Pugh B), the",
        (
            "In moderate hepatic impairment (Child-Pugh B), give 20 mg once daily for induction "
            "and 10 mg once daily for maintenance."
        ),
    ),
    ("missed by less than 12 hours", "A dose missed by less than 12 hours should be taken as soon as possible."),
    (
        "missed by 12 hours or more",
        "If 12 hours or more have passed, skip the dose and take the next one at the usual time.",
    ),
    ("Swallow tablets whole", "Tablets should be swallowed whole and not split, crushed, or chewed."),
    ("may cause fetal harm", "NELVORIS may cause fetal harm in pregnant women, based on findings in animals."),
    (
        "effective method of contraception while",
        (
            "Females of reproductive potential should use effective contraception during NELVORIS and "
            "for 1 week after stopping."
        ),
    ),
    (
        "Avoid live vaccines",
        "Live vaccines should be avoided immediately before, during, and for 4 weeks after treatment.",
    ),
    ("increases digoxin", "Digoxin exposure is increased by 28% with NELVORIS."),
    ("not been established in pediatric", "Safety and effectiveness in pediatric patients have not been established."),
    (
        "below 15 mL/min or on dialysis",
        "NELVORIS is not recommended in patients on dialysis or with creatinine clearance below 15 mL/min.",
    ),
    ("about 18% of the dose", "About 18% of the dose is removed by a 4-hour hemodialysis session."),
    ("terminal half-life is 14", "The mean terminal half-life is 14 hours."),
    ("median time to onset", "ALT elevation had a median time to onset of 31 days (range: 9 to 164 days)."),
    ("no specific antidote", "No specific antidote to NELVORIS exists."),
    ("Take NELVORIS with or without", "NELVORIS can be taken with or without food at about the same time each day."),
    (
        "serious infections occurred at a rate",
        (
            "The rate of serious infections was 2.4 per 100 patient-years with NELVORIS "
            "and 1.9 per 100 patient-years with placebo."
        ),
    ),
    ("active tuberculosis.", "NELVORIS should not be given to patients with active tuberculosis."),
    ("Lumivasertib is metabolized by CYP3A (", "CYP3A (about 78%) and CYP2C8 (about 12%) metabolize lumivasertib."),
)


def test_most_true_rewording_of_the_demo_label_is_kept():
    document = parse(LABEL.read_bytes(), LABEL.name)
    texts = [document.text[u.start : u.end] for u in document.units if u.table is None]
    refused = [said for words, said in REWORDED if check_sentence(said, [around(texts, words)])]
    assert len(refused) <= 0.25 * len(REWORDED), refused


def around(texts: list[str], words: str) -> str:
    place = next(i for i, text in enumerate(texts) if words in text)
    return "\n".join(texts[max(0, place - AROUND) : place + AROUND + 1])
