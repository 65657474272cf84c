"""The last step of indexing: what is recognized, in which order, and what the ledger says."""

from __future__ import annotations

import os
import time
import zipfile
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain import Block, BlockKind, DocumentStatus, IndexPhase, ParsedDocument
from desktop_app.domain import ParseFailure as Failure
from desktop_app.errors import FileUnreadable, ParserCrashed, ParserTimeout, ReaderNotStarted
from desktop_app.indexing import recognition
from desktop_app.indexing.extraction import ExtractRequest, extract
from desktop_app.indexing.indexer import Indexer
from desktop_app.indexing.recognition import RecognizedPages
from desktop_app.parsing.formats import find_scans
from desktop_app.parsing.page_texts import (
    PageState,
    PageText,
    TextLine,
    append_page_texts,
    read_page_texts,
)
from desktop_app.settings import Settings
from tests.scans import make_scan
from tests.unit.indexing.fakes import FakeLibrary, FakeModel, FakePool

PDF = "application/pdf"


class Recognizers:
    """Recognizes on the spot: every page reads "recognized N"; ``asked`` lists the pages."""

    def __init__(self):
        self.asked = []
        self.deadlines = []
        self.answers = {}

    def stream(self, requests, *, is_cancelled):
        for request, seconds in requests:
            if is_cancelled():
                return
            assert 0 < seconds < 1000
            yield None
            name = Path(request.path).name
            self.asked.append((name, request.page))
            self.deadlines.append(seconds)
            line = TextLine(f"recognized {request.page}", 1.0, 1.0, 9.0, 9.0, 11.0, 0)
            read = PageText(request.page, PageState.READ, (line,))
            answer = self.answers.get((name, request.page), read)
            if isinstance(answer, list):
                answer = answer.pop() if answer else read
            if isinstance(answer, PageState):
                answer = PageText(request.page, answer)
            yield request, answer


class Readers(FakePool):
    """Parses "scans": files whose text says for each page "-" (a scan) or a word."""

    def _extract(self, request):
        texts = read_page_texts(request.recognized)
        self.parse = lambda path: parse_scan(path, texts)
        extraction = super()._extract(request)
        tried = {number for number in extraction.empty_pages if number not in texts}
        if texts and not tried:
            parser = f"{extraction.parser}, {request.recognizer}"
            return replace(extraction, parser=parser)
        return extraction


def parse_scan(path, texts):
    blocks, empty = [], []
    pages = path.read_text().split()
    for number, page in enumerate(pages, start=1):
        text = texts.get(number)
        words = page if page != "-" else ""
        if not words and text is not None:
            words = " ".join(line.text for line in text.lines)
        if words:
            blocks.append(Block(BlockKind.PARAGRAPH, words, page=number))
        elif text is None or text.state in (PageState.FAILED, PageState.NOISE):
            empty.append(number)
    kind = {".png": "image/png", ".zip": "application/zip"}.get(path.suffix, PDF)
    return ParsedDocument(
        kind, "", tuple(blocks), page_count=len(pages), empty_pages=tuple(empty), parser="fake"
    )


class Desk:
    """A folder of scans with a library, indexed again and again."""

    def __init__(self, folder, monkeypatch):
        self.root = folder / "root"
        self.root.mkdir()
        data = folder / "tessdata"
        data.mkdir()
        (data / "eng.traineddata").touch()
        (data / "deu.traineddata").touch()
        monkeypatch.setattr("desktop_app.parsing.tessdata._places", lambda own: [own])
        self.library = FakeLibrary(self.root)
        self.settings = Settings(
            library_dir=folder / "library", tessdata_dir=data, ocr_languages="eng"
        )
        self.readers, self.recognizers, self.model = Readers(), Recognizers(), FakeModel()

    def write(self, name, text, *, mtime=1_000_000_000):
        path = self.root / name
        path.write_text(text)
        os.utime(path, (mtime, mtime))
        return path

    def index(self, *, is_cancelled=lambda: False):
        self.recognizers.asked.clear()
        fakes: tuple[Any, Any, Any] = (self.library, self.readers, self.model)
        recognizers: Any = self.recognizers
        indexer = Indexer(*fakes, self.settings, recognizers=recognizers)
        return list(indexer.index([str(self.root)], is_cancelled=is_cancelled))

    def outcome(self, name):
        row = self.library.by_path()[name]
        return row.status, row.reason_code

    def texts(self, name):
        row = self.library.by_path()[name]
        found = [p for p in self.library.texts.values() if p.content_hash == row.content_hash]
        return [each.text for each in sorted(found, key=lambda each: each.ordinal)]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    return Desk(tmp_path, monkeypatch)


