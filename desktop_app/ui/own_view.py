"""Own questions and how well they are answered, in plain words; no widgets here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

from desktop_app.domain import Hit
from desktop_app.domain.own import OwnFigures, OwnPack, OwnQuestion, OwnStage, RightPassage
from desktop_app.translation import mark, say_in_turn, tr, tr_n
from desktop_app.ui.results_wording import drawable, isolated, page_label, title_of
from desktop_app.ui.words import say_cost

ENOUGH = 10
"""From here on one question more or less no longer decides."""
AMONG = 5

_STAGES = {
    "fulltext": mark("By words"),
    "dense": mark("By meaning"),
    "sparse": mark("By weighted words"),
    "fused": mark("Together"),
    "reranked": mark("Together, reranked"),
}


def right_of(hit: Hit) -> RightPassage:
    """Return what a hit is known by later."""
    passage, locator = hit.passage, hit.passage.locator
    place = page_label(hit.document.media_type, locator.page)
    title = title_of(hit)
    name = tr("{title}, {page}", title=title, page=place) if place else title
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
            # Its name is said in the language of the day on which it was marked.
            known = any(replace(old, name=right.name) == right for old in each.right)
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
        return tr("Nothing that was found had the answer")
    first, *others = question.right
    name = isolated(drawable(first.name))
    if not others:
        return name
    return tr_n("{place} and {count} more", "{place} and {count} more", len(others), place=name)


def found_of(rank: int) -> str:
    """Say where the right passage stood in the answer."""
    if not rank:
        return tr("not found")
    if rank <= AMONG:
        return tr("found at place {rank}", rank=rank)
    return tr("only found at place {rank}", rank=rank)


def ranks_shown(figures: OwnFigures) -> dict[str, int]:
    """Return by question id the rank in the list that a user is shown in the end."""
    return dict(zip(figures.question_ids, figures.stages[-1].ranks, strict=True))


def stage_title(name: str) -> str:
    """Say which way of searching a row is about."""
    return tr(_STAGES[name])


def stage_figure(stage: OwnStage) -> str:
    """Say "8 of 10"."""
    return tr("{part} of {whole}", part=stage.among_five, whole=len(stage.ranks))


def summary_of(figures: Sequence[OwnFigures], titles: dict[str, str]) -> str:
    """Say in a sentence or two what was found out."""
    first = figures[0]
    last = first.stages[-1]
    total = len(last.ranks)
    said = [
        tr_n(
            "For {found} of {count} question the right passage is among the first five.",
            "For {found} of {count} questions the right passage is among the first five.",
            total,
            found=last.among_five,
        )
    ]
    before = next((each for each in first.stages if each.name == "fused"), None)
    if last.name == "reranked" and before is not None:
        said.append(_reranking(last.among_five - before.among_five))
    if len(figures) > 1:
        said.append(_best(figures, titles))
    if total < ENOUGH:
        said.append(
            tr_n(
                "With {count} question this is a first impression; ten say more.",
                "With {count} questions this is a first impression; ten say more.",
                total,
            )
        )
    return say_in_turn(*said)


def cost_of(pack: OwnPack) -> str:
    """Say what it would take before a pack can be counted with."""
    cost = say_cost(pack.seconds)
    if cost:
        return tr(
            "{model} has not read this library. That takes {cost}; choose it on the Models page, "
            "and the model that answers now goes on answering.",
            model=tr(pack.title),
            cost=cost,
        )
    return tr(
        "{model} has not read this library. How long that takes is not known yet; choose it on "
        "the Models page, and the model that answers now goes on answering.",
        model=tr(pack.title),
    )


def _reranking(gain: int) -> str:
    if gain > 0:
        return tr_n("Reranking gained {count} of them.", "Reranking gained {count} of them.", gain)
    if gain < 0:
        return tr_n("Reranking lost {count}.", "Reranking lost {count}.", -gain)
    return tr("Reranking changed nothing in this.")


def _best(figures: Sequence[OwnFigures], titles: dict[str, str]) -> str:
    order = sorted(figures, key=lambda each: -each.stages[-1].among_five)
    best, second = order[0].stages[-1].among_five, order[1].stages[-1].among_five
    name = titles.get(order[0].pack, order[0].pack)
    if best == second:
        return tr("The models do equally well.")
    other = titles.get(order[1].pack, order[1].pack)
    return tr(
        "{model} does best: {best}, against {second} with {other}.",
        model=name,
        best=best,
        second=second,
        other=other,
    )
