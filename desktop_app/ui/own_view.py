"""Own questions and how well they are answered, in plain words; no widgets here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from desktop_app.domain import Hit
from desktop_app.domain.own import OwnFigures, OwnPack, OwnQuestion, OwnStage, RightPassage
from desktop_app.ui.results_wording import drawable, isolated, page_label, title_of
from desktop_app.ui.words import say_cost, say_count

ENOUGH = 10
"""From here on one question more or less no longer decides."""
AMONG = 5

_STAGES = {
    "fulltext": "By words",
    "dense": "By meaning",
    "sparse": "By weighted words",
    "fused": "Together",
    "reranked": "Together, reranked",
}


def right_of(hit: Hit) -> RightPassage:
    """Return what a hit is known by later."""
    passage, locator = hit.passage, hit.passage.locator
    place = page_label(hit.document.media_type, locator.page)
    name = ", ".join(filter(None, (title_of(hit), place)))
    return RightPassage(passage.content_hash, locator.start, locator.end, locator.page, name)


def new_question(text: str, right: Iterable[RightPassage] = ()) -> OwnQuestion:
    """Make a question with an id of its own."""
    return OwnQuestion(uuid.uuid4().hex, text.strip(), tuple(right))


def with_right(
    questions: Sequence[OwnQuestion], text: str, right: RightPassage
) -> tuple[OwnQuestion, ...]:
    """Add a right passage to the question of this text, which is new where there is none."""
    for place, each in enumerate(questions):
        if each.text.casefold() == text.strip().casefold():
            known = right in each.right
            marked = each if known else replace(each, right=(*each.right, right))
            return (*questions[:place], marked, *questions[place + 1 :])
    return (*questions, new_question(text, [right]))


def with_kept(questions: Sequence[OwnQuestion], kept: OwnQuestion) -> tuple[OwnQuestion, ...]:
    """Put a question in the place of the one with its id, or at the end."""
    if any(each.question_id == kept.question_id for each in questions):
        return tuple(kept if each.question_id == kept.question_id else each for each in questions)
    return (*questions, kept)


def where_of(question: OwnQuestion) -> str:
    """Say where the answer stands."""
    if not question.right:
        return "Nothing that was found had the answer"
    first, *others = question.right
    more = f" and {len(others):,} more" if others else ""
    return f"{isolated(drawable(first.name))}{more}"


def found_of(rank: int) -> str:
    """Say where the right passage stood in the answer."""
    if not rank:
        return "not found"
    return f"found {_ordinal(rank)}" if rank <= AMONG else f"only found {_ordinal(rank)}"


def ranks_shown(figures: OwnFigures) -> dict[str, int]:
    """Return by question id the rank in the list that a user is shown in the end."""
    return dict(zip(figures.question_ids, figures.stages[-1].ranks, strict=True))


def stage_title(name: str) -> str:
    """Say which way of searching a row is about."""
    return _STAGES[name]


def stage_figure(stage: OwnStage) -> str:
    """Say "8 of 10"."""
    return f"{stage.among_five:,} of {len(stage.ranks):,}"


def summary_of(figures: Sequence[OwnFigures], titles: dict[str, str]) -> str:
    """Say in a sentence or two what was found out."""
    first = figures[0]
    last = first.stages[-1]
    total = len(last.ranks)
    said = (
        f"For {last.among_five:,} of {say_count(total, 'question')} the right passage is among "
        f"the first five."
    )
    before = next((each for each in first.stages if each.name == "fused"), None)
    if last.name == "reranked" and before is not None:
        said += f" {_reranking(last.among_five - before.among_five)}"
    if len(figures) > 1:
        said += f" {_best(figures, titles)}"
    if total < ENOUGH:
        said += f" With {say_count(total, 'question')} this is a first impression; ten say more."
    return said


def cost_of(pack: OwnPack) -> str:
    """Say what it would take before a pack can be counted with."""
    cost = say_cost(pack.seconds)
    takes = f"That takes {cost}" if cost else "How long that takes is not known yet"
    return (
        f"{pack.title} has not read this library. {takes}; choose it on the Models page, and "
        "the model that answers now goes on answering."
    )


def _reranking(gain: int) -> str:
    if gain > 0:
        return f"Reranking gained {gain:,} of them."
    if gain < 0:
        return f"Reranking lost {-gain:,}."
    return "Reranking changed nothing in this."


def _best(figures: Sequence[OwnFigures], titles: dict[str, str]) -> str:
    order = sorted(figures, key=lambda each: -each.stages[-1].among_five)
    best, second = order[0].stages[-1].among_five, order[1].stages[-1].among_five
    name = titles.get(order[0].pack, order[0].pack)
    if best == second:
        return "The models do equally well."
    other = titles.get(order[1].pack, order[1].pack)
    return f"{name} does best: {best:,}, against {second:,} with {other}."


def _ordinal(rank: int) -> str:
    if rank % 100 in (11, 12, 13):
        return f"{rank:,}th"
    return f"{rank:,}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(rank % 10, 'th') }"
