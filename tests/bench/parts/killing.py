"""A library whose indexes are being built, killed and brought to its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from desktop_app.domain import VectorSpace
from desktop_app.store.library import open_library
from tests.bench.parts.growing import Vectors
from tests.bench.parts.watching import Watch

_BENCH = Path(__file__).resolve().parents[1] / "growth.py"
# Of the time that building took: once among the words, once among the vectors.
_MOMENTS = (0.3, 0.75)


def killed_and_resumed(
    directory: Path, copied: Path, space: VectorSpace, asked: Vectors, say: Callable[[str], None]
) -> dict[str, Any]:
    """Build the indexes of copies of a closed library, some killed with SIGKILL; time all.

    Says how long the next start takes, whether everything is found before the indexes are
    there, and what the library holds in the end, beside one that was not killed.
    """
    whole = copied.with_name("undisturbed")
    _link(directory, whole)
    began = time.perf_counter()
    _maintain(whole).wait()
    took = time.perf_counter() - began
    say(f"indexes of a copy built in {took:.0f} s")
    figures: dict[str, Any] = {"undisturbed_s": took}
    _link(directory, copied)
    for moment in _MOMENTS:
        process = _maintain(copied)
        time.sleep(moment * took)
        is_running = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        began = time.perf_counter()
        with closing(open_library(copied)) as library:
            opened = time.perf_counter() - began
            found = library.search_dense(space, asked[0], k=100).passage_ids
            count = library.coverage(space).embedded
        figures |= {
            f"killed_at_{moment}_was_running": is_running,
            f"killed_at_{moment}_open_s": opened,
            f"killed_at_{moment}_finds": len(found),
            f"killed_at_{moment}_vectors": count,
        }
        say(f"killed at {moment:.0%} of the time: opened in {opened:.1f} s, {count:,} vectors")
    began = time.perf_counter()
    _maintain(copied).wait()
    figures["resumed_s"] = time.perf_counter() - began
    figures["resumed_disk_ratio"] = Watch(copied).disk_mb() / Watch(whole).disk_mb()
    with closing(open_library(copied)) as resumed, closing(open_library(whole)) as other:
        same = [
            resumed.search_dense(space, each, k=100).passage_ids[:10]
            == other.search_dense(space, each, k=100).passage_ids[:10]
            for each in asked
        ]
    figures["resumed_same_first_ten"] = sum(same) / len(same)
    shutil.rmtree(copied)
    shutil.rmtree(whole)
    return figures


def _maintain(directory: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(_BENCH), "--maintain", str(directory)])


def _link(source: Path, target: Path) -> None:
    """Copy a library, its tables' files by hard links: Lance never changes a file."""

    def copy(one: str, other: str) -> None:
        if ".lance" in Path(one).relative_to(source).parts[0]:
            os.link(one, other)
        else:
            shutil.copy2(one, other)

    shutil.copytree(source, target, copy_function=copy)
