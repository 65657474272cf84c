"""Texts of the length of real passages, made of the starter's vocabulary: no download, no file."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from desktop_app.settings import resources_dir

QUESTION = "Which treatment lowers the risk of a second heart attack?"
_TOKENIZER = "packs/starter/embedder/tokenizer.json"
_TOKENS_A_WORD = 1.09
_WORDS_A_SENTENCE = 17


def passages(count: int, *, tokens: int, spread: float = 0.35, seed: int = 0) -> list[str]:
    """Make passages of about ``tokens`` tokens, evenly ``spread`` by that share around it.

    Frequent words occur as often as in prose (Zipf), so that a tokenizer has its usual work.
    """
    words = list(_words())
    weights = [1 / (rank + 3) for rank in range(len(words))]
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        wanted = tokens * chance.uniform(1 - spread, 1 + spread) / _TOKENS_A_WORD
        chosen = chance.choices(words, weights, k=max(1, round(wanted)))
        parts = [
            " ".join(chosen[start : start + _WORDS_A_SENTENCE]).capitalize()
            for start in range(0, len(chosen), _WORDS_A_SENTENCE)
        ]
        made.append(". ".join(parts) + ".")
    return made


def _words() -> Iterator[str]:
    known = json.loads((resources_dir() / _TOKENIZER).read_text(encoding="utf-8"))
    for word in known["model"]["vocab"]:
        if word.isascii() and word.isalpha():
            yield word
