"""What a killed training goes on from: replaced in one step, so that it is always one whole."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from desktop_app.training.learner import Learner, State
from desktop_app.training.progress import Figures

_STATE = "state.pt"


@dataclass(slots=True)
class Kept:
    """Where a training stands: ``step`` steps were made of ``end``.

    ``history`` are the figures of each judging, the first before any step; ``best`` is the step
    whose weights are the best so far, None where none was good enough. ``seconds`` were spent by
    all attempts, ``learning`` of them in steps, which read ``pairs`` pairs.
    """

    end: int
    step: int = 0
    history: list[Figures] = field(default_factory=list)
    best: int | None = None
    seconds: float = 0.0
    learning: float = 0.0
    pairs: int = 0


def save(folder: Path, kept: Kept, learner: Learner, optimizer: torch.optim.Optimizer) -> None:
    """Write the state durably; raises OSError, after which the one before still holds."""
    values = dataclasses.asdict(kept)
    _write(
        folder / _STATE,
        {"kept": values, "learned": learner.state(), "optimizer": optimizer.state_dict()},
    )
    for path in folder.glob("best-*.pt"):
        if path != _best(folder, kept.best):
            path.unlink()


def resume(folder: Path, learner: Learner, optimizer: torch.optim.Optimizer) -> Kept | None:
    """Put back what ``save`` wrote, None where nothing was; raises OSError."""
    path = folder / _STATE
    if not path.exists():
        return None
    state = torch.load(path, map_location="cpu", weights_only=True)
    learner.restore(state["learned"])
    optimizer.load_state_dict(state["optimizer"])
    values = state["kept"]
    history = [Figures(**{**each, "ranks": tuple(each["ranks"])}) for each in values["history"]]
    return Kept(**{**values, "history": history})


def save_best(folder: Path, step: int, learner: Learner) -> None:
    """Write the weights of a step that is the best so far; ``save`` removes the others."""
    _write(_best(folder, step), learner.state())


def load_best(folder: Path, step: int) -> State:
    """Return the weights that ``save_best`` wrote."""
    state: State = torch.load(_best(folder, step), map_location="cpu", weights_only=True)
    return state


def _best(folder: Path, step: int | None) -> Path:
    return folder / f"best-{step}.pt"


def _write(path: Path, values: Mapping[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        torch.save(values, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
