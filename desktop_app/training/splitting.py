"""Which questions are held out, so that nothing the model was trained on judges it."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop_app.errors import TrainingError
from desktop_app.training.pairs import Pair, same_question

FEWEST_TRAINED = 20
FEWEST_HELD_OUT = 8
_MOST_HELD_OUT = 400
_SHARE_HELD_OUT = 10
"""One question in ten is held out where the file does not say which."""
_LARGEST_SHARE = 4
"""Documents tied together that hold more than a quarter of all questions are trained on."""


@dataclass(frozen=True, slots=True)
class Split:
    """Pairs to train on and pairs to judge by; ``way`` says in words how they were parted.

    ``held_out_documents`` are the documents whose passages are never seen in training.
    """

    trained: tuple[Pair, ...]
    held_out: tuple[Pair, ...]
    held_out_documents: frozenset[str]
    way: str


def split_pairs(pairs: Sequence[Pair], *, seed: int) -> Split:
    """Part pairs by document: documents that share a passage stay on one side.

    What the files say is kept, and all of such documents goes with it; where they say nothing a
    tenth is drawn (8 to 400 questions). Where all questions are about a few documents, so that
    these cannot be parted, passages are. A question that is asked on both sides is dropped from
    the held-out ones. Pure. Raises TrainingError where either side has too few questions.
    """
    for way, name_of in (
        ("by document", lambda pair: pair.document),
        (
            (
                "by passage, since the questions are about too few documents: "
                "this flatters, as the rest of a document was seen in training"
            ),
            lambda pair: pair.passage,
        ),
    ):
        split = _split_by(name_of, pairs, seed=seed, way=way)
        if len(split.held_out) >= FEWEST_HELD_OUT and len(split.trained) >= FEWEST_TRAINED:
            return split
    raise TrainingError(
        f"There are too few questions with an answer to learn from: {len(pairs):,}.",
        f"At least {FEWEST_TRAINED + FEWEST_HELD_OUT} about several passages are needed; "
        "some hundred are better.",
    )


def _split_by(
    name_of: Callable[[Pair], str], pairs: Sequence[Pair], *, seed: int, way: str
) -> Split:
    groups: dict[str, list[Pair]] = defaultdict(list)
    first_of = _tied(pairs, name_of)
    for pair in pairs:
        groups[first_of[name_of(pair)]].append(pair)
    chosen = {name for name, group in groups.items() if any(each.is_held_out for each in group)}
    if chosen:
        way = f"{way}, as the files say"
    else:
        chosen = _drawn({name: len(group) for name, group in groups.items()}, seed=seed)
    trained = [pair for name, group in groups.items() if name not in chosen for pair in group]
    asked = {same_question(each.question) for each in trained}
    held_out = [
        pair
        for name, group in groups.items()
        if name in chosen
        for pair in group
        if same_question(pair.question) not in asked
    ]
    documents = frozenset(
        each.document for name, group in groups.items() if name in chosen for each in group
    ) - {each.document for each in trained}
    return Split(tuple(trained), tuple(held_out), documents, way)


def _tied(pairs: Sequence[Pair], name_of: Callable[[Pair], str]) -> dict[str, str]:
    """Map each document to one that stands for all documents it shares passages with."""
    parents: dict[str, str] = {}

    def find(name: str) -> str:
        while parents.setdefault(name, name) != name:
            parents[name] = parents[parents[name]]
            name = parents[name]
        return name

    by_passage: dict[str, str] = {}
    for pair in pairs:
        other = by_passage.setdefault(pair.passage, name_of(pair))
        parents[find(name_of(pair))] = find(other)
    return {name: find(name) for name in list(parents)}


def _drawn(sizes: dict[str, int], *, seed: int) -> set[str]:
    total = sum(Counter(sizes).values())
    wanted = min(max(total // _SHARE_HELD_OUT, FEWEST_HELD_OUT), _MOST_HELD_OUT)

    def place(name: str) -> bytes:
        return hashlib.blake2b(f"{seed}\0{name}".encode(), digest_size=8).digest()

    drawn: set[str] = set()
    count = 0
    for name in sorted(sizes, key=place):
        if count >= wanted:
            break
        if sizes[name] * _LARGEST_SHARE <= total:
            drawn.add(name)
            count += sizes[name]
    return drawn
