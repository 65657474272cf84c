"""What LanceDB and Arrow are written in, mapped while other threads run."""

from __future__ import annotations

import os
import sys
from ctypes import CDLL, c_char_p, c_int, c_void_p
from importlib.util import find_spec
from pathlib import Path

_LARGE = (("pyarrow", "lib.*.so"), ("pyarrow", "_compute.*.so"), ("lancedb", "_lancedb.*.so"))
"""Each brings the libraries that it needs."""


def map_libraries() -> None:
    """Map the largest libraries that importing LanceDB needs. Any thread.

    An import keeps the interpreter's lock while the system maps and links a library, as does
    making a ``CDLL`` (Python 3.11): other threads, the window's among them, waited for 65 ms, and
    wait for 1 to 5 where the system's own function is called, without the lock. Only on Linux,
    where it was measured; what cannot be mapped so is left to the import.
    """
    if not sys.platform.startswith("linux"):
        return
    open_library = CDLL(None).dlopen
    open_library.argtypes, open_library.restype = (c_char_p, c_int), c_void_p
    for package, pattern in _LARGE:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations if spec else None) or ():
            for path in sorted(Path(folder).glob(pattern)):
                open_library(os.fsencode(path), os.RTLD_NOW)