def test_a_scan_becomes_searchable_and_its_row_says_so(desk):
    desk.write("a.pdf", "- -")
    last = desk.index()[-1]
    assert desk.outcome("a.pdf") == (DocumentStatus.INDEXED, "")
    assert "tesseract eng" in desk.library.by_path()["a.pdf"].parser
    assert " ".join(desk.texts("a.pdf")).split() == ["recognized", "1", "recognized", "2"]
    assert set(desk.library.vectors) == set(desk.library.texts)
    assert (last.indexed, last.failed) == (1, 0)


def test_everything_else_is_read_and_embedded_before_the_first_page_is_recognized(desk):
    desk.write("scan.pdf", "-")
    desk.write("text.pdf", "words")
    phases: list[IndexPhase] = []
    for progress in desk.index():
        if not phases or phases[-1] is not progress.phase:
            phases.append(progress.phase)
    begun = phases.index(IndexPhase.RECOGNIZING)
    assert phases[:begun].count(IndexPhase.READING) == 1
    assert IndexPhase.EMBEDDING in phases[:begun]
    assert IndexPhase.EMBEDDING in phases[begun:]


def test_a_mixed_document_keeps_its_order(desk):
    desk.write("a.pdf", "first - last")
    desk.index()
    assert desk.recognizers.asked == [("a.pdf", 1), ("a.pdf", 2), ("a.pdf", 3)]
    assert " ".join(desk.texts("a.pdf")).split() == ["first", "recognized", "2", "last"]
    assert desk.outcome("a.pdf") == (DocumentStatus.INDEXED, "")


def test_short_files_come_first(desk):
    desk.write("long.pdf", " ".join("-" * 20), mtime=2_000_000_000)
    desk.write("short.pdf", "-")
    desk.index()
    assert desk.recognizers.asked[0] == ("short.pdf", 1)


def test_what_was_recognized_once_is_never_recognized_again(desk):
    desk.write("a.pdf", "- -")
    desk.index()
    desk.index()
    assert desk.recognizers.asked == []
    desk.write("copy of it.pdf", "- -")
    desk.index()
    assert desk.recognizers.asked == []
    assert desk.outcome("copy of it.pdf") == (DocumentStatus.INDEXED, "")


def test_a_run_that_is_stopped_goes_on_at_the_next_page(desk):
    desk.write("a.pdf", " ".join("-" * 10))
    desk.index(is_cancelled=lambda: len(desk.recognizers.asked) >= 4)
    before = list(desk.recognizers.asked)
    assert before == [("a.pdf", page) for page in range(1, 5)]
    assert desk.outcome("a.pdf") == (DocumentStatus.FAILED, "needs-ocr")
    desk.index()
    assert desk.recognizers.asked == [("a.pdf", page) for page in range(5, 11)]
    assert desk.outcome("a.pdf") == (DocumentStatus.INDEXED, "")


def test_a_long_scan_is_searchable_before_it_is_done(desk, monkeypatch):
    monkeypatch.setattr(recognition, "_PAGES_BETWEEN_READINGS", 3)
    desk.write("a.pdf", " ".join("-" * 8))
    desk.index(is_cancelled=lambda: len(desk.recognizers.asked) >= 5)
    assert desk.outcome("a.pdf") == (DocumentStatus.PARTIAL, "scanned-pages")
    assert "5 of 8 pages hold no text" in desk.library.by_path()["a.pdf"].reason
    desk.index()
    assert desk.outcome("a.pdf") == (DocumentStatus.INDEXED, "")


