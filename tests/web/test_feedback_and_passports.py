from __future__ import annotations

import dataclasses

import pytest
from fastapi.testclient import TestClient

from assistant.types import Finding, FindingKind, SafetyKind, Screening
from assistant.web import screening
from assistant.web.app import create_app


@pytest.fixture
def screened(monkeypatch):
    """What the screens find in a comment."""
    found = []

    def screen(question, _screens, _names):
        return Screening(redacted=question.text.replace("Jane Roe", "[person]"), findings=tuple(found))

    monkeypatch.setattr(screening, "screen", screen)
    return found


def finding(kind, detail=""):
    return Finding(kind=kind, detail=detail, start=0, end=4, found_by="test@1", confidence=0.9)


def give(client, message, **body):
    return client.post(f"/v1/interactions/{message['interaction_id']}/feedback", json=body)


def test_feedback_is_kept_with_its_comment_redacted(client, ask, services, screened):
    message = ask("dose?")
    response = give(client, message, rating="down", reason="incomplete", comment="Jane Roe missed the renal dose")
    assert response.status_code == 201
    (kept,) = services.ledger.feedback(message["interaction_id"])
    assert (kept.rating, kept.reason, kept.comment) == ("down", "incomplete", "[person] missed the renal dose")


def test_a_safety_report_in_a_comment_opens_a_safety_case(client, ask, services, screened):
    message = ask("dose?")
    screened.append(finding(FindingKind.SAFETY_REPORT, SafetyKind.ADVERSE_EVENT))
    (intake,) = give(client, message, rating="up", comment="safety my patient got a rash").json()["safety"]
    assert services.desk.case(intake["case_id"]).kind == "safety"


def test_the_real_screens_read_a_comment(real):
    with TestClient(create_app(real)) as client:
        path = f"/v1/conversations/{client.post('/v1/conversations', json={}).json()['conversation_id']}/messages"
        message = client.post(path, json={"text": "What is the recommended dosage of Nelvoris?"}).json()
        said = "Call me on 212-555-0147: my patient developed a severe rash after taking it."
        (intake,) = give(client, message, rating="down", comment=said).json()["safety"]
    assert intake["safety_kinds"] == ["adverse_event"]
    assert real.desk.case(intake["case_id"]).product == "Nelvoris"
    (kept,) = real.ledger.feedback(message["interaction_id"])
    assert "rash" in kept.comment
    assert "0147" not in kept.comment


def test_a_comment_that_cannot_be_screened_is_not_kept(client, ask, services, screened):
    message = ask("dose?")
    screened.append(finding(FindingKind.SCREEN_FAILED, "personal_data"))
    response = give(client, message, rating="up", comment="Jane Roe")
    assert (response.status_code, response.json()["code"]) == (503, "not_screened")
    assert services.ledger.feedback(message["interaction_id"]) == ()


def test_a_comment_that_cannot_be_screened_reaches_drug_safety(real):
    screens = (*real.assistant.screens, Breaking())
    broken = dataclasses.replace(real, assistant=dataclasses.replace(real.assistant, screens=screens))
    with TestClient(create_app(broken)) as client:
        path = f"/v1/conversations/{client.post('/v1/conversations', json={}).json()['conversation_id']}/messages"
        message = client.post(path, json={"text": "What is the recommended dosage of Nelvoris?"}).json()
        refused = give(client, message, rating="down", comment="she felt strange, Jane Roe")
    assert refused.status_code == 503
    told = [c for c in real.desk.cases(limit=1000) if c.kind == "safety" and c.case_id in refused.json()["detail"]]
    assert [e.text for c in told for e in real.ledger.read_vault(c.case_id, "s")] == ["she felt strange, Jane Roe"]
    assert real.ledger.feedback(message["interaction_id"]) == ()


class Breaking:
    name = "breaking"

    def look(self, message):
        raise ValueError(message.text)


def test_feedback_on_nothing_is_refused(client):
    assert client.post("/v1/interactions/turn_none/feedback", json={"rating": "up"}).status_code == 404


def test_a_rating_is_one_of_two(client, ask):
    assert give(client, ask("dose?"), rating="great").status_code == 422


def test_a_passport_proves_every_citation_and_names_the_release(client, ask):
    message = ask("dose for Jane Roe?")
    passport = client.get(f"/v1/interactions/{message['interaction_id']}/passport").json()
    assert passport["holds"] is True
    assert passport["question"] == "dose for [person]?"
    assert [p["citation"] for p in passport["citations"]] == message["reply"]["outcomes"][0]["citations"]
    assert all(p["mlr_id"] and p["text_is_unchanged"] and p["quote_matches"] for p in passport["citations"])
    assert passport["release"]["policy"] == "us@1"
    assert client.get(f"/passports/{message['interaction_id']}").status_code == 200


def test_a_passport_says_so_when_the_text_is_no_longer_what_was_cited(client, ask, services, monkeypatch):
    message = ask("dose?")
    true_document = services.knowledge.document

    def altered(document_id, version):
        approved = true_document(document_id, version)
        document = approved.document.model_copy(update={"text": "X" + approved.document.text})
        return approved.model_copy(update={"document": document})

    monkeypatch.setattr(services.knowledge, "document", altered)
    passport = client.get(f"/v1/interactions/{message['interaction_id']}/passport").json()
    assert passport["holds"] is False
