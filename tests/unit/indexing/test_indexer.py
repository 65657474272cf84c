from __future__ import annotations

import errno
import os
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain import Block, BlockKind, DocumentStatus, IndexPhase, ParsedDocument
from desktop_app.domain.folders import RootRules
from desktop_app.errors import (
    CorruptFile,
    DiskFull,
    EncryptedFile,
    ParserCrashed,
    ParserTimeout,
    ReaderNotStarted,
    UnsupportedFormat,
)
from desktop_app.indexing import plan, reading
from desktop_app.indexing.indexer import Indexer
from desktop_app.parsing.formats import PARSER_VERSION
from desktop_app.settings import Settings
from tests.unit.indexing.fakes import FakeLibrary, FakeModel, FakePool, parse_text, with_shortfall

FULL = DocumentStatus.INDEXED


class Bench:
    """A folder with a library beside it, indexed again and again."""

    def __init__(self, folder):
        self.root = folder / "root"
        self.root.mkdir()
        self.library = FakeLibrary(self.root)
        self.pool = FakePool()
        self.model = FakeModel()
        self.settings = Settings(library_dir=folder / "library")
        self.changed = dict

    def write(self, name, text, *, mtime=None):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if mtime is not None:
            os.utime(path, (mtime, mtime))
        return path

    def index(self, *roots, **more):
        """Run to the end; pool, model and library note only this run."""
        self.pool.parsed.clear()
        if self.model is not None:
            self.model.embedded.clear()
        self.library.calls.clear()
        fakes: tuple[Any, Any, Any] = (self.library, self.pool, self.model)
        indexer = Indexer(*fakes, self.settings, changed=self.changed)
        wanted = [str(root) for root in roots or (self.root,)]
        return list(indexer.index(wanted, **more))

    def outcome(self, name):
        row = self.library.by_path()[name]
        return row.status, row.reason_code


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_a_folder_becomes_rows_passages_and_vectors(bench):
    bench.write("a.txt", "First text.")
    bench.write("deep/b.txt", "Second text.")
    bench.write("c.exe", "no text")
    last = bench.index()[-1]
    assert last.phase is IndexPhase.DONE
    assert (last.files_done, last.files_total) == (3, 3)
    assert (last.indexed, last.partial, last.failed, last.skipped) == (2, 0, 0, 1)
    assert (last.passages_embedded, last.passages_total) == (2, 2)
    assert bench.outcome("a.txt") == (FULL, "")
    assert bench.outcome("c.exe") == (DocumentStatus.SKIPPED, "unsupported")
    assert set(bench.library.vectors) == set(bench.library.texts)
    assert "a\nFirst text." in bench.model.embedded


def test_what_another_program_converts_is_read_last_and_else_small_files_are_first(
    bench, monkeypatch
):
    monkeypatch.setattr(reading, "needs_program", lambda path: path.endswith(".doc"))
    for name, length in [("a.txt", 90_000), ("b.txt", 9), ("c.doc", 9), ("d.txt", 900)]:
        bench.write(name, name * length)
    bench.index()
    assert [Path(each).name for each in bench.pool.parsed] == ["b.txt", "d.txt", "a.txt", "c.doc"]


@pytest.mark.parametrize(("seconds_a_write", "most_writes"), [(0.0, 25), (0.4, 7)])
def test_where_writing_is_slow_more_is_written_at_once(
    bench, monkeypatch, seconds_a_write, most_writes
):
    now = 0.0

    def take(seconds, work):
        def slowly(argument):
            nonlocal now
            now += seconds
            return work(argument)

        return slowly

    monkeypatch.setattr(reading, "time", SimpleNamespace(monotonic=lambda: now))
    bench.pool.parse = take(0.1, bench.pool.parse)
    bench.library.put_documents = take(seconds_a_write, bench.library.put_documents)
    for number in range(200):
        bench.write(f"{number}.txt", f"text {number}")
    bench.index()
    writes = [size for name, size in bench.library.calls if name == "put_documents"]
    assert sum(writes) == 200
    # Twenty seconds of reading: nobody loses more than five of them, or waits longer.
    assert 5 <= len(writes) <= most_writes


