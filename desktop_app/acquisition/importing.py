"""A pack from files that somebody brings: copied, checked as a download is, installed."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from desktop_app.acquisition.meter import Meter
from desktop_app.acquisition.offers import Offered, offered_by
from desktop_app.acquisition.recognition import candidates_for, lacking, recognize
from desktop_app.acquisition.shapes import check_name, known_paths, own_pack
from desktop_app.acquisition.space import FreeBytes, disk_error, free_bytes, require_space
from desktop_app.acquisition.staging import Staging, read_blocks
from desktop_app.acquisition.wanted import Facts, wanted_files
from desktop_app.domain import IsCancelled, PackPhase, PackProgress, never_cancelled
from desktop_app.errors import PackAltered, PackMissing, PackRefused
from desktop_app.inference.layout import describe_folder
from desktop_app.inference.manifest import Manifest
from desktop_app.inference.packs import pack_folder, read_manifests
from desktop_app.inference.verification import RECEIVED, Received, parse_received
from desktop_app.translation import listed, mark, worded


def import_pack(
    path: Path,
    *,
    packs_dir: Path,
    resources_dir: Path,
    is_cancelled: IsCancelled = never_cancelled,
    free: FreeBytes = free_bytes,
) -> Generator[PackProgress]:
    """Copy a pack from a folder, a zip file or a hub cache, and check it as a download is.

    Files are told by their content, so any arrangement that holds the right ones will do. A
    model that no manifest knows becomes a pack named after its folder. Yields progress a
    few times a second (first what is read to recognize the pack, then what is copied); not
    pulling pauses. Ends early when cancelled; then, and when it fails, nothing is left.
    Raises PackRefused, PackMissing (a file is not among those given), PackAltered (one is
    not what its name says), PackInUse, DiskFull.
    """
    manifests = read_manifests(resources_dir)
    try:
        path = path.expanduser().resolve(strict=True)
        packs_dir.mkdir(parents=True, exist_ok=True)
        with offered_by(path, known_paths(manifests)) as offered:
            work = _Import(
                path.name,
                offered,
                manifests,
                packs_dir=packs_dir,
                resources_dir=resources_dir,
                free=free,
            )
            with closing(work.run()) as steps:
                for step in steps:
                    if is_cancelled():
                        return
                    yield step
    except OSError as error:
        raise disk_error(error) or PackRefused(
            worded("“{name}” could not be read, or the pack could not be written.", name=path.name),
            mark("Check that it is there and may be read, and that packs may be written."),
        ) from error


class _Import:
    """One import: what is offered, and which pack it turns out to be."""

    def __init__(
        self,
        given: str,
        offered: tuple[Offered, ...],
        manifests: tuple[Manifest, ...],
        *,
        packs_dir: Path,
        resources_dir: Path,
        free: FreeBytes,
    ) -> None:
        self._given = given
        self._offered = offered
        self._manifests = manifests
        self._packs_dir = packs_dir
        self._resources_dir = resources_dir
        self._free = free
        self._received = self._written_down()

    def run(self) -> Generator[PackProgress]:
        manifest = yield from recognize(self._given, self._offered, self._manifests)
        if manifest is None:
            name, files = own_pack(self._offered)
            check_name(name, self._names_taken())
            choices = {key: (Facts(), [each]) for key, each in files.items()}
        else:
            name = manifest.name
            if (
                self._resources_dir
                in pack_folder(manifest, self._packs_dir, self._resources_dir).parents
            ):
                raise PackRefused(
                    worded("The pack “{name}” is a part of Lectern already.", name=name)
                )
            choices = self._choices(manifest)
        size = sum(each[0].size for _, each in choices.values())
        require_space(self._packs_dir, size, free=self._free)
        gathered = self._packs_dir / ".importing" / name
        with closing(Staging(name, self._packs_dir, gathered)) as staging:
            staging.drop()  # what a killed import left
            try:
                meter = Meter(name, size)
                for key, (facts, candidates) in choices.items():
                    yield from self._copy(key, facts, candidates, staging, meter)
                if manifest is None:
                    describe_folder(gathered)
                yield meter.progress(PackPhase.INSTALLING)
                staging.install()
            finally:
                staging.drop()
            yield meter.progress(PackPhase.DONE)

    def _names_taken(self) -> list[str]:
        present = [each.name for each in self._packs_dir.iterdir()]
        return present + [each.name for each in self._manifests]

    def _choices(self, manifest: Manifest) -> dict[str, tuple[Facts, list[Offered]]]:
        """Find what each file of a pack can be taken from; raises PackMissing for those without."""
        missing = lacking(manifest, self._offered)
        if missing:
            raise PackMissing(
                worded(
                    "“{given}” lacks {files} of the pack “{name}”.",
                    given=self._given,
                    files=listed(missing),
                    name=manifest.name,
                ),
                mark("Give a folder that holds “embedder” and “reranker” with all their files."),
            )
        return {
            each.key: (
                each.knowing(Facts(*self._received.get(each.key, (None, "")))).facts,
                candidates_for(each, self._offered),
            )
            for each in wanted_files(manifest)
        }

    def _copy(
        self,
        key: str,
        facts: Facts,
        candidates: list[Offered],
        staging: Staging,
        meter: Meter,
    ) -> Iterator[PackProgress]:
        """Copy the first candidate that turns out to be the file; raises PackAltered if none."""
        target = staging.path(key)
        for candidate in candidates:
            known = facts if facts.can_tell else facts.joined(candidate.facts)
            hasher = hashlib.sha256()
            written = 0
            with candidate.open() as source, target.open("wb") as file:
                for block in read_blocks(source, hasher):
                    file.write(block)
                    written += len(block)
                    meter.add(len(block))
                    if meter.is_due():
                        yield meter.progress(PackPhase.COPYING, key)
            if known.hold_for(target, hasher.hexdigest()):
                staging.accept(key, written, hasher.hexdigest())
                return
            meter.have(-written)
        raise PackAltered(
            worded(
                "“{key}” in “{given}” is not the one that belongs to the pack.",
                key=key,
                given=self._given,
            ),
            mark("It may be damaged, or of another revision. Get the pack again."),
        )

    def _written_down(self) -> Received:
        """Return what an exported pack says of the files that its manifest leaves open."""
        for each in self._offered:
            if each.path.name == RECEIVED:
                return parse_received(each.read_small())
        return {}
