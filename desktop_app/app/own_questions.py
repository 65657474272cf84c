"""The user's own questions in an opened library: kept, asked of its packs, taken along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain import IsCancelled, never_cancelled
from desktop_app.domain.own import OwnPack, OwnProgress, OwnQuestion
from desktop_app.errors import ModelError
from desktop_app.inference.opening import make_model
from desktop_app.inference.packs import Pack, find_pack, list_packs, vector_space
from desktop_app.settings import Settings, resources_dir
from desktop_app.store.own_questions import read_own_questions, write_own_questions

if TYPE_CHECKING:
    from desktop_app.app.packs_in_use import PacksInUse
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.store.library import Library


class LocalOwnQuestions:
    """Implements ``session.OwnQuestions``; owns nothing, so it may be made anew each time.

    A pack that does not answer gets a process of its own for as long as it is measured.
    """

    def __init__(self, library: Library, settings: Settings, packs: PacksInUse) -> None:
        self._library, self._settings, self._packs = library, settings, packs

    def questions(self) -> tuple[OwnQuestion, ...]:
        """Return the questions in the order in which they were entered."""
        return read_own_questions(self._library.directory)

    def keep(self, questions: Sequence[OwnQuestion]) -> None:
        """Replace the questions."""
        write_own_questions(self._library.directory, questions)

    def packs(self) -> tuple[OwnPack, ...]:
        """List the installed packs, the one that answers first; broken ones are left out."""
        with self._packs.answering() as seat:
            answering = seat.pack if seat else None
        found = []
        if answering is not None:
            found.append(self._listed(answering, is_answering=True))
        packs_dir, resources = self._settings.packs_dir, resources_dir()
        for listing in list_packs(packs_dir=packs_dir, resources_dir=resources):
            if not listing.is_installed or (answering and listing.name == answering.name):
                continue
            try:
                pack = find_pack(listing.name, packs_dir=packs_dir, resources_dir=resources)
            except ModelError:
                continue
            found.append(self._listed(pack, is_answering=False))
        return tuple(found)

    def measure(
        self, pack: str, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[OwnProgress]:
        """Ask all questions with a pack whose vectors are there; the last has ``figures``."""
        from desktop_app.evaluation.own import figures_of, measure_own

        questions = self.questions()
        total = len(questions)
        with self._model_of(pack) as (found, model):
            for done in measure_own(
                questions,
                library=self._library,
                pack=found,
                model=model,
                settings=self._settings,
                is_cancelled=is_cancelled,
            ):
                figures = figures_of(done.report) if done.report is not None else None
                yield OwnProgress(done.asked, total, figures)

    def export(self, folder: Path) -> int:
        """Write questions and passages as a collection; returns the number of passages."""
        from desktop_app.evaluation.own import export_own

        return export_own(self.questions(), self._library, folder)

    @contextmanager
    def _model_of(self, name: str) -> Iterator[tuple[Pack, ModelProcess]]:
        from desktop_app.evaluation.own import require_vectors

        with self._packs.answering() as seat:
            if seat is not None and seat.pack.name == name:
                yield seat.pack, seat.model
                return
        packs_dir = self._settings.packs_dir
        pack = find_pack(name, packs_dir=packs_dir, resources_dir=resources_dir())
        require_vectors(self._library, pack)
        with closing(make_model(pack, self._settings)) as model:
            yield pack, model

    def _listed(self, pack: Pack, *, is_answering: bool) -> OwnPack:
        is_ready = self._library.coverage(vector_space(pack)).is_complete
        return OwnPack(
            name=pack.name,
            title=pack.title,
            is_ready=is_ready or is_answering,
            is_answering=is_answering,
            seconds=0.0 if is_ready else self._packs.seconds_to_prepare(pack),
        )
