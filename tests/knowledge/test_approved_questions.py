"""Approved question-and-answer pairs in the library: the file, its canonical text, its life, and what lies near."""

from datetime import timedelta
from pathlib import Path

import pytest

from knowledge.chunk import chunk
from knowledge.errors import DocumentError, HostileDocument, UnreadableDocument
from knowledge.parse import parse, read_sources
from knowledge.parse.qa import answer_span, questions_of
from knowledge.questions import without_names
from knowledge.types import Audience, DocumentKind, DocumentStatus, Market, Partition
from tests.knowledge.documents import NOW, US, approve, ask, new_library, reopened, veltrano

FILE = """
document_id: veltrano-answers
version: 1.10
title: Veltrano, approved answers
product: {brand: VELTRANO, generic: veltranib}
market: US
effective_on: 2026-10-01
pairs:
  - questions: ["Can the capsules be opened?", "May Veltrano be sprinkled on food?"]
    answer: |
      Do not open the capsules.
      They are swallowed whole.

      Before the first dose:
      - Check the seal.
      - Keep the leaflet.
    sections: [2.1 Recommended Dosage, 16 How Supplied]
  - questions: ["Does it contain lactose?"]
    answer: VELTRANO contains 50 mg of lactose.
    sections: [11 Description]
"""


def pairs(text=FILE, name="veltrano.qa.yaml"):
    return parse(text.encode(), name)


def near(library, text, **more):
    return library.approved_questions(ask(text, **more))


def test_a_pair_is_a_section_with_its_exact_answer_in_the_canonical_text():
    document = pairs()
    assert (document.kind, document.version, document.market) == (DocumentKind.APPROVED_QA, "1.10", Market.US)
    assert (document.names.product, document.names.generic) == ("Veltrano", "veltranib")
    (first, phrasings), (second, _) = questions_of(document)
    assert phrasings == ("Can the capsules be opened?", "May Veltrano be sprinkled on food?")
    assert answer_span(document, first.index).of(document.text) == (
        "Do not open the capsules. They are swallowed whole.\n"
        "Before the first dose:\n• Check the seal.\n• Keep the leaflet."
    )
    assert answer_span(document, second.index).of(document.text) == "VELTRANO contains 50 mg of lactose."
    assert (first.field, second.field) == ("dosage_and_administration", "description")
    assert "16 How Supplied" in document.text[first.start : first.end]


def test_an_answer_is_never_searched_in_pieces(library):
    approved = approve(library, pairs())
    assert chunk(approved) == ()
    approve(library, veltrano())
    library.index_pending()
    found = library.search(ask("open the capsules lactose", limit=50)).passages
    assert found
    assert {scored.passage.document_id for scored in found} == {"veltrano-us"}
    assert library.check().is_healthy


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("version: 1.10", "version: ''"), "version"),
        (("market: US", "market: XX"), "market"),
        (("title:", "headline:"), "title"),
        (("    sections: [11 Description]", ""), "pairs.1.sections"),
        (("    answer: VELTRANO contains 50 mg of lactose.", "    answer: ''"), "pairs.1.answer"),
        (('["Does it contain lactose?"]', "[]"), "pairs.1.questions"),
        (('["Does it contain lactose?"]', '["can the CAPSULES be opened?"]'), "in two pairs"),
        (("pairs:", "pairs: ["), "not readable YAML .line"),
    ],
)
def test_a_file_of_another_form_is_refused_naming_the_place(change, told):
    with pytest.raises(UnreadableDocument, match=told) as raised:
        pairs(FILE.replace(*change))
    assert "veltrano.qa.yaml" in str(raised.value)
    assert "example" in str(raised.value) or "one approved answer" in str(raised.value)


@pytest.mark.parametrize("data", [b"\x00\xff\xfe", b"", b"- 1", b"just words", b"!!python/object:os.system {}"])
def test_what_is_no_such_file_is_refused(data):
    with pytest.raises(DocumentError):
        parse(data, "x.qa.yaml")


