"""What the rules of the screens find in a few hundred invented messages, word for word: kind, place, sureness.

No sentence of the specification, but every change of what is found shows here, the intended and the other ones. Look at
the differences; where all are meant: REWRITE_FINDINGS=1 pytest tests/assistant/screens/test_findings.py
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from corvexa import label

from assistant.screens import default_screens
from assistant.screens.ages import find_young, youngest
from assistant.screens.comparator import compared_in_label, same_substance
from assistant.screens.label_uses import read_uses
from assistant.screens.off_label import assess_harm, assess_use, goes_on
from assistant.turn.screen import screen
from assistant.types import Asker, Question, Scope
from knowledge.types import Market

NAMES = ("corvexa", "corvexumab", "zelvantra")
FILE = Path(__file__).parent / "findings.jsonl"
IS_REWRITTEN = os.environ.get("REWRITE_FINDINGS") == "1"


def _told(found):
    return f"{found.kind.value}:{found.detail} {found.start}-{found.end} {found.confidence:.3f} {found.found_by}"


def messages(text):
    """Findings of all screens, and the text as the next steps get it."""
    question = Question(
        question_id="q",
        conversation_id="c",
        asker=Asker(pseudonym="a"),
        scope=Scope(product="Corvexa", market=Market.US),
        text=text,
        asked_at="2026-01-01T00:00:00Z",
    )
    screening = screen(question, SCREENS, NAMES)
    return [screening.redacted, *map(_told, screening.findings)]


def uses(text):
    """What is asked outside a label, and what is compared in it."""
    held = label()
    found = [one for one in (assess_use(text, (), held), assess_harm(text, held)) if one is not None]
    child = find_young(text)
    facts = (goes_on(text), compared_in_label(text, NAMES, held), same_substance(text, NAMES, held))
    return [*map(_told, found), str(facts), str(child)]


def ages(text):
    """The youngest age that sentences of a label give information for, parted by bars."""
    return [str(youngest(text.split(" | ")))]


LOOKS = {"messages": messages, "uses": uses, "ages": ages}
SCREENS = default_screens()
ROWS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def _differences(rows):
    for row in rows:
        found = LOOKS[row["look"]](row["text"])
        if IS_REWRITTEN:
            row["found"] = found
        elif found != row["found"]:
            yield {"text": row["text"], "was": row["found"], "is": found}


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_found_in_each_message_has_not_changed(look):
    assert list(_differences([row for row in ROWS if row["look"] == look])) == []
    if IS_REWRITTEN:
        FILE.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")


def test_a_label_is_read_as_it_stands():
    read = read_uses(label())
    assert (read.approved, read.limited) == ({"psoriasis", "ra"}, {"lupus_nephritis"})
    assert (read.youngest, read.most_amounts["mg"]) == (12.0, 80.0)
    assert (read.routes, read.frequencies) == ({"subcutaneous"}, {"two_weekly"})
    assert (len(read.indications), len(read.dosing), len(read.sentences)) == (2, 2, 6)
    assert read.mentions("Hepatitis B")
    assert not read.mentions("epatitis")
    assert not read.mentions("measles")
    assert read.youngest_for(["psoriasis"]) == 12.0
