"""Memory that was freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys

import psutil
import pytest

from desktop_app.store.heap import release_freed

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


def test_elsewhere_it_does_nothing(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    release_freed()
