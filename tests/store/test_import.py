"""The store is imported at every start, so what it never uses must not be imported with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import sys
import desktop_app.store.library
client = [name for name in sys.modules if name.startswith("lance_namespace_urllib3_client")]
assert not [name for name in client if sys.modules[name].__spec__.origin], client
print("pandas" in sys.modules)
import pandas
print(pandas.DataFrame({"a": [1]}).a.sum())
"""


def test_neither_the_rest_client_nor_pandas_is_loaded_and_pandas_stays_importable():
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["False", "1"]
