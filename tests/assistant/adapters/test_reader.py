"""The encoder's second life as a reader: what is read ahead is read once, and is the same."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.adapters.reader import MiniLMReader
from knowledge.embed import MiniLMEmbedder

TEXT = "Corvexa dose in severe renal impairment?"


@pytest.fixture
def reader(monkeypatch):
    made = MiniLMReader()
    made.passes = []
    whole = made._read_and_keep
    monkeypatch.setattr(made, "_read_and_keep", lambda text: made.passes.append(text) or whole(text))
    return made


def test_a_text_read_ahead_passes_through_the_model_once(reader):
    reader.ahead(TEXT)
    reader.ahead(TEXT)
    first, second = reader.read(TEXT), reader.embed_query(TEXT)
    assert reader.passes == [TEXT]
    assert first.vectors.shape[1] == len(second)


def test_reading_ahead_changes_no_vector(reader):
    reader.ahead(TEXT)
    ahead = reader.embed_query(TEXT)
    assert np.array_equal(ahead, MiniLMReader().embed_query(TEXT))
    assert np.allclose(ahead, MiniLMEmbedder().embed_query(TEXT), atol=1e-6)


def test_what_failed_ahead_fails_where_it_is_asked_for_and_is_tried_anew(reader):
    session, reader._sessions[0] = reader._sessions[0], None
    reader.ahead(TEXT)
    with pytest.raises(AttributeError):
        reader.read(TEXT)
    reader._sessions[0] = session
    assert reader.read(TEXT).vectors.shape[1] == reader.dimensions
