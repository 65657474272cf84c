"""The answer and its page in a window whose language runs from the right, or takes more room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeySequence, QTransform
from PySide6.QtWidgets import QStyleOptionMenuItem, QWidget

from desktop_app.domain import IndexPhase, IndexProgress
from desktop_app.translation import LANGUAGES, isolate, tr
from desktop_app.ui.drop import DropOverlay, Dropped
from desktop_app.ui.elided import ElidedLabel
from desktop_app.ui.hit_text import lay_out
from desktop_app.ui.key_menu import KeyMenu
from desktop_app.ui.narrowing import Narrowing
from desktop_app.ui.page_view import PageView
from desktop_app.ui.panes import Panes
from desktop_app.ui.preview_header import IconButton, PreviewHeader
from desktop_app.ui.preview_outline import OutlineLine, OutlinePopup
from desktop_app.ui.preview_steps import HitSteps
from desktop_app.ui.recall import Asked
from desktop_app.ui.recall_sheet import RecallSheet
from desktop_app.ui.results_quote import QuoteCard
from desktop_app.ui.results_wording import isolated, place_of, runs_right_to_left
from desktop_app.ui.side import margins
from desktop_app.ui.status import StatusLine
from desktop_app.ui.theme import Space, TextStyle
from desktop_app.ui.top_row import TopRow
from desktop_app.ui.wrapped import WrappedLabel, begin_at_own_side, plain_label
from tests.ui.samples import make_hits, make_result
from tests.ui.tongues import Longer, Written, speaking

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LEFT, RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
ARABIC = "يجب أن ينخفض استهلاك الطاقة"
PAGE = "ص {page}"


@pytest.fixture
def mirrored(qapp) -> Iterator[None]:
    qapp.setLayoutDirection(RIGHT)
    try:
        with speaking(
            Written({"p. {page}": PAGE, "{name} is gone.": "اختفى {name}."}), LANGUAGES["ar"]
        ):
            yield
    finally:
        qapp.setLayoutDirection(LEFT)


def test_a_name_keeps_to_itself_within_an_arabic_sentence(mirrored):
    assert tr("{name} is gone.", name="plan.pdf") == f"اختفى {isolate('plan.pdf')}."
    assert tr("{name} is gone.", name=ARABIC) == f"اختفى {ARABIC}."
    assert tr("{count} of 3", count=2) == "2 of 3"


def test_a_file_whose_name_begins_with_digits_is_named_as_it_is_while_it_is_read(mirrored, theme):
    line = StatusLine(theme)
    progress = IndexProgress(
        IndexPhase.READING, files_done=2, files_total=44, current="/mail/017.eml"
    )
    line.show_progress(progress, is_paused=False)
    assert line.sentence.endswith(isolate("017.eml"))


def test_a_line_runs_as_its_own_words_do_and_isolated_ones_as_the_interface(mirrored):
    english = next(each for each in make_hits() if each.passage.locator.page is not None)
    assert runs_right_to_left(place_of(english))
    assert runs_right_to_left(f"{isolated('Report')} / {isolated('Targets')}")
    assert runs_right_to_left(ARABIC)
    assert not runs_right_to_left(".94")
    assert not runs_right_to_left("p. 12")


def test_english_headings_run_on_in_an_english_window():
    assert not runs_right_to_left(f"{isolated(ARABIC)} / {isolated(ARABIC)}")
    assert isolated("Targets") == "Targets"


@pytest.mark.parametrize(("text", "is_from_right"), [(ARABIC, True), ("It must fall.", False)])
def test_a_passage_begins_at_its_own_side_in_every_window(theme, text, is_from_right):
    laid = lay_out(
        text,
        (),
        font=theme.font(TextStyle.PASSAGE),
        mark=theme.color("text"),
        width=500,
        lines=2,
        line_height=22,
    )
    line = laid.layout.lineAt(0).naturalTextRect()
    assert (line.left() > 100) is is_from_right
    assert (line.right() == pytest.approx(500, abs=2)) is is_from_right


def test_a_quoted_sentence_begins_at_its_own_side(mirrored, theme, qtbot):
    card = QuoteCard(theme)
    qtbot.addWidget(card)
    card._show(make_hits()[0], "It must fall.", "")
    said = card.text_shown
    assert said.endswith("”")
    laid = lay_out(
        said, (), font=theme.font(TextStyle.PASSAGE), mark=theme.color("text"),
        width=500, lines=2, line_height=22,
    )  # fmt: skip
    assert laid.layout.lineAt(0).naturalTextRect().left() == pytest.approx(0, abs=2)


def test_margins_are_reckoned_from_where_a_line_begins(mirrored, theme, qtbot):
    assert (margins(1, 2, 3, 4).left(), margins(1, 2, 3, 4).right()) == (3, 1)
    names = ("outline", "find", "zoom-out", "zoom-fit", "zoom-in", "copy", "reveal", "open")
    header = PreviewHeader(theme, dict.fromkeys(names, lambda: None))
    qtbot.addWidget(header)
    header.resize(480, 80)
    header.title.put("What the scores mean")
    header.show()
    assert header.title.geometry().right() + 1 == 480 - Space.L
    assert header.buttons["open"].geometry().left() == Space.S
    assert header.title.alignment() & Qt.AlignmentFlag.AlignRight


def test_keys_in_a_menu_and_a_tool_tip_are_read_as_they_are_typed(mirrored, theme, qtbot):
    menu = KeyMenu()
    qtbot.addWidget(menu)
    action = menu.addAction("تغيير الإعدادات")
    action.setShortcut(QKeySequence("Ctrl+,"))
    option = QStyleOptionMenuItem()
    menu.initStyleOption(option, action)
    assert option.text == f"تغيير الإعدادات\t{isolate('Ctrl+,')}"
    bare = menu.addAction("المظهر")
    menu.initStyleOption(option, bare)
    assert option.text == "المظهر"
    button = IconButton(theme, "zoom-in", "تكبير", "Ctrl++")
    qtbot.addWidget(button)
    assert button.toolTip() == f"تكبير ({isolate('Ctrl++')})"


def test_keys_in_a_menu_from_the_left_are_those_that_qt_writes(qtbot):
    menu = KeyMenu()
    qtbot.addWidget(menu)
    action = menu.addAction("Settings")
    action.setShortcut(QKeySequence("Ctrl+,"))
    option = QStyleOptionMenuItem()
    menu.initStyleOption(option, action)
    assert option.text == "Settings\tCtrl+,"


@pytest.mark.parametrize(("text", "is_from_right"), [(ARABIC, True), ("It must fall.", False)])
@pytest.mark.parametrize("window", [LEFT, RIGHT])
@pytest.mark.usefixtures("theme")
def test_an_excerpt_to_be_ticked_begins_at_its_own_side(qapp, qtbot, window, text, is_from_right):
    qapp.setLayoutDirection(window)
    try:
        label = WrappedLabel("caption")
        qtbot.addWidget(label)
        label.resize(500, 40)
        label.put(text)
        begin_at_own_side(label)
        picture = label.grab().toImage()
    finally:
        qapp.setLayoutDirection(LEFT)
    ground = picture.pixelColor(250, 1)
    inked = [
        x
        for x in range(picture.width())
        if any(picture.pixelColor(x, y) != ground for y in range(picture.height()))
    ]
    assert (min(inked) > 250) is is_from_right
    assert (max(inked) < 250) is not is_from_right


def test_what_points_is_mirrored_and_the_rest_is_not(qapp, theme):
    def drawn(name):
        return theme.pixmap(name, size=16).toImage()

    before = {name: drawn(name) for name in ("chevron-left", "sidebar", "search", "close")}
    qapp.setLayoutDirection(RIGHT)
    try:
        turned = QTransform.fromScale(-1, 1)
        for name in ("chevron-left", "sidebar"):
            assert drawn(name) == before[name].transformed(turned)
            assert drawn(name) != before[name]
        assert all(drawn(name) == before[name] for name in ("search", "close"))
    finally:
        qapp.setLayoutDirection(LEFT)


def test_a_label_that_is_shortened_begins_where_the_window_does(qtbot, theme):
    ground = QWidget()
    qtbot.addWidget(ground)
    label = ElidedLabel(ground)
    assert label.alignment() & Qt.AlignmentFlag.AlignLeft
    ground.setLayoutDirection(RIGHT)
    assert label.alignment() & Qt.AlignmentFlag.AlignRight
    assert label.alignment() & Qt.AlignmentFlag.AlignAbsolute


def test_the_sheet_leaves_the_library_alone_at_its_side(mirrored, theme, qtbot):
    library, answer, preview = QWidget(), QWidget(), QWidget()
    panes = Panes(theme, library, answer, preview)
    qtbot.addWidget(panes)
    panes.resize(900, 600)
    panes.show()
    qtbot.waitExposed(panes)
    panes.open_preview()
    begins = library.mapTo(panes, library.rect().topLeft()).x()
    assert begins > 600
    assert panes._sheet.geometry().left() == 0
    assert panes._sheet.geometry().right() < begins


def test_the_outline_comes_up_below_the_beginning_of_its_button(mirrored, theme, qtbot):
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(700, 500)
    button = QWidget(ground)
    button.setGeometry(100, 20, 30, 30)
    ground.show()
    qtbot.waitExposed(ground)
    popup = OutlinePopup(theme, ground)
    popup.show_lines([OutlineLine(1, "Why this?", "12")])
    popup.present(button, 0)
    assert popup.x() == button.mapToGlobal(button.rect().topLeft()).x()
    line = popup.tree.topLevelItem(0)
    assert line is not None
    assert line.text(0) == isolate("Why this?")
    popup.close()


def test_the_sheet_of_earlier_questions_ends_where_the_box_begins(mirrored, theme, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 500)
    box = QWidget(window)
    box.setGeometry(320, 10, 200, 40)
    window.show()
    qtbot.waitExposed(window)
    sheet = RecallSheet(theme, box, window)
    sheet.show_asked((), (Asked("Which files?"),))
    assert sheet.geometry().right() == box.geometry().right()
    assert sheet.width() > box.width()


def test_the_reasons_of_a_hit_stand_as_far_in_from_the_right(mirrored, view):
    view.show_result(make_result("a question"))
    list_ = view.list
    row = QRect(0, 40, list_.viewport().width(), 100)
    list_.reasons.present(make_hits()[0], row, list_.viewport())
    sheet = list_.reasons
    end = list_.viewport().mapTo(view.window(), row.topRight()).x()
    assert sheet.geometry().right() == end - Space.XXL
    sheet.hide()


@pytest.mark.parametrize(("direction", "folding"), [(LEFT, "Left"), (RIGHT, "Right")])
def test_a_document_is_folded_by_the_arrow_that_points_back(qtbot, view, direction, folding):
    view.setLayoutDirection(direction)
    view.list.setLayoutDirection(direction)
    back = {"Left": Qt.Key.Key_Left, "Right": Qt.Key.Key_Right}
    view.show_result(make_result("a question", make_hits()))
    view.group(is_grouped=True)
    view.list.select_hit(view.hits[0])
    qtbot.keyClick(view.list, back[folding])
    assert view.list.hits.is_folded(view.hits[0])
    other = next(key for name, key in back.items() if name != folding)
    qtbot.keyClick(view.list, other)
    assert not view.list.hits.is_folded(view.hits[0])


def test_paper_moves_with_its_scroll_bar(mirrored, theme, qtbot):
    pages = PageView(theme)
    qtbot.addWidget(pages)
    assert pages.layoutDirection() == RIGHT
    assert pages.horizontalScrollBar().layoutDirection() == LEFT


@pytest.mark.parametrize("width", [480, 800, 1280])
def test_a_long_sentence_of_a_drop_moves_the_words_below_it(theme, qtbot, width):
    with speaking(Longer()):
        window = QWidget()
        qtbot.addWidget(window)
        window.resize(width, 600)
        overlay = DropOverlay(theme, window)
        overlay.present()
        overlay.name(Dropped((Path("a long name of a model"),), tuple(map(Path, "abc")), 1))
        card, sentence, note = overlay.places()
    assert sentence.bottom() < note.top()
    assert card.contains(sentence)
    assert card.contains(note)
    assert window.rect().contains(card)


@pytest.mark.parametrize("width", [480, 800])
def test_long_filters_leave_the_row_to_the_question(theme, qtbot, width):
    with speaking(Longer()):
        top = TopRow(theme)
        qtbot.addWidget(top)
        top.narrowing.narrow(Narrowing("", "Notes and plain text", "Last 12 months"))
        top.resize(width, 64)
        top.show()
        qtbot.waitExposed(top)
        qtbot.waitUntil(lambda: top.question.width() > width / 2)
        assert top.minimumSizeHint().width() <= 480
        assert top.narrowing.toolTip() == top.narrowing.narrowing.sentence


def test_what_does_not_fit_below_a_preview_is_shortened(theme, qtbot):
    with speaking(Longer()):
        steps = HitSteps(theme)
        qtbot.addWidget(steps)
        steps.resize(320, 40)
        steps.show_position(8, 11)
        steps.show()
        qtbot.waitExposed(steps)
    assert steps.label.text().startswith("8 of 11")
    assert steps.label.text().endswith("…")
    assert steps.rect().contains(steps.next_button.geometry())


def test_what_fits_below_a_preview_stands_between_its_buttons(theme, qtbot):
    steps = HitSteps(theme)
    qtbot.addWidget(steps)
    steps.resize(640, 40)
    steps.show_position(8, 11)
    steps.show()
    qtbot.waitExposed(steps)
    assert steps.label.text() == "8 of 11 passages in this document"
    assert steps.next_button.x() - steps.label.geometry().right() < Space.L
    assert steps.label.geometry().center().x() == pytest.approx(320, abs=2)


def test_every_line_of_a_wrapped_text_begins_at_the_same_edge(mirrored, qtbot):
    ground = QWidget()
    qtbot.addWidget(ground)
    label = plain_label("", ground)
    label.setText(f"{ARABIC} {ARABIC} {ARABIC}\n{ARABIC}")
    label.resize(240, label.heightForWidth(240))
    image = label.grab().toImage()
    paper = image.pixel(0, 0)
    rows = [
        max((x for x in range(240) if image.pixel(x, y) != paper), default=0)
        for y in range(image.height())
    ]
    line = label.fontMetrics().lineSpacing()
    ends = [max(rows[top : top + line]) for top in range(0, len(rows) - line + 1, line)]
    assert len(ends) >= 3
    assert max(ends) - min(ends) <= 2
