"""How far indexing is, and the folders that it is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IndexPhase(StrEnum):
    """What the index thread is doing."""

    SCANNING = "scanning"
    READING = "reading"
    EMBEDDING = "embedding"
    RECOGNIZING = "recognizing"
    TIDYING = "tidying"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """A snapshot of indexing, made about ten times a second.

    ``rate`` is files per second while reading, passages per second while embedding,
    pages per second while recognizing text.
    ``seconds_left`` is None while it cannot be known. Counts by status are of all files
    of this run, unchanged ones included. ``preparing`` names the pack whose vectors are
    made while another one still answers; the passages counted are then those of this pack.
    """

    phase: IndexPhase
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    passages_embedded: int = 0
    passages_total: int = 0
    pages_done: int = 0
    pages_total: int = 0
    current: str = ""
    rate: float = 0.0
    seconds_left: float | None = None
    indexed: int = 0
    partial: int = 0
    failed: int = 0
    skipped: int = 0
    notice: str = ""
    preparing: str = ""


class RootState(StrEnum):
    """Whether an indexed folder can be seen right now."""

    HERE = "here"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Root:
    """An indexed folder (or a single file that was dropped), with what it holds."""

    path: str
    state: RootState
    documents: int = 0
    indexed: int = 0
    partial: int = 0
    failed: int = 0
    skipped: int = 0
    last_indexed: datetime | None = None
