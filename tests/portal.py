"""What a visitor of the portal does, for tests that drive a real Chromium."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium")
SCREENSHOTS = Path(__file__).parents[1] / "var" / "screenshots"
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian: apt install chromium)")

DOSAGE = "What is the recommended dosage for ulcerative colitis?"
RENAL = "What is the recommended dosage if creatinine clearance is 22 mL/min?"
OFF_LABEL = "Can it be used for psoriasis?"
REPORT = "One of my patients developed a rash after taking it."


def begin(page):
    page.goto("/")
    page.get_by_label("Your specialty").select_option("Gastroenterology")
    page.get_by_label("Your question is about").select_option("Nelvoris")
    page.get_by_label("I am a healthcare professional").check()
    page.get_by_role("button", name="Begin").click()
    page.get_by_text("automated assistant, not a person").wait_for()
    return page


def ask(page, text):
    """Ask, and wait for the reply."""
    count = page.locator(".reply").count()
    page.get_by_label("Your question", exact=True).fill(text)
    page.keyboard.press("Enter")
    reply = page.locator(".reply").nth(count)
    reply.wait_for()
    return reply


def shot(page, name):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def marked_in(page):
    frame = page.frame_locator("iframe")
    frame.locator("mark").first.wait_for()
    return frame, "".join(frame.locator("mark").all_text_contents())