def test_a_file_that_unfolds_is_refused():
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\npairs: [*b, *b]\n"
    with pytest.raises(HostileDocument, match="aliases"):
        pairs(bomb)


def test_a_folder_gives_its_pairs_and_no_other_yaml(tmp_path: Path):
    (tmp_path / "answers.qa.yaml").write_text(FILE)
    (tmp_path / "manifest.yaml").write_text("documents: []")
    assert [name for name, _ in read_sources([tmp_path])] == ["answers.qa.yaml"]


def test_the_nearest_question_comes_first_with_its_answer_and_its_other_phrasings(library):
    approve(library, pairs())
    library.index_pending()
    first, *others = near(library, "is there lactose in it")
    assert first.question == "Does it contain lactose?"
    assert first.answer.of(pairs().text) == "VELTRANO contains 50 mg of lactose."
    assert -1 <= others[-1].similarity <= others[0].similarity <= first.similarity <= 1.001
    assert {found.section for found in others} != {first.section}


def test_a_pair_counts_only_in_its_market_audience_product_and_time(library):
    approve(library, pairs(), valid_until=NOW + timedelta(days=1))
    elsewhere = [
        Partition(product="Veltrano", market=Market.EU, audience=Audience.HCP),
        Partition(product="Veltrano", market=Market.US, audience=Audience.MEDICAL),
        Partition(product="Sornaxil", market=Market.US, audience=Audience.HCP),
    ]
    assert near(library, "lactose")
    assert [library.approved_questions(ask("lactose", place)) for place in elsewhere] == [(), (), ()]
    assert near(library, "lactose", at=NOW + timedelta(days=2)) == ()
    assert near(library, "lactose", at=NOW - timedelta(days=4000)) == ()


def test_a_withdrawn_pair_is_gone_at_once(library):
    approve(library, pairs())
    assert near(library, "lactose")
    library.withdraw("veltrano-answers", "1.10", "reviewer", "wrong figure")
    assert near(library, "lactose") == ()
    assert [line.status for line in library.summaries()] == [DocumentStatus.WITHDRAWN]


def test_a_superseded_pair_is_gone_at_once(library):
    approve(library, pairs())
    newer = FILE.replace("1.10", "1.11").replace("50 mg of lactose", "no lactose")
    approve(library, pairs(newer))
    assert {found.version for found in near(library, "lactose")} == {"1.11"}


def test_only_submitted_pairs_are_not_found(library):
    library.submit(pairs())
    assert near(library, "lactose") == ()


def test_questions_are_embedded_once_and_kept(tmp_path, embedder):
    class Counting:
        name, dimensions = embedder.name, embedder.dimensions
        embed_passages = staticmethod(embedder.embed_passages)
        asked: list[str] = []  # noqa: RUF012 - one test's own

        def embed_query(self, text):
            self.asked.append(text)
            return embedder.embed_query(text)

    library = new_library(tmp_path, embedder)
    approve(library, pairs())
    library.index_pending()
    library.close()
    again = reopened(tmp_path, Counting())
    query = ask("is it lactose free")
    again.search(query)
    again.approved_questions(query)
    again.approved_questions(query)
    again.close()
    assert Counting.asked == ["is it lactose free"]


def test_names_of_the_product_are_taken_out_whole():
    names = veltrano().names
    assert without_names("Is VELTRANO (veltranib) safe?", names) == "Is ( ) safe?"
    assert without_names("Veltranos dose", names) == "Veltranos dose"
    assert without_names("Veltrano", names) == "Veltrano"
    assert without_names("Does Veltrano act", names, "it") == "Does it act"


def test_the_index_of_a_product_that_has_pairs_alone_is_healthy(library):
    approve(library, pairs())
    library.index_pending()
    library.index_pending()
    assert library.check().is_healthy
    assert library.search(ask("lactose")).passages == ()
    assert [d.document.kind for d in library.effective(US, NOW)] == [DocumentKind.APPROVED_QA]
