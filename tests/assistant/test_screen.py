from datetime import UTC, datetime

from assistant.screens import default_screens
from assistant.turn import screen as step
from assistant.turn.screen import screen
from assistant.types import Asker, FindingKind, Question, Scope

NAMES = ("Corvexa", "corvexumab")


class _Broken:
    name = "broken"

    def look(self, message):
        raise RuntimeError(message.text)


def question(text):
    return Question(
        question_id="question_1",
        conversation_id="conversation_1",
        asker=Asker(pseudonym="a"),
        scope=Scope(product="Corvexa"),
        text=text,
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_screens_see_only_the_masked_text():
    screening = screen(question("Mrs Ingrid Holm got hives on day 2 of corvexa"), default_screens(), NAMES)
    assert "Holm" not in screening.redacted
    (report,) = screening.of_kind(FindingKind.SAFETY_REPORT)
    assert "hives" in screening.redacted[report.start : report.end]
    assert screening.vault_reference is None


def test_a_broken_screen_is_named_and_the_others_still_look(caplog):
    screening = screen(question("my pt got hives on day 2"), (_Broken(), *default_screens()), NAMES)
    assert [f.detail for f in screening.of_kind(FindingKind.SCREEN_FAILED)] == ["broken"]
    assert screening.of_kind(FindingKind.SAFETY_REPORT)
    assert "hives" not in caplog.text


def test_nothing_is_passed_on_when_masking_fails(monkeypatch):
    def fail(text, names):
        raise RuntimeError

    monkeypatch.setattr(step, "find", fail)
    screening = screen(question("Mrs Ingrid Holm got hives"), default_screens(), NAMES)
    assert screening.redacted == ""
    assert [f.detail for f in screening.findings] == ["personal_data"]
