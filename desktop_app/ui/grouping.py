"""Hits of one document together under the best of them; plain Python."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from desktop_app.domain import Hit


@dataclass(frozen=True, slots=True)
class Standing:
    """How a row stands among those of its document.

    ``others`` counts the further passages below a head; ``is_open`` says whether they are
    on show.
    """

    is_head: bool
    others: int = 0
    is_open: bool = True


def document_of(hit: Hit) -> str:
    """Name what a hit is grouped by: its file."""
    return str(hit.document.full_path)


def keep_places(ranked: Sequence[str], shown: Sequence[str], held: Collection[str]) -> list[str]:
    """Order names by rank, while those in ``held`` keep the place that they have in ``shown``."""
    places = {place: name for place, name in enumerate(shown) if name in held and name in ranked}
    order = [name for name in ranked if name not in places.values()]
    for place in sorted(places):
        order.insert(min(place, len(order)), places[place])
    return order


def group(hits: Sequence[Hit], shown: Sequence[Hit], held: Collection[str]) -> list[Hit]:
    """Put the hits of each document together, documents and hits in the order of their ranks.

    Passages in ``held`` keep their place among those of their document, and their document
    its place among the documents, as they are in ``shown``.
    """
    by_id = {hit.passage.passage_id: hit for hit in hits}
    held_documents = {document_of(hit) for hit in shown if hit.passage.passage_id in held}
    documents = keep_places(_documents(hits), _documents(shown), held_documents)
    return [
        by_id[passage_id]
        for document in documents
        for passage_id in keep_places(_ids(hits, document), _ids(shown, document), held)
    ]


def standings(hits: Sequence[Hit], folded: Collection[str]) -> dict[str, Standing]:
    """Give the standing of every hit of a grouped list by passage id."""
    members: dict[str, list[str]] = {}
    for hit in hits:
        members.setdefault(document_of(hit), []).append(hit.passage.passage_id)
    found = {}
    for document, (head, *others) in members.items():
        found[head] = Standing(True, len(others), document not in folded)
        found |= {passage_id: Standing(False) for passage_id in others}
    return found


def unfolded(hits: Sequence[Hit], folded: Collection[str]) -> list[Hit]:
    """Leave out what is folded away under the first hit of its document."""
    seen: set[str] = set()
    kept = []
    for hit in hits:
        document = document_of(hit)
        if document not in folded or document not in seen:
            kept.append(hit)
        seen.add(document)
    return kept


def _documents(hits: Sequence[Hit]) -> list[str]:
    return list(dict.fromkeys(map(document_of, hits)))


def _ids(hits: Sequence[Hit], document: str) -> list[str]:
    return [hit.passage.passage_id for hit in hits if document_of(hit) == document]
