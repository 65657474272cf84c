"""Chosen hits: several at once, copied, exported in three formats, dragged out as files."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.errors import LecternError
from desktop_app.translation import LANGUAGES
from desktop_app.ui.hit_export import citations_of, markdown_of, save_hits, table_of
from desktop_app.ui.results_wording import copies_of, place_of
from tests.ui.gestures import ask
from tests.ui.samples import make_hits, make_result
from tests.ui.tongues import Written, speaking

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HITS = make_hits()


def saying(text):
    return replace(HITS[0], passage=replace(HITS[0].passage, text=text))


@pytest.fixture
def view(view):
    view.show_result(make_result("a question", HITS))
    view.list.setFocus()
    return view


def test_a_table_has_a_row_a_hit_and_gives_no_spreadsheet_a_formula():
    hits = (saying("=1+1"), *HITS[1:3])
    rows = list(csv.DictReader(io.StringIO(table_of(hits))))
    assert [row["File"] for row in rows] == [str(hit.document.full_path) for hit in hits]
    assert rows[0]["Passage"] == "'=1+1"
    assert rows[1]["Passage"] == hits[1].passage.text


def test_tables_and_citations_speak_the_language_of_the_window_without_its_invisible_marks():
    said = {
        "Title": "العنوان",
        "“{passage}” ({source})": "«{passage}» ({source})",
        "{title}, {page}": "{title}، {page}",
        "p. {page}": "ص {page}",
    }
    with speaking(Written(said), LANGUAGES["ar"]):
        (first, *_) = table_of(HITS).splitlines()
        citation, quoted = citations_of(HITS[:1]), markdown_of(HITS[:1])
    assert first == "Rank,Score,العنوان,File,Page,Heading,Passage,Also in"
    name, page = HITS[0].document.full_path.name, HITS[0].passage.locator.page
    assert citation.startswith("«")
    assert citation.endswith(f"({name}، ص {page})\n")
    assert f"— {name}، ص {page}" in quoted
    assert not any(unicodedata.category(each) == "Cf" for each in first + citation + quoted)


def test_markdown_quotes_a_passage_whose_own_marks_stay_letters():
    text = markdown_of((saying("# not a *heading*\n- nor a list"),))
    assert text.startswith("> \\# not a \\*heading\\* - nor a list\n>\n> — ")


def test_a_citation_is_one_line_with_quotation_file_and_page():
    (line,) = citations_of((saying("two\nlines"),)).splitlines()
    page = HITS[0].passage.locator.page
    assert line == f"“two lines” ({HITS[0].document.full_path.name}, p. {page})"


@pytest.mark.parametrize(
    ("name", "write"), [("a.csv", table_of), ("a.md", markdown_of), ("a.TXT", citations_of)]
)
def test_the_suffix_chooses_the_format(tmp_path: Path, name, write):
    save_hits(HITS, tmp_path / name)
    saved = (tmp_path / name).read_bytes().decode("utf-8-sig")
    assert saved == write(HITS)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_a_folder_that_is_gone_is_a_calm_sentence(tmp_path: Path):
    with pytest.raises(LecternError, match="could not be saved"):
        save_hits(HITS, tmp_path / "gone" / "a.csv")


def test_shift_and_down_choose_several_and_a_step_chooses_one_again(qtbot, view):
    qtbot.keyClick(view.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.selected_hits() == HITS[:3]
    qtbot.keyClick(view.list, Qt.Key.Key_J)
    assert view.selected_hits() == (HITS[3],)


def test_the_keys_of_the_sheet_ask_for_an_export(qtbot, view):
    with qtbot.waitSignal(view.export_requested):
        qtbot.keyClick(view.list, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)


def test_hits_are_dragged_out_as_their_files_each_once(view):
    model = view.list.hits
    twice = [model.index(0), model.index(0), model.index(1)]
    expected = dict.fromkeys(str(hit.document.full_path) for hit in HITS[:2])
    assert [url.toLocalFile() for url in model.mimeData(twice).urls()] == list(expected)
    assert model.flags(model.index(0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_what_is_dragged_from_the_own_list_is_not_offered_to_the_library(opened, tmp_path: Path):
    class OwnDrag(QDragEnterEvent):
        def source(self) -> QWidget:
            listed: QWidget = opened.results.list
            return listed

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    opened._dropping.enter(OwnDrag(QPoint(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys))
    assert not opened.overlay.isVisible()


def test_a_passage_names_the_other_files_that_hold_it():
    one = replace(HITS[0], copies=(Path("/b/Annex B.pdf"),))
    many = replace(HITS[0], copies=(Path("/b/Annex B.pdf"), Path("/c/Copy.pdf")))
    assert copies_of(HITS[0]) == ""
    assert place_of(one).endswith("also in Annex B.pdf")
    assert place_of(many).endswith("also in 2 other files")


def test_several_chosen_passages_are_copied_and_saved_together(qtbot, opened, tmp_path: Path):
    ask(qtbot, opened)
    opened.results.setFocus()
    qtbot.keyClick(opened.results.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    first, second = opened.results.selected_hits()
    opened.keys["copy"].trigger()
    copied = QGuiApplication.clipboard().text()
    assert first.passage.text in copied
    assert second.passage.text in copied
    assert opened.message.text == "Copied 2 passages with their sources."
    opened._reading.save_hits((first, second), tmp_path / "chosen.txt")
    qtbot.waitUntil(lambda: opened.message.text == "Saved 2 passages as “chosen.txt”.")
    assert len((tmp_path / "chosen.txt").read_text(encoding="utf-8").splitlines()) == 2
    opened.message.settle()
