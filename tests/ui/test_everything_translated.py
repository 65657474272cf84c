"""The whole window in a language that puts every text into brackets: nothing stands outside."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtGui import QFontMetrics, QPainter, QTextLayout
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.translation import LANGUAGES
from desktop_app.ui import hit_text
from tests.ui.fakes import FakeSession
from tests.ui.overheard import left_in_english, said_by, texts_in
from tests.ui.samples import SAMPLES
from tests.ui.scenes import QUESTION, SCENES, Scene
from tests.ui.tongues import speaking

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

_NAMES = (
    "Lectern", "Python", "CPU",
    # What the samples do on the way.
    QUESTION, "a.part", *(f"paper {number}.pdf" for number in range(1021)),
    *(each.name for each in LANGUAGES.values()),
    # Of Qt's own button, which is in Qt's catalogs.
    "Close",
)  # fmt: skip
"""What is the same in every language."""


class _Bracketed(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture(autouse=True)
def _in_brackets() -> Iterator[None]:
    with speaking(_Bracketed()):
        yield


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Collects what delegates and widgets of ours paint themselves."""
    texts: list[tuple[str, str]] = []
    draw: Callable[..., object] = QPainter.drawText
    elide: Callable[..., str] = QFontMetrics.elidedText

    def draw_text(self: QPainter, *arguments: object) -> object:
        texts.extend(("painted", each) for each in arguments if isinstance(each, str))
        return draw(self, *arguments)

    def elided_text(self: QFontMetrics, text: str, *arguments: object) -> str:
        texts.append(("elided", text))
        return str(elide(self, text, *arguments))

    class Layout(QTextLayout):
        def __init__(self, text: str, *arguments: Any) -> None:
            texts.append(("laid out", text))
            super().__init__(text, *arguments)

    monkeypatch.setattr(QPainter, "drawText", draw_text)
    monkeypatch.setattr(QFontMetrics, "elidedText", elided_text)
    monkeypatch.setattr(hit_text, "QTextLayout", Layout)
    return texts


def own_of(session: FakeSession) -> list[str]:
    """Give the texts that are the user's: longest first, so that none is cut by another."""
    values = (
        SAMPLES, session.documents, session.roots(), session.packs(), session.pack_use(),
        session.health(), session.own.kept, session.own.listed, session.pages.lines,
    )  # fmt: skip
    # Codes of languages are parts of many words.
    found = {each for each in texts_in(values) if len(each) > 2 or not each.isascii()}
    return sorted(found, key=len, reverse=True)


def leftovers(tops: list[QWidget], own: list[str], painted: list[tuple[str, str]]) -> list[str]:
    """Give what is said or painted and neither translated nor the user's."""
    texts = {*painted, *(each for top in tops for each in said_by(top))}
    found = [(place, text, left_in_english(text, (*_NAMES, *own))) for place, text in texts]
    return sorted(f"{place}: {left!r} in {text!r}" for place, text, left in found if left)


@pytest.mark.parametrize("scene", SCENES, ids=lambda each: each.__name__)
def test_every_state_of_the_window_is_said_in_the_language(
    qtbot, session, opened, painted, scene: Scene
):
    states = 0
    for _ in scene(qtbot, opened, session):
        states += 1
        opened.grab()
        tops = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
        assert leftovers([opened, *tops], own_of(session), painted) == [], f"state {states}"
        painted.clear()
    assert states


def test_the_first_page_is_said_in_the_language(qtbot, make_window, painted):
    session = FakeSession((), steps=1)
    window = make_window(lambda: session)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    qtbot.waitUntil(window.first_run.choices.isVisible)
    window.grab()
    assert leftovers([window], own_of(session), painted) == []


def test_a_text_outside_the_catalog_is_found(opened):
    opened.status._sentence.put("Nothing in the library yet")
    opened.top.question.edit.setPlaceholderText("⟦Ask⟧ your documents")
    found = leftovers([opened], [], [("painted", "⟦3 files⟧ · Deleted")])
    assert any("Nothing in the library" in each for each in found)
    assert any("'your documents'" in each for each in found)
    assert any("'·  Deleted'" in each or "Deleted" in each for each in found)
