"""The indexing flow on real files, with the real store, parser processes and model."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import docx
import openpyxl
import pptx
import pymupdf
import pytest

from desktop_app.domain import DocumentStatus, IndexPhase
from desktop_app.indexing.extraction import extract
from desktop_app.indexing.indexer import Indexer
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.parsing.pool import ParserPool
from desktop_app.settings import Settings, resources_dir
from desktop_app.store.library import open_library
from tests.e2e.poison import extract_or_die, names_of_heavy_modules

SENTENCE = "The {} crossing was opened to traffic in the spring of that year."
ROOT = Path(__file__).resolve().parents[2]


class Desk:
    """A library, a pool and perhaps a model, for one folder."""

    def __init__(self, folder, *, work=extract, model=None):
        self.settings = Settings(library_dir=folder / "library", parse_seconds=30.0)
        self.root = folder / "root"
        self.root.mkdir(exist_ok=True)
        self.library = open_library(self.settings.library_dir)
        self.library.add_root(str(self.root))
        self.model = model
        self.pool = ParserPool(work, processes=2, memory_mb=1024)

    def index(self, **more):
        indexer = Indexer(self.library, self.pool, self.model, self.settings)
        return list(indexer.index([str(self.root)], **more))

    def rows(self):
        return {row.path: row for row in self.library.documents()}

    def close(self):
        self.pool.close()
        self.library.close()


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    pack = find_pack(
        "starter", packs_dir=tmp_path_factory.mktemp("packs"), resources_dir=resources_dir()
    )
    model = ModelProcess(pack, cache_dir=tmp_path_factory.mktemp("cache"))
    yield model
    model.close()


def write_all_formats(root):
    """Write one small file of every kind that the standard tools can make."""
    (root / "sub").mkdir()
    (root / "notes.txt").write_text(SENTENCE.format("text"))
    (root / "sub" / "guide.md").write_text(f"# Guide\n\n## Bridges\n\n{SENTENCE.format('mark')}\n")
    (root / "page.html").write_text(
        f"<html><title>P</title><body><p>{SENTENCE.format('web')}</p></body></html>"
    )
    with (root / "table.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["bridge", "year"], ["comma crossing", "1931"]])
    (root / "data.json").write_text(json.dumps({"bridge": SENTENCE.format("brace")}))
    document = docx.Document()
    document.add_heading("Bridges", 1)
    document.add_paragraph(SENTENCE.format("word"))
    document.save(str(root / "letter.docx"))
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Bridges"
    slide.placeholders[1].text = SENTENCE.format("slide")
    deck.save(str(root / "deck.pptx"))
    book = openpyxl.Workbook()
    book.active.append(["bridge", "year"])
    book.active.append(["sheet crossing", 1931])
    book.save(root / "book.xlsx")
    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 72), SENTENCE.format("first page"))
        pdf.new_page().insert_text((72, 72), SENTENCE.format("printed"))
        pdf.save(root / "report.pdf")
    (root / "program.exe").write_bytes(b"MZ")
    (root / "nothing.txt").write_bytes(b"")
    (root / "damaged.docx").write_bytes(b"PK\x03\x04 not a zip at all")
    return 9


def test_files_of_all_formats_are_found_by_word_and_by_meaning(tmp_path, model):
    desk = Desk(tmp_path, model=model)
    readable = write_all_formats(desk.root)
    last = desk.index()[-1]
    rows = desk.rows()
    assert last.phase is IndexPhase.DONE
    assert last.indexed + last.partial == readable, {path: row.reason for path, row in rows.items()}
    assert rows["damaged.docx"].status is DocumentStatus.FAILED
    assert rows["program.exe"].reason_code == "unsupported"
    assert rows["nothing.txt"].reason_code == "empty"
    assert last.passages_embedded == last.passages_total == desk.library.coverage(None).passages
    words = "text mark web comma brace word slide sheet printed"
    for word in words.split():
        run = desk.library.search_fulltext(f"{word} crossing", k=1)
        assert word in desk.library.get_passages(run.passage_ids)[run.passage_ids[0]].text
    asked = model.embed_query("When was the bridge opened?").dense[0]
    assert len(desk.library.search_dense(model.space, asked, k=20).passage_ids) >= readable
    (page,) = desk.library.search_fulltext("printed", k=1).passage_ids
    where = desk.library.get_passages([page])[page].locator
    assert where.page == 2
    assert where.boxes
    desk.close()


def test_a_second_run_parses_and_embeds_nothing(tmp_path, model):
    desk = Desk(tmp_path, model=model)
    write_all_formats(desk.root)
    desk.index()
    before = desk.rows()
    steps = desk.index()
    assert desk.rows() == before
    assert {step.phase for step in steps} <= {
        IndexPhase.SCANNING,
        IndexPhase.READING,
        IndexPhase.EMBEDDING,
        IndexPhase.DONE,
    }
    assert steps[-1].indexed == sum(r.status is DocumentStatus.INDEXED for r in before.values())
    desk.close()


def test_moves_copies_and_deletions_are_followed_without_parsing(desk):
    for name in ("a", "b", "c"):
        (desk.root / f"{name}.txt").write_text(SENTENCE.format(name))
    desk.index()
    first = desk.rows()
    (desk.root / "a.txt").rename(desk.root / "moved.txt")
    (desk.root / "copy.txt").write_bytes((desk.root / "b.txt").read_bytes())
    (desk.root / "c.txt").unlink()
    os.utime(desk.root / "b.txt", (1, 1))
    desk.index()
    rows = desk.rows()
    assert sorted(rows) == ["b.txt", "copy.txt", "moved.txt"]
    assert rows["moved.txt"].content_hash == first["a.txt"].content_hash
    assert all(row.seconds == 0.0 for row in rows.values())  # nothing was parsed
    assert desk.library.coverage(None).passages == 2
    assert desk.library.search_fulltext("c", k=5).passage_ids == ()


def test_a_changed_file_is_found_by_its_new_words_only(desk):
    path = desk.root / "a.txt"
    path.write_text("The harbor was deepened.")
    desk.index()
    path.write_text("The lighthouse was painted.")
    os.utime(path, (5, 5))
    desk.index()
    assert desk.library.search_fulltext("harbor", k=5).passage_ids == ()
    assert len(desk.library.search_fulltext("lighthouse", k=5).passage_ids) == 1


def test_a_file_that_kills_its_parser_is_recorded_and_not_tried_again(tmp_path):
    desk = Desk(tmp_path, work=extract_or_die)
    for name in ("one", "poison", "two"):
        (desk.root / f"{name}.txt").write_text(SENTENCE.format(name))
    desk.index()
    rows = desk.rows()
    assert rows["poison.txt"].reason_code == "crashed"
    assert Counter(row.status for row in rows.values()) == {
        DocumentStatus.INDEXED: 2,
        DocumentStatus.FAILED: 1,
    }
    desk.index()
    assert desk.rows() == rows
    desk.close()


def test_parser_processes_load_no_heavy_library(tmp_path):
    desk = Desk(tmp_path, work=names_of_heavy_modules)
    write_all_formats(desk.root)
    desk.index()
    assert {row.title for row in desk.rows().values()} == {""}
    desk.close()


def test_a_killed_run_is_continued_without_losses_or_duplicates(tmp_path):
    root, directory = tmp_path / "root", tmp_path / "library"
    root.mkdir()
    for number in range(1500):
        (root / f"{number:04d}.txt").write_text(SENTENCE.format(f"number {number}") * 3)
    program = Path(__file__).with_name("index_and_wait.py")
    with subprocess.Popen(
        [sys.executable, str(program), str(directory), str(root)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.kill()
    desk = Desk(tmp_path)
    survived = len(desk.rows())
    assert 0 < survived < 1500
    desk.index()
    rows = desk.rows()
    assert len(rows) == 1500
    assert Counter((row.status, row.reason) for row in rows.values()) == {
        (DocumentStatus.INDEXED, ""): 1500
    }
    assert desk.library.coverage(None).passages == sum(row.passages for row in rows.values())
    for number in (0, 750, 1499):
        run = desk.library.search_fulltext("", phrases=[f"number {number} crossing"], k=5)
        assert len(run.passage_ids) == 1
    desk.close()


def test_cancelling_keeps_what_was_read(desk):
    for number in range(300):
        (desk.root / f"{number}.txt").write_text(SENTENCE.format(number))
    steps = desk.index(is_cancelled=lambda: len(desk.library.documents()) > 0)
    assert steps[-1].phase is not IndexPhase.DONE
    kept = len(desk.rows())
    assert kept > 0
    desk.index()
    assert len(desk.rows()) == 300


@pytest.mark.shared
def test_a_hostile_tree_is_accounted_for_to_the_last_file(tmp_path, shared):
    desk = Desk(tmp_path)
    generator = shared / "corpora" / "torture" / "make_hostile_tree.py"
    subprocess.run(
        [sys.executable, str(generator), str(desk.root)], check=True, capture_output=True
    )
    last = desk.index()[-1]
    rows = desk.rows()
    assert last.files_done == last.files_total == len(rows)
    assert last.indexed + last.partial + last.failed + last.skipped == len(rows)
    assert all(row.reason for row in rows.values() if row.status is not DocumentStatus.INDEXED)
    expected = {os.fsdecode(os.fsencode(path)) for path in _visible_files(desk.root)}
    assert {path for path in rows if path not in {"links/outside", "links/up"}} == expected
    again = desk.index()
    assert desk.rows() == rows
    assert again[-1].indexed == last.indexed
    desk.close()


def _visible_files(root):
    """List by other means what a folder shows: regular files, and links that lead nowhere."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            hidden = name.startswith((".", "~$"))
            if not hidden and (path.is_file() or (path.is_symlink() and not path.exists())):
                yield str(path.relative_to(root))


def test_an_archive_named_as_text_does_not_stop_the_run(desk):
    with zipfile.ZipFile(desk.root / "archive.txt", "w") as archive:
        archive.writestr("inner.txt", "words " * 1000)
    (desk.root / "good.txt").write_text(SENTENCE.format("good"))
    desk.index()
    rows = desk.rows()
    assert rows["good.txt"].status is DocumentStatus.INDEXED
    assert rows["archive.txt"].reason
