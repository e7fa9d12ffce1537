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
@pytest.mark.parametrize("path", ["/", "document", "/msl", "case", "/content", "passport", "/none"])
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
    shot(page, f"page-{path.strip('/') or 'gate'}-{scheme}")
    assert violations(page) == []