def test_asking_which_folders_there_are_counts_no_files_while_reading(bench, monkeypatch):
    monkeypatch.delattr(FakeLibrary, "roots")  # it counts every file of the library
    bench.write("a.txt", "Text.")
    bench.index()
    assert bench.outcome("a.txt") == (FULL, "")


def test_passages_are_written_before_their_rows(bench):
    bench.write("a.txt", "Text.")
    bench.index()
    names = [name for name, _ in bench.library.calls]
    assert names.index("put_passages") < names.index("put_documents") < names.index("put_vectors")


def test_a_second_run_reads_and_writes_nothing(bench):
    bench.write("a.txt", "Text.")
    bench.write("b.exe", "x")
    bench.write("c.txt", "")
    bench.index()
    last = bench.index()[-1]
    assert bench.pool.parsed == []
    assert bench.model.embedded == []
    assert bench.library.calls == []
    assert (last.files_done, last.indexed, last.skipped) == (3, 1, 2)


def test_a_touched_file_is_hashed_but_not_parsed(bench):
    path = bench.write("a.txt", "Text.")
    bench.index()
    os.utime(path, (5, 5))
    bench.index()
    assert bench.pool.parsed == []
    assert bench.library.by_path()["a.txt"].mtime_ns == 5_000_000_000


def test_a_file_from_the_year_2400_is_read_once_with_a_time_that_can_be_stored(bench):
    bench.write("a.txt", "Text.", mtime=13_569_465_600)
    bench.index()
    assert bench.outcome("a.txt") == (FULL, "")
    assert bench.library.by_path()["a.txt"].mtime_ns < 2**63
    bench.index()
    assert bench.pool.parsed == []


def test_a_changed_file_replaces_its_text(bench):
    bench.write("a.txt", "Old text.")
    bench.index()
    bench.write("a.txt", "New words.", mtime=7)
    bench.index()
    assert [each.text for each in bench.library.texts.values()] == ["New words."]


def test_a_renamed_file_is_neither_parsed_nor_embedded(bench):
    path = bench.write("a.txt", "Text.")
    bench.index()
    (bench.root / "sub").mkdir()
    path.rename(bench.root / "sub" / "b.txt")
    bench.index()
    assert bench.pool.parsed == []
    assert bench.model.embedded == []
    assert list(bench.library.by_path()) == ["sub/b.txt"]


def test_two_files_that_change_places_lose_nothing(bench):
    one = bench.write("a.txt", "Text number one.", mtime=1)
    two = bench.write("b.txt", "Text number two.", mtime=2)
    bench.index()
    held = set(bench.library.vectors)
    one.rename(bench.root / "x")
    two.rename(one)
    (bench.root / "x").rename(two)
    bench.index()
    assert bench.pool.parsed == []
    assert set(bench.library.vectors) == held


def test_equal_files_are_parsed_once_and_deleted_one_by_one(bench):
    for name in ("a.txt", "b.txt", "c.txt"):
        bench.write(name, "The same text.")
    bench.index()
    assert len(bench.pool.parsed) == 1
    assert len(bench.library.texts) == 1
    (bench.root / "a.txt").unlink()
    (bench.root / "b.txt").unlink()
    bench.index()
    assert list(bench.library.by_path()) == ["c.txt"]
    assert len(bench.library.texts) == 1
    (bench.root / "c.txt").unlink()
    bench.index()
    assert bench.library.texts == {}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CorruptFile(), DocumentStatus.FAILED),
        (EncryptedFile(), DocumentStatus.FAILED),
        (UnsupportedFormat(), DocumentStatus.SKIPPED),
    ],
)
def test_what_cannot_be_parsed_is_recorded_once(bench, error, status):
    def refuse(path):
        raise error

    bench.pool.parse = refuse
    bench.write("bad.txt", "x")
    bench.index()
    assert bench.outcome("bad.txt") == (status, error.code)
    assert error.title in bench.library.by_path()["bad.txt"].reason
    bench.index()
    assert bench.pool.parsed == []


def test_a_copy_under_another_suffix_gets_its_own_try(bench):
    def by_suffix(path):
        if path.suffix == ".pdf":
            raise CorruptFile
        return parse_text(path)

    bench.pool.parse = by_suffix
    bench.write("a.pdf", "plain text", mtime=2)
    bench.write("b.txt", "plain text", mtime=1)
    bench.index()
    assert bench.outcome("a.pdf") == (DocumentStatus.FAILED, "corrupt")
    assert bench.outcome("b.txt") == (FULL, "")


