"""Model packs on disk: find one, check it, and name the vector space it spans.

A pack is a folder with ``embedder/`` and perhaps ``reranker/`` in Hugging Face layout. It
is described by a manifest in ``resources/packs``, or describes itself: any local folder
will do. Imports no model library, so it is cheap in every process.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain import PackListing, PackState, VectorSpace
from desktop_app.errors import ModelError, PackMissing
from desktop_app.inference.layout import WEIGHTS, describe_folder, embedder_folder
from desktop_app.inference.manifest import Blend, Manifest, read_manifest
from desktop_app.inference.verification import (
    Hashes,
    completed,
    load_hashes,
    read_received,
    save_hashes,
    sha256_of,
    verify_files,
)
from desktop_app.translation import mark, worded

_PRECISION_CLASS = "cosine-0.995"
"""Every backend and precision must keep this cosine to float32, so they share vectors."""
HASHES = "hashes.json"
"""The file in ``packs_dir`` that remembers hashes by size and time of change."""


@dataclass(frozen=True, slots=True)
class Lent:
    """Tensors that another model's folder lends: the borrower's name of each, and its name there.

    Two models fine-tuned from one with frozen word embeddings have the same, which are half of a
    small model's bytes; so only one of them carries these.
    """

    folder: Path
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that is on this computer and was checked.

    ``languages`` are ISO 639-1 codes, empty for a model that knows them all. ``dimension``
    is that of the dense vectors; ``max_length`` and ``reranker_max_length`` count tokens,
    special ones included. ``pooling`` is "mean" or "cls". ``fusion_weights`` are by run:
    "dense", "sparse", "fulltext". ``weights_hash`` and ``tokenizer_hash`` are the
    embedder's, hex SHA-256. ``reranker_loan`` is what the reranker takes from the embedder, None
    where it has all itself.
    """

    name: str
    title: str
    license: str
    languages: frozenset[str]
    fusion_weights: Mapping[str, float]
    embedder: Path
    reranker: Path | None
    dimension: int
    max_length: int
    reranker_max_length: int
    pooling: str
    query_prefix: str
    has_sparse: bool
    revision: str
    weights_hash: str
    tokenizer_hash: str
    reranker_loan: Lent | None = None
    blend: Blend | None = None


def find_pack(name_or_folder: str, *, packs_dir: Path, resources_dir: Path) -> Pack:
    """Find a pack by its name or as a local folder, and check its files.

    Looked for: a manifest of that name (its files shipped with the application or in
    ``packs_dir``), a folder of that name in ``packs_dir``, any folder. Hashes are
    remembered in ``packs_dir`` by size and time of change; a first look at 4.6 GB takes
    seconds. Raises PackMissing where there is no such pack or a file of it is absent,
    PackAltered where a file is not the one that the manifest names.
    """
    known = load_hashes(packs_dir / HASHES)
    before = dict(known)
    try:
        return _find(name_or_folder, packs_dir, resources_dir, known)
    finally:
        if known != before:
            save_hashes(packs_dir / HASHES, known)


def verify_pack(name_or_folder: str, *, packs_dir: Path, resources_dir: Path) -> Pack:
    """Find a pack and read every file of it again, whatever is remembered.

    Raises as ``find_pack`` does.
    """
    return _find(name_or_folder, packs_dir, resources_dir, {})


def list_packs(*, packs_dir: Path, resources_dir: Path) -> tuple[PackListing, ...]:
    """List the packs with a manifest and the folders in ``packs_dir``, by name.

    Installed means that every file is there; contents are not checked here.
    """
    listings = {}
    for manifest in read_manifests(resources_dir):
        folder = pack_folder(manifest, packs_dir, resources_dir)
        unfinished = unfinished_folder(manifest.name, packs_dir)
        state = _state_of(manifest, folder, unfinished, resources_dir)
        there = unfinished if state is PackState.UNFINISHED else folder
        listings[manifest.name] = _listing(
            manifest, folder, state, download_bytes=manifest.download_bytes, there=there
        )
    for folder in packs_dir.glob("*/"):
        if folder.name not in listings and _is_pack_folder(folder):
            try:
                described = describe_folder(folder)
            except ModelError:
                continue  # half copied; using it by name says what is missing
            listings[folder.name] = _listing(
                described, folder, PackState.INSTALLED, download_bytes=0, there=folder
            )
    return tuple(listings[name] for name in sorted(listings))


def read_manifests(resources_dir: Path) -> tuple[Manifest, ...]:
    """Read every manifest that is shipped; raises PackAltered where one is unreadable."""
    return tuple(read_manifest(path) for path in sorted((resources_dir / "packs").glob("*.toml")))


def pack_folder(manifest: Manifest, packs_dir: Path, resources_dir: Path) -> Path:
    """Return where a pack is or would be: shipped with the application, or in ``packs_dir``."""
    shipped = resources_dir / "packs" / manifest.name
    return shipped if shipped.is_dir() else packs_dir / manifest.name