def test_recognition_goes_on_in_turns_until_all_is_done(desk, monkeypatch):
    times = iter(range(10_000))
    monkeypatch.setattr(time, "monotonic", lambda: next(times) / 2)
    monkeypatch.setattr("desktop_app.indexing.indexer._TURN_SECONDS", 2.0)
    for number in range(5):
        desk.write(f"{number}.pdf", f"- {number}")
    desk.index()
    assert len(desk.recognizers.asked) == 10
    assert {desk.outcome(f"{number}.pdf") for number in range(5)} == {(DocumentStatus.INDEXED, "")}


@pytest.mark.parametrize("answer", [PageState.NOISE, Failure(ParserTimeout.code, "Late.")])
def test_pages_that_stay_without_text_are_counted_and_not_tried_again(desk, answer):
    desk.write("a.pdf", "- - -")
    desk.recognizers.answers["a.pdf", 2] = answer
    desk.index()
    assert desk.outcome("a.pdf") == (DocumentStatus.PARTIAL, "unrecognized-pages")
    assert "1 of 3 pages show nothing" in desk.library.by_path()["a.pdf"].reason
    desk.index()
    assert desk.recognizers.asked == []


def test_scans_within_an_archive_are_recognized_too(desk):
    desk.write("a.zip", "words - -")
    desk.index()
    assert desk.outcome("a.zip") == (DocumentStatus.INDEXED, "")
    assert "recognized 3" in " ".join(desk.texts("a.zip"))
    desk.index()
    assert desk.recognizers.asked == []


def test_blank_pages_are_no_shortfall(desk):
    desk.write("a.pdf", "- -")
    desk.recognizers.answers["a.pdf", 2] = PageState.BLANK
    desk.index()
    assert desk.outcome("a.pdf") == (DocumentStatus.INDEXED, "")


def test_a_scan_and_a_photograph_without_words_are_told_apart(desk):
    desk.write("scan.pdf", "-")
    desk.write("photo.png", "-  ")
    for name in ("scan.pdf", "photo.png"):
        desk.recognizers.answers[name, 1] = PageState.NOISE
    desk.index()
    assert desk.outcome("scan.pdf") == (DocumentStatus.FAILED, "no-text-recognized")
    assert desk.outcome("photo.png") == (DocumentStatus.SKIPPED, "no-text-recognized")
    desk.index()
    assert desk.recognizers.asked == []


def test_without_data_it_is_said_and_with_data_it_is_done(desk):
    data = list(desk.settings.tessdata_dir.iterdir())
    contents = {each: each.read_bytes() for each in data}
    for each in data:
        each.unlink()
    desk.write("scan.pdf", "-")
    desk.write("photo.png", "-  ")
    desk.index()
    assert desk.recognizers.asked == []
    assert desk.outcome("scan.pdf") == (DocumentStatus.FAILED, "needs-ocr")
    assert desk.outcome("photo.png") == (DocumentStatus.SKIPPED, "unrecognized-picture")
    for each, content in contents.items():
        each.write_bytes(content)
    desk.index()
    assert desk.outcome("scan.pdf") == (DocumentStatus.INDEXED, "")
    assert desk.outcome("photo.png") == (DocumentStatus.INDEXED, "")


def test_another_language_recognizes_again_and_loses_nothing_meanwhile(desk):
    desk.write("a.pdf", "-")
    desk.index()
    desk.settings = replace(desk.settings, ocr_languages="deu")
    desk.recognizers.answers["a.pdf", 1] = PageText(
        1, PageState.READ, (TextLine("erkannt", 1.0, 1.0, 9.0, 9.0, 11.0, 0),)
    )
    desk.index()
    assert desk.recognizers.asked == [("a.pdf", 1)]
    assert desk.texts("a.pdf") == ["erkannt"]
    assert "tesseract deu" in desk.library.by_path()["a.pdf"].parser


def test_switched_off_nothing_is_recognized(desk):
    desk.settings = replace(desk.settings, ocr=False)
    desk.write("a.pdf", "-")
    desk.index()
    assert desk.recognizers.asked == []


