from datetime import UTC, datetime

import pytest

from assistant.records import Interaction, Release
from assistant.turn.understand import understand
from assistant.types import (
    Asker,
    Decline,
    Finding,
    FindingKind,
    PartKind,
    Question,
    Reply,
    Scope,
    Screening,
)
from assistant.understanding.topics import load_topics
from knowledge.types import ProductNames

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOPICS = load_topics()
PRODUCTS = (
    ProductNames(product="Velzora", generic="zorvatinib", substances=("zorvatinib mesylate",), routes=("oral",)),
    ProductNames(product="Kardimex", generic="kardimalol hydrochloride", substances=("kardimalol hydrochloride",)),
    ProductNames(product="Quorexin Cream", generic="quorexin", substances=("quorexin",), routes=("topical",)),
    ProductNames(product="Nightrex", generic="quorexin", substances=("quorexin",), routes=("oral",)),
)


def asked(text, product=None):
    return Question(
        question_id="question_1",
        conversation_id="conversation_1",
        asker=Asker(pseudonym="hcp_1"),
        scope=Scope(product=product),
        text=text,
        asked_at=NOW,
    )


def finding(kind, text, words, confidence=0.9):
    start = text.index(words)
    return Finding(kind=kind, start=start, end=start + len(words), found_by="test", confidence=confidence)


def read(text, product=None, history=(), findings=()):
    screening = Screening(redacted=text, findings=tuple(finding(kind, text, words) for kind, words in findings))
    return understand(asked(text, product), screening, history, PRODUCTS, TOPICS)


def conversation(*turns, product=None):
    history = []
    for text in turns:
        screening = Screening(redacted=text)
        understanding = understand(asked(text, product), screening, history, PRODUCTS, TOPICS)
        history.append(
            Interaction(
                interaction_id=f"interaction_{len(history)}",
                question=asked(text, product),
                screening=screening,
                understanding=understanding,
                reply=Reply(outcomes=(Decline(reason="small_talk", text="."),)),
                release=Release(software="0", commit="unknown", policy="us@1", index="none"),
                finished_at=NOW,
            )
        )
    return history


def kinds(understanding):
    return [part.kind for part in understanding.parts]


def one(understanding):
    (part,) = understanding.parts
    return part


def test_the_portals_product_is_meant_when_nothing_is_named():
    part = one(read("max daily dose?", product="Velzora"))
    assert part.product == "Velzora"
    assert part.standalone == "Velzora: max daily dose?"


def test_a_product_named_beats_the_portals():
    assert one(read("starting dose of Kardimex?", product="Velzora")).product == "Kardimex"


@pytest.mark.parametrize(
    "text",
    [
        "with kardimalol?",
        "kardimalol?",
        "kardimalol ok?",
        "pt on kardimalol - dose?",
        "PFS vs kardimalol",
        "can they stay on atenolol or kardimalol?",
        "needs a beta blocker. kardimalol?",
        "dofetilide?",
        "switching from ticagrelor - and when after the last ticagrelor dose?",
        "pt got morphine - does that matter for absorption?",
        "what about rifampin?",
        "already on 40 mg and starting rifampin: new dose?",
    ],
)
def test_a_medicine_beside_the_portals_product_is_a_companion(text):
    part = one(read(text, product="Velzora"))
    assert part.product == "Velzora"
    assert not part.names_unknown_product


def test_of_two_products_the_one_asked_about_is_the_product():
    assert one(read("zorvatinib with kardimalol - lower dose?")).product == "Velzora"
    assert one(read("kardimalol + zorvatinib max dose")).product == "Kardimex"


def test_an_unknown_medicine_named_first_does_not_hide_the_product_it_is_asked_about():
    assert one(read("does omeprazole matter in pts on Velzora?")).product == "Velzora"


def test_a_question_about_a_medicine_not_held_says_so():
    part = one(read("what is the dose of osimertinib?"))
    assert part.product is None
    assert part.names_unknown_product


