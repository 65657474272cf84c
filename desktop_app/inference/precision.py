"""Is a quantized model exact enough? Asked once per model, answered by a few sentences."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)

LEAST_COSINE = 0.995
"""Vectors of two precisions of one model share a table, so they must agree this well."""
MOST_SCORE_CHANGE = 0.02
"""Of a score between 0 and 1; below what a user would notice between two passages."""

SENTENCES = (
    "The capital of France is Paris.",
    "A warranty claim must be filed within thirty days of delivery.",
    "Water boils at a lower temperature on high mountains because the air pressure is lower.",
    "def fuse(runs): return sorted(runs)",
    "Table 4: revenue by quarter, in thousands of dollars | 1,204 | 1,377 | 1,410 | 1,699",
    "Die Kündigungsfrist beträgt drei Monate zum Monatsende.",
    "La réunion du conseil est reportée au mardi suivant.",
    "El paciente no presenta alergias conocidas.",
    "会议纪要应在三个工作日内发送给所有与会者。",
    "この製品の保証期間は購入日から一年間です。",
    "يجب تقديم الطلب قبل نهاية الشهر.",
    "Договор вступает в силу с момента подписания обеими сторонами.",  # noqa: RUF001 - Russian on purpose
    "ok",
)
"""Short and long, prose, code and a table, in several scripts."""


def agree_as_vectors(exact: NDArray[np.float32], quantized: NDArray[np.float32]) -> bool:
    """Say whether all rows, L2-normalized float32 [n, dim], agree to LEAST_COSINE."""
    return float((exact * quantized).sum(axis=1).min()) >= LEAST_COSINE


def agree_as_logits(exact: NDArray[np.float32], quantized: NDArray[np.float32]) -> bool:
    """Say whether the sigmoids of all logits, float32 [n], agree to MOST_SCORE_CHANGE."""
    change = np.abs(1 / (1 + np.exp(-exact)) - 1 / (1 + np.exp(-quantized)))
    return float(change.max()) <= MOST_SCORE_CHANGE


def load_verdict(path: Path, key: str) -> bool | None:
    """Return what was found out before, or None."""
    verdict = _read(path).get(key)
    return verdict if isinstance(verdict, bool) else None


def save_verdict(path: Path, key: str, *, is_exact: bool) -> None:
    """Remember a verdict; where that is not possible it is found out again."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**_read(path), key: is_exact}, indent=1), encoding="utf-8")
    except OSError as error:
        _log.debug("the verdict on a model's precision is not remembered: %s", error)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
