"""A content editor at the console, in a real Chromium: the worst case, its evidence, a verdict, the report."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from portal import needs_chromium, shot

from evals.store.judgements import Judgements
from evals.store.place import store_folder
from evals.store.runs import RunStore
from tests.web.conftest import base, chromium, examined, page  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, needs_chromium]
SIGN_IN = "/login?token=secret-of-content&next=/evals"


@pytest.fixture
def worse(services, played):
    """A later run of which a case broke, for the time of one test."""
    store = RunStore(store_folder(services.settings))
    dose, *rest = played.cases
    broken = dose.model_copy(update={"scores": dose.scores.model_copy(update={"outcome": False})})
    record = played.run.model_copy(update={"run_id": "run_worse", "started_at": played.run.started_at.replace(hour=14)})
    path = store.add(played.model_copy(update={"run": record, "cases": (broken, *rest)}))
    yield
    path.unlink()


def violations(visited):
    found = Axe().run(visited).response["violations"]
    return [
        (v["id"], v["impact"], [n["target"] for n in v["nodes"]])
        for v in found
        if v["impact"] in {"moderate", "serious", "critical"}
    ]


def test_an_editor_finds_the_worst_case_reads_its_evidence_judges_it_and_takes_the_report_along(
    page,  # noqa: F811
    services,
    tmp_path,
):
    page.goto(SIGN_IN)
    page.get_by_role("region", name="Runs").get_by_role("link").first.click()
    page.get_by_role("link", name="Worst cases").click()
    page.get_by_role("region", name="Cases").get_by_role("link").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "storage-1"
    page.get_by_role("link", name="open the document here").first.click()
    assert page.locator("mark").first.is_visible()
    page.go_back()
    page.get_by_label("Incomplete").check()
    page.get_by_label("Why").fill("the shelf life is missing")
    page.get_by_role("button", name="Keep this verdict").click()
    page.get_by_text("the shelf life is missing").wait_for()
    assert Judgements(store_folder(services.settings)).all()[-1].verdict == "incomplete"
    page.get_by_role("link", name="All cases of this run").click()
    with page.expect_download() as sent:
        page.get_by_role("link", name="Export this report").click()
    report = tmp_path / sent.value.suggested_filename
    sent.value.save_as(report)
    asked = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    page.goto(report.as_uri())
    assert violations(page) == []
    page.locator("details.case").first.locator("summary").first.click()
    assert page.get_by_text("the shelf life is missing").is_visible()
    shot(page, "evals-export")
    assert [url for url in asked if not url.startswith("file:")] == []


def test_the_keyboard_alone_is_enough(page):  # noqa: F811
    page.goto(SIGN_IN)
    page.goto("/evals/runs/run_played/cases/storage-1")
    page.get_by_label("Right", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("typed without a mouse")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("typed without a mouse").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address",
    [
        "/evals",
        "/evals/runs/run_played",
        "/evals/runs/run_played/cases/storage-1",
        "/evals/compare?first=run_played&second=run_worse",
    ],
)
def test_no_page_of_the_console_has_accessibility_faults(examined, address, scheme, worse):  # noqa: F811
    examined.emulate_media(color_scheme=scheme)
    examined.goto(SIGN_IN)
    examined.goto(address)
    for summary in examined.locator("summary").all():
        summary.click()
    shot(examined, f"evals-{address.partition('?')[0].count('/')}{'-compared' if '?' in address else ''}-{scheme}")
    assert violations(examined) == []


def test_a_narrow_screen_needs_no_sideways_scrolling_of_the_page(examined):  # noqa: F811
    examined.set_viewport_size({"width": 360, "height": 800})
    examined.goto(SIGN_IN)
    for address in ("/evals", "/evals/runs/run_played", "/evals/runs/run_played/cases/storage-1"):
        examined.goto(address)
        assert examined.evaluate("document.documentElement.scrollWidth") <= 360
