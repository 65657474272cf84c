"""GPU support from a file that somebody brings: checked, unpacked, and removed as easily.

What is added is program code that runs in the model process, so a hash tells damage, not
malice: the file should come from where Lectern itself did.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from filelock import FileLock, Timeout

from desktop_app.acquisition.meter import Meter
from desktop_app.acquisition.space import FreeBytes, disk_error, free_bytes, require_space
from desktop_app.acquisition.staging import flush, read_blocks
from desktop_app.domain import IsCancelled, PackPhase, PackProgress, never_cancelled
from desktop_app.errors import GpuUnusable, LecternError
from desktop_app.inference.gpu_support import (
    DESCRIPTION,
    LIBRARIES,
    GpuSupport,
    Wheel,
    beside,
    read_description,
    this_system,
)
from desktop_app.translation import mark, worded

NAME = "GPU support"
WHEELS = "wheels"
"""The folder of a file of GPU support that holds its packages."""
_BLOCK = 1 << 20
_FROM_WHERE = mark(
    "Give the zip file that belongs to this version of Lectern, or the folder of it."
)
_AGAIN = mark("Copy or download the file again.")


def add_gpu_support(
    source: Path,
    *,
    gpu_dir: Path,
    is_cancelled: IsCancelled = never_cancelled,
    free: FreeBytes = free_bytes,
) -> Generator[PackProgress]:
    """Unpack a file of GPU support, or the folder of one, in place of what ``gpu_dir`` holds.

    Every package is checked against its hash before it is unpacked. Yields progress a few
    times a second; not pulling pauses. Ends early when cancelled; then, and when it fails,
    what was there before is still there. Raises GpuUnusable, DiskFull.
    """
    fresh, _, _ = beside(gpu_dir)
    try:
        source = source.expanduser().resolve(strict=True)
        with _held(gpu_dir), ExitStack() as stack:
            archive = None if source.is_dir() else stack.enter_context(zipfile.ZipFile(source))
            support = _described(source, archive)
            _settle(gpu_dir)
            stack.callback(_delete, fresh)
            (fresh / LIBRARIES).mkdir(parents=True)
            largest = max(each.size for each in support.wheels)
            require_space(fresh, sum(each.unpacked for each in support.wheels) + largest, free=free)
            meter = Meter(NAME, sum(each.size for each in support.wheels))
            for phase, name in _fill(fresh, support, source, archive, meter=meter):
                if is_cancelled():
                    return
                if meter.is_due():
                    yield meter.progress(phase, name)
            yield meter.progress(PackPhase.INSTALLING)
            # Last, so that what was killed half way is not taken for whole.
            (fresh / DESCRIPTION).write_bytes(_small(source, archive))
            for path in (fresh / DESCRIPTION, fresh):
                flush(path)
            _replace(gpu_dir, fresh)
        yield meter.progress(PackPhase.DONE)
    # The last is that of a password, or of a way of packing that Python does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise GpuUnusable(
            worded("“{name}” is not a zip file, or it is damaged.", name=source.name), _AGAIN
        ) from error
    except OSError as error:
        raise disk_error(error) or GpuUnusable(
            worded(
                "“{name}” could not be read, or GPU support could not be written.",
                name=source.name,
            ),
            mark("Check that the file is there and that your user folder may be written."),
        ) from error


def remove_gpu_support(gpu_dir: Path) -> bool:
    """Delete what was added; False where nothing was. Raises GpuUnusable where it is in use."""
    _, _, removed = beside(gpu_dir)
    if not any(each.exists() for each in (gpu_dir, *beside(gpu_dir))):
        return False
    with _held(gpu_dir):
        _settle(gpu_dir)
        was_there = gpu_dir.exists()
        _set_aside(gpu_dir, removed)
        flush(gpu_dir.parent)
        _delete(removed)
    return was_there


def tidy_gpu_support(gpu_dir: Path) -> None:
    """Finish or take back what was killed on its way; nothing while somebody is at it.

    Afterwards what is in ``gpu_dir`` is whole, and nothing lies beside it.
    """
    # Neither is worth a word here: the one is no error, the other comes again when it matters.
    with suppress(GpuUnusable, OSError), _held(gpu_dir):
        _settle(gpu_dir)


def _settle(gpu_dir: Path) -> None:
    fresh, former, removed = beside(gpu_dir)
    for whole in (fresh, former):
        if not gpu_dir.exists() and (whole / DESCRIPTION).exists():
            whole.rename(gpu_dir)
            flush(gpu_dir.parent)
    for each in (fresh, former, removed):
        _delete(each)


def _delete(folder: Path) -> None:
    with suppress(OSError):
        # First, so that what is left after a kill is not taken for whole.
        (folder / DESCRIPTION).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(gpu_dir: Path) -> Iterator[None]:
    gpu_dir.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(gpu_dir.with_name(gpu_dir.name + ".lock"), timeout=0):
            yield
    except Timeout:
        raise GpuUnusable(
            mark("GPU support is being added or removed already."),
            mark("Wait until that has finished."),
        ) from None


def _replace(gpu_dir: Path, fresh: Path) -> None:
    _, former, _ = beside(gpu_dir)
    _set_aside(gpu_dir, former)
    try:
        fresh.rename(gpu_dir)
    except OSError:
        if former.exists():
            former.rename(gpu_dir)
        raise
    flush(gpu_dir.parent)
    # Not sooner: that takes seconds, in which a kill would leave nothing.
    _delete(former)


def _set_aside(gpu_dir: Path, aside: Path) -> None:
    try:
        if gpu_dir.exists():
            gpu_dir.rename(aside)
    except OSError as error:
        # Windows, while a model process has its libraries open.
        raise GpuUnusable(
            mark("The GPU support that was added is in use."),
            mark("Quit Lectern first, then try again."),
        ) from error


def _described(source: Path, archive: zipfile.ZipFile | None) -> GpuSupport:
    try:
        support = read_description(_small(source, archive).decode("utf-8"))
    except (KeyError, FileNotFoundError, ValueError) as error:
        raise GpuUnusable(
            worded("“{name}” holds no GPU support for this version of Lectern.", name=source.name),
            _FROM_WHERE,
        ) from error
    if support.fits != this_system():
        raise GpuUnusable(
            worded(
                "“{name}” is made for another system ({other}) than this one ({this}).",
                name=source.name,
                other=support.fits,
                this=this_system(),
            ),
            _FROM_WHERE,
        )
    if not support.wheels or any(Path(each.name).name != each.name for each in support.wheels):
        raise _damaged(source.name)
    return support


def _small(source: Path, archive: zipfile.ZipFile | None) -> bytes:
    return archive.read(DESCRIPTION) if archive else (source / DESCRIPTION).read_bytes()


def _opened(source: Path, archive: zipfile.ZipFile | None, wheel: Wheel) -> BinaryIO:
    if archive is None:
        return (source / WHEELS / wheel.name).open("rb")
    try:
        return cast("BinaryIO", archive.open(f"{WHEELS}/{wheel.name}"))
    except KeyError as error:
        raise _damaged(wheel.name) from error


def _fill(
    fresh: Path,
    support: GpuSupport,
    source: Path,
    archive: zipfile.ZipFile | None,
    *,
    meter: Meter,
) -> Iterator[tuple[PackPhase, str]]:
    """Unpack every package and bring all of it to the disk; yields what it is at."""
    for wheel in support.wheels:
        for _ in _add(wheel, _opened(source, archive, wheel), fresh, meter):
            yield PackPhase.COPYING, wheel.name
    for path in fresh.rglob("*"):
        flush(path)
        yield PackPhase.INSTALLING, ""


def _add(wheel: Wheel, packed: BinaryIO, fresh: Path, meter: Meter) -> Iterator[None]:
    """Copy a package, check it, unpack it, in steps of a megabyte or so."""
    copy = fresh / wheel.name
    hasher = hashlib.sha256()
    with packed, copy.open("wb") as file:
        for block in read_blocks(packed, hasher):
            file.write(block)
            meter.add(len(block))
            yield
    if hasher.hexdigest() != wheel.sha256:
        raise _damaged(wheel.name)
    with zipfile.ZipFile(copy) as members:
        for member in members.infolist():
            target = _target(member, fresh / LIBRARIES)
            if target is None:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with members.open(member) as here, target.open("wb") as there:
                while block := here.read(_BLOCK):
                    there.write(block)
                    yield
    copy.unlink()


def _target(member: zipfile.ZipInfo, libraries: Path) -> Path | None:
    """Return where a file of a wheel belongs, None for what is not imported.

    https://packaging.python.org/en/latest/specifications/binary-distribution-format/
    """
    parts = member.filename.split("/")
    if member.is_dir():
        return None
    if parts[0].endswith(".data") and len(parts) > 1:
        if parts[1] not in {"purelib", "platlib"}:
            return None
        parts = parts[2:]
    if not parts or any(each in {"", ".", ".."} or "\\" in each or ":" in each for each in parts):
        raise _damaged(member.filename)
    return libraries.joinpath(*parts)


def _damaged(name: str) -> LecternError:
    return GpuUnusable(worded("“{name}” in the GPU support is damaged.", name=name), _AGAIN)
