"""The hits of the current answer as a Qt model that is refined in place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
)

from desktop_app.domain import Hit, SearchResult
from desktop_app.translation import tr_n
from desktop_app.ui.grouping import Standing, document_of, group, keep_places, standings, unfolded
from desktop_app.ui.results_wording import sentence_of, title_of

Index = QModelIndex | QPersistentModelIndex
HIT_ROLE = Qt.ItemDataRole.UserRole + 1
STANDING_ROLE = Qt.ItemDataRole.UserRole + 2
_NOWHERE = QModelIndex()


class ResultsModel(QAbstractListModel):
    """One row a hit, keyed by passage id; ``HIT_ROLE`` gives the ``Hit`` itself.

    Grouped by document, ``STANDING_ROLE`` gives the row's ``Standing``, None otherwise.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: list[Hit] = []
        self._answer: list[Hit] = []
        self._is_grouped = False
        self._folded: set[str] = set()
        self._standings: dict[str, Standing] = {}
        self._question: str | None = None

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The hits in the order of the rows."""
        return tuple(self._hits)

    @property
    def answer(self) -> tuple[Hit, ...]:
        """All hits in the order of the rows, with those that are folded away."""
        return tuple(self._answer)

    @property
    def is_grouped(self) -> bool:
        """Whether the hits of a document stand together."""
        return self._is_grouped

    @property
    def question(self) -> str | None:
        """The question as typed that the rows answer, None where there is none."""
        return self._question

    def hit(self, index: Index) -> Hit | None:
        """Give the hit of an index, None for an invalid one."""
        return self._hits[index.row()] if index.isValid() else None

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Count the hits."""
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give title, sentence for screen readers, or the hit."""
        if not index.isValid() or index.row() >= len(self._hits):
            return None
        hit = self._hits[index.row()]
        standing = self._standings.get(hit.passage.passage_id)
        if role in (HIT_ROLE, STANDING_ROLE):
            return hit if role == HIT_ROLE else standing
        if role == Qt.ItemDataRole.DisplayRole:
            return title_of(hit)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(sentence_of(hit), standing)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return hit.passage.text
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let a hit be dragged out of the window."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Give the files of the hits, each once, to whatever program they are dropped on."""
        hits = [hit for hit in map(self.hit, indexes) if hit is not None]
        files = dict.fromkeys(str(hit.document.full_path) for hit in hits)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(each) for each in files])
        return mime

    def clear(self) -> None:
        """Drop all hits."""
        self.beginResetModel()
        self._put([], None)
        self.endResetModel()

    def update(self, result: SearchResult, *, pinned: Collection[str] = ()) -> None:
        """Show an answer: another question replaces the rows, the same one refines them.

        The passages named in ``pinned`` keep their row, because the user looks at them,
        whatever their new rank is; the others flow around them in the order of ranks.
        """
        if result.query.raw != self._question:
            self.beginResetModel()
            self._put(result.hits, result.query.raw)
            self.endResetModel()
            return
        self._show(result.hits, pinned)

    def group(self, *, is_grouped: bool) -> None:
        """Put the hits of each document together, or all in the order of their ranks."""
        if is_grouped != self._is_grouped:
            self._is_grouped = is_grouped
            self._folded.clear()
            self._show(sorted(self._answer, key=lambda hit: hit.rank), ())

    def fold(self, hit: Hit, *, is_folded: bool) -> None:
        """Put a document's further hits away under its best one, or show them again."""
        document = document_of(hit)
        if self._is_grouped and is_folded != (document in self._folded):
            self._folded ^= {document}
            self._show(self._answer, {each.passage.passage_id for each in self._answer})

    def head_of(self, hit: Hit) -> Hit:
        """Give the hit under which a document's others stand."""
        document = document_of(hit)
        return next(each for each in self._answer if document_of(each) == document)

    def is_folded(self, hit: Hit) -> bool:
        """Say whether the further hits of a hit's document are put away."""
        return document_of(hit) in self._folded

    def _put(self, hits: Sequence[Hit], question: str | None) -> None:
        self._folded.clear()
        self._question = question
        self._answer = self._arranged(hits, ())
        self._hits = list(self._answer)
        self._standings = standings(self._answer, ()) if self._is_grouped else {}

    def _show(self, hits: Sequence[Hit], pinned: Collection[str]) -> None:
        self._answer = self._arranged(hits, pinned)
        target = unfolded(self._answer, self._folded)
        before = self._standings
        self._standings = standings(self._answer, self._folded) if self._is_grouped else {}
        self._remove_all_but({hit.passage.passage_id for hit in target})
        self._arrange([hit.passage.passage_id for hit in target], target)
        self._refresh(target, is_other_standing=self._standings != before)

    def _arranged(self, hits: Sequence[Hit], pinned: Collection[str]) -> list[Hit]:
        if self._is_grouped:
            return group(hits, self._answer, pinned)
        new = {hit.passage.passage_id: hit for hit in hits}
        shown = [hit.passage.passage_id for hit in self._hits]
        return [new[each] for each in keep_places(list(new), shown, pinned)]

    def _remove_all_but(self, kept: set[str]) -> None:
        last = len(self._hits) - 1
        while last >= 0:
            if self._hits[last].passage.passage_id in kept:
                last -= 1
                continue
            first = last
            while first > 0 and self._hits[first - 1].passage.passage_id not in kept:
                first -= 1
            self.beginRemoveRows(_NOWHERE, first, last)
            del self._hits[first : last + 1]
            self.endRemoveRows()
            last = first - 1

    def _arrange(self, order: list[str], target: Sequence[Hit]) -> None:
        present = {hit.passage.passage_id for hit in self._hits}
        row = 0
        while row < len(order):
            if order[row] in present:
                self._move_to(row, order[row])
                row += 1
                continue
            stop = row + 1
            while stop < len(order) and order[stop] not in present:
                stop += 1
            self.beginInsertRows(_NOWHERE, row, stop - 1)
            self._hits[row:row] = target[row:stop]
            self.endInsertRows()
            row = stop

    def _move_to(self, row: int, passage_id: str) -> None:
        source = row
        while self._hits[source].passage.passage_id != passage_id:
            source += 1
        if source != row:
            self.beginMoveRows(_NOWHERE, source, source, _NOWHERE, row)
            self._hits.insert(row, self._hits.pop(source))
            self.endMoveRows()

    def _refresh(self, target: Sequence[Hit], *, is_other_standing: bool) -> None:
        rows = enumerate(target)
        changed = [row for row, hit in rows if is_other_standing or self._hits[row] != hit]
        if changed:
            self._hits[:] = target
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))


def _spoken(row: str, standing: Standing | None) -> str:
    if standing is None or not standing.others:
        return row
    if standing.is_open:
        return tr_n(
            "{row}, {count} more passage of this document below",
            "{row}, {count} more passages of this document below",
            standing.others,
            row=row,
        )
    return tr_n(
        "{row}, {count} more passage of this document folded away",
        "{row}, {count} more passages of this document folded away",
        standing.others,
        row=row,
    )
