"""The chain shows every change; what it cannot show alone, a head kept elsewhere does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.audit import EMPTY, GENESIS, Head, content_hash, head_of, link, verify

AT = datetime(2026, 11, 22, 9, 0, 0, 42, tzinfo=UTC)


def chain(length):
    entries, previous = [], GENESIS
    for sequence in range(1, length + 1):
        entry = link(previous, AT, "assistant", "turn.recorded", f"turn_{sequence}", content_hash(b"x"), sequence)
        entries.append(entry)
        previous = entry.hash
    return entries


def test_a_chain_as_written_is_sound():
    entries = chain(5)
    assert verify(entries) == ()
    assert verify(entries, head_of(entries)) == ()
    assert verify([]) == ()
    assert verify([], EMPTY) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", AT + timedelta(microseconds=1)),
        ("actor", "someone"),
        ("action", "turn.forgotten"),
        ("subject", "turn_9"),
        ("content_sha256", content_hash(b"y")),
        ("sequence", 7),
        ("previous_hash", "1" * 64),
        ("hash", "1" * 64),
    ],
)
def test_a_change_of_any_field_shows(field, value):
    entries = chain(5)
    entries[2] = entries[2].model_copy(update={field: value})
    assert verify(entries)


def test_a_change_with_its_hash_made_anew_shows_in_the_next_entry():
    entries = chain(3)
    e = entries[1]
    entries[1] = link(e.previous_hash, e.at, "someone", e.action, e.subject, e.content_sha256, e.sequence)
    assert any("entry 3 does not follow entry 2" in p for p in verify(entries))


def test_a_removed_entry_shows():
    entries = chain(5)
    assert any("entry 4 stands where 3 is due" in p for p in verify(entries[:2] + entries[3:]))
    assert any("entry 2 stands where 1 is due" in p for p in verify(entries[1:]))


def test_a_cut_off_end_shows_only_against_the_head():
    entries = chain(5)
    assert verify(entries[:3]) == ()
    assert verify(entries[:3], head_of(entries)) == (
        "the chain ends at entry 3, but its head was anchored at 5: cut off",
    )


def test_a_chain_rewritten_from_its_end_shows_against_the_head():
    entries = chain(5)
    last = entries[-1]
    forged = link(last.previous_hash, AT, "someone", "x", "y", content_hash(b""), 5)
    assert verify([*entries[:4], forged]) == ()
    assert any("rewritten" in p for p in verify([*entries[:4], forged], head_of(entries)))


def test_a_chain_that_grew_since_its_head_was_noted_is_sound():
    entries = chain(8)
    assert verify(entries, head_of(entries[:5])) == ()


def test_a_later_stretch_is_checked_from_the_head_before_it():
    entries = chain(8)
    assert verify(entries[4:], start=head_of(entries[:4])) == ()
    assert verify(entries[5:], start=head_of(entries[:4]))


def test_the_zone_a_moment_is_written_in_does_not_matter():
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    assert link(GENESIS, elsewhere, "a", "b", "c", "d", 1).hash == link(GENESIS, AT, "a", "b", "c", "d", 1).hash


def test_a_ruined_chain_is_described_not_recited():
    entries = [e.model_copy(update={"actor": "someone"}) for e in chain(500)]
    assert len(verify(entries)) <= 102


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_no_reordering_goes_unseen(data):
    entries = chain(6)
    shuffled = data.draw(st.permutations(entries))
    assert (verify(shuffled) == ()) is (list(shuffled) == entries)


def test_a_head_is_read_as_it_is_printed():
    head = head_of(chain(3))
    assert Head.parse(str(head)) == head


@pytest.mark.parametrize("text", ["", "3", "3:abc", "x:" + "0" * 64, "3:" + "G" * 64, "-1:" + "0" * 64])
def test_a_head_that_is_none_is_refused_with_the_way_out(text):
    with pytest.raises(ValueError, match="SEQUENCE:HASH"):
        Head.parse(text)
