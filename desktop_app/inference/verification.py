"""Is a pack's file the one its manifest names? Answered by SHA-256, remembered by size and time.

What a manifest leaves open (a size, a hash) is written down when the file arrives, in
``received.json`` beside the pack's models, and holds from then on.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from desktop_app.errors import PackAltered, PackMissing
from desktop_app.inference.manifest import PackFile
from desktop_app.inference.notes import write_note
from desktop_app.translation import mark, worded

_log = logging.getLogger(__name__)

Hashes: TypeAlias = dict[str, str]
"""Hex SHA-256 by a file's path, size and time of change."""

Received: TypeAlias = dict[str, tuple[int, str]]
"""Size in bytes and hex SHA-256 of each file of a pack ("embedder/config.json")."""

RECEIVED = "received.json"


def verify_files(folder: Path, files: tuple[PackFile, ...], known: Hashes) -> None:
    """Check that every file is there with its size and SHA-256.

    Files whose hash is in ``known`` are not read again; new hashes are added to it. Raises
    PackMissing naming the first file that is absent, PackAltered the first that differs.
    """
    for file in files:
        path = folder / file.path
        try:
            size = path.stat().st_size
        except OSError:
            raise PackMissing(
                worded("The model pack lacks its file {file}.", file=file.path),
                mark("Install the pack again, or choose another one."),
            ) from None
        if file.size is not None and size != file.size:
            raise _altered(file)
        if file.sha256 and sha256_of(path, known) != file.sha256:
            raise _altered(file)


def completed(name: str, files: tuple[PackFile, ...], received: Received) -> tuple[PackFile, ...]:
    """Fill in what the manifest leaves open about the files of the part ``name``."""
    return tuple(
        replace(
            file,
            size=received[f"{name}/{file.path}"][0] if file.size is None else file.size,
            sha256=file.sha256 or received[f"{name}/{file.path}"][1],
        )
        if f"{name}/{file.path}" in received
        else file
        for file in files
    )


def read_received(folder: Path) -> Received:
    """Return what was written down when a pack arrived; nothing where it is absent or damaged."""
    try:
        return parse_received((folder / RECEIVED).read_bytes())
    except OSError:
        return {}


def parse_received(text: bytes) -> Received:
    """Read what ``write_received`` wrote; nothing where it is damaged."""
    try:
        values = json.loads(text)
        return {str(path): (int(size), str(sha256)) for path, (size, sha256) in values.items()}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}


def write_received(folder: Path, received: Received) -> None:
    """Write down what arrived, so that it can be checked later; raises OSError.

    In one step, since a kill may come at any moment.
    """
    fresh = folder / f"{RECEIVED}.new"
    fresh.write_text(json.dumps(received, indent=1, sort_keys=True), encoding="utf-8")
    fresh.replace(folder / RECEIVED)


def remembered(path: Path) -> str:
    """Return the key of a file as it is now in ``Hashes``; raises OSError."""
    state = path.stat()
    return f"{path.absolute()}|{state.st_size}|{state.st_mtime_ns}"


def sha256_of(path: Path, known: Hashes) -> str:
    """Return a file's hex SHA-256, from ``known`` or by reading it (about 1 GB/s).

    Raises PackMissing where the file cannot be read.
    """
    try:
        key = remembered(path)
        if key not in known:
            with path.open("rb") as file:
                known[key] = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PackMissing(
            worded("The model's file {name} cannot be read.", name=path.name)
        ) from error
    return known[key]


def load_hashes(path: Path) -> Hashes:
    """Return the hashes remembered in a file; none where it is absent or damaged."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in values.items()} if type(values) is dict else {}


def save_hashes(path: Path, hashes: Mapping[str, str]) -> None:
    """Remember hashes in a file; where that is not possible they are computed again."""
    try:
        write_note(path, dict(hashes))
    except OSError as error:
        _log.debug("the hashes of model files are not remembered: %s", error)


def _altered(file: PackFile) -> PackAltered:
    return PackAltered(
        worded("The model pack's file {file} has been changed or is damaged.", file=file.path)
    )
