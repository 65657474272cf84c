"""The models of a pack, each with its graph and the check of its precision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import PackAltered, PackMissing
from desktop_app.inference import graph, precision
from desktop_app.inference.packs import Lent, Pack
from desktop_app.inference.precision import Agreement
from desktop_app.inference.silent_openvino import ov
from desktop_app.inference.tokenization import Batch, Tokenization
from desktop_app.inference.weights import Weights, read_head
from desktop_app.translation import mark

_ENCODERS = frozenset({"bert", "roberta", "xlm-roberta"})


class Unsupported(Exception):
    """OpenVINO has no graph for this model; torch has."""


@dataclass(frozen=True, slots=True)
class Part:
    """One model of a pack: how its graph is built, and how its precision is checked.

    ``identity`` names what beside the weights decides the numbers. ``compared`` counts the
    first outputs that ``compare`` looks at for the ``probe``. ``hidden`` is the size of a
    state. ``lent`` are weights that lie in another model's folder.
    """

    folder: Path
    hidden: int
    identity: str
    build: Callable[[Weights], ov.Model]
    probe: Callable[[], Batch]
    compare: Callable[[Sequence[NDArray[np.float32]], Sequence[NDArray[np.float32]]], Agreement]
    compared: int
    lent: Lent | None = None


def embedder_part(pack: Pack) -> Part:
    """Describe a pack's embedder; raises Unsupported, PackMissing, PackAltered."""
    shape = _shape(pack.embedder)
    head = read_head(pack.embedder / "sparse_linear.pt") if pack.has_sparse else None

    def build(weights: Weights) -> ov.Model:
        return graph.build_embedder(weights, shape, pooling=pack.pooling, sparse_head=head)

    def probe() -> Batch:
        return precision.embedder_probe(Tokenization(pack.embedder, max_length=pack.max_length))

    identity = f"{pack.pooling} {shape} {_digest(pack.embedder / 'sparse_linear.pt')}"
    return Part(pack.embedder, shape.hidden, identity, build, probe, precision.compare_embedders, 2)


def reranker_part(pack: Pack, folder: Path) -> Part:
    """Describe a pack's reranker; raises as ``embedder_part`` does."""
    shape = _shape(folder)

    def build(weights: Weights) -> ov.Model:
        return graph.build_reranker(weights, shape)

    def probe() -> Batch:
        return precision.reranker_probe(Tokenization(folder, max_length=pack.reranker_max_length))

    return Part(
        folder,
        shape.hidden,
        str(shape),
        build,
        probe,
        precision.compare_rerankers,
        1,
        lent=pack.reranker_loan,
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _shape(folder: Path) -> graph.Shape:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config["model_type"] not in _ENCODERS:
            raise Unsupported(config["model_type"])
        if config.get("hidden_act", "gelu") != "gelu":
            raise Unsupported(config["hidden_act"])
        if config.get("position_embedding_type", "absolute") != "absolute":
            raise Unsupported(config["position_embedding_type"])
        return graph.Shape(
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            hidden=int(config["hidden_size"]),
            epsilon=float(config["layer_norm_eps"]),
        )
    except FileNotFoundError as error:
        raise PackMissing from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PackAltered(mark("The model's config.json cannot be read.")) from error
