"""Recognizing the text of scanned pages and pictures."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop_app.errors import CorruptFile, FileTooLarge, UnsupportedFormat
from desktop_app.parsing import ocr, pictures, tessdata
from desktop_app.parsing.formats import parse
from desktop_app.parsing.ocr import RecognizeRequest, recognize_page
from desktop_app.parsing.page_texts import (
    PageState,
    PageText,
    TextLine,
    append_page_texts,
    read_page_texts,
)
from desktop_app.parsing.rendering import RenderRequest, render_page
from desktop_app.parsing.tessdata import find_recognition
from tests.scans import LINES, RECOGNITION, make_scan, needs_english, photographed

PDF = "application/pdf"
PROSE = "This page was printed by a computer and so it needs no recognition at all. " * 3
TEXT = " ".join(LINES)


def recognize(path, media_type=PDF, page=1):
    return recognize_page(
        RecognizeRequest(
            path=str(path),
            content_hash="",
            media_type=media_type,
            page=page,
            directory=RECOGNITION.directory,
            languages="eng",
        )
    )


def text_of(recognized):
    return " ".join(line.text for line in recognized.lines)


@needs_english
def test_the_lines_of_a_scanned_page_are_read_where_they_stand(tmp_path):
    found = recognize(make_scan(tmp_path / "a.pdf", [LINES]))
    assert found.state is PageState.READ
    assert text_of(found) == TEXT
    assert len(found.lines) == len(LINES)
    for number, line in enumerate(found.lines):
        baseline = 100 + 48 * number
        assert 50 < line.x0 < 70
        assert baseline - 30 < line.y0 < line.y1 < baseline + 12
    assert len({line.size for line in found.lines}) == 1


@needs_english
def test_a_page_with_text_of_its_own_is_left_alone(tmp_path):
    path = make_scan(tmp_path / "a.pdf", [PROSE, None])
    assert recognize(path).state is PageState.WITH_TEXT
    assert recognize(path, page=2).state is PageState.BLANK


@needs_english
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_scan_that_lies_on_its_side_is_read_and_its_boxes_stand_on_the_page(tmp_path, turn):
    found = recognize(make_scan(tmp_path / "a.pdf", [LINES], turn=turn))
    assert text_of(found) == TEXT
    tall = [line.y1 - line.y0 > line.x1 - line.x0 for line in found.lines]
    assert all(tall) if turn != 180 else not any(tall)


@needs_english
def test_a_drawing_gives_no_words(tmp_path):
    with pymupdf.open() as document:
        page = document.new_page(width=300, height=300)
        for step in range(1, 250, 3):
            page.draw_line((25, 50 + step), (250, 300 - step))
            page.draw_circle((150, 150), step / 2)
        document.save(tmp_path / "a.pdf")
    found = recognize(tmp_path / "a.pdf")
    assert found.state is PageState.NOISE
    assert found.lines == ()


@needs_english
def test_a_stamp_on_a_scan_does_not_hide_that_it_is_one(tmp_path):
    path = tmp_path / "a.pdf"
    with pymupdf.open(make_scan(tmp_path / "plain.pdf", [LINES])) as document:
        document[0].insert_text((500, 780), "Page 7", fontsize=9)
        document.save(path)
    assert parse(path).empty_pages == (1,)
    assert TEXT in text_of(recognize(path))


@needs_english
@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "webp", "bmp", "gif"])
def test_pictures_of_every_kind_are_read(tmp_path, kind):
    photographed().pil_save(tmp_path / f"a.{kind}")
    parsed = parse(tmp_path / f"a.{kind}")
    assert (parsed.page_count, parsed.empty_pages, parsed.blocks) == (1, (1,), ())
    found = recognize(tmp_path / f"a.{kind}", parsed.media_type)
    assert text_of(found) == TEXT
    again = parse(tmp_path / f"a.{kind}", {1: found})
    assert again.empty_pages == ()
    assert " ".join(block.text for block in again.blocks).split() == TEXT.split()
    drawn = render_page(RenderRequest(str(tmp_path / f"a.{kind}"), page=1, scale=0.5))
    box = again.blocks[0].lines[0].box
    assert 0 < box.x0 < box.x1 < drawn.page_width
    assert 0 < box.y0 < box.y1 < drawn.page_height


@needs_english
def test_every_page_of_a_fax_is_read(tmp_path):
    first, second = (
        Image.frombytes("RGB", (each.width, each.height), each.samples)
        for each in (photographed(), photographed(("Only gulls",)))
    )
    first.save(tmp_path / "a.tiff", save_all=True, append_images=[second], dpi=(150, 150))
    assert parse(tmp_path / "a.tiff").page_count == 2
    assert text_of(recognize(tmp_path / "a.tiff", "image/tiff", page=2)) == "Only gulls"


@needs_english
def test_a_photograph_is_read_the_way_the_camera_was_held(tmp_path):
    picture = photographed()
    image = Image.frombytes("RGB", (picture.width, picture.height), picture.samples)
    turned = image.rotate(90, expand=True)
    exif = turned.getexif()
    exif[0x0112] = 6  # "turn by 90 degrees to the right to view"
    turned.save(tmp_path / "a.jpg", exif=exif)
    assert text_of(recognize(tmp_path / "a.jpg", "image/jpeg")) == TEXT


def test_a_picture_too_small_for_words_is_left_out(tmp_path):
    Image.new("RGB", (32, 32), "red").save(tmp_path / "icon.png")
    with pytest.raises(UnsupportedFormat):
        parse(tmp_path / "icon.png")


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(
    tmp_path, monkeypatch, kind
):
    monkeypatch.setattr(pictures, "_MOST_PIXELS", 100 * 100)
    Image.new("RGB", (300, 300)).save(tmp_path / f"a.{kind}")
    with pytest.raises(FileTooLarge):
        parse(tmp_path / f"a.{kind}")


@pytest.mark.parametrize("kind", ["png", "jpg", "tiff", "webp", "bmp", "gif"])
def test_a_damaged_picture_is_said_to_be_one(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    Image.new("RGB", (300, 300)).save(path)
    path.write_bytes(path.read_bytes()[:12])
    with pytest.raises(CorruptFile):
        parse(path)


def test_recognized_text_stands_among_the_printed_pages(tmp_path):
    path = make_scan(tmp_path / "a.pdf", [PROSE, LINES, PROSE.replace("This", "Another")])
    assert parse(path).empty_pages == (2,)
    lines = tuple(
        TextLine(line, 60.0, 100.0 + 20 * n, 400.0, 112.0 + 20 * n, 11.0, 0)
        for n, line in enumerate(LINES)
    )
    parsed = parse(path, {2: PageText(2, PageState.READ, lines)})
    assert parsed.empty_pages == ()
    (block,) = [each for each in parsed.blocks if each.page == 2]
    assert block.text == TEXT
    assert [line.box.page for line in block.lines] == [2, 2, 2]
    assert [each.page for each in parsed.blocks] == sorted(each.page or 0 for each in parsed.blocks)


@pytest.mark.parametrize(
    ("state", "empty"),
    [(PageState.BLANK, ()), (PageState.NOISE, (1,)), (PageState.FAILED, (1,))],
)
def test_only_a_blank_page_is_no_shortfall(tmp_path, state, empty):
    path = make_scan(tmp_path / "a.pdf", [LINES, PROSE])
    assert parse(path, {1: PageText(1, state)}).empty_pages == empty


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLACES = st.floats(0, 5000, allow_nan=False)
PAGES = st.builds(
    PageText,
    st.integers(1, 500),
    st.sampled_from(PageState),
    st.lists(
        st.builds(TextLine, WORDS, PLACES, PLACES, PLACES, PLACES, PLACES, st.integers(0, 99)),
        max_size=3,
    ).map(tuple),
)


@given(pages=st.lists(PAGES, max_size=5, unique_by=lambda page: page.page), lost=st.integers(0, 60))
def test_pages_come_back_as_written_but_for_one_that_a_crash_cut_short(
    tmp_path_factory, pages, lost
):
    path = tmp_path_factory.mktemp("pages") / "of.jsonl"
    for page in pages:
        append_page_texts(path, [page])
    assert read_page_texts(path) == {page.page: page for page in pages}
    if pages:
        content = path.read_bytes()
        path.write_bytes(content[: max(0, len(content) - lost)])
        whole = len(path.read_bytes().split(b"\n")) - 1
        assert {page.page for page in pages[:whole]} <= read_page_texts(path).keys()
        extra = PageText(501, PageState.BLANK)
        append_page_texts(path, [extra])
        assert read_page_texts(path)[501] == extra


def test_lines_of_another_version_are_not_taken_for_pages(tmp_path):
    path = tmp_path / "of.jsonl"
    rows = [[1, "read", [["a", 1]]], [2, "unheard of", []], {"page": 3}, [4, "blank", []]]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "\x00\n")
    assert set(read_page_texts(path)) == {4}


@pytest.fixture
def places(tmp_path, monkeypatch):
    for name in ("LC_ALL", "LC_CTYPE", "LANG", "TESSDATA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    made: list[Path] = []
    monkeypatch.setattr(tessdata, "_places", lambda own: [each for each in (own, *made) if each])

    def place(*languages):
        folder = tmp_path / str(len(made))
        folder.mkdir()
        for language in languages:
            (folder / f"{language}.traineddata").write_bytes(language.encode())
        made.append(folder)
        return str(folder)

    return place


def test_the_first_place_that_has_all_languages_is_used(places):
    places("eng", "osd")
    second = places("deu", "eng")
    places("deu", "eng", "fra")
    found = find_recognition("deu+eng")
    assert (found.directory, found.languages) == (second, "deu+eng")
    assert found.available == ("deu", "eng")
    assert found.wanted == ()


def test_a_language_without_data_is_named(places):
    places("eng")
    found = find_recognition("eng, fra")
    assert (found.languages, found.wanted) == ("eng", ("fra",))


def test_without_a_choice_it_is_the_language_of_the_system_and_english(places, monkeypatch):
    monkeypatch.setenv("LANG", "de_AT.UTF-8")
    places("deu", "eng", "fra")
    assert find_recognition("").languages == "deu+eng"
    monkeypatch.setenv("LANG", "zh_TW.UTF-8")
    assert tessdata.system_languages() == ("chi_tra", "eng")


def test_the_data_that_is_shipped_is_found_before_that_of_the_system(monkeypatch, tmp_path):
    shipped = tmp_path / "tessdata"
    shipped.mkdir()
    for language in ("eng", "jpn"):
        (shipped / f"{language}.traineddata").write_bytes(b"data")
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    monkeypatch.setattr(tessdata, "resources_dir", lambda: tmp_path)
    assert find_recognition("jpn+eng").directory == str(shipped)
    own = tmp_path / "own"
    own.mkdir()
    (own / "eng.traineddata").write_bytes(b"of the user")
    assert find_recognition("eng", own).directory == str(own)


def test_without_a_choice_any_data_is_better_than_none(places):
    places("fra", "osd")
    assert find_recognition("").languages == "fra"


def test_without_data_nothing_can_be_recognized(places):
    found = find_recognition("eng")
    assert (found.languages, found.name, found.wanted) == ("", "", ("eng",))


def test_other_data_has_another_name(places):
    folder = places("eng")
    before = find_recognition("eng").name
    assert find_recognition("eng").name == before
    Path(folder, "eng.traineddata").write_bytes(b"other data")
    assert find_recognition("eng").name != before


@needs_english
def test_a_table_of_contents_is_not_taken_for_a_page_on_its_side(tmp_path):
    names = ("Vision", "Mission", "Values", "Access", "Holdings", "Records", "People")
    lines = tuple(f"{name} {'.' * 70} {page}" for page, name in enumerate(names, start=3))
    found = recognize(make_scan(tmp_path / "a.pdf", [lines], size=10))
    assert found.state is PageState.READ
    assert len(found.lines) >= len(names)
    assert all(line.x1 - line.x0 > line.y1 - line.y0 for line in found.lines)


@needs_english
def test_a_scan_within_an_archive_is_recognized_by_its_number(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(make_scan(tmp_path / "blank.pdf", [None, ()]), "blank.pdf")
        archive.writestr("text.txt", "Words that nobody reads twice.")
        archive.write(make_scan(tmp_path / "a.pdf", [PROSE, LINES]), "named-wrongly.jpg")
    parsed = parse(tmp_path / "a.zip")
    assert parsed.page_count is not None
    found = recognize(tmp_path / "a.zip", "application/zip", page=parsed.page_count)
    assert (found.page, found.state, text_of(found)) == (parsed.page_count, PageState.READ, TEXT)


def test_a_page_that_an_archive_does_not_have_is_no_page(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("text.txt", "Words.")
        archive.write(make_scan(tmp_path / "a.pdf", [PROSE]), "a.pdf")
    with pytest.raises(CorruptFile):
        recognize(tmp_path / "a.zip", "application/zip", page=1)


def test_a_line_that_a_speck_makes_higher_is_no_larger_print():
    def line(text, *, height, letter=6.0):
        return TextLine(text, 72, 100, 72 + letter * len(text), 100 + height, height, 0)

    body = [line("The yard manager said that the spare set was on hire.", height=11)] * 5
    speck = line("I noticed that the sling had a frayed edge and told", height=19)
    title = line("WITNESS STATEMENT", height=19, letter=11.0)
    sizes = [each.size for each in ocr._leveled([title, *body, speck])]
    assert sizes == [19, *[11] * 6]
