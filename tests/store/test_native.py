"""Large libraries are mapped before they are imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

_PROGRAM = """
import sys
from pathlib import Path
from desktop_app.store.native import map_libraries

map_libraries()
maps = Path("/proc/self/maps").read_text()
assert "_lancedb" in maps and "libarrow" in maps
assert not {"lancedb", "pyarrow"} & sys.modules.keys()
from desktop_app.store import lance
print(lance.pa.array([1, 2]).sum())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere an import does it")
def test_libraries_are_mapped_without_being_imported_and_work_afterwards():
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout == "3\n"
