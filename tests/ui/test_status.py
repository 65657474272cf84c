from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop_app.domain import Coverage, IndexPhase, IndexProgress
from desktop_app.ui.status import StatusLine


@pytest.fixture
def line(qtbot, theme):
    made = StatusLine(theme)
    qtbot.addWidget(made)
    made.resize(900, 36)
    made.show()
    return made


READING = IndexProgress(
    IndexPhase.READING,
    files_done=812,
    files_total=1020,
    current="/home/ada/Papers/a.pdf",
    seconds_left=700.0,
    failed=14,
)


def test_it_starts_by_saying_that_the_library_is_opened(line):
    assert line.sentence == "Opening your library…"
    assert not line._bar.isVisible()


def test_reading_shows_counts_the_file_and_the_time_left(line):
    line.show_progress(READING, is_paused=False)
    assert line.sentence == "Reading 812 of 1,020 files · a.pdf · 12 minutes left"
    assert line._bar.value() == round(1000 * 812 / 1020)
    assert line._pause.accessibleName() == "Pause indexing"
    assert line._attention.text() == "14 need a look"


def test_a_held_run_says_so_and_offers_to_go_on(line):
    line.show_progress(READING, is_paused=True)
    assert line.sentence == "Paused · Reading 812 of 1,020 files · a.pdf"
    assert line._pause.accessibleName() == "Resume indexing"


@pytest.mark.parametrize(
    ("progress", "sentence"),
    [
        (IndexProgress(IndexPhase.SCANNING), "Looking for files"),
        (
            IndexProgress(IndexPhase.SCANNING, files_total=2200),
            "Looking for files · 2,200 files found",
        ),
        (
            IndexProgress(IndexPhase.EMBEDDING, passages_embedded=1200, passages_total=9000),
            "Searchable by words · learning the meaning of 1,200 of 9,000 passages",
        ),
        (IndexProgress(IndexPhase.TIDYING), "Tidying up the library"),
        (IndexProgress(IndexPhase.DONE, files_done=1), "1 file up to date"),
        (
            IndexProgress(IndexPhase.TIDYING, notice="The drive is away."),
            "Tidying up the library · The drive is away.",
        ),
    ],
)
def test_every_phase_has_its_sentence(line, progress, sentence):
    line.show_progress(progress, is_paused=False)
    assert line.sentence == sentence


def test_work_without_a_known_end_shows_no_bar(line):
    line.show_progress(IndexProgress(IndexPhase.SCANNING), is_paused=False)
    assert not line._bar.isVisible()
    assert line._stop.isVisible()


@pytest.mark.parametrize(
    ("coverage", "sentence"),
    [
        (Coverage(0, 0, 0, 0, 0), "Nothing in the library yet"),
        (Coverage(1, 1, 0, 5, 5), "1 file searchable"),
        (Coverage(10, 9, 1, 100, 100), "9 files searchable"),
        (Coverage(10, 9, 1, 100, 45), "9 files searchable by words, 45% by meaning"),
    ],
)
def test_at_rest_it_says_how_complete_the_library_is(line, coverage, sentence):
    line.show_idle(coverage)
    assert line.sentence == sentence
    assert not line._pause.isVisible()
    assert line._attention.isVisible() == (coverage.needs_attention > 0)


def test_one_file_needs_a_look_in_the_singular(line):
    line.show_attention(1)
    assert line._attention.text() == "1 needs a look"


def test_a_click_anywhere_opens_the_library_page(qtbot, line):
    with qtbot.waitSignal(line.clicked):
        qtbot.mouseClick(line._sentence, Qt.MouseButton.LeftButton)


def test_buttons_say_what_was_clicked(qtbot, line):
    line.show_progress(READING, is_paused=False)
    with qtbot.waitSignals([line.pause_clicked, line.stop_clicked, line.attention_clicked]):
        for button in (line._pause, line._stop, line._attention):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_long_sentence_is_shortened_to_the_room_there_is(line):
    line.resize(420, 36)
    line.show_progress(READING, is_paused=False)
    assert line._sentence.text().endswith("…")
    assert line._sentence.toolTip() == line.sentence


def test_a_model_that_is_prepared_is_named_with_what_answers_meanwhile(line):
    progress = IndexProgress(
        IndexPhase.EMBEDDING, passages_embedded=1200, passages_total=9000, seconds_left=7200.0
    )
    line.show_progress(progress, is_paused=False, model="BGE-M3", answering="Starter")
    assert line.sentence == (
        "Preparing BGE-M3: 1,200 of 9,000 passages · about 2 hours left · Starter answers meanwhile"
    )


def test_a_model_on_its_way_has_a_link_of_its_own(qtbot, line):
    line.show_getting("BGE-M3", None)
    assert line._getting.text() == "Getting BGE-M3…"
    line.show_getting("BGE-M3", 0.264)
    assert line._getting.text() == "Getting BGE-M3 26%"
    with qtbot.waitSignal(line.getting_clicked):
        qtbot.mouseClick(line._getting, Qt.MouseButton.LeftButton)
    line.show_getting("", None)
    assert not line._getting.isVisible()


def test_passages_that_the_model_could_not_read_keep_nothing_unfinished(line):
    line.show_idle(Coverage(3, 3, 0, passages=10, embedded=9, rejected=1))
    assert line.sentence == "3 files searchable"
