"""Which questions are asked in training: no source and no template drowns the others."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from desktop_app.training.pairs import Pair, same_question

_A_PASSAGE = 2
"""Questions asked of one passage before others had their turn."""
_OPENING_WORDS = 4
_OPENING_SHARE = 0.03
"""No opening of four words ("What are the treatments") begins more of a source's questions."""
_OPENING_AT_LEAST = 3


def sample(pairs: Sequence[Pair], count: int, *, seed: int) -> list[Pair]:
    """Return at most ``count`` pairs in the order in which they are asked.

    Sources get shares in proportion to the root of their size. Within a source, questions of one
    template and a third question about a passage come last. Pure; depends on the pairs, their
    order and ``seed`` only.
    """
    random = np.random.default_rng([seed, 1])
    by_source: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_source[pair.source].append(pair)
    shares = _shares({name: len(group) for name, group in by_source.items()}, count)
    chosen = [
        pair for name in sorted(by_source) for pair in _pick(by_source[name], shares[name], random)
    ]
    return [chosen[place] for place in random.permutation(len(chosen))]


def _shares(sizes: dict[str, int], count: int) -> dict[str, int]:
    """Share ``count`` out by the roots of the sizes; what a source lacks goes to the others."""
    shares: dict[str, int] = {}
    left = count
    open_ = dict(sizes)
    while open_:
        unit = left / sum(math.sqrt(size) for size in open_.values())
        whole = {name: size for name, size in open_.items() if size <= unit * math.sqrt(size)}
        if not whole:
            return shares | {name: round(unit * math.sqrt(size)) for name, size in open_.items()}
        shares |= whole
        left -= sum(whole.values())
        open_ = {name: size for name, size in open_.items() if name not in whole}
    return shares


def _pick(pairs: Sequence[Pair], count: int, random: np.random.Generator) -> list[Pair]:
    asked: Counter[str] = Counter()
    openings: Counter[str] = Counter()
    most = max(_OPENING_AT_LEAST, round(_OPENING_SHARE * count))
    first: list[Pair] = []
    later: list[Pair] = []
    for place in random.permutation(len(pairs)):
        pair = pairs[place]
        opening = " ".join(same_question(pair.question).split()[:_OPENING_WORDS])
        if asked[pair.passage] >= _A_PASSAGE or openings[opening] >= most:
            later.append(pair)
            continue
        asked[pair.passage] += 1
        openings[opening] += 1
        first.append(pair)
    return [*first, *later][:count]
