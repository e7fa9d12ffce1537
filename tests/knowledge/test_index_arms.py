"""Each arm by itself, on real Chroma (embedded and server) and real tantivy."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from knowledge.chunk import chunk
from knowledge.dense import ANSWER_SECONDS, ChromaServer, Dense, EmbeddedChroma
from knowledge.errors import IndexUnavailable
from knowledge.lexical import Lexical
from knowledge.types import Audience, Market, Partition
from tests.knowledge.documents import US, approve, ask, new_library, reopened, veltrano
from tests.labels import approved

PASSAGES = chunk(approved(veltrano()))
MEDICAL = US.model_copy(update={"audience": Audience.MEDICAL})


def find(lexical, text, *partitions):
    by_id = {passage.passage_id: passage for passage in PASSAGES}
    return [by_id[name] for name, _ in lexical.search(partitions or (US,), text, 5)]


@pytest.fixture
def lexical(tmp_path):
    index = Lexical(tmp_path / "lexical")
    index.write({"veltrano": PASSAGES})
    return index


def test_words_are_found_in_other_forms_and_by_their_heading(lexical):
    assert "halve the dosage" in find(lexical, "inhibitor dosages halved")[0].text
    assert find(lexical, "contraindication")[0].field == "contraindications"


def test_a_passage_counts_as_found_by_its_tables_caption_and_header(lexical):
    assert find(lexical, "dosage by creatinine clearance")[0].table == 0


def test_a_word_that_is_rare_in_the_library_but_common_for_the_product_says_little(lexical):
    others = [
        passage.model_copy(
            update={
                "passage_id": f"other_{number}",
                "partition": MEDICAL,
                "embedded_text": f"Allergy to something {number}.",
                "text": f"Allergy to something {number}.",
            }
        )
        for number, passage in enumerate(PASSAGES * 8)
    ]
    lexical.write({"others": others})
    assert "known allergy" in find(lexical, "VELTRANO allergy")[0].text
    assert "psoriasis" in find(lexical, "VELTRANO psoriasis")[0].text


def test_another_partition_holds_nothing(lexical):
    assert find(lexical, "dosage", MEDICAL) == []


def test_a_document_written_again_is_not_there_twice_and_one_removed_is_gone(lexical):
    lexical.write({"veltrano": PASSAGES})
    assert len(find(lexical, "itraconazole")) == 1
    lexical.write({}, ["veltrano"])
    assert find(lexical, "itraconazole") == []
    assert lexical.contents() == frozenset()


def test_a_place_without_an_index_is_told_with_the_way_out(tmp_path):
    with pytest.raises(IndexUnavailable, match="hcp knowledge rebuild"):
        Lexical(tmp_path / "nothing").search((US,), "dose", 5)


def test_the_nearest_passages_are_exact_and_equally_near_ones_stand_by_id(tmp_path):
    draws = np.random.default_rng(1)
    vectors = draws.standard_normal((600, 384)).astype(np.float32)  # far from one another: a graph misses some
    vectors[300:] = vectors[:300]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"passage_{number:03}" for number in draws.permutation(600)]
    dense = Dense(EmbeddedChroma(tmp_path), 1)
    dense.create()
    dense.add(US, ids, vectors)
    for question in vectors[::20]:
        found = [name for name, _ in dense.search(US, question, 80)]
        twins = [found[place : place + 2] for place in range(0, 80, 2)]
        near = np.round(vectors @ question, 5)
        assert sorted(near[ids.index(name)] for name in found) == sorted(near)[-80:]
        assert all(near[ids.index(a)] == near[ids.index(b)] and a < b for a, b in twins)


def test_of_a_large_partition_no_more_is_asked_than_wanted(tmp_path, monkeypatch):
    monkeypatch.setattr("knowledge.dense.EXACT_UP_TO", 50)
    vectors = np.random.default_rng(2).standard_normal((60, 384)).astype(np.float32)
    dense = Dense(EmbeddedChroma(tmp_path), 1)
    dense.create()
    dense.add(US, [f"passage_{number:02}" for number in range(60)], vectors)
    counts = []
    whole = dense._nearest
    monkeypatch.setattr(dense, "_nearest", lambda *given: counts.append(given[2]) or whole(*given))
    assert [len(dense.search(US, vectors[0], 5)) for _ in range(2)] == [5, 5]
    assert counts == [51, 5, 5]
    dense.remove(US, [f"passage_{number:02}" for number in range(20)])
    assert len(dense.search(US, vectors[30], 5)) == 5
    assert counts[3:] == [51]


def test_names_of_collections_fit_chromas_rule_and_never_meet(tmp_path):
    dense = Dense(EmbeddedChroma(tmp_path), 1)
    products = ["", "x", "Ä-ö 漢字", "a b", "a-b", "A B", "n" * 900, "../../etc", "Veltrano"]
    names = {
        dense.collection_name(Partition(product=product, market=market, audience=Audience.HCP))
        for product in products
        for market in Market
    }
    assert len(names) == len(products) * len(Market)
    assert all(3 <= len(name) <= 100 and name.isascii() and name[0].isalnum() and name[-1].isalnum() for name in names)
    client = EmbeddedChroma(tmp_path).client(1, create=True)
    for name in sorted(names):
        client.create_collection(name, embedding_function=None)


def test_two_owners_of_one_folder_are_refused_even_within_a_process(tmp_path):
    first, second = EmbeddedChroma(tmp_path), EmbeddedChroma(tmp_path)
    first.own()
    with pytest.raises(IndexUnavailable, match="is in use by process"):
        second.own()
    first.close()
    second.own()
    second.close()


@pytest.fixture(scope="module")
def chroma_server(tmp_path_factory):
    """The port of a real Chroma server on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).parent / "chroma", "run", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--path", str(tmp_path_factory.mktemp("chroma"))],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield port
    server.terminate()
    server.wait(timeout=10)


def test_several_libraries_share_a_chroma_server(chroma_server, tmp_path, embedder):
    url = f"sqlite:///{tmp_path / 'hcp.sqlite'}"
    settings = {"chroma": "server", "chroma_port": chroma_server}
    one = new_library(tmp_path / "one", embedder, url, **settings)
    approve(one, veltrano())
    one.index_pending()
    other = reopened(tmp_path / "other", embedder, url, **settings)  # another machine: it has no lexical index yet
    asked = ask("dosage in renal impairment")
    assert not one.search(asked).degraded
    assert other.search(asked) == one.search(asked)
    one.rebuild()
    assert other.search(asked) == one.search(asked)
    assert not other.search(asked).degraded
    assert other.check().is_healthy
    one.close()
    other.close()


def test_a_chroma_server_that_is_away_leaves_lexical_search(tmp_path, embedder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        library = new_library(tmp_path, embedder, chroma="server", chroma_port=taken.getsockname()[1])
        approve(library, veltrano())
        with pytest.raises(IndexUnavailable, match="does not answer"):
            library.index_pending()
        assert library.summaries()[0].passages == 0
        library.close()


def test_a_chroma_server_that_never_answers_does_not_hold_a_question_up(tmp_path, embedder):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        server = ChromaServer("127.0.0.1", silent.getsockname()[1])
        started = time.monotonic()
        with pytest.raises(IndexUnavailable, match="does not answer"):
            server.client(1)
        assert time.monotonic() - started < 5


def test_every_request_to_a_chroma_server_has_a_time_limit(chroma_server):
    server = ChromaServer("127.0.0.1", chroma_server)
    assert server.client(1)._server._session.timeout.read == ANSWER_SECONDS
    server.close()
