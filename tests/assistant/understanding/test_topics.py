import json
from pathlib import Path

import pytest

from assistant.understanding.shorthand import expand
from assistant.understanding.topics import load_topics

SHARED = Path(__file__).parents[3].parent / "shared"

MODEL = load_topics()


def best(text, count=1):
    return list(MODEL.predict(expand(text)))[:count]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("starting dose?", "dosage_and_administration"),
        ("q2w how much", "dosage_and_administration"),
        ("is it contraindicated in gout", "contraindications"),
        ("most common AEs", "adverse_reactions"),
        ("MOA?", "mechanism_of_action"),
        ("t1/2", "pharmacokinetics"),
        ("mPFS and HR in the pivotal study", "clinical_studies"),
        ("how long out of the fridge", "how_supplied"),
        ("what to do in overdose", "overdosage"),
        ("boxed warning?", "boxed_warning"),
        ("approved indications", "indications_and_usage"),
        ("excipients", "description"),
        ("abuse potential", "drug_abuse_and_dependence"),
        ("carcinogenicity in rats", "nonclinical_toxicology"),
    ],
)
def test_a_clear_wording_finds_its_section(text, field):
    assert field in best(text, 3)


def test_related_families_of_old_and_new_labels_keep_mass():
    fields = MODEL.predict(expand("is it excreted in breast milk"))
    assert min(fields["lactation"], fields["nursing_mothers"], fields["use_in_specific_populations"]) > 0.5
    assert fields["precautions"] > 0.2


def test_renal_dosing_keeps_both_the_dosing_and_the_population_section_alive():
    fields = MODEL.predict(expand("dose in CrCl 20"))
    assert fields["dosage_and_administration"] > 0.5
    assert fields["use_in_specific_populations"] > 0.1


def test_a_text_without_cues_gets_the_background():
    assert MODEL.predict("zzz") == MODEL.predict("")
    assert MODEL.topics_of("zzz") == {}


def test_every_value_is_a_probability():
    assert all(0 <= p <= 1 for p in MODEL.predict(expand("dose in pregnancy and CrCl, AEs, storage")).values())


def test_the_gold_section_is_among_the_first_three_for_most_bench_questions():
    path = SHARED / "bench" / "dev.jsonl"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    cases = [json.loads(line) for line in path.read_text().splitlines()]
    cases = [case for case in cases if case["expect"]["sections"]]
    hits = sum(
        bool({s.removesuffix("_table") for s in case["expect"]["sections"]} & set(best(" ".join(case["turns"]), 3)))
        for case in cases
    )
    assert hits / len(cases) >= 0.85
