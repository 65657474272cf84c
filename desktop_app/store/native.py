"""What LanceDB and Arrow are written in, mapped while other threads run."""

from __future__ import annotations

import sys
from contextlib import suppress
from ctypes import CDLL
from importlib.util import find_spec
from pathlib import Path

_LARGE = (("pyarrow", "lib.*.so"), ("pyarrow", "_compute.*.so"), ("lancedb", "_lancedb.*.so"))
"""Each brings the libraries that it needs."""


def map_libraries() -> None:
    """Map the largest libraries that importing LanceDB needs. Any thread.

    An import keeps the interpreter's lock while the system maps and links a library: with these
    the window, which is up by then, stood still for 60 to 90 ms. ctypes lets go of it. Only on
    Linux, where it was measured; what cannot be mapped so is left to the import.
    """
    if not sys.platform.startswith("linux"):
        return
    for package, pattern in _LARGE:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations if spec else None) or ():
            for path in sorted(Path(folder).glob(pattern)):
                with suppress(OSError):
                    CDLL(str(path))
