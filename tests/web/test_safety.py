"""The safety console and its API: apart from medical information, with the criteria, the clocks and the transfers."""

from __future__ import annotations

import re

import pytest
from portal import shot

from assistant.cases.e2b_xml import problems_of
from assistant.outgoing import Channel, DispatchState, Happening
from assistant.records import CaseEventKind, CaseStatus
from assistant.types import Role


@pytest.fixture
def safety(client, as_role):
    client.headers.update(as_role(Role.SAFETY))
    return client


@pytest.fixture
def case_id(base, real, product):
    """A report made in the portal of the real server."""
    import httpx

    with httpx.Client(base_url=base, timeout=20) as portal:
        opened = portal.post("/v1/conversations", json={}).json()
        path = f"/v1/conversations/{opened['conversation_id']}/messages"
        text = f"My patient was admitted to the ICU with a severe rash last week on {product}."
        reply = portal.post(path, json={"text": text}).json()
        (intake,) = [o for o in reply["reply"]["outcomes"] if o["kind"] == "safety"]
        portal.post(path, json={"text": "58 year old woman"})
    real.dispatcher.round()  # plans; there is nowhere to send to
    return intake["case_id"]


@pytest.fixture(scope="session")
def product(real):
    (names, *_) = real.knowledge.products("US", "hcp", real.clock.now())
    return names.product


def given_up(real, case_id):
    """Have the case's transfers refused by the safety system."""
    dispatches = real.dispatcher.dispatches
    for held in dispatches.claim(Channel.TRANSFER, "test", 100, 60):
        if held.case_id == case_id:
            failed = (Happening(kind=CaseEventKind.FAILED, text="unknown sender"),)
            dispatches.finish("test", held.dispatch_id, DispatchState.DEAD, note="unknown sender", happened=failed)
        else:
            dispatches.retry("test", held.dispatch_id, "", real.clock.now())


def test_a_report_is_read_with_its_criteria_clocks_and_transfers(safety, case_id):
    found = safety.get(f"/v1/safety/cases/{case_id}").json()
    assert {c["name"]: c["is_met"] for c in found["report"]["criteria"]} == dict.fromkeys(
        ("reporter", "patient", "product", "event"), True
    )
    assert {s["criterion"] for s in found["report"]["serious"]} == {"hospitalisation", "life_threatening"}
    assert "us.serious_unexpected" in {c["id"] for c in found["report"]["clocks"]}
    assert [t["revision"] for t in found["transfers"]] == [1, 2]


def test_an_assessment_replaces_what_the_words_suggested_and_is_sent_as_a_revision(safety, real, case_id):
    seen = len(real.desk.case(case_id).events)
    body = {"seen": seen, "seriousness": [], "is_expected": True, "lot_number": "AB1234"}
    report = safety.post(f"/v1/safety/cases/{case_id}/assessment", json=body).json()
    assert (report["serious"], report["is_assessed"], report["lot_number"]) == ([], True, "AB1234")
    assert "us.serious_unexpected" not in {c["id"] for c in report["clocks"]}
    overtaken = safety.post(f"/v1/safety/cases/{case_id}/assessment", json=body)
    assert (overtaken.status_code, overtaken.json()["code"]) == (409, "conflict")
    real.dispatcher.round()
    assert len(safety.get(f"/v1/safety/cases/{case_id}").json()["transfers"]) == 3


def test_a_case_is_exported_in_both_forms(safety, case_id):
    xml = safety.get(f"/v1/safety/cases/{case_id}/export")
    assert xml.headers["content-type"].startswith("application/xml")
    assert problems_of(xml.content) == ()
    assert safety.get(f"/v1/safety/cases/{case_id}/export?format=json").json()["patient"]["age"] == 58
    assert safety.get(f"/v1/safety/cases/{case_id}/export?format=pdf").status_code == 422


def test_the_receiving_system_acknowledges_over_http_once(safety, real, case_id):
    held = next(h for h in real.dispatcher.dispatches.claim(Channel.TRANSFER, "t", 100, 60) if h.case_id == case_id)
    real.dispatcher.dispatches.finish("t", held.dispatch_id, DispatchState.SENT)
    told = {"transfer_id": held.dispatch_id, "reference": "PV-1"}
    assert safety.post("/v1/safety/acknowledgements", json=told).json()["is_new"] is True
    assert safety.post("/v1/safety/acknowledgements", json=told).json()["is_new"] is False
    assert real.desk.case(case_id).status is CaseStatus.ACKNOWLEDGED
    unknown = {"transfer_id": "dispatch_x", "reference": "PV-1"}
    assert safety.post("/v1/safety/acknowledgements", json=unknown).status_code == 404


