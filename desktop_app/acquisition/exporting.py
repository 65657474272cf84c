"""An installed pack as one zip file, for a computer without a network."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from desktop_app.acquisition.meter import Meter
from desktop_app.acquisition.shapes import MANIFEST, files_of_own_pack
from desktop_app.acquisition.space import FreeBytes, disk_error, free_bytes, require_space
from desktop_app.acquisition.staging import read_blocks
from desktop_app.acquisition.wanted import Facts, wanted_files
from desktop_app.domain import IsCancelled, PackPhase, PackProgress, PackState, never_cancelled
from desktop_app.errors import PackAltered, PackMissing, PackRefused
from desktop_app.inference.packs import list_packs, read_manifests
from desktop_app.inference.verification import RECEIVED, read_received
from desktop_app.translation import mark, worded

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name: the same pack makes the same file each time."""


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    path: Path
    facts: Facts


def export_pack(
    name: str,
    path: Path,
    *,
    packs_dir: Path,
    resources_dir: Path,
    is_cancelled: IsCancelled = never_cancelled,
    free: FreeBytes = free_bytes,
) -> Generator[PackProgress]:
    """Write an installed pack to a zip file that ``import_pack`` takes.

    Stored, not compressed, since weights hardly shrink. Every file is checked on the way.
    ``path`` may be a folder; a file that is there is replaced when the new one is whole.
    Ends early when cancelled, leaving nothing. Raises PackMissing, PackAltered,
    PackRefused (nowhere to write), DiskFull.
    """
    entries = _entries_of(name, packs_dir, resources_dir)
    path = path.expanduser()
    target = path / f"{name}.zip" if path.is_dir() else path
    partial = target.with_name(f"{target.name}.part")
    meter = Meter(name, sum(each.path.stat().st_size for each in entries))
    try:
        require_space(target.parent, meter.total, free=free)
        with closing(_write(name, entries, partial, meter)) as steps:
            for step in steps:
                if is_cancelled():
                    return
                yield step
        partial.replace(target)
    except OSError as error:
        raise disk_error(error) or PackRefused(
            worded("“{name}” could not be written.", name=target.name),
            mark("Choose a folder that you may write to."),
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    yield meter.progress(PackPhase.DONE)


def _entries_of(name: str, packs_dir: Path, resources_dir: Path) -> list[_Entry]:
    listings = {
        each.name: each for each in list_packs(packs_dir=packs_dir, resources_dir=resources_dir)
    }
    listing = listings.get(name)
    if listing is not None and listing.state is PackState.BUILT_IN:
        raise PackRefused(
            worded("The pack “{name}” is a part of every Lectern.", name=name),
            mark("There is no need to export it."),
        )
    if listing is None or not listing.is_installed:
        raise PackMissing(
            worded("There is no model pack “{name}” on this computer to export.", name=name)
        )
    folder = listing.folder
    received = read_received(folder)
    manifest = next((each for each in read_manifests(resources_dir) if each.name == name), None)
    if manifest is None:
        return [
            _Entry(key, folder / key, Facts(*received.get(key, (None, ""))))
            for key in files_of_own_pack(folder)
        ]
    entries = [
        _Entry(
            each.key,
            folder / each.key,
            each.knowing(Facts(*received.get(each.key, (None, "")))).facts,
        )
        for each in wanted_files(manifest)
    ]
    entries.append(_Entry(MANIFEST, resources_dir / "packs" / f"{name}.toml", Facts()))
    if received:
        entries.append(_Entry(RECEIVED, folder / RECEIVED, Facts()))
    return entries


def _write(
    name: str, entries: list[_Entry], partial: Path, meter: Meter
) -> Generator[PackProgress]:
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for each in entries:
            hasher = hashlib.sha256()
            info = zipfile.ZipInfo(f"{name}/{each.key}", _EPOCH)
            info.external_attr = 0o644 << 16
            with each.path.open("rb") as source, archive.open(info, "w", force_zip64=True) as entry:
                for block in read_blocks(source, hasher):
                    entry.write(block)
                    meter.add(len(block))
                    if meter.is_due():
                        yield meter.progress(PackPhase.COPYING, each.key)
            if not each.facts.hold_for(each.path, hasher.hexdigest()):
                raise PackAltered(
                    worded(
                        "The model pack's file {file} has been changed or is damaged.",
                        file=each.key,
                    )
                )
