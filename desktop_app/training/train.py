"""A training from its plan to a pack: prepare, learn, judge, keep what is better, write."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from desktop_app.acquisition.space import disk_error, require_space
from desktop_app.domain import IsCancelled, never_cancelled
from desktop_app.errors import PackAltered, PackMissing, TrainingError
from desktop_app.training.groups import Groups, count_sources
from desktop_app.training.placing import install, require_free
from desktop_app.training.plan import Plan, Start
from desktop_app.training.preparing import (
    HELD_OUT,
    TRAINED,
    Drawn,
    KnownVectors,
    are_ready,
    draw,
    prepare,
)
from desktop_app.training.progress import TrainingPhase, TrainingProgress, TrainingReport

if TYPE_CHECKING:
    from desktop_app.inference.packs import Pack
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.training.material import Material

_BYTES_A_PASSAGE = 12_000
"""On the disk, with its vector, index and place in the groups."""
_COPIES = 4
"""Of the weights on the disk: what is learned, two of the optimizer, and the pack."""

Steps = Generator[TrainingProgress, None, TrainingReport | None]


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """What is to be trained, of what, and where it goes.

    ``target`` is the folder of the new pack, which must not exist. ``workspace`` holds what
    a killed training goes on from; the caller names it after ``Plan.fingerprint``. ``make_model``
    starts the pack's model process, ``known`` gives the vectors that a library already has.
    ``command`` is for the model card; ``threads`` as in ``Settings``.
    """

    plan: Plan
    pack: Pack
    material: Material
    workspace: Path
    target: Path
    make_model: Callable[[], ModelProcess]
    known: KnownVectors
    command: str
    threads: int = 0


def train(order: Order, *, is_cancelled: IsCancelled = never_cancelled) -> Steps:
    """Train as ordered: yields snapshots, returns the report, None where it was cancelled.

    Goes on where an earlier call with the same workspace was stopped or killed, to the same
    result. The workspace is removed at the end. Raises TrainingError, PackMissing, PackAltered,
    OutOfMemory, DiskFull, StoreError, ModelError. One thread; imports torch once it is needed.
    """
    start = find_start(order.pack, order.plan)
    require_free(order.target)
    drawn = draw(order.material, order.plan)
    begun = time.monotonic()
    with _translated(), _alone(order.workspace) as folder:
        weights = sum(each.stat().st_size for each in start.folder.glob("*model.*"))
        require_space(folder, _BYTES_A_PASSAGE * len(drawn.passages) + _COPIES * weights)
        if not are_ready(folder):
            with closing(order.make_model()) as model:
                yield from prepare(
                    folder,
                    drawn,
                    order.plan,
                    pack=order.pack,
                    model=model,
                    known=order.known,
                    is_cancelled=is_cancelled,
                )
        if is_cancelled():
            return None
        report = yield from _learn(
            order,
            folder,
            start,
            drawn,
            prepared=time.monotonic() - begun,
            is_cancelled=is_cancelled,
        )
        if report is None:
            return None
        yield TrainingProgress(TrainingPhase.DONE)
    shutil.rmtree(order.workspace, ignore_errors=True)
    _lock_of(order.workspace).unlink(missing_ok=True)
    return report


def _learn(
    order: Order,
    folder: Path,
    start: Start,
    drawn: Drawn,
    *,
    prepared: float,
    is_cancelled: IsCancelled,
) -> Steps:
    """Learn from the groups in a folder and install the pack, if it is better."""
    # Not before: it takes seconds and half a gigabyte, which preparing does not need.
    from desktop_app.training.learning import Learning

    with closing(Groups(folder / TRAINED)) as trained, closing(Groups(folder / HELD_OUT)) as held:
        learning = Learning(
            folder,
            order.plan,
            start,
            trained,
            held,
            steps=drawn.steps,
            pack=order.pack,
            threads=order.threads,
        )
        yield from learning.learn(is_cancelled=is_cancelled, prepared=prepared)
        if is_cancelled():
            return None
        report = learning.report()
        if report.best is not None:
            yield TrainingProgress(TrainingPhase.WRITING)
            sources = count_sources(folder / TRAINED)
            report, staged = learning.write(order, report, drawn, sources)
            install(staged, order.target)
            report = replace(report, folder=order.target)
        return report


def workspace_of(cache_dir: Path, plan: Plan, pack: Pack, material: Material) -> Path:
    """Return the folder of a training: the same for the same plan, data and weights.

    Reads the weights, seconds for large ones; raises as ``find_start`` does, and PackAltered.
    """
    digest = hashlib.sha256()
    for path in sorted(find_start(pack, plan).folder.glob("*model.*")):
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise PackAltered("The model's weights cannot be read.") from error
    return cache_dir / "training" / plan.fingerprint(pack, material.digest, digest.hexdigest())


def find_start(pack: Pack, plan: Plan) -> Start:
    """Return the weights that a plan begins with; raises TrainingError, PackMissing."""
    if plan.start == "embedder":
        return Start(pack.embedder, is_new=True)
    if pack.reranker is None:
        raise TrainingError(
            f"The pack “{pack.title}” has no reranker to go on with.",
            "Make one of its embedder with --from embedder, or name another pack with --pack.",
        )
    if not pack.reranker.is_dir():
        raise PackMissing
    return Start(pack.reranker, is_new=False, lent=pack.reranker_loan)


def _lock_of(workspace: Path) -> Path:
    return workspace.with_suffix(".lock")


@contextmanager
def _alone(workspace: Path) -> Iterator[Path]:
    """Keep a second training of the same plan out of the workspace."""
    workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(_lock_of(workspace))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise TrainingError(
            "The same training is already running.", "Wait for it, or stop it with Ctrl+C there."
        ) from None
    try:
        yield workspace
    finally:
        lock.release()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk_error(error) or TrainingError(
            "A file of the training could not be written.",
            "Check the permissions of the cache folder and of the folder for packs.",
        ) from error
