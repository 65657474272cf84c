"""Passages that stand beside each other in a document bear each other out.

Where a document speaks of what is asked, it mostly does so over more than one passage, and one
that matches among others that match is worth more than one that matches alone. So each
candidate gets a share of its neighbors' scores. nDCG@10 (and Recall@5) of what is fused, then
of what is blended with the starter's reranker, without and with it:

====================  ============================  ============================
collection            fused                         blended
====================  ============================  ============================
spans in long texts   .851 (.947) to .857 (.960)    .861 (.947) to .868 (.960)
docugami-sec-10q      .868 (.974) to .902 (.974)    .867 (.949) to .893 (.974)
uda                   .912 (.946) to .902 (.946)    .899 (.946) to .920 (.973)
====================  ============================  ============================

Shares of .1 and .3, and one or three neighbors to a side, gain less. What gained nothing: the
score of the whole document, pairs of words that stand together, and the likeness of vectors to
those of the first three (cranfield +.009, docugami -.007).
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.domain import Passage, Run

_REACH = 2
"""Neighbors to a side; the second counts half."""
_SHARE = 0.2


def add_neighbors(fused: Run, passages: Mapping[str, Passage]) -> Run:
    """Return the run with a share of each candidate's neighbors added to its score.

    ``passages`` are by id. A neighbor counts by how far it is above the last candidate, so that
    no passage loses by one; where none are neighbors the run stays as it is. Ties stay in order.
    Pure, any thread.
    """
    scores = dict(zip(fused.passage_ids, fused.scores, strict=True))
    places = {
        (passages[each].content_hash, passages[each].ordinal): score
        for each, score in scores.items()
        if each in passages
    }
    lowest = min(fused.scores, default=0.0)
    total = {
        each: score + _SHARE * _lent(passages[each], places, lowest) if each in passages else score
        for each, score in scores.items()
    }
    ranked = sorted(total, key=lambda each: -total[each])
    return Run(fused.name, tuple(ranked), tuple(total[each] for each in ranked))


def _lent(passage: Passage, places: Mapping[tuple[str, int], float], lowest: float) -> float:
    return sum(
        (places.get((passage.content_hash, passage.ordinal + step), lowest) - lowest) / abs(step)
        for step in range(-_REACH, _REACH + 1)
        if step
    )