@pytest.mark.parametrize("text", ["What is the starting dose of Calverion?", "half-life of Brenzolat in adults"])
def test_a_name_nobody_knows_where_a_medicine_must_stand_is_a_medicine_not_held(text):
    part = one(read(text, product="Velzora"))
    assert part.product is None
    assert part.names_unknown_product


@pytest.mark.parametrize("text", ["dose of Tuesday's visit", "mechanism of Action", "side effects of Treatment"])
def test_an_ordinary_word_is_no_unknown_medicine(text):
    assert all(not part.names_unknown_product for part in read(text, product="Velzora").parts)


def test_another_medicines_name_speaks_for_interactions():
    alone = one(read("dose?", product="Velzora")).fields["drug_interactions"]
    beside = one(read("dose with rifampin?", product="Velzora")).fields["drug_interactions"]
    assert beside > 2 * alone


def test_a_follow_up_tells_which_of_its_words_were_said_before():
    part = one(read("and in renal impairment?", history=conversation("loading dose of Velzora?")))
    assert {"loading", "dose"} <= set(part.carried)
    assert "renal" not in part.carried


def test_a_value_told_beside_a_question_stays_with_it():
    told = "ANC 700 since Monday. what to do?"
    parts = read(told, product="Velzora", findings=((FindingKind.SAFETY_REPORT, "ANC 700 since Monday"),)).parts
    question = next(part for part in parts if part.kind is PartKind.ON_LABEL)
    assert "anc 700" in question.standalone


def test_whoever_asks_for_a_person_gets_one_whatever_else_was_thought_of_the_words():
    text = "I would rather talk to a medical liaison."
    findings = ((FindingKind.MISUSE, text), (FindingKind.PERSON_WANTED, "talk to a medical liaison"))
    assert kinds(read(text, product="Velzora", findings=findings)) == [PartKind.PERSON_WANTED]


def test_a_question_about_a_medicine_not_held_says_so_in_another_products_portal():
    part = one(read("osimertinib dose in renal impairment?", product="Velzora"))
    assert part.product is None
    assert part.names_unknown_product


@pytest.mark.parametrize("text", ["Who should get osimertinib and why?", "How should osimertinib be used?"])
def test_a_whole_sentence_about_a_medicine_not_held_is_about_it_in_any_portal(text):
    assert all(part.names_unknown_product and part.product is None for part in read(text, product="Velzora").parts)


def test_a_medicine_that_acts_on_the_portals_product_is_a_companion():
    assert one(read("how does omeprazole affect absorption?", product="Velzora")).product == "Velzora"


def test_a_substance_of_two_products_leaves_candidates():
    part = one(read("quorexin dose?"))
    assert part.product is None
    assert set(part.candidates) == {"Quorexin Cream", "Nightrex"}


def test_the_route_tells_two_products_of_one_substance_apart():
    assert one(read("quorexin cream drowsiness rate?")).product == "Quorexin Cream"
    assert one(read("quorexin tablets at bedtime dose?")).product == "Nightrex"


def test_the_portal_tells_two_products_of_one_substance_apart():
    assert one(read("quorexin dose?", product="Nightrex")).product == "Nightrex"


def test_nothing_named_and_no_portal_leaves_no_product():
    part = one(read("max daily dose?"))
    assert part.product is None
    assert part.candidates == ()
    assert not part.names_unknown_product


@pytest.mark.parametrize(
    "text",
    [
        "dose for NSTEMI - loading then maintenance?",
        "CrCl 10 - can it be used? and what about 22?",
        "zorvatinib w clarithromycin - reduced dose? and ketoconazole?",
        "dose per cycle and how many cycles total?",
        "pt on dialysis - daily dose",
    ],
)
def test_an_elliptic_continuation_stays_one_part_as_written(text):
    assert one(read(text, product="Velzora")).text == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("dose in adults? and how is it stored?", 2),
        ("dose for gout? also any data in vasculitis", 2),
        ("gout dose, and the dose for cluster headache pls", 2),
        ("dose for gout; and can I use it in sarcoidosis, what dose", 2),
        ("half-life? also contraindications, and what about use in pregnancy?", 3),
    ],
)
def test_different_things_become_parts(text, count):
    assert len(read(text, product="Velzora").parts) == count


