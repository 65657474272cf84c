"""Wrong answers that look right, taken from what the search itself finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import Passage, Run
from desktop_app.search.words import STOP_WORDS, word_keys
from desktop_app.training.groups import WRONG_HELD_OUT, WRONG_TRAINED, Group
from desktop_app.training.pairs import same_question

if TYPE_CHECKING:
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.training.ground import Ground

_LOOKED_AT = 60
_MARGIN = 0.03
"""A passage whose cosine with the question is this much above the right one's may well answer."""
_ALIKE = 0.88
"""A passage with this cosine to the right one says nearly the same."""
_FROM_FIRST = (3, 10)
_FROM_NEXT = (2, 45)
"""So many of the first so many candidates; the others of a group are drawn at random."""
_TITLED = 0.7
"""Share of the questions whose passages are read with their titles, as the application does: the
rest keeps the model from looking at nothing else. A question that names what only the title says
("in the agreement with Acme") is always read so: without it nothing tells right from wrong."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to be put to the search, and the id of the passage that answers it."""

    question: str
    right: str
    source: str
    is_held_out: bool


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """What can be no wrong answer.

    ``answers`` are texts by question (``same_question``), ``held_out`` the ids of passages that
    training never sees, not even as wrong answers; held-out questions are asked of everything.
    ``near`` is as in ``Material``; ``twins`` maps the id of a passage that lacks a sentence to
    those that have it.
    """

    answers: dict[str, set[str]]
    held_out: frozenset[str]
    near: int | None
    twins: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def is_possible(self, candidate: Passage, right: Passage, asked: Asked) -> bool:
        """Say whether a passage may stand for a wrong answer, as far as labels tell."""
        is_same = candidate.content_hash == right.content_hash
        distance = abs(candidate.ordinal - right.ordinal)
        return (
            candidate.passage_id != right.passage_id
            and candidate.text != right.text
            and candidate.passage_id not in self.twins[right.passage_id]
            and candidate.text not in self.answers.get(same_question(asked.question), ())
            and not (is_same and (self.near is None or distance <= self.near))
            and (asked.is_held_out or candidate.passage_id not in self.held_out)
        )


class Miner:
    """Makes the group of a question. Use on one thread; raises StoreError and ModelError.

    What is drawn depends on ``seed`` and the question's number only, so that a mining that was
    interrupted goes on as if it had not been.
    """

    def __init__(self, ground: Ground, model: ModelProcess, rules: Rules, *, seed: int) -> None:
        self._ground, self._model, self._rules = ground, model, rules
        self._seed = seed
        self._ids = sorted(ground.passages)

    def mine(self, number: int, asked: Asked) -> Group | None:
        """Return the group of a question, None where too little can stand against its answer.

        The bound for false ones is the cosine of the question with the text of the answer as it
        is read in training, also where a sentence was taken out of it.
        """
        random = np.random.default_rng([self._seed, 3, int(asked.is_held_out), number])
        run, vector = self._ground.ask(asked.question, self._model)
        right = self._ground.passages[asked.right]
        looked_at = [self._ground.passages[each] for each in run.passage_ids[:_LOOKED_AT]]
        possible = [
            each.passage_id for each in looked_at if self._rules.is_possible(each, right, asked)
        ]
        hard = self._without_false(possible, right.passage_id, vector)
        if asked.is_held_out:
            wrong = hard[:WRONG_HELD_OUT]
        else:
            wrong = self._drawn(hard, looked_at, right, asked, random)
        if len(wrong) < (1 if asked.is_held_out else WRONG_TRAINED):
            return None
        is_titled = random.random() < _TITLED or asked.is_held_out or _needs_title(asked, right)
        passages = [right, *(self._ground.passages[each] for each in wrong)]
        return Group(
            asked.question,
            tuple(each.full_text if is_titled else each.text for each in passages),
            _priors(run, [each.passage_id for each in passages]),
            asked.source,
        )

    def _without_false(
        self, candidates: Sequence[str], right: str, vector: NDArray[np.float32] | None
    ) -> list[str]:
        if vector is None or not candidates:
            return list(candidates)
        answer = self._ground.vectors([right])[0]
        others = self._ground.vectors(candidates)
        is_wrong = (others @ vector <= float(answer @ vector) + _MARGIN) & (
            others @ answer <= _ALIKE
        )
        return [each for each, wrong in zip(candidates, is_wrong, strict=True) if wrong]

    def _drawn(
        self,
        hard: Sequence[str],
        looked_at: Sequence[Passage],
        right: Passage,
        asked: Asked,
        random: np.random.Generator,
    ) -> list[str]:
        """Draw some of the best, some of the next, and the rest from what was not looked at."""
        (first, among), (then, until) = _FROM_FIRST, _FROM_NEXT
        wrong = _choose(hard[:among], first, random)
        wrong += _choose([each for each in hard[among:until] if each not in wrong], then, random)
        seen = {each.passage_id for each in looked_at}
        others = (self._ids[place] for place in random.permutation(len(self._ids)))
        # In a small library the search has found everything: then more of what is hard.
        for each in chain((each for each in others if each not in seen), hard):
            if len(wrong) >= WRONG_TRAINED:
                break
            passage = self._ground.passages[each]
            if each not in wrong and self._rules.is_possible(passage, right, asked):
                wrong.append(each)
        return wrong


def collect_answers(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return every text that answers a question, from pairs of a question and a text."""
    answers: dict[str, set[str]] = defaultdict(set)
    for question, text in pairs:
        answers[same_question(question)].add(text)
    return dict(answers)


def _needs_title(asked: Asked, right: Passage) -> bool:
    said_by_title = set(word_keys(right.context)) - set(word_keys(right.text)) - STOP_WORDS
    return not said_by_title.isdisjoint(word_keys(asked.question))


def _choose(ids: Sequence[str], count: int, random: np.random.Generator) -> list[str]:
    chosen = random.permutation(len(ids))[:count]
    return [ids[place] for place in sorted(chosen)]


def _priors(run: Run, passage_ids: Sequence[str]) -> tuple[float, ...]:
    """Return fused scores; what the search did not find counts as the lowest that it did."""
    scores = dict(zip(run.passage_ids, run.scores, strict=True))
    lowest = min(scores.values(), default=0.0)
    return tuple(scores.get(each, lowest) for each in passage_ids)
