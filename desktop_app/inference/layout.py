"""A local folder in Hugging Face layout, described from its own files.

What its files do not say is declared in a ``pack.toml`` beside them, every key optional:
``title license languages query_prefix pooling max_length revision``, ``reranker.max_length`` and
the tables ``fusion``, ``blend`` and ``reranker.shared``. With ``revision`` a folder says that its
embedder is that of another pack; where weights and tokenizer are the same too, so are the vectors.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desktop_app.errors import PackAltered, PackMissing
from desktop_app.inference.manifest import (
    POOLINGS,
    Manifest,
    ModelPart,
    read_blend,
    read_shared,
)
from desktop_app.translation import listed, mark, worded

WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""The files that weights are read from, best first."""
_LONGEST = 512
"""FlagEmbedding's default length for embedders and rerankers; declare more where it helps."""
_LOCAL = "local"
_XLMR_POSITIONS_BEFORE_FIRST = 2
"""XLM-RoBERTa's tables have two rows that no token uses (pad, and the one before it)."""


def embedder_folder(folder: Path) -> Path:
    """Return where a pack's embedder is: ``embedder/``, or the folder itself."""
    return folder / "embedder" if (folder / "embedder").is_dir() else folder


def describe_folder(folder: Path) -> Manifest:
    """Describe ``embedder/`` and ``reranker/`` inside a folder, or the single embedder it is.

    The manifest names no files, since none are known beforehand. Raises PackMissing where a
    needed file is absent, PackAltered where one is unreadable.
    """
    embedder = embedder_folder(folder)
    reranker = folder / "reranker" if (folder / "reranker").is_dir() else None
    for part in filter(None, (embedder, reranker)):
        _require_model(part)
    declared = _toml(folder / "pack.toml")
    config = _json(embedder / "config.json")
    has_sparse = (embedder / "sparse_linear.pt").is_file()
    usual_fusion = {"dense": 1.0, "fulltext": 1.0} | ({"sparse": 0.3} if has_sparse else {})
    try:
        return Manifest(
            name=folder.name,
            title=str(declared.get("title", folder.name)),
            license=str(declared.get("license", "")),
            languages=frozenset(
                str(each) for each in declared.get("languages", _card_languages(embedder))
            ),
            fusion={
                str(name): float(weight)
                for name, weight in declared.get("fusion", usual_fusion).items()
            },
            embedder=_local_part(
                min(int(declared.get("max_length", _usual_length(embedder))), _positions(config)),
                revision=str(declared.get("revision", _LOCAL)),
            ),
            dimension=int(config["hidden_size"]),
            pooling=_pooling(embedder, declared),
            query_prefix=str(declared.get("query_prefix", "")),
            reranker=(
                _local_part(
                    min(
                        int(declared.get("reranker", {}).get("max_length", _LONGEST)),
                        _positions(_json(reranker / "config.json")),
                    ),
                    read_shared(declared.get("reranker", {})),
                )
                if reranker
                else None
            ),
            blend=read_blend(declared),
        )
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise PackAltered(
            worded("The model folder “{name}” describes itself wrongly.", name=folder.name)
        ) from error


def _local_part(
    max_length: int, shared: Mapping[str, str] | None = None, *, revision: str = _LOCAL
) -> ModelPart:
    return ModelPart("", revision, max_length, files=(), shared=dict(shared or {}))


def _require_model(folder: Path) -> None:
    lacking = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in WEIGHTS):
        lacking.append(WEIGHTS[0])
    if lacking:
        raise PackMissing(
            worded(
                "The model folder “{name}” lacks {files}.",
                name=folder.name,
                files=listed(lacking),
            ),
            mark("Give the folder of a complete model in Hugging Face layout."),
        )


def _usual_length(embedder: Path) -> int:
    return int(_json(embedder / "sentence_bert_config.json").get("max_seq_length", _LONGEST))


def _positions(config: dict[str, Any]) -> int:
    positions = int(config["max_position_embeddings"])
    is_roberta = "roberta" in str(config.get("model_type", ""))
    return positions - _XLMR_POSITIONS_BEFORE_FIRST if is_roberta else positions


def _pooling(embedder: Path, declared: dict[str, Any]) -> str:
    pooling = declared.get("pooling")
    if pooling is None:
        says_mean = _json(embedder / "1_Pooling" / "config.json").get("pooling_mode_mean_tokens")
        pooling = "mean" if says_mean else "cls"
    if pooling not in POOLINGS:
        raise ValueError(pooling)
    return str(pooling)


def _card_languages(embedder: Path) -> list[str]:
    """Read ``language:`` from the model card; none, or one named multilingual, means all."""
    try:
        card = (embedder / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    head = re.match(r"---\n(.*?)\n---", card, re.DOTALL)
    pattern = r"^language:(.*(?:\n\s*- .*)*)"
    found = re.search(pattern, head.group(1), re.MULTILINE) if head else None
    codes = re.findall(r"[A-Za-z]+", found.group(1)) if found else []
    return codes if all(len(code) == len("en") for code in codes) else []


def _json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise PackAltered(
            worded("The model's file {name} cannot be read.", name=path.name)
        ) from error
    return values if isinstance(values, dict) else {}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise PackAltered(
            worded("The pack's file {name} cannot be read.", name=path.name)
        ) from error
