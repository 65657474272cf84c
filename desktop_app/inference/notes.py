"""Small files of what was found out, and can be found out again where they are lost."""

from __future__ import annotations

import json
import os
from pathlib import Path


def write_note(path: Path, values: object) -> None:
    """Replace a JSON file in one step; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own, since two processes may write the same note at once.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(values, indent=1), encoding="utf-8")
    unfinished.replace(path)
