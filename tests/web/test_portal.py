"""The portal in a real Chromium, against the real assistant and the demo library."""

from __future__ import annotations

import re

import pytest
from portal import DOSAGE, OFF_LABEL, RENAL, REPORT, ask, marked_in, needs_chromium, shot

from assistant.records import CaseKind
from assistant.web.conversations import Conversations

pytestmark = [pytest.mark.browser, needs_chromium]


def letters(text):
    return re.sub(r"[^A-Za-z0-9]", "", text)


def test_nothing_can_be_asked_before_a_healthcare_professional_confirms(page):
    page.goto("/")
    page.get_by_role("button", name="Begin").click()
    assert page.get_by_label("Your question", exact=True).count() == 0
    assert page.get_by_label("I am a healthcare professional").evaluate("box => box.validity.valueMissing")


def test_an_answer_opens_its_document_at_exactly_the_words_it_quotes(chat, real):
    reply = ask(chat, DOSAGE)
    assert reply.locator(".product").inner_text() == "Nelvoris (lumivasertib)"
    conversation = chat.evaluate(
        "sessionStorage.getItem(Object.keys(sessionStorage).find(k => !k.endsWith('opening')))"
    )
    (turn,) = real.ledger.conversation(conversation)
    quotes = [c.quote for c in turn.reply.outcomes[0].citations]
    for number in (1, 2, len(quotes)):
        reply.locator(".cite", has_text=f"[{number}]").first.click()
        _, marked = marked_in(chat)
        while letters(marked) != letters(quotes[number - 1]):  # the frame before may still be there
            chat.wait_for_timeout(50)
            _, marked = marked_in(chat)
        passage = chat.frame_locator("iframe").locator("#passage")
        top = passage.evaluate("m => m.getBoundingClientRect().top / innerHeight")
        assert 0 <= top < 0.9, "the passage is in view"
    shot(chat, "citation")


def test_the_safety_information_and_the_full_document_stand_with_the_answer(chat):
    reply = ask(chat, DOSAGE)
    information = reply.locator(".isi")
    assert information.is_visible()
    assert "boxed" in information.get_attribute("class")
    assert information.evaluate("e => e.closest('details')") is None
    assert information.evaluate("e => getComputedStyle(e).fontSize") == reply.locator(".verbatim p").first.evaluate(
        "e => getComputedStyle(e).fontSize"
    )
    assert re.search(r"version \d+, \d{4}-\d\d-\d\d", reply.locator(".label").inner_text())
    reply.locator(".label a").click()
    chat.frame_locator("iframe").get_by_role("heading", level=1).wait_for()


def test_a_table_is_shown_as_a_table(chat):
    reply = ask(chat, RENAL)
    table = reply.locator("table").first
    assert table.locator("thead th").count() > 1
    row = table.locator("tbody tr", has_text="15 to 29")
    assert row.locator("th[scope=row]").inner_text() == "15 to 29"
    row.locator(".cite").click()
    _, marked = marked_in(chat)
    assert "15to29" in letters(marked)
    shot(chat, "table")


def test_a_hand_off_is_sent_and_says_so_and_stays_sent_after_a_reload(chat, real):
    reply = ask(chat, OFF_LABEL)
    assert reply.locator(".answer").count() == 0
    reply.get_by_role("button", name="Send my question").click()
    reply.get_by_text("Our medical team will answer individually").wait_for()
    shot(chat, "handoff")
    (case, *_) = real.desk.cases()
    assert (case.status, case.text) == ("requested", OFF_LABEL)
    chat.reload()
    chat.get_by_text("Our medical team will answer individually").wait_for()


def test_not_now_leaves_the_question_unsent(chat, real):
    reply = ask(chat, OFF_LABEL)
    reply.get_by_role("button", name="Not now").click()
    reply.get_by_text("Not sent").wait_for()
    assert real.desk.cases()[0].status == "withdrawn"


def test_a_safety_report_is_taken(chat, real):
    reply = ask(chat, REPORT)
    assert reply.get_by_role("heading", name="Safety report").is_visible()
    assert real.desk.cases(CaseKind.SAFETY)[0].text == REPORT
    shot(chat, "safety")


def test_a_person_can_be_asked_for_before_and_after_a_question(chat, real):
    chat.get_by_role("button", name="Talk to a person").click()
    chat.get_by_role("button", name="Send my question").wait_for()
    ask(chat, DOSAGE)
    chat.get_by_role("button", name="Talk to a person").click()
    offer = chat.locator(".offer")
    offer.get_by_role("button", name="Send my question").click()
    offer.get_by_text("Our medical team will answer individually").wait_for()
    assert real.desk.cases()[0].text == DOSAGE


def test_feedback_is_given_with_a_reason_and_a_comment(chat, real):
    reply = ask(chat, DOSAGE)
    reply.get_by_role("button", name="This did not help").click()
    reply.get_by_label("Something is missing").check()
    reply.get_by_label("Comment").fill("The pouchitis dose as well, please")
    reply.get_by_role("button", name="Send feedback").click()
    reply.get_by_text("Thank you.").wait_for()
    conversation = chat.evaluate(
        "sessionStorage.getItem(Object.keys(sessionStorage).find(k => !k.endsWith('opening')))"
    )
    (turn,) = real.ledger.conversation(conversation)
    (kept,) = real.ledger.feedback(turn.interaction_id)
    assert (kept.rating, kept.reason, kept.comment) == ("down", "incomplete", "The pouchitis dose as well, please")


