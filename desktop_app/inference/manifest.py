"""A pack's manifest (``NAME.toml``): what it is made of and how it is used.

A local folder is described by the same values (``layout.describe_folder``).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop_app.errors import PackAltered
from desktop_app.translation import worded

POOLINGS = ("cls", "mean")


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a model: path inside its folder; size in bytes and hex SHA-256 if known.

    ``about`` is roughly its size in bytes, where the exact one is not known.
    """

    path: str
    size: int | None = None
    sha256: str = ""
    about: int = 0

    @property
    def likely_size(self) -> int:
        """Return the size, or what it is about; 0 where nothing is known."""
        return self.size if self.size is not None else self.about


@dataclass(frozen=True, slots=True)
class ModelPart:
    """The embedder or the reranker of a pack, as its manifest names it.

    A local folder's has no ``repository`` and names no files. ``shared`` names the tensors that
    its weights leave out, each with the embedder's tensor that stands in its place.
    """

    repository: str
    revision: str
    max_length: int
    files: tuple[PackFile, ...]
    shared: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Name the model and its revision in one word; part of a vector space's key."""
        return f"{self.repository}@{self.revision}" if self.repository else self.revision


@dataclass(frozen=True, slots=True)
class Blend:
    """How a reranker's logit and what was known before are added up: a logistic regression.

    ``fused`` weighs the fused score, which orders best but is relative to the candidates of the
    question; ``odds`` the log-odds of the calibrated probability, which are comparable between
    questions and tell whether there is an answer at all. Hence ``score``, where it is given: the
    sum that says how likely a passage answers, while this one says in which order they come.
    """

    logit: float
    bias: float = 0.0
    fused: float = 0.0
    odds: float = 0.0
    score: Blend | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as read; ``languages`` empty means a model that knows them all.

    ``fusion`` holds the weights of the runs by name ("dense", "sparse", "fulltext"). Without a
    ``blend`` the reranker's logit alone is the score.
    """

    name: str
    title: str
    license: str
    languages: frozenset[str]
    fusion: Mapping[str, float]
    embedder: ModelPart
    dimension: int
    pooling: str
    query_prefix: str
    reranker: ModelPart | None = None
    blend: Blend | None = None
    parts: tuple[tuple[str, ModelPart], ...] = field(init=False)

    def __post_init__(self) -> None:
        parts = [("embedder", self.embedder)]
        if self.reranker is not None:
            parts.append(("reranker", self.reranker))
        object.__setattr__(self, "parts", tuple(parts))

    @property
    def download_bytes(self) -> int:
        """Return the size of all its files together, as far as it is known."""
        return sum(file.likely_size for _, part in self.parts for file in part.files)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; raises PackAltered naming it where it is unreadable or incomplete."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        embedder = values["embedder"]
        pooling = embedder["pooling"]
        if pooling not in POOLINGS:
            raise PackAltered(
                worded(
                    "The manifest {name} names an unknown pooling: {pooling}.",
                    name=path.name,
                    pooling=pooling,
                )
            )
        return Manifest(
            name=values["name"],
            title=values["title"],
            license=values["license"],
            languages=frozenset(values["languages"]),
            fusion={name: float(weight) for name, weight in values["fusion"].items()},
            embedder=_part(embedder),
            dimension=int(embedder["dimension"]),
            pooling=pooling,
            query_prefix=embedder["query_prefix"],
            reranker=_part(values["reranker"]) if "reranker" in values else None,
            blend=read_blend(values),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PackAltered(worded("The manifest {name} cannot be read.", name=path.name)) from error


def _part(values: Mapping[str, Any]) -> ModelPart:
    return ModelPart(
        repository=values["repository"],
        revision=values["revision"],
        max_length=int(values["max_length"]),
        files=tuple(
            PackFile(each["path"], each.get("size"), each.get("sha256", ""), each.get("about", 0))
            for each in values["files"]
        ),
        shared=read_shared(values),
    )


def read_shared(values: Mapping[str, Any]) -> dict[str, str]:
    """Read the table ``shared`` of a reranker: its tensors by name, and the embedder's."""
    return {str(own): str(lent) for own, lent in values.get("shared", {}).items()}


def read_blend(values: Mapping[str, Any]) -> Blend | None:
    """Read the table ``blend`` of a pack; raises KeyError, TypeError and ValueError.

    Negative weights are refused: more evidence must never lower a score.
    """
    if "blend" not in values:
        return None
    weights = dict(values["blend"])
    score = _blend(weights.pop("score"), None) if "score" in weights else None
    return _blend(weights, score)


def _blend(weights: Mapping[str, Any], score: Blend | None) -> Blend:
    blend = Blend(**{name: float(each) for name, each in weights.items()}, score=score)
    is_finite = all(map(math.isfinite, (blend.logit, blend.bias, blend.fused, blend.odds)))
    if not is_finite or blend.logit <= 0 or min(blend.fused, blend.odds) < 0:
        raise ValueError(blend)
    return blend
