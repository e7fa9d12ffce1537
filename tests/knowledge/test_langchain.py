"""The library behind LangChain's interfaces: as a retriever, and on any embeddings."""

from datetime import timedelta

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda

from knowledge.embed import LangChainEmbedder
from knowledge.errors import IndexUnavailable, KnowledgeError
from knowledge.langchain import LibraryRetriever
from knowledge.types import Audience, Market
from tests.knowledge.documents import NOW, approve, ask, new_library, reopened, sornaxil, veltrano


def retriever(library, **more):
    return LibraryRetriever(library=library, **{"product": "Veltrano", "clock": lambda: NOW, **more})


class Broken(Embeddings):
    """A provider that is away."""

    def embed_query(self, text):
        raise ConnectionError("no route to host")

    embed_documents = embed_query


def test_documents_say_where_in_the_approved_text_they_stand(library):
    approved = approve(library, veltrano())
    library.index_pending()
    found = retriever(library).invoke("dosage in renal impairment")
    assert isinstance(retriever(library), BaseRetriever)
    assert "20 mg once daily" in found[0].page_content + found[1].page_content
    for document in found:
        held = document.metadata
        assert (held["document_id"], held["version"]) == ("veltrano-us", "1")
        assert approved.document.text[held["start"] : held["end"]] == document.page_content
        assert held["approval_id"] == approved.approval.approval_id
        assert held["section"]


def test_it_goes_into_a_chain_and_keeps_its_limit(library):
    approve(library, veltrano())
    library.index_pending()
    chain = retriever(library, limit=2) | RunnableLambda(len)
    assert chain.invoke("dosage") == 2


def test_the_generic_name_will_do_and_an_unknown_product_is_named(library):
    approve(library, veltrano())
    library.index_pending()
    assert retriever(library, product=veltrano().names.generic.upper()).invoke("dosage")
    with pytest.raises(KnowledgeError, match=r"'Zarvolin'.*there: Veltrano"):
        retriever(library, product="Zarvolin").invoke("dosage")


def test_only_effective_documents_of_that_market_audience_and_product_come_out(library):
    approve(library, veltrano(), valid_until=NOW + timedelta(days=1))
    approve(library, sornaxil())
    library.index_pending()
    assert {d.metadata["document_id"] for d in retriever(library).invoke("dosage")} == {"veltrano-us"}
    for elsewhere in (
        {"market": Market.EU},
        {"audience": Audience.MEDICAL},
        {"clock": lambda: NOW + timedelta(days=2)},
    ):
        with pytest.raises(KnowledgeError, match="no effective document"):
            retriever(library, **elsewhere).invoke("dosage")
    library.withdraw("veltrano-us", "1", "reviewer", "new data")
    with pytest.raises(KnowledgeError, match="no effective document"):
        retriever(library).invoke("dosage")


def test_an_approval_for_another_audience_is_not_the_one_named(library):
    hcp = approve(library, veltrano())
    approve(library, veltrano(), audience=Audience.MEDICAL)
    library.index_pending()
    named = {d.metadata["approval_id"] for d in retriever(library).invoke("dosage")}
    assert named == {hcp.approval.approval_id}


def test_a_library_works_on_langchain_embeddings(tmp_path):
    library = new_library(tmp_path, LangChainEmbedder(DeterministicFakeEmbedding(size=16), "langchain:fake"))
    approve(library, veltrano())
    library.index_pending()
    assert library.index_model() == "langchain:fake"
    result = library.search(ask("dosage in renal impairment"))
    assert result.passages
    assert not result.degraded
    assert library.check().is_healthy
    library.close()


def test_another_embedder_than_the_index_was_built_with_is_never_mixed_in(tmp_path, embedder):
    library = new_library(tmp_path, embedder)
    approve(library, veltrano())
    library.index_pending()
    library.close()
    other = reopened(tmp_path, LangChainEmbedder(DeterministicFakeEmbedding(size=384), "langchain:other"))
    result = other.search(ask("dosage in renal impairment"))
    assert result.degraded  # lexical search alone
    assert result.passages
    report = other.check()
    assert not report.is_healthy
    assert "langchain:other" in report.problems[0]
    assert "hcp knowledge rebuild" in report.problems[0]
    with pytest.raises(IndexUnavailable, match="hcp knowledge rebuild"):
        other.index_pending()
    other.rebuild()
    assert not other.search(ask("dosage in renal impairment")).degraded
    assert other.check().is_healthy
    other.close()


def test_embeddings_that_are_away_leave_lexical_search(tmp_path):
    library = new_library(tmp_path, LangChainEmbedder(DeterministicFakeEmbedding(size=16), "langchain:fake"))
    approve(library, veltrano())
    library.index_pending()
    library.close()
    away = reopened(tmp_path, LangChainEmbedder(Broken(), "langchain:fake"))
    result = away.search(ask("dosage in renal impairment"))
    assert result.degraded
    assert result.passages
    away.close()


def test_embeddings_that_are_away_are_named_when_something_is_to_be_indexed(tmp_path):
    library = new_library(tmp_path, LangChainEmbedder(Broken(), "langchain:fake"))
    approve(library, veltrano())
    with pytest.raises(IndexUnavailable, match=r"langchain:fake.*no route to host"):
        library.index_pending()
    assert [line.document_id for line in library.summaries()] == ["veltrano-us"]
    library.close()
