"""Files that need not be fetched, since they are on this computer already.

In the pack itself when only another file of it is damaged, in another pack with the same
model, or in the user's hub cache.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop_app.acquisition import hub
from desktop_app.acquisition.meter import Meter
from desktop_app.acquisition.space import FreeBytes, require_space
from desktop_app.acquisition.staging import Staging, read_blocks
from desktop_app.acquisition.wanted import Facts, Wanted
from desktop_app.domain import PackPhase, PackProgress
from desktop_app.inference.manifest import Manifest
from desktop_app.inference.verification import read_received


def take_from_donors(
    wanted: Wanted,
    staging: Staging,
    meter: Meter,
    *,
    manifests: Iterable[Manifest],
    packs_dir: Path,
    free: FreeBytes,
) -> Iterator[PackProgress]:
    """Take a file over if it is here and the right one, by a hard link where that is possible.

    Afterwards ``staging.holds`` it or not. Yields progress while files are read.
    """
    for path, facts in _donors(wanted, manifests, packs_dir):
        if not os.access(path, os.R_OK):
            continue  # another user's, as a command of the superuser leaves them
        if not facts.can_tell or facts.size not in {None, path.stat().st_size}:
            continue
        hasher = hashlib.sha256()
        with path.open("rb") as file:
            for _ in read_blocks(file, hasher):
                if meter.is_due():
                    yield meter.progress(PackPhase.VERIFYING, wanted.key)
        if not facts.hold_for(path, hasher.hexdigest()):
            continue
        size = path.stat().st_size
        target = staging.path(wanted.key)
        target.unlink(missing_ok=True)
        try:
            os.link(path, target)
        except OSError:
            require_space(staging.folder, size, free=free)
            with path.open("rb") as source, target.open("wb") as copy:
                for block in read_blocks(source, hashlib.sha256()):
                    copy.write(block)
                    if meter.is_due():
                        yield meter.progress(PackPhase.COPYING, wanted.key)
        staging.accept(wanted.key, size, hasher.hexdigest())
        meter.have(size)
        return


def _donors(
    wanted: Wanted, manifests: Iterable[Manifest], packs_dir: Path
) -> Iterator[tuple[Path, Facts]]:
    for manifest in manifests:
        folder = packs_dir / manifest.name
        for name, part in manifest.parts:
            path = folder / name / wanted.path
            if part.identity == wanted.part.identity and path.is_file():
                size, sha256 = read_received(folder).get(f"{name}/{wanted.path}", (None, ""))
                yield path, wanted.facts.joined(Facts(size, sha256))
    found = hub.cached(wanted.part, wanted.path)
    if found is not None:
        path, facts = found
        yield path, wanted.facts if wanted.facts.can_tell else wanted.facts.joined(facts)
