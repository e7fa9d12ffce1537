"""Whatever the label, what the portal offers to ask is on it: no screen objects, and no use outside it is named."""

from __future__ import annotations

from types import SimpleNamespace

import labels
from corvexa import label
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.policy import load_policy
from assistant.screens import default_screens
from assistant.screens.ages import find_young
from assistant.screens.conditions import find_conditions
from assistant.screens.medicines import find_medicines
from assistant.screens.off_label import assess_use
from assistant.turn.screen import screen
from assistant.types import Asker, Question, Scope
from assistant.web.products import STARTERS, STARTERS_SHOWN, starters
from knowledge.types import Market

SCREENS = default_screens()
FIELDS = sorted({field for fields, _ in STARTERS for field in fields} | {"indications_and_usage", "description"})
POLICIES = {market: load_policy(market) for market in Market}


def with_sections(fields):
    """The invented label, with these sections and no others."""
    (approved,) = label()
    first = approved.document.sections[0]
    sections = tuple(first.model_copy(update={"field": field, "index": i}) for i, field in enumerate(fields))
    return approved.model_copy(update={"document": approved.document.model_copy(update={"sections": sections})})


def offered(documents, market):
    services = SimpleNamespace(
        knowledge=SimpleNamespace(effective=lambda _partition, _at: documents),
        clock=SimpleNamespace(now=lambda: labels.NOW),
        settings=SimpleNamespace(web=SimpleNamespace(market=market)),
    )
    return starters(services, "Corvexa", market)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(FIELDS), unique=True), st.sampled_from(list(Market)))
def test_only_what_the_label_has_a_section_for_is_offered_and_nothing_speaks_against_it(fields, market):
    documents = (with_sections(fields),) if fields else ()
    questions = offered(documents, market)
    assert len(questions) <= STARTERS_SHOWN
    for text in questions:
        (needed,) = [fields_of for fields_of, question in STARTERS if question == text]
        assert set(needed) & set(fields)
        asked = Question(
            question_id="q",
            conversation_id="c",
            asker=Asker(pseudonym="a"),
            scope=Scope(product="Corvexa", market=market),
            text=text,
            asked_at=labels.NOW,
        )
        assert screen(asked, SCREENS, ("corvexa",)).findings == ()
        use = assess_use(text, (), label())
        assert use is None or use.confidence < POLICIES[market].thresholds.off_label


def test_without_a_label_in_force_nothing_is_offered():
    assert offered((), Market.US) == ()


def test_no_question_offered_names_a_medicine_a_condition_or_a_patient_group():
    for _, text in STARTERS:
        assert find_medicines(text) == ()
        assert find_conditions(text) == ()
        assert find_young(text) is None
