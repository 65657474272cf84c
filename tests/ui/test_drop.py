"""What is being dragged, told by a look at the disk that may not hold the window up."""

from __future__ import annotations

import zipfile

import pytest
from PySide6.QtCore import Qt

from desktop_app.ui.drop import Dropped, sort_dropped
from tests.ui.gates import Gate
from tests.ui.gestures import drag, drag_text, drop, drop_text


@pytest.fixture
def pack(tmp_path):
    folder = tmp_path / "bge-m3" / "embedder"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"x")
    return folder.parent


def zipped(folder, target):
    with zipfile.ZipFile(target, "w") as archive:
        for path in folder.rglob("*.*"):
            archive.write(path, path.relative_to(folder.parent))
    return target


def test_packs_are_told_from_folders_and_files(tmp_path, pack):
    plain = tmp_path / "Papers"
    plain.mkdir()
    file = tmp_path / "a.pdf"
    file.write_bytes(b"x")
    archive = zipped(pack, tmp_path / "stick.zip")
    assert sort_dropped((plain, pack, file, archive)) == Dropped((pack, archive), (plain, file), 1)


def test_a_model_as_it_is_published_and_as_the_hub_keeps_it_is_a_pack(tmp_path, pack):
    published = pack / "embedder"
    snapshot = tmp_path / "models--BAAI--bge-m3" / "snapshots" / "5617a9f"
    snapshot.parent.mkdir(parents=True)
    published.rename(snapshot)
    hub = snapshot.parents[1]
    assert sort_dropped((snapshot, hub)).packs == (snapshot, hub)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 but cut off"])
def test_a_zip_file_that_is_none_is_a_file(tmp_path, content):
    path = tmp_path / "broken.zip"
    path.write_bytes(content)
    assert sort_dropped((path,)) == Dropped((), (path,), 0)


def test_a_zip_file_of_documents_is_a_file(tmp_path):
    path = tmp_path / "letters.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letters/a.txt", "Dear Ada")
    assert sort_dropped((path,)).packs == ()


def test_only_the_first_of_very_many_paths_are_looked_at(tmp_path):
    folders = [tmp_path / str(number) for number in range(60)]
    for folder in folders:
        folder.mkdir()
    assert sort_dropped(folders).folders == 50


def test_the_sentence_names_what_is_added_and_what_is_imported(tmp_path, pack):
    assert sort_dropped((pack,)).sentence == "Drop to import the model in “bge-m3”"
    both = Dropped((pack, pack), (tmp_path,), 1)
    assert both.sentence == "Drop to add 1 folder to your library and import 2 models"


def test_a_dropped_pack_is_imported_and_no_folder_is_added(qtbot, session, opened, pack):
    drag(opened, [pack])
    qtbot.waitUntil(lambda: "import the model" in opened.overlay.sentence)
    assert not opened.overlay.grab().isNull()
    drop(opened, [pack])
    qtbot.waitUntil(lambda: session.called("import_pack") == [pack])
    assert opened.answer.currentWidget() is opened.models
    assert not session.called("add_roots")
    qtbot.waitUntil(lambda: not opened.choosing.packs.jobs)


def test_a_pack_that_is_dropped_before_the_library_is_open_waits(qtbot, session, make_window, pack):
    gate = Gate()
    gate.shut()

    def open_slowly():
        gate.wait()
        return session

    window = make_window(open_slowly)
    drop(window, [pack])
    gate.open()
    qtbot.waitUntil(lambda: session.called("import_pack") == [pack])
    qtbot.waitUntil(lambda: not window.choosing.packs.jobs)


def test_a_drive_that_hangs_holds_up_neither_the_window_nor_a_question(
    qtbot, session, opened, tmp_path
):
    # Stands in for the look at a dead network drive: the lane is busy and does not answer.
    gate = Gate()
    gate.shut()
    opened._tasks.submit("desk", gate.wait, lambda _: None)
    drop(opened, [tmp_path])
    opened._reading.open_path(tmp_path / "a.pdf")
    opened.top.question.put("energy")
    opened._ask()
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    assert not session.called("add_roots")
    gate.open()
    qtbot.waitUntil(lambda: session.called("add_roots") == [(tmp_path,)])
    qtbot.waitUntil(lambda: "no longer at" in opened.message.text)


def test_dropped_text_is_asked_as_one_line(qtbot, session, opened):
    drop_text(opened, "  How high\nis the\ttower?\n")
    assert opened.top.question.question == "How high is the tower?"
    qtbot.waitUntil(lambda: "How high is the tower?" in session.called("search"))
    assert not opened.overlay.isVisible()


def test_dragged_text_says_that_it_is_searched_for(opened):
    _, enter = drag_text(opened, "How high is the tower?")
    assert enter.dropAction().name == "CopyAction"
    assert opened.overlay.sentence == "Drop to search for this text"
    assert not opened.overlay.grab().isNull()
    drag(opened, ["/nowhere/a.pdf"])
    assert "add" in opened.overlay.sentence


def test_text_that_can_only_be_moved_stays_where_it_is(opened):
    _, enter = drag_text(opened, "the tower", actions=Qt.DropAction.MoveAction)
    assert not enter.isAccepted()


def test_a_link_of_a_browser_is_no_question(opened):
    _, enter = drag_text(opened, "the tower", **{"uri-list": b"https://example.org/tower"})
    assert not enter.isAccepted()
    assert not opened.overlay.isVisible()


def test_a_whole_book_that_is_dropped_is_asked_by_its_beginning(opened):
    drop_text(opened, "tower " * 1_000_000)
    assert len(opened.top.question.question) < 10_001


def test_text_without_a_word_is_not_asked(session, opened):
    opened.top.question.put("before")
    drop_text(opened, " \n ")
    assert opened.top.question.question == "before"
