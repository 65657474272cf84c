"""Large tables are written anew in a process of their own, which may end at any moment."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest
from lancedb.table import LanceTable

from desktop_app.errors import DiskFull
from desktop_app.store import indexes, tidier, upkeep
from desktop_app.store.lexical import has_index
from desktop_app.store.library import Library, open_library
from desktop_app.store.tidier import Tidier
from desktop_app.store.upkeep import TableUpkeep
from tests.store import chores
from tests.store.library_samples import SPACE, add, make_embeddings

ROOT = Path(__file__).resolve().parents[2]
_HANGING = """
import sys
from functools import partial
from pathlib import Path
from desktop_app.store import tidier
from desktop_app.store.library import open_library
from tests.store import chores

if __name__ == "__main__":
    tables = open_library(Path(sys.argv[1]))._tables
    tables.tidier.do(partial(chores.hang, note=Path(sys.argv[2])), tables.passages._table)
"""


@pytest.fixture
def large(library: Library, monkeypatch) -> Library:
    """Hold three documents in tables that are all large."""
    monkeypatch.setattr(tidier, "_LARGE_BYTES", 0)
    for number in range(3):
        add(library, f"{number}", f"lions {number}", "zebras", path=f"{number}.pdf")
    return library


def table_of(library: Library):
    return library._tables.passages._table


def files_of(library: Library) -> set[Path]:
    place = Path(table_of(library).uri)
    return {path for path in place.rglob("*") if path.is_file()}


def unindexed(library: Library) -> int:
    return sum(each.num_unindexed_rows for each in table_of(library).list_indices())


def abandoned(library: Library) -> bool:
    return (Path(table_of(library).uri) / "data" / chores.ABANDONED).exists()


def appears(path: Path) -> bool:
    """Wait until a file is there; 60 seconds at most."""
    return eventually(path.exists)


def eventually(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60.0
    while not is_so() and time.monotonic() < until:
        threading.Event().wait(0.02)
    return is_so()


def refuse(*_arguments: object, **_chosen: object) -> None:
    raise AssertionError("not in this process")


def only_removing(table, *, cleanup_older_than, _remove=LanceTable.optimize, **chosen) -> None:
    assert cleanup_older_than.total_seconds() < 1, "merging in this process"
    _remove(table, cleanup_older_than=cleanup_older_than, **chosen)


def test_what_the_process_did_is_seen_by_every_handle_and_by_searches_meanwhile(large, monkeypatch):
    is_over = threading.Event()
    found: list[int] = []

    def search() -> None:
        while not is_over.is_set():
            found.append(len(large.search_fulltext("lions", k=5).passage_ids))

    before = table_of(large).version
    searching = threading.Thread(target=search)
    searching.start()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(LanceTable, "create_index", refuse)
            patch.setattr(LanceTable, "optimize", only_removing)
            large.maintain()
    finally:
        is_over.set()
        searching.join()
    assert set(found) == {3}
    assert table_of(large).version > before
    assert unindexed(large) == 0
    assert len(table_of(large).list_indices()) == 4
    assert large._tables.tidier.process_id is None
    # The next write removes what was replaced, and is seen as every other.
    add(large, "new", "lions again", path="new.pdf")
    assert len(large.search_fulltext("lions", k=5).passage_ids) == 4


def test_an_index_of_vectors_is_built_in_the_process(large, monkeypatch):
    monkeypatch.setattr(indexes, "ROWS_FOR_VECTOR_INDEX", 300)
    monkeypatch.setattr(indexes, "_ROWS_A_LIST", 100)
    ids = add(large, "many", *(f"text {at}" for at in range(400)), path="many.pdf")
    large.put_vectors(SPACE, ids, make_embeddings(400))
    monkeypatch.setattr(LanceTable, "create_index", refuse)
    large.maintain()
    space = large._tables.space(SPACE)
    assert space is not None
    assert has_index(space._table, "dense")
    vector = make_embeddings(400).dense[7]
    assert large.search_dense(SPACE, vector, k=1).passage_ids == (ids[7],)


def test_a_process_that_is_killed_changes_nothing_and_the_next_tidying_goes_through(
    large, monkeypatch, caplog
):
    before = files_of(large)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(upkeep, "compacting", lambda _age: chores.die_half_way)
        large.maintain()
    assert "exit code" in caplog.text
    assert files_of(large) == before
    assert len(large.search_fulltext("lions", k=5).passage_ids) == 3
    large.maintain()
    assert unindexed(large) == 0


def test_what_a_process_left_that_was_killed_after_a_commit_goes_with_the_next_tidying(
    large, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(
            upkeep,
            "compacting",
            lambda age: partial(chores.commit_and_die, cleanup_older_than=age),
        )
        large.maintain()
        assert abandoned(large)
        # Removing would mean to merge first, in this process.
        patch.setattr(LanceTable, "optimize", refuse)
        add(large, "new", "lions again", path="new.pdf")
    assert len(large.search_fulltext("lions", k=5).passage_ids) == 4
    large.maintain()
    large.remove_documents([])
    assert not abandoned(large)
    assert unindexed(large) == 0


def test_what_somebody_has_open_is_not_merged_here_with_what_comes_then(large, monkeypatch):
    def refuse_once(*_arguments: object) -> None:
        raise PermissionError(13, "The process cannot access the file")

    large.maintain()
    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "_sync", refuse_once)
        add(large, "new", "lions again", path="new.pdf")
    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "_SECONDS_UNTIL_NEXT_TRY", 0.0)
        patch.setattr(LanceTable, "optimize", refuse)
        add(large, "newer", "and again lions", path="newer.pdf")
    large.maintain()
    assert unindexed(large) == 0
    assert len(large.search_fulltext("lions", k=9).passage_ids) == 5


def test_a_full_disk_is_told_as_such_and_leaves_no_part_of_a_file(large, monkeypatch):
    before = files_of(large)
    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "compacting", lambda _age: chores.fill_the_disk)
        with pytest.raises(DiskFull):
            large.maintain()
    assert files_of(large) == before
    assert large._tables.tidier.process_id is None
    large.maintain()
    assert unindexed(large) == 0


def test_a_tidying_that_is_cancelled_ends_at_once(large, tmp_path, monkeypatch):
    note = tmp_path / "began"
    before = files_of(large)
    seen: list[float] = []

    def is_cancelled() -> bool:
        if note.exists():
            seen.append(time.monotonic())
        return bool(seen)

    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "compacting", lambda _age: partial(chores.hang, note=note))
        large.maintain(is_cancelled=is_cancelled)
    assert time.monotonic() - seen[0] < 5.0
    assert not psutil.pid_exists(int(note.read_text()))
    assert files_of(large) == before
    large.maintain()
    assert unindexed(large) == 0


def test_a_write_that_brings_a_tidying_about_does_not_wait_for_it_once_cancelled(
    large, tmp_path, monkeypatch
):
    note = tmp_path / "began"
    monkeypatch.setattr(upkeep, "_FEWEST_NEW_ROWS", 0)
    monkeypatch.setattr(upkeep, "compacting", lambda _age: partial(chores.hang, note=note))
    with large.heeding(note.exists):
        add(large, "new", "lions again", path="new.pdf")
    assert len(large.search_fulltext("lions", k=5).passage_ids) == 4


def test_closing_the_library_ends_a_tidying_of_another_thread(
    large, directory, tmp_path, monkeypatch
):
    note = tmp_path / "began"
    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "compacting", lambda _age: partial(chores.hang, note=note))
        tidying = threading.Thread(target=large.maintain)
        tidying.start()
        assert appears(note)
        large.close()
        tidying.join(60.0)
    assert not tidying.is_alive()
    assert not psutil.pid_exists(int(note.read_text()))
    reopened = open_library(directory)
    assert len(reopened.search_fulltext("lions", k=5).passage_ids) == 3
    reopened.close()


def test_closing_tidies_no_large_table(large, monkeypatch):
    monkeypatch.setattr(Tidier, "do", refuse)
    large.remove_documents([("/docs", "1.pdf")])
    large.close()


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_the_process_ends_with_its_parent(large, directory, tmp_path):
    note = tmp_path / "began"
    large.close()
    script = tmp_path / "hanging.py"
    script.write_text(_HANGING)
    parent = subprocess.Popen(
        [sys.executable, str(script), str(directory), str(note)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert appears(note)
    child = psutil.Process(int(note.read_text()))
    assert child.parent() == psutil.Process(parent.pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    # Whoever writes next finds it gone.
    reopened = open_library(directory)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    reopened.close()


def test_the_process_stands_back_and_may_use_no_network(large, tmp_path):
    note = tmp_path / "manners"
    assert large._tables.tidier.do(partial(chores.show_manners, note=note), table_of(large))
    assert int(note.read_text()) >= min(19, psutil.Process().nice() + 10)


def test_a_mistake_of_ours_is_logged_with_its_place_and_no_text(large, caplog):
    with caplog.at_level(logging.WARNING):
        assert not large._tables.tidier.do(chores.stumble, table_of(large))
    assert "KeyError in chores.py, line" in caplog.text


def test_small_tables_are_tidied_without_a_process(library, monkeypatch):
    monkeypatch.setattr(Tidier, "do", refuse)
    add(library, "small", "lions", path="a.pdf")
    library.maintain()
    assert unindexed(library) == 0


def test_a_table_is_large_by_its_bytes(library, monkeypatch):
    add(library, "small", "lions", path="a.pdf")
    size = table_of(library).stats()["total_bytes"]
    for most, is_large in ((size, False), (size - 1, True)):
        monkeypatch.setattr(tidier, "_LARGE_BYTES", most)
        assert library._tables.tidier.is_for(table_of(library)) is is_large


def test_where_no_process_comes_up_tidying_is_done_here_in_the_end(large, monkeypatch, caplog):
    monkeypatch.setattr(tidier, "_serve", chores.end_at_once)
    for _ in range(2):
        large.maintain()
    assert caplog.text.count("put off") == tidier._MOST_STARTS
    assert unindexed(large) > 0
    with monkeypatch.context() as patch:
        patch.setattr(Tidier, "_running", refuse)
        large.maintain()
    assert unindexed(large) == 0


class Grown:
    """A large table that nobody else knows."""

    uri = "."
    version = 1

    def count_rows(self) -> int:
        return 10_000

    def list_indices(self) -> tuple[()]:
        return ()

    def stats(self) -> dict[str, object]:
        return {"total_bytes": 1, "fragment_stats": {"num_fragments": 1, "lengths": {"mean": 1}}}


class Mortal(Tidier):
    """Ends each time before it is done; notes when it was asked."""

    def __init__(self, now: list[float]) -> None:
        super().__init__(Path())
        self.now = now
        self.asked: list[float] = []

    def is_for(self, _table) -> bool:
        return True

    def do(self, _chore, _table) -> bool:
        self.asked.append(self.now[0])
        return False


def test_a_process_that_dies_each_time_is_asked_more_and_more_seldom():
    now = [0.0]
    mortal = Mortal(now)
    kept = TableUpkeep(Grown(), tidier=mortal, clock=lambda: now[0])
    for second in range(1_000):
        now[0] = float(second)
        kept.note(6_000)
        kept.prune()
    # The first rows wait for others; then after 30 seconds, and twice as many each time.
    assert mortal.asked == [3.0, 33.0, 93.0, 213.0, 453.0, 933.0]