def test_a_file_that_an_upgrade_cannot_read_any_more_loses_its_old_text(bench, monkeypatch):
    bench.write("a.txt", "text")
    bench.index()
    monkeypatch.setattr("desktop_app.indexing.plan.CHUNKER_VERSION", 99)
    bench.pool.parse = lambda path: (_ for _ in ()).throw(CorruptFile())
    bench.index()
    assert bench.outcome("a.txt") == (DocumentStatus.FAILED, "corrupt")
    assert bench.library.texts == {}


def test_a_newer_chunker_cuts_every_document_again_without_hashing_it(bench, monkeypatch):
    bench.write("a.txt", "text")
    bench.write("b.txt", "other")
    bench.index()
    for module in ("plan", "ledger"):
        monkeypatch.setattr(f"desktop_app.indexing.{module}.CHUNKER_VERSION", 99)
    monkeypatch.setattr("desktop_app.indexing.reading.hash_file", None)
    bench.index()
    assert sorted(bench.pool.parsed) == ["a.txt", "b.txt"]
    assert {row.chunker_version for row in bench.library.rows.values()} == {99}


def test_a_file_marked_for_retry_is_read_again(bench):
    bench.pool.parse = lambda path: (_ for _ in ()).throw(CorruptFile())
    bench.write("a.txt", "x")
    bench.index()
    ((key, row),) = bench.library.rows.items()
    bench.library.rows[key] = replace(row, content_hash="", size=-1, mtime_ns=-1)
    bench.pool.parse = parse_text
    bench.index()
    assert bench.outcome("a.txt") == (FULL, "")


@pytest.mark.parametrize(
    ("changes", "outcome", "sentence"),
    [
        (
            {"empty_pages": (2, 5, 7), "page_count": 10},
            (DocumentStatus.PARTIAL, "scanned-pages"),
            "3 of 10 pages hold no text (scanned pages).",
        ),
        (
            {"shortfall": "Two sheets were left out."},
            (DocumentStatus.PARTIAL, "incomplete"),
            "Two sheets were left out.",
        ),
        (
            {"remark": "One attachment is of another program."},
            (DocumentStatus.INDEXED, ""),
            "One attachment is of another program.",
        ),
        (
            {"shortfall": "One is damaged.", "remark": "One is of another program."},
            (DocumentStatus.PARTIAL, "incomplete"),
            "One is damaged. One is of another program.",
        ),
        (
            {"blocks": (), "empty_pages": (1, 2), "page_count": 2},
            (DocumentStatus.FAILED, "needs-ocr"),
            "The pages are images without text (scanned).",
        ),
        ({"blocks": ()}, (DocumentStatus.FAILED, "empty"), "The file holds no text."),
    ],
)
def test_what_was_not_read_is_said(bench, changes, outcome, sentence):
    bench.pool.parse = lambda path: with_shortfall(parse_text(path), **changes)
    bench.write("a.pdf", "text")
    bench.index()
    assert bench.outcome("a.pdf") == outcome
    assert sentence in bench.library.by_path()["a.pdf"].reason


def test_a_file_whose_reader_was_killed_by_something_else_is_read_once_more(bench):
    bench.write("a.txt", "text")

    def die_once(path):
        if bench.pool.parsed.count("a.txt") == 1:
            raise ParserCrashed
        return parse_text(path)

    bench.pool.parse = die_once
    bench.index()
    assert bench.pool.parsed == ["a.txt", "a.txt"]
    assert bench.outcome("a.txt") == (FULL, "")


def test_a_file_that_kills_its_reader_twice_has_failed_and_is_left_alone(bench):
    bench.write("a.txt", "text")

    def die(_path):
        raise ParserCrashed

    bench.pool.parse = die
    bench.index()
    assert bench.pool.parsed == ["a.txt", "a.txt"]
    assert bench.outcome("a.txt") == (DocumentStatus.FAILED, "crashed")
    bench.index()
    assert bench.pool.parsed == []


