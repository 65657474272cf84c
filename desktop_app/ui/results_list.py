"""The list of hits: keys, and rows that do not run away while ranking goes on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from desktop_app.domain import Hit, SearchResult
from desktop_app.translation import tr
from desktop_app.ui.hit_delegate import HitDelegate, lines_at
from desktop_app.ui.hit_reasons import HitReasons
from desktop_app.ui.results_model import Index, ResultsModel
from desktop_app.ui.side import Side
from desktop_app.ui.theme import Theme

_Cursor = QAbstractItemView.CursorAction
_LETTER_KEYS = {Qt.Key.Key_J: _Cursor.MoveDown, Qt.Key.Key_K: _Cursor.MoveUp}
_MOVING_KEYS = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)
_FOLDING_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)
_EXPORT_KEYS = "Ctrl+E"
_CTRL = Qt.KeyboardModifier.ControlModifier


class ResultsList(QListView):
    """Shows ``ResultsModel``; emits what the user wants with the current hit.

    ``hit_selected`` follows the current row; ``hit_activated`` is Enter, Space or a double
    click; ``open_requested`` Ctrl+Enter, ``copy_requested`` Ctrl+C, ``reveal_requested``
    Ctrl+Shift+Enter, ``similar_requested`` S; all of them are in the context menu as well,
    with the sheet that says why a passage is here (W). Shift and Ctrl choose several hits,
    which are copied, exported (``export_requested``) and dragged out as files together.
    Grouped by document (``grouping_requested``, G), Left and Right fold and unfold one.
    """

    hit_selected = Signal(object)
    hit_activated = Signal(object)
    open_requested = Signal(object)
    reveal_requested = Signal(object)
    copy_requested = Signal(object)
    mark_requested = Signal(object)
    similar_requested = Signal(object)
    explain_requested = Signal(object)
    export_requested = Signal()
    grouping_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_chosen = False
        self._is_refining = False
        self._announced: str | None = None
        self._mouse_rested_at = QCursor.pos()
        self.hits = ResultsModel(self)
        self.delegate = HitDelegate(theme, self)
        self.reasons = HitReasons(self)
        self.setModel(self.hits)
        self.setItemDelegate(self.delegate)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # Translators: the list of passages that were found.
        self.setAccessibleName(tr("Hits"))
        self.setAccessibleDescription(
            tr(
                "Up and Down move, Enter shows the page, Control and Enter opens the file, "
                "W says why a passage is here, S finds similar ones, G groups by document, "
                "Shift chooses several."
            )
        )
        plain = Qt.KeyboardModifier.NoModifier
        self._wishes = {
            (Qt.Key.Key_Space, plain): self.hit_activated,
            (Qt.Key.Key_S, plain): self.similar_requested,
            (Qt.Key.Key_W, plain): self.explain_requested,
        }
        for enter in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._wishes[enter, plain] = self.hit_activated
            self._wishes[enter, _CTRL] = self.open_requested
            self._wishes[enter, _CTRL | Qt.KeyboardModifier.ShiftModifier] = self.reveal_requested
        self.explain_requested.connect(self._on_explain)
        self.doubleClicked.connect(self._on_double_clicked)
        self.pressed.connect(self._on_pressed)
        theme.changed.connect(self._on_theme_changed)

    @property
    def is_chosen(self) -> bool:
        """Whether the user chose the current row."""
        return self._is_chosen

    def current_hit(self) -> Hit | None:
        """Give the hit of the current row."""
        return self.hits.hit(self.currentIndex())

    def selected_hits(self) -> tuple[Hit, ...]:
        """Give the chosen hits in the order of the rows; the current one is among them."""
        return tuple(hit for row, hit in enumerate(self.hits.hits) if row in self._chosen_rows())

    def group(self, *, is_grouped: bool) -> None:
        """Put the hits of each document together, or all in the order of their ranks."""
        self.setUniformItemSizes(not is_grouped)
        self.hits.group(is_grouped=is_grouped)
        self.scheduleDelayedItemsLayout()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def fold(self, hit: Hit, *, is_folded: bool) -> None:
        """Put the further hits of a hit's document away, or show them; stays at its best one."""
        if is_folded != self.hits.is_folded(hit):
            if is_folded and self.current_hit() == hit:
                self.select_hit(self.hits.head_of(hit))
            self.hits.fold(hit, is_folded=is_folded)
            self.scheduleDelayedItemsLayout()

    def expect_answer(self) -> None:
        """Note that a question is asked: a mouse that rests here from now on chooses nothing."""
        self._mouse_rested_at = QCursor.pos()

    def show_result(self, result: SearchResult, *, is_foreseen: bool = False) -> None:
        """Show or refine an answer; the row that the user looks at stays where it is.

        That is the chosen row, and the one under a mouse that was moved since
        ``expect_answer``; all others stand in the order of their ranks. Until the user
        chooses a row, the best hit is the current one. What is only foreseen is not
        announced: a page drawn for every key would flicker.
        """
        is_new = result.query.raw != self.hits.question
        if is_new:
            self._is_chosen = False
        self._is_refining = True
        looked_at = set[str]() if is_new else self._looked_at()
        before = self._top_of(looked_at)
        self.hits.update(result, pinned=looked_at)
        self._hold(looked_at, before)
        if not self._is_held() and self.hits.hits:
            self.setCurrentIndex(self.hits.index(0))
        self._is_refining = False
        if is_new:
            self.scrollToTop()
        if not is_foreseen:
            self._announce(is_due=result.is_final)

    def clear(self) -> None:
        """Show no hits."""
        self.hits.clear()
        self._is_chosen = False
        self._announce()

    def select_hit(self, hit: Hit) -> None:
        """Go to a hit that was chosen elsewhere; one that is not listed changes nothing."""
        wanted = hit.passage.passage_id
        # As it is listed: the same passage may stand in another file by now.
        listed = next(
            (each for each in self.hits.answer if each.passage.passage_id == wanted), None
        )
        if listed is not None:
            self._is_chosen = True
            if listed != self.hits.head_of(listed):
                self.fold(listed, is_folded=False)
            ids = [each.passage.passage_id for each in self.hits.hits]
            self.setCurrentIndex(self.hits.index(ids.index(wanted)))

    def setCurrentIndex(self, index: Index) -> None:
        """Go to a row and choose it alone; Qt's own would heed Shift and Ctrl, held or not."""
        only = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(index, only)
        self.scrollTo(index)

    def select_next(self) -> None:
        """Go to the next hit, as the Down key does."""
        self._step(_Cursor.MoveDown)

    def select_previous(self) -> None:
        """Go to the previous hit, as the Up key does."""
        self._step(_Cursor.MoveUp)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell who follows the current hit."""
        super().currentChanged(current, previous)
        if not self._is_refining:
            self._announce()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tick the chosen rows where there are several."""
        super().selectionChanged(selected, deselected)
        has_several = len(self._chosen_rows()) > 1
        if has_several != self.delegate.has_several:
            self.delegate.has_several = has_several
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by arrows, j and k; act by Enter, Space, Ctrl+Enter, Ctrl+C, G, S and W."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        wish = self._wishes.get((key, modifiers))
        if event.matches(QKeySequence.StandardKey.Copy):
            self._emit(self.copy_requested)
        elif wish is not None:
            self._emit(wish)
        elif QKeySequence(event.keyCombination()) == QKeySequence(_EXPORT_KEYS):
            if self.selected_hits():
                self.export_requested.emit()
        elif key == Qt.Key.Key_G and not modifiers:
            self.grouping_requested.emit()
        elif key in _FOLDING_KEYS and not modifiers and self.hits.is_grouped:
            self._fold_by_key(key)
        elif key in _LETTER_KEYS and not modifiers:
            self._step(_LETTER_KEYS[key])
        else:
            self._is_chosen = self._is_chosen or key in _MOVING_KEYS
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold a document where its row says how many more it has."""
        point = event.position().toPoint()
        index = self.indexAt(point)
        hit = self.hits.hit(index)
        row = Side(self.visualRect(index), self.layoutDirection())
        is_fold = self.delegate.folds_at(row, index, point)
        if hit is not None and is_fold and event.button() == Qt.MouseButton.LeftButton:
            self.fold(hit, is_folded=not self.hits.is_folded(hit))
        else:
            super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the rows out again where another width makes them higher or lower."""
        super().resizeEvent(event)
        if lines_at(event.oldSize().width()) != lines_at(event.size().width()):
            self.scheduleDelayedItemsLayout()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the hit under the mouse (or the current one)."""
        if self.current_hit() is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, keys, wish in (
            (tr("Show in preview"), "Return", self.hit_activated),
            (tr("Open file"), "Ctrl+Return", self.open_requested),
            (tr("Show in folder"), "Ctrl+Shift+Return", self.reveal_requested),
            (tr("Copy with citation"), "Ctrl+C", self.copy_requested),
            (tr("Find similar"), "S", self.similar_requested),
            (tr("Why this passage"), "W", self.explain_requested),
            # Translators: note that this passage is a right answer, to measure the search.
            (tr("Mark as right"), "", self.mark_requested),
        ):
            action = menu.addAction(text)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(partial(self._emit, wish))
        menu.addSeparator()
        together = menu.addAction(tr("Group by document"), self.grouping_requested.emit)
        together.setCheckable(True)
        together.setChecked(self.hits.is_grouped)
        together.setShortcut(QKeySequence("G"))
        export = menu.addAction(tr("Export the chosen…"))
        export.setShortcut(QKeySequence(_EXPORT_KEYS))
        export.triggered.connect(self.export_requested)
        menu.popup(event.globalPos())

    def _step(self, action: _Cursor) -> None:
        self._is_chosen = True
        if self.hits.rowCount():
            self.setCurrentIndex(self.moveCursor(action, Qt.KeyboardModifier.NoModifier))

    def _chosen_rows(self) -> set[int]:
        return {index.row() for index in (*self.selectedIndexes(), self.currentIndex())}

    def _fold_by_key(self, key: Qt.Key) -> None:
        hit = self.current_hit()
        if hit is not None:
            is_left = key == Qt.Key.Key_Left
            is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            self._is_chosen = True
            self.fold(hit, is_folded=is_left != is_mirrored)

    def _row_of(self, passages: set[str]) -> int | None:
        ids = (hit.passage.passage_id for hit in self.hits.hits)
        return next((row for row, each in enumerate(ids) if each in passages), None)

    def _top_of(self, passages: set[str]) -> int | None:
        row = self._row_of(passages) if self.hits.is_grouped else None
        return self.visualRect(self.hits.index(row)).top() if row is not None else None

    def _hold(self, passages: set[str], top: int | None) -> None:
        """Scroll so that a row stays where it was, though documents above it grew or shrank."""
        if self.hits.is_grouped:
            self.doItemsLayout()
        now = self._top_of(passages)
        if top is not None and now is not None:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + now - top)

    def _is_held(self) -> bool:
        return self.currentIndex().isValid() and (self._is_chosen or self.hasFocus())

    def _looked_at(self) -> set[str]:
        looked_at: list[Hit | None] = [*self.selected_hits()] if self._is_held() else []
        viewport = self.viewport()
        mouse = QCursor.pos()
        if viewport.underMouse() and mouse != self._mouse_rested_at:
            looked_at.append(self.hits.hit(self.indexAt(viewport.mapFromGlobal(mouse))))
        return {hit.passage.passage_id for hit in looked_at if hit is not None}

    def _announce(self, *, is_due: bool = False) -> None:
        hit = self.current_hit()
        shown = hit.passage.passage_id if hit else None
        if hit is not None and (is_due or shown != self._announced):
            self._announced = shown
            self.hit_selected.emit(hit)
        self._announced = shown

    def _emit(self, wish: SignalInstance, *_: object) -> None:
        hit = self.current_hit()
        if hit is not None:
            wish.emit(hit)

    def _on_explain(self, hit: Hit) -> None:
        self.reasons.present(hit, self.visualRect(self.currentIndex()), self.viewport())

    def _on_pressed(self) -> None:
        self._is_chosen = True

    def _on_double_clicked(self) -> None:
        self._emit(self.hit_activated)

    def _on_theme_changed(self) -> None:
        self.viewport().update()
