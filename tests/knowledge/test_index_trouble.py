"""What the library does when its derived indexes are away, torn, owned by another process, or half written."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from knowledge.errors import IndexUnavailable
from knowledge.types import DocumentStatus
from tests.knowledge.documents import approve, ask, reopened, sornaxil, veltrano

RENAL = "dosage in renal impairment"
CHILD = """
    import sys, time
    from pathlib import Path
    sys.path.insert(0, {root!r})
    from knowledge.embed import MiniLMEmbedder
    from tests.knowledge.documents import *
    library = reopened(Path({directory!r}), MiniLMEmbedder())
"""


def child(tmp_path, code, **more):
    """Another process on the same library."""
    root = Path(__file__).resolve().parents[2]
    head = textwrap.dedent(CHILD).format(root=str(root), directory=str(tmp_path))
    return subprocess.Popen(
        [sys.executable, "-c", head + textwrap.dedent(code)], stdout=subprocess.PIPE, text=True, **more
    )


@pytest.fixture
def indexed(library):
    approve(library, veltrano())
    library.index_pending()
    return library


def torn(tmp_path):
    """Chroma's files, as a bad kill may leave them."""
    for path in (tmp_path / "index").rglob("chroma.sqlite3"):
        path.write_bytes(b"torn" * 1000)
        for beside in path.parent.glob("chroma.sqlite3-*"):
            beside.unlink()


def test_without_chroma_lexical_search_answers_alone_and_says_so(indexed, tmp_path, embedder):
    indexed.close()
    torn(tmp_path)
    again = reopened(tmp_path, embedder)
    result = again.search(ask(RENAL))
    assert result.degraded
    assert "renal" in result.passages[0].passage.text.lower()
    assert not again.check().is_healthy
    again.rebuild()
    assert not again.search(ask(RENAL)).degraded
    assert again.check().is_healthy
    again.close()


def test_lost_indexes_are_made_anew_without_embedding(indexed, tmp_path, embedder):
    before = indexed.search(ask(RENAL))
    indexed.close()
    shutil.rmtree(tmp_path / "index")
    again = reopened(tmp_path, embedder)
    assert again.search(ask(RENAL)).degraded
    assert again.index_pending().embedded == 0
    assert [s.passage for s in again.search(ask(RENAL)).passages] == [s.passage for s in before.passages]
    again.close()


def test_a_second_process_is_told_who_owns_the_index_and_can_still_list_and_search(indexed, tmp_path):
    indexed.warm()
    other = child(
        tmp_path,
        """
        from knowledge.errors import IndexUnavailable
        print(len(library.summaries()))
        result = library.search(ask("dosage in renal impairment"))
        print(result.degraded, len(result.passages) > 0)
        approve(library, sornaxil())
        try:
            library.index_pending()
        except IndexUnavailable as error:
            print(error)
        """,
    )
    told, _ = other.communicate(timeout=60)
    lines = told.splitlines()
    assert lines[:2] == ["1", "True True"]
    assert f"process {os.getpid()}" in lines[2]
    assert "HCP_INDEX__CHROMA=server" in lines[2]
    assert indexed.index_pending().labels == 1  # what the other process approved


def test_a_withdrawal_by_another_process_takes_effect_at_once(indexed, tmp_path):
    assert indexed.search(ask(RENAL)).passages
    other = child(tmp_path, "library.withdraw('veltrano-us', '1', 'reviewer', 'recall')")
    assert other.wait(timeout=60) == 0
    assert indexed.search(ask(RENAL)).passages == ()
    assert indexed.summaries()[0].status is DocumentStatus.WITHDRAWN


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.05, 0.4, 0.9, 1.4])
def test_a_kill_during_indexing_leaves_a_library_that_answers(indexed, tmp_path, embedder, delay):
    indexed.close()
    victim = child(
        tmp_path,
        """
        for number in range(8):
            label = sornaxil(60)
            approve(library, label.model_copy(update={"version": str(number), "source_sha256": str(number) * 64,
                "document_id": f"sornaxil-{number}"}))
        print("indexing", flush=True)
        library.index_pending()
        time.sleep(60)
        """,
    )
    assert victim.stdout.readline().strip() == "indexing"
    time.sleep(delay)
    victim.send_signal(signal.SIGKILL)
    victim.wait(timeout=10)
    again = reopened(tmp_path, embedder)
    result = again.search(ask(RENAL))
    assert not result.degraded
    assert result.passages
    assert again.index_pending().labels <= 8
    assert again.check().is_healthy
    assert sum(line.passages > 0 for line in again.summaries()) == 9
    again.close()


def test_an_index_that_cannot_be_written_is_refused_and_the_approval_stays(indexed, tmp_path):
    shutil.rmtree(tmp_path / "index" / "1" / "chroma")
    indexed.close()
    (tmp_path / "index" / "1" / "chroma").write_text("a file where a folder should be")
    approve(indexed, sornaxil())
    with pytest.raises(IndexUnavailable, match="rebuild"):
        indexed.index_pending()
    assert {line.status for line in indexed.summaries()} == {DocumentStatus.EFFECTIVE}
