"""A library and a model process that answer from memory, for tests of the search."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from desktop_app.domain import (
    Coverage,
    Document,
    DocumentStatus,
    Embeddings,
    Filters,
    Locator,
    ModelStatus,
    Passage,
    Run,
    Spellings,
    VectorSpace,
)
from desktop_app.errors import LecternError
from desktop_app.inference.packs import Pack
from desktop_app.search.words import word_keys
from desktop_app.store.seen import SeenWords

DIMENSION = 64

PACK = Pack(
    name="fake",
    title="Fake",
    license="MIT",
    languages=frozenset(),
    fusion_weights={"dense": 1.0, "fulltext": 1.0},
    embedder=Path("embedder"),
    reranker=None,
    dimension=DIMENSION,
    max_length=256,
    reranker_max_length=512,
    pooling="mean",
    query_prefix="",
    has_sparse=False,
    revision="",
    weights_hash="",
    tokenizer_hash="",
)


def make_passage(text: str, *, name: str = "", title: str = "", language: str = "en") -> Passage:
    identity = f"{name}\0{title}\0{text}".encode()
    return Passage(
        passage_id=hashlib.blake2b(identity, digest_size=16).hexdigest(),
        content_hash=hashlib.blake2b(identity, digest_size=32).hexdigest(),
        ordinal=0,
        text=text,
        title=title,
        heading=(),
        language=language,
        locator=Locator(page=None, boxes=(), start=0, end=len(text)),
    )


def make_document(passage: Passage, *, path: str = "a.txt") -> Document:
    return Document(
        root="/home/u",
        path=path,
        content_hash=passage.content_hash,
        size=len(passage.text),
        mtime_ns=0,
        media_type="text/plain",
        title=passage.title,
        languages=(passage.language,),
        page_count=None,
        status=DocumentStatus.INDEXED,
        reason_code="",
        reason="",
        parser="fake",
        parser_version=1,
        chunker_version=1,
        passages=1,
        seconds=0.0,
        indexed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def embed(text: str) -> np.ndarray:
    """Words hashed into a vector: texts that share words are close."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    for key in word_keys(text):
        vector[hashlib.blake2b(key.encode(), digest_size=1).digest()[0] % DIMENSION] += 1.0
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm else vector


class FakeNames:
    """Files whose names nobody asks for."""

    def find(self, words: Sequence[str]) -> frozenset[str]:
        return frozenset()


class FakeAhead:
    """Asks when it is waited for."""

    def __init__(self, library: FakeLibrary) -> None:
        self._library = library

    def dense(self, *args: Any, reads_on: bool = False, **options: Any) -> Callable[[], Run]:
        self._library.asked.append("dense begun")
        return partial(self._library.search_dense, *args, **options)

    def fulltext(self, *args: Any, is_whole: bool = True, **options: Any) -> Callable[[], Run]:
        return partial(self._library.search_fulltext, *args, **options)

    def passages(self, _passage_ids: Collection[str]) -> None:
        """Nothing takes time here."""

    def spellings(self, *args: Any, **options: Any) -> Callable[[], Run]:
        return partial(self._library.search_spellings, *args, **options)


