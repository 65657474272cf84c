"""Own questions without a library: kept in memory, figures made up, a gate between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from desktop_app.domain import IsCancelled, never_cancelled
from desktop_app.domain.own import OwnFigures, OwnPack, OwnProgress, OwnQuestion, OwnStage
from desktop_app.errors import LecternError
from tests.ui.gates import Gate


class FakeOwn:
    """Implements ``session.OwnQuestions``.

    ``ranks`` are by stage the ranks of the first right passages, repeated as needed; ``gate``
    stands before each question that is asked; ``error`` is raised by every method if set.
    """

    def __init__(self) -> None:
        self.kept: tuple[OwnQuestion, ...] = ()
        self.listed = (
            OwnPack("starter", "Starter", True, True, 0.0),
            OwnPack("bge-m3", "BGE-M3", False, False, 10_800.0),
        )
        self.ranks: dict[str, tuple[int, ...]] = {
            "fulltext": (1, 0, 7, 2, 0),
            "dense": (2, 4, 0, 1, 0),
            "fused": (1, 3, 6, 1, 0),
            "reranked": (1, 1, 2, 1, 0),
        }
        self.gate = Gate()
        self.error: LecternError | None = None
        self.exported: list[Path] = []
        self.measured: list[str] = []

    def questions(self) -> tuple[OwnQuestion, ...]:
        """Return what is kept."""
        if self.error:
            raise self.error
        return self.kept

    def keep(self, questions: Sequence[OwnQuestion]) -> None:
        """Keep in memory."""
        if self.error:
            raise self.error
        self.kept = tuple(questions)

    def packs(self) -> tuple[OwnPack, ...]:
        """List what ``listed`` holds."""
        return self.listed

    def measure(
        self, pack: str, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[OwnProgress]:
        """Ask each question through the gate, then give the made-up ranks."""
        self.measured.append(pack)
        if self.error:
            raise self.error
        count = len(self.kept)
        for asked in range(count):
            self.gate.wait(is_cancelled)
            if is_cancelled():
                return
            yield OwnProgress(asked, count)
        stages = tuple(
            OwnStage(name, tuple(ranks[place % len(ranks)] for place in range(count)))
            for name, ranks in self.ranks.items()
        )
        ids = tuple(each.question_id for each in self.kept)
        yield OwnProgress(count, count, OwnFigures(pack, ids, stages))

    def export(self, folder: Path) -> int:
        """Note the folder."""
        if self.error:
            raise self.error
        self.exported.append(folder)
        return 18_360
