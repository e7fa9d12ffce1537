"""The whole hand-off in two browsers: asked, taken, written, cited, signed, sent, read, rated, resolved, proposed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from portal import ask, begin, needs_chromium, shot

from assistant.records import CaseKind, CaseStatus
from knowledge.types import DocumentStatus

pytestmark = [pytest.mark.browser, needs_chromium]
BOTH = "Can it be used for psoriasis? Also, one of my patients developed a rash after taking it."


@pytest.fixture
def msl(chromium, base):
    context = chromium.new_context(base_url=base, viewport={"width": 1380, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto("/login?token=token-of-msl&next=/msl")
    yield page
    context.close()


def request_of(hcp):
    return hcp.get_by_role("region", name="Your request to our medical team")


def asks_both_and_leaves_an_address(hcp, real):
    """The HCP's part; the id of the medical-information case."""
    reply = ask(hcp, BOTH)
    expect(reply.get_by_role("heading", name="Safety report")).to_be_visible()
    reply.get_by_role("button", name="Send my question").click()
    request = request_of(hcp)
    expect(request.get_by_role("status").first).to_contain_text("Waiting for a medical expert")
    request.get_by_role("button", name="Tell me by e-mail as well").click()
    request.get_by_label("Your e-mail address").fill("ada@clinic.example")
    request.get_by_role("checkbox").check()
    request.get_by_role("button", name="Agree and keep").click()
    expect(request.get_by_text("You will be told by e-mail as well.")).to_be_visible()
    shot(hcp, "story-1-hcp-asked")
    newest = real.desk.cases(CaseKind.MEDICAL_INFORMATION)[0]
    siblings = {c.kind for c in real.desk.cases() if c.interaction_id == newest.interaction_id}
    assert siblings == {CaseKind.MEDICAL_INFORMATION, CaseKind.SAFETY}
    return newest.case_id


def takes(msl, case_id):
    """The queue shows it by itself; the expert takes it and reads why it is here."""
    row = msl.locator(f'[data-case="{case_id}"]')
    expect(row).to_be_visible()
    shot(msl, "story-2-queue")
    row.get_by_role("button", name="Take").click()
    expect(msl.get_by_role("heading", name="Reply", exact=True)).to_be_visible()
    expect(msl.get_by_text("Evidence found and missing")).to_be_visible()
    assert "developed a rash" not in msl.locator("#why").locator("..").inner_text()


def writes_cites_signs_sends(msl):
    expect(msl.get_by_label("Approval status")).not_to_have_value("")
    expect(msl.get_by_label("Approved indications")).not_to_have_value("")
    msl.get_by_label("Summary").fill("There are no approved data on use in psoriasis.")
    msl.get_by_label("Find a passage").fill("indications ulcerative colitis")
    msl.keyboard.press("Enter")
    msl.locator("#found li").first.wait_for()
    msl.get_by_label("Summary").focus()
    msl.get_by_role("button", name="Cite this").first.click()
    expect(msl.get_by_label("Summary")).to_have_value(re.compile(r"psoriasis\. \[\d+\]$"))
    msl.get_by_role("button", name="Keep draft").click()
    expect(msl.locator("#said")).to_have_text("Draft kept.")
    msl.get_by_role("button", name="Preview").click()
    expect(msl.get_by_text("Ready to be signed.")).to_be_visible()
    shot(msl, "story-3-preview")
    msl.get_by_label("Your name").fill("Dr. Ada Example")
    msl.get_by_role("button", name="Sign and send").click()
    expect(msl.get_by_role("article", name="Reply of")).to_be_visible()
    shot(msl, "story-4-sent")


def reads_and_rates(hcp, real, mail_catcher):
    request = request_of(hcp)
    answer = request.get_by_role("article", name="Reply of a medical expert")
    expect(answer).to_contain_text("There are no approved data on use in psoriasis.")
    expect(answer).to_contain_text("Signed by Dr. Ada Example")
    expect(answer).to_contain_text("Important safety information")
    answer.scroll_into_view_if_needed()
    shot(hcp, "story-5-hcp-reply")
    real.dispatcher.round()
    real.dispatcher.round()
    ((to, mail),) = mail_catcher.mails  # sent once, however often is looked
    assert to == ["ada@clinic.example"]
    assert "There are no approved data on use in psoriasis." in mail.replace("=\r\n", "")
    request.get_by_role("button", name="The expert’s reply helped").click()
    expect(request.get_by_text("Thank you for your rating.")).to_be_visible()
    hcp.reload()
    expect(hcp.get_by_role("article", name="Reply of a medical expert")).to_be_visible()


def resolves_and_proposes(msl):
    expect(msl.locator(".thread")).to_contain_text("Rated")
    msl.get_by_role("button", name="Resolve").click()
    expect(msl.get_by_role("button", name="Open again")).to_be_visible()
    msl.get_by_role("button", name="Propose as approved answer").click()
    expect(msl.get_by_text("Proposed to the content team.")).to_be_visible()
    msl.get_by_role("button", name="Keep as eval case").click()
    expect(msl.get_by_text("Kept as an eval case.")).to_be_visible()


def test_from_an_off_label_question_with_a_side_effect_to_a_proposal(page, msl, real, mail_catcher):
    expect.set_options(timeout=15_000)
    hcp = begin(page)
    case_id = asks_both_and_leaves_an_address(hcp, real)
    takes(msl, case_id)
    expect(request_of(hcp).get_by_role("status").first).to_contain_text("With a medical expert since")
    writes_cites_signs_sends(msl)
    reads_and_rates(hcp, real, mail_catcher)
    resolves_and_proposes(msl)
    assert real.desk.case(case_id).status is CaseStatus.RESOLVED
    proposal = next(s for s in real.knowledge.summaries() if s.status is DocumentStatus.SUBMITTED)
    assert "medical staff only" in proposal.title
    msl.goto("/logout")
    msl.goto("/login?token=token-of-content&next=/content")
    expect(msl.get_by_text(proposal.title)).to_be_visible()
    shot(msl, "story-6-content")
