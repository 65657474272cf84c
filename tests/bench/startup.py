"""From the double-click to the window: the built application, beside a start from the source.

Usage: ``python tests/bench/startup.py [PROGRAM] [--starts N]``. Without PROGRAM the folder
``out/lectern`` of ``installer/build.py``. Linux with Xvfb; nothing of the environment is around
the program. Of each:

* ``window_s`` from the start of the process until the window is on the screen: ``warm`` the
  median of N starts, ``cold`` one with the page cache dropped first (needs root).
* ``processor_s`` of all its processes until then, median of the warm starts: what a machine
  that does other things, too, says of the start.
* ``idle_mb`` of memory (PSS of all its processes) five seconds later; ``window_mb`` is the
  window's own process.
* ``installed_mb`` of the folder on the disk.

``ratio`` is the warm start of the built application over that from the source.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from installer.screen import Screen  # noqa: E402 - found by the line above
from installer.smoke import clean_environment, family, happens, megabytes  # noqa: E402

TITLE = "Lectern"
IDLE_SECONDS = 5.0
END_SECONDS = 30.0


def main() -> int:
    """Measure, and print progress to stderr and the figures to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "program", nargs="?", type=Path, default=ROOT / "out" / "lectern" / "lectern"
    )
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()
    program = options.program.resolve()
    if not program.exists():
        print(f"{program} is not there; build it: installer/build.py folder", file=sys.stderr)
        return 2
    answer: dict[str, Any] = {"bench": "startup"}
    with Screen() as screen:
        source = [sys.executable, "-m", "desktop_app"]
        for name, command in (("built", [str(program)]), ("source", source)):
            answer[name] = measure(command, screen, starts=options.starts)
            print(name, answer[name], file=sys.stderr)
    if program.parent.joinpath("_internal").is_dir():
        files = (each for each in program.parent.rglob("*") if each.is_file())
        answer["installed_mb"] = round(sum(each.lstat().st_size for each in files) / 1e6)
    answer["ours_s"] = answer["built"]["warm"]
    answer["ratio"] = round(answer["built"]["warm"] / answer["source"]["warm"], 2)
    print(json.dumps(answer))
    return 0


def measure(command: Sequence[str], screen: Screen, *, starts: int) -> dict[str, float]:
    """Start a program some times, each in a home of its own."""
    figures: dict[str, float] = {}
    if drop_page_cache():
        figures["cold"] = start(command, screen)["window_s"]
    found = [start(command, screen, is_last=at == starts - 1) for at in range(starts)]
    figures["warm"] = statistics.median(each["window_s"] for each in found)
    figures["processor_s"] = statistics.median(each["processor_s"] for each in found)
    return figures | {name: found[-1][name] for name in ("idle_mb", "window_mb")}


def start(command: Sequence[str], screen: Screen, *, is_last: bool = False) -> dict[str, float]:
    """Start it once, wait for the window, measure its memory if it is the last, close it."""
    with tempfile.TemporaryDirectory(prefix="lectern-startup-") as home:
        environment: Mapping[str, str] = clean_environment(Path(home)) | {
            "DISPLAY": screen.name,
            "PYTHONPATH": str(ROOT),
        }
        begun = time.monotonic()
        process = subprocess.Popen(command, env=environment)
        try:
            if not happens(lambda: bool(screen.find(TITLE))):
                raise SystemExit("There is no window.")
            figures: dict[str, float] = {
                "window_s": round(time.monotonic() - begun, 2),
                "processor_s": round(sum(map(processor_seconds, family(process.pid))), 2),
            }
            if is_last:
                time.sleep(IDLE_SECONDS)
                figures["idle_mb"] = megabytes(family(process.pid))
                figures["window_mb"] = megabytes([process.pid])
            screen.ask_to_close(screen.find(TITLE))
            process.wait(END_SECONDS)
        finally:
            process.kill()
            process.wait()
    return figures


def processor_seconds(pid: int) -> float:
    """Return the time that a process has computed, in and for it (proc_pid_stat(5))."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def drop_page_cache() -> bool:
    """Forget what was read of the disk; False where that is not allowed."""
    try:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3\n", encoding="ascii")
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
