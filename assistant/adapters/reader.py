"""The packaged MiniLM, read token by token: one pass gives what the screens read and what retrieval asks with."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from assistant.screens.message import TokenReading
from knowledge.embed import MiniLMEmbedder
from knowledge.ports import Vectors
from knowledge.recent import Recent

_KEPT = 32  # texts of turns just now under way; held in memory only


class MiniLMReader(MiniLMEmbedder):
    """MiniLMEmbedder that remembers what it read last, so that no text is passed through twice in a turn.

    Vectors are those of MiniLMEmbedder. Raises KnowledgeError as it does. Safe between threads.
    """

    def __init__(self, threads: int = 1, workers: int = 2) -> None:
        super().__init__(threads, workers)
        self._recent: Recent[str, TokenReading] = Recent(_KEPT)
        self._under_way: dict[str, Future[TokenReading]] = {}
        self._beginning = threading.Lock()
        self._ahead = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="read-ahead")

    def ahead(self, text: str) -> None:
        """Begin to read a text that `read` will be asked for, on a thread of its own: the model leaves Python alone."""
        with self._beginning:
            if text in self._under_way or self._recent.get(text) is not None:
                return
            self._under_way[text] = self._ahead.submit(self._read_and_keep, text)

    def read(self, text: str) -> TokenReading:
        """The tokens of a text (at most 256) with their vectors in it, the model's end marks left in."""
        with self._beginning:  # else one that ends between the two looks would be read again
            reading, under_way = self._recent.get(text), self._under_way.get(text)
        if reading is not None:
            return reading
        return self._read_and_keep(text) if under_way is None else under_way.result()

    def embed_query(self, text: str) -> Vectors:
        """One unit vector of shape (384,); costs nothing when the text was just read."""
        return self.read(text).mean

    def _read_and_keep(self, text: str) -> TokenReading:
        try:
            encoding = self._tokenizer.encode(text)
            ids = np.array([encoding.ids], dtype=np.int64)
            feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            vectors = self._sessions[0].run(None, feed)[0][0]
            reading = TokenReading(vectors=vectors, spans=tuple(encoding.offsets))
            self._recent.put(text, reading)
        finally:
            with self._beginning:
                self._under_way.pop(text, None)
        return reading
