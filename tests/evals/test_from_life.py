"""From recorded turns to proposed cases and gaps, over a real record of real turns."""

import json
from pathlib import Path

import pytest
import yaml
from eval_runs import NOON
from typer.testing import CliRunner

import knowledge
from assistant.bootstrap import build
from assistant.config import StorageSettings, load
from assistant.demo import fill
from assistant.records import Feedback
from assistant.types import Asker, Question, Scope
from evals.cli import app
from evals.from_life.cli import app as own
from evals.from_life.gaps import Unanswered, gaps
from evals.suite import load_suite
from knowledge.embed import MiniLMEmbedder

PAIRS = Path(knowledge.__file__).parent / "library" / "nelvoris-us-approved-answers.qa.yaml"
ASKED = [
    ("ada", "What is the induction dose of Nelvoris in ulcerative colitis?"),
    ("ada", "Is a hydrogen breath test spoilt by Nelvoris?"),
    ("bob", "Does Nelvoris interfere with a hydrogen breath test?"),
    ("bob", "How is Nelvoris stored?"),
    ("bob", "One of my patients got a rash on Nelvoris."),
    ("ada", "What dose of Nelvoris in Crohn's disease?"),
    ("eve", "For my patient Hedwig Steinmeier, MRN 5551234: is Nelvoris dialyzable with charcoal hemoperfusion?"),
]
cli = CliRunner()


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    built = build(load(storage=StorageSettings(directory=tmp_path_factory.mktemp("life"))))
    fill(built)
    for number, (who, text) in enumerate(ASKED):
        turn = built.assistant.take_turn(
            Question(
                question_id=f"question_{number}",
                conversation_id=f"conversation_{number}",
                asker=Asker(pseudonym=who),
                scope=Scope(product="Nelvoris"),
                text=text,
                asked_at=built.clock.now(),
            )
        )
        if text.startswith("How is"):
            given = {"feedback_id": "f", "rating": "down", "reason": "incomplete", "given_at": built.clock.now()}
            built.ledger.add_feedback(Feedback(interaction_id=turn.interaction_id, **given))
    yield built
    built.close()


def invoke(services, *arguments):
    return cli.invoke(own, [str(a) for a in arguments], obj=lambda: services)


def sampled(services, path, *more):
    done = invoke(services, "sample", "--out", path, *more)
    assert done.exit_code == 0, done.stderr
    return done, load_suite(path).cases


def test_without_consent_or_basis_nothing_is_read(services, tmp_path):
    done = invoke(services, "sample", "--out", tmp_path / "s.yaml")
    assert done.exit_code == 2
    assert "--consents" in done.stderr
    assert not (tmp_path / "s.yaml").exists()


def test_a_suite_that_was_corrected_by_hand_is_not_replaced_unasked(services, tmp_path):
    sampled(services, tmp_path / "s.yaml", "--basis", "quality assurance")
    (tmp_path / "s.yaml").write_text("# corrected\n")
    done = invoke(services, "sample", "--out", tmp_path / "s.yaml", "--basis", "quality assurance")
    assert done.exit_code == 2
    assert "--overwrite" in done.stderr
    assert (tmp_path / "s.yaml").read_text() == "# corrected\n"
    sampled(services, tmp_path / "s.yaml", "--basis", "quality assurance", "--overwrite")


def test_what_was_objected_to_comes_first_then_the_least_sure(services, tmp_path):
    _, cases = sampled(services, tmp_path / "s.yaml", "--basis", "quality assurance")
    assert cases[0].turns[-1] == "How is Nelvoris stored?"
    assert cases[0].category == "thumbs_down"
    assert "incomplete" in cases[0].why
    assert not cases[0].expect.quotes
    assert [c.category for c in cases[1:]] == ["low_confidence"] * (len(cases) - 1)
    assert cases[-1].turns[-1].startswith("What is the induction dose")
    assert cases[-1].expect.quotes


def test_safety_and_off_label_questions_stay_where_they_are(services, tmp_path):
    done, cases = sampled(services, tmp_path / "s.yaml", "--basis", "quality assurance")
    text = " ".join(turn for case in cases for turn in case.turns)
    assert "rash" not in text
    assert "Crohn" not in text
    assert "safety 1" in done.stderr
    assert "medical 1" in done.stderr


def test_nobody_who_did_not_agree_is_used_and_no_one_can_be_told(services, tmp_path):
    (tmp_path / "agreed.txt").write_text("bob\n")
    done, cases = sampled(services, tmp_path / "s.yaml", "--consents", tmp_path / "agreed.txt")
    assert {case.turns[-1] for case in cases} == {ASKED[2][1], ASKED[3][1]}
    assert "no consent" in done.stderr
    written = (tmp_path / "s.yaml").read_text()
    assert "bob" not in written
    assert "turn_" not in written


def test_a_patient_in_a_question_is_in_no_proposal(services, tmp_path):
    _, cases = sampled(services, tmp_path / "s.yaml", "--basis", "quality assurance")
    written = (tmp_path / "s.yaml").read_text()
    assert any("hemoperfusion" in case.turns[-1] for case in cases)
    assert "Steinmeier" not in written
    assert "5551234" not in written


def test_what_nothing_answered_is_put_together_by_meaning(services):
    done = invoke(services, "gaps", "--json")
    assert done.exit_code == 0, done.stderr
    (gap,) = json.loads(done.stdout)
    assert gap["questions"] == 2
    assert gap["product"] == "Nelvoris"
    assert "breath test" in gap["example"]
    assert "Crohn" not in done.stdout
    everything = json.loads(invoke(services, "gaps", "--json", "--least", "1").stdout)
    assert everything[0]["questions"] == 2
    assert "Steinmeier" not in json.dumps(everything)


def test_phrasings_of_one_question_fall_together_and_different_ones_never(services):
    pairs = yaml.safe_load(PAIRS.read_text())["pairs"]
    meant = {question: number for number, pair in enumerate(pairs) for question in pair["questions"]}
    where = {"product": "Nelvoris", "market": "US", "reason": "unsure", "looked_in": (), "asked_at": NOON}
    found = gaps([Unanswered(text=text, **where) for text in meant], ["nelvoris"], MiniLMEmbedder().embed_query)
    shown = [{meant[text] for text in (gap.example, *gap.others)} for gap in found]
    assert all(len(numbers) == 1 for numbers in shown)
    assert len(found) <= 1.5 * len(pairs)


@pytest.mark.parametrize("verb", ["sample", "gaps", "generate", "runs"])
def test_the_commands_are_part_of_hcp_evals(verb):
    assert cli.invoke(app, [verb, "--help"]).exit_code == 0
