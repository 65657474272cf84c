"""Where the strip of a view stands."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect

from desktop_app.ui.page_view import PageView
from desktop_app.ui.text_view import TextView


def covers_nothing(view: PageView | TextView) -> bool:
    """Say whether the strip is within the view, beside its scroll bar and what is read."""
    bar, strip = view.verticalScrollBar(), view.strip.geometry()
    taken = QRect(bar.mapTo(view, QPoint(0, 0)), bar.size())
    return (
        view.rect().contains(strip)
        and not strip.intersects(taken)
        and not strip.intersects(view.viewport().geometry())
    )
