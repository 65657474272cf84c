"""The library pane: the indexed folders, what is in them, and a way to add one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain import Root, RootState
from desktop_app.translation import tr
from desktop_app.ui.actions import keys_text
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.root_delegate import CAPTION, ICON, RootDelegate
from desktop_app.ui.theme import Role, Space, Theme
from desktop_app.ui.words import name_of, say_files


class LibraryPane(QFrame):
    """A list of roots below "All documents"; ``names`` are shown instead of some paths' own.

    ``root_chosen(str)``: narrow to this root ("" for all). ``add_requested()``,
    ``scan_requested()``, ``files_requested(str)``, ``reveal_requested(Path)``,
    ``remove_requested(Root)`` come from button, context menu and keys;
    ``models_requested()``, ``machine_requested()``, ``own_requested()`` and
    ``settings_requested()`` from the foot; ``rules_requested(Root)`` from the menu.
    """

    root_chosen = Signal(str)
    add_requested = Signal()
    scan_requested = Signal()
    files_requested = Signal(str)
    reveal_requested = Signal(Path)
    remove_requested = Signal(Root)
    models_requested = Signal()
    machine_requested = Signal()
    own_requested = Signal()
    settings_requested = Signal()
    rules_requested = Signal(Root)

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names = names
        self._roots: tuple[Root, ...] = ()
        self.setProperty("ground", "sunken")
        self.setMinimumWidth(176)
        title = QLabel(tr("Library"), self)
        title.setProperty("style", "section")
        title.setProperty("inset", "pane")
        self._list = _RootList(self)
        self._list.setAccessibleName(tr("Folders in the library"))
        self._list.setItemDelegate(RootDelegate(theme, self._list))
        self._list.currentItemChanged.connect(self._on_current_changed)
        self._list.customContextMenuRequested.connect(self._on_menu_requested)
        self._list.delete_pressed.connect(self._on_delete_pressed)
        self._add = self._quiet(tr("Add folder"), self.add_requested)
        self._add.setToolTip(tr("Add a folder to the library, or drop one anywhere on the window"))
        self._models = self._quiet(tr("Models"), self.models_requested)
        self._models.setToolTip(tr("Choose what answers ({keys})", keys=keys_text("models")))
        self._machine = self._quiet(tr("This computer"), self.machine_requested)
        self._machine.setToolTip(tr("What Lectern runs on ({keys})", keys=keys_text("machine")))
        self._own = self._quiet(tr("How good is it?"), self.own_requested)
        self._own.setToolTip(
            tr("Ask questions to which you know the answer ({keys})", keys=keys_text("own"))
        )
        self._settings = self._quiet(tr("Settings"), self.settings_requested)
        self._settings.setToolTip(
            tr("Change how Lectern works ({keys})", keys=keys_text("settings"))
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.L, 0, Space.S)
        column.setSpacing(Space.S)
        column.addWidget(title)
        column.addWidget(self._list, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(Space.S, 0, Space.S, 0)
        foot.setSpacing(Space.XS)
        for button in (self._add, self._models, self._machine, self._own, self._settings):
            foot.addWidget(button, 0, Qt.AlignmentFlag.AlignLeading)
        column.addLayout(foot)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_roots(())

    @property
    def roots(self) -> tuple[Root, ...]:
        """The roots on show."""
        return self._roots

    @property
    def chosen(self) -> str:
        """The root that the question is narrowed to, "" for all."""
        root = self._current_root()
        return root.path if root is not None else ""

    def show_roots(self, roots: tuple[Root, ...], *, hidden: Collection[str] = ()) -> None:
        """Show the roots but those in ``hidden``, keeping the chosen one chosen."""
        chosen = self.chosen
        with QSignalBlocker(self._list):
            self._list.clear()
            self._roots = tuple(root for root in roots if root.path not in hidden)
            self._add_item(tr("All documents"), "", "library", None)
            for root in self._roots:
                is_away = root.state is RootState.AWAY
                icon = "folder-away" if is_away else "folder"
                name = self._names.get(root.path) or name_of(root.path)
                self._add_item(name, _caption_of(root), icon, root)
            self._choose(chosen)
        if self.chosen != chosen:
            self.root_chosen.emit(self.chosen)

    def choose(self, path: str) -> None:
        """Choose a root by its path, "" for all."""
        self._choose(path)

    def _choose(self, path: str) -> None:
        rows = [index for index, root in enumerate(self._roots, start=1) if root.path == path]
        self._list.setCurrentRow(rows[0] if rows else 0)

    def _add_item(self, name: str, caption: str, icon: str, root: Root | None) -> None:
        item = QListWidgetItem(name)
        item.setData(CAPTION, caption)
        item.setData(ICON, icon)
        item.setToolTip(drawable(root.path) if root is not None else tr("Ask all folders"))
        spoken = tr("{name}, {caption}", name=name, caption=caption) if caption else name
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        self._list.addItem(item)

    def _on_current_changed(self) -> None:
        self.root_chosen.emit(self.chosen)

    def _on_delete_pressed(self) -> None:
        root = self._current_root()
        if root is not None:
            self.remove_requested.emit(root)

    def _on_menu_requested(self, point: QPoint) -> None:
        row = self._list.indexAt(point).row()
        menu = self.menu_for(self._roots[row - 1] if row > 0 else None)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._list.viewport().mapToGlobal(point))

    def menu_for(self, root: Root | None) -> QMenu:
        """Make the context menu of a root, or of the pane itself."""
        menu = QMenu(self)
        if root is not None:
            path = root.path
            menu.addAction(tr("Ask only here"), lambda: self._choose(path))
            menu.addAction(tr("Show its files"), lambda: self.files_requested.emit(path))
            menu.addAction(tr("What is left out…"), lambda: self.rules_requested.emit(root))
            menu.addAction(tr("Open the folder"), lambda: self.reveal_requested.emit(Path(path)))
            menu.addSeparator()
        menu.addAction(tr("Look for changed files"), self.scan_requested.emit)
        menu.addAction(tr("Add folder…"), self.add_requested.emit)
        if root is not None:
            menu.addSeparator()
            chosen = root
            menu.addAction(tr("Remove from library…"), lambda: self.remove_requested.emit(chosen))
        return menu

    def _current_root(self) -> Root | None:
        row = self._list.currentRow()
        return self._roots[row - 1] if row > 0 else None

    def _quiet(self, text: str, clicked: SignalInstance) -> QPushButton:
        # The space sets the words where those of the list above begin.
        button = QPushButton(f" {text}", self)
        button.setAccessibleName(text)
        button.setProperty("kind", "quiet")
        button.clicked.connect(clicked)
        return button

    def _on_theme_changed(self) -> None:
        self._add.setIcon(self._theme.icon("add", Role.TEXT))
        self._models.setIcon(self._theme.icon("model", Role.TEXT))
        self._machine.setIcon(self._theme.icon("machine", Role.TEXT))
        self._own.setIcon(self._theme.icon("check", Role.TEXT))
        self._settings.setIcon(self._theme.icon("settings", Role.TEXT))
        self._list.viewport().update()


class _RootList(QListWidget):
    delete_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose with the first button only: the menu of a folder is not a question to it."""
        if event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove with Delete, as every list of folders does."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


def _caption_of(root: Root) -> str:
    if root.state is RootState.AWAY:
        return tr("Away · still searchable")
    if root.documents == 0:
        return ""
    return say_files(root.documents)
