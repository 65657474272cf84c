"""An endless collection that grows like a real one, made from real texts.

Each passage is put together from sentences of two real passages about the same thing, some of
its words exchanged for rare ones (names, numbers, slips of the hand), so that the vocabulary
grows with the collection as it does in life; its vector is the mixture of theirs, a third one
and noise. So words are spread by Zipf's law, vectors lie in clusters as an embedder puts them,
and real questions are near to some of them. Document ``n`` is the same in every run.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import Document, DocumentStatus, Locator, Passage

Vectors = NDArray[np.float32]

ROOT = "/growth"
# How many passages of each collection, and so what share of the library speaks which language.
SOURCES = {
    "scifact": 2600,
    "cranfield": 700,
    "xquad-en": 240,
    "xquad-de": 240,
    "xquad-es": 150,
    "xquad-zh": 100,
    "jsquad-ja": 50,
}
_NEIGHBORS = 24
_MEAN_PASSAGES = 20
_MEAN_SENTENCES = 7
_RARE_SHARE = 0.03
_RARE_WORDS = 5_000_000
_THIRD_SHARE = 0.25
_NOISE = 0.25
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")  # noqa: RUF001
_NAME_WORDS = re.compile(r"[^\W_]+")
_ONSETS = "b d f g h k l m n p r s t v z br dr gr kl pr st tr".split()
_VOWELS = "a e i o u ai ei".split()
_SYLLABLES = [onset + vowel for onset in _ONSETS for vowel in _VOWELS]
_LETTERS = "etaoinshrdlu"
_UNSPACED = frozenset({"zh", "ja"})
_SECOND = 1_000_000_000
_OLD = datetime(2015, 1, 1, tzinfo=UTC).timestamp()
_NEW = datetime(2025, 6, 1, tzinfo=UTC).timestamp()
_NINE_YEARS = 9 * 365 * 86_400


@dataclass(frozen=True, slots=True)
class Source:
    """One real passage, cut into sentences."""

    title: str
    sentences: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Made:
    """One document of the collection; ``first`` is the number of its first passage.

    ``vectors`` are float16 of length 1, [passages, dim], as a library keeps them.
    """

    document: Document
    passages: tuple[Passage, ...]
    vectors: NDArray[np.float16]
    first: int


def read_sources(retrieval: Path) -> list[Source]:
    """Read the real passages from the shared collections, in a fixed order."""
    found = []
    for name, most in SOURCES.items():
        language = name.rpartition("-")[2] if "-" in name else "en"
        lines = (retrieval / name / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
        for line in lines[:most]:
            row = json.loads(line)
            sentences = tuple(each for each in _SENTENCE.split(row["text"]) if each.strip())
            if sentences:
                found.append(Source(row["title"], sentences, language))
    return found


class Collection:
    """Makes document after document; needs the sources' vectors, float32 [sources, dim]."""

    def __init__(self, sources: Sequence[Source], vectors: Vectors) -> None:
        self._sources = sources
        self._vectors = vectors
        self._near = _neighbors([each.language for each in sources], vectors)
        words = {word for each in sources for word in " ".join(each.sentences).split()}
        self._words = sorted(word for word in words if word.isalpha() and word.isascii())

    def documents(self, passages: int) -> Iterator[Made]:
        """Yield documents until they hold so many passages."""
        made = number = 0
        while made < passages:
            one = self._make(number, made, most=passages - made)
            yield one
            made += len(one.passages)
            number += 1

    def _make(self, number: int, first: int, *, most: int) -> Made:
        chance = np.random.default_rng(number)
        topic = int(chance.integers(len(self._sources)))
        count = min(most, max(1, round(_MEAN_PASSAGES * float(chance.lognormal(-0.3, 0.75)))))
        content_hash = hashlib.blake2b(f"growth {number}".encode(), digest_size=32).hexdigest()
        title = self._sources[topic].title or self._sources[topic].sentences[0]
        title = " ".join(title.split()[:10])
        language = self._sources[topic].language
        passages, vectors = [], []
        for ordinal in range(count):
            text, vector = self._mix(topic, chance)
            passages.append(
                Passage(
                    passage_id=passage_id(first + ordinal),
                    content_hash=content_hash,
                    ordinal=ordinal,
                    text=text,
                    title=title,
                    heading=(f"Section {ordinal // 4 + 1}",),
                    language=language,
                    locator=Locator(ordinal // 3 + 1, (), 0, len(text)),
                )
            )
            vectors.append(vector)
        document = _document(number, content_hash, title, language, count)
        return Made(document, tuple(passages), np.stack(vectors).astype(np.float16), first)

    def _mix(self, topic: int, chance: np.random.Generator) -> tuple[str, Vectors]:
        near = self._near[topic]
        one, two, three = (int(each) for each in near[chance.integers(len(near), size=3)])
        if chance.random() < 0.5:
            one = topic
        share = float(chance.uniform(0.5, 1))
        wanted = 2 + int(chance.poisson(_MEAN_SENTENCES - 2))
        from_one = max(1, round(share * wanted))
        first, second = self._sources[one].sentences, self._sources[two].sentences
        chosen = [first[at] for at in chance.integers(len(first), size=from_one)]
        chosen += [second[at] for at in chance.integers(len(second), size=wanted - from_one)]
        text = " ".join(dict.fromkeys(chosen))
        if self._sources[topic].language not in _UNSPACED:
            text = self._exchange(text, chance)
        dimension = self._vectors.shape[1]
        noise = chance.standard_normal(dimension, dtype=np.float32) * (_NOISE / dimension**0.5)
        vector = share * self._vectors[one] + (1 - share) * self._vectors[two]
        vector = vector + _THIRD_SHARE * float(chance.random()) * self._vectors[three] + noise
        return text, vector / np.linalg.norm(vector)

    def _exchange(self, text: str, chance: np.random.Generator) -> str:
        """Put rare words in the place of some, more of them the larger the collection."""
        words = text.split()
        for at in np.flatnonzero(chance.random(len(words)) < _RARE_SHARE):
            kind = chance.random()
            rank = min(int(chance.zipf(1.15)), _RARE_WORDS)
            if kind < 0.4:
                words[at] = _spell(rank)
            elif kind < 0.8:
                word = self._words[rank * 7919 % len(self._words)]
                place, letter = int(chance.integers(len(word))), int(chance.integers(12))
                words[at] = word[:place] + _LETTERS[letter] + word[place + 1 :]
            else:
                words[at] = str(rank)
        return " ".join(words)


def passage_id(number: int) -> str:
    """Return the id of the passage of this number."""
    return hashlib.blake2b(f"growth passage {number}".encode(), digest_size=16).hexdigest()


def _spell(rank: int) -> str:
    word = ""
    rank += len(_SYLLABLES)
    while rank:
        rank, at = divmod(rank, len(_SYLLABLES))
        word += _SYLLABLES[at]
    return word


def _neighbors(languages: Sequence[str], vectors: Vectors) -> list[NDArray[np.int64]]:
    spoken = np.array(languages)
    similar = vectors @ vectors.T
    found = []
    for at, language in enumerate(languages):
        others = np.where(spoken == language, similar[at], -np.inf)
        most = min(_NEIGHBORS, int(np.sum(spoken == language)))
        found.append(np.argsort(-others)[:most].astype(np.int64))
    return found


def _document(number: int, content_hash: str, title: str, language: str, passages: int) -> Document:
    """Make a ledger row: half are PDFs, a tenth contracts, 1 % new, 0.1 % about brewing."""
    folder = "Contracts" if number % 10 == 0 else f"Folder {number % 97}"
    if number % 1000 == 0:
        folder = "Zymurgy"
    suffix = "pdf" if number % 2 == 0 else ("docx", "md", "txt")[number % 3]
    name = " ".join(_NAME_WORDS.findall(title)[:5])
    written = _NEW if number % 100 == 0 else _OLD + number * 7919 % _NINE_YEARS
    return Document(
        root=ROOT,
        path=f"{folder}/{name} {number}.{suffix}",
        content_hash=content_hash,
        size=2000 * passages,
        mtime_ns=int(written) * _SECOND,
        media_type="text/plain",
        title=title,
        languages=(language,),
        page_count=None,
        status=DocumentStatus.INDEXED,
        reason_code="",
        reason="",
        parser="growth",
        parser_version=1,
        chunker_version=1,
        passages=passages,
        seconds=0.1,
        indexed_at=datetime.now(UTC),
    )


def embedded(
    sources: Sequence[Source], kept: Path, embed: Callable[[list[str]], Vectors]
) -> Vectors:
    """Return the sources' vectors, from the file where an earlier run kept them."""
    texts = [f"{each.title}\n{' '.join(each.sentences)}" for each in sources]
    key = hashlib.blake2b("\0".join(texts).encode(), digest_size=8).hexdigest()
    place = kept / f"sources-{key}.npy"
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        np.save(place, embed(texts))
    loaded: Vectors = np.load(place)
    return loaded
