"""A question that agrees with an approved pair is answered with its text, word for word; through the whole turn."""

import hashlib
import statistics
import time
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.bootstrap import build
from assistant.config import StorageSettings, load
from assistant.demo import fill
from assistant.pipeline import new_id
from assistant.turn.match import SIMILARITY, match
from assistant.types import Answer, Asker, Question, Scope, Statement
from knowledge.types import Audience, Market

PAIRS = "nelvoris-us-approved-answers"
CRUSHED = (
    "NELVORIS tablets are to be swallowed whole. Do not split, crush, or chew them. Whether tablets that were "
    "dissolved, or given through a feeding tube, act in the same way has not been studied."
)


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    built = build(load(storage=StorageSettings(directory=tmp_path_factory.mktemp("demo"))))
    fill(built)
    yield built
    built.close()


def turn(services, text, *, product="Nelvoris", market=Market.US, audience=Audience.HCP, at=None):
    question = Question(
        question_id=new_id("question"),
        conversation_id=new_id("conversation"),
        asker=Asker(pseudonym="hcp_test"),
        scope=Scope(product=product, market=market, audience=audience),
        text=text,
        asked_at=at or services.clock.now(),
    )
    return services.assistant.take_turn(question)


def is_approved_text(interaction):
    answers = [o for o in interaction.reply.outcomes if isinstance(o, Answer)]
    return any(a.citations[a.blocks[0].pieces[0].citation].document_id == PAIRS for a in answers if first_is_text(a))


def first_is_text(answer):
    return isinstance(answer.blocks[0], Statement)


def test_the_approved_text_is_the_answer_word_for_word_with_safety_information_and_the_label_below(services):
    interaction = turn(services, "Can I crush Nelvoris tablets?")
    (answer,) = interaction.reply.outcomes
    assert isinstance(answer, Answer)
    (block,) = answer.blocks
    assert isinstance(block, Statement)
    assert [piece.text for piece in block.pieces] == [CRUSHED]
    citation = answer.citations[block.pieces[0].citation]
    text = services.knowledge.document(PAIRS, "1").document.text
    assert text[citation.start : citation.end] == citation.quote == CRUSHED
    assert citation.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert citation.approval_id == services.knowledge.document(PAIRS, "1").approval.approval_id
    assert answer.safety_information is not None
    assert answer.safety_information.is_boxed
    assert answer.more
    assert len(set(answer.citations)) == len(answer.citations)
    assert all(verification.holds for verification in interaction.verifications)
    assert interaction.drafts[0].is_approved_text
    assert interaction.drafts[0].features["approved_question_similarity"] >= SIMILARITY
    assert answer.label.document_id != PAIRS
    assert not interaction.failures


@pytest.mark.parametrize(
    "text",
    [
        "Are lumivasertib tablets lactose-free?",
        "Dose adjustment in kidney disease?",
        "any interaction between nelvoris and warfarin?",
        "QTc prolongation?",
        "can pts have alcohol on Nelvoris",
        "Does Nelvoris affect oral contraceptives?",
        "Does grapefruit affect it?",
    ],
)
def test_a_paraphrase_gets_the_approved_text(services, text):
    assert is_approved_text(turn(services, text))


@pytest.mark.parametrize(
    "text",
    [
        "Dose adjustment in liver disease?",  # population
        "Dose adjustment in kidney failure?",  # degree
        "dose at CrCl 22",  # number
        "dose adjustment in kidney disease in a 72 year old?",  # number and population
        "Can the tablets not be crushed?",  # negation
        "can nelvoris be taken without warfarin?",
        "any interaction between nelvoris and digoxin?",  # drug
        "Do the tablets contain lactose or sucrose?",
        "Do oral contraceptives affect Nelvoris?",  # direction
        "Can the capsules be crushed?",  # form
        "What is the maintenance dose in kidney disease?",
    ],
)
def test_a_near_miss_never_gets_it(services, text):
    assert not is_approved_text(turn(services, text))


def test_another_market_or_product_and_a_time_after_its_end_never_get_it(services):
    asked = "Can I crush the tablets?"
    assert is_approved_text(turn(services, asked))
    assert not is_approved_text(turn(services, asked, market=Market.EU))
    assert not is_approved_text(turn(services, asked, product="Velmurase"))
    assert not is_approved_text(turn(services, asked, at=services.clock.now() + timedelta(days=20 * 365)))


def test_a_safety_report_beside_it_is_taken_in_all_the_same(services):
    interaction = turn(services, "My patient had a severe rash on Nelvoris. Can the tablets be crushed?")
    assert "safety" in {outcome.kind for outcome in interaction.reply.outcomes}


def test_matching_adds_at_most_three_milliseconds(services):
    """Of this process's own time: what else runs on the machine does not count."""
    evidence, parts = [], []
    for text in ("Can I crush the tablets?", "dose in liver disease", "half-life?", "warfarin interaction?"):
        interaction = turn(services, text)
        evidence.append(interaction.evidence[0])
        parts.append(interaction.understanding.parts[0])
    (names,) = services.knowledge.products(Market.US, Audience.HCP, services.clock.now())
    taken = []
    for _ in range(25):
        for part, found in zip(parts, evidence, strict=True):
            started = time.thread_time()
            match(part, found, names, services.knowledge)
            taken.append(time.thread_time() - started)
    assert statistics.quantiles(taken, n=20)[18] <= 0.003


def test_a_withdrawn_pair_never_matches_again(tmp_path):
    services = build(load(storage=StorageSettings(directory=Path(tmp_path))))
    try:
        fill(services)
        assert is_approved_text(turn(services, "Can I crush the tablets?"))
        services.knowledge.withdraw(PAIRS, "1", "reviewer", "under revision")
        interaction = turn(services, "Can I crush the tablets?")
        assert not is_approved_text(interaction)
        assert isinstance(interaction.reply.outcomes[0], Answer)  # from the label
    finally:
        services.close()
