"""What is to be trained, from what and how: all that decides the result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from desktop_app.inference.packs import Lent, Pack

PASSAGES = 20_000
"""Below 50,000 the search compares every vector, so it finds the same ones every time."""
QUESTIONS = 8
"""Questions of one step."""
_RATES = {"embedder": 1.2e-4, "reranker": 3e-5, "lora": 2e-4}
_MOST_STEPS = 2000
_EPOCHS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """A training as asked for.

    ``start`` is "reranker" (go on with the pack's) or "embedder" (make one of its embedder).
    ``lora`` is the rank of the matrices that are learned beside the frozen weights, 0 for the
    weights themselves. ``steps`` of 8 questions each, 0 for three times all of them, at most
    2,000; ``hours`` bounds the time, None does not. ``claims`` is the share of questions that are
    made of sentences. ``rate`` 0 means the usual one. ``precision`` is "auto", "fp32" or "bf16".
    ``length`` counts the tokens read of a question and a passage.
    """

    start: str = "reranker"
    lora: int = 0
    steps: int = 0
    hours: float | None = None
    seed: int = 17
    rate: float = 0.0
    claims: float = 0.2
    passages: int = PASSAGES
    held_out: int = 120
    length: int = 192
    precision: str = "auto"
    device: str = "auto"

    @property
    def usual_rate(self) -> float:
        """Return the learning rate: 1.2e-4 for a new reranker, 3e-5 for one that can rank already.

        The first was found for the starter; the second is half of what FlagEmbedding's own
        examples train bge-reranker with, since own questions are fewer.
        """
        return self.rate or _RATES["lora" if self.lora else self.start]

    def steps_for(self, questions: int) -> int:
        """Return how many steps to make with so many different questions."""
        return self.steps or min(max(_EPOCHS * questions // QUESTIONS, 10), _MOST_STEPS)

    def fingerprint(self, pack: Pack, digest: str, weights: str) -> str:
        """Name the training by all that its result depends on, but for the time it is given.

        ``digest`` pins the data, ``weights`` those of the model that it starts from.
        """
        values = asdict(self)
        del values["hours"]
        values |= {"data": digest, "weights": weights, "embedder": pack.weights_hash}
        text = json.dumps(values, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Start:
    """The weights that training begins with.

    ``is_new`` says that they are an embedder's, to which a head is added. ``lent`` are tensors
    that another folder has.
    """

    folder: Path
    is_new: bool
    lent: Lent | None = None
