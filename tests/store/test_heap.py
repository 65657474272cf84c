"""Memory that was freed goes back to the system."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import psutil
import pytest

from desktop_app.store.heap import release_freed, share_heap

_PIECES = 100_000
_PIECE_BYTES = 1000


def is_glibc() -> bool:
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim")


@pytest.mark.skipif(not is_glibc(), reason="only glibc keeps freed pieces that can be returned")
def test_freed_pieces_below_one_in_use_are_returned():
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    pieces = [ctypes.c_void_p(libc.malloc(_PIECE_BYTES)) for _ in range(_PIECES)]
    for piece in pieces:
        ctypes.memset(piece, 1, _PIECE_BYTES)
    last = pieces.pop()
    for piece in pieces:
        libc.free(piece)
    before = psutil.Process().memory_info().rss
    release_freed()
    given_back = before - psutil.Process().memory_info().rss
    libc.free(last)
    assert given_back > _PIECES * _PIECE_BYTES / 2


_COUNT_HEAPS = """
import ctypes, sys, threading
import desktop_app.store.lance

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.fopen.restype = ctypes.c_void_p
barrier = threading.Barrier(24)

def take():
    barrier.wait()
    libc.malloc(5000)
    barrier.wait()

threads = [threading.Thread(target=take) for _ in range(24)]
for each in threads: each.start()
for each in threads: each.join()
report = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, report)
libc.fclose(report)
"""


@pytest.mark.skipif(not is_glibc(), reason="only glibc makes a heap for each thread")
def test_threads_share_a_few_heaps_where_lancedb_is_used(tmp_path):
    report = tmp_path / "heaps.xml"
    subprocess.run([sys.executable, "-c", _COUNT_HEAPS, str(report)], check=True)
    assert 1 <= report.read_text().count("<heap nr=") <= 4


_FREE_LARGE_PIECES = """
import ctypes
import desktop_app.store.lance
import psutil

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p

def take(megabytes):
    piece = ctypes.c_void_p(libc.malloc(megabytes << 20))
    ctypes.memset(piece, 1, megabytes << 20)
    return piece

# From now on glibc would take all that is smaller from a heap.
libc.free(take(30))
pieces = [take(1) for _ in range(100)]
before = psutil.Process().memory_info().rss
for piece in pieces[:-1]:
    libc.free(piece)
print((before - psutil.Process().memory_info().rss) >> 20)
"""


@pytest.mark.skipif(not is_glibc(), reason="only glibc keeps freed pieces that can be returned")
def test_large_pieces_are_returned_as_soon_as_they_are_freed_where_lancedb_is_used():
    command = [sys.executable, "-c", _FREE_LARGE_PIECES]
    given_back = subprocess.run(command, check=True, capture_output=True).stdout
    assert int(given_back) > 90


def test_elsewhere_nothing_is_done_about_the_heap(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    share_heap()
    release_freed()
