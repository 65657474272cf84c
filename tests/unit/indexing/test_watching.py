"""What is noticed of folders that change, with a clock and a system of the test's own."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from watchdog.events import FileMovedEvent, FileSystemEventHandler

from desktop_app.indexing.watching import Watcher, is_remote_folder


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class FakeObserver:
    """Reports what the test says; can refuse as a system does, all or all but the first."""

    def __init__(self, *, refuses: bool = False, room: int = 1_000_000) -> None:
        self.handlers: dict[str, FileSystemEventHandler] = {}
        self.refuses = refuses
        self.room = room
        self.number = errno.ENOSPC
        self.scheduled: list[str] = []
        self.is_running = False

    def start(self):
        self.is_running = True

    def stop(self):
        self.is_running = False

    def schedule(self, handler, path, *, recursive, event_filter):
        if self.refuses or len(self.handlers) >= self.room:
            raise OSError(self.number, "refused")
        self.scheduled.append(path)
        self.handlers[path] = handler
        return path

    def unschedule(self, watch):
        del self.handlers[watch]

    def tell(self, root, path, dest=""):
        self.handlers[str(root)].on_any_event(FileMovedEvent(str(path), str(dest)))


class Bench:
    def __init__(self, root, *, refuses=False, is_remote=False):
        self.root = root
        self.clock = Clock()
        self.observer = FakeObserver(refuses=refuses)
        self.watcher = Watcher(
            make_observer=lambda: self.observer, clock=self.clock, is_remote=lambda _: is_remote
        )
        self.roots = [str(root)]

    def after(self, seconds):
        self.clock.now += seconds
        return self.watcher.changes(self.roots).paths


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    assert bench.after(0) == ()
    return bench


def test_a_change_is_reported_once_when_it_is_quiet(bench, tmp_path):
    bench.observer.tell(tmp_path, tmp_path / "a.txt")
    assert bench.after(0.5) == ()
    bench.observer.tell(tmp_path, tmp_path / "a.txt")
    assert bench.after(0.9) == ()
    assert bench.after(1) == (tmp_path / "a.txt",)
    assert bench.after(1) == ()


def test_a_file_that_never_rests_is_reported_all_the_same(bench, tmp_path):
    reported = []
    for _ in range(40):
        bench.observer.tell(tmp_path, tmp_path / "log.txt")
        reported += bench.after(0.5)
    assert reported == [tmp_path / "log.txt"]


def test_a_move_is_reported_with_both_places(bench, tmp_path):
    bench.observer.tell(tmp_path, tmp_path / "old.txt", tmp_path / "deep" / "new.txt")
    bench.after(0)
    assert bench.after(2) == (tmp_path / "deep" / "new.txt", tmp_path / "old.txt")


def test_what_is_below_a_changed_folder_is_folded_into_it(bench, tmp_path):
    for name in ("new", "new/a.txt", "new/deep/b.txt", "newer.txt"):
        bench.observer.tell(tmp_path, tmp_path / name)
    bench.after(0)
    assert bench.after(2) == (tmp_path / "new", tmp_path / "newer.txt")


def test_very_many_changes_are_a_change_of_the_folder(bench, tmp_path):
    for number in range(600):
        bench.observer.tell(tmp_path, tmp_path / f"{number}.txt")
    bench.after(0)
    assert bench.after(2) == (tmp_path,)


def test_a_change_outside_of_every_root_is_nobody_s(bench, tmp_path):
    bench.observer.tell(tmp_path, tmp_path / "in.txt", tmp_path.parent / "out.txt")
    bench.after(0)
    assert bench.after(2) == (tmp_path / "in.txt",)


def test_every_folder_is_looked_through_once_an_hour(bench, tmp_path):
    assert bench.after(3599) == ()
    assert bench.after(2) == (tmp_path,)
    assert bench.after(2) == ()


def test_a_network_share_is_looked_through_every_ten_minutes(tmp_path):
    bench = Bench(tmp_path, is_remote=True)
    assert bench.after(0) == ()
    assert bench.observer.handlers == {}
    assert bench.after(601) == (tmp_path,)


def test_where_the_limit_of_watches_is_reached_the_user_is_told_and_the_folder_polled(tmp_path):
    bench = Bench(tmp_path, refuses=True)
    (notice,) = bench.watcher.changes(bench.roots).notices
    assert tmp_path.name in notice
    assert bench.watcher.changes(bench.roots).notices == ()
    assert bench.after(601) == (tmp_path,)


def test_where_only_a_part_of_a_folder_can_be_watched_it_is_polled_as_well(tmp_path):
    bench = Bench(tmp_path)
    bench.observer.room = 1
    (notice,) = bench.watcher.changes(bench.roots).notices
    assert "more folders" in notice
    bench.observer.tell(tmp_path, tmp_path / "a.txt")
    bench.after(0)
    assert bench.after(2) == (tmp_path / "a.txt",)
    assert bench.after(600) == (tmp_path,)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ENOSYS])
def test_a_folder_that_cannot_be_watched_for_another_reason_is_polled_and_not_said_to_be_large(
    tmp_path, number
):
    bench = Bench(tmp_path, refuses=True)
    bench.observer.number = number
    (notice,) = bench.watcher.changes(bench.roots).notices
    assert "does not report changes" in notice
    assert bench.after(601) == (tmp_path,)


def test_a_folder_that_goes_while_it_is_about_to_be_watched_is_away(tmp_path, monkeypatch):
    root = tmp_path / "usb"
    root.mkdir()
    bench = Bench(root)

    def unplug(handler, path, *, recursive, event_filter):
        root.rename(tmp_path / "unplugged")
        raise OSError(errno.ENOENT, "no such folder")

    with monkeypatch.context() as patch:
        patch.setattr(bench.observer, "schedule", unplug)
        assert bench.watcher.changes(bench.roots).notices == ()
    (tmp_path / "unplugged").rename(root)
    assert bench.after(6) == (root,)


@pytest.fixture
def mounted(monkeypatch):
    """The system's table of mounts, as (place, kind)."""
    table = [("/", "ext4")]
    monkeypatch.setattr(
        psutil,
        "disk_partitions",
        lambda **_: [SimpleNamespace(mountpoint=point, fstype=kind) for point, kind in table],
    )
    return table