def test_what_was_read_is_stored_while_a_slow_file_is_waited_for(bench, monkeypatch):
    seconds = "desktop_app.indexing.reading._GROUP_SECONDS"
    monkeypatch.setattr(seconds, 1e9)
    bench.write("a.txt", "one")
    bench.write("b.txt", "two, and much longer than the other one")
    stored_before = {}

    def note(path):
        stored_before[path.name] = sorted(bench.library.by_path())
        return parse_text(path)

    bench.pool.parse = note
    bench.pool.wait = lambda: monkeypatch.setattr(seconds, 0.0 if bench.pool.parsed else 1e9)
    bench.index()
    assert stored_before == {"a.txt": [], "b.txt": ["a.txt"]}


def test_a_file_changed_while_being_read_is_read_once_more(bench):
    path = bench.write("a.txt", "before", mtime=1)
    times = iter([10, 20, 30])

    def meddle_once(source):
        parsed = parse_text(source)
        if bench.pool.parsed.count("a.txt") == 1:
            path.write_text("after!")
            os.utime(path, (next(times),) * 2)
        return parsed

    bench.pool.parse = meddle_once
    bench.index()
    assert bench.pool.parsed == ["a.txt", "a.txt"]
    assert [each.text for each in bench.library.texts.values()] == ["after!"]


def test_a_file_that_keeps_changing_has_failed_for_now(bench):
    path = bench.write("a.txt", "text", mtime=1)
    times = iter(range(10, 90, 10))

    def meddle(source):
        os.utime(path, (next(times),) * 2)
        return parse_text(source)

    bench.pool.parse = meddle
    bench.index()
    assert bench.outcome("a.txt") == (DocumentStatus.FAILED, "changed")
    bench.pool.parse = parse_text
    bench.index()
    assert bench.outcome("a.txt") == (FULL, "")


def test_a_file_that_vanishes_before_it_is_read_leaves_no_row(bench):
    bench.write("a.txt", "one", mtime=2)
    gone = bench.write("b.txt", "two, longer", mtime=1)

    def remove_other(source):
        gone.unlink(missing_ok=True)
        return parse_text(source)

    bench.pool.parse = remove_other
    last = bench.index()[-1]
    assert list(bench.library.by_path()) == ["a.txt"]
    assert last.files_total == last.files_done == 1


def test_a_root_that_is_away_deletes_nothing(bench, tmp_path):
    bench.write("a.txt", "text")
    bench.index()
    bench.root.rename(tmp_path / "unplugged")
    last = bench.index()[-1]
    assert list(bench.library.by_path()) == ["a.txt"]
    assert "is away" in last.notice


def test_a_root_that_goes_away_while_being_read_deletes_nothing(bench, tmp_path):
    for n in range(4):
        bench.write(f"{n}.txt", f"text number {n}")
    bench.index()
    for n in range(4):
        bench.write(f"{n}.txt", f"changed text number {n}", mtime=n)

    def unplug_then_fail(source):
        if bench.root.exists():
            bench.root.rename(tmp_path / "unplugged")
        raise CorruptFile

    bench.pool.parse = unplug_then_fail
    last = bench.index()[-1]
    assert len(bench.library.rows) == 4
    assert all(row.status is FULL for row in bench.library.rows.values())
    assert "is away" in last.notice


@pytest.mark.parametrize("is_mount_point_left", [True, False])
def test_a_drive_that_goes_away_while_it_is_scanned_deletes_nothing(
    bench, tmp_path, monkeypatch, is_mount_point_left
):
    for n in range(12):
        bench.write(f"folder {n % 3}/{n}.txt", f"text number {n}")
    bench.index()
    real = os.scandir

    def unplug_then_list(path):
        if str(path).endswith("folder 1") and any(bench.root.iterdir()):
            bench.root.rename(tmp_path / "unplugged")
            if is_mount_point_left:
                bench.root.mkdir()
        return real(path)

    monkeypatch.setattr(os, "scandir", unplug_then_list)
    last = bench.index()[-1]
    assert len(bench.library.rows) == 12
    assert len(bench.library.vectors) == 12
    assert "is away" in last.notice


def test_a_mount_point_that_is_left_empty_while_being_read_deletes_nothing(bench, tmp_path):
    for n in range(12):
        bench.write(f"{n}.txt", f"text number {n}")
    bench.index()
    for n in range(12):
        bench.write(f"{n}.txt", f"changed text number {n}", mtime=n)

    def unplug_then_fail(source):
        if any(bench.root.iterdir()):
            bench.root.rename(tmp_path / "unplugged")
            bench.root.mkdir()
        raise CorruptFile

    bench.pool.parse = unplug_then_fail
    last = bench.index()[-1]
    assert len(bench.library.rows) == 12
    assert "is away" in last.notice


