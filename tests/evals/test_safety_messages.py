import pytest

from evals.fit_safety import BY_HAND
from evals.safety_messages import make_messages, read_messages


def test_made_messages_are_the_same_for_the_same_seed():
    assert make_messages(3) == make_messages(3)
    assert {m.is_report for m in make_messages()} == {True, False}


@pytest.mark.parametrize("kept", ["safety_heldout", "safety_blind", "safety_unseen"])
def test_no_message_of_the_kept_sets_is_learnt_from(kept):
    learnt = {m.text.lower() for name in BY_HAND for m in read_messages(f"safety_{name}")}
    learnt |= {m.text.lower() for m in make_messages()}
    assert not [m.text for m in read_messages(kept) if m.text.lower() in learnt]
