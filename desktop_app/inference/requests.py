"""What crosses the pipe to the model process, and back: one answer for each request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import Embeddings, ModelStatus
from desktop_app.errors import LecternError

_TURN_CHARACTERS = 100_000
"""Characters tokenized in one turn: well below 200 ms, so that a question need not wait."""


@dataclass(frozen=True, slots=True)
class Describe:
    """Wait until the models are loaded, and tell on what they run."""


@dataclass(frozen=True, slots=True)
class EmbedQuery:
    """Embed one question at once."""

    text: str


@dataclass(frozen=True, slots=True)
class AddTexts:
    """Tokenize texts of an embedding job; the first such request opens the job.

    ``start`` counts the texts of the job that were added before these: a process that does
    not have them is another one than theirs and answers JOB_UNKNOWN.
    """

    job: int
    start: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenRerank:
    """Tokenize a question with each of its passages.

    ``by_tokens`` compares the embedder's token vectors instead of asking the reranker.
    """

    job: int
    question: str
    passages: tuple[str, ...]
    by_tokens: bool = False


@dataclass(frozen=True, slots=True)
class NextBatch:
    """Compute the next batch of a job."""

    job: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget a job; harmless where there is none."""

    job: int


Request: TypeAlias = Describe | EmbedQuery | AddTexts | OpenRerank | NextBatch | Drop


@dataclass(frozen=True, slots=True, eq=False)
class BatchResult:
    """Positions in the job's texts, in computed order, and what was computed for them."""

    positions: tuple[int, ...]
    values: Embeddings | NDArray[np.float32]


class Signal(Enum):
    """Answers that carry nothing else."""

    DONE = auto()
    NO_MORE = auto()
    JOB_UNKNOWN = auto()


Value: TypeAlias = Embeddings | BatchResult | Signal


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """An answer, with the state of the process that gave it."""

    value: Value | LecternError
    status: ModelStatus


def additions(texts: Sequence[str], job: int) -> Iterator[AddTexts]:
    """Cut texts into requests that are tokenized within one turn."""
    start = 0
    characters = 0
    for index, text in enumerate(texts):
        if index > start and characters + len(text) > _TURN_CHARACTERS:
            yield AddTexts(job, start, tuple(texts[start:index]))
            start, characters = index, 0
        characters += len(text)
    yield AddTexts(job, start, tuple(texts[start:]))
