"""How the speed of a model becomes known while files are still being read."""

from __future__ import annotations

from typing import Any

from desktop_app.domain import Locator, Passage, never_cancelled
from desktop_app.indexing.foretaste import Foretaste
from tests.unit.indexing.fakes import FakeLibrary, FakeModel


def library_with(passages: int) -> Any:
    library = FakeLibrary()
    for text in map(str, range(passages)):
        passage = Passage(text, text, 0, text, "", (), "en", Locator(None, (), 0, len(text)))
        library.texts[text] = passage
    return library


def ready_model(poison: tuple[str, ...]) -> Any:
    model = FakeModel(poison)
    model.is_ready = True
    return model


class Desk:
    """A library with many passages, a model that is ready, and a clock."""

    def __init__(self, poison: tuple[str, ...] = ()) -> None:
        self.library = library_with(100)
        self.model = ready_model(poison)
        self.now = self.speed = 0.0
        self.foretaste = Foretaste(
            self.library,
            self.model,
            tokens_per_second=lambda: self.speed,
            clock=lambda: self.now,
        )

    def take(self, at: float) -> int:
        """Return how many vectors there are once a file was read at this second."""
        self.now = at
        for _ in self.foretaste.beside(iter([None]), is_cancelled=never_cancelled):
            pass
        return len(self.library.vectors)


def test_a_little_is_embedded_once_when_reading_takes_long_and_its_vectors_stay():
    desk = Desk()
    assert desk.take(at=1.0) == 0
    some = desk.take(at=60.0)
    assert 0 < some < 100
    assert desk.take(at=120.0) == some


def test_a_model_that_has_answered_nobody_yet_is_waited_for_where_reading_takes_long():
    desk = Desk()
    desk.model.is_ready = False
    assert desk.take(at=10.0) == 0
    desk.model.is_ready = True
    assert desk.take(at=11.0) > 0
    unasked = Desk()
    unasked.model.is_ready = False
    assert unasked.take(at=19.0) == 0
    assert unasked.take(at=20.0) > 0


def test_where_nothing_is_stored_yet_it_looks_again_later():
    desk = Desk()
    texts, desk.library.texts = desk.library.texts, {}
    assert desk.take(at=10.0) == 0
    desk.library.texts = texts
    assert desk.take(at=11.0) == 0
    assert desk.take(at=20.0) > 0


def test_a_speed_that_is_known_needs_no_look():
    desk = Desk()
    desk.speed = 1000.0
    assert desk.take(at=60.0) == 0


def test_a_model_that_fails_does_not_stop_the_reading():
    desk = Desk(poison=("",))
    assert desk.take(at=60.0) == 0
    assert desk.take(at=61.0) == 0


def test_without_a_model_there_is_only_the_reading():
    foretaste = Foretaste(library_with(1), None, tokens_per_second=lambda: 0.0)
    assert len(list(foretaste.beside(iter([None] * 3), is_cancelled=never_cancelled))) == 3
