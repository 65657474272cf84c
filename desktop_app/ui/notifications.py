"""Messages outside of the window, by the service that the desktop has for them (Linux).

Qt says them through an icon in the tray, which GNOME has none for, and in older trays draws
them itself, as nothing else on the desktop looks. Its own bindings of D-Bus cannot call the
service: no Python value becomes the unsigned number that the call takes. jeepney only makes
and reads the bytes; Qt's socket carries them, so nothing waits and no thread is needed.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtNetwork import QLocalSocket

from desktop_app.settings import resources_dir
from desktop_app.translation import tr
from desktop_app.ui.instance import take_activation

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_AS_THE_DESKTOP_LIKES = -1
"""How long a message is shown."""
_ICON = "lectern.svg"
_DESKTOP_FILE = "lectern"


@dataclass(frozen=True, slots=True)
class _Notice:
    title: str
    sentence: str


class Notifications(QObject):
    """Asks the notification service of the session to show messages.

    https://specifications.freedesktop.org/notification-spec/latest/

    ``clicked()`` when the user clicks on one, with the right to the front taken over where
    the desktop gives it. ``refused(str, str)`` gives title and sentence back that nobody
    there shows. The connection is made with the first message and kept, since desktops take
    messages away whose sender has gone. ``environment`` replaces that of the process.
    """

    clicked = Signal()
    refused = Signal(str, str)

    def __init__(
        self, parent: QObject | None = None, *, environment: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(parent)
        self._environment = os.environ if environment is None else environment
        self._link: _Link | None = None

    @property
    def is_possible(self) -> bool:
        """Whether there is a session that may have such a service."""
        return bool(_address(self._environment))

    def show(self, title: str, sentence: str) -> None:
        """Have a message shown; answers come later."""
        if self._link is None:
            try:
                self._link = _Link(_address(self._environment), self)
            except (ValueError, RuntimeError):
                self.refused.emit(title, sentence)
                return
            self._link.clicked.connect(self.clicked)
            self._link.refused.connect(self.refused)
            self._link.ended.connect(self.close)
        self._link.show(_Notice(title, sentence))

    def close(self) -> None:
        """Leave the session; what is shown may go."""
        link, self._link = self._link, None
        if link is not None:
            link.close()
            link.deleteLater()


def _address(environment: Mapping[str, str]) -> str:
    return environment.get("DBUS_SESSION_BUS_ADDRESS", "") if sys.platform == "linux" else ""


class _Link(QObject):
    """One connection to the session's bus: greets it, then sends what waits."""

    clicked = Signal()
    refused = Signal(str, str)
    ended = Signal()

    def __init__(self, address: str, parent: QObject) -> None:
        super().__init__(parent)
        # Only now, so that the start does not wait for it.
        import jeepney
        from jeepney.auth import BEGIN, Authenticator
        from jeepney.bus import get_connectable_addresses

        self._dbus: Any = jeepney
        self._greeting, self._begin = Authenticator(), BEGIN
        place = next(get_connectable_addresses(address))
        self._parser = self._dbus.Parser()
        self._waiting: deque[_Notice] = deque()
        self._asked: dict[int, _Notice] = {}
        self._shown: set[int] = set()
        self._serial = 0
        self._socket = QLocalSocket(self)
        if place.startswith("\0"):
            place = place[1:]
            self._socket.setSocketOptions(QLocalSocket.SocketOption.AbstractNamespaceOption)
        self._socket.connected.connect(self._greet)
        self._socket.readyRead.connect(self._on_bytes)
        self._socket.errorOccurred.connect(self._on_end)
        self._socket.disconnected.connect(self._on_end)
        self._place = place

    def show(self, notice: _Notice) -> None:
        """Send it now, or once the bus has greeted back."""
        self._waiting.append(notice)
        if self._socket.state() == QLocalSocket.LocalSocketState.UnconnectedState:
            self._socket.connectToServer(self._place)
        elif self._greeting.authenticated:
            self._send_waiting()

    def close(self) -> None:
        """Take nothing any more and go."""
        self._socket.blockSignals(True)
        self._socket.abort()

    def _greet(self) -> None:
        self._socket.write(self._greeting.data_to_send())

    def _on_bytes(self) -> None:
        received = bytes(self._socket.readAll().data())
        try:
            if not self._greeting.authenticated:
                self._greeting.feed(received)
                if not self._greeting.authenticated:
                    return
                self._socket.write(self._begin)
                bus = self._dbus.message_bus
                rule = self._dbus.MatchRule(type="signal", interface=_NAME, path=_PATH)
                for call in (bus.Hello(), bus.AddMatch(rule)):
                    self._send(call)
                self._send_waiting()
                return
            for message in self._parser.feed(received):
                self._take(message)
        # What is no D-Bus may fail anywhere in reading it; that of the greeting is a ValueError.
        except (ValueError, KeyError, IndexError, TypeError):
            self._on_end()

    def _send(self, message: Any) -> int:
        self._serial += 1
        self._socket.write(message.serialise(serial=self._serial))
        return self._serial

    def _send_waiting(self) -> None:
        service = self._dbus.DBusAddress(_PATH, bus_name=_NAME, interface=_NAME)
        while self._waiting:
            notice = self._waiting.popleft()
            icon = QUrl.fromLocalFile(str(resources_dir() / "icons" / _ICON)).toString()
            clicks = ["default", tr("Show Lectern")]
            hints = {"desktop-entry": ("s", _DESKTOP_FILE)}
            call = self._dbus.new_method_call(
                service,
                "Notify",
                "susssasa{sv}i",
                (
                    *("Lectern", 0, icon, notice.title, notice.sentence),
                    *(clicks, hints, _AS_THE_DESKTOP_LIKES),
                ),
            )
            self._asked[self._send(call)] = notice

    def _take(self, message: Any) -> None:
        kind, fields = message.header.message_type, message.header.fields
        kinds, names = self._dbus.MessageType, self._dbus.HeaderFields
        if kind is kinds.signal and fields.get(names.interface) == _NAME:
            self._on_signal(fields[names.member], message.body)
            return
        notice = self._asked.pop(fields.get(names.reply_serial), None)
        if notice is None:
            return
        if kind is kinds.error:
            self.refused.emit(notice.title, notice.sentence)
        else:
            self._shown.add(message.body[0])

    def _on_signal(self, name: str, body: tuple[Any, ...]) -> None:
        if not body or body[0] not in self._shown:
            return
        if name == "ActivationToken":
            take_activation(body[1])
        elif name == "ActionInvoked":
            self.clicked.emit()

    def _on_end(self, *_: object) -> None:
        self.close()
        lost = [*self._asked.values(), *self._waiting]
        self._asked.clear()
        self._waiting.clear()
        for notice in lost:
            self.refused.emit(notice.title, notice.sentence)
        self.ended.emit()
