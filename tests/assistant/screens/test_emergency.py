import pytest

from assistant.screens import ScreenInput
from assistant.screens.emergency import EmergencyScreen
from assistant.types import Scope

ACTED_ON = 0.5


def is_seen(text):
    found = EmergencyScreen().look(ScreenInput(text=text, scope=Scope(), product_names=()))
    return any(f.confidence > ACTED_ON for f in found)


@pytest.mark.parametrize(
    "text",
    [
        "pt in the chair can't breathe after the injection, what do I give",
        "she's seizing now, 10 minutes after the infusion started",
        "my patient just swallowed 40 tablets, what do I do",
        "he is telling me he will kill himself tonight",
        "I took all my pills, I want to die",
        "no pulse, infusion running, help",
        "throat closing up after first tablet!!",
        "child turned blue after the vaccine just now",
        "status epilepticus right now not responding, next step?",
    ],
)
def test_a_danger_that_is_happening_is_an_emergency(text):
    assert is_seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "how do I treat anaphylaxis per label",
        "what is the rate of seizures",
        "she had anaphylaxis last week, fine now",
        "dose in cardiac arrest per label?",
        "if a patient collapses what should be done",
        "suicidality warning in the label?",
    ],
)
def test_a_danger_that_is_over_or_asked_about_is_none(text):
    assert not is_seen(text)
