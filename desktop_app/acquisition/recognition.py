"""Which pack the files are that somebody brings, told by their content."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Generator, Sequence

from desktop_app.acquisition.meter import Meter
from desktop_app.acquisition.offers import Offered
from desktop_app.acquisition.shapes import MANIFEST
from desktop_app.acquisition.staging import read_blocks
from desktop_app.acquisition.wanted import Wanted, wanted_files
from desktop_app.domain import PackPhase, PackProgress
from desktop_app.errors import PackAltered, PackMissing, PackRefused
from desktop_app.inference.layout import WEIGHTS
from desktop_app.inference.manifest import Manifest
from desktop_app.translation import listed, mark, worded


def recognize(
    given: str, offered: Sequence[Offered], manifests: Sequence[Manifest]
) -> Generator[PackProgress, None, Manifest | None]:
    """Tell by the embedder's weights which manifest's pack this is; None if it is no one's.

    ``given`` is the name of what was given. Yields progress while weights are read. Raises
    PackRefused where it is several packs or one of an unknown version, PackAltered or
    PackMissing where it says that it is a pack whose weights it does not hold.
    """
    possible = [(each, _weights_of(each)) for each in manifests]
    found = [(each, candidates_for(weights, offered)) for each, weights in possible]
    # Most often the first candidate is the one; in a hub cache the next is its blob.
    meter = Meter(given, sum(candidates[0].size for _, candidates in found if candidates))
    meant = []
    for (manifest, weights), (_, candidates) in zip(possible, found, strict=True):
        for each in candidates:
            if (yield from _is_right(weights, each, meter)):
                meant.append(manifest)
                break
    if len(meant) > 1:
        meant = [each for each in meant if not lacking(each, offered)] or meant
    if len(meant) > 1:
        raise PackRefused(
            worded(
                "“{given}” holds several packs: {names}.",
                given=given,
                names=listed(sorted(each.name for each in meant)),
            ),
            mark("Give the folder of one of them."),
        )
    if not meant:
        _refuse_a_false_claim(given, offered, manifests)
    return meant[0] if meant else None


def lacking(manifest: Manifest, offered: Sequence[Offered]) -> list[str]:
    """Return the keys of the files that nothing offered can be."""
    return [each.key for each in wanted_files(manifest) if not candidates_for(each, offered)]


def candidates_for(wanted: Wanted, offered: Sequence[Offered]) -> list[Offered]:
    """Return what may be the file, the likeliest first; its hash decides when it is copied.

    By size where that is known, else by name; where nothing at all is known of the
    content, only from a folder that is named after the part or the model.
    """
    repository = wanted.part.repository
    cues = {wanted.name, repository.rsplit("/", 1)[-1], _cache_folder(repository)}
    found = []
    for each in offered:
        has_cue = not cues.isdisjoint(each.path.parts[:-1])
        has_name = each.path.as_posix().endswith(f"/{wanted.path}")
        if wanted.facts.size is not None:
            is_possible = each.size == wanted.facts.size and (has_name or wanted.facts.can_tell)
        else:
            is_possible = has_name and (has_cue or wanted.facts.can_tell)
        if is_possible:
            found.append((not has_cue, not has_name, len(each.path.parts), each))
    return [each for *_, each in sorted(found, key=lambda item: item[:3])]


def _weights_of(manifest: Manifest) -> Wanted:
    return next(
        each for each in wanted_files(manifest) if each.name == "embedder" and each.path in WEIGHTS
    )


def _is_right(
    weights: Wanted, offered: Offered, meter: Meter
) -> Generator[PackProgress, None, bool]:
    hasher = hashlib.sha256()
    with offered.open() as file:
        for block in read_blocks(file, hasher):
            meter.add(len(block))
            if meter.is_due():
                yield meter.progress(PackPhase.VERIFYING, offered.path.name)
    return weights.facts.sha256 in {"", hasher.hexdigest()}


def _refuse_a_false_claim(
    given: str, offered: Sequence[Offered], manifests: Sequence[Manifest]
) -> None:
    """Raise what is wrong where an exported manifest or a hub cache's name says which pack it is.

    Without this a damaged pack would pass for a model of one's own.
    """
    names = {_name_in(each) for each in offered if each.path.name == MANIFEST}
    folders = {part for each in offered for part in each.path.parts}
    for manifest in manifests:
        if manifest.name in names or _cache_folder(manifest.embedder.repository) in folders:
            weights = _weights_of(manifest).path
            if any(each.path.name == weights for each in offered):
                raise PackAltered(
                    worded(
                        "“{weights}” is not the one that belongs to the pack “{name}”.",
                        weights=weights,
                        name=manifest.name,
                    ),
                    mark("It may be damaged, or of another revision. Get the pack again."),
                )
            raise PackMissing(
                worded(
                    "“{given}” lacks {weights} of the pack “{name}”.",
                    given=given,
                    weights=weights,
                    name=manifest.name,
                )
            )
    if names:
        raise PackRefused(
            worded("This Lectern does not know the pack “{names}”.", names=listed(sorted(names))),
            mark("It was exported by another version of Lectern; update this one."),
        )


def _name_in(manifest: Offered) -> str:
    try:
        return str(tomllib.loads(manifest.read_small().decode()).get("name"))
    except (ValueError, RecursionError) as error:
        raise PackAltered(mark("The manifest in the pack is damaged.")) from error


def _cache_folder(repository: str) -> str:
    """Return how a hub cache names a model's folder."""
    return f"models--{repository.replace('/', '--')}"
