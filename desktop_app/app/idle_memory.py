"""What a process that has nothing to do gives back to the system."""

from __future__ import annotations

import ctypes
import mmap
import sys
from contextlib import suppress
from typing import Any

from desktop_app.store.heap import release_freed

_LOADED, _EXECUTABLE, _WRITABLE = 1, 1, 2
"""PT_LOAD, PF_X and PF_W of elf.h."""


class _Segment(ctypes.Structure):
    """Elf64_Phdr of elf.h."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("rights", ctypes.c_uint32),
        ("offset", ctypes.c_uint64),
        ("address", ctypes.c_uint64),
        ("physical_address", ctypes.c_uint64),
        ("file_bytes", ctypes.c_uint64),
        ("memory_bytes", ctypes.c_uint64),
        ("alignment", ctypes.c_uint64),
    )


class _Loaded(ctypes.Structure):
    """The beginning of dl_phdr_info of link.h."""

    _fields_ = (
        ("base", ctypes.c_uint64),
        ("name", ctypes.c_char_p),
        ("segments", ctypes.POINTER(_Segment)),
        ("count", ctypes.c_uint16),
    )


def return_memory() -> None:
    """Return freed memory, and the mapped code of libraries that nothing runs now.

    Of the 247 MB (PSS) of a window that had just opened 115 were code, nearly all of it run
    once, while Qt, Arrow and LanceDB were loaded. The system keeps it in its cache for as
    long as there is room, and maps it again within microseconds when it is run. Some
    milliseconds. Any thread.
    """
    release_freed()
    if sys.platform == "linux":
        # Not in every C library.
        with suppress(AttributeError):
            _unmap_code()


def _unmap_code() -> None:
    # The loader holds its lock while it lists what is loaded, so nothing is unloaded meanwhile.
    # PyDLL keeps the interpreter's lock: whoever has both locks took this one first.
    library = ctypes.PyDLL(None)
    give_back: Any = library.madvise
    give_back.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)

    def on_loaded(loaded: Any, _size: int, _data: object) -> int:
        here = loaded.contents
        # Without a path: the program itself, and what the kernel maps into every process.
        if b"/" in here.name:
            for at in range(here.count):
                part = here.segments[at]
                rights = part.rights & (_EXECUTABLE | _WRITABLE)
                # Nothing else: tables hold addresses that the loader wrote into them.
                if part.type == _LOADED and rights == _EXECUTABLE:
                    start = here.base + part.address
                    bounded = start - start % mmap.PAGESIZE
                    size = start + part.file_bytes - bounded
                    give_back(bounded, size, mmap.MADV_DONTNEED)
        return 0

    visit = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(_Loaded), ctypes.c_size_t, ctypes.c_void_p
    )
    library.dl_iterate_phdr(visit(on_loaded), None)
