import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from knowledge.errors import DocumentError, KnowledgeError, NotApproved, UnknownDocument, UnreadableDocument
from knowledge.store import connect
from knowledge.types import Audience, DocumentStatus, Market, Partition, Span
from tests.knowledge.documents import NOW, US, approve, ask, new_library, reopened, revised, sornaxil, veltrano

RENAL = "dosage in renal impairment"


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request, tmp_path, embedder):
    """A library in each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    made = new_library(tmp_path, embedder, url)
    yield made
    made.close()


def texts(result):
    return [scored.passage.text for scored in result.passages]


def test_a_document_goes_from_submitted_to_found_to_withdrawn(stored):
    assert stored.submit(veltrano()).status is DocumentStatus.SUBMITTED
    assert texts(stored.search(ask(RENAL))) == []
    approved = approve(stored, veltrano())
    report = stored.index_pending()
    assert (report.labels, report.passages) == (1, stored.summaries()[0].passages)
    result = stored.search(ask(RENAL))
    assert "20 mg once daily" in "".join(texts(result)[:2])
    assert not result.degraded
    assert result.index_release == stored.release() == report.release
    assert stored.document("veltrano-us", "1") == approved
    assert stored.effective(US, NOW) == (approved,)
    assert [names.product for names in stored.products(Market.US, Audience.HCP, NOW)] == ["Veltrano"]
    stored.withdraw("veltrano-us", "1", "reviewer", "new safety data")
    assert texts(stored.search(ask(RENAL))) == []
    assert not stored.is_effective("veltrano-us", "1", US, NOW)
    assert stored.products(Market.US, Audience.HCP, NOW) == ()
    assert stored.summaries()[0].status is DocumentStatus.WITHDRAWN
    with pytest.raises(NotApproved, match="new safety data"):
        stored.document("veltrano-us", "1")
    assert stored.document("veltrano-us", "1", withdrawn=True).approval.withdrawn_by == "reviewer"


def test_every_passage_found_is_the_canonical_text_at_its_offsets(library):
    approved = approve(library, veltrano())
    library.index_pending()
    for scored in library.search(ask("veltranib", limit=50)).passages:
        passage = scored.passage
        assert Span(start=passage.start, end=passage.end).of(approved.document.text) == passage.text


def test_a_document_comes_back_as_it_went_in(library):
    library.submit(veltrano())
    approve(library, veltrano())
    assert library.document("veltrano-us", "1").document == veltrano()


def test_text_altered_behind_our_back_is_noticed(library, tmp_path, embedder):
    approve(library, veltrano())
    engine = connect(f"sqlite:///{tmp_path / 'hcp.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE knowledge_documents SET text = replace(text, '40 mg', '80 mg')"))
    again = reopened(tmp_path, embedder)
    with pytest.raises(KnowledgeError, match="no longer has the hash"):
        again.document("veltrano-us", "1")


def test_the_same_bytes_again_change_nothing(library):
    first = library.submit(veltrano())
    approve(library, veltrano())
    again = library.submit(veltrano())
    assert first.source_sha256 == again.source_sha256
    assert len(library.summaries()) == 1
    assert again.status is DocumentStatus.EFFECTIVE


def test_other_bytes_under_a_known_version_are_refused_and_change_nothing(library):
    approve(library, veltrano())
    other = revised(veltrano(), "1", dose="80 mg once daily with food")
    with pytest.raises(DocumentError, match="version of its own"):
        library.submit(other)
    assert library.document("veltrano-us", "1").document == veltrano()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text": "too short for its spans"}, "outside the text"),
        ({"units": ()}, "no text"),
        ({"version": " "}, "no version"),
        ({"text": veltrano().text.replace("S", "\ud800", 1)}, "Unicode"),
    ],
)
def test_a_structure_that_does_not_fit_its_text_is_refused_and_nothing_is_written(library, change, told):
    with pytest.raises(UnreadableDocument, match=told):
        library.submit(veltrano().model_copy(update=change))
    assert library.summaries() == ()


def test_unknown_and_unapproved_are_told_apart(library):
    library.submit(veltrano())
    with pytest.raises(UnknownDocument, match="hcp knowledge list"):
        library.document("veltrano-us", "2")
    with pytest.raises(NotApproved, match="not approved"):
        library.document("veltrano-us", "1")
    with pytest.raises(UnknownDocument):
        library.approve("nothing", "1", "a", "m", Market.US, Audience.HCP, NOW)
    with pytest.raises(NotApproved, match="no live approval"):
        library.withdraw("veltrano-us", "1", "reviewer", "reason")


def test_a_market_and_an_audience_see_only_their_own(library):
    approve(library, veltrano(), audience=Audience.MEDICAL)
    approve(library, sornaxil())
    library.index_pending()
    medical = Partition(product="Veltrano", market=Market.US, audience=Audience.MEDICAL)
    assert texts(library.search(ask(RENAL))) == []
    assert texts(library.search(ask(RENAL, medical)))
    everything = Partition(product="Sornaxil", market=Market.US, audience=Audience.HCP)
    assert all("Sornaxil" in found for found in texts(library.search(ask(RENAL, everything))))
    assert texts(library.search(ask(RENAL, Partition(product="Veltrano", market=Market.EU, audience="hcp")))) == []


def test_several_partitions_are_searched_together(library):
    approve(library, veltrano())
    approve(library, sornaxil())
    library.index_pending()
    other = Partition(product="Sornaxil", market=Market.US, audience=Audience.HCP)
    found = library.search(ask("warning sign of intolerance, hepatic impairment", US, other, US, limit=50))
    assert {scored.passage.partition for scored in found.passages} == {US, other}


def test_unchanged_text_is_never_embedded_twice(library):
    approve(library, veltrano())
    first = library.index_pending()
    approve(library, revised(veltrano(), "2", dose="20 mg once daily with food"))
    second = library.index_pending()
    assert first.embedded == first.passages == second.passages
    assert second.embedded == 1
    assert library.rebuild().embedded == 0


def test_only_the_version_effective_then_is_found(library):
    approve(library, veltrano())
    next_month = NOW + timedelta(days=30)
    approve(library, revised(veltrano(), "2", dose="20 mg once daily with food"), valid_from=next_month)
    library.index_pending()
    now = library.search(ask("recommended dosage once daily with food", limit=40))
    later = library.search(ask("recommended dosage once daily with food", limit=40, at=next_month))
    assert {scored.passage.version for scored in now.passages} == {"1"}
    assert {scored.passage.version for scored in later.passages} == {"2"}


def test_what_is_over_leaves_the_index_at_the_next_indexing(library):
    approve(library, veltrano())
    library.index_pending()
    before = library.release()
    library.withdraw("veltrano-us", "1", "reviewer", "reason")
    report = library.index_pending()
    assert report.release != before
    assert library.summaries()[0].passages == 0
    assert library.check().is_healthy


def test_a_release_is_named_by_its_content(library, tmp_path, embedder):
    approve(library, veltrano())
    first = library.index_pending().release
    assert library.index_pending().release == first
    assert library.rebuild().release == first
    approve(library, sornaxil())
    assert library.index_pending().release != first


def test_a_rebuild_answers_the_same(library):
    approve(library, veltrano())
    library.index_pending()
    before = library.search(ask(RENAL))
    library.rebuild()
    assert texts(library.search(ask(RENAL))) == texts(before)
    assert library.check().is_healthy


def test_questions_asked_during_a_rebuild_are_answered(library):
    approve(library, sornaxil(40))
    approve(library, veltrano())
    library.index_pending()
    failures, stop = [], threading.Event()

    def keep_asking():
        while not stop.is_set():
            try:
                if not texts(library.search(ask(RENAL))):
                    failures.append("nothing found")
            except Exception as error:  # noqa: BLE001 - whatever it is, the test must tell it
                failures.append(repr(error))

    threads = [threading.Thread(target=keep_asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    library.rebuild()
    library.rebuild()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_it_opens_again_and_answers(library, tmp_path, embedder):
    approve(library, veltrano())
    library.index_pending()
    before = library.search(ask(RENAL))
    library.close()
    again = reopened(tmp_path, embedder)
    assert again.search(ask(RENAL)) == before
    again.close()


def test_a_failed_value_stops_an_approval_of_all_before_the_first(library):
    library.submit(veltrano())
    library.submit(sornaxil())
    with pytest.raises(NotApproved):
        library.approve_all("reviewer", "", None, Audience.HCP, NOW)
    assert {line.status for line in library.summaries()} == {DocumentStatus.SUBMITTED}
    assert len(library.approve_all("reviewer", "MLR-1", None, Audience.HCP, NOW)) == 2


@pytest.mark.parametrize(
    "asked", ['"', "field:value AND (", "a" * 5000, "* ? ~ ^ \\", "\x00", "", "🙂", "NOT OR AND", "mg " * 3000]
)
def test_no_question_can_break_the_search(library, asked):
    approve(library, veltrano())
    library.index_pending()
    assert not library.search(ask(asked)).degraded
