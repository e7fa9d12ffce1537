"""Hand-made runs for the tests of comparing, reporting and the command line."""

from datetime import UTC, datetime

from evals.store.judgements import Judgement, Verdict
from evals.summary import by_category, totals
from evals.types import CaseResult, CitationRecord, ReplyRecord, Run, RunRecord, Scores, SuiteReference

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def result(case_id, category="dose", expected="answer", error=None, seconds=0.02, **scores):
    cited = CitationRecord(
        document_id="doc_1", version="1", section="2 Dosage", start=0, end=4, quote="5 mg", shown="Take [5 mg]."
    )
    reply = ReplyRecord(outcomes=("answer",), text="Take [5 mg]. [1]", citations=(cited,), recorded_text="dose?")
    return CaseResult(
        id=case_id,
        category=category,
        expected=expected,
        turns=("dose?",),
        reply=None if error else reply,
        scores=Scores(**{"outcome": True, **scores}),
        seconds=seconds,
        error=error,
    )


def run(*results, suite_sha="a" * 64, **record):
    fields = {
        "run_id": "run_1",
        "started_at": NOON,
        "finished_at": NOON,
        "software": "0",
        "commit": "c",
        "dirty": False,
        "packages": {},
        "settings": {},
        "library": "labels",
        "library_key": "k",
        "documents": 1,
        "passages": 1,
        "release": "release_1",
        "policy": "us@1",
        "machine": {},
        "suites": (SuiteReference(name="s", source="s.jsonl", sha256=suite_sha, cases=len(results)),),
    }
    return Run(
        run=RunRecord(**{**fields, **record}), summary=by_category(results), totals=totals(results), cases=results
    )


def judgement(case_id="a", verdict=Verdict.RIGHT, by="editor-1", reason="", **fields):
    return Judgement(
        **{
            "judgement_id": "judgement_1",
            "run_id": "run_1",
            "case_id": case_id,
            "category": "dose",
            "verdict": verdict,
            "reason": reason or ("" if verdict is Verdict.RIGHT else "the row of another table"),
            "by": by,
            "role": "content",
            "at": NOON,
            "reply_sha256": "h",
            "confidence": 0.8,
            "answered": True,
            **fields,
        }
    )
