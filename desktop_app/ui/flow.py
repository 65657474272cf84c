"""Buttons in a row, and in another where the first has no room for all of them."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from desktop_app.ui.theme import Space


class Flow(QWidget):
    """Sets what is added as words are set on a page, from where the window's lines begin.

    Another language may need twice the width of English, and nothing is to be cut then. It
    keeps the height that its width makes necessary, as ``WrappedLabel`` does. ``at_end`` sets
    every row to the end of its line.
    """

    def __init__(self, parent: QWidget, *, spacing: int = Space.S, at_end: bool = False) -> None:
        super().__init__(parent)
        self._spacing, self._at_end = spacing, at_end
        self._parts: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def add(self, part: QWidget) -> None:
        """Put a widget behind the others; one that was not hidden is shown with this one."""
        part.setParent(self)
        was_hidden = part.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
        if not (part.isHidden() and was_hidden):
            part.show()
        self._parts.append(part)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Ask for room for all in one row, at the height that the present width needs."""
        sizes = [_size(part) for part in self._shown()]
        width = sum(each.width() for each in sizes) + self._spacing * max(0, len(sizes) - 1)
        return QSize(width, self._height(self.width()))

    def minimumSizeHint(self) -> QSize:
        """Ask for room for the widest one."""
        widest = max((_size(part).width() for part in self._shown()), default=0)
        return QSize(widest, self._height(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the rows anew."""
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Set the rows: Qt tells nothing of what changed while this was hidden."""
        super().showEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """Set the rows anew when what is in them has changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def _shown(self) -> list[QWidget]:
        return [part for part in self._parts if not part.isHidden()]

    def _places(self, width: int) -> Iterator[tuple[QWidget, QRect]]:
        top = 0
        for row in self._rows(width):
            sizes = [_size(part) for part in row]
            used = sum(each.width() for each in sizes) + self._spacing * (len(row) - 1)
            left = max(0, width - used) if self._at_end else 0
            height = max(each.height() for each in sizes)
            for part, size in zip(row, sizes, strict=True):
                above = (height - size.height()) // 2
                yield part, QRect(left, top + above, min(size.width(), width), size.height())
                left += size.width() + self._spacing
            top += height + self._spacing

    def _rows(self, width: int) -> Iterator[list[QWidget]]:
        row: list[QWidget] = []
        used = 0
        for part in self._shown():
            wanted = _size(part).width()
            if row and used + self._spacing + wanted > width:
                yield row
                row, used = [], 0
            used += wanted + (self._spacing if row else 0)
            row.append(part)
        if row:
            yield row

    def _height(self, width: int) -> int:
        return max((place.bottom() + 1 for _, place in self._places(width)), default=0)

    def _arrange(self) -> None:
        for part, place in self._places(self.width()):
            part.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))
        height = self._height(self.width())
        if height != self.minimumHeight():
            self.setMinimumHeight(height)


def _size(part: QWidget) -> QSize:
    return part.sizeHint().expandedTo(part.minimumSize()).boundedTo(part.maximumSize())