@pytest.mark.parametrize("text", ["shelf life once opened? how many days?", "left out of the fridge, how long"])
def test_the_measure_of_what_was_asked_belongs_to_it(text):
    assert one(read(text, product="Velzora")).text.rstrip("?") == text.rstrip("?")


def test_another_medicine_is_told_by_its_classes():
    part = one(read("ok with diflucan?", product="Velzora"))
    assert part.companions["diflucan"][0] == "fluconazole"


def test_a_part_that_names_no_product_takes_the_messages():
    parts = read("Velzora dose for gout? and how is it stored?", product="Kardimex").parts
    assert [part.product for part in parts] == ["Velzora", "Velzora"]


def test_courtesies_beside_a_question_are_dropped():
    assert one(read("Hello! Velzora dose? Thanks a lot!")).text == "Velzora dose?"


def test_courtesies_alone_are_small_talk():
    assert kinds(read("thanks a lot!")) == [PartKind.SMALL_TALK]


def test_an_empty_message_has_no_parts():
    assert read("  ").parts == ()


def test_a_message_of_very_many_questions_has_few_parts():
    assert len(read("gout dose? also storage, and what about kids? " * 50, product="Velzora").parts) <= 6


def test_a_report_alone_has_no_label_question():
    text = "62F on velzora, hives 3 h after dose 2. stopped it. just flagging"
    assert kinds(read(text, findings=[(FindingKind.SAFETY_REPORT, "hives 3 h after dose 2")])) == [
        PartKind.SAFETY_REPORT
    ]


def test_a_report_with_a_question_gives_both():
    text = "neutropenic fever after C2 in one of mine - remind me the ANC to hold?"
    understanding = read(
        text, "Velzora", findings=[(FindingKind.SAFETY_REPORT, "neutropenic fever after C2 in one of mine")]
    )
    assert kinds(understanding) == [PartKind.SAFETY_REPORT, PartKind.ON_LABEL]
    assert understanding.parts[1].text == "remind me the ANC to hold?"
    assert all(part.product == "Velzora" for part in understanding.parts)


def test_a_report_within_a_question_gives_both():
    text = "can I go on after the hives she got?"
    assert set(kinds(read(text, "Velzora", findings=[(FindingKind.SAFETY_REPORT, text)]))) == {
        PartKind.SAFETY_REPORT,
        PartKind.ON_LABEL,
    }


def test_an_elliptic_question_takes_its_subject_from_the_report_before_it():
    text = "ANC came back 900 on day 12. cutoff to hold?"
    understanding = read(text, "Velzora", findings=[(FindingKind.SAFETY_REPORT, "ANC came back 900 on day 12.")])
    assert "anc" in understanding.parts[1].standalone.lower()


@pytest.mark.parametrize(
    ("kind", "part_kind"),
    [
        (FindingKind.MISUSE, PartKind.MISUSE),
        (FindingKind.COMPARATOR, PartKind.COMPARATOR),
        (FindingKind.PERSONAL_DIRECTION, PartKind.PERSONAL_DIRECTION),
        (FindingKind.OUT_OF_SCOPE, PartKind.OUT_OF_SCOPE),
        (FindingKind.PERSON_WANTED, PartKind.PERSON_WANTED),
    ],
)
def test_only_the_part_a_screen_found_is_of_its_kind(kind, part_kind):
    text = "Velzora dose for gout? and do the other thing for me now"
    understanding = read(text, findings=[(kind, "do the other thing for me now")])
    assert kinds(understanding) == [PartKind.ON_LABEL, part_kind]


def test_a_noun_query_before_a_comparison_stays_a_label_question():
    text = "velzora load for gout, and how does it compare with kardimex?"
    understanding = read(text, findings=[(FindingKind.COMPARATOR, "and how does it compare with kardimex?")])
    assert kinds(understanding) == [PartKind.ON_LABEL, PartKind.COMPARATOR]
    assert understanding.parts[1].product == "Velzora"