def test_a_root_removed_from_the_library_meanwhile_is_not_written(bench):
    for n in range(4):
        bench.write(f"{n}.txt", f"text {n}")

    def forget_root(source):
        bench.library.registered.clear()
        return parse_text(source)

    bench.pool.parse = forget_root
    bench.index()
    assert bench.library.rows == {}
    assert bench.library.texts == {}


def test_rows_below_a_folder_that_cannot_be_listed_are_kept(bench, monkeypatch):
    bench.write("closed/a.txt", "text")
    bench.write("b.txt", "other")
    bench.index()
    real = os.scandir

    def refuse(path):
        if str(path).endswith("closed"):
            raise PermissionError
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    bench.index()
    assert bench.outcome("closed/a.txt") == (FULL, "")
    assert bench.outcome("closed") == (DocumentStatus.FAILED, "unreadable")
    monkeypatch.undo()
    bench.index()
    assert sorted(bench.library.by_path()) == ["b.txt", "closed/a.txt"]


def test_without_a_model_the_keyword_index_is_made(bench):
    bench.model = None
    bench.write("a.txt", "text")
    last = bench.index()[-1]
    assert last.phase is IndexPhase.DONE
    assert len(bench.library.texts) == 1
    assert bench.library.vectors == {}


def test_no_reader_waits_while_passages_are_embedded(bench, monkeypatch):
    bench.write("a.txt", "text")
    at_work = []
    embed = bench.model.embed_passages

    def embed_and_look(texts, **more):
        at_work.append(bench.pool.is_at_work)
        return embed(texts, **more)

    monkeypatch.setattr(bench.model, "embed_passages", embed_and_look)
    bench.index()
    assert bench.pool.parsed
    assert at_work == [False]


def test_one_text_that_the_model_cannot_take_does_not_block_the_rest(bench):
    for n in range(40):
        bench.write(f"{n}.txt", "poison" if n == 17 else f"text {n}")
    bench.model.poison = ["poison"]
    last = bench.index()[-1]
    assert len(bench.library.vectors) == 39
    assert last.phase is IndexPhase.DONE
    assert "1 passage is found by its words only" in last.notice


def test_a_model_that_always_fails_leaves_the_keyword_index_and_a_notice(bench):
    for n in range(600):
        bench.write(f"{n}.txt", f"text {n}")
    bench.model.poison = ["text"]
    last = bench.index()[-1]
    assert len(bench.library.texts) == 600
    assert bench.library.vectors == {}
    assert "Meaning search is not complete." in last.notice


def test_a_full_disk_ends_the_run_with_its_own_error(bench):
    bench.write("a.txt", "text")
    bench.library.error = DiskFull()
    with pytest.raises(DiskFull):
        bench.index()
    assert bench.library.rows == {}


def test_cancelling_stops_early_and_the_next_run_goes_on(bench):
    for n in range(20):
        bench.write(f"{n}.txt", f"text {n}")
    steps = bench.index(is_cancelled=lambda: len(bench.pool.parsed) >= 5)
    assert steps[-1].phase is not IndexPhase.DONE
    assert 0 < len(bench.library.rows) < 20
    bench.index()
    assert len(bench.pool.parsed) == 20 - 5
    assert len(bench.library.rows) == 20


def test_a_file_that_comes_while_passages_are_embedded_is_read_before_the_rest(bench, monkeypatch):
    monkeypatch.setattr("desktop_app.indexing.indexer._SECONDS_BETWEEN_LOOKS", 0.0)
    for n in range(40):
        bench.write(f"{n}.txt", f"text {n}")
    embedded_before: list[int] = []

    def changed():
        if embedded_before or len(bench.model.embedded) < 16:
            return {}
        embedded_before.append(len(bench.model.embedded))
        bench.write("new.txt", "fresh")
        return {str(bench.root): ("new.txt",)}

    bench.changed = changed
    steps = bench.index()
    assert embedded_before == [16]
    calls = [call for call, _ in bench.library.calls if call in {"put_documents", "put_vectors"}]
    assert calls[-3:] == ["put_vectors", "put_documents", "put_vectors"]
    assert bench.outcome("new.txt") == (FULL, "")
    assert len(bench.library.vectors) == 41
    assert steps[-1].phase is IndexPhase.DONE


