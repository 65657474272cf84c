"""How far a training is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop_app.inference.manifest import Blend


class TrainingPhase(StrEnum):
    """What a training is at."""

    EMBEDDING = "reading passages"
    MINING = "looking for wrong answers"
    TRAINING = "training"
    JUDGING = "judging"
    WRITING = "writing the pack"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Figures:
    """How well held-out questions are answered, each by one right passage among a dozen.

    ``loss`` is the mean cross-entropy of the right passage; ``mrr`` the mean of 1 / its rank,
    ``first`` the share of questions where it stands first (both 0 to 1). ``ranks`` are its ranks.
    """

    step: int
    loss: float
    mrr: float
    first: float
    ranks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """A snapshot: ``done`` of ``total`` passages, questions or steps.

    ``rate`` is in pairs a second, ``seconds_left`` None where nobody knows yet. ``figures`` are
    those of the held-out questions, given once for each time that they were judged.
    """

    phase: TrainingPhase
    done: int = 0
    total: int = 0
    rate: float = 0.0
    seconds_left: float | None = None
    loss: float | None = None
    figures: Figures | None = None


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What came of a training.

    ``fused`` and ``untrained`` are the figures without the reranker and with the one that it
    started from, ``best`` those of what was kept, None where nothing was better than both; then
    there is no ``folder`` either. ``blend`` makes scores of the logits. ``seconds`` is the
    time of all attempts, ``files`` are the reranker's by name with size and SHA-256.
    """

    fused: Figures
    untrained: Figures
    best: Figures | None
    folder: Path | None
    steps: int
    trained_questions: int
    seconds: float
    rate: float
    blend: Blend | None = None
    files: tuple[tuple[str, int, str], ...] = ()
