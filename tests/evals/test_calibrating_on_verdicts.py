"""What a person said of a reply counts in a calibration in place of the gold quotes, of that very reply alone."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

import knowledge
from assistant.say import plain_text
from evals.calibrate import gather
from evals.library import open_throwaway
from evals.run import play
from evals.store.judgements import text_sha256
from evals.types import EvalCase, Expectation

LABEL = "nelvoris-us-prescribing-information.xml"
DEMO = Path(knowledge.__file__).parent / "library"


@pytest.mark.slow
def test_a_verdict_on_the_reply_shown_wins_over_the_gold_quote(tmp_path):
    (tmp_path / "labels").mkdir()
    shutil.copy(DEMO / LABEL, tmp_path / "labels")
    quote = "The mean terminal half-life is 14 hours"
    expect = Expectation(outcome="answer", quotes=(quote,))
    case = EvalCase(id="a", category="x", label=LABEL, product="Nelvoris", turns=("half-life?",), expect=expect)
    services, built = open_throwaway(tmp_path / "labels", tmp_path / "cache")
    with closing(services):
        shown = plain_text(play(services, case, "Nelvoris")[0][-1].reply)
        assert quote in shown

        def gathered(judged):
            found = gather(services, [case], built.labels, lambda: None, judged)
            return [draft.is_right for draft in found.sure if draft.category == "x"], found.verdicts

        assert gathered(None) == ([True], 0)
        assert gathered({("a", text_sha256(shown)): False}) == ([False], 1)
        assert gathered({("a", text_sha256("another reply")): False}) == ([True], 0)
