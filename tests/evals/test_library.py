import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import knowledge
from evals import library
from evals.cache import sweep
from evals.errors import LibraryError
from evals.library import content_key, current_copy, embedded_settings, label_files, open_throwaway, throwaway_library
from knowledge.embed import MiniLMEmbedder
from knowledge.types import Audience, DocumentStatus, Market

DEMO = Path(knowledge.__file__).parent / "library"
STUDY = "nelvoris-us-study-nelumbo-3.xml"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def folder(tmp_path):
    shutil.copy(DEMO / STUDY, tmp_path / "study.xml")
    return tmp_path


def test_every_label_is_approved_and_findable(folder, cache):
    services, built = open_throwaway(folder, cache)
    with closing(services):
        assert {name: names.product for name, names in built.labels.items()} == {"study.xml": "Nelvoris"}
        assert [s.status for s in services.knowledge.summaries()] == [DocumentStatus.EFFECTIVE]
        now = services.clock.now()
        assert [n.product for n in services.knowledge.products(Market.US, Audience.HCP, now)] == ["Nelvoris"]
    assert built.passages > 0


def test_a_file_that_does_not_parse_is_named_and_the_others_go_in(folder, cache):
    (folder / "broken.json").write_text('{"results": [')
    services, built = open_throwaway(folder, cache)
    services.close()
    assert list(built.labels) == ["study.xml"]
    assert [failure.split(":")[0] for failure in built.failures] == ["broken.json"]


def test_a_folder_where_nothing_parses_is_refused_and_leaves_nothing(tmp_path, cache):
    (tmp_path / "broken.json").write_text("[]")
    before = {path.name for path in cache.iterdir()}
    with pytest.raises(LibraryError, match=r"no file could be read[\s\S]*broken\.json"):
        open_throwaway(tmp_path, cache)
    assert {path.name for path in cache.iterdir() if path.is_dir()} <= before | {"runs"}


@pytest.mark.parametrize("name", ["none", "empty"])
def test_a_folder_without_labels_says_so(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(LibraryError, match=name):
        label_files(tmp_path / name)


def test_the_second_time_nothing_is_built(folder, cache, monkeypatch):
    throwaway_library(folder, cache).close()
    monkeypatch.setattr(library, "_build", None)
    throwaway_library(folder, cache).close()


def test_unchanged_text_is_never_embedded_twice(folder, cache, monkeypatch):
    throwaway_library(folder, cache).close()
    (folder / "study.xml").rename(folder / "renamed.xml")  # another key, the same text

    def refuse(self, texts, on_progress=None):
        raise AssertionError(f"{len(texts)} texts embedded again")

    monkeypatch.setattr(MiniLMEmbedder, "embed_passages", refuse)
    services, built = open_throwaway(folder, cache)
    services.close()
    assert list(built.labels) == ["renamed.xml"]


def test_a_name_changes_with_the_content(folder):
    before = content_key(label_files(folder), folder)
    (folder / "study.xml").write_bytes((folder / "study.xml").read_bytes() + b"\n")
    assert content_key(label_files(folder), folder) != before


def test_a_run_works_on_a_copy_that_goes_when_it_closes(folder, cache):
    services = throwaway_library(folder, cache)
    directory = services.settings.storage.directory
    assert directory.is_dir()
    services.close()
    assert not directory.exists()


def test_what_a_killed_process_left_is_cleared_up_and_its_vectors_are_kept(tmp_path):
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    building = tmp_path / f".building-{int(dead.stdout)}-key"
    building.mkdir()
    with closing(sqlite3.connect(building / "hcp.sqlite")) as connection:
        connection.execute(
            "CREATE TABLE knowledge_embeddings (model, content_hash, vector, PRIMARY KEY (content_hash))"
        )
        connection.execute("INSERT INTO knowledge_embeddings VALUES ('m', 'h', x'00')")
        connection.commit()
    (tmp_path / "runs" / f"{int(dead.stdout)}-1").mkdir(parents=True)
    mine = tmp_path / "runs" / f"{os.getpid()}-1"
    mine.mkdir()
    sweep(tmp_path)
    assert not building.exists()
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [mine.name]
    with closing(sqlite3.connect(tmp_path / "embeddings.sqlite")) as connection:
        assert connection.execute("SELECT content_hash FROM knowledge_embeddings").fetchall() == [("h",)]


def test_a_build_that_was_cut_off_is_made_anew(folder, cache):
    services, built = open_throwaway(folder, cache)
    services.close()
    (cache / built.key / "build.json").write_text('{"key": ')
    services, again = open_throwaway(folder, cache)
    services.close()
    assert again.passages == built.passages


def test_the_manifest_says_market_and_audience(cache):
    services, _ = open_throwaway(DEMO, cache)
    with closing(services):
        held = {(s.market, s.audience, s.kind) for s in services.knowledge.summaries()}
    assert (Market.EU, Audience.HCP, "prescribing_information") in held
    assert (Market.US, Audience.MEDICAL, "standard_response") in held


def test_the_current_library_is_measured_on_a_copy(folder, cache, tmp_path):
    services = throwaway_library(folder, cache)
    directory = services.settings.storage.directory
    with closing(services), closing(current_copy(embedded_settings(directory), tmp_path / "cache")) as copy:
        assert copy.settings.storage.directory != directory
        assert len(copy.knowledge.summaries()) == 1
        assert copy.knowledge.check().is_healthy


def test_without_a_library_the_way_out_is_named(tmp_path):
    with pytest.raises(LibraryError, match="--library"):
        current_copy(embedded_settings(tmp_path / "nowhere"), tmp_path)


def test_our_own_variable_does_not_trouble_the_assistants_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("HCP_EVALS_CACHE", str(tmp_path))
    assert embedded_settings(tmp_path).storage.directory == tmp_path
    assert os.environ["HCP_EVALS_CACHE"] == str(tmp_path)
