"""From trained weights to a pack that the application takes as it is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file

from desktop_app.inference.manifest import Blend
from desktop_app.inference.packs import Pack
from desktop_app.settings import as_toml
from desktop_app.training.learner import Learner, State
from desktop_app.training.plan import Start

_TOKENIZER = (
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "sentencepiece.bpe.model",
    "vocab.txt",
)
_WEIGHTS = "model.safetensors"
_WORDS = "embeddings.word_embeddings.weight"


def write_reranker(
    folder: Path, learner: Learner, start: Start, pack: Pack, weights: State
) -> tuple[dict[str, str], tuple[tuple[str, int, str], ...]]:
    """Write a reranker's folder: float16 weights, config and the tokenizer it began with.

    Word embeddings that are the embedder's to the bit are left out. Returns these by name, as a
    pack's ``[reranker.shared]`` has them, and the files by name with size and hex SHA-256.
    """
    folder.mkdir(parents=True)
    shared = _shared(weights, pack)
    kept = {name: each for name, each in weights.items() if name not in shared}
    save_file(kept, folder / _WEIGHTS, metadata={"format": "pt"})
    (folder / _WEIGHTS).chmod(0o644)  # safetensors makes it for its owner only
    config = json.dumps(learner.config(), indent=2, sort_keys=True)
    (folder / "config.json").write_text(f"{config}\n", encoding="utf-8")
    for name in _TOKENIZER:
        if (start.folder / name).is_file():
            shutil.copyfile(start.folder / name, folder / name)
    files = sorted(each for each in folder.iterdir() if each.is_file())
    return shared, tuple((each.name, each.stat().st_size, _sha256(each)) for each in files)


def write_pack(
    folder: Path,
    pack: Pack,
    *,
    title: str,
    shared: Mapping[str, str],
    blend: Blend,
    is_blended: bool,
) -> None:
    """Add the embedder and ``pack.toml`` to a folder with a reranker.

    The embedder's files are linked where the disk can, else copied. Its revision is written
    down, so that libraries keep the vectors that they have.
    """
    target = folder / "embedder"
    target.mkdir()
    for path in sorted(pack.embedder.rglob("*")):
        if path.is_file() and _is_of_embedder(path, pack):
            place = target / path.relative_to(pack.embedder)
            place.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(path, place)
    lines = [
        f"title = {as_toml(title)}",
        f"license = {as_toml(pack.license)}",
        f"languages = {json.dumps(sorted(pack.languages))}",
        f"query_prefix = {as_toml(pack.query_prefix)}",
        f"pooling = {as_toml(pack.pooling)}",
        f"max_length = {pack.max_length}",
        "# Vectors made with this embedder are the same as in the pack that it is from.",
        f"revision = {as_toml(pack.revision)}",
        "",
        "[fusion]",
        *(f"{name} = {weight}" for name, weight in pack.fusion_weights.items()),
        "",
        "# score = sigmoid(fused x fused score + logit x logit + bias), fitted on the held-out",
        "# questions.",
        "[blend]",
        *([f"fused = {blend.fused:.4f}"] if is_blended else []),
        f"logit = {blend.logit:.4f}",
        f"bias = {blend.bias:.4f}",
    ]
    lines += ["", "[reranker]", f"max_length = {pack.reranker_max_length or pack.max_length}"]
    if shared:
        lines += ["", "[reranker.shared]"]
        lines += [f"{as_toml(own)} = {as_toml(there)}" for own, there in shared.items()]
    (folder / "pack.toml").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _shared(weights: State, pack: Pack) -> dict[str, str]:
    """Name the word embeddings where the embedder has the very same."""
    own = next((name for name in weights if name.endswith(_WORDS)), None)
    path = pack.embedder / _WEIGHTS
    if own is None or not path.is_file():
        return {}
    from safetensors import safe_open

    with safe_open(path, "pt") as lender:
        there = next((name for name in lender.keys() if name.endswith(_WORDS)), None)  # noqa: SIM118 - no mapping
        if there is None:
            return {}
        lent: torch.Tensor = lender.get_tensor(there)
    is_same = lent.shape == weights[own].shape and torch.equal(lent.half(), weights[own])
    return {own: there} if is_same else {}


def _is_of_embedder(path: Path, pack: Pack) -> bool:
    """Say whether a file is the embedder's, also where its folder is the pack's own."""
    return pack.reranker is None or pack.reranker not in path.parents


def _link_or_copy(path: Path, place: Path) -> None:
    try:
        os.link(path, place)
    except OSError:
        shutil.copyfile(path, place)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
