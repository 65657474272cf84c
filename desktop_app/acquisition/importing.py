"""A pack from files that somebody brings: recognized by content, copied, checked, installed."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from desktop_app.acquisition.meter import Meter
from desktop_app.acquisition.offers import Offered, offered_by
from desktop_app.acquisition.shapes import MANIFEST, check_name, known_paths, own_pack
from desktop_app.acquisition.space import FreeBytes, disk_error, free_bytes, require_space
from desktop_app.acquisition.staging import Staging, read_blocks
from desktop_app.acquisition.wanted import Facts, Wanted, wanted_files
from desktop_app.domain import IsCancelled, PackPhase, PackProgress, never_cancelled
from desktop_app.errors import PackAltered, PackMissing, PackRefused
from desktop_app.inference.layout import WEIGHTS, describe_folder
from desktop_app.inference.manifest import Manifest
from desktop_app.inference.packs import pack_folder, read_manifests
from desktop_app.inference.verification import RECEIVED, Received, parse_received


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
            f"“{path.name}” could not be read, or the pack could not be written.",
            "Check that it is there and may be read, and that packs may be written.",
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
        manifest = yield from self._recognize()
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
                raise PackRefused(f"The pack “{name}” is a part of Lectern already.")
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

    def _recognize(self) -> Generator[PackProgress, None, Manifest | None]:
        """Tell by the embedder's weights which manifest's pack this is; None if of no one's."""
        possible = [
            (manifest, weights, offered)
            for manifest in self._manifests
            for weights in wanted_files(manifest)
            if weights.name == "embedder" and weights.path in WEIGHTS
            for offered in self._candidates(weights)
        ]
        meter = Meter(self._given, sum(offered.size for _, _, offered in possible))
        meant: dict[str, Manifest] = {}
        for manifest, weights, offered in possible:
            hasher = hashlib.sha256()
            with offered.open() as file:
                for block in read_blocks(file, hasher):
                    meter.add(len(block))
                    if meter.is_due():
                        yield meter.progress(PackPhase.VERIFYING, offered.path.name)
            if weights.facts.sha256 in {"", hasher.hexdigest()}:
                meant[manifest.name] = manifest
        if len(meant) > 1:
            meant = {name: each for name, each in meant.items() if not self._lacking(each)} or meant
        if len(meant) > 1:
            raise PackRefused(
                f"“{self._given}” holds several packs: {', '.join(sorted(meant))}.",
                "Give the folder of one of them.",
            )
        if meant:
            return next(iter(meant.values()))
        claimed = self._claimed()
        if claimed is not None:
            weights_path = next(
                each.path for each in claimed.embedder.files if each.path in WEIGHTS
            )
            if any(each.path.name == weights_path for each in self._offered):
                raise PackAltered(
                    f"“{weights_path}” is not the one that belongs to the pack “{claimed.name}”.",
                    "It may be damaged, or of another revision. Get the pack again.",
                )
            raise PackMissing(f"“{self._given}” lacks {weights_path} of the pack “{claimed.name}”.")
        return None

    def _claimed(self) -> Manifest | None:
        """Return the pack that this says it is: by an exported manifest or a hub cache's name."""
        names = set()
        for each in self._offered:
            if each.path.name == MANIFEST:
                try:
                    names.add(str(tomllib.loads(each.read_small().decode()).get("name")))
                except ValueError as error:
                    raise PackAltered("The manifest in the pack is damaged.") from error
        for manifest in self._manifests:
            folder = f"models--{manifest.embedder.repository.replace('/', '--')}"
            if manifest.name in names or any(folder in each.path.parts for each in self._offered):
                return manifest
        if names:
            raise PackRefused(
                f"This Lectern does not know the pack “{', '.join(sorted(names))}”.",
                "It was exported by another version of Lectern; update this one.",
            )
        return None

    def _choices(self, manifest: Manifest) -> dict[str, tuple[Facts, list[Offered]]]:
        """Find what each file of a pack can be taken from; raises PackMissing for those without."""
        lacking = self._lacking(manifest)
        if lacking:
            raise PackMissing(
                f"“{self._given}” lacks {', '.join(lacking)} of the pack “{manifest.name}”.",
                "Give a folder that holds “embedder” and “reranker” with all their files.",
            )
        return {
            each.key: (
                each.knowing(Facts(*self._received.get(each.key, (None, "")))).facts,
                self._candidates(each),
            )
            for each in wanted_files(manifest)
        }

    def _lacking(self, manifest: Manifest) -> list[str]:
        return [each.key for each in wanted_files(manifest) if not self._candidates(each)]

    def _candidates(self, wanted: Wanted) -> list[Offered]:
        """Return what may be the file, the likeliest first; its hash decides when it is copied.

        By size where that is known, else by name; where nothing at all is known of the
        content, only from a folder that is named after the part or the model.
        """
        repository = wanted.part.repository
        cues = {
            wanted.name,
            repository.rsplit("/", 1)[-1],
            f"models--{repository.replace('/', '--')}",
        }
        found = []
        for each in self._offered:
            has_cue = not cues.isdisjoint(each.path.parts[:-1])
            has_name = each.path.as_posix().endswith(f"/{wanted.path}")
            if wanted.facts.size is not None:
                is_possible = each.size == wanted.facts.size and (has_name or wanted.facts.can_tell)
            else:
                is_possible = has_name and (has_cue or wanted.facts.can_tell)
            if is_possible:
                found.append((not has_cue, not has_name, len(each.path.parts), each))
        return [each for *_, each in sorted(found, key=lambda item: item[:3])]

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
            f"“{key}” in “{self._given}” is not the one that belongs to the pack.",
            "It may be damaged, or of another revision. Get the pack again.",
        )

    def _written_down(self) -> Received:
        """Return what an exported pack says of the files that its manifest leaves open."""
        for each in self._offered:
            if each.path.name == RECEIVED:
                return parse_received(each.read_small())
        return {}
