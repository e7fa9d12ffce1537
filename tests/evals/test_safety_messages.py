import pytest

from evals.safety_messages import make_messages, read_messages


def test_made_messages_are_the_same_for_the_same_seed():
    assert make_messages(3) == make_messages(3)
    assert {m.is_report for m in make_messages()} == {True, False}


def test_a_third_of_the_written_messages_is_kept_apart():
    written = read_messages("safety_written")
    kept = [m for m in written if not m.is_fitted_to]
    assert 0.28 < len(kept) / len(written) < 0.4


@pytest.mark.parametrize("kept", ["safety_heldout", "safety_blind"])
def test_no_message_of_the_kept_sets_is_learnt_from(kept):
    learnt = {
        m.text.lower() for m in (*read_messages("safety_written"), *read_messages("safety_more"), *make_messages())
    }
    assert not [m.text for m in read_messages(kept) if m.text.lower() in learnt]
