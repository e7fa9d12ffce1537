import pytest

from evals.losses import ContextAudit
from evals.score import CitationAudit, Kept
from evals.scorers import SCORERS, Played, mark_all, versions
from evals.types import CitationRecord, EvalCase, ReplyRecord

QUOTES = ["the recommended dose is 5 mg", "take 5 mg once daily"]


def case(outcome="answer", **expect):
    return EvalCase(id="a", category="dose", turns=("dose?",), expect={"outcome": outcome, **expect})


def cited(shown, section="2 DOSAGE AND ADMINISTRATION"):
    return CitationRecord(document_id="d", version="1", section=section, start=0, end=4, quote=shown, shown=shown)


def reply(*citations, outcomes=("answer",), **fields):
    return ReplyRecord(outcomes=outcomes, text="said", citations=citations, **fields)


def marks(asked, given, found=(), audit=None, context=None):
    played = Played(asked, given, Kept(found=found), audit or CitationAudit(), context or ContextAudit())
    return mark_all(played)


def values(asked, given, **rest):
    return {name: mark.value for name, mark in marks(asked, given, **rest).items()}


def test_evidence_is_marked_by_precision_and_recall():
    found = values(case(quotes=QUOTES), reply(cited("The recommended dose is 5 mg."), cited("Store below 25 C.")))
    assert (found["evidence_precision"], found["evidence_recall"]) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("found", "ndcg", "first"),
    [
        (("take 5 mg once daily", "other"), 1.0, 1.0),
        (("other", "take 5 mg once daily"), 0.6309, 0.5),
        (("take 5 mg once daily", "other", "the recommended dose is 5 mg"), 0.9197, 1.0),
        (("other",), 0.0, 0.0),
        ((), 0.0, 0.0),
    ],
)
def test_retrieval_is_marked_by_where_gold_passages_stand(found, ndcg, first):
    got = values(case(quotes=QUOTES), reply(cited("x")), found=found)
    assert got["ndcg"] == pytest.approx(ndcg, abs=1e-4)
    assert got["first_rank"] == first


@pytest.mark.parametrize(("words", "value"), [(0, 1.0), (120, 1.0), (240, 0.5)])
def test_brevity_falls_with_words_beyond_what_is_enough(words, value):
    assert values(case(), reply(cited("x"), answer_words=words))["brevity"] == value


def test_lost_context_is_marked_with_the_first_loss_as_reason():
    mark = marks(case(), reply(cited("x")), context=ContextAudit(judged=4, losses=("'it' without 'the dose'",)))[
        "context"
    ]
    assert (mark.value, mark.reason) == (0.75, "'it' without 'the dose'")


def test_a_benefit_needs_risk_beside_it():
    benefit = cited("Improved survival.", section="14 CLINICAL STUDIES > 14.1 Adults")
    assert values(case(), reply(benefit))["balance"] == 0.0
    assert values(case(), reply(benefit, safety_citations=(cited("Boxed."),)))["balance"] == 1.0
    assert values(case(), reply(cited("x")))["balance"] is None


@pytest.mark.parametrize(
    ("outcome", "shown", "value"),
    [("answer", "answer", 1.0), ("answer", "handoff", 0.0), ("handoff", "answer", 0.0), ("handoff", "decline", 1.0)],
)
def test_refusal_marks_answering_and_not_answering_alike(outcome, shown, value):
    assert values(case(outcome), reply(outcomes=(shown,)))["refusal"] == value


def test_citations_are_marked_by_the_share_that_holds():
    audit = CitationAudit(total=4, faults=("citation 2: not effective",))
    mark = marks(case(), reply(cited("x")), audit=audit)["citations"]
    assert (mark.value, mark.reason) == (0.75, "citation 2: not effective")


def test_what_is_not_asked_for_is_unscored_and_not_zero():
    found = values(case("handoff"), reply(outcomes=("handoff",)))
    assert {n for n, v in found.items() if v is None} >= {"evidence_recall", "ndcg", "brevity", "balance", "no_leak"}


def test_a_turn_that_raised_is_a_miss_on_what_the_case_asks_for():
    found = values(case(quotes=QUOTES), None)
    assert {found[n] for n in ("outcome", "evidence_recall", "ndcg", "first_rank")} == {0.0}
    assert found["no_leak"] is None


def test_every_mark_gives_a_reason_and_every_scorer_a_version_and_a_rule():
    assert all(mark.reason for mark in marks(case(quotes=QUOTES), reply(cited("x"))).values())
    assert set(versions()) == {scorer.name for scorer in SCORERS}
    assert all(scorer.rule and scorer.version >= 1 for scorer in SCORERS)
