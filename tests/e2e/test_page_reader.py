"""Pages are read, searched and drawn by one real process, also recognized ones."""

from __future__ import annotations

import dataclasses

import pymupdf
import pytest

from desktop_app.app.page_reader import LocalPageReader
from desktop_app.domain import BlockKind
from desktop_app.errors import CorruptFile, FileUnreadable
from desktop_app.indexing.recognition import RecognizedPages
from desktop_app.parsing.page_texts import PageState, PageText, TextLine, append_page_texts
from desktop_app.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return dataclasses.replace(Settings(), library_dir=tmp_path / "library")


@pytest.fixture
def reader(settings):
    made = LocalPageReader(lambda: settings)
    yield made
    made.close()


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "tides.pdf"
    with pymupdf.open() as document:
        for number in range(1, 41):
            page = document.new_page(width=400, height=600)
            page.insert_text((50, 100), ["The café opens at dawn.", f"Tide {number}"])
        document.set_toc([[1, "Dawn", 7]])
        document.new_page(width=400, height=600)
        document.save(file)
    return file


def test_one_process_answers_whatever_is_asked_about_pages(reader, path, tmp_path):
    assert [word.text for word in reader.words(path, 7, content_hash="c").words][-1] == "7"
    assert [entry.title for entry in reader.outline(path)] == ["Dawn"]
    assert reader.draw(path, 7, scale=0.2).page_count == 41
    *steps, last = reader.find(path, "CAFE opens", content_hash="c")
    assert [place.page for place in last.places] == list(range(1, 41))
    assert (last.pages_done, last.page_count, last.is_cut) == (41, 41, False)
    assert [len(step.places) for step in steps] == sorted(len(step.places) for step in steps)
    note = tmp_path / "note.md"
    note.write_text("# Lamps\n\n- one\n", encoding="utf-8")
    assert [block.kind for block in reader.structure(note)] == [
        BlockKind.HEADING,
        BlockKind.LIST_ITEM,
    ]
    assert len(reader._pool.pids) == 1


def test_a_search_ends_when_it_is_cancelled(reader, path):
    steps = reader.find(path, "dawn", content_hash="c", is_cancelled=lambda: True)
    assert list(steps) == []
    assert list(reader.find(path, "  ", content_hash="c")) == []


def test_recognized_words_of_a_scanned_page_are_found_in_the_library(reader, settings, path):
    line = TextLine("Ships of 1921", 50, 100, 180, 120, 14, 0)
    pages = RecognizedPages.of(settings)
    append_page_texts(pages.file_of("c"), [PageText(41, PageState.READ, (line,))])
    words = reader.words(path, 41, content_hash="c").words
    assert [word.text for word in words] == ["Ships", "of", "1921"]
    *_, last = reader.find(path, "ships", content_hash="c")
    assert [place.page for place in last.places] == [41]
    assert reader.words(path, 41, content_hash="another").words == ()


def test_what_is_gone_or_damaged_is_said_and_the_next_file_is_read(reader, path, tmp_path):
    with pytest.raises(FileUnreadable):
        reader.words(tmp_path / "gone.pdf", 1, content_hash="c")
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing else")
    with pytest.raises(CorruptFile):
        list(reader.find(broken, "x", content_hash="c"))
    assert reader.words(path, 1, content_hash="c").words
