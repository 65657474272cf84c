"""How the main states of the window look, compared with pictures of them that are kept.

The window writes in a font of boxes here (``plain_font``), so what is compared is where
everything stands and in which color, on any machine. ``--renew-looks`` keeps new pictures.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from gettext import NullTranslations
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QLocale, QPoint, Qt
from PySide6.QtGui import QCursor, QFont, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QApplication

from desktop_app.settings import resources_dir
from desktop_app.translation import LANGUAGES
from desktop_app.ui import settings_page
from desktop_app.ui import theme as theme_module
from desktop_app.ui.theme import COLORS, Role, Scheme, TextStyle, Theme
from tests.ui.looks import KEPT, cells_of, explain, is_alike, keep, kept
from tests.ui.plain_font import FAMILY, Face, make_font
from tests.ui.states import HEIGHT, STATES, WIDTH, answer, picture_of
from tests.ui.tongues import speaking

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support"),
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="the kept pictures are of Linux"
    ),
]

OTHER = "Lectern Other Plain"
LEFT, RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


@pytest.fixture(scope="module")
def _plain_fonts(qapp) -> Iterator[None]:
    others = (Face(inset=70, lift=15), Face(700, 40, 15))
    made = [(FAMILY, Face()), (FAMILY, Face(700, 30))]
    numbers = [
        QFontDatabase.addApplicationFontFromData(QByteArray(make_font(face, family)))
        for family, face in (*made, *((OTHER, each) for each in others))
    ]
    assert min(numbers) >= 0
    yield
    for number in numbers:
        QFontDatabase.removeApplicationFont(number)


class PlainTheme(Theme):
    """Writes in boxes, and lets no setting of the system's round their widths."""

    family = FAMILY

    def _made_font(self, style: TextStyle, *, strong: bool, tabular: bool) -> QFont:
        font = super()._made_font(style, strong=strong, tabular=tabular)
        font.setFamilies([self.family])
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font


@pytest.fixture
def theme(qapp: QApplication, _plain_fonts, monkeypatch) -> Iterator[PlainTheme]:
    flash, locale, font = qapp.cursorFlashTime(), QLocale(), qapp.font()
    qapp.setCursorFlashTime(0)
    # The settings name the system's language, whose name is longer or shorter.
    monkeypatch.setattr(settings_page, "system_language", lambda: "en")
    QLocale.setDefault(QLocale("en_US"))
    # A pointer that happens to stand in the window would light up what is under it.
    QCursor.setPos(qapp.primaryScreen().geometry().bottomRight())
    made = PlainTheme(qapp, resources_dir() / "icons")
    made.choose(Scheme.LIGHT)
    yield made
    made.deleteLater()
    QLocale.setDefault(locale)
    qapp.setFont(font)
    qapp.setCursorFlashTime(flash)


def check_look(request: pytest.FixtureRequest, name: str, picture: QImage, folder: Path) -> None:
    seen = cells_of(picture)
    if request.config.getoption("--renew-looks"):
        keep(name, seen)
    if not is_alike(seen, kept(name)):
        pytest.fail(explain(name, picture, folder))


@pytest.mark.parametrize("name", STATES)
def test_a_state_looks_as_it_did(request, qtbot, make_window, tmp_path, name):
    window = STATES[name](qtbot, make_window)
    check_look(request, name, picture_of(qtbot, window), tmp_path)


@pytest.mark.parametrize("scheme", [Scheme.DARK, Scheme.CONTRAST])
def test_an_answer_looks_as_it_did_in_other_colors(  # noqa: PLR0917  # fixtures
    request, qtbot, theme, make_window, tmp_path, scheme
):
    theme.choose(scheme)
    window = answer(qtbot, make_window)
    check_look(request, f"answer-{scheme.value}", picture_of(qtbot, window), tmp_path)


def test_an_answer_looks_as_it_did_from_the_right(request, qtbot, qapp, make_window, tmp_path):
    qapp.setLayoutDirection(RIGHT)
    try:
        with speaking(NullTranslations(), LANGUAGES["ar"]):
            window = answer(qtbot, make_window)
            check_look(request, "answer-from-the-right", picture_of(qtbot, window), tmp_path)
    finally:
        qapp.setLayoutDirection(LEFT)


