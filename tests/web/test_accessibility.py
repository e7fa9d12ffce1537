"""axe over every page, light and dark: nothing but minor faults."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from portal import DOSAGE, OFF_LABEL, RENAL, REPORT, ask, begin, marked_in, needs_chromium, shot

from assistant.records import CaseKind
from assistant.types import Asker, Question, Scope

pytestmark = [pytest.mark.browser, needs_chromium]


def violations(page):
    found = Axe().run(page).response["violations"]
    return [
        (v["id"], v["impact"], [n["target"] for n in v["nodes"]])
        for v in found
        if v["impact"] in {"moderate", "serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_portal_has_no_accessibility_faults(examined, scheme):
    chat = begin(examined)
    chat.emulate_media(color_scheme=scheme)
    ask(chat, RENAL)
    ask(chat, REPORT)
    ask(chat, OFF_LABEL)
    chat.get_by_role("button", name="This did not help").first.click()
    assert violations(chat) == []
    chat.locator(".cite").first.click()
    marked_in(chat)
    assert violations(chat) == []


def answered(real):
    scope = Scope(product="Nelvoris")
    question = Question(
        question_id="q", conversation_id="c", asker=Asker(pseudonym="p"), scope=scope, text=DOSAGE,
        asked_at=real.clock.now(),
    )  # fmt: skip
    turn = real.assistant.take_turn(question)
    assert turn.reply.outcomes[0].kind == "answer"
    return turn.interaction_id


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "document", "/msl", "/msl/figures", "case", "/content", "passport", "/none"])
def test_no_page_has_accessibility_faults(examined, real, scheme, path):
    page = examined
    page.emulate_media(color_scheme=scheme)
    token = "token-of-content" if path == "/content" else "token-of-msl"
    page.goto(f"/login?token={token}")
    summary = next(s for s in real.knowledge.summaries() if s.version == "4")
    (case, *_) = real.desk.cases(CaseKind.MEDICAL_INFORMATION)
    address = {
        "document": f"/documents/{summary.document_id}/{summary.version}?start=3342&end=3411#passage",
        "case": f"/msl/{case.case_id}",
        "passport": f"/passports/{answered(real)}",
    }.get(path, path)
    page.goto(address)
    page.locator("main, .gate").first.wait_for()
    shot(page, f"page-{path.strip('/').replace('/', '-') or 'gate'}-{scheme}")
    assert violations(page) == []


@pytest.fixture
def taken(examined, real):
    """A case of the demo brand, taken, on its page."""
    scope = Scope(product="Nelvoris")
    asked = Question(
        question_id="q", conversation_id="conversation_axe", asker=Asker(pseudonym="p"), scope=scope, text=OFF_LABEL,
        asked_at=real.clock.now(),
    )  # fmt: skip
    turn = real.assistant.take_turn(asked)
    case_id = next(o.case_id for o in turn.reply.outcomes if o.kind == "handoff")
    examined.goto("/login?token=token-of-msl")
    examined.goto(f"/msl/{case_id}")
    examined.get_by_role("button", name="Take this case").click()
    examined.locator('[data-act="draft"]:enabled').wait_for()
    return examined


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_writing_a_reply_has_no_accessibility_faults(taken, scheme):
    taken.emulate_media(color_scheme=scheme)
    taken.get_by_label("Find a passage").fill("indication")
    taken.get_by_role("button", name="Find", exact=True).click()
    taken.locator("#found li button").first.wait_for()
    taken.get_by_role("button", name="Preview").click()
    taken.locator("#preview:not([hidden])").wait_for()
    shot(taken, f"page-reply-{scheme}")
    assert violations(taken) == []
    taken.evaluate("scrollTo(0, 0)")
    shot(taken, f"page-case-taken-{scheme}")


def test_a_reply_is_written_cited_and_sent_by_keyboard_alone(taken, real):
    page, keys = taken, taken.keyboard
    keys.press("r")
    assert page.evaluate("document.activeElement.name") == "summary"
    keys.type("There are no data.")
    for _ in range(30):
        if page.evaluate("document.activeElement.id") == "find":
            break
        keys.press("Tab")
    keys.type("indication")
    keys.press("Enter")
    page.locator("#found li button").first.wait_for()
    page.wait_for_function("document.activeElement.textContent === 'Cite this'")
    keys.press("Enter")
    keys.press("Control+s")
    page.get_by_text("Draft kept.").wait_for()
    for _ in range(40):
        if page.evaluate("document.activeElement.name") == "signed_as":
            break
        keys.press("Tab")
    assert page.evaluate("document.activeElement.name") == "signed_as"
    keys.type("Ada Example")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Sign and send"
    assert page.evaluate("document.activeElement.dataset.act") == "reply"


def test_the_queue_is_walked_and_opened_by_keyboard_alone(taken):
    taken.goto("/msl?show=all")
    keys = taken.keyboard
    keys.press("?")
    taken.get_by_role("dialog", name="Keys").wait_for()
    keys.press("Escape")
    keys.press("/")
    assert taken.evaluate("document.activeElement.name") == "q"
    keys.press("Escape")
    taken.evaluate("document.activeElement.blur()")
    keys.press("j")
    first = taken.evaluate("document.activeElement.href")
    keys.press("j")
    keys.press("k")
    assert taken.evaluate("document.activeElement.href") == first
    keys.press("Enter")
    taken.wait_for_url(first)
    keys.press("u")
    taken.wait_for_url("**/msl")


def test_every_control_of_the_case_page_is_reached_by_tab(taken):
    wanted = taken.evaluate(
        "[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]"
        ".filter((e) => e.checkVisibility() && !e.disabled && e.type !== 'hidden' && !e.matches('.skip')).length"
    )
    taken.evaluate("document.body.focus()")
    seen = set()
    for _ in range(wanted + 25):
        taken.keyboard.press("Tab")
        seen.add(taken.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    reached = taken.evaluate(
        "(seen) => { const all = [...document.querySelectorAll('*')];"
        " return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]"
        ".filter((e) => e.checkVisibility() && !e.disabled && e.type !== 'hidden' && !e.matches('.skip')"
        " && !seen.includes(all.indexOf(e))).map((e) => e.outerHTML.slice(0, 80)); }",
        list(seen),
    )
    assert reached == []


def test_two_authors_of_one_draft_both_see_both_texts(taken, real, chromium, base):
    """The same case open twice: who keeps later is shown both texts and loses neither."""
    context = chromium.new_context(base_url=base)
    other = context.new_page()
    other.goto("/login?token=token-of-msl")
    other.goto(taken.url)
    taken.get_by_label("Summary").fill("First words.")
    other.get_by_label("Summary").fill("Second words.")
    taken.get_by_role("button", name="Keep draft").click()
    taken.get_by_text("Draft kept.").wait_for()
    other.get_by_role("button", name="Keep draft").click()
    conflict = other.get_by_role("alert").filter(has_text="Someone else wrote here")
    conflict.wait_for()
    assert "First words." in conflict.inner_text()
    assert "Second words." in conflict.inner_text()
    shot(other, "conflict")
    conflict.get_by_role("button", name="Go on with mine").click()
    other.reload()
    assert other.get_by_label("Summary").input_value() == "Second words."
    other.get_by_role("button", name="Keep draft").click()
    other.get_by_text("Draft kept.").wait_for()
    case_id = taken.url.rsplit("/", 1)[-1]
    drafts = [e.response.summary for e in real.desk.case(case_id).events if e.kind == "drafted"]
    assert drafts == ["First words.", "Second words."]
    context.close()
