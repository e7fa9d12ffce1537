import pytest

from assistant.adapters.reader import MiniLMReader
from assistant.screens import ScreenInput
from assistant.screens.safety import SafetyScreen
from assistant.types import FindingKind, Scope


@pytest.fixture(scope="module")
def screen():
    return SafetyScreen(MiniLMReader())


def look(screen, text, names=("zelvantra", "zelvantinib")):
    return screen.look(ScreenInput(text=text, scope=Scope(product="Zelvantra"), product_names=names))


UNHEARD = [
    ("the girl threw up the whole night after her first spoonful", "adverse_event"),
    ("his wife rang, he cannot be woken since the new tablets", "adverse_event"),
    ("my aunt lost her eyebrows on zelvantra", "adverse_event"),
    ("colleague pricked himself while drawing it up", "occupational_exposure"),
    ("the cap of the vial was already off and the rubber torn", "product_complaint"),
    ("given two days too early by the ward", "medication_error"),
    ("no benefit whatsoever in my lady after four months", "lack_of_effect"),
]


@pytest.mark.parametrize(("text", "kind"), UNHEARD)
def test_a_report_in_words_no_rule_was_written_for_is_found(screen, text, kind):
    found = look(screen, text)
    assert found, text
    assert all(f.kind is FindingKind.SAFETY_REPORT and 0 <= f.start < f.end <= len(text) for f in found)
    assert kind in {f.detail for f in found} or found[0].found_by == "us.safety.fitted@1"


ASKED = [
    "bioavailability of the oral form",
    "what is the incidence of rash with zelvantra?",
    "how do I manage diarrhoea on zelvantra",
    "if she gets a seizure, should it be stopped for good?",
    "is it safe while breastfeeding?",
    "the page was slow, but thank you",
    "write me a tweet about zelvantra",
    "no adverse events so far, how long to continue?",
]


@pytest.mark.parametrize("text", ASKED)
def test_what_reports_nothing_is_left_alone(screen, text):
    assert look(screen, text) == ()


def test_the_fitted_finding_points_at_the_clause_that_tells(screen):
    text = "What is the half life? the girl threw up the whole night after her first spoonful"
    (found,) = look(screen, text)
    assert "threw up" in text[found.start : found.end]
    assert "half life" not in text[found.start : found.end]


def test_without_a_reader_the_rules_stand_alone():
    text = "plts 9k on zelvantra day 14, nothing else changed"
    (found,) = look(SafetyScreen(), text)
    assert found.found_by == "us.safety.event@1"


def test_one_pass_over_a_message_serves_screens_and_retrieval(monkeypatch):
    reader = MiniLMReader()
    first = reader.embed_query("a message")
    monkeypatch.setattr(reader, "_sessions", ())  # a second pass would fail
    assert (reader.embed_query("a message") == first).all()
    assert reader.read("a message").vectors.shape[1] == 384


@pytest.mark.parametrize(
    "text",
    [
        "had a clot on the pill in 2009, off blood thinners. can she start zelvantra?",
        "cirrhosis child c, which dose?",
        "cant swallow capsules, open them?",
        "missed this mornings tablet - double up tonight?",
        "plt limit under which you cant begin",
    ],
)
def test_what_a_patient_is_or_had_before_is_no_report(screen, text):
    assert not look(screen, text)


@pytest.mark.parametrize(
    "text",
    [
        "had a clot on the pill in 2009, and now another one 4 wks into zelvantra",
        "cirrhosis child a when we began, ascites since month 2",
        "cant swallow since the third dose, ulcers down to the larynx",
        "ward forgot the tablet for six days, seized last night",
        "plts 18 after 2 wks, we stopped",
    ],
)
def test_what_became_of_them_on_it_is(screen, text):
    assert look(screen, text)


def test_a_rule_and_the_model_together_are_surer_than_the_rule(screen):
    text = "nurse gave it im by mistake"
    by_rule = max(f.confidence for f in SafetyScreen().look(ScreenInput(text=text, scope=Scope(), product_names=())))
    assert max(f.confidence for f in look(screen, text)) > by_rule
