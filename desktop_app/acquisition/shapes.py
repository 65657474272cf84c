"""Which files a pack of one's own can have, and what it may be called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from desktop_app.acquisition.offers import Offered
from desktop_app.errors import PackRefused
from desktop_app.inference.layout import WEIGHTS
from desktop_app.inference.manifest import Manifest
from desktop_app.inference.verification import RECEIVED
from desktop_app.translation import mark, worded

PARTS = ("embedder", "reranker")
MANIFEST = "manifest.toml"
DECLARED = "pack.toml"
_MODEL_FILES = (
    *WEIGHTS,
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "sentencepiece.bpe.model",
    "vocab.txt",
    "sparse_linear.pt",
    "colbert_linear.pt",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "1_Pooling/config.json",
    "README.md",
    "LICENSE",
    "LICENSE.txt",
)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_REVISION = re.compile(r"[0-9a-f]{40}")


def known_paths(manifests: Iterable[Manifest]) -> set[str]:
    """Return every path that a file of a pack can have inside the pack."""
    named = {file.path for each in manifests for _, part in each.parts for file in part.files}
    models = named | set(_MODEL_FILES)
    inside = {f"{part}/{path}" for part in PARTS for path in models}
    return models | inside | {MANIFEST, DECLARED, RECEIVED}


def own_pack(offered: Iterable[Offered]) -> tuple[str, dict[str, Offered]]:
    """Find the one model among files of which no manifest knows: its name and its files by key.

    A folder with ``embedder/`` (and ``reranker/``), or a single embedder. Raises
    PackRefused where there is none or more than one.
    """
    by_path = {each.path: each for each in offered}
    folders = sorted(
        {
            path.parent
            for path in by_path
            if path.name in WEIGHTS and path.parent / "config.json" in by_path
        }
    )
    embedders = [each for each in folders if each.name == PARTS[0]] or folders
    if len(embedders) != 1:
        raise PackRefused
    (embedder,) = embedders
    base = embedder.parent if embedder.name == PARTS[0] else embedder
    models = {PARTS[0]: embedder}
    if base / PARTS[1] in folders:
        models[PARTS[1]] = base / PARTS[1]
    if len(models) != len(folders):
        raise PackRefused
    files = {}
    for part, folder in models.items():
        weights = next(name for name in WEIGHTS if folder / name in by_path)
        for path in _MODEL_FILES:
            if folder / path in by_path and (path not in WEIGHTS or path == weights):
                files[f"{part}/{path}"] = by_path[folder / path]
    if base / DECLARED in by_path:
        files[DECLARED] = by_path[base / DECLARED]
    return _name_of(base), files


def files_of_own_pack(folder: Path) -> tuple[str, ...]:
    """List the keys of the files that make an installed pack without a manifest."""
    keys = [f"{part}/{path}" for part in PARTS for path in _MODEL_FILES]
    keys += [*_MODEL_FILES, DECLARED]
    return tuple(key for key in keys if (folder / key).is_file())


def check_name(name: str, taken: Iterable[str]) -> None:
    """Raise PackRefused where a pack of one's own cannot have this name."""
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise PackRefused(
            worded("A pack cannot be named “{name}”.", name=name),
            mark("Rename its folder: letters, digits, points, hyphens and underscores."),
        )
    if name.casefold() in {each.casefold() for each in taken}:
        raise PackRefused(
            worded("There is another pack named “{name}”.", name=name),
            mark("Rename the folder and import it again."),
        )


def _name_of(base: PurePosixPath) -> str:
    """Name a pack by its folder, or by its model where the folder is a hub cache's."""
    if not _REVISION.fullmatch(base.name):
        return base.name
    cached = [each for each in base.parts if each.startswith("models--")]
    return cached[-1].rsplit("--", 1)[-1] if cached else base.name
