"""How well held-out questions are answered, and how a logit becomes a score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from desktop_app.inference.manifest import Blend
from desktop_app.training.groups import Group
from desktop_app.training.learner import Learner
from desktop_app.training.loop import PRIOR_WEIGHT
from desktop_app.training.progress import Figures

_AT_ONCE = 4
_RIDGE = 1e-3
_ROUNDS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Logits and fused scores of each held-out group, float64 [n], the right passage first."""

    logits: tuple[NDArray[np.float64], ...]
    priors: tuple[NDArray[np.float64], ...]

    @classmethod
    def of_priors(cls, groups: Iterable[Group]) -> Judged:
        """Return what is known without a model."""
        priors = tuple(np.array(each.prior) for each in groups)
        return cls(tuple(np.zeros_like(each) for each in priors), priors)

    def figures(self, step: int, *, is_blended: bool) -> Figures:
        """Return how the order by logit, or by logit and fused score together, does."""
        weight = PRIOR_WEIGHT if is_blended else 0.0
        pairs = zip(self.logits, self.priors, strict=True)
        return _figures(step, [logit + weight * prior for logit, prior in pairs])

    @property
    def fused(self) -> Figures:
        """How the order of the first stage does."""
        return _figures(0, [PRIOR_WEIGHT * prior for prior in self.priors])


def judge(learner: Learner, groups: Iterable[Group]) -> Iterator[tuple[int, Judged]]:
    """Read the held-out groups; yields how many were read and what is known, the last all."""
    logits: list[NDArray[np.float64]] = []
    priors: list[NDArray[np.float64]] = []
    for some in _batches(groups):
        with learner.at_rest():
            read = learner.read(some)
        logits += [each.cpu().numpy().astype(np.float64) for each in read]
        priors += [np.array(each.prior) for each in some]
        yield len(logits), Judged(tuple(logits), tuple(priors))


def fit_blend(judged: Judged, *, is_blended: bool) -> Blend:
    """Fit score = sigmoid(fused x fused score + logit x logit + bias).

    A logistic regression (Newton's method, a slight ridge) over the held-out candidates. The
    fused score has no weight where the pack's scores are of the reranker alone, or where more of
    it would mean less. The logit's is at least .01, since more evidence must not lower a score.
    """
    logit, prior = np.concatenate(judged.logits), np.concatenate(judged.priors)
    right = np.concatenate([np.arange(len(each)) == 0 for each in judged.logits]).astype(float)
    ones = np.ones_like(logit)
    if is_blended:
        fused, weight, bias = _regress(np.stack([prior, logit, ones], axis=1), right)
        if fused > 0:
            return Blend(logit=max(weight, 0.01), bias=bias, fused=fused)
    weight, bias = _regress(np.stack([logit, ones], axis=1), right)
    return Blend(logit=max(weight, 0.01), bias=bias)


def _batches(groups: Iterable[Group]) -> Iterator[list[Group]]:
    some: list[Group] = []
    for group in groups:
        some.append(group)
        if len(some) == _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _figures(step: int, scores: Sequence[NDArray[np.float64]]) -> Figures:
    # Equals count as before it: a model that says the same of all has found nothing.
    ranks = [1 + int((each[1:] >= each[0]).sum()) for each in scores]
    losses = [float(np.logaddexp.reduce(each) - each[0]) for each in scores]
    return Figures(
        step=step,
        loss=fmean(losses),
        mrr=fmean(1 / rank for rank in ranks),
        first=fmean(rank == 1 for rank in ranks),
        ranks=tuple(ranks),
    )


def _regress(features: NDArray[np.float64], right: NDArray[np.float64]) -> list[float]:
    weights = np.zeros(features.shape[1])
    ridge = _RIDGE * np.eye(len(weights))
    for _ in range(_ROUNDS):
        said = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        gradient = features.T @ (said - right) + ridge @ weights
        curvature = (features * (said * (1 - said))[:, None]).T @ features + ridge
        step = np.linalg.solve(curvature, gradient)
        weights -= np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:  # noqa: PLR2004 - far below what any digit shows
            break
    return [float(each) for each in weights]
