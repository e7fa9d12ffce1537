"""`hcp policy`: every example of every rule on the real pipeline, and what is told when a rule does not hold."""

from __future__ import annotations

import json

import pytest
import yaml
from typer.testing import CliRunner

from assistant.cli import _mount
from assistant.cli import app as hcp
from assistant.policy import PACKS, load_policy
from assistant.rulebook import try_rules
from assistant.rulebook.cli import app
from assistant.types import Decline, Finding, FindingKind, Question, Reply, Screening
from knowledge.types import Market
from tests.turns import turn_record

PACK = load_policy(Market.US)
COMPARATOR = PACK.rule("us.comparator")


def turn(*kinds, finding=None, says="", text="sorry"):
    """A recorded turn whose reply and findings are as told."""
    record = turn_record(1).interaction
    outcomes = tuple(Decline(reason="misuse", text=text) for _ in kinds)
    found = () if finding is None else (finding,)
    question: Question = record.question.model_copy(update={"text": says})
    screening = Screening(redacted=says, findings=found)
    return record.model_copy(update={"reply": Reply(outcomes=outcomes), "screening": screening, "question": question})


def compared(rule=COMPARATOR.reference):
    return Finding(kind=FindingKind.COMPARATOR, start=0, end=1, found_by="x", confidence=1, rule=rule)


def problems(take_turn, *, is_forbidden):
    trials = try_rules(PACK, take_turn, COMPARATOR.id)
    return next(t.problems for t in trials if t.is_forbidden is is_forbidden)


@pytest.mark.parametrize("market", list(Market))
def test_every_rule_of_every_market_holds_on_the_demo_library(market):
    made = CliRunner().invoke(app, ["test", "--market", market.value, "--json"])
    trials = json.loads(made.stdout)
    assert [t for t in trials if t["problems"]] == []
    assert made.exit_code == 0
    assert {t["rule"].partition("@")[0] for t in trials} == {rule.id for rule in load_policy(market).rules}


def test_another_outcome_than_the_rule_asks_is_named():
    assert "became decline, not handoff" in problems(lambda _says: turn("x", finding=compared()), is_forbidden=True)


def test_a_forbidden_example_that_no_finding_of_the_rule_catches_is_named():
    found = problems(lambda _says: turn("x", finding=compared("us.misuse@1")), is_forbidden=True)
    assert "no finding names the rule" in found


def test_an_allowed_example_that_the_rule_catches_is_named():
    assert "was found to be comparator:" in problems(lambda _says: turn("x", finding=compared()), is_forbidden=False)


def test_words_that_must_not_be_kept_are_looked_for_in_reply_and_record():
    shown = problems(lambda _says: turn("x", finding=compared(), text="it is SUPERIOR"), is_forbidden=True)
    kept = problems(lambda _says: turn("x", finding=compared(), says="superior?"), is_forbidden=True)
    assert "shows or keeps 'superior'" in shown
    assert "shows or keeps 'superior'" in kept


def test_words_that_have_to_be_shown_are_missed():
    (allowed, _) = try_rules(PACK, lambda _says: turn("x"), "us.ai.notice")
    assert "does not show 'automated assistant'" in allowed.problems


def test_a_turn_that_breaks_is_a_problem_and_the_other_examples_are_tried():
    def broken(_says):
        raise OSError("disk is full")

    trials = try_rules(PACK, broken)
    assert {t.problems for t in trials} == {("the turn failed: OSError: disk is full",)}
    assert len(trials) == sum(len(r.allowed) + len(r.forbidden) for r in PACK.rules)
    assert not any(t.holds for t in trials)


def test_a_rule_that_does_not_hold_is_told_with_its_source_and_exit_1(tmp_path, monkeypatch):
    content = yaml.safe_load((PACKS / "us.yaml").read_text())
    for rule in content["rules"]:
        if rule["id"] == "us.comparator":
            rule["allowed"][0]["outcomes"] = ["decline"]
    for market in Market:
        (tmp_path / f"{market.value.lower()}.yaml").write_text((PACKS / f"{market.value.lower()}.yaml").read_text())
    (tmp_path / "us.yaml").write_text(yaml.safe_dump(content))
    monkeypatch.setenv("HCP_POLICY__DIRECTORY", str(tmp_path))
    made = CliRunner().invoke(app, ["test", "--market", "US", "--rule", "us.comparator"])
    assert made.exit_code == 1
    assert "us.comparator@1 (21 CFR 202.1(e)(6)(i)-(ii)), allowed" in made.stdout
    assert "became answer, not decline" in made.stdout


def test_the_rules_are_listed_with_their_sources():
    made = CliRunner().invoke(app, ["list", "--market", "EU"])
    assert "eu.privacy@2" in made.stdout
    assert "us." not in made.stdout
    rows = json.loads(CliRunner().invoke(app, ["list", "--json"]).stdout)
    assert {row["market"] for row in rows} == {"US", "EU", "UK"}


def test_one_rule_is_shown_with_its_examples():
    made = CliRunner().invoke(app, ["show", "us.comparator"])
    assert COMPARATOR.citation in made.stdout
    assert COMPARATOR.forbidden[0].says in made.stdout
    assert json.loads(CliRunner().invoke(app, ["show", "us.comparator", "--json"]).stdout)["id"] == "us.comparator"


@pytest.mark.parametrize("arguments", [["show", "us.colour"], ["test", "--rule", "us.colour"]])
def test_a_rule_that_is_not_there_is_a_usage_error(arguments):
    made = CliRunner().invoke(app, arguments)
    assert made.exit_code == 2
    assert "us.colour" in made.output


def test_the_rules_are_a_command_of_hcp():
    _mount()
    assert "policy" in {group.name for group in hcp.registered_groups}
