"""In which precision and on which device a model runs: tried out once, and remembered."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.inference.notes import write_note
from desktop_app.inference.precision import AGREEMENTS, Agreement
from desktop_app.retelling import recall
from desktop_app.translation import joined, mark, worded

_log = logging.getLogger(__name__)

_WORTH_MEMORY = 1.25
"""A precision that needs two to four times the memory must be this much faster than int8."""

Outputs = list[NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to run a model: OpenVINO's device name; "int8", "bf16" or "fp32"."""

    device: str
    precision: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a candidate: tokens per second (0.0 where it failed), and how exact."""

    device: str
    precision: str
    tokens_per_second: float
    agreement: str
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The way chosen, with the trials that led to it; none where it was prescribed."""

    device: str
    precision: str
    trials: tuple[Trial, ...] = ()

    @property
    def words(self) -> str:
        """Say for the doctor how the choice was made; "" where nothing was tried."""
        return joined(mark("{items}; {item}"), (self._words_of(each) for each in self.trials))

    def _words_of(self, trial: Trial) -> str:
        said: dict[str, object] = {
            "precision": trial.precision,
            "device": trial.device.lower(),
            "speed": trial.tokens_per_second,
            "agreement": recall(trial.agreement, AGREEMENTS),
        }
        if not trial.tokens_per_second:
            return worded("{precision} on {device} failed", **said)
        if not trial.is_exact:
            return worded("{precision} on {device} was not exact enough ({agreement})", **said)
        if not trial.agreement:
            return worded("{precision} on {device}: {speed:,.0f} tokens/s", **said)
        return worded("{precision} on {device}: {agreement}, {speed:,.0f} tokens/s", **said)


EXACT = Candidate("CPU", "fp32")
"""What every other candidate is compared with, and what is left when none is exact."""


def choose(
    candidates: Sequence[Candidate],
    run: Callable[[Candidate], tuple[Outputs, float]],
    compare: Callable[[Outputs, Outputs], Agreement],
) -> Choice:
    """Run each candidate after ``EXACT``, and take the fastest that is exact enough.

    ``candidates`` come in the order of their memory, the smallest first; ``run`` returns
    outputs and tokens per second. A candidate other than ``EXACT`` may fail with any
    RuntimeError, which only means that it is not taken.
    """
    exact, speed = run(EXACT)
    trials = []
    for candidate in candidates:
        try:
            outputs, measured = run(candidate)
        except RuntimeError as error:
            _log.info("%s on %s fails: %s", candidate.precision, candidate.device, error)
            trials.append(Trial(candidate.device, candidate.precision, 0.0, "", is_exact=False))
            continue
        agreement = compare(exact, outputs)
        trials.append(
            Trial(
                candidate.device,
                candidate.precision,
                measured,
                agreement.words,
                is_exact=agreement.is_exact,
            )
        )
    trials.append(Trial(EXACT.device, EXACT.precision, speed, "", is_exact=True))
    best, *others = [each for each in trials if each.is_exact]
    for each in others:
        # Of two that need as little memory, any gain decides.
        needed = 1.0 if each.precision == best.precision else _WORTH_MEMORY
        if each.tokens_per_second > needed * best.tokens_per_second:
            best = each
    return Choice(best.device, best.precision, tuple(trials))


def describe(embedder: Choice, reranker: Choice | None) -> str:
    """Say for the doctor how the ways of both were found; "" where nothing was tried."""
    found = ((mark("embedder: {trials}"), embedder), (mark("reranker: {trials}"), reranker))
    said = (worded(name, trials=each.words) for name, each in found if each and each.words)
    return joined(mark("{items}. {item}"), said)


def load_choice(path: Path) -> Choice | None:
    """Return what was chosen before, or None."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        trials = tuple(Trial(**each) for each in values["trials"])
        return Choice(str(values["device"]), str(values["precision"]), trials)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_choice(path: Path, choice: Choice) -> None:
    """Remember a choice; where that is not possible it is made again at the next start."""
    try:
        write_note(path, asdict(choice))
    except OSError as error:
        _log.debug("the choice of a model's precision is not remembered: %s", error)