@pytest.mark.parametrize("scope", [(), ("7.txt", "bad.txt", "gone.txt", "new.txt")])
@pytest.mark.parametrize("first", [(), ("7.txt", "bad.txt", "gone.txt")])
def test_a_file_that_is_looked_at_twice_in_one_run_counts_once(bench, monkeypatch, scope, first):
    monkeypatch.setattr("desktop_app.indexing.indexer._SECONDS_BETWEEN_LOOKS", 0.0)
    for n in range(10):
        bench.write(f"{n}.txt", f"text {n}")
    bench.write("gone.txt", "soon gone")
    bench.write("bad.txt", "")
    looks: list[int] = []

    def changed():
        if looks or len(bench.model.embedded) < 1:
            return {}
        looks.append(1)
        bench.write("7.txt", "another text 7")
        bench.write("new.txt", "fresh")
        (bench.root / "gone.txt").unlink()
        return {str(bench.root): scope}

    bench.changed = changed
    last = bench.index(within={str(bench.root): first})[-1]
    assert looks
    files = {"7.txt", "bad.txt", "new.txt"} if first and scope else set(bench.library.by_path())
    assert (last.files_done, last.files_total) == (len(files), len(files))
    assert (last.indexed, last.skipped) == (len(files) - 1, 1)
    found = [each.stat().st_size for each in bench.root.iterdir() if each.name in files]
    assert last.bytes_done == last.bytes_total == sum(found)


def test_a_larger_file_gets_a_later_deadline(bench):
    bench.write("small.txt", "x")
    bench.write("large.txt", "word " * 5_000_000)
    bench.pool.parse = lambda path: ParsedDocument(
        "text/plain", "", (Block(BlockKind.PARAGRAPH, path.name),)
    )
    bench.index()
    assert bench.pool.parsed == ["small.txt", "large.txt"]
    assert bench.pool.deadlines == [60.0, 150.0]