def test_a_file_that_changes_meanwhile_is_not_mixed_with_its_old_pages(desk):
    path = desk.write("a.pdf", "- -")
    stream = desk.recognizers.stream

    def changing(requests, *, is_cancelled):
        for answer in stream(requests, is_cancelled=is_cancelled):
            if answer is not None and answer[0].page == 2:
                path.write_text("now printed")
            yield answer

    desk.recognizers.stream = changing
    desk.index()
    pages = RecognizedPages.of(desk.settings)
    assert list(pages.folder.iterdir()) == []
    desk.recognizers.stream = stream
    desk.index()
    assert " ".join(desk.texts("a.pdf")).split() == ["now", "printed"]


def test_a_file_that_cannot_be_opened_any_more_is_left_as_it_is(desk):
    desk.write("a.pdf", "-")
    failure = Failure(FileUnreadable.code, "Gone.")
    desk.recognizers.answers["a.pdf", 1] = failure
    desk.index()
    assert desk.outcome("a.pdf") == (DocumentStatus.FAILED, "needs-ocr")
    del desk.recognizers.answers["a.pdf", 1]
    desk.index()
    assert desk.outcome("a.pdf") == (DocumentStatus.INDEXED, "")


@pytest.mark.parametrize("code", [ParserCrashed.code, ParserTimeout.code])
def test_a_page_whose_reader_was_killed_or_late_comes_again_and_twice_is_enough(desk, code):
    desk.write("a.pdf", "- -")
    desk.write("b.pdf", "- - b")
    killed = Failure(code, "Killed.")
    desk.recognizers.answers["a.pdf", 1] = [killed]
    desk.recognizers.answers["b.pdf", 1] = killed
    desk.index()
    assert desk.outcome("a.pdf") == (DocumentStatus.INDEXED, "")
    assert desk.outcome("b.pdf") == (DocumentStatus.PARTIAL, "unrecognized-pages")
    assert desk.recognizers.asked.count(("a.pdf", 1)) == 2
    assert desk.recognizers.asked.count(("b.pdf", 1)) == 2
    assert desk.recognizers.asked.count(("b.pdf", 2)) == 1
    # A busy computer may need many times as long.
    assert max(desk.recognizers.deadlines) >= 5 * min(desk.recognizers.deadlines)


def test_a_page_is_not_blamed_for_a_reader_that_never_came_up(desk):
    desk.write("a.pdf", " ".join("-" * 9))
    desk.recognizers.answers["a.pdf", 2] = Failure(ReaderNotStarted.code, "Busy.")
    desk.index()
    # Nothing more is asked of a file that is left for the next run.
    assert desk.recognizers.asked == [("a.pdf", 1), ("a.pdf", 2)]
    del desk.recognizers.answers["a.pdf", 2]
    desk.index()
    assert desk.recognizers.asked == [("a.pdf", page) for page in range(2, 10)]
    assert desk.outcome("a.pdf") == (DocumentStatus.INDEXED, "")


def test_the_ledger_is_walked_no_more_often_for_more_scans_pages_and_turns(desk, monkeypatch):
    desk.write("a.pdf", "-")
    desk.index()
    walks, desk.library.walks = desk.library.walks, 0
    times = iter(range(100_000))
    monkeypatch.setattr(time, "monotonic", lambda: next(times) / 2)
    monkeypatch.setattr("desktop_app.indexing.indexer._TURN_SECONDS", 4.0)
    for number in range(30):
        desk.write(f"{number}.pdf", f"- - {number}")
    desk.index()
    assert len(desk.recognizers.asked) == 90
    assert desk.library.walks <= walks


def test_files_that_are_recognized_at_once_are_written_at_once(desk):
    for number in range(30):
        desk.write(f"{number}.pdf", f"- {number}")
    desk.index()
    desk.settings = replace(desk.settings, ocr_languages="deu")
    desk.library.calls.clear()
    desk.index()
    assert len(desk.recognizers.asked) == 60
    written = [name for name, _ in desk.library.calls if name == "put_documents"]
    assert len(written) < 30


def test_a_folder_that_is_taken_out_while_nobody_pulls_does_not_come_back(desk):
    for number in range(3):
        desk.write(f"{number}.pdf", f"- {number}")
    fakes: tuple[Any, Any, Any] = (desk.library, desk.readers, None)
    recognizers: Any = desk.recognizers
    for progress in Indexer(*fakes, desk.settings, recognizers=recognizers).index([str(desk.root)]):
        if progress.phase is IndexPhase.RECOGNIZING:
            desk.library.remove_documents(list(desk.library.rows))
            desk.library.registered.clear()
    assert desk.library.rows == desk.library.texts == {}


