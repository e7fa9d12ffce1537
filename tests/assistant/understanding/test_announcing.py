"""What announces a question is left out of what is heard; what a patient says is not."""

import pytest

from assistant.adapters.reader import MiniLMReader
from assistant.screens.message import ScreenInput
from assistant.screens.safety import SafetyScreen
from assistant.types import Scope
from assistant.understanding.announcing import announces, without_announcement
from assistant.understanding.spelled import spelled_out


@pytest.mark.parametrize(
    "lead",
    [
        "One of our residents asked me this: ",
        "A colleague on the ward asks: ",
        "I'd like to know the following. ",
        "I was wondering: ",
        "Good morning. One of our residents asked me this: ",
        "Hi, my registrar wants to know - ",
        "Question from a colleague: ",
        "I have a quick question. ",
    ],
)
def test_an_announcement_is_not_heard(lead):
    assert without_announcement(f"{lead}eGFR 42, change?") == "eGFR 42, change?"
    assert spelled_out(f"{lead}eGFR 42, change?", None) == spelled_out("eGFR 42, change?", None)


@pytest.mark.parametrize(
    "text",
    [
        "My patient asks: rash since Monday, normal?",
        "A nurse fell after the dose: what now?",
        "The team stopped it. Restart when?",
        "A colleague gave double the dose. What to do?",
        "One of our residents pricked himself: what now?",
        "Clinic dose: 40 mg or 80?",
        "A pregnant pharmacist asks - exposed to the dust, what to do?",
        "My suicidal colleague called. On Corvexa.",
        "A bleeding resident asks: on it since May, what now?",
    ],
)
def test_what_is_told_is_heard(text):
    assert without_announcement(text) == text
    assert not announces(text.split(":")[0].split(".")[0])


def test_an_announced_question_is_no_report():
    screen = SafetyScreen(MiniLMReader())
    for text in (
        "I'd like to know the following. eGFR 42. change?",
        "One of our residents asked me this: letrozole half-life and time to steady state",
        "A colleague on the ward asks: vial pierced: days until discard",
    ):
        message = ScreenInput(text=text, scope=Scope(), product_names=(), spelled=spelled_out(text, None))
        assert screen.look(message) == ()


def test_an_announced_report_is_one():
    text = "A colleague on the ward asks: my patient on kormadex had a seizure yesterday, is that known?"
    message = ScreenInput(text=text, scope=Scope(), product_names=("kormadex",), spelled=spelled_out(text, None))
    assert SafetyScreen(MiniLMReader()).look(message)