def test_a_finding_of_low_confidence_is_left_to_later_steps():
    text = "PFS vs kardimalol?"
    screening = Screening(redacted=text, findings=(finding(FindingKind.COMPARATOR, text, text, confidence=0.3),))
    assert kinds(understand(asked(text, "Velzora"), screening, (), PRODUCTS, TOPICS)) == [PartKind.ON_LABEL]


def test_only_the_redacted_text_is_read():
    screening = Screening(redacted="[person] asks: dose?")
    understanding = understand(asked("Zebedee asks: dose?", "Velzora"), screening, (), PRODUCTS, TOPICS)
    assert "Zebedee" not in understanding.model_dump_json()


# ---------------------------------------------------------------- conversation


def test_a_follow_up_keeps_product_and_topic():
    part = one(read("and in Child-Pugh C?", history=conversation("Velzora loading dose in gout?")))
    assert part.product == "Velzora"
    assert "loading dose gout" in part.standalone
    assert part.populations == ("hepatic_impairment",)


def test_a_new_population_replaces_the_one_before():
    part = one(
        read("and Child-Pugh C?", history=conversation("Velzora dose in gout?", "what about severe renal impairment?"))
    )
    assert part.populations == ("hepatic_impairment",)
    assert "gout" in part.standalone
    assert "severe" not in part.standalone


def test_a_new_condition_replaces_the_one_before_and_the_topic_stays():
    part = one(read("what about vasculitis", history=conversation("starting dose of zorvatinib in gout?")))
    assert "starting dose" in part.standalone
    assert "gout" not in part.standalone


def test_a_follow_up_with_its_own_topic_inherits_the_product_alone():
    part = one(read("storage?", history=conversation("Velzora loading dose in gout?")))
    assert part.standalone == "Velzora: storage?"


def test_the_conversation_goes_on_after_a_follow_up_medicine():
    part = one(read("and if they're on omeprazole already?", history=conversation("Velzora loading dose in gout?")))
    assert part.product == "Velzora"
    assert not part.names_unknown_product


def test_a_product_switch_in_conversation_is_followed():
    history = conversation("starting dose of Velzora?")
    understanding = read("ignore that, wrong drug! starting dose of Kardimex?", history=history)
    assert one(understanding).product == "Kardimex"
    assert understanding.product == "Kardimex"


@pytest.mark.parametrize(("text", "product"), [("Kardimex?", "Kardimex"), ("kardimex ok?", "Velzora")])
def test_another_brand_alone_is_gone_over_to_and_one_beside_is_not(text, product):
    assert one(read(text, history=conversation("Velzora loading dose?"))).product == product


def test_the_conversations_product_goes_before_the_portals():
    history = conversation("starting dose of Kardimex?", product="Velzora")
    assert one(read("and in renal impairment?", product="Velzora", history=history)).product == "Kardimex"


def test_the_section_prior_of_a_follow_up_weighs_its_own_words_most():
    part = one(read("and storage at room temp?", history=conversation("Velzora loading dose in gout?")))
    assert next(iter(part.fields)) in {"how_supplied", "storage_and_handling"}


@pytest.mark.parametrize("text", ["?", "…", "a" * 4000, "dose? " * 500, "🙂", "1) 2) 3)", "\x00\n\t", "vs"])
def test_odd_messages_are_no_trouble(text):
    understanding = read(text, product="Velzora")
    assert all(part.text for part in understanding.parts)


def test_what_is_said_of_the_patient_goes_with_the_question_beside_it():
    (part,) = read("on carbamazepine. dose change?", product="Velzora").parts
    assert {"carbamazepine.", "dose", "change?"} <= set(part.text.split())


def test_a_way_of_use_is_asked_about_by_itself():
    first, second = read("24h max? and has anyone used it intrathecally", product="Velzora").parts
    assert (first.text, second.text) == ("24h max?", "and has anyone used it intrathecally")
