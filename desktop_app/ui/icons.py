"""Line icons from ``resources/icons``, tinted and sharpened for the size they are drawn at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap, QTransform
from PySide6.QtSvg import QSvgRenderer

_VIEW = 20
_STROKE = 1.5
_INK = "currentColor"
_RATIOS = (1.0, 2.0, 3.0)
_DIRECTED = frozenset({"chevron-left", "group", "open", "outline", "sidebar", "text"})
"""Icons that point, or stand for text, the way in which a language runs."""


class IconPainter:
    """Draws the icons and keeps what it drew until ``forget``; UI thread only.

    The files have a 20 x 20 view box, ``currentColor`` (or colors of their own) and strokes
    1.5 wide; the stroke is rewritten so that it stays 1.5 pixels at every size. Their shapes
    are kept for good, since another color then costs a fifth of drawing them anew.
    """

    def __init__(self, icons_dir: Path) -> None:
        self._dir = icons_dir
        self._shapes: dict[tuple[str, int, float], tuple[QPixmap, bool]] = {}
        self._pixmaps: dict[tuple[str, int, int, float, bool], QPixmap] = {}

    def icon(self, name: str, color: QColor, disabled: QColor, size: int) -> QIcon:
        """Compose an icon with its disabled state, for screens up to three times as dense."""
        icon = QIcon()
        for ratio in _RATIOS:
            icon.addPixmap(self.pixmap(name, color, size, ratio))
            icon.addPixmap(self.pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
        return icon

    def pixmap(self, name: str, color: QColor, size: int, ratio: float) -> QPixmap:
        """Draw one icon ``size`` device-independent pixels large, mirrored where it points."""
        is_from_right = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
        is_mirrored = is_from_right and name in _DIRECTED
        key = (name, color.rgba(), size, ratio, is_mirrored)
        if key not in self._pixmaps:
            pixmap = self._draw(name, color, size, ratio)
            if is_mirrored:
                pixmap = pixmap.transformed(QTransform.fromScale(-1, 1))
            self._pixmaps[key] = pixmap
        return self._pixmaps[key]

    def forget(self) -> None:
        """Drop what was drawn (the colours changed)."""
        self._pixmaps.clear()

    def _draw(self, name: str, color: QColor, size: int, ratio: float) -> QPixmap:
        shape, is_tinted = self._shape(name, size, ratio)
        pixmap = QPixmap(shape)
        with QPainter(pixmap) as painter:
            # Within the shape: the color, or the icon's own ones as solid as the color is.
            modes = QPainter.CompositionMode
            painter.setCompositionMode(
                modes.CompositionMode_SourceIn if is_tinted else modes.CompositionMode_DestinationIn
            )
            painter.fillRect(pixmap.rect(), color)
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _shape(self, name: str, size: int, ratio: float) -> tuple[QPixmap, bool]:
        """Draw an icon in one color, and tell whether it takes another."""
        key = (name, size, ratio)
        if key not in self._shapes:
            source = (self._dir / f"{name}.svg").read_text(encoding="utf-8")
            stroke = f'stroke-width="{_STROKE * _VIEW / size:.3f}"'
            ink = QColor(Qt.GlobalColor.white).name()
            svg = source.replace(f'stroke-width="{_STROKE}"', stroke).replace(_INK, ink)
            pixmap = QPixmap(round(size * ratio), round(size * ratio))
            pixmap.fill(Qt.GlobalColor.transparent)
            with QPainter(pixmap) as painter:
                renderer = QSvgRenderer(QByteArray(svg.encode()))
                renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
            self._shapes[key] = pixmap, _INK in source
        return self._shapes[key]