def test_pages_of_a_file_that_is_gone_are_forgotten(desk):
    path = desk.write("a.pdf", "-")
    desk.index()
    pages = RecognizedPages.of(desk.settings)
    assert len(list(pages.folder.iterdir())) == 1
    path.unlink()
    desk.write("b.txt", "something else")
    desk.index()
    assert list(pages.folder.iterdir()) == []


def test_an_archive_is_read_with_the_pages_of_its_members(tmp_path):
    make_scan(tmp_path / "first.pdf", ["Printed words of the first page. " * 9, ("A",), ("B",)])
    make_scan(tmp_path / "second.pdf", [("C",)])
    mail = EmailMessage()
    mail["Subject"] = "An attached scan"
    mail.set_content("Words of the message.")
    mail.add_attachment(
        (tmp_path / "second.pdf").read_bytes(), maintype="application", subtype="pdf",
        filename="second.pdf",
    )  # fmt: skip
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(tmp_path / "first.pdf", "in/first.pdf")
        archive.writestr("damaged.pdf", (tmp_path / "first.pdf").read_bytes()[:400])
        archive.writestr("mail.eml", mail.as_bytes())
        archive.write(tmp_path / "second.pdf", "last.pdf")
    met: list[tuple[int, int]] = []
    find_scans(path, "application/zip", lambda file, page, number: met.append((page, number)))
    assert met == [(2, 1), (3, 2), (1, 3), (1, 4)]
    pages = tmp_path / "pages.jsonl"
    request = ExtractRequest(str(path), "0" * 64, "a", str(pages), "tesseract xyz")
    first = extract(request)
    assert (first.page_count, first.empty_pages) == (4, (1, 2, 3, 4))
    assert "scanned" not in first.shortfall
    line = TextLine("Alpha beta gamma", 60.0, 90.0, 300.0, 110.0, 20.0, 0)
    append_page_texts(pages, [PageText(3, PageState.READ, (line,))])
    second = extract(request)
    assert (second.page_count, second.empty_pages) == (4, (1, 2, 4))
    (passage,) = [each for each in second.passages if "Alpha beta gamma" in each.text]
    assert "mail.eml" in passage.heading
    assert "second.pdf" in passage.full_text
    append_page_texts(pages, [PageText(number, PageState.BLANK) for number in (1, 2, 4)])
    third = extract(request)
    assert third.empty_pages == ()
    assert third.parser.endswith("tesseract xyz")


def test_a_file_whose_pages_are_all_blank_has_an_answer(tmp_path):
    path = make_scan(tmp_path / "a.pdf", [("A",)])
    pages = tmp_path / "pages.jsonl"
    append_page_texts(pages, [PageText(1, PageState.BLANK)])
    found = extract(ExtractRequest(str(path), "0" * 64, "a", str(pages), "tesseract xyz"))
    assert (found.passages, found.empty_pages) == ((), ())
    assert found.parser.endswith("tesseract xyz")


def test_a_file_is_read_with_the_pages_that_are_known(tmp_path):
    path = make_scan(tmp_path / "a.pdf", [("A",), ("B",)])
    pages = tmp_path / "pages.jsonl"
    line = TextLine("Alpha beta gamma", 60.0, 90.0, 300.0, 110.0, 20.0, 0)
    append_page_texts(pages, [PageText(1, PageState.READ, (line,))])
    request = ExtractRequest(str(path), "0" * 64, "a", str(pages), "tesseract xyz")
    first = extract(request)
    assert (first.empty_pages, len(first.passages)) == ((2,), 1)
    assert "tesseract" not in first.parser
    append_page_texts(pages, [PageText(2, PageState.NOISE)])
    second = extract(request)
    assert second.empty_pages == (2,)
    assert second.parser.endswith("tesseract xyz")
    (passage,) = second.passages
    assert "Alpha beta gamma" in passage.text
    assert passage.locator.boxes[0].page == 1
