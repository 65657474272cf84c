"""The course of a training: steps, judgments, states on the disk, and the pack at the end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from desktop_app.domain import IsCancelled
from desktop_app.inference.packs import Pack
from desktop_app.training import keeping
from desktop_app.training.card import write_card
from desktop_app.training.groups import Groups
from desktop_app.training.judging import Judged, fit_blend, judge
from desktop_app.training.keeping import Kept
from desktop_app.training.learner import Learner
from desktop_app.training.loop import Course, Pace, take_step
from desktop_app.training.packing import write_pack, write_reranker
from desktop_app.training.plan import Plan, Start
from desktop_app.training.preparing import Drawn
from desktop_app.training.progress import (
    Figures,
    TrainingPhase,
    TrainingProgress,
    TrainingReport,
)

if TYPE_CHECKING:
    from desktop_app.training.train import Order

_SAVED_EVERY_S = 60.0
_SAVING_SHARE = 20
"""Saving takes at most a twentieth of the time."""
_JUDGMENTS = 6
_STEPS_BETWEEN = 10
_STEPS_TO_KNOW_THE_PACE = 5
_BETAS = (0.9, 0.98)


class Learning:
    """One training on groups that are ready. Use on one thread; needs no closing.

    A checkpoint is kept where it is better than both the fused order and the reranker before
    training, in mean reciprocal rank, and than the latter in loss; of several the one with the
    least loss. Fused score and logit are judged together where the pack blends them, or has had
    no reranker. Raises TrainingError, PackAltered, OutOfMemory, OSError.
    """

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        start: Start,
        trained: Groups,
        held_out: Groups,
        *,
        steps: int,
        pack: Pack,
        threads: int,
    ) -> None:
        self._folder, self._plan, self._start = folder, plan, start
        self._trained, self._held_out = trained, held_out
        self._is_blended = start.is_new or (pack.blend is not None and pack.blend.fused > 0)
        self._steps = steps
        self._between = max(_STEPS_BETWEEN, -(-steps // _JUDGMENTS))
        self._learner = Learner(
            start,
            lora=plan.lora,
            length=plan.length,
            device=plan.device,
            precision=plan.precision,
            seed=plan.seed,
            threads=threads,
        )
        self._optimizer = torch.optim.AdamW(
            self._learner.parameter_groups(plan.usual_rate), lr=plan.usual_rate, betas=_BETAS
        )
        self._kept = keeping.resume(folder, self._learner, self._optimizer) or Kept(end=steps)
        self._judged: Judged | None = None
        self._opened = self._entered = time.monotonic()
        self._steps_here, self._learning_here = 0, 0.0

    def learn(self, *, is_cancelled: IsCancelled, prepared: float) -> Iterator[TrainingProgress]:
        """Make the steps that are left; ``prepared`` seconds went by before.

        A cancelled or killed learning goes on from the last saved state.
        """
        kept = self._kept
        kept.seconds += prepared
        if not kept.history:
            if not (yield from self._judge(is_cancelled)):
                return
            self._save()
        course = Course(self._trained, seed=self._plan.seed)
        saved_at, saving_s = time.monotonic(), 0.0
        while kept.step < kept.end and not is_cancelled():
            self._fit_time()
            began = time.monotonic()
            rate = Pace(self._plan.usual_rate, kept.end).at(kept.step)
            groups = course.turn(kept.step)
            loss = take_step(self._learner, self._optimizer, groups, rate)
            kept.step += 1
            spent = time.monotonic() - began
            kept.learning += spent
            kept.pairs += sum(len(each.passages) for each in groups)
            self._steps_here += 1
            self._learning_here += spent
            yield self._progress(loss)
            is_due = kept.step % self._between == 0 or kept.step == kept.end
            if is_due and not (yield from self._judge(is_cancelled)):
                return
            since = time.monotonic() - saved_at
            if is_due or since > max(_SAVED_EVERY_S, _SAVING_SHARE * saving_s):
                began = time.monotonic()
                self._save()
                saved_at, saving_s = time.monotonic(), time.monotonic() - began
        self._save()

    def report(self) -> TrainingReport:
        """Return what came of it, so far without a folder."""
        kept = self._kept
        best = next((each for each in kept.history[1:] if each.step == kept.best), None)
        return TrainingReport(
            fused=self._fused(),
            untrained=kept.history[0],
            best=best,
            folder=None,
            steps=kept.step,
            trained_questions=len(self._trained),
            seconds=kept.seconds,
            rate=kept.pairs / kept.learning if kept.learning else 0.0,
        )

    def write(
        self, order: Order, report: TrainingReport, drawn: Drawn, sources: Mapping[str, int]
    ) -> tuple[TrainingReport, Path]:
        """Write the best weights as a pack into the workspace; return it with the last figures.

        These are of the weights as they are written, in half precision.
        """
        assert report.best is not None
        folder = self._folder / "pack"
        shutil.rmtree(folder, ignore_errors=True)
        self._learner.restore(keeping.load_best(self._folder, report.best.step))
        weights = self._learner.weights()
        for _, judged in judge(self._learner, self._held_out):
            self._judged = judged
        assert self._judged is not None
        blend = fit_blend(self._judged, is_blended=self._is_blended)
        shared, files = write_reranker(
            folder / "reranker", self._learner, self._start, order.pack, weights
        )
        report = replace(
            report,
            best=self._judged.figures(report.best.step, is_blended=self._is_blended),
            blend=blend,
            files=files,
        )
        card = write_card(
            report,
            self._plan,
            order.pack,
            material=order.material,
            drawn=drawn,
            sources=sources,
            learner=self._learner,
            command=order.command,
        )
        # The command may name a file by bytes that are no text.
        path = folder / "reranker" / "README.md"
        path.write_text(card, encoding="utf-8", errors="replace")
        write_pack(
            folder,
            order.pack,
            title=f"{order.pack.title}, trained on {', '.join(order.material.names)}",
            shared=shared,
            blend=blend,
            is_blended=self._is_blended,
        )
        return report, folder

    def _judge(self, is_cancelled: IsCancelled) -> Generator[TrainingProgress, None, bool]:
        """Judge the weights as they are; returns False where that was cancelled.

        Then nothing of this step may be saved, so that it is judged when it is made again.
        """
        total = len(self._held_out)
        for done, judged in judge(self._learner, self._held_out):
            self._judged = judged
            yield TrainingProgress(TrainingPhase.JUDGING, done, total)
            if is_cancelled():
                return False
        assert self._judged is not None
        kept = self._kept
        figures = self._judged.figures(kept.step, is_blended=self._is_blended)
        kept.history.append(figures)
        if len(kept.history) > 1 and self._is_best(figures):
            keeping.save_best(self._folder, kept.step, self._learner)
            kept.best = kept.step
        yield self._progress(None, figures)
        return True

    def _is_best(self, figures: Figures) -> bool:
        untrained = self._kept.history[0]
        is_better = figures.mrr > max(untrained.mrr, self._fused().mrr)
        before = [each.loss for each in self._kept.history if each.step == self._kept.best]
        return is_better and figures.loss < min([untrained.loss, *before])

    def _fused(self) -> Figures:
        """How the first stage alone does, which needs no model."""
        return Judged.of_priors(self._held_out).fused

    def _fit_time(self) -> None:
        """Move the end to where the time will be up, as long as the rate does not fall yet."""
        kept, hours = self._kept, self._plan.hours
        is_known = self._steps_here >= _STEPS_TO_KNOW_THE_PACE
        if hours is None or not is_known or kept.step >= Pace(1.0, kept.end).first_slow:
            return
        now = time.monotonic()
        left = hours * 3600 - kept.seconds - (now - self._entered)
        # With judging and saving, which take their share of the time that is left too.
        a_step = (now - self._opened) / self._steps_here
        kept.end = max(kept.step + 1, min(self._steps, kept.step + int(left / a_step)))

    def _save(self) -> None:
        now = time.monotonic()
        self._kept.seconds += now - self._entered
        self._entered = now
        keeping.save(self._folder, self._kept, self._learner, self._optimizer)

    def _progress(self, loss: float | None, figures: Figures | None = None) -> TrainingProgress:
        kept = self._kept
        a_step = self._learning_here / self._steps_here if self._steps_here else None
        return TrainingProgress(
            TrainingPhase.TRAINING,
            kept.step,
            kept.end,
            rate=kept.pairs / kept.learning if kept.learning else 0.0,
            seconds_left=None if a_step is None else a_step * (kept.end - kept.step),
            loss=loss,
            figures=figures,
        )