@pytest.mark.parametrize("name", ["files", "settings"])
def test_colors_that_were_changed_and_changed_back_leave_no_trace(qtbot, theme, make_window, name):
    window = STATES[name](qtbot, make_window)
    before = picture_of(qtbot, window)
    theme.choose(Scheme.DARK)
    dark = picture_of(qtbot, window)
    assert dark != before
    theme.choose(Scheme.LIGHT)
    assert picture_of(qtbot, window) == before
    theme.choose(Scheme.DARK)
    assert picture_of(qtbot, window) == dark


# ------------------------------------------------- what the comparison can tell


def _swapped_inks(window, theme, patch):
    swapped = {**COLORS, Role.TEXT: COLORS[Role.MUTED], Role.MUTED: COLORS[Role.TEXT]}
    patch.setattr(theme_module, "COLORS", swapped)
    theme._apply()


def _faint_ink(window, theme, patch):
    patch.setattr(theme_module, "COLORS", {**COLORS, Role.MUTED: COLORS[Role.FIELD_EDGE]})
    theme._apply()


def _wider_pane(window, theme, _patch):
    splitter = window.panes._splitter
    first, second, third = splitter.sizes()
    splitter.setSizes([first + 24, second - 24, third])


def _missing_pane(window, theme, _patch):
    window.panes.toggle_library()


def _missing_quotation(window, theme, _patch):
    window.results.quote.hide()


def _missing_count(window, theme, _patch):
    window.preview.steps.hide()


def _missing_box(window, theme, _patch):
    window.preview.page_view.refine_marks(())


def _missing_words(window, theme, _patch):
    window.status._sentence.hide()


def _missing_word(window, theme, _patch):
    window.preview.header.place.hide()


def _missing_status(window, theme, _patch):
    window.status.hide()


CHANGES = [
    _swapped_inks, _faint_ink, _wider_pane, _missing_pane, _missing_quotation, _missing_count,
    _missing_box, _missing_words, _missing_word, _missing_status,
]  # fmt: skip


def test_every_real_change_of_a_look_is_told(qtbot, theme, make_window, monkeypatch):
    window = answer(qtbot, make_window)
    before = cells_of(picture_of(qtbot, window))
    untold = []
    for change in CHANGES:
        change(window, theme, monkeypatch)
        after = cells_of(picture_of(qtbot, window))
        if is_alike(after, before):
            untold.append(change.__name__)
        before = after
    assert untold == []


def test_letters_of_a_slightly_other_shape_look_the_same(qtbot, theme, make_window):
    window = answer(qtbot, make_window)
    before = picture_of(qtbot, window)
    theme.family = OTHER
    theme._fonts.clear()
    theme._apply()
    after = picture_of(qtbot, window)
    assert after != before
    assert is_alike(cells_of(after), cells_of(before))


@pytest.mark.parametrize(("across", "down"), [(2, 0), (0, 2), (-1, -2)])
def test_a_picture_may_be_moved_by_two_pixels_but_not_by_sixteen(across, down):
    image = QImage(str(KEPT / "answer.png")).scaled(WIDTH, HEIGHT)
    before = cells_of(image)
    for times, is_same in ((1, True), (8, False)):
        moved = image.copy()
        with QPainter(moved) as painter:
            painter.drawImage(QPoint(across * times, down * times), image)
        assert is_alike(cells_of(moved), before) is is_same


def test_a_look_that_has_changed_is_shown_beside_the_former_one(qtbot, make_window, tmp_path):
    window = answer(qtbot, make_window)
    window.panes.toggle_library()
    said = explain("answer", picture_of(qtbot, window), tmp_path)
    assert str(tmp_path / "answer-seen.png") in said
    assert "--renew-looks" in said
    seen, expected = QImage(str(tmp_path / "answer-seen.png")), tmp_path / "answer-expected.png"
    assert seen.width() == window.width() * window.devicePixelRatio()
    assert QImage(str(expected)).width() == WIDTH


def test_a_picture_of_another_size_and_one_without_a_former_one_are_told():
    small = np.zeros((10, 10, 3), np.uint8)
    assert not is_alike(small, np.zeros((10, 11, 3), np.uint8))
    assert not is_alike(small, kept("no such state"))
