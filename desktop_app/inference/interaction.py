"""Late interaction: a question's token vectors against a passage's, compared exactly (MaxSim)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def max_similarity(question: NDArray[np.float32], passage: NDArray[np.float32]) -> float:
    """Average, over the question's tokens, the similarity of the passage's closest token.

    Both are L2-normalized rows, float32 [tokens, dim], at least one each; the result is -1
    to 1. As ``colbert_score`` of FlagEmbedding's BGEM3FlagModel.
    """
    return float((question @ passage.T).max(axis=1).mean())