def unfinished_folder(name: str, packs_dir: Path) -> Path:
    """Return where a download gathers a pack's files until all of them are there."""
    return packs_dir / ".unfinished" / name


def vector_space(pack: Pack) -> VectorSpace:
    """Name the space of a pack's vectors: everything that changes a vector changes its key."""
    identity = "\n".join(
        (
            pack.revision,
            pack.weights_hash,
            pack.tokenizer_hash,
            str(pack.max_length),
            pack.pooling,
            pack.query_prefix,
            str(pack.has_sparse),
            _PRECISION_CLASS,
        )
    )
    return VectorSpace(
        key=hashlib.blake2b(identity.encode(), digest_size=6).hexdigest(),
        pack=pack.name,
        dimension=pack.dimension,
        has_sparse=pack.has_sparse,
        languages=pack.languages,
    )


def _find(name_or_folder: str, packs_dir: Path, resources_dir: Path, known: Hashes) -> Pack:
    is_name = Path(name_or_folder).name == name_or_folder
    path = resources_dir / "packs" / f"{name_or_folder}.toml"
    if is_name and path.is_file():
        manifest = read_manifest(path)
        return _of_manifest(manifest, pack_folder(manifest, packs_dir, resources_dir), known)
    candidates = [Path(name_or_folder).expanduser()]
    if is_name:
        candidates.insert(0, packs_dir / name_or_folder)
    for folder in candidates:
        if folder.is_dir():
            return _of_folder(folder.resolve(), known)
    raise PackMissing(
        worded("There is no model pack “{name}” on this computer.", name=name_or_folder),
        mark("Choose another pack, or give the folder that holds the model."),
    )


def _listing(
    manifest: Manifest, folder: Path, state: PackState, *, download_bytes: int, there: Path
) -> PackListing:
    return PackListing(
        name=manifest.name,
        title=manifest.title,
        license=manifest.license,
        languages=manifest.languages,
        download_bytes=download_bytes,
        folder=folder,
        state=state,
        has_reranker=manifest.reranker is not None,
        present_bytes=_bytes_in(there),
        sources=tuple(part.repository for _, part in manifest.parts if part.repository),
    )


def _bytes_in(folder: Path) -> int:
    total = 0
    for each in folder.rglob("*"):
        with contextlib.suppress(OSError):  # a download may rename it this moment
            total += each.stat().st_size if each.is_file() else 0
    return total


def _state_of(manifest: Manifest, folder: Path, unfinished: Path, resources_dir: Path) -> PackState:
    if all(
        (folder / name / file.path).is_file()
        for name, part in manifest.parts
        for file in part.files
    ):
        return PackState.BUILT_IN if resources_dir in folder.parents else PackState.INSTALLED
    return PackState.UNFINISHED if unfinished.is_dir() else PackState.AVAILABLE


def _is_pack_folder(folder: Path) -> bool:
    return any((folder / inner / "config.json").is_file() for inner in ("", "embedder"))


def _of_manifest(manifest: Manifest, folder: Path, known: Hashes) -> Pack:
    if not folder.is_dir():
        raise PackMissing(
            worded("The model pack “{name}” is not on this computer.", name=manifest.name),
            mark("Install it, or choose another pack."),
        )
    received = read_received(folder)
    for name, part in manifest.parts:
        verify_files(folder / name, completed(name, part.files, received), known)
    return _pack(manifest, folder, known)


def _of_folder(folder: Path, known: Hashes) -> Pack:
    return _pack(describe_folder(folder), folder, known)


def _pack(manifest: Manifest, folder: Path, known: Hashes) -> Pack:
    embedder = embedder_folder(folder)
    reranker = manifest.reranker
    return Pack(
        name=manifest.name,
        title=manifest.title,
        license=manifest.license,
        languages=manifest.languages,
        fusion_weights=dict(manifest.fusion),
        embedder=embedder,
        reranker=folder / "reranker" if reranker else None,
        dimension=manifest.dimension,
        max_length=manifest.embedder.max_length,
        reranker_max_length=reranker.max_length if reranker else 0,
        pooling=manifest.pooling,
        query_prefix=manifest.query_prefix,
        has_sparse=(embedder / "sparse_linear.pt").is_file(),
        revision=manifest.embedder.identity,
        weights_hash=_weights_hash(embedder, known),
        tokenizer_hash=sha256_of(embedder / "tokenizer.json", known),
        reranker_loan=Lent(embedder, reranker.shared) if reranker and reranker.shared else None,
        blend=manifest.blend,
    )


def _weights_hash(embedder: Path, known: Hashes) -> str:
    """Hash the weights and, where there is one, the head of the learned token weights."""
    names = [next(name for name in WEIGHTS if (embedder / name).is_file())]
    if (embedder / "sparse_linear.pt").is_file():
        names.append("sparse_linear.pt")
    return hashlib.sha256(
        "".join(sha256_of(embedder / name, known) for name in names).encode()
    ).hexdigest()