def test_two_roots_are_kept_apart_and_a_file_may_move_between_them(bench, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    bench.library.registered.append(str(other))
    path = bench.write("a.txt", "text")
    bench.index(bench.root, other)
    path.rename(other / "a.txt")
    bench.index(bench.root, other)
    assert bench.pool.parsed == []
    assert [(row.root, row.path) for row in bench.library.rows.values()] == [(str(other), "a.txt")]


def test_a_file_that_another_program_keeps_is_tried_again_and_read_when_it_is_free(
    bench, monkeypatch
):
    bench.write("a.txt", "text")
    real = Path.open

    def refuse(path, *args, **kwargs):
        if path.name == "a.txt":
            raise OSError(errno.EBUSY, "busy")
        return real(path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        bench.index()
        assert bench.outcome("a.txt") == (DocumentStatus.FAILED, "locked")
        assert "Another program" in bench.library.by_path()["a.txt"].reason
    bench.index()
    assert bench.outcome("a.txt") == (FULL, "")


def test_a_file_whose_reading_took_too_long_is_not_tried_again_until_it_changes(bench):
    def hang(_path):
        raise ParserTimeout

    bench.pool.parse = hang
    bench.write("a.txt", "text")
    bench.index()
    assert bench.outcome("a.txt") == (DocumentStatus.FAILED, "timeout")
    bench.pool.parse = parse_text
    bench.index()
    assert bench.pool.parsed == []
    bench.write("a.txt", "other text", mtime=9)
    bench.index()
    assert bench.outcome("a.txt") == (FULL, "")


def test_a_file_that_no_reader_came_up_for_is_tried_again_though_nothing_changed(bench):
    def refuse(_path):
        raise ReaderNotStarted

    bench.pool.parse = refuse
    bench.write("a.txt", "text")
    bench.index()
    assert bench.outcome("a.txt") == (DocumentStatus.FAILED, "not-started")
    assert "This computer" in bench.library.by_path()["a.txt"].reason
    bench.pool.parse = parse_text
    bench.index()
    assert bench.outcome("a.txt") == (FULL, "")


def test_a_text_is_kept_while_no_reader_comes_up_to_read_it_anew(bench, monkeypatch):
    bench.write("a.txt", "text")
    bench.index()
    texts = dict(bench.library.texts)

    def refuse(_path):
        raise ReaderNotStarted

    bench.pool.parse = refuse
    monkeypatch.setattr(plan, "PARSER_VERSION", PARSER_VERSION + 1)
    bench.index()
    assert bench.outcome("a.txt") == (FULL, "")
    assert bench.library.texts == texts


def test_a_part_of_a_folder_is_brought_up_to_date_without_a_look_at_the_rest(bench, monkeypatch):
    for name in ("a.txt", "deep/b.txt", "deep/c.txt", "other/d.txt"):
        bench.write(name, f"text of {name}")
    bench.index()
    bench.write("deep/b.txt", "changed text", mtime=5)
    (bench.root / "deep" / "c.txt").unlink()
    (bench.root / "other" / "d.txt").unlink()
    listed = []
    real = os.scandir

    def noted(path):
        listed.append(str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", noted)
    last = bench.index(within={str(bench.root): ["deep"]})[-1]
    assert sorted(bench.library.by_path()) == ["a.txt", "deep/b.txt", "other/d.txt"]
    assert bench.pool.parsed == ["b.txt"]
    assert (last.files_done, last.files_total) == (1, 1)
    assert str(bench.root / "other") not in listed


def test_a_file_moved_between_two_watched_places_is_neither_parsed_nor_embedded(bench):
    path = bench.write("old/a.txt", "Text.")
    bench.write("b.txt", "Other.")
    bench.index()
    (bench.root / "new").mkdir()
    path.rename(bench.root / "new" / "A.TXT")
    bench.index(within={str(bench.root): ["new/A.TXT", "old/a.txt"]})
    assert bench.pool.parsed == []
    assert bench.model.embedded == []
    assert sorted(bench.library.by_path()) == ["b.txt", "new/A.TXT"]


def test_a_rename_that_changes_only_the_case_costs_nothing(bench):
    bench.write("report.txt", "Text.").rename(bench.root / "Report.txt")
    bench.index()
    (bench.root / "Report.txt").rename(bench.root / "REPORT.txt")
    bench.index()
    assert bench.pool.parsed == []
    assert list(bench.library.by_path()) == ["REPORT.txt"]


def test_what_a_rule_leaves_out_is_forgotten_and_comes_back_with_the_rule(bench):
    bench.write("keep.txt", "one")
    bench.write("drafts/a.txt", "two")
    bench.index()
    bench.library.folders.chosen[str(bench.root)] = RootRules(excludes=("drafts",))
    bench.index()
    assert list(bench.library.by_path()) == ["keep.txt"]
    bench.library.folders.chosen.clear()
    bench.index()
    assert len(bench.library.rows) == 2


def test_a_drive_of_few_files_that_is_unmounted_loses_none_of_them(bench, monkeypatch):
    monkeypatch.setattr(os.path, "ismount", lambda path: path in {str(bench.root), "/"})
    path = bench.write("only.txt", "text")
    bench.index()
    monkeypatch.setattr(os.path, "ismount", lambda path: path == "/")
    path.unlink()
    last = bench.index()[-1]
    assert list(bench.library.by_path()) == ["only.txt"]
    assert "is away" in last.notice


@pytest.fixture
def usb(bench, monkeypatch):
    """A drive mounted inside of the folder: what is on it, and what mounts and unmounts it."""
    place = bench.root / "disks" / "usb"
    drive = bench.root.parent / "drive"
    points = ["/"]
    monkeypatch.setattr(
        psutil,
        "disk_partitions",
        lambda **_: [SimpleNamespace(mountpoint=point, fstype="ext4") for point in points],
    )

    def mount():
        place.parent.mkdir(exist_ok=True)
        if place.exists():
            place.rmdir()
        drive.rename(place)
        points.append(str(place))

    def unmount(*, leaves_mount_point=True):
        points.remove(str(place))
        place.rename(drive)
        if leaves_mount_point:
            place.mkdir()

    drive.mkdir()
    (drive / "a.txt").write_text("text on the drive")
    (drive / "b.txt").write_text("other text on the drive")
    mount()
    return SimpleNamespace(place=place, mount=mount, unmount=unmount)


@pytest.mark.parametrize("leaves_mount_point", [True, False])
@pytest.mark.parametrize("within", [(), ("disks/usb",), ("disks/usb/a.txt",)])
def test_a_drive_inside_a_folder_that_is_away_is_marked_so_and_loses_nothing(
    bench, usb, leaves_mount_point, within
):
    bench.write("here.txt", "text beside it")
    bench.index()
    before = bench.library.by_path()
    usb.unmount(leaves_mount_point=leaves_mount_point)
    bench.index(within={str(bench.root): within})
    after = dict(bench.library.by_path())
    mark = after.pop("disks/usb")
    assert (mark.status, mark.reason_code) == (DocumentStatus.SKIPPED, "away")
    assert after == before
    bench.index()
    usb.mount()
    bench.index(within={str(bench.root): ("disks/usb",)} if within else {})
    assert bench.library.by_path() == before
    assert bench.pool.parsed == []


def test_files_put_where_a_drive_was_mounted_are_files_like_others(bench, usb):
    bench.index()
    usb.unmount()
    bench.write("disks/usb/a.txt", "text on the drive")
    bench.index()
    assert set(bench.library.by_path()) == {"disks/usb/a.txt"}


def test_a_drive_that_is_away_is_forgotten_when_the_rules_leave_its_place_out(bench, usb):
    bench.write("here.txt", "text beside it")
    bench.index()
    usb.unmount()
    bench.library.folders.chosen[str(bench.root)] = RootRules(excludes=("disks",))
    bench.index()
    assert set(bench.library.by_path()) == {"here.txt"}


def test_a_drive_inside_a_folder_that_goes_away_while_it_is_read_loses_nothing(bench, usb):
    bench.index()
    for name in ("a.txt", "b.txt"):
        bench.write(f"disks/usb/{name}", f"changed {name}", mtime=5)

    def unplug_then_fail(source):
        if any(usb.place.iterdir()):
            usb.unmount()
        raise CorruptFile

    bench.pool.parse = unplug_then_fail
    bench.index()
    assert set(bench.library.by_path()) == {"disks/usb/a.txt", "disks/usb/b.txt"}


def test_what_mending_kept_is_let_go_only_when_every_folder_has_been_read(bench, tmp_path):
    bench.library.registered.append(str(tmp_path / "unplugged"))
    bench.write("a.txt", "text")
    bench.index(bench.root, tmp_path / "unplugged")
    bench.index()
    assert bench.library.settled == 0
    bench.library.registered.pop()
    bench.index(within={str(bench.root): ["a.txt"]})
    assert bench.library.settled == 0
    bench.index()
    assert bench.library.settled == 1


FOLDER_TREES = st.dictionaries(
    st.sampled_from(["a", "b/c", "b/d", "e/f/g", "drafts/h", "i", ".j", "k"]).flatmap(
        lambda stem: st.sampled_from([".txt", ".exe", ".pdf", ""]).map(lambda end: stem + end)
    ),
    st.sampled_from([b"", b"text", b"other text", b"crash", b"hang"]),
    max_size=12,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(before=FOLDER_TREES, after=FOLDER_TREES)
def test_the_counts_add_up_to_what_the_folder_holds(tmp_path_factory, before, after):
    bench = Bench(tmp_path_factory.mktemp("bench"))
    bench.pool.parse = _parse_as_told
    for files in (before, after):
        # A folder that is empty of a sudden could be a drive that went away.
        tree = {**files, "always.txt": b"here"}
        shutil.rmtree(bench.root)
        bench.root.mkdir()
        for name, content in tree.items():
            path = bench.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        last = bench.index()[-1]
        visible = {name for name in tree if not name.startswith(".")}
        assert set(bench.library.by_path()) == visible
        assert last.files_done == last.files_total == len(visible)
        assert last.indexed + last.partial + last.failed + last.skipped == len(visible)
        held = Counter(row.status for row in bench.library.rows.values())
        assert held[FULL] == last.indexed
        assert all(row.reason for row in bench.library.rows.values() if row.status is not FULL)


def _parse_as_told(path):
    kinds = {b"crash": ParserCrashed, b"hang": ParserTimeout}
    if path.read_bytes() in kinds:
        raise kinds[path.read_bytes()]
    return parse_text(path)