def test_the_reconciliation_of_today_names_what_is_missing(safety, case_id):
    report = safety.get("/v1/safety/reconciliation").json()
    assert case_id in {gap["case_id"] for gap in report["gaps"]}
    assert safety.get("/v1/safety/reconciliation?date=yesterday").status_code == 422


def test_a_medical_case_is_none_of_drug_safetys(safety, real, base):
    from assistant.records import CaseKind

    for case in real.desk.cases(kind=CaseKind.MEDICAL_INFORMATION, limit=1):
        assert safety.get(f"/v1/safety/cases/{case.case_id}").status_code == 404
        assert safety.get(f"/safety/{case.case_id}").status_code == 404
    assert safety.get("/v1/safety/cases/case_none").status_code == 404


@pytest.mark.parametrize("role", [Role.MSL, Role.CONTENT, Role.COMPLIANCE])
def test_no_other_role_sees_a_safety_case(client, as_role, case_id, role):
    for path in ("/safety", f"/safety/{case_id}", f"/v1/safety/cases/{case_id}", "/v1/safety/reconciliation"):
        assert client.get(path, headers=as_role(role)).status_code == 403, path


def test_the_form_assesses_and_comes_back_to_the_case(safety, real, case_id):
    page = safety.get(f"/safety/{case_id}").text
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    form = f"seen={seen}&seriousness=death&expected=no&lot_number=AB1234&text=called"
    kept = safety.post(f"/safety/{case_id}/assessment", content=form, follow_redirects=False)
    assert (kept.status_code, kept.headers["location"]) == (303, f"/safety/{case_id}")
    last = real.desk.case(case_id).events[-1]
    assert ([s.value for s in last.assessment.seriousness], last.assessment.is_expected) == (["death"], False)
    assert safety.post(f"/safety/{case_id}/assessment", content=form).status_code == 409
    assert safety.post(f"/safety/{case_id}/assessment", content="seen=x").status_code == 422
    assert safety.post(f"/safety/{case_id}/assessment", content="x" * 30_000).status_code == 413


def test_a_transfer_that_was_given_up_can_be_tried_again(safety, real, case_id):
    given_up(real, case_id)
    assert real.desk.case(case_id).status is CaseStatus.FAILED
    page = safety.get(f"/safety/{case_id}").text
    action = re.search(r'action="(/safety/[^"]+/retry)"', page)[1]
    assert safety.post(action, follow_redirects=False).status_code == 303
    other = re.search(r"(dispatch_\w+)/retry", page)[1]
    assert safety.post(f"/v1/safety/transfers/{other}/retry").status_code == 409


def test_the_queue_shows_what_is_due_first_in_every_view(safety, case_id):
    for show in ("unsent", "failed", "due_soon", "overdue", "mine", "acknowledged", "closed", "all"):
        assert safety.get(f"/safety?show={show}").status_code == 200
    assert case_id in safety.get(f"/safety?show=all&q={case_id}").text


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_hold_no_serious_accessibility_violation(examined, case_id, width):
    from axe_playwright_python.sync_playwright import Axe

    examined.set_viewport_size({"width": width, "height": 860})
    examined.goto("/login?token=token-of-safety")
    for path in ("/safety?show=all", f"/safety/{case_id}"):
        examined.goto(path)
        found = Axe().run(examined).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.browser
def test_drug_safety_takes_and_assesses_a_report_by_keyboard(page, real, case_id):
    page.goto("/login?token=token-of-safety")
    page.wait_for_url("**/safety")
    page.goto(f"/safety/{case_id}")
    page.get_by_role("button", name="Take this case").press("Enter")
    page.wait_for_selector("text=Give it back")
    assert real.desk.case(case_id).assignee == "safety-1"
    page.get_by_label("unexpected").press("Space")
    page.get_by_role("button", name="Keep this assessment").press("Enter")
    page.wait_for_selector("text=decided by a person")
    assert real.desk.case(case_id).events[-1].assessment.is_expected is False
    shot(page, "safety-case")
    page.goto("/safety?show=all")
    shot(page, "safety-queue")
