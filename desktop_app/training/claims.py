"""Questions made of the texts themselves: a sentence, and the passage it was taken out of.

Research papers and manuals are asked with statements as well as with questions, and whoever has
fifty questions has ten thousand passages. A fifth of the questions of the starter's reranker were
made so; without them it lost on scifact what it won elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from desktop_app.domain import Passage
from desktop_app.parsing.sentences import estimate_tokens, sentence_ends
from desktop_app.training.material import passage_key

_FEWEST_SENTENCES = 4
_SHORTEST, _LONGEST = 10, 45
"""Word pieces of a sentence that can stand alone: eight to some thirty words of English."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, and what is left of its passage: one of the same document, with its own id.

    ``origin`` is the id of the passage that still has the sentence.
    """

    text: str
    origin: str
    rest: Passage


def make_claims(passages: Sequence[Passage], count: int, *, seed: int) -> list[Claim]:
    """Take a sentence out of at most ``count`` passages that have four or more.

    Pure; depends on the passages, their order and ``seed`` only.
    """
    random = np.random.default_rng([seed, 2])
    claims: list[Claim] = []
    for place in random.permutation(len(passages)):
        if len(claims) >= count:
            break
        passage = passages[place]
        sentences = list(_sentences(passage.text))
        fitting = [
            at
            for at, each in enumerate(sentences)
            if _SHORTEST <= estimate_tokens(each) <= _LONGEST
        ]
        if len(sentences) < _FEWEST_SENTENCES or not fitting:
            continue
        taken = fitting[int(random.integers(len(fitting)))]
        rest = "".join(each for at, each in enumerate(sentences) if at != taken).strip()
        key = passage_key("claim", passage.passage_id)
        claims.append(
            Claim(
                sentences[taken].strip().rstrip(".。"),
                passage.passage_id,
                replace(passage, passage_id=key, text=rest),
            )
        )
    return claims


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in sentence_ends(text):
        yield text[start:end]
        start = end
