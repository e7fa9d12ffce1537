"""The packaged MiniLM, read token by token: one pass gives what the screens read and what retrieval asks with."""

from __future__ import annotations

import numpy as np

from assistant.screens.message import TokenReading
from knowledge.embed import MiniLMEmbedder
from knowledge.ports import Vectors
from knowledge.recent import Recent

_KEPT = 32  # texts of turns just now under way; held in memory only


class MiniLMReader(MiniLMEmbedder):
    """MiniLMEmbedder that remembers what it read last, so that no text is passed through twice in a turn.

    Vectors are those of MiniLMEmbedder. Raises KnowledgeError as it does.
    """

    def __init__(self, threads: int = 1, workers: int = 2) -> None:
        super().__init__(threads, workers)
        self._recent: Recent[str, TokenReading] = Recent(_KEPT)

    def read(self, text: str) -> TokenReading:
        """The tokens of a text (at most 256) with their vectors in it, the model's end marks left in."""
        reading = self._recent.get(text)
        if reading is None:
            encoding = self._tokenizer.encode(text)
            ids = np.array([encoding.ids], dtype=np.int64)
            feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            vectors = self._sessions[0].run(None, feed)[0][0]
            reading = TokenReading(vectors=vectors, spans=tuple(encoding.offsets))
            self._recent.put(text, reading)
        return reading

    def embed_query(self, text: str) -> Vectors:
        """One unit vector of shape (384,); costs nothing when the text was just read."""
        pooled = self.read(text).vectors.mean(axis=0)
        vector: Vectors = (pooled / max(float(np.linalg.norm(pooled)), 1e-12)).astype(np.float32)
        return vector
