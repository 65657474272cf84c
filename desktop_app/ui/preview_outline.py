"""The outline of a document as a list that comes up below a button and jumps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from desktop_app.translation import tr
from desktop_app.ui.results_wording import drawable, isolated
from desktop_app.ui.theme import Space, Theme

_WIDTH, _MOST_HEIGHT, _ROW = 360, 480, 28
_INDENT = 14
_NUMBER = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A line of the list: level from 1, what it says, and beside it, say, the page."""

    level: int
    title: str
    place: str = ""


class OutlinePopup(QFrame):
    """A tree, all of it unfolded; ``chosen(int)`` is the number of a line, from 0."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self.setProperty("ground", "sheet")
        self.setAccessibleName(tr("Outline"))
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName(tr("Outline of the document"))
        self.tree.setProperty("kind", "outline")
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setIndentation(_INDENT)
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, self.tree.header().ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, self.tree.header().ResizeMode.ResizeToContents)
        self.tree.itemClicked.connect(self._on_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.S, Space.S, Space.S, Space.S)
        column.addWidget(self.tree)
        self.setFocusProxy(self.tree)

    def show_lines(self, lines: Sequence[OutlineLine]) -> None:
        """Take other lines; a level that skips one stands below the last line before it."""
        self.tree.clear()
        above: list[tuple[int, QTreeWidgetItem]] = []
        roots = []
        for number, line in enumerate(lines):
            item = QTreeWidgetItem([isolated(drawable(line.title)), line.place])
            item.setToolTip(0, drawable(line.title))
            item.setData(0, _NUMBER, number)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            while above and above[-1][0] >= line.level:
                above.pop()
            if above:
                above[-1][1].addChild(item)
            else:
                roots.append(item)
            above.append((line.level, item))
        self.tree.addTopLevelItems(roots)
        self.tree.expandAll()

    def present(self, below: QWidget, current: int) -> None:
        """Come up below a button, on its screen, at the line that is being read."""
        rows = max(1, self._count())
        height = min(_MOST_HEIGHT, rows * _ROW + 2 * Space.L)
        room = below.screen().availableGeometry()
        corner = below.mapToGlobal(QPoint(0, below.height() + Space.XS))
        width = min(_WIDTH, room.width() - 2 * Space.S)
        height = min(height, room.height() - 2 * Space.S)
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = corner.x() + (0 if is_mirrored else below.width() - width)
        left = max(room.left() + Space.S, min(left, room.right() - width - Space.S))
        top = max(room.top() + Space.S, min(corner.y(), room.bottom() - height - Space.S))
        self.setGeometry(left, top, width, height)
        item = self._item(current)
        self.show()
        if item is not None:
            self.tree.setCurrentItem(item)
            self.tree.scrollToItem(item, QTreeWidget.ScrollHint.PositionAtCenter)
        self.tree.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go by Enter, close by Escape (the tree leaves both to us)."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self.tree.currentItem()
            if item is not None:
                self._on_chosen(item)
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _on_chosen(self, item: QTreeWidgetItem) -> None:
        self.close()
        self.chosen.emit(int(item.data(0, _NUMBER)))

    def _items(self) -> list[QTreeWidgetItem]:
        return self.tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive, 0)

    def _count(self) -> int:
        return len(self._items())

    def _item(self, number: int) -> QTreeWidgetItem | None:
        return next((each for each in self._items() if each.data(0, _NUMBER) == number), None)
