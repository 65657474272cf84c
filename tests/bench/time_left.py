"""Is the time left that is shown true, from the first look at a folder to its last vector?

Usage: ``python tests/bench/time_left.py FOLDER... [--ocr]``: the folders are indexed as the
window does it, into a library of their own, with the starter pack (and, if asked for, text
recognition). Every second the time left that was told is kept; at the end each is compared
with what it came to. Prints one JSON object: ``seconds`` in all and by phase; for what was
told after the first minute (or the first fifth of a shorter run), of moments with at least
ten seconds left, the ``median_error`` and the ``worst_error`` as a share of the truth;
``untold``, the share of such moments without any; and the ``curve``, a few dozen rows of
phase, second, told, true. A machine that does something else beside makes it worse.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

from desktop_app.app import open_session
from desktop_app.settings import Settings

_LEAST_LEFT = 10.0
_ROWS = 40


def watch(
    folders: list[Path], scratch: Path, *, ocr: bool
) -> tuple[list[tuple[float, str, float | None]], float]:
    """Index the folders; return what was told as (second, phase, seconds left), and the end."""
    settings = Settings(library_dir=scratch / "library", cache_dir=scratch / "cache", ocr=ocr)
    told: list[tuple[float, str, float | None]] = []
    with closing(open_session(settings)) as session:
        session.warm_up()
        session.add_roots([folder.resolve() for folder in folders])
        began = perf_counter()
        for step in session.index():
            now = perf_counter() - began
            if not told or now - told[-1][0] >= 1.0:
                told.append((now, step.phase.value, step.seconds_left))
                print(f"{now:6.0f} s  {step.phase.value}  {step.seconds_left}", file=sys.stderr)
        return told, perf_counter() - began


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--ocr", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        told, ended = watch(options.folders, Path(scratch), ocr=options.ocr)
    settled = min(60.0, ended / 5)
    judged = [row for row in told if row[0] >= settled and ended - row[0] >= _LEAST_LEFT]
    errors = [abs(left - (ended - at)) / (ended - at) for at, _, left in judged if left is not None]
    answer = {
        "seconds": round(ended, 1),
        "seconds_by_phase": dict(Counter(phase for _, phase, _ in told)),
        "moments": len(judged),
        "untold": round(1 - len(errors) / len(judged), 3) if judged else None,
        "median_error": round(median(errors), 3) if errors else None,
        "worst_error": round(max(errors), 3) if errors else None,
        "curve": [
            [phase, round(at), None if left is None else round(left), round(ended - at)]
            for at, phase, left in told[:: max(1, len(told) // _ROWS)]
        ],
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