def test_everything_works_with_the_keyboard_alone(page):
    page.goto("/")
    page.locator(".gate").wait_for()

    def tab_to(name):
        for _ in range(40):
            page.keyboard.press("Tab")
            held = page.evaluate(FOCUSED)
            if name in held:
                return
        raise AssertionError(f"{name} is not reached with Tab")

    tab_to("I am a healthcare professional")
    page.keyboard.press("Space")
    tab_to("Begin")
    page.keyboard.press("Enter")
    page.get_by_label("Your question", exact=True).wait_for()
    page.keyboard.type(f"Nelvoris: {DOSAGE}")
    page.keyboard.press("Enter")
    page.locator(".reply").wait_for()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(FOCUSED).startswith("Citation"):
            break
    page.keyboard.press("Enter")
    frame, _ = marked_in(page)
    assert frame.locator("#passage").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".panel").is_hidden()
    assert page.evaluate(FOCUSED).startswith("Citation"), "the focus is back where it was"


FOCUSED = """() => {
  let held = document.activeElement;
  while (held?.shadowRoot?.activeElement) held = held.shadowRoot.activeElement;
  return held?.getAttribute('aria-label') ?? held?.closest('label')?.innerText ?? held?.innerText ?? '';
}"""


def test_escape_within_the_document_closes_it_too(chat):
    ask(chat, DOSAGE).locator(".cite").first.click()
    frame, _ = marked_in(chat)
    frame.locator("main").click(position={"x": 5, "y": 5})
    chat.keyboard.press("Escape")
    chat.locator(".panel").wait_for(state="hidden")


@pytest.mark.parametrize("hostile", ["<img src=x onerror=window.hit=1>", "</p><script>window.hit=1</script>"])
def test_hostile_text_stays_text(chat, hostile):
    ask(chat, f"{hostile} {DOSAGE}")
    assert hostile in chat.locator(".question p").inner_text()
    chat.reload()
    chat.locator(".question p").wait_for()
    assert hostile in chat.locator(".question p").inner_text()
    assert chat.evaluate("window.hit") is None
    assert chat.locator("hcp-assistant img, hcp-assistant script").count() == 0


def test_a_question_that_cannot_be_sent_is_kept_and_can_be_sent_again(chat):
    chat.context.set_offline(True)
    chat.get_by_label("Your question", exact=True).fill(DOSAGE)
    chat.keyboard.press("Enter")
    chat.get_by_text("Your question is kept here").wait_for()
    chat.get_by_role("button", name="Edit").click()
    assert chat.get_by_label("Your question", exact=True).input_value() == DOSAGE
    chat.keyboard.press("Enter")
    chat.get_by_role("button", name="Try again").wait_for()
    chat.context.set_offline(False)
    chat.get_by_role("button", name="Try again").click()
    chat.locator(".reply .answer").wait_for()
    assert chat.locator(".question").count() == 1


def test_a_busy_service_is_asked_again_by_itself_with_the_question_kept(chat):
    keys = []

    def busy_twice(route):
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 2:
            route.continue_()
            return
        route.fulfill(status=503 if len(keys) == 1 else 429, headers={"Retry-After": "1"}, json={"detail": "Busy."})

    chat.route("**/messages", busy_twice)
    chat.get_by_label("Your question", exact=True).fill(DOSAGE)
    chat.keyboard.press("Enter")
    chat.get_by_text("Yours is kept; trying again in 1 s").wait_for()
    chat.locator(".reply .answer").wait_for()
    assert len(keys) == 3
    assert len(set(keys)) == 1, "the same message, so it is one turn"
    assert chat.locator(".question").count() == 1
    assert chat.locator(".failed").count() == 0


def test_a_conversation_the_server_forgot_goes_on_as_a_new_one(chat, served):
    served.state.conversations = Conversations()
    ask(chat, DOSAGE).locator(".answer").wait_for()


def test_a_printed_answer_shows_all_of_itself_and_no_buttons(chat):
    reply = ask(chat, DOSAGE)
    chat.emulate_media(media="print")
    assert reply.locator(".isi").is_visible()
    assert reply.locator(".references li").first.is_visible(), "references are printed, folded or not"
    assert chat.locator(".composer").is_hidden()
    assert reply.get_by_role("button", name="This helped").is_hidden()
    bottom = reply.evaluate("e => e.getBoundingClientRect().bottom + scrollY")
    assert chat.evaluate("document.documentElement.scrollHeight") >= bottom - 1


def test_a_copy_takes_safety_information_and_references_along(chat):
    ask(chat, DOSAGE).get_by_role("button", name="Copy with safety information").click()
    chat.get_by_text("Copied").wait_for(state="attached")
    copied = chat.evaluate("navigator.clipboard.readText()")
    for part in ("Important safety information", "References", "[1] ", "version 4", "AI assistant"):
        assert part in copied


def test_starter_questions_can_be_pressed(chat):
    chat.get_by_role("button", name="What are the contraindications?").click()
    chat.locator(".reply").wait_for()


def test_on_a_phone_nothing_runs_off_the_side(chromium, base):
    context = chromium.new_context(base_url=base, viewport={"width": 360, "height": 740}, color_scheme="dark")
    page = context.new_page()
    page.goto("/")
    page.get_by_label("I am a healthcare professional").check()
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Your question", exact=True).wait_for()
    ask(page, f"Nelvoris: {RENAL}").locator(".cite").first.click()
    marked_in(page)
    shot(page, "phone-dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
