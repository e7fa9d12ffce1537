import pytest

from assistant.understanding.split import content, joined, segments, unmarked


def texts(message):
    return [segment.text for segment in segments(message)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("dose in adults? also storage", ["dose in adults?", "also storage"]),
        ("rash on day 3 - what does the label say", ["rash on day 3", "what does the label say"]),
        ("dose, and how is it stored?", ["dose", "and how is it stored?"]),
        ("1) dose 2) storage", ["1) dose", "2) storage"]),
        ("dose 2.5 mg vs. 5 mg?", ["dose 2.5 mg vs. 5 mg?"]),
        ("Dr. Who asks: dose?", ["Dr. Who asks: dose?"]),
        ("dose and schedule", ["dose and schedule"]),
    ],
)
def test_a_message_is_cut_where_something_new_may_begin(message, expected):
    assert texts(message) == expected


@pytest.mark.parametrize("message", ["dose? also - storage, and what about kids; ok.", "  a.  b?\nc  ", "", "?!"])
def test_every_segment_stands_at_its_offsets(message):
    assert all(message[s.start : s.end] == s.text for s in segments(message))


def test_neighbours_are_joined_as_written():
    message = "first part - and how is it given?"
    assert joined(segments(message)) == message


@pytest.mark.parametrize(
    "text", ["thanks!", "hi there", "Thank you so much", "ok", "Kind regards", "Many thanks in advance."]
)
def test_courtesies_are_small_talk(text):
    assert segments(text)[0].is_small_talk


def test_a_question_with_a_greeting_is_no_small_talk():
    assert not segments("hi what is the dose")[0].is_small_talk


def test_content_leaves_out_fillers_and_numbers():
    assert content("and what about the dose at 22?") == ("dose",)


@pytest.mark.parametrize(
    "text",
    ["this is Dr. [person], cell [phone]", "asking for [person]", "[person] [phone]", "re my pt [person], MRN [mrn]"],
)
def test_who_writes_and_for_whom_is_no_part_of_a_question(text):
    (segment,) = segments(text)
    assert segment.is_small_talk


@pytest.mark.parametrize("text", ["[person] needs the dose", "this is Brovexa", "[person] fell"])
def test_a_name_that_was_masked_hides_nothing_said_beside_it(text):
    (segment,) = segments(text)
    assert not segment.is_small_talk


def test_masks_are_not_searched_for():
    assert unmarked("[person] [phone] asked how to stop it") == "asked how to stop it"
