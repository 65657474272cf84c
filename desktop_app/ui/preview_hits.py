"""The hits of the document that is shown: which they are, the current one, and the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.domain import Hit, Passage
from desktop_app.ui.preview_marks import Mark, marks_of, spans_of
from desktop_app.ui.text_view_writer import Spans


@dataclass(frozen=True, slots=True)
class DocumentHits:
    """Hits of one content in the order in which they stand in it."""

    current: Hit
    hits: tuple[Hit, ...]

    @property
    def number(self) -> int:
        """Which of them the current one is, from 1; 0 where it is none of them."""
        ids = [each.passage.passage_id for each in self.hits]
        found = self.current.passage.passage_id
        return ids.index(found) + 1 if found in ids else 0

    def stepped(self, steps: int) -> Hit | None:
        """Give the hit so many further on, from the last to the first; None where none is."""
        if not self.number or len(self.hits) == 1:
            return None
        return self.hits[(self.number - 1 + steps) % len(self.hits)]

    def marks(self) -> tuple[Mark, ...]:
        """Give what is to be marked on pages."""
        return marks_of(self.hits, self.current)

    def spans(self, passages: Sequence[Passage]) -> tuple[int | None, dict[int, Spans]]:
        """Give the index of the current hit's passage, and what is marked in which passages."""
        places = {passage.passage_id: at for at, passage in enumerate(passages)}
        spans: dict[int, Spans] = {
            places[each.passage.passage_id]: spans_of(each)
            for each in self.hits
            if each.passage.passage_id in places
        }
        return places.get(self.current.passage.passage_id), spans


def hits_beside(hit: Hit, found: Sequence[Hit]) -> DocumentHits:
    """Pick the hits of the same content as ``hit`` from all that were found."""
    content = hit.passage.content_hash
    own = [each for each in found if each.passage.content_hash == content] or [hit]
    return DocumentHits(hit, tuple(sorted(own, key=lambda each: each.passage.ordinal)))
