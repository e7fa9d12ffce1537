from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunk import chunk
from knowledge.search import Arm, fuse
from tests.knowledge.documents import ask, veltrano
from tests.labels import approved

PASSAGES = {passage.passage_id: passage for passage in chunk(approved(veltrano()))}
IDS = list(PASSAGES)


def fused(dense, lexical, passages=None, **more):
    return fuse(ask("q", **more), PASSAGES if passages is None else passages, Arm(dense, 40), Arm(lexical, 40))


def test_what_both_arms_find_comes_before_what_one_finds():
    found = fused([(IDS[0], 0.9), (IDS[1], 0.8)], [(IDS[2], 9.0), (IDS[1], 8.0)])
    assert found[0].passage.passage_id == IDS[1]
    assert (found[0].dense, found[0].dense_rank, found[0].lexical, found[0].lexical_rank) == (0.8, 2, 8.0, 2)


def test_an_arm_that_is_away_leaves_the_others_order():
    found = fused([], [(IDS[3], 9.0), (IDS[0], 8.0), (IDS[2], 7.0)])
    assert [s.passage.passage_id for s in found] == [IDS[3], IDS[0], IDS[2]]
    assert all(s.dense is None and s.dense_rank is None for s in found)


def test_the_section_asked_about_comes_first_among_near_equals():
    field = PASSAGES[IDS[1]].field
    hits = [(IDS[0], 0.9), (IDS[1], 0.89)]
    assert PASSAGES[IDS[0]].field != field
    assert fused(hits, [])[0].passage.passage_id == IDS[0]
    assert fused(hits, [], fields={field: 0.9})[0].passage.passage_id == IDS[1]


def test_a_hit_that_may_not_be_shown_takes_no_rank():
    allowed = {name: PASSAGES[name] for name in IDS[1:]}
    (first, *_) = fused([(IDS[0], 0.9), (IDS[1], 0.8)], [], passages=allowed)
    assert (first.passage.passage_id, first.dense_rank) == (IDS[1], 1)


def test_a_passage_an_arm_was_not_asked_far_enough_for_is_scored_as_its_last():
    dense = [(IDS[0], 0.9), (IDS[1], 0.8)]
    lexical = [(IDS[2], 9.0), (IDS[1], 8.0)]
    asked_for_two = fuse(ask("q"), PASSAGES, Arm(dense, 2), Arm(lexical, 2))
    by_id = {scored.passage.passage_id: scored for scored in asked_for_two}
    assert by_id[IDS[0]].score > by_id[IDS[1]].score
    assert by_id[IDS[0]].lexical is None
    assert fused(dense, lexical)[0].passage.passage_id == IDS[1]


@given(st.permutations(IDS), st.permutations(IDS), st.integers(1, 10))
def test_it_never_gives_more_than_asked_nor_one_twice_and_always_best_first(dense, lexical, limit):
    found = fused([(name, 0.5) for name in dense], [(name, 1.0) for name in lexical], limit=limit)
    assert len(found) == min(limit, len(IDS))
    assert len({s.passage.passage_id for s in found}) == len(found)
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)
