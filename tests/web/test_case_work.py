"""What staff do with a case over HTTP, and what the HCP sees of it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.cases.lines import CaseQuery
from assistant.cases.work import signature_holds
from assistant.records import CaseKind, CaseStatus
from assistant.types import Role
from knowledge.types import DocumentStatus
from tests.web.test_cases import case_of


@pytest.fixture
def asked(client, ask):
    """A requested case: its id, its message."""
    message = ask("handoff Is there anything on psoriasis?", product="Nelvoris")
    client.post(f"/v1/interactions/{message['interaction_id']}/handoff", json={"action": "request"})
    return case_of(message), message


@pytest.fixture
def do(client, as_role):
    def done(case_id, what, role=Role.MSL, **body):
        body.setdefault("seen", 2)
        return client.post(f"/v1/cases/{case_id}/{what}", json=body, headers=as_role(role))

    return done


@pytest.fixture
def written(client, as_role):
    def wrote(case_id, **sections):
        """A whole response that cites the label."""
        found = client.get(f"/v1/cases/{case_id}/passages?q=indications", headers=as_role(Role.MSL)).json()
        place = next(p["place"] for p in found["passages"] if p["audience"] == "hcp")
        label = {"document_id": place["document_id"], "version": place["version"], "title": "Label"}
        return {
            "request": "You asked about psoriasis.",
            "summary": "There are no data [1].",
            "not_approved": "Not approved.",
            "indications": "For colitis [1].",
            "safety_information": "Warnings.",
            "search_method": "Searched.",
            "references": [place],
            "label": label,
            **sections,
        }

    return wrote


def mine(client, message):
    return client.get(f"/v1/conversations/{message['conversation_id']}/cases").json()


def test_from_claim_to_rating(client, asked, do, written, services):
    case_id, message = asked
    assert do(case_id, "claim").json()["assignee"] == "msl-1"
    (waiting,) = mine(client, message)
    assert (waiting["status"], waiting["can_withdraw"], waiting["can_rate"]) == ("assigned", True, False)
    assert waiting["with_expert_since"] is not None
    assert waiting["due_at"] is not None
    draft = do(case_id, "draft", seen=3, response=written(case_id))
    assert draft.status_code == 200, draft.text
    assert mine(client, message)[0]["replies"] == []
    sent = do(case_id, "reply", seen=4, response=written(case_id), signed_as=" Ada  Example ")
    assert sent.status_code == 200, sent.text
    (answered,) = mine(client, message)
    (reply,) = answered["replies"]
    assert (answered["status"], reply["response"]["signature"]["name"]) == ("replied", "Ada Example")
    assert reply["ai_generated"] is False
    assert "msl-1" not in json.dumps({**answered, "replies": []})
    path = f"/v1/conversations/{message['conversation_id']}/cases/{case_id}"
    assert client.post(f"{path}/rating", json={"rating": "up"}).json()["case"]["rating"] == "up"
    again = client.post(f"{path}/messages", json={"text": "And with scalp lesions?"}).json()["case"]
    assert (again["status"], again["additions"][0]["text"]) == ("assigned", "And with scalp lesions?")
    case = services.desk.case(case_id)
    assert signature_holds(next(e.response for e in case.events if e.kind == "replied"))


def test_a_signature_no_longer_holds_for_other_words(client, asked, do, written, services):
    case_id, _ = asked
    do(case_id, "claim")
    do(case_id, "reply", seen=3, response=written(case_id), signed_as="Ada")
    reply = next(e.response for e in services.desk.case(case_id).events if e.response)
    assert signature_holds(reply)
    assert not signature_holds(reply.model_copy(update={"summary": "Use it."}))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"summary": ""}, "Summary"),
        ({"not_approved": " "}, "not approved"),
        ({"references": []}, "no reference"),
        ({"summary": "As shown [7]."}, "[7]"),
        ({"label": None}, "prescribing information"),
        ({"summary": "Nothing cited."}, "such as [1]"),
    ],
)
def test_what_is_not_whole_is_not_sent_and_says_why(asked, do, written, services, changed, told):
    case_id, _ = asked
    do(case_id, "claim")
    response = do(case_id, "reply", seen=3, response=written(case_id, **changed), signed_as="Ada")
    assert (response.status_code, response.json()["code"]) == (422, "incomplete")
    assert told in response.json()["detail"]
    assert services.desk.case(case_id).status is CaseStatus.ASSIGNED


def test_nothing_is_sent_unsigned_or_by_someone_else(asked, do, written, client):
    case_id, message = asked
    response = do(case_id, "reply", seen=2, response=written(case_id), signed_as="Ada")
    assert "take it before" in response.json()["detail"]
    do(case_id, "claim")
    response = do(case_id, "reply", seen=3, response=written(case_id), signed_as=" ")
    assert response.json()["code"] == "incomplete"
    assert mine(client, message)[0]["replies"] == []


def test_only_documents_in_force_for_the_product_are_cited(asked, do, written, services):
    case_id, _ = asked
    do(case_id, "claim")
    response = written(case_id)
    other = next(s for s in services.knowledge.summaries() if s.market == "EU")
    response["references"] = [{"document_id": other.document_id, "version": other.version, "start": 0, "end": 10}]
    assert do(case_id, "draft", seen=3, response=response).json()["code"] == "not_in_force"
    response = written(case_id)
    response["references"][0]["end"] = 10**9
    assert do(case_id, "draft", seen=3, response=response).json()["code"] == "no_such_passage"


def test_passages_for_medical_staff_can_be_found(client, asked, as_role):
    found = client.get(f"/v1/cases/{asked[0]}/passages?q=vaccination", headers=as_role(Role.MSL)).json()["passages"]
    assert {"medical"} <= {p["audience"] for p in found}


def test_the_second_author_is_told_and_both_texts_are_there(asked, do, written, services):
    case_id, _ = asked
    do(case_id, "claim")
    do(case_id, "draft", seen=3, response=written(case_id, summary="First [1]."))
    late = do(case_id, "draft", seen=3, response=written(case_id, summary="Second [1]."))
    assert (late.status_code, late.json()["code"]) == (409, "overtaken")
    assert do(case_id, "draft", seen=4, response=written(case_id, summary="Second [1].")).status_code == 200
    drafts = [e.response.summary for e in services.desk.case(case_id).events if e.kind == "drafted"]
    assert drafts == ["First [1].", "Second [1]."]


def test_a_note_or_a_word_of_the_hcp_between_stops_nobody(client, asked, do, written):
    case_id, message = asked
    do(case_id, "claim")
    do(case_id, "notes", text="Asked a colleague.")
    client.post(f"/v1/conversations/{message['conversation_id']}/cases/{case_id}/messages", json={"text": "More."})
    assert do(case_id, "draft", seen=3, response=written(case_id)).status_code == 200


def test_a_number_that_was_never_seen_is_refused(asked, do):
    assert do(asked[0], "claim", seen=99).status_code == 409


def test_a_case_is_taken_once_whoever_presses_first(client, ask, as_role, services, monkeypatch):
    cases = [case_of(ask(f"handoff {n}?")) for n in range(12)]

    def claim(job):
        return client.post(f"/v1/cases/{job}/claim", json={"seen": 1}, headers=as_role(Role.MSL)).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(claim, cases * 3)) == {200}  # the same person presses again: nothing happens twice
    for case_id in cases:
        assert [e.kind for e in services.desk.case(case_id).events] == ["opened", "assigned"]


def test_release_assign_resolve_reopen(asked, do):
    case_id, _ = asked
    do(case_id, "claim")
    assert do(case_id, "release", seen=3).json()["status"] == "requested"
    assert do(case_id, "assign", seen=4, to="msl-2").json()["assignee"] == "msl-2"
    taken = do(case_id, "claim", seen=5)
    assert (taken.status_code, taken.json()["code"]) == (409, "overtaken")
    assert do(case_id, "resolve", seen=5).json()["status"] == "resolved"
    assert do(case_id, "reopen", seen=6).json()["status"] == "open"


def test_requests_of_two_hcps_are_never_merged(client, ask, asked, do):
    case_id, message = asked
    other = case_of(ask("handoff The same?", product="Nelvoris"))
    assert do(case_id, "merge", to=other).json()["code"] in {"another_hcp", "not_the_same"}
    path = f"/v1/conversations/{message['conversation_id']}/messages"
    twin = case_of(client.post(path, json={"text": "handoff Psoriasis again?"}).json())
    assert do(case_id, "merge", to=twin).json()["status"] == "merged"
    assert do(case_id, "transfer", to="nobody").json()["code"] == "unknown_team"


def test_an_hcp_takes_a_request_back_and_nobody_elses(client, ask, asked):
    case_id, message = asked
    stranger = ask("dose?")
    path = f"/v1/conversations/{stranger['conversation_id']}/cases/{case_id}/withdraw"
    assert client.post(path).status_code == 404
    assert mine(client, stranger) == []
    path = f"/v1/conversations/{message['conversation_id']}/cases/{case_id}/withdraw"
    assert client.post(path).json()["status"] == "withdrawn"


def test_drug_safety_takes_its_own_cases_and_writes_no_replies(client, ask, as_role, do, written, asked):
    case_id = case_of(ask("safety rash"), "safety")
    assert do(case_id, "claim", Role.SAFETY, seen=1).json()["assignee"] == "safety-1"
    assert do(case_id, "claim", Role.MSL, seen=1).status_code == 404
    assert do(case_id, "reply", Role.SAFETY, seen=1, response={}).status_code == 403


def test_a_signed_reply_is_proposed_once_to_the_content_team_and_as_an_eval_case(asked, do, written, services):
    case_id, _ = asked
    assert "no signed reply" in do(case_id, "proposals", kind="approved_answer").json()["detail"]
    do(case_id, "claim")
    do(case_id, "reply", seen=3, response=written(case_id), signed_as="Ada")
    proposed = do(case_id, "proposals", kind="approved_answer")
    assert proposed.status_code == 201, proposed.text
    waiting = [s for s in services.knowledge.summaries() if s.status is DocumentStatus.SUBMITTED]
    summary = next(s for s in waiting if s.document_id == proposed.json()["document_id"])
    assert "medical staff only" in summary.title
    assert do(case_id, "proposals", kind="approved_answer").status_code == 409
    assert do(case_id, "proposals", kind="eval_case").status_code == 201
    lines = (services.settings.storage.directory / "proposals" / "evals.jsonl").read_text().splitlines()
    case = next(c for c in map(json.loads, lines) if c["id"] == proposed.json()["document_id"])
    assert (case["expect"]["outcome"], case["turns"]) == ("handoff", ["handoff Is there anything on psoriasis?"])


def test_an_eval_case_is_one_the_evals_can_read(asked, do, written, services):
    from evals.suite import load_suite

    case_id, _ = asked
    do(case_id, "claim")
    do(case_id, "reply", seen=3, response=written(case_id), signed_as="Ada")
    do(case_id, "proposals", kind="eval_case")
    assert load_suite(services.settings.storage.directory / "proposals" / "evals.jsonl").cases


def test_the_queue_finds_and_the_case_page_tells(client, asked, do):
    case_id, _ = asked
    client.get("/login?token=token-of-msl")
    page = client.get("/msl?q=psoriasis&market=US&order=newest&priority=&show=all")
    assert case_id in page.text
    assert client.get("/msl?show=nowhere").status_code == 422
    do(case_id, "claim")
    page = client.get(f"/msl/{case_id}").text
    assert 'id="editor"' in page
    assert "Why it was handed over" in page


def test_figures_are_counts_alone(client, asked, as_role):
    found = client.get("/v1/cases/figures", headers=as_role(Role.COMPLIANCE)).json()
    assert found["requests"] >= 1
    assert "psoriasis" not in json.dumps(found)
    assert client.get("/msl/figures", headers=as_role(Role.ADMIN)).text.count("<svg") >= 3


def test_the_position_moves_with_every_change(client, asked, do, as_role):
    before = client.get("/v1/cases/position", headers=as_role(Role.MSL)).json()["position"]
    do(asked[0], "claim")
    assert client.get("/v1/cases/position", headers=as_role(Role.MSL)).json()["position"] > before


def test_the_queue_holds_medical_cases_alone(services, asked):
    lines = services.desk.lines(CaseQuery(kinds=(CaseKind.MEDICAL_INFORMATION,), limit=100)).lines
    assert asked[0] in {line.case_id for line in lines}


def test_an_address_is_kept_only_when_agreed_to_and_taken_back(client, asked, services):
    _, message = asked
    path = f"/v1/conversations/{message['conversation_id']}/contact"
    told = client.get(path).json()
    assert told["channel"] == "portal"
    assert told["consent"]
    for wrong in ({"agreed": False}, {"address": "nowhere"}, {"channel": "pigeon"}):
        body = {"channel": "email", "address": "ada@clinic.example", "agreed": True, **wrong}
        refused = client.put(path, json=body)
        assert refused.status_code == 422
        assert "ada@" not in refused.text
    body = {"channel": "email", "address": "ada@clinic.example", "agreed": True}
    assert client.put(path, json=body).json()["channel"] == "email"
    assert services.contacts.of(message["conversation_id"]).agreed_to == told["consent"]
    for _ in range(2):
        assert client.delete(path).json()["channel"] == "portal"
    assert services.contacts.of(message["conversation_id"]) is None
    assert client.get("/v1/conversations/conversation_none/contact").status_code == 404
