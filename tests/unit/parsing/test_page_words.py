"""Words of pages stand on their ink, are found over line ends, and outlines point to pages."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from desktop_app.domain import BlockKind
from desktop_app.domain.folding import wanted
from desktop_app.domain.printed import FoundPlaces, PageWords, Word
from desktop_app.errors import CorruptFile, FileUnreadable
from desktop_app.parsing.page_texts import PageState, PageText, TextLine, append_page_texts
from desktop_app.parsing.page_words import find_words, search_pages
from desktop_app.parsing.rendering import (
    Blocks,
    FindRequest,
    OutlineRequest,
    RenderRequest,
    StructureRequest,
    WordsRequest,
    answer_page,
    render_page,
)

LINES = ("The harbor opens at dawn, and its lamps", "are dark until the exam-", "ple ends.")


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "tides.pdf"
    with pymupdf.open() as document:
        for number in range(30):
            page = document.new_page(width=400, height=600)
            page.insert_text((50, 100), [*LINES, f"Page {number + 1}"], fontsize=14)
        document.set_toc([[1, "Dawn", 1], [2, "Lamps  and\ndarkness", 3], [1, "Nowhere", -1]])
        document.save(file)
    return str(file)


def darkness(image, word):
    """Return the share of dark pixels where a word stands."""
    scale = image.width / image.page_width
    box = [round(each * scale) for each in (word.x0, word.y0, word.x1, word.y1)]
    pixels = [
        image.rgb[3 * (row * image.width + column)]
        for row in range(box[1], box[3])
        for column in range(box[0], box[2])
    ]
    return sum(each < 128 for each in pixels) / max(1, len(pixels))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_words_stand_on_their_ink_also_on_turned_pages(tmp_path, rotation):
    file = tmp_path / "turned.pdf"
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=600)
        at = {0: (50, 100), 90: (100, 500), 180: (350, 500), 270: (300, 100)}[rotation]
        page.insert_text(at, "Harbors sleep", fontsize=20, rotate=rotation)
        page.set_rotation(rotation)
        document.save(file)
    answer = answer_page(WordsRequest(str(file), 1))
    assert isinstance(answer, PageWords)
    assert [word.text for word in answer.words] == ["Harbors", "sleep"]
    image = render_page(RenderRequest(str(file), 1, 1.0))
    assert all(darkness(image, word) > 0.05 for word in answer.words)
    first, second = answer.words
    assert first.x1 <= second.x0


def test_words_know_their_lines(path):
    answer = answer_page(WordsRequest(path, 2))
    assert isinstance(answer, PageWords)
    assert answer.page == 2
    lines = [word.line for word in answer.words]
    assert lines == sorted(lines)
    assert [lines.count(number) for number in sorted(set(lines))] == [8, 5, 2, 2]


def test_a_scan_gives_the_words_that_were_recognized_on_it(tmp_path):
    file = tmp_path / "scan.pdf"
    with pymupdf.open() as document:
        document.new_page(width=400, height=600)
        document.save(file)
    texts = tmp_path / "texts.jsonl"
    line = TextLine("Ships of 1921", 50, 100, 180, 120, 14, 0)
    append_page_texts(texts, [PageText(1, PageState.READ, (line,))])
    answer = answer_page(WordsRequest(str(file), 1, str(texts)))
    assert isinstance(answer, PageWords)
    assert [word.text for word in answer.words] == ["Ships", "of", "1921"]
    assert answer.words[0].x0 == 50
    assert answer.words[-1].x1 == pytest.approx(180)
    found = answer_page(FindRequest(str(file), "of 19", 1, 1.0, str(texts)))
    assert isinstance(found, FoundPlaces)
    (place,) = found.places
    assert 100 < place.boxes[0].x0 < place.boxes[0].x1 < 170


@pytest.mark.parametrize(
    ("needle", "lines"),
    [
        ("HARBOR opens", [0]),
        ("lamps are", [0, 1]),
        ("example ends", [1, 2]),
        ("arb", [0]),
        ("absent", None),
        ("", None),
    ],
)
def test_words_are_found_within_words_and_over_the_ends_of_lines(path, needle, lines):
    page = answer_page(WordsRequest(path, 1))
    assert isinstance(page, PageWords)
    tops = {word.line: word.y0 for word in page.words}
    found = list(find_words(page, wanted(needle)))
    assert [[box.y0 for box in place.boxes] for place in found] == (
        [[pytest.approx(tops[line]) for line in lines]] if lines else []
    )


def test_a_search_reads_on_from_where_it_stopped(path):
    step = answer_page(FindRequest(path, "dawn", 1, 0.0))
    assert isinstance(step, FoundPlaces)
    assert (step.pages_done, step.page_count, len(step.places)) == (1, 30, 1)
    rest = answer_page(FindRequest(path, "dawn", 2, 60.0))
    assert isinstance(rest, FoundPlaces)
    assert rest.pages_done == 30
    assert [place.page for place in rest.places] == list(range(2, 31))


def test_a_damaged_page_hides_nothing_on_the_others():
    class Page:
        rotation = 0

        def get_text(self, _kind, *, sort):
            return [(0, 0, 9, 9, "lamp", 0, 0, 0)]

    class Damaged:
        page_count = 3

        def load_page(self, number):
            if number == 1:
                raise RuntimeError
            return Page()

    found = search_pages(Damaged(), "lamp", {}, first=1, seconds=60.0)
    assert [place.page for place in found.places] == [1, 3]
    assert found.pages_done == 3


def test_right_to_left_words_are_marked_from_the_right():
    page = PageWords(1, (Word("אבגד", 100, 10, 140, 20, 0, 0),))
    ((place,),) = [tuple(find_words(page, "אב"))]
    assert (place.boxes[0].x0, place.boxes[0].x1) == (120, 140)


def test_the_outline_names_pages_and_leaves_out_what_points_nowhere(path):
    entries = answer_page(OutlineRequest(path))
    assert isinstance(entries, tuple)
    assert [(each.level, each.title, each.page) for each in entries] == [
        (1, "Dawn", 1),
        (2, "Lamps and darkness", 3),
    ]


@pytest.mark.parametrize(
    "ask",
    [
        lambda path: WordsRequest(path, 1),
        lambda path: FindRequest(path, "x", 1, 1.0),
        OutlineRequest,
    ],
)
def test_what_is_gone_or_damaged_is_said(tmp_path, ask):
    with pytest.raises(FileUnreadable):
        answer_page(ask(str(tmp_path / "gone.pdf")))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    with pytest.raises(CorruptFile):
        answer_page(ask(str(tmp_path / "broken.pdf")))


def test_a_document_without_pages_tells_its_headings_lists_and_code(tmp_path):
    file = tmp_path / "lamp.md"
    file.write_text("# Lamp\n\nText.\n\n- fill it\n  - twice\n\n```\nlamp.light()\n```\n")
    answer = answer_page(StructureRequest(str(file)))
    assert isinstance(answer, Blocks)
    assert [(block.kind, block.level, block.text) for block in answer.blocks] == [
        (BlockKind.HEADING, 1, "Lamp"),
        (BlockKind.LIST_ITEM, 1, "fill it"),
        (BlockKind.LIST_ITEM, 2, "twice"),
        (BlockKind.CODE, 0, "lamp.light()"),
    ]


def test_a_file_that_was_replaced_is_read_again_and_can_be_deleted(path):
    first = answer_page(WordsRequest(path, 2))
    assert isinstance(first, PageWords)
    assert first.words[-1].text == "2"
    with pymupdf.open() as document:
        document.new_page().insert_text((50, 100), "Another one entirely")
        document.save(path)
    again = answer_page(WordsRequest(path, 2))
    assert isinstance(again, PageWords)
    assert (again.page, again.words[-1].text) == (1, "entirely")
    Path(path).unlink()
    with pytest.raises(FileUnreadable):
        answer_page(WordsRequest(path, 1))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc to list open files in")
def test_no_file_is_held_open_between_two_requests(path):
    answer_page(WordsRequest(path, 1))
    held = [each.resolve() for each in Path("/proc/self/fd").iterdir()]
    assert Path(path).resolve() not in held
