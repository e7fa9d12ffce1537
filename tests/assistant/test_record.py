"""What a turn leaves behind: cases for what was handed over, the raw text for the vault alone."""

from __future__ import annotations

from assistant.cases.routing import read_rules
from assistant.cases.state import derive
from assistant.records import CaseKind
from assistant.turn.record import prepare
from assistant.types import Emergency, PartKind, SafetyKind, Screening
from tests.fakes import START
from tests.turns import REDACTED, answer, handoff, intake, numbered_ids, part, signal, turn

RAW = "What is the starting dose? My patient Jane Roe had a rash."


def test_an_answered_turn_leaves_only_itself_and_its_signals():
    record = prepare(turn(), RAW, (signal("signal_1"),), numbered_ids())
    assert (record.case_events, record.vault) == ((), ())
    assert record.signals == (signal("signal_1"),)


def test_a_hand_off_opens_a_medical_case_with_the_words_of_its_part():
    parts = (part(), part(PartKind.OFF_LABEL, "use in gout", product="Otherol"))
    record = prepare(turn(outcomes=(answer(), handoff()), parts=parts), RAW, (), numbered_ids())
    case = derive(record.case_events)
    assert (case.kind, case.case_id, case.reason) == (CaseKind.MEDICAL_INFORMATION, "case_medical00001", "off_label")
    assert (case.text, case.product, case.opened_at) == ("use in gout", "Otherol", START)
    assert case.interaction_id == "interaction_000001"


def test_a_hand_off_without_a_topic_keeps_the_redacted_question():
    record = prepare(turn(outcomes=(handoff(topic=""),)), RAW, (), numbered_ids())
    assert record.case_events[0].text == REDACTED


def test_a_safety_intake_opens_a_case_on_day_0_and_seals_the_raw_text():
    record = prepare(turn(outcomes=(intake(),)), RAW, (), numbered_ids())
    case = derive(record.case_events)
    assert (case.kind, case.reason, case.opened_at, case.text) == (
        CaseKind.SAFETY,
        "adverse_event",
        START,
        REDACTED,
    )
    (entry,) = record.vault
    assert (entry.text, entry.case_id, entry.received_at) == (RAW, case.case_id, START)
    assert record.interaction.screening.vault_reference == entry.reference


def test_the_vault_reference_of_the_screening_is_kept():
    screening = Screening(redacted=REDACTED, vault_reference="vault_given")
    record = prepare(turn(outcomes=(intake(),), screening=screening), RAW, (), numbered_ids())
    assert record.vault[0].reference == "vault_given"


def test_the_raw_text_is_nowhere_but_in_the_vault():
    raw_turn = turn(outcomes=(intake(), handoff()))
    raw_turn = raw_turn.model_copy(update={"question": raw_turn.question.model_copy(update={"text": RAW})})
    record = prepare(raw_turn, RAW, (), numbered_ids())
    assert "Jane Roe" in record.vault[0].text
    assert "Jane Roe" not in record.model_copy(update={"vault": ()}).model_dump_json()
    assert record.interaction.question.text == REDACTED


def test_outcomes_of_one_case_make_one_thread():
    outcomes = (handoff(), handoff(topic="versus Otherol"), handoff("case_medical00002"))
    record = prepare(turn(outcomes=outcomes), RAW, (), numbered_ids())
    threads = {e.case_id: [x for x in record.case_events if x.case_id == e.case_id] for e in record.case_events}
    assert {c: [e.kind for e in t] for c, t in threads.items()} == {
        "case_medical00001": ["opened", "noted"],
        "case_medical00002": ["opened"],
    }
    assert all(derive(t) for t in threads.values())


def test_a_turn_that_was_not_understood_keeps_the_portals_product():
    blind = turn(outcomes=(handoff(),)).model_copy(update={"understanding": None})
    assert prepare(blind, RAW, (), numbered_ids()).case_events[0].product == "Veltrazone"


def test_a_complaint_beside_a_reaction_is_a_case_of_its_own_with_its_own_vault_entry():
    both = intake().model_copy(update={"safety_kinds": (SafetyKind.ADVERSE_EVENT, SafetyKind.PRODUCT_COMPLAINT)})
    record = prepare(turn(outcomes=(both,)), RAW, (), numbered_ids())
    cases = [derive((event,)) for event in record.case_events]
    assert [(c.kind, c.reason) for c in cases] == [
        (CaseKind.SAFETY, "adverse_event"),
        (CaseKind.PRODUCT_COMPLAINT, "product_complaint"),
    ]
    assert {e.case_id for e in record.vault} == {c.case_id for c in cases}
    assert len({e.reference for e in record.vault}) == 2


def test_a_complaint_alone_is_a_complaint():
    alone = intake().model_copy(update={"safety_kinds": (SafetyKind.PRODUCT_COMPLAINT,)})
    (event,) = prepare(turn(outcomes=(alone,)), RAW, (), numbered_ids()).case_events
    assert event.case_kind is CaseKind.PRODUCT_COMPLAINT


def test_a_handed_over_question_is_routed_by_the_rules_and_says_by_which():
    rules = read_rules()
    outcomes = (Emergency(text="Call 911."), intake(), handoff())
    events = prepare(turn(outcomes=outcomes), RAW, (), numbered_ids(), rules).case_events
    routing = next(e.routing for e in events if e.case_kind is CaseKind.MEDICAL_INFORMATION)
    assert (routing.team, routing.priority, routing.rule, routing.rules) == (
        "medical-information", "urgent", "emergency", rules.reference,
    )  # fmt: skip
    assert [e.routing for e in events if e.case_kind is CaseKind.SAFETY] == [None]