def test_a_drive_that_is_mounted_or_unmounted_inside_a_folder_is_noticed(tmp_path, mounted):
    bench = Bench(tmp_path)
    drive = tmp_path / "disks" / "usb"
    assert bench.after(0) == ()
    mounted.append((str(drive), "ext4"))
    bench.after(6)
    assert bench.after(2) == (drive,)
    assert bench.observer.scheduled.count(str(tmp_path)) == 2  # to see into it
    assert bench.after(6) == ()
    mounted.pop()
    bench.after(6)
    assert bench.after(2) == (drive,)


def test_a_share_that_is_mounted_inside_a_folder_has_it_looked_through_every_ten_minutes(
    tmp_path, mounted
):
    mounted.append((str(tmp_path / "share"), "nfs4"))
    bench = Bench(tmp_path)
    bench.watcher = Watcher(make_observer=lambda: bench.observer, clock=bench.clock)
    assert bench.after(0) == ()
    assert bench.after(601) == (tmp_path,)


def test_a_folder_that_comes_back_is_watched_and_looked_through_again(tmp_path):
    root = tmp_path / "usb"
    root.mkdir()
    bench = Bench(root)
    bench.after(0)
    root.rename(tmp_path / "unplugged")
    assert bench.after(6) == ()
    assert bench.observer.handlers == {}
    assert bench.after(4000) == ()
    (tmp_path / "unplugged").rename(root)
    assert bench.after(6) == (root,)
    bench.observer.tell(root, root / "a.txt")
    bench.after(0)
    assert bench.after(2) == (root / "a.txt",)


def test_a_folder_that_is_forgotten_is_not_watched_any_more(bench):
    bench.roots = []
    assert bench.after(4000) == ()
    assert bench.observer.handlers == {}


def test_locked_files_are_reported_again_later_and_later(bench, tmp_path):
    path = tmp_path / "locked.docx"
    waits = []
    for _ in range(5):
        bench.watcher.await_locked([str(path)])
        began = bench.clock.now
        while path not in bench.after(5):
            assert bench.clock.now - began < 4000
        waits.append(bench.clock.now - began)
    assert waits == [30, 120, 600, 3600, 3600]
    bench.watcher.await_locked([])
    assert path not in bench.after(10_000)


def test_closing_stops_the_observer(bench):
    bench.watcher.close()
    bench.watcher.close()
    assert not bench.observer.is_running


@pytest.mark.parametrize(
    ("kind", "is_remote"),
    [
        ("ext4", False),
        ("fuseblk", False),
        ("nfs4", True),
        ("cifs", True),
        ("fuse.sshfs", True),
        ("smbfs", True),
    ],
)
def test_shares_are_known_by_their_file_system(tmp_path, monkeypatch, kind, is_remote):
    mounts = [("/", "ext4"), (str(tmp_path), kind)]
    monkeypatch.setattr(
        psutil,
        "disk_partitions",
        lambda **_: [SimpleNamespace(mountpoint=point, fstype=each) for point, each in mounts],
    )
    assert is_remote_folder(str(tmp_path / "papers")) is is_remote
    assert not is_remote_folder(str(tmp_path) + "-beside")


def test_a_unc_path_is_a_share():
    assert is_remote_folder(r"\\server\share\papers")


def wait_for(watcher: Watcher, root: Path, wanted: set[Path]) -> None:
    seen: set[Path] = set()
    until = time.monotonic() + 20
    while not wanted <= seen:
        assert time.monotonic() < until, f"only {seen} were noticed"
        seen.update(watcher.changes([str(root)]).paths)


@pytest.mark.skipif(os.name != "posix", reason="renames while watched differ on Windows")
def test_the_real_system_reports_new_changed_moved_and_deleted_files(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("changed.txt", "moved.txt", "deleted.txt"):
        (tmp_path / "deep" / name).write_text("before")
    watcher = Watcher(is_remote=lambda _: False)
    watcher.changes([str(tmp_path)])
    (tmp_path / "deep" / "changed.txt").write_text("after")
    (tmp_path / "deep" / "moved.txt").rename(tmp_path / "deep" / "there.txt")
    (tmp_path / "deep" / "deleted.txt").unlink()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.txt").write_text("new")
    names = ("changed.txt", "moved.txt", "there.txt", "deleted.txt")
    wait_for(watcher, tmp_path, {tmp_path / "new", *(tmp_path / "deep" / each for each in names)})
    watcher.close()


@pytest.mark.skipif(os.name != "posix", reason="opening a file is no change on any system")
def test_reading_a_file_is_no_change(tmp_path):
    (tmp_path / "read.txt").write_text("words")
    watcher = Watcher(is_remote=lambda _: False)
    watcher.changes([str(tmp_path)])
    assert (tmp_path / "read.txt").read_text() == "words"
    (tmp_path / "written.txt").write_text("words")
    wait_for(watcher, tmp_path, {tmp_path / "written.txt"})
    assert tmp_path / "read.txt" not in watcher.changes([str(tmp_path)]).paths
    watcher.close()
