"""A few seconds of clicks and keys at random over the window, with a fixed seed."""

from __future__ import annotations

from random import Random

import pytest

from tests.ui.robot import Robot, Troubles

STEPS, SEED = 200, 1

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support", "No such signal QPlatformNativeInterface"
)


@pytest.fixture
def _nothing_outside(monkeypatch):
    """Start no other program."""
    monkeypatch.setattr("desktop_app.ui.desktop.QDesktopServices.openUrl", lambda _: True)
    monkeypatch.setattr("desktop_app.ui.desktop.QProcess.startDetached", lambda *_: (True, 0))


@pytest.mark.usefixtures("_nothing_outside")
def test_clicks_and_keys_at_random_cause_no_exception_and_no_warning(
    qtbot, opened, theme, tmp_path
):
    troubles = Troubles()
    robot = Robot(opened, theme, Random(SEED), folders=[tmp_path])
    troubles.install()
    try:
        robot.start(0)
        qtbot.waitUntil(lambda: robot.count >= STEPS, timeout=60_000)
        robot.stop()
    finally:
        troubles.remove()
        theme.choose(None)
    assert not troubles.found, f"{troubles.found[0]}\nafter {' / '.join(robot.steps)}"
