"""From pairs to groups on the disk: split, sample, embed, mine. Knows nothing of torch."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import IsCancelled, Passage
from desktop_app.errors import TrainingError
from desktop_app.training.claims import Claim, make_claims
from desktop_app.training.ground import Ground
from desktop_app.training.groups import Groups, append_groups, count_written
from desktop_app.training.material import Material
from desktop_app.training.mining import Asked, Miner, Rules, collect_answers
from desktop_app.training.pairs import Pair
from desktop_app.training.plan import QUESTIONS, Plan
from desktop_app.training.progress import TrainingPhase, TrainingProgress
from desktop_app.training.sampling import sample
from desktop_app.training.splitting import FEWEST_HELD_OUT, FEWEST_TRAINED, Split, split_pairs

if TYPE_CHECKING:
    from desktop_app.inference.packs import Pack
    from desktop_app.inference.worker import ModelProcess

TRAINED, HELD_OUT = "trained.jsonl", "held-out.jsonl"
_COMPLETE = "groups-complete"
_SHOWN_EVERY = 20

Vectors = Mapping[str, NDArray[np.float32]]
KnownVectors = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What is asked, and among which passages; depends on material, plan and seed only."""

    trained: tuple[Asked, ...]
    held_out: tuple[Asked, ...]
    passages: tuple[Passage, ...]
    rules: Rules
    split: Split
    steps: int


def draw(material: Material, plan: Plan) -> Drawn:
    """Choose questions and passages; pure. Raises TrainingError where there are too few."""
    split = split_pairs(material.pairs, seed=plan.seed)
    steps = plan.steps_for(len(split.trained))
    claims_wanted = round(plan.claims * steps * QUESTIONS)
    questions = sample(split.trained, steps * QUESTIONS - claims_wanted, seed=plan.seed)
    held_out = sample(split.held_out, plan.held_out, seed=plan.seed)
    wanted = dict.fromkeys(each.document for each in (*held_out, *questions))
    documents = _documents(material, list(wanted), plan)
    passages = [each for name in documents for each in material.documents[name]]
    answers = {each.passage for each in split.held_out}
    hidden = frozenset(
        each.passage_id
        for name in documents
        for each in material.documents[name]
        if name in split.held_out_documents or each.text in answers
    )
    trainable = [each for each in passages if each.passage_id not in hidden]
    # Questions that people asked keep their share also where there are few of them.
    most = round(len(questions) * plan.claims / max(1e-9, 1 - plan.claims))
    claims = make_claims(trainable, min(claims_wanted, max(most, QUESTIONS)), seed=plan.seed)
    rules = Rules(
        collect_answers((each.question, each.passage) for each in material.pairs),
        hidden,
        material.near,
    )
    for claim in claims:
        rules.twins[claim.rest.passage_id].add(claim.origin)
    trained = [_asked(each, material, is_held_out=False) for each in questions]
    trained += [Asked(each.text, each.rest.passage_id, "sentences", False) for each in claims]
    order = np.random.default_rng([plan.seed, 5]).permutation(len(trained))
    return Drawn(
        tuple(trained[place] for place in order),
        tuple(_asked(each, material, is_held_out=True) for each in held_out),
        tuple(_with_claims(passages, claims)),
        rules,
        split,
        steps,
    )


def are_ready(folder: Path) -> bool:
    """Say whether all groups are on the disk."""
    return (folder / _COMPLETE).exists()


def prepare(
    folder: Path,
    drawn: Drawn,
    plan: Plan,
    *,
    pack: Pack,
    model: ModelProcess,
    known: KnownVectors,
    is_cancelled: IsCancelled,
) -> Generator[TrainingProgress, None, None]:
    """Write the groups of all questions to ``folder``; goes on where an earlier call ended.

    Raises TrainingError where too few questions have something to tell their answer from,
    StoreError, ModelError, OSError.
    """
    if are_ready(folder):
        return
    total = len(drawn.passages)
    yield TrainingProgress(TrainingPhase.EMBEDDING, 0, total)
    with closing(Ground(folder / "library", drawn.passages, pack)) as ground:
        vectors = known([each.passage_id for each in drawn.passages])
        for done in ground.embed(model, vectors, is_cancelled=is_cancelled):
            yield TrainingProgress(TrainingPhase.EMBEDDING, done, total)
        miner = Miner(ground, model, drawn.rules, seed=plan.seed)
        both = len(drawn.held_out) + len(drawn.trained)
        before = 0
        for name, questions in ((HELD_OUT, drawn.held_out), (TRAINED, drawn.trained)):
            begun = count_written(folder / name)
            groups = (miner.mine(at, questions[at]) for at in range(begun, len(questions)))
            for number, _ in enumerate(append_groups(folder / name, groups), before + begun + 1):
                if number % _SHOWN_EVERY == 0:
                    yield TrainingProgress(TrainingPhase.MINING, number, both)
                if is_cancelled():
                    return
            before += len(questions)
    _require_enough(folder / TRAINED, FEWEST_TRAINED, asked=len(drawn.trained))
    _require_enough(folder / HELD_OUT, FEWEST_HELD_OUT, asked=len(drawn.held_out))
    (folder / _COMPLETE).touch()


def _require_enough(path: Path, fewest: int, *, asked: int) -> None:
    """Raise TrainingError for few groups, unless few were asked for and half of them are there."""
    with closing(Groups(path)) as groups:
        if len(groups) < max(1, min(fewest, asked // 2)):
            raise TrainingError(
                "For too few questions are there passages that look right and are not.",
                "Give more pairs, or pairs about more documents.",
            )


def _documents(material: Material, wanted: list[str], plan: Plan) -> list[str]:
    """Return the documents of the questions, and others up to the number of passages."""
    chosen = dict.fromkeys(wanted)
    count = sum(len(material.documents[each]) for each in chosen)
    names = sorted(material.documents)
    for place in np.random.default_rng([plan.seed, 6]).permutation(len(names)):
        if count >= plan.passages:
            break
        if names[place] not in chosen:
            chosen[names[place]] = None
            count += len(material.documents[names[place]])
    return list(chosen)


def _asked(pair: Pair, material: Material, *, is_held_out: bool) -> Asked:
    return Asked(pair.question, material.right_of(pair), pair.source, is_held_out)


def _with_claims(passages: Sequence[Passage], claims: Sequence[Claim]) -> Iterator[Passage]:
    yield from passages
    for claim in claims:
        yield claim.rest
