"""ragas' metrics without a model: what they say of texts, and that they need no network."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from evals.losses import ContextAudit
from evals.score import CitationAudit, Kept
from evals.scorers import Played, mark_all, versions
from evals.types import CitationRecord, EvalCase, ReplyRecord

QUOTES = ["the recommended dose is 5 mg", "take 5 mg once daily"]
PASSAGE = "2.1 Dosage. The recommended dose is 5 mg, taken in the morning. Swallow the tablet whole with water."


@pytest.fixture(scope="module")
def scorers():
    from evals.ragas_scores import ragas_scorers

    return ragas_scorers()


def cited(text):
    return CitationRecord(
        document_id="d", version="1", section="2 DOSAGE", start=0, end=4, quote=text, shown=f"… {text} …"
    )


def marks(scorers, *spans, found=(), outcomes=("answer",), **expect):
    expect = {"outcome": "answer", "quotes": QUOTES[:1], "must_include": ["5 mg"]} | expect
    case = EvalCase(id="a", category="dose", turns=("dose?",), expect=expect)
    reply = ReplyRecord(outcomes=outcomes, text="said", answer_text=" ".join(spans), citations=tuple(map(cited, spans)))
    played = Played(case, reply, Kept(found=tuple(found)), CitationAudit(), ContextAudit())
    given = mark_all(played, scorers)
    return {name.removeprefix("ragas_"): mark for name, mark in given.items() if name.startswith("ragas_")}


def test_a_quote_shown_word_for_word_is_best_by_every_measure(scorers):
    found = marks(scorers, "The recommended dose is 5 mg", found=[PASSAGE])
    assert {name: round(mark.value, 6) for name, mark in found.items()} == dict.fromkeys(found, 1.0)
    assert all(mark.reason for mark in found.values())


def test_a_passage_holds_a_quote_however_long_it_is_and_another_does_not(scorers):
    other = "Store the bottle below 25 degrees in the original package and protect it from light."
    first, second = marks(scorers, "x", found=[PASSAGE, other]), marks(scorers, "x", found=[other, PASSAGE])
    assert (round(first["context_precision"].value, 6), round(second["context_precision"].value, 6)) == (1.0, 0.5)
    assert marks(scorers, "x", found=[other])["context_recall"].value == 0.0
    assert marks(scorers, "x", found=[PASSAGE], quotes=QUOTES)["context_recall"].value == 0.5
    assert marks(scorers, "x", found=[])["context_recall"].value == 0.0


def test_another_wording_is_between_right_and_wrong(scorers):
    near = marks(scorers, "The recommended daily dose is 5 mg in adults", found=[PASSAGE])
    far = marks(scorers, "Store the bottle below 25 degrees", found=[PASSAGE])
    for name in ("string_similarity", "bleu", "chrf", "rouge"):
        assert far[name].value < near[name].value <= 1.0, name
    assert (near["exact_match"].value, near["quoted_spans"].value) == (0.0, 0.0)
    assert far["string_presence"].value == 0.0


def test_sentences_beyond_the_first_count_for_bleu_too(scorers):  # ragas compares only the first of a cut text
    quote = "Take it once. Do not chew the tablet"
    right = marks(scorers, quote, quotes=[quote])["bleu"].value
    assert right > marks(scorers, "Take it once. Crush and dissolve it", quotes=[quote])["bleu"].value


def test_what_was_not_answered_or_not_asked_for_is_unscored(scorers):
    withheld = marks(scorers, found=[PASSAGE], outcomes=("handoff",))
    assert withheld["rouge"].value is None
    assert withheld["context_recall"].value == 1.0  # search did its part
    assert marks(scorers, "x", quotes=[], must_include=[])["bleu"].reason == "not asked for"


def test_their_version_stands_in_the_record(scorers):
    assert versions(scorers)["ragas_rouge"].startswith("ragas 0.4.3")


OFFLINE = """
    import socket, sys

    def refused(*_):
        raise AssertionError("the network was used")

    socket.socket.connect = refused
    socket.socket.connect_ex = refused
    socket.getaddrinfo = refused
    sys.path.insert(0, "tests/evals")
    from evals.ragas_scores import ragas_scorers
    from test_ragas_scores import PASSAGE, marks
    found = marks(ragas_scorers(), "The recommended dose is 5 mg", found=[PASSAGE])
    assert len(found) == 9 and all(mark.value is not None for mark in found.values()), found
    import ragas._analytics as told
    assert told.do_not_track()
    print("scored")
"""


@pytest.mark.slow
def test_they_run_with_the_network_refused_and_tell_nobody():
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(OFFLINE)],
        check=False,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.stdout.strip().endswith("scored"), done.stderr[-2000:]


@pytest.mark.slow
def test_neither_the_service_nor_a_plain_run_imports_ragas():
    seen = "import sys, assistant.web.app, evals.cli, evals.session; print('ragas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], check=False, capture_output=True, text=True, timeout=200)
    assert done.stdout.strip() == "False", done.stderr[-2000:]
