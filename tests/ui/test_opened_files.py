"""What Finder hands over comes to the window."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent

from desktop_app.ui.opened_files import path_to_open

# In a process of its own: there is one application object in each.
_PROGRAM = """
import sys
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from desktop_app.ui.opened_files import Application

app = Application([])
received = []
app.received.connect(received.append)
app.sendEvent(app, QFileOpenEvent(QUrl.fromLocalFile(sys.argv[1])))
print(*received)
"""


def test_a_folder_that_the_system_opens_is_received(tmp_path):
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert str(tmp_path) in done.stdout


def test_a_local_folder_is_named_and_nothing_else(qapp, tmp_path):
    assert path_to_open(QFileOpenEvent(QUrl.fromLocalFile(str(tmp_path)))) == tmp_path
    assert path_to_open(QFileOpenEvent(QUrl("https://example.org/paper.pdf"))) is None
    assert path_to_open(QEvent(QEvent.Type.User)) is None
