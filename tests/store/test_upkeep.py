"""When tables are tidied, and when what that replaces leaves the disk."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from desktop_app.domain import DocumentStatus
from desktop_app.store import upkeep as rules
from desktop_app.store.library import open_library
from desktop_app.store.upkeep import TableUpkeep
from tests.store.library_samples import SPACE, add, make_document, make_embeddings, make_passages


class Table:
    """Notes what Lance is asked to do; the first two times it finds something to merge."""

    uri = "."

    def __init__(self, rows: int = 10_000) -> None:
        self.version = 1
        self.rows = rows
        self.asked: list[str] = []

    def optimize(self, *, cleanup_older_than, **how):
        removes = cleanup_older_than.total_seconds() < 1
        self.asked.append("remove" if removes else "merge")
        self.version += self.asked.count("merge") < 3

    def count_rows(self):
        return self.rows

    def list_indices(self):
        return ()


def make_upkeep(table: Table, now: list[float], monkeypatch) -> TableUpkeep:
    upkeep = TableUpkeep(table, clock=lambda: now[0])
    monkeypatch.setattr(upkeep, "_write_through", lambda: table.asked.append("write through"))
    return upkeep


def size_of(place: Path) -> int:
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


def test_what_tidying_replaced_goes_before_the_next_write_once_the_new_is_on_the_disk(monkeypatch):
    table = Table(rows=1)
    upkeep = make_upkeep(table, [0.0], monkeypatch)
    upkeep.note(1)
    upkeep.clear()
    assert table.asked == []
    upkeep.tidy()
    # Until nothing is left to merge: removing must write nothing that is not on the disk yet.
    assert table.asked == ["merge"] * 3
    upkeep.clear()
    upkeep.clear()
    assert table.asked[3:] == ["write through", "remove"]


def test_what_was_replaced_before_the_disk_was_full_goes_all_the_same(monkeypatch):
    class FullDisk(Table):
        def optimize(self, *, cleanup_older_than, **how):
            super().optimize(cleanup_older_than=cleanup_older_than, **how)
            if self.asked == ["merge"] * 2:
                raise OSError("No space left on device (os error 28)")

    table = FullDisk(rows=1)
    upkeep = make_upkeep(table, [0.0], monkeypatch)
    upkeep.note(1)
    with pytest.raises(OSError, match="28"):
        upkeep.tidy()
    upkeep.clear()
    assert table.asked[2:] == ["write through", "remove"]


def test_old_versions_go_when_the_library_has_been_quiet_for_a_while(monkeypatch):
    now = [0.0]
    table = Table(rows=1)
    upkeep = make_upkeep(table, now, monkeypatch)
    upkeep.note(1)
    now[0] = 29.0
    upkeep.prune()
    assert table.asked == []
    now[0] = 31.0
    upkeep.prune()
    upkeep.prune()
    assert table.asked == ["merge"] * 3 + ["write through", "remove"]


def test_a_large_table_is_tidied_the_sooner_the_less_time_that_takes(monkeypatch):
    monkeypatch.setattr(rules, "_FEWEST_NEW_ROWS", 100)
    now = [0.0]
    tidied: list[float] = []

    class SlowTable(Table):
        def optimize(self, *, cleanup_older_than, **how):
            tidied.append(now[0])
            now[0] += 40.0

    upkeep = make_upkeep(SlowTable(), now, monkeypatch)
    upkeep.note(1_001)
    assert tidied == [0.0]
    upkeep.note(1_001)
    upkeep.note(2_000)
    now[0] = 399.0
    upkeep.note(1)
    assert tidied == [0.0]
    now[0] = 400.0
    upkeep.note(1)
    assert tidied == [0.0, 400.0]
    upkeep.note(5_001)
    assert tidied == [0.0, 400.0, 440.0]


def test_a_table_is_tidied_for_little_at_most_twice_a_minute(monkeypatch):
    monkeypatch.setattr(rules, "_FEWEST_NEW_ROWS", 100)
    now = [0.0]
    tidied: list[float] = []

    class QuickTable(Table):
        def optimize(self, *, cleanup_older_than, **how):
            tidied.append(now[0])

    upkeep = make_upkeep(QuickTable(), now, monkeypatch)
    for second in range(0, 95, 5):
        now[0] = float(second)
        upkeep.note(1_001 if second == 0 else 240)
    assert tidied == [0.0, 30.0, 60.0, 90.0]


def test_new_rows_wait_some_seconds_for_others_unless_they_are_very_many(monkeypatch):
    monkeypatch.setattr(rules, "_FEWEST_NEW_ROWS", 100)
    now = [0.0]
    tidied: list[float] = []

    class QuickTable(Table):
        def optimize(self, *, cleanup_older_than, **how):
            tidied.append(now[0])

    upkeep = make_upkeep(QuickTable(rows=150), now, monkeypatch)
    for second in (0.0, 3.0, 9.0):
        now[0] = second
        upkeep.note(120)
    assert tidied == []
    now[0] = 10.0
    upkeep.note(1)
    assert tidied == [10.0]
    now[0] = 60.0
    upkeep.note(401)
    assert tidied == [10.0, 60.0]


def test_a_growing_library_never_takes_much_more_disk_than_what_it_holds(
    directory, tmp_path, monkeypatch
):
    monkeypatch.setattr(rules, "_FEWEST_NEW_ROWS", 100)
    monkeypatch.setattr(rules, "_LEAST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(rules, "_LEISURE", 0)
    library = open_library(directory)
    sizes: list[int] = []
    for number in range(8):
        texts = [f"words of part {number} and text {at} " * 40 for at in range(120)]
        ids = add(library, f"part {number}", *texts, path=f"{number}.pdf")
        library.put_vectors(SPACE, ids, make_embeddings(len(ids)))
        # Any write at all: what the last one's tidying replaced goes before it.
        library.remove_documents([])
        sizes.append(size_of(directory))
    library.close()
    assert max(sizes) < 1.25 * size_of(directory)


def test_a_small_change_of_a_large_library_writes_no_index_again(directory, monkeypatch):
    monkeypatch.setattr(rules, "_FEWEST_NEW_ROWS", 100)
    monkeypatch.setattr(rules, "_LONGEST_QUERY_SECONDS", 0.0)
    library = open_library(directory)
    add(library, "large", *(f"text {at}" for at in range(150)))
    library.maintain()
    library.prune()
    indexes = set((directory / "passages.lance" / "_indices").iterdir())
    add(library, "small", "zebra", path="b.pdf")
    library.prune()
    library.close()
    assert set((directory / "passages.lance" / "_indices").iterdir()) == indexes
    reopened = open_library(directory)
    assert len(reopened.search_fulltext("zebra", k=5).passage_ids) == 1
    reopened.close()


def test_what_a_killed_process_left_of_a_large_library_goes_when_it_is_quiet(
    directory, tmp_path, monkeypatch
):
    monkeypatch.setattr(rules, "_FEWEST_NEW_ROWS", 100)
    library = open_library(directory)
    library.add_root("/docs")
    library.put_passages(make_passages("large", 150))
    library.put_documents([make_document("large", passages=150, status=DocumentStatus.INDEXED)])
    library.maintain()
    # As it lies on the disk where the process is killed now, before its next write.
    shutil.copytree(directory, tmp_path / "left")
    library.close()
    left = open_library(tmp_path / "left")
    left.prune()
    assert size_of(tmp_path / "left") < 1.1 * size_of(directory)
    left.close()


@pytest.mark.parametrize(
    "refusal",
    [
        PermissionError(13, "The process cannot access the file"),
        RuntimeError("The process cannot access the file (os error 32)"),
    ],
    ids=["by the system", "by Lance"],
)
def test_what_somebody_has_open_is_removed_half_a_minute_later(monkeypatch, refusal):
    class HeldFile(Table):
        is_held = True

        def optimize(self, *, cleanup_older_than, **how):
            super().optimize(cleanup_older_than=cleanup_older_than, **how)
            if self.is_held and self.asked[-1] == "remove":
                raise refusal

    now = [0.0]
    table = HeldFile(rows=1)
    upkeep = make_upkeep(table, now, monkeypatch)
    upkeep.tidy()
    now[0] = 31.0
    upkeep.prune()
    now[0] = 60.0
    upkeep.prune()
    assert table.asked.count("remove") == 1
    assert upkeep.is_littered()
    table.is_held = False
    now[0] = 61.0
    upkeep.prune()
    assert table.asked.count("remove") == 2
    assert not upkeep.is_littered()


@pytest.mark.parametrize("ends", ["quiet", "closing"])
def test_what_somebody_has_open_keeps_nobody_from_writing_or_closing(directory, monkeypatch, ends):
    def refuse(*_arguments):
        raise PermissionError(13, "The process cannot access the file")

    library = open_library(directory)
    add(library, "first", "lions", path="a.pdf")
    library.maintain()
    with monkeypatch.context() as patch:
        patch.setattr(rules, "_sync", refuse)
        patch.setattr(rules, "_LONGEST_QUERY_SECONDS", 0.0)
        add(library, "second", "zebras", path="b.pdf")
        if ends == "quiet":
            library.prune()
        assert len(library.search_fulltext("zebras", k=5).passage_ids) == 1
        library.close()
    # Not for damaged, and not for one that was left in the middle of a write.
    assert not (directory / "unclean").exists()
    held = size_of(directory)
    reopened = open_library(directory)
    reopened.prune()
    assert len(reopened.search_fulltext("zebras", k=5).passage_ids) == 1
    reopened.close()
    assert size_of(directory) < held


@pytest.mark.parametrize("is_killed", [False, True], ids=["closed", "killed"])
def test_what_a_closed_library_kept_goes_later_without_being_missed(
    directory, tmp_path, monkeypatch, is_killed
):
    library = open_library(directory)
    add(library, "first", "lions", path="a.pdf")
    with monkeypatch.context() as patch:
        # As where the clock was set back: the old versions are of a time to come.
        patch.setattr(rules, "_AT_ONCE", timedelta(days=1))
        library.close()
    before = size_of(directory)
    library = open_library(directory)
    library.prune()
    assert size_of(directory) < before
    shutil.copytree(directory, tmp_path / "killed")
    library.close()
    reopened = open_library(tmp_path / "killed" if is_killed else directory)
    assert len(reopened.search_fulltext("lions", k=5).passage_ids) == 1
    reopened.close()
