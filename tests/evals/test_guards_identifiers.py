from evals.guards_identifiers import false_masks, is_reported, recalls


def row(text, *spans):
    placed = [
        {"entity_type": kind, "start_position": text.index(said), "end_position": text.index(said) + len(said)}
        for kind, said in spans
    ]
    return {"full_text": text, "spans": placed}


def test_a_span_counts_only_where_every_letter_of_it_is_masked():
    rows = [
        row("mail ada@roe.example please", ("EMAIL_ADDRESS", "ada@roe.example"), ("ORGANIZATION", "please")),
        row("nothing hidden here", ("EMAIL_ADDRESS", "hidden")),
    ]
    by_kind = {r.kind: r for r in recalls(rows)}
    assert (by_kind["e-mail"].masked, by_kind["e-mail"].spans, by_kind["e-mail"].share) == (1, 2, 0.5)
    assert by_kind["phone"].share is None


def test_a_quarter_of_the_rows_is_kept_apart():
    assert [(line, template) for line in range(2) for template in range(2) if is_reported(line, template)] == [(1, 1)]


def test_messages_that_do_not_come_through_whole_are_counted():
    found = false_masks("set", ["what dose in CKD?", "ask ada@roe.example"])
    assert (found.messages, found.touched) == (2, 1)
