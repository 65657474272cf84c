"""What a GPU's kernel for texts that lie end to end computes, in the plainest way."""

from __future__ import annotations

import torch
from torch.nn import functional


def attention_text_by_text(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    starts: torch.Tensor,
    longest: int,
) -> torch.Tensor:
    """Attend within each text: [tokens, heads, size] each; ``starts`` is int32 [texts + 1]."""
    lengths = starts.diff().tolist()
    assert starts.dtype == torch.int32
    assert max(lengths) == longest
    texts = zip(*(each.split(lengths) for each in (query, key, value)), strict=True)
    return torch.cat(
        [
            functional.scaled_dot_product_attention(
                *(each.transpose(0, 1).unsqueeze(0) for each in text)
            )[0].transpose(0, 1)
            for text in texts
        ]
    )
