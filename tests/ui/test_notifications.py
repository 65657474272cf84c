"""Messages on the desktop, said to a bus that speaks as the real one does."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer

from desktop_app.ui.notifications import Notifications

if sys.platform != "linux":
    pytest.skip("only Linux has this bus", allow_module_level=True)

from jeepney import (
    HeaderFields,
    Parser,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.wrappers import DBusAddress

NAME = "org.freedesktop.Notifications"
SERVICE = DBusAddress("/org/freedesktop/Notifications", bus_name=NAME, interface=NAME)


class Bus(QObject):
    """Lets one program in, and shows messages or refuses to; ``calls`` is what was asked."""

    def __init__(self, place, *, answers=True):
        super().__init__()
        self.address = f"unix:path={place},guid=0123456789abcdef0123456789abcdef"
        self.has_service = True
        self.calls: list[tuple[str, tuple[object, ...]]] = []
        self.socket: Any = None
        self._answers, self._parser, self._lines, self._is_in = answers, Parser(), b"", False
        self._serial = 0
        self._server = QLocalServer(self)
        self._server.newConnection.connect(self._on_connection)
        assert self._server.listen(str(place))

    def _on_connection(self):
        self.socket = self._server.nextPendingConnection()
        self.socket.readyRead.connect(self._on_bytes)

    def _on_bytes(self):
        received = bytes(self.socket.readAll().data())
        if not self._is_in:
            self._lines += received
            if b"BEGIN\r\n" not in self._lines:
                is_user = f"AUTH EXTERNAL {str(os.geteuid()).encode().hex()}".encode()
                assert self._lines.startswith(b"\0" + is_user)
                self.socket.write(b"OK 0123\r\n" if self._answers else b"REJECTED\r\n")
                return
            self._is_in = True
            received = self._lines.partition(b"BEGIN\r\n")[2]
        for message in self._parser.feed(received):
            self._answer(message)

    def _answer(self, message):
        member = message.header.fields[HeaderFields.member]
        self.calls.append((member, message.body))
        if member == "Hello":
            self._send(new_method_return(message, "s", (":1.7",)))
        elif member == "Notify" and self.has_service:
            self._send(new_method_return(message, "u", (41 + len(self.shown),)))
        elif member == "Notify":
            self._send(new_error(message, "org.freedesktop.DBus.Error.ServiceUnknown"))

    def _send(self, message):
        self._serial += 1
        self.socket.write(message.serialise(serial=self._serial))

    @property
    def shown(self):
        """The bodies of all calls to show a message."""
        return [body for member, body in self.calls if member == "Notify"]

    def tell(self, member, signature, *body):
        """Send a signal of the service."""
        self._send(new_signal(SERVICE, member, signature, body))


@pytest.fixture
def bus(qapp, tmp_path):
    made = Bus(tmp_path / "bus")
    yield made
    made.deleteLater()


@pytest.fixture
def notifications(bus):
    made = Notifications(environment={"DBUS_SESSION_BUS_ADDRESS": bus.address})
    yield made
    made.close()
    made.deleteLater()


def test_messages_are_shown_with_the_name_and_icon_of_the_program(qtbot, bus, notifications):
    assert notifications.is_possible
    notifications.show("Indexing has ended", "4 documents.")
    notifications.show("Again", "5 documents.")
    qtbot.waitUntil(lambda: len(bus.shown) == 2)
    assert [member for member, _ in bus.calls[:2]] == ["Hello", "AddMatch"]
    name, replaced, icon, title, sentence, actions, hints, _ = bus.shown[0]
    assert (name, replaced, title, sentence) == (
        *("Lectern", 0, "Indexing has ended", "4 documents."),
    )
    assert icon.startswith("file:///")
    assert icon.endswith("/lectern.svg")
    assert actions == ["default", "Show Lectern"]
    assert hints == {"desktop-entry": ("s", "lectern")}
    assert bus.shown[1][3] == "Again"


def test_a_click_brings_the_right_to_the_front(qtbot, bus, notifications, monkeypatch):
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "of an earlier start")
    notifications.show("Indexing has ended", "4 documents.")
    qtbot.waitUntil(lambda: bool(bus.shown))
    with qtbot.waitSignal(notifications.clicked):
        bus.tell("ActivationToken", "us", 42, "token_7")
        bus.tell("ActionInvoked", "us", 42, "default")
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "token_7"


def test_clicks_on_messages_of_others_are_not_ours(qtbot, bus, notifications):
    clicks = []
    notifications.clicked.connect(lambda: clicks.append(1))
    notifications.show("Indexing has ended", "4 documents.")
    qtbot.waitUntil(lambda: bool(bus.shown))
    bus.tell("ActionInvoked", "us", 7, "default")
    bus.tell("NotificationClosed", "uu", 42, 1)
    notifications.show("Again", "5 documents.")
    qtbot.waitUntil(lambda: len(bus.shown) == 2)
    bus.tell("ActionInvoked", "us", 43, "default")
    qtbot.waitUntil(lambda: bool(clicks))
    assert len(clicks) == 1


def test_what_nobody_shows_is_given_back(qtbot, bus, notifications):
    bus.has_service = False
    with qtbot.waitSignal(notifications.refused) as caught:
        notifications.show("Indexing has ended", "4 documents.")
    assert caught.args == ["Indexing has ended", "4 documents."]


def test_a_bus_that_is_gone_gives_back_and_is_asked_anew_later(qtbot, tmp_path, notifications, bus):
    notifications.show("Indexing has ended", "4 documents.")
    qtbot.waitUntil(lambda: bool(bus.shown))
    bus.has_service = True
    bus.socket.abort()
    qtbot.waitUntil(lambda: notifications._link is None)
    bus._is_in, bus._lines, bus._parser = False, b"", Parser()
    notifications.show("Again", "5 documents.")
    qtbot.waitUntil(lambda: len(bus.shown) == 2)


@pytest.mark.parametrize(
    "address", ["unix:path=/nowhere/bus", "tcp:host=localhost,port=1", "nonsense"]
)
def test_a_place_that_is_no_bus_gives_back(qtbot, address):
    made = Notifications(environment={"DBUS_SESSION_BUS_ADDRESS": address})
    with qtbot.waitSignal(made.refused):
        made.show("Indexing has ended", "4 documents.")
    made.deleteLater()


def test_a_bus_that_lets_nobody_in_gives_back(qtbot, tmp_path):
    bus = Bus(tmp_path / "closed", answers=False)
    made = Notifications(environment={"DBUS_SESSION_BUS_ADDRESS": bus.address})
    with qtbot.waitSignal(made.refused):
        made.show("Indexing has ended", "4 documents.")
    made.deleteLater()
    bus.deleteLater()


def test_bytes_that_are_no_message_give_back_what_was_asked(qtbot, bus, notifications):
    bus.has_service = False
    bus._answer = lambda _message: bus.socket.write(b"\xff" * 64)
    with qtbot.waitSignal(notifications.refused):
        notifications.show("Indexing has ended", "4 documents.")


def test_without_a_session_there_is_no_service():
    made = Notifications(environment={})
    assert not made.is_possible
    made.deleteLater()
