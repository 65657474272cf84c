"""The page about this computer: what the models run on, how fast, and what needs a look."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.domain import Check, Health
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.translation import tr, tr_n
from desktop_app.ui.about import AboutDialog
from desktop_app.ui.flow import Flow
from desktop_app.ui.gpu_box import GpuBox
from desktop_app.ui.machine_view import check_words, groups_of, report_of
from desktop_app.ui.scroll_page import ScrollPage
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.theme import Role, Space, TextStyle, Theme
from desktop_app.ui.words import say_error
from desktop_app.ui.wrapped import begin_lines, selectable

_NAME_WIDTH, _STATE_WIDTH = 160, 120


class MachinePage(ScrollPage):
    """Asks the session's ``health`` on the "machine" lane when shown or asked to look again.

    ``said(str)`` says what was done (the report is on the clipboard, GPU support is there);
    ``closed()`` is to go back.
    """

    said = Signal(str)

    def __init__(self, theme: Theme, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("This computer"), parent)
        self._tasks = tasks
        self._health: Health | None = None
        self._session: Session | None = None
        self.state = _label("", "muted", self)
        self.state.setMinimumWidth(_STATE_WIDTH)
        self.again = QPushButton(tr("Look again"), self)
        self.again.clicked.connect(self.look)
        self.copy = QPushButton(tr("Copy"), self)
        self.copy.setToolTip(tr("Copy all of this as text for support; it names no document"))
        self.copy.clicked.connect(self._on_copy)
        self.about = QPushButton(tr("About Lectern"), self)
        self.about.setToolTip(tr("Version, licenses, and what Lectern is built on"))
        self.about.clicked.connect(self._show_about)
        self.gpu = GpuBox(theme, tasks, self)
        self.gpu.said.connect(self.said)
        self._found = QVBoxLayout()
        self._found.setSpacing(Space.XL)
        self._shown: QWidget | None = None
        self._glyphs: list[tuple[QLabel, bool]] = []
        self._fill()
        theme.changed.connect(self._tint)
        self._show_state(tr("Nothing has been looked at yet."))

    @property
    def report(self) -> str:
        """What is copied, "" before anything was found."""
        return report_of(self._health) if self._health is not None else ""

    def use_session(self, session: Session) -> None:
        """Look at this session from now on."""
        self._session = session
        self.gpu.use_session(session)

    def showEvent(self, event: QShowEvent) -> None:
        """Look anew whenever the page comes to the front."""
        super().showEvent(event)
        self.look()

    def look(self) -> None:
        """Look at machine, model and library; the model is started for it."""
        session = self._session
        if session is None:
            return
        self.gpu.look()
        self.again.setEnabled(False)
        self._show_state(tr("Looking at the model; this takes a few seconds…"))
        self._tasks.submit("machine", session.health, self._on_found, self._on_failed, key="health")

    def _on_found(self, health: Health) -> None:
        self._health = health
        self.again.setEnabled(True)
        troubled = sum(not check.is_well for check in health.checks)
        self._show_state(
            tr_n(
                "{count} check of {total} needs a look.",
                "{count} checks of {total} need a look.",
                troubled,
                total=len(health.checks),
            )
            if troubled
            else tr("Everything is well.")
        )
        self._show_found(health)

    def _on_failed(self, error: LecternError) -> None:
        self.again.setEnabled(True)
        self._show_state(say_error(error))

    def _show_state(self, sentence: str) -> None:
        self.state.setText(sentence)
        self.setAccessibleDescription(sentence)
        self.copy.setEnabled(self._health is not None)

    def _show_found(self, health: Health) -> None:
        if self._shown is not None:
            self._found.removeWidget(self._shown)
            self._shown.deleteLater()
        self._shown = QWidget(self.widget())
        column = QVBoxLayout(self._shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XL)
        column.addLayout(self._checks(health.checks))
        for group in groups_of(health):
            column.addLayout(self._table(group.title, group.lines))
        version = _label(f"Lectern {health.version}", "caption", self._shown)
        column.addWidget(version)
        self._found.addWidget(self._shown)

    def _checks(self, checks: tuple[Check, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.S)
        grid.setVerticalSpacing(Space.S)
        self._glyphs = []
        for row, check in enumerate(checks):
            glyph = QLabel(self._shown)
            self._glyphs.append((glyph, check.is_well))
            glyph.setAccessibleName(tr("Well") if check.is_well else tr("Needs a look"))
            grid.addWidget(glyph, row, 0, Qt.AlignmentFlag.AlignTop)
            lines = QVBoxLayout()
            lines.setSpacing(Space.XS)
            for text, style in ((check_words(check), ""), (tr(check.hint), "muted")):
                if text:
                    words = _label(selectable(text), style, self._shown)
                    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                    lines.addWidget(words)
            grid.addLayout(lines, row, 1)
        grid.setColumnStretch(1, 1)
        self._tint()
        return grid

    def _table(self, title: str, lines: tuple[tuple[str, str], ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        grid.addWidget(_label(title, "section", self._shown), 0, 0, 1, 2)
        for row, (name, value) in enumerate(lines, start=1):
            grid.addWidget(_label(name, "muted", self._shown), row, 0, Qt.AlignmentFlag.AlignTop)
            shown = _label(selectable(value), "", self._shown)
            shown.setFont(self._theme.font(TextStyle.BODY, tabular=True))
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setAccessibleName(tr("{name}: {value}", name=name, value=value))
            grid.addWidget(shown, row, 1)
        grid.setColumnMinimumWidth(0, _NAME_WIDTH)
        grid.setColumnStretch(1, 1)
        return grid

    def _fill(self) -> None:
        state = QHBoxLayout()
        state.setSpacing(Space.S)
        state.addWidget(self.state, 1)
        buttons = Flow(self, at_end=True)
        for button in (self.again, self.copy, self.about):
            buttons.add(button)
        state.addWidget(buttons)
        self.column.addLayout(state)
        self.column.addLayout(self._found)
        self.column.addWidget(self.gpu)
        self.column.addStretch(1)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)
        self.said.emit(tr("Copied. It names no document and no folder."))

    def _show_about(self) -> None:
        dialog = AboutDialog(self._tasks, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _tint(self) -> None:
        for glyph, is_well in self._glyphs:
            icon, role = ("check", Role.ACCENT) if is_well else ("warning", Role.DANGER)
            glyph.setPixmap(self._theme.pixmap(icon, role, 16, self.devicePixelRatioF()))


def _label(text: str, style: str, parent: QWidget | None) -> QLabel:
    label = QLabel(text, parent)
    if style:
        label.setProperty("style", style)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(style not in ("title", "section"))
    begin_lines(label)
    return label
