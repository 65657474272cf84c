"""Drawn pages: made on the preview lane, kept up to a bound of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop_app.domain import PageImage
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.ui.tasks import TaskHandle, TaskRunner

CACHE_BYTES = 96 * 1024 * 1024
"""About 16 pages at the width of a preview pane, 4 on a screen twice as dense."""
_BYTES_A_PIXEL = 4


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPage:
    """A page as a Qt image, with its size in PDF points and the document's page count."""

    page: int
    page_count: int
    width: float
    height: float
    scale: float
    image: QImage


_Key = tuple[str, int, int]


class PageStore(QObject):
    """Asks the session for pages and keeps them; the oldest go when the bytes are spent.

    ``drawn(DrawnPage)`` and ``failed(int, LecternError)`` come on the UI thread. Pages of
    another document, and those not wanted any more, are withdrawn before they start.
    """

    drawn = Signal(object)
    failed = Signal(int, object)

    def __init__(
        self, tasks: TaskRunner, parent: QObject | None = None, *, most_bytes: int = CACHE_BYTES
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._most_bytes = most_bytes
        self._bytes = 0
        self._pages: OrderedDict[_Key, DrawnPage] = OrderedDict()
        self._wanted: dict[_Key, TaskHandle] = {}
        self._refused: set[_Key] = set()

    @property
    def held_bytes(self) -> int:
        """Bytes of the images kept."""
        return self._bytes

    def want(self, session: Session, path: Path, pages: Sequence[int], scale: float) -> None:
        """Draw these pages, nearest first; ``scale`` is device pixels per point."""
        keys = {_key(path, page, scale): page for page in pages}
        for key in self._wanted.keys() - keys.keys():
            self._wanted.pop(key).cancel()
        for key, page in keys.items():
            known = self._pages.get(key)
            if known is not None:
                self._pages.move_to_end(key)
                self.drawn.emit(known)
            elif key not in self._wanted and key not in self._refused:
                self._wanted[key] = self._ask(session, path, page, scale, key)

    def withdraw(self) -> None:
        """Want nothing any more; what was drawn is kept, what failed may be asked again."""
        self._refused.clear()
        for handle in self._wanted.values():
            handle.cancel()
        self._wanted.clear()

    def _ask(self, session: Session, path: Path, page: int, scale: float, key: _Key) -> TaskHandle:
        def draw() -> DrawnPage:
            return _drawn(session.render(path, page, scale=scale), scale)

        def keep(drawn: DrawnPage) -> None:
            self._wanted.pop(key, None)
            self._keep(key, drawn)
            self.drawn.emit(drawn)

        def give_up(error: LecternError) -> None:
            self._wanted.pop(key, None)
            # A page that takes until its deadline must not be drawn again with every scroll.
            self._refused.add(key)
            self.failed.emit(page, error)

        return self._tasks.submit("preview", draw, keep, give_up)

    def _keep(self, key: _Key, drawn: DrawnPage) -> None:
        self._pages[key] = drawn
        self._bytes += _size(drawn)
        while self._bytes > self._most_bytes and len(self._pages) > 1:
            self._bytes -= _size(self._pages.popitem(last=False)[1])


def _key(path: Path, page: int, scale: float) -> _Key:
    # A thousandth of a pixel a point is less than a pixel on any page.
    return (str(path), page, round(scale * 1000))


def _size(drawn: DrawnPage) -> int:
    return drawn.image.width() * drawn.image.height() * _BYTES_A_PIXEL


def _drawn(page: PageImage, scale: float) -> DrawnPage:
    """Make a Qt image that owns its bytes and is drawn without conversion (any thread)."""
    borrowed = QImage(
        page.rgb, page.width, page.height, page.width * 3, QImage.Format.Format_RGB888
    )
    image = borrowed.convertToFormat(QImage.Format.Format_RGB32)
    return DrawnPage(page.page, page.page_count, page.page_width, page.page_height, scale, image)
