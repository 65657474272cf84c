"""The user's own questions with the right passages, and how well they are answered."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.passages import Passage


@dataclass(frozen=True, slots=True)
class RightPassage:
    """A passage that answers a question: where it stands, to be known again later.

    ``start:end`` are characters of the document's text, as in ``Locator``, so that it is
    recognized also when documents are cut into other passages. ``name`` is shown: the file
    or title.
    """

    content_hash: str
    start: int
    end: int
    page: int | None
    name: str

    def is_in(self, passage: Passage) -> bool:
        """Say whether a passage holds half of it, or lies in it by half of its own length."""
        if passage.content_hash != self.content_hash:
            return False
        start, end = passage.locator.start, passage.locator.end
        shared = min(self.end, end) - max(self.start, start)
        return shared > 0 and 2 * shared >= min(self.end - self.start, end - start)


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question of the user; without ``right`` nothing that was found had the answer."""

    question_id: str
    text: str
    right: tuple[RightPassage, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnStage:
    """How one stage answered: by question the rank of the first right passage, 0 for none."""

    name: str
    ranks: tuple[int, ...]

    @property
    def among_five(self) -> int:
        """Of how many questions the right passage stood among the first five."""
        return sum(0 < rank <= 5 for rank in self.ranks)  # noqa: PLR2004 - Recall@5


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """How well one pack answers the own questions, in the order of ``question_ids``.

    ``stages`` are in the order of the search; the last is what a user is shown.
    """

    pack: str
    question_ids: tuple[str, ...]
    stages: tuple[OwnStage, ...]


@dataclass(frozen=True, slots=True)
class OwnPack:
    """An installed pack that could answer: ``is_ready`` when no passage lacks its vector.

    ``seconds`` is what the missing vectors would take, None where nobody knows.
    """

    name: str
    title: str
    is_ready: bool
    is_answering: bool
    seconds: float | None


@dataclass(frozen=True, slots=True)
class OwnProgress:
    """How far counting is: questions asked of all; ``figures`` once it is done."""

    asked: int
    total: int
    figures: OwnFigures | None = None
