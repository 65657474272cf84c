"""One row of the answer: what a paint costs, what it shows, and its words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics

from desktop_app.ui.hit_delegate import LINE_HEIGHT
from desktop_app.ui.hit_text import lay_out
from desktop_app.ui.results_snippet import cut_snippet, utf16_spans
from desktop_app.ui.results_states import ResultsState
from desktop_app.ui.results_wording import figure_of, glyph_of, isolated, page_label, sentence_of
from desktop_app.ui.theme import Role, Scheme, TextStyle
from tests.ui.samples import SAMPLES, SHEET, SLIDES, make_hits, make_passage, make_result

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HITS = make_hits()


# ------------------------------------------------------------------- painting


def thousand():
    sample = HITS[0]
    return tuple(
        replace(
            sample,
            rank=number,
            passage=make_passage(f"Passage {number}. {sample.passage.text}", ordinal=number),
        )
        for number in range(1, 1001)
    )


def visible_rows(view):
    shown = view.list.viewport().rect()
    rows = range(view.list.hits.rowCount())
    return [
        row for row in rows if view.list.visualRect(view.list.hits.index(row)).intersects(shown)
    ]


def test_a_paint_lays_out_only_the_rows_that_are_seen_and_each_only_once(view):
    view.show_result(make_result("a question", thousand()))
    delegate = view.list.delegate
    delegate._texts.clear()
    delegate.layouts_made = 0
    view.grab()
    seen = len(visible_rows(view))
    assert 2 <= seen < 12
    assert delegate.layouts_made == seen
    view.grab()
    assert delegate.layouts_made == seen


def test_scrolling_through_a_thousand_hits_keeps_a_bounded_number_of_layouts(view):
    view.show_result(make_result("a question", thousand()))
    bar = view.list.verticalScrollBar()
    for value in range(0, bar.maximum() // 5, 400):
        bar.setValue(value)
        view.grab()
    assert view.list.delegate.layouts_made > 140
    assert len(view.list.delegate._texts) <= 128


def test_every_row_has_the_same_height_and_a_wide_list_needs_fewer_lines(view):
    view.show_result(make_result("a question"))
    heights = {view.list.visualRect(view.list.hits.index(row)).height() for row in range(9)}
    assert len(heights) == 1
    narrow = heights.pop()
    view.resize(900, 700)
    view.grab()
    wide = view.list.visualRect(view.list.hits.index(0)).height()
    assert narrow - wide == LINE_HEIGHT


@pytest.mark.parametrize("scheme", list(Scheme))
def test_every_script_and_type_is_painted_in_every_scheme(view, theme, scheme):
    theme.choose(scheme)
    view.resize(560, 1400)
    view.show_result(make_result("a question"))
    view.list.setCurrentIndex(view.list.hits.index(8))
    image = view.grab().toImage()
    ground = theme.color(Role.GROUND).name()
    for row in range(8):
        rect = view.list.visualRect(view.list.hits.index(row))
        top = view.list.viewport().mapTo(view, rect.topLeft()).y()
        for first, last in ((40, 60), (60, 100), (420, 550)):
            area = image.copy(first, top + 12, last - first, 24)
            colors = {
                area.pixelColor(x, y).name()
                for x in range(area.width())
                for y in range(area.height())
            }
            assert len(colors - {ground}) > 3, f"row {row} is empty from {first} to {last}"
    theme.choose(None)


def test_a_marked_word_is_painted_on_amber(view, theme):
    text = "word " * 3 + "target " + "word " * 5
    passage = make_passage(text)
    hit = replace(HITS[0], passage=passage, highlights=((15, 21),))
    view.show_result(make_result("a question", (hit, HITS[1])))
    view.list.setCurrentIndex(view.list.hits.index(1))
    image = view.grab().toImage()
    font = theme.font(TextStyle.PASSAGE)
    metrics = QFontMetrics(font)
    top = view.list.viewport().mapTo(view, QPoint(0, 12 + 20 + 18 + 4 + 3)).y()
    inside = 40 + metrics.horizontalAdvance("word word word ") + 1
    before = 40 + metrics.horizontalAdvance("word word word") + 1
    blend = image.pixelColor(inside, top)
    plain = image.pixelColor(before, top)
    assert plain == theme.color(Role.GROUND)
    assert blend.blue() < plain.blue() - 30, "no amber under the marked word"


# ------------------------------------------------------------------- text and words


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "字" * 5000,
        "🎉" * 3000,
        "كلمة " * 900,
        "word, " * 900,
        "a\n\n\tb" * 400,
        "",
        "…" * 50,
    ],
)
@pytest.mark.parametrize("width", [1, 40, 480])
def test_any_text_ends_within_its_lines(qapp, theme, text, width):
    made = lay_out(
        text,
        ((0, 3), (4, 9)),
        font=theme.font(TextStyle.PASSAGE),
        mark=theme.color(Role.HIGHLIGHT),
        width=width,
        lines=3,
        line_height=22,
    )
    assert made.layout.lineCount() <= 3
    if len(text) > 2000 and width > 20:
        assert made.layout.text().endswith("…")


@given(
    text=st.text(alphabet="ab 字🎉.\n", max_size=300),
    marks=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4),
    characters=st.integers(5, 120),
)
def test_marks_of_a_snippet_cover_the_words_they_covered_in_the_text(text, marks, characters):
    spans = sorted({(min(pair), max(pair)) for pair in marks if min(pair) < max(pair) <= len(text)})
    snippet = cut_snippet(text, spans, characters=characters)
    assert len(snippet.text) <= characters + 3
    marked_before = "".join(text[start:end] for start, end in spans).split()
    for start, end in snippet.spans:
        assert 0 <= start < end <= len(snippet.text)
        for word in snippet.text[start:end].split():
            assert any(word in before or before in word for before in marked_before)
    for (start, length), (begin, end) in zip(
        utf16_spans(snippet.text, snippet.spans), snippet.spans, strict=True
    ):
        units = snippet.text.encode("utf-16-le")[2 * start : 2 * (start + length)]
        assert units.decode("utf-16-le") == snippet.text[begin:end]


def test_a_mark_at_the_end_of_a_text_that_does_not_fit_is_shown():
    text = "The tenant pays the rent. " * 6 + "A notice by electronic mail is not valid."
    start = text.index("electronic mail")
    snippet = cut_snippet(text, ((start, start + 15),), characters=len(text))
    [(begin, end)] = snippet.spans
    assert snippet.text[begin:end] == "electronic mail"
    assert end <= len(text) // 2  # about half of what is cut is shown


def test_a_snippet_begins_at_the_sentence_of_its_first_mark():
    text = "Nothing here. " * 40 + "The target is thirty percent. " + "More text follows. " * 40
    start = text.index("target")
    snippet = cut_snippet(text, ((start, start + 6),), characters=200)
    assert snippet.text.startswith("… The target is")
    assert snippet.text[slice(*snippet.spans[0])] == "target"


def test_the_rows_of_a_table_do_not_run_into_each_other():
    text = "Building | Change\nNorth | -14.8 %\nSouth | -6.1 %\n"
    start = text.index("South")
    snippet = cut_snippet(text, ((start, start + 5),), characters=200)
    assert snippet.text == "Building | Change · North | -14.8 % · South | -6.1 %"
    assert snippet.text[slice(*snippet.spans[0])] == "South"


def test_right_to_left_words_keep_to_themselves_and_others_are_left_alone():
    assert isolated("Targets 2030") == "Targets 2030"
    arabic = HITS[4].document.title
    assert isolated(arabic) == f"\u2068{arabic}\u2069"


def test_the_list_and_its_states_fit_a_narrow_pane(view):
    view.show_state(ResultsState.EMPTY_LIBRARY)
    assert view.minimumSizeHint().width() <= 320


@pytest.mark.parametrize("width", [320, 560, 1100])
def test_a_state_stands_in_the_middle_of_any_width(view, width):
    view.resize(width, 700)
    view.show_state(ResultsState.EMPTY_LIBRARY)
    view.grab()
    for widget in (view.notice._icon, view.notice._title, view.notice._body, view.notice._add):
        center = widget.mapTo(view, widget.rect().center()).x()
        assert center == pytest.approx(width / 2, abs=2)
        assert widget.width() <= width - 40


def test_a_narrow_row_gives_the_room_of_the_bar_to_the_title(view, theme):
    view.resize(360, 700)
    view.show_result(make_result("a question"))
    view.list.setCurrentIndex(view.list.hits.index(8))
    strong = theme.color(Role.STRONG).rgb()

    def solid(width):
        view.resize(width, 700)
        view.list.scrollToTop()
        image = view.grab().toImage()
        top = view.list.viewport().mapTo(view, QPoint(0, 22)).y()
        row = [image.pixelColor(x, top).rgb() == strong for x in range(width)]
        return max(len(run) for run in "".join("x" if at else " " for at in row).split(" "))

    assert solid(360) < 20 < solid(560)


def test_figures_never_round_up_to_certainty():
    assert [figure_of(score) for score in (0.943, 0.999, 0.0, 1.0, 0.29)] == [
        ".94",
        ".99",
        ".00",
        "1.0",
        ".29",
    ]


def test_pages_are_called_by_their_format():
    assert page_label("application/pdf", 1200) == "p. 1,200"
    assert page_label(SLIDES, 3) == "slide 3"
    assert page_label(SHEET, 2) == "sheet 2"
    assert page_label("application/epub+zip", 4) == "chapter 4"
    assert page_label("text/plain", None) == ""


def test_every_glyph_has_its_icon(theme):
    types = [sample.document.media_type for sample in SAMPLES]
    for media_type in [*types, "application/epub+zip", "text/html", "application/json", "x/y"]:
        assert not theme.pixmap(glyph_of(media_type)).isNull()


def test_a_screen_reader_hears_rank_title_place_and_band(view):
    view.show_result(make_result("a question"))
    said = view.list.hits.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == sentence_of(HITS[0])
    assert said.startswith("1. Energy report 2022, p. 12")
    assert said.endswith("strong, 0.94")
