"""The sheet below the question box: what was asked before, and the name of a search."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.translation import tr
from desktop_app.ui.recall import LONGEST, Asked
from desktop_app.ui.recall_list import RecallList, caption_of
from desktop_app.ui.side import margins
from desktop_app.ui.theme import Space, Theme
from desktop_app.ui.wrapped import plain_label

_FOOT = 44
_LEAST, _LEAST_WIDTH = 120, 380


class RecallSheet(QFrame):
    """Lies over the window below the question box; shows either the list or the naming.

    ``chosen(Asked)``, ``removed(Asked)``; ``named(Asked, str)`` is a search with the name
    that it shall have; ``all_forgotten()`` is the wish to keep none of the questions.
    """

    chosen = Signal(object)
    removed = Signal(object)
    named = Signal(object, str)
    all_forgotten = Signal()

    def __init__(self, theme: Theme, anchor: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._anchor, self._over = anchor, parent
        self._asked: Asked | None = None
        self.setProperty("ground", "sheet")
        self.list = RecallList(theme, self)
        self.list.chosen.connect(self.chosen)
        self.list.removed.connect(self.removed)
        self.list.renamed.connect(self.ask_name)
        self._nothing = plain_label("muted", self)
        self._nothing.setProperty("inset", "sheet")
        self._hint = plain_label("caption", self)
        self._hint.setWordWrap(False)
        self._hint.setText(tr("Delete removes a row, F2 names it."))
        self.forget = QPushButton(tr("Forget all"), self)
        self.forget.setProperty("kind", "link")
        self.forget.setProperty("style", "caption")
        # A click must not take the focus from the question box, which would close the sheet.
        self.forget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.forget.setToolTip(tr("Forget the earlier questions; saved searches stay"))
        self.forget.clicked.connect(self.all_forgotten)
        foot = QHBoxLayout()
        foot.setContentsMargins(margins(Space.L, 0, Space.M, 0))
        foot.addWidget(self._hint, 1)
        foot.addWidget(self.forget)
        self._offers = QWidget(self)
        offers = QVBoxLayout(self._offers)
        offers.setContentsMargins(0, Space.S, 0, Space.S)
        offers.setSpacing(Space.XS)
        offers.addWidget(self.list, 1)
        offers.addWidget(self._nothing)
        offers.addLayout(foot)
        self._naming = self._naming_row()
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self._offers)
        column.addWidget(self._naming)
        self.hide()

    @property
    def is_naming(self) -> bool:
        """Whether it asks for a name."""
        return self.isVisible() and not self._naming.isHidden()

    def show_asked(
        self, saved: Sequence[Asked], earlier: Sequence[Asked], *, nothing: str = ""
    ) -> None:
        """Show these, or the sentence ``nothing`` where there are none."""
        self.list.show_asked(saved, earlier)
        is_empty = not saved and not earlier
        self._nothing.setText(nothing)
        self._nothing.setVisible(is_empty)
        self.list.setVisible(not is_empty)
        self._hint.setVisible(not is_empty)
        self.forget.setVisible(bool(earlier))
        self._present(self._offers)

    def ask_name(self, asked: Asked) -> None:
        """Ask under which name a search is to be saved."""
        self._asked = asked
        about = caption_of(Asked(asked.question, asked.narrowing, name=" "))
        self._about.setText(about[:LONGEST])
        self.name.setText(asked.name or asked.question)
        self._present(self._naming)
        self.name.setFocus()
        self.name.selectAll()

    def place(self) -> None:
        """Lie below the question box, as wide as it or wider, as high as there is need and room."""
        corner = self._anchor.mapTo(self._over, QPoint(0, self._anchor.height() + Space.XS))
        width = max(self._anchor.width(), min(_LEAST_WIDTH, self._over.width() - 2 * Space.M))
        left = corner.x()
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            left += self._anchor.width() - width
        left = max(Space.M, min(left, self._over.width() - Space.M - width))
        room = self._over.height() - corner.y() - Space.XL
        wanted = self._column.totalHeightForWidth(width)
        if self._naming.isHidden() and not self.list.isHidden():
            wanted = self.list.wanted_height() + _FOOT + Space.S
        self.setGeometry(QRect(left, corner.y(), width, max(_LEAST, min(room, wanted))))

    def _present(self, part: QWidget) -> None:
        for each in (self._offers, self._naming):
            each.setVisible(each is part)
        self.show()
        self.raise_()
        self.place()

    def _naming_row(self) -> QWidget:
        row = QWidget(self)
        title = plain_label("section", self)
        title.setText(tr("Save this search"))
        self._about = plain_label("caption", self)
        self.name = QLineEdit(row)
        self.name.setAccessibleName(tr("Name of the search"))
        self.name.setMaxLength(200)
        self.name.returnPressed.connect(self._on_named)
        save = self._save = QPushButton(tr("Save"), row)
        save.setProperty("kind", "primary")
        save.clicked.connect(self._on_named)
        self.name.textChanged.connect(lambda text: save.setEnabled(bool(text.strip())))
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self.name, 1)
        line.addWidget(save)
        column = QVBoxLayout(row)
        column.setContentsMargins(Space.L, Space.M, Space.L, Space.L)
        column.setSpacing(Space.S)
        column.addWidget(title)
        column.addWidget(self._about)
        column.addLayout(line)
        return row

    def _on_named(self) -> None:
        name = " ".join(self.name.text().split())
        if name and self._asked is not None:
            self.named.emit(self._asked, name)