class FakeLibrary:
    """Ranks by counted words and by hashed vectors; remembers what it was asked."""

    def __init__(self, passages: Sequence[Passage], *, paths: Sequence[str] = ()) -> None:
        paths = paths or [f"{number}.txt" for number in range(len(passages))]
        self.passages = {each.passage_id: each for each in passages}
        self.owners = {
            each.content_hash: make_document(each, path=path)
            for each, path in zip(passages, paths, strict=True)
        }
        self.twins: dict[str, Document] = {}
        self.asked: list[str] = []
        self.respelled: set[str] = set()
        self.names = FakeNames()
        self.seen = SeenWords()
        self.ahead = FakeAhead(self)
        self.owners_asked_with: Filters | None = None
        self.waiting: frozenset[str] = frozenset()
        """Ids of passages that have no vector yet."""

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(each.language for each in self.passages.values())

    @property
    def common_languages(self) -> frozenset[str]:
        return self.languages

    def select_contents(self, filters: Filters) -> frozenset[str] | None:
        if not filters.types:
            return None
        return frozenset(
            content_hash
            for content_hash, document in self.owners.items()
            if PurePosixPath(document.path).suffix[1:] in filters.types
        )

    def coverage(self, space: VectorSpace | None, within: frozenset[str] | None = None) -> Coverage:
        count = len(self.passages)
        passing = None if within is None else len(within)
        embedded = count - len(self.waiting) if space else 0
        return Coverage(count, count, 0, count, embedded, passing=passing)

    def search_fulltext(
        self,
        text: str,
        *,
        phrases: Sequence[str] = (),
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
        language: str = "",
    ) -> Run:
        self.asked.append("fulltext")
        wanted = set(word_keys(text))
        return self._rank(
            "fulltext",
            lambda each: (
                float(len(wanted & set(word_keys(each.full_text))))
                if all(phrase.lower() in each.text.lower() for phrase in phrases)
                else 0.0
            ),
            k,
            within,
            languages,
        )

    def search_spellings(
        self,
        spellings: Sequence[Spellings],
        *,
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
    ) -> Run:
        """Know the words as they stand, and those ``respelled`` however they are written."""
        wanted = {word for each in spellings if not each.edits for word in each.words}
        if any(each.edits for each in spellings):
            wanted |= self.respelled
        return self._rank(
            "spellings",
            lambda each: float(len(wanted & set(word_keys(each.full_text)))),
            k,
            within,
            languages,
        )

    def search_dense(
        self,
        space: VectorSpace,
        vector: np.ndarray,
        *,
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
    ) -> Run:
        self.asked.append("dense")
        return self._rank(
            "dense",
            lambda each: (
                0.0 if each.passage_id in self.waiting else float(embed(each.full_text) @ vector)
            ),
            k,
            within,
            languages,
        )

    def embedded(self, space: VectorSpace, passage_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(passage_ids) & self.passages.keys() - self.waiting

    def get_passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        return {each: self.passages[each] for each in ids if each in self.passages}

    def documents_of_contents(
        self, content_hashes: Iterable[str], *, filters: Filters | None = None
    ) -> dict[str, tuple[Document, ...]]:
        self.owners_asked_with = filters
        return {
            each: (self.owners[each], *([self.twins[each]] if each in self.twins else []))
            for each in content_hashes
            if each in self.owners
        }

    def _rank(
        self,
        name: str,
        score: Callable[[Passage], float],
        k: int,
        within: frozenset[str] | None,
        languages: Collection[str],
    ) -> Run:
        scored = [
            (score(each), each.passage_id)
            for each in self.passages.values()
            if (within is None or each.content_hash in within)
            and (not languages or each.language in languages)
        ]
        best = sorted((-value, each) for value, each in scored if value > 0)[:k]
        return Run(name, tuple(each for _, each in best), tuple(-value for value, _ in best))


class FakeModel:
    """A model process in this process; ``fails_to`` names what it cannot do."""

    def __init__(
        self,
        *,
        languages: Collection[str] = (),
        has_reranker: bool = False,
        ranks_alone: bool | None = None,
        is_loaded: bool = True,
        logit: Callable[[str], float] = lambda _text: 0.0,
        fails_to: dict[str, LecternError] | None = None,
        batch: int = 2,
    ) -> None:
        self.space = VectorSpace("fake", "fake", DIMENSION, False, frozenset(languages))
        self.has_reranker = has_reranker
        self.ranks_alone = has_reranker if ranks_alone is None else ranks_alone
        self.reranked: list[str] = []
        self.compared: list[str] = []
        self.embedded: list[str] = []
        self.questions: list[str] = []
        self._logit = logit
        self._fails_to = fails_to or {}
        self._batch = batch
        self._status = ModelStatus("fake", is_loaded, "fake" if is_loaded else "", "", "cpu")

    def status(self) -> ModelStatus:
        return self._status

    def set_speed(self, tokens_per_second: float) -> None:
        self._status = replace(self._status, rerank_tokens_per_second=tokens_per_second)

    def load(self) -> ModelStatus:
        return self._status

    def embed_passages(
        self, texts: Sequence[str], *, is_cancelled: Callable[[], bool]
    ) -> Iterator[tuple[tuple[int, ...], Embeddings]]:
        for index, text in enumerate(texts):
            if is_cancelled():
                return
            self.embedded.append(text)
            yield (index,), Embeddings(embed(text)[None, :])

    def embed_query(self, text: str) -> Embeddings:
        self.questions.append(text)
        if error := self._fails_to.get("embed"):
            raise error
        return Embeddings(embed(text)[None, :])

    def rerank(
        self,
        question: str,
        passages: Sequence[str],
        *,
        by_tokens: bool = False,
        is_cancelled: Callable[[], bool],
    ) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
        if by_tokens:
            if error := self._fails_to.get("compare"):
                raise error
            for index, text in enumerate(passages):
                if is_cancelled():
                    return
                self.compared.append(text)
                # Other than the reranker, so that a test can tell which of them ordered.
                yield (index,), np.array([len(text)], np.float32)
            return
        for start in range(0, len(passages), self._batch):
            if is_cancelled():
                return
            if start and (error := self._fails_to.get("rerank")):
                raise error
            indices = tuple(range(start, min(start + self._batch, len(passages))))
            self.reranked.extend(passages[index] for index in indices)
            yield indices, np.array([self._logit(passages[i]) for i in indices], np.float32)
