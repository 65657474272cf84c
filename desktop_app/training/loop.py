"""The listwise loop: what a step does depends on the seed and its number only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from desktop_app.errors import TrainingError
from desktop_app.training.groups import Group, Groups
from desktop_app.training.learner import Learner
from desktop_app.training.plan import QUESTIONS

PRIOR_WEIGHT = 1.2
"""What the fused score counts beside the logit; chosen on the starter's held-out questions."""
_WARM_UP = 100
_WARM_UP_SHARE = 0.1
_DECAY_SHARE = 0.3
_LOWEST_PACE = 0.03
_LONGEST_GRADIENT = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """The learning rate over the steps: up for a tenth of them (at most 100), down at the end."""

    rate: float
    end: int

    def at(self, step: int) -> float:
        """Return the rate of a step, from 0 to ``end`` - 1."""
        warm_up = min(_WARM_UP, max(1, math.ceil(_WARM_UP_SHARE * self.end)))
        down = (self.end - step) / max(1.0, _DECAY_SHARE * self.end)
        return self.rate * min(1.0, (step + 1) / warm_up, max(_LOWEST_PACE, down))

    @property
    def first_slow(self) -> int:
        """The step at which the rate begins to fall."""
        return self.end - round(_DECAY_SHARE * self.end)


def objective(logits: torch.Tensor, prior: torch.Tensor, weight: float) -> torch.Tensor:
    """Mean over groups of half the cross-entropies of logit and of logit + weight x prior.

    Both are float32 [groups, n] with the right passage first. The second half gives no credit
    for what the first stage knows already, so that the reranker learns what it does not; the
    first keeps the logit able to stand alone.
    """
    right = torch.zeros(len(logits), dtype=torch.long, device=logits.device)
    entropy = torch.nn.functional.cross_entropy
    return 0.5 * entropy(logits, right) + 0.5 * entropy(logits + weight * prior, right)


class Course:
    """The order of the questions: shuffled anew each time that all were asked."""

    def __init__(self, groups: Groups, *, seed: int) -> None:
        self._groups, self._seed = groups, seed
        self._epoch = -1
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)

    def turn(self, step: int) -> list[Group]:
        """Return the groups of a step."""
        return [self._at(each) for each in range(step * QUESTIONS, (step + 1) * QUESTIONS)]

    def _at(self, place: int) -> Group:
        epoch, within = divmod(place, len(self._groups))
        if epoch != self._epoch:
            self._epoch = epoch
            random = np.random.default_rng([self._seed, 4, epoch])
            self._order = random.permutation(len(self._groups))
        return self._groups[int(self._order[within])]


def take_step(
    learner: Learner, optimizer: torch.optim.Optimizer, groups: Sequence[Group], rate: float
) -> float:
    """Learn from the groups of one step and return their loss.

    Read a few groups at a time, whose gradients add up to that of all, since no group's loss
    depends on another: memory is bounded by ``learner.groups_at_once``. Raises OutOfMemory, and
    TrainingError where the loss is no number any more.
    """
    for part in optimizer.param_groups:
        part["lr"] = rate * part["faster"]
    optimizer.zero_grad()
    total = 0.0
    for start in range(0, len(groups), learner.groups_at_once):
        some = groups[start : start + learner.groups_at_once]
        logits = torch.stack(learner.read(some))
        prior = torch.tensor([each.prior for each in some], device=logits.device)
        loss = objective(logits, prior, PRIOR_WEIGHT) * (len(some) / len(groups))
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        total += float(loss.detach())
    if not math.isfinite(total):
        raise TrainingError(
            "The training went astray: its loss is no number any more.",
            "Train again with a lower --rate.",
        )
    torch.nn.utils.clip_grad_norm_(learner.learned.values(), _LONGEST_GRADIENT)
    optimizer.step()
    return total
