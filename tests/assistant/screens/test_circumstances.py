"""What a patient has or had, and what another medicine is for, is no use that is asked about."""

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
        "DVT 2 years back, can I start it?",
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
