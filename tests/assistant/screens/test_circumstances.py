"""What a patient has or had, and what another medicine is for, is no use that is asked about."""

import time

import pytest
from corvexa import label

from assistant.screens.off_label import assess_use


@pytest.mark.parametrize(
    "text",
    [
        "any gout drug that interacts with it?",
        "HIV regimen contains rilpivirine, ok together?",
        "NSTEMI 9 days ago. allowed?",
        "three weeks out from a STEMI, can it be started?",
        "DVT 2 years back, is it allowed?",
        "takes bosentan for her PAH. ok together?",
        "hepatitis B pt - what to watch? sodium load",
        "gastric emptying slows, EtOH? dose adjust",
    ],
)
def test_a_circumstance_is_no_use(text):
    finding = assess_use(text, (), label())
    assert finding is None or finding.confidence < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "acute gout for 2 weeks - dose?",
        "gout flare that began 3 days ago, dose?",
        "sarcoidosis dx 2 years ago, what dose",
        "STEMI pt, 40 mg - any data?",
        "use it for PAH with bosentan, dose?",
        "What dose of Corvexa as a Crohn's drug?",
        "Should we use Corvexa as a Crohn's drug?",
        "What dose of Corvexa as Crohn's therapy after infliximab?",
        "Should we add Corvexa to Crohn's therapy with infliximab?",
        "New onset ulcerative colitis 2 weeks ago, can I start Corvexa?",
        "MI 2 weeks ago, would Corvexa help?",
        "She was diagnosed with Crohn's 2 months ago, can she start Corvexa?",
        "She is on infliximab for Crohn's, switch to Corvexa?",
        "Using hydroxychloroquine for lupus and want to add Corvexa, experience?",
        "Corvexa in Crohn's patients: how many had remission?",
        "What is the problem with Corvexa for hidradenitis?",
        "gout regimen?",
    ],
)
def test_a_use_is_still_one(text):
    finding = assess_use(text, (), label())
    assert finding is not None
    assert finding.confidence >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "how much of it gets to a breastfed baby?",
        "does it pass into breast milk, 3 week old baby, mg/kg",
        "why not in neonates, how many mg of the preservative?",
    ],
)
def test_a_suckling_is_no_child_to_be_treated(text):
    finding = assess_use(text, (), label())
    assert finding is None or finding.detail != "age"


def test_whether_adding_changes_the_dose_is_an_interaction():
    assert assess_use("does adding ketoconazole need a dose change?", (), label()) is None
    assert assess_use("combining with ketoconazole, what dose of corvexa?", (), label()) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Can we give Corvexa 20 mg to an 8 month old breastfed baby with psoriasis?",
        "Dose of Corvexa for a 4 year old with psoriasis, why not 20 mg?",
        "Dose in a 3-year-old with psoriasis? Mother is breastfeeding.",
        "How many mg for a 5-year-old girl, and is it excreted in milk?",
    ],
)
def test_a_child_that_is_dosed_is_treated(text):
    finding = assess_use(text, (), label())
    assert finding is not None
    assert finding.detail == "age"


@pytest.mark.parametrize(
    "text",
    [
        "Can Corvexa be combined with upadacitinib with dose reduction?",
        "Combine Corvexa with tofacitinib in RA, dose adjustment?",
    ],
)
def test_a_combination_stays_one_where_the_dose_changes(text):
    finding = assess_use(text, (), label())
    assert finding is not None
    assert finding.detail == "combination"


@pytest.mark.parametrize(
    "text", ["MI metformin ", "asthma on warfarin ", "methotrexate for gout ", "takes methotrexate ("]
)
def test_a_long_hostile_message_is_soon_read(text):
    started = time.process_time()
    assess_use((text * 400)[:4000], (), label())
    assert time.process_time() - started < 1.0
