from __future__ import annotations

import sys

from PySide6.QtCore import QObject


def test_calls_into_qt_leave_the_references_to_none_alone(qapp):
    """PySide6 6.12.0 lost one with every call and aborted Python 3.11 after some thousands."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(2000):
        thing.setObjectName("name")
    assert sys.getrefcount(None) > before - 1000
