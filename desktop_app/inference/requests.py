"""What crosses the pipe to the model process, and back: one answer for each request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import Embeddings, ModelStatus
from desktop_app.errors import LecternError


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
    """Tokenize a question with each of its passages."""

    job: int
    question: str
    passages: tuple[str, ...]


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
