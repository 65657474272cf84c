"""The icon in the system's tray, and what is said outside of the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from desktop_app.domain import IndexProgress
from desktop_app.settings import resources_dir
from desktop_app.translation import tr
from desktop_app.ui.habits import KeptHabits
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.notifications import Notifications
from desktop_app.ui.status import StatusLine

LONG_MS = 60_000
"""A run of indexing that took this long is worth a word when it ends."""
_TIP_MS = 1_000
_MESSAGE_MS = 8_000
_NAME = "Lectern"


class Tray(QObject):
    """Shows the icon where the system has a tray, and the user wants the window kept there.

    The end of a long run is said by the desktop's notifications, where it has them, or else
    by the icon, which is then there until the window is looked at. ``is_available`` says
    whether there is a tray, ``now_ms`` is the clock, for tests. ``pause_requested()``,
    ``quit_requested()``, ``summoned()`` come from its menu and from clicks on it.
    """

    pause_requested = Signal()
    quit_requested = Signal()
    summoned = Signal()

    def __init__(
        self,
        window: QWidget,
        work: LibraryWork,
        status: StatusLine,
        habits: KeptHabits,
        *,
        notifications: Notifications | None = None,
        is_available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
        now_ms: Callable[[], int] | None = None,
    ) -> None:
        super().__init__(window)
        self._window, self._work, self._status, self._habits = window, work, status, habits
        self._notifications = notifications or Notifications(self)
        self._is_available = is_available
        clock = QElapsedTimer()
        clock.start()
        self._now_ms = now_ms or clock.elapsed
        self._since: int | None = None
        self._told_at = -_TIP_MS
        self._is_telling = self._was_hidden = self._is_released = False
        self._image = QIcon(str(resources_dir() / "icons" / "lectern.svg"))
        self.icon = QSystemTrayIcon(self._image, self)
        self.menu = QMenu(status)
        self._toggle = QAction(self.menu)
        self._toggle.triggered.connect(self._on_toggle)
        self._pause = QAction(tr("Pause indexing"), self.menu)
        self._pause.triggered.connect(self.pause_requested)
        leave = QAction(tr("Quit"), self.menu)
        leave.triggered.connect(self.quit_requested)
        self.menu.addAction(self._toggle)
        self.menu.addAction(self._pause)
        self.menu.addSeparator()
        self.menu.addAction(leave)
        self.menu.aboutToShow.connect(self._fill)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._on_activated)
        self.icon.messageClicked.connect(self.summoned)
        self._notifications.clicked.connect(self.summoned)
        self._notifications.refused.connect(self._say_by_icon)
        habits.changed.connect(self._show)
        work.index_began.connect(self._on_began)
        work.progressed.connect(self._on_progressed)
        work.index_ended.connect(self._on_ended)
        window.installEventFilter(self)
        self._show()

    @property
    def is_possible(self) -> bool:
        """Whether the system has a tray."""
        return self._is_available()

    @property
    def can_tell(self) -> bool:
        """Whether there is anything outside of the window to say something by."""
        return self._notifications.is_possible or self.is_possible

    def keep(self) -> bool:
        """Hide the window instead of closing it, where the user wants that; False otherwise."""
        is_wanted = self._habits.now.stays and self.is_possible and not self._is_released
        app = QCoreApplication.instance()
        is_logging_out = isinstance(app, QGuiApplication) and app.isSavingSession()
        # A tray may have come since, or gone: without the icon nobody would find the window.
        self._show()
        if not is_wanted or is_logging_out or not self.icon.isVisible():
            return False
        self._window.hide()
        if not self._was_hidden:
            self._was_hidden = True
            self._say(tr("Lectern goes on in the tray"), tr("The menu of its icon ends it."))
        return True

    def release(self) -> None:
        """Let the next close be one."""
        self._is_released = True

    def close(self) -> None:
        """Take the icon away, and what it said."""
        self.icon.hide()
        self._notifications.close()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take an icon away that only told something, once the window is looked at.

        And show one where the tray came later, as it may when all start with the desktop.
        """
        if event.type() == QEvent.Type.WindowActivate:
            self._is_telling = False
            self._show()
        return False

    def _show(self, *_: object) -> None:
        is_wanted = self._habits.now.stays or self._is_telling
        self.icon.setVisible(is_wanted and self.is_possible)

    def _fill(self) -> None:
        is_shown = self._window.isVisible() and not self._window.isMinimized()
        self._toggle.setText(tr("Hide Lectern") if is_shown else tr("Show Lectern"))
        self._pause.setText(tr("Resume indexing") if self._work.is_paused else tr("Pause indexing"))
        self._pause.setEnabled(self._work.is_indexing)

    def _on_toggle(self) -> None:
        if self._window.isVisible() and not self._window.isMinimized():
            self._window.hide()
        else:
            self.summoned.emit()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self._on_toggle()

    def _on_began(self) -> None:
        if self._since is None:
            self._since = self._now_ms()

    def _on_progressed(self, _: IndexProgress) -> None:
        if self.icon.isVisible() and self._now_ms() - self._told_at >= _TIP_MS:
            self._told_at = self._now_ms()
            self.icon.setToolTip(f"{_NAME}\n{self._status.sentence}")

    def _on_ended(self) -> None:
        since, self._since = self._since, None
        self.icon.setToolTip(f"{_NAME}\n{self._status.sentence}")
        is_long = since is not None and self._now_ms() - since >= LONG_MS
        if is_long and self._habits.now.tells and not self._window.isActiveWindow():
            sentence = tr("{sentence}.", sentence=self._status.sentence)
            self._say(tr("Indexing has ended"), sentence)

    def _say(self, title: str, sentence: str) -> None:
        if self._notifications.is_possible:
            self._notifications.show(title, sentence)
        else:
            self._say_by_icon(title, sentence)

    def _say_by_icon(self, title: str, sentence: str) -> None:
        if not self.is_possible:
            return
        self._is_telling = True
        self._show()
        self.icon.showMessage(title, sentence, self._image, _MESSAGE_MS)
