"""Numbers, durations and folders in plain words, the same everywhere in the window."""

from __future__ import annotations

import math
from pathlib import PurePath

from desktop_app.errors import LecternError
from desktop_app.translation import mark, say_in_turn, tr, tr_n
from desktop_app.ui.results_wording import drawable

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_FEW_SECONDS = 20.0
_THOUSAND, _MANY_GIGABYTES = 1000, 100
_MANY_MINUTES, _MANY_HOURS = 55 * _MINUTE, 20 * _HOUR
_SIZES = {
    # Translators: sizes on disk.
    "bytes": mark("{number} bytes"),
    "kB": mark("{number} kB"),
    "MB": mark("{number} MB"),
    "GB": mark("{number} GB"),
}


def say_error(error: LecternError) -> str:
    """Say what happened and what the user can do about it, in the interface's language."""
    return say_in_turn(tr(error.title), tr(error.hint))


def say_time_left(seconds: float | None) -> str:
    """Say how long something still takes, coarsely on purpose; "" while nobody knows."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < _FEW_SECONDS:
        return tr("a few seconds left")
    if seconds < _MINUTE:
        return tr("less than a minute left")
    if seconds < _MANY_MINUTES:
        minutes = math.ceil(seconds / _MINUTE)
        return tr_n("{count} minute left", "{count} minutes left", minutes)
    if seconds < _MANY_HOURS:
        hours = max(1, round(seconds / _HOUR))
        return tr_n("about {count} hour left", "about {count} hours left", hours)
    days = max(1, round(seconds / _DAY))
    return tr_n("about {count} day left", "about {count} days left", days)


def say_cost(seconds: float | None) -> str:
    """Say how long something will take, coarsely on purpose; "" while nobody knows."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < _MINUTE:
        return tr("less than a minute")
    if seconds < _MANY_MINUTES:
        return tr_n("about {count} minute", "about {count} minutes", math.ceil(seconds / _MINUTE))
    if seconds < _MANY_HOURS:
        return tr_n("about {count} hour", "about {count} hours", max(1, round(seconds / _HOUR)))
    return tr_n("about {count} day", "about {count} days", max(1, round(seconds / _DAY)))


def say_bytes(count: int) -> str:
    """Say a size as disks are sold, in powers of 1,000: "870 kB", "45 MB", "4.6 GB"."""
    return _in_unit(*_scale(count))


def say_part(done: int, total: int) -> str:
    """Say "1.2 of 4.6 GB", or both units where they differ."""
    (part, part_unit), (whole, unit) = _scale(done), _scale(total)
    if part_unit == unit:
        return tr("{part} of {whole}", part=_number(part, unit), whole=_in_unit(whole, unit))
    return tr("{part} of {whole}", part=_in_unit(part, part_unit), whole=_in_unit(whole, unit))


def _scale(count: int) -> tuple[float, str]:
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if round(size) < _THOUSAND:
            return size, unit
        size /= _THOUSAND
    return size, "GB"


def _in_unit(size: float, unit: str) -> str:
    return tr(_SIZES[unit], number=_number(size, unit))


def _number(size: float, unit: str) -> str:
    is_whole = unit != "GB" or size >= _MANY_GIGABYTES
    return tr("{size:,.0f}", size=size) if is_whole else tr("{size:.1f}", size=size)


def say_files(count: int) -> str:
    """Say "1 file" or "1,020 files"."""
    return tr_n("{count} file", "{count} files", count)


def say_items(folders: int, files: int) -> str:
    """Say "3 folders", "2 files" or "1 folder and 2 files"."""
    if not folders:
        return say_files(files) if files else ""
    some = tr_n("{count} folder", "{count} folders", folders)
    return tr("{folders} and {files}", folders=some, files=say_files(files)) if files else some


def name_of(path: str) -> str:
    """Give the last part of a path, or the path itself where it has none (a drive)."""
    return drawable(PurePath(path).name or path)
