"""Numbers, durations and folders in plain words, the same everywhere in the window."""

from __future__ import annotations

import math
from pathlib import PurePath

from desktop_app.ui.results_wording import drawable

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_FEW_SECONDS = 20.0
_THOUSAND, _MANY_GIGABYTES = 1000, 100
_MANY_MINUTES, _MANY_HOURS = 55 * _MINUTE, 20 * _HOUR


def say_count(count: int, noun: str) -> str:
    """Say "1 file" or "1,020 files"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def say_time_left(seconds: float | None) -> str:
    """Say how long something still takes, coarsely on purpose; "" while nobody knows."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < _FEW_SECONDS:
        return "a few seconds left"
    if seconds < _MINUTE:
        return "less than a minute left"
    if seconds < _MANY_MINUTES:
        return f"{say_count(math.ceil(seconds / _MINUTE), 'minute')} left"
    if seconds < _MANY_HOURS:
        return f"about {say_count(max(1, round(seconds / _HOUR)), 'hour')} left"
    return f"about {say_count(max(1, round(seconds / _DAY)), 'day')} left"


def say_cost(seconds: float | None) -> str:
    """Say how long something will take, coarsely on purpose; "" while nobody knows."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < _MINUTE:
        return "less than a minute"
    if seconds < _MANY_MINUTES:
        return f"about {say_count(math.ceil(seconds / _MINUTE), 'minute')}"
    if seconds < _MANY_HOURS:
        return f"about {say_count(max(1, round(seconds / _HOUR)), 'hour')}"
    return f"about {say_count(max(1, round(seconds / _DAY)), 'day')}"


def say_bytes(count: int) -> str:
    """Say a size as disks are sold, in powers of 1,000: "870 kB", "45 MB", "4.6 GB"."""
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if round(size) < _THOUSAND:
            return f"{size:.0f} {unit}"
        size /= _THOUSAND
    return f"{size:,.0f} GB" if size >= _MANY_GIGABYTES else f"{size:.1f} GB"


def say_part(done: int, total: int) -> str:
    """Say "1.2 of 4.6 GB", or both units where they differ."""
    part, whole = say_bytes(done), say_bytes(total)
    number, unit = part.rsplit(" ", 1)
    return f"{number if whole.endswith(f' {unit}') else part} of {whole}"


def say_items(folders: int, files: int) -> str:
    """Say "3 folders", "2 files" or "1 folder and 2 files"."""
    parts = []
    if folders:
        parts.append(say_count(folders, "folder"))
    if files:
        parts.append(say_count(files, "file"))
    return " and ".join(parts)


def name_of(path: str) -> str:
    """Give the last part of a path, or the path itself where it has none (a drive)."""
    return drawable(PurePath(path).name or path)
