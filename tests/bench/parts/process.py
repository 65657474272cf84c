"""The memory of another process, as the kernel counts it."""

from __future__ import annotations

from pathlib import Path

import psutil

_WANTED = {"Rss": "rss", "Pss": "pss", "Pss_Anon": "anon", "Pss_File": "file"}


def memory_mb(pid: int) -> dict[str, int]:
    """Return MiB: ``rss``, ``pss`` (shared pages divided), and of it ``anon`` and ``file``.

    The last is memory that the system can take back by itself: weights that lie in a mapped
    file. Only ``rss`` where there is no ``/proc``.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return {"rss": psutil.Process(pid).memory_info().rss >> 20}
    found = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name in _WANTED:
            found[_WANTED[name]] = int(value.split()[0]) >> 10
    return found
