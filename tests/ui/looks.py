"""Pictures of the window, compared by where color stands in them and not dot by dot.

A picture is kept as the mean color of every square of ``CELL`` pixels. To compare two, each
square is mixed with its neighbors, so that it matters less where in a square a line stands,
and has to lie between the least and the greatest of the squares around the same place in the
other picture, give or take ``TOLERANCE``; both ways, so that neither what has come nor what has
gone is missed. So all may move by two pixels and letters may be drawn otherwise, but a word
that is gone, a pane that is wider or a color in the wrong place are told.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

Cells: TypeAlias = npt.NDArray[np.uint8]
Mixed: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]

CELL = 8
"""Pixels; a step of the window's own grid of space, and half a line of text."""
TOLERANCE = 12
"""Levels of 255; at 10 a picture that is moved by two pixels is told from itself."""
STRAY = 4
"""Squares that may differ: a word of small print covers 18."""
_NEIGHBOR = 0.75
"""What a neighbor weighs beside a square itself; at 0.5 and at 1 less can be told apart."""
KEPT = Path(__file__).with_name("looks")


def cells_of(picture: QImage) -> Cells:
    """Give the mean colors of a picture's squares, uint8, (rows, columns, 3)."""
    ratio = picture.devicePixelRatio()
    flat = picture.convertToFormat(QImage.Format.Format_RGB888)
    if ratio != 1.0:
        size = QSize(round(flat.width() / ratio), round(flat.height() / ratio))
        smooth = Qt.TransformationMode.SmoothTransformation
        flat = flat.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    lines = np.frombuffer(flat.constBits(), np.uint8).reshape(flat.height(), flat.bytesPerLine())
    rows, columns = flat.height() // CELL, flat.width() // CELL
    dots = lines[: rows * CELL, : columns * CELL * 3].reshape(rows, CELL, columns, CELL, 3)
    cells: Cells = np.rint(dots.mean(axis=(1, 3))).astype(np.uint8)
    return cells


def differing(one: Cells, other: Cells) -> Mask:
    """Tell which squares of two pictures differ, bool, (rows, columns)."""
    if one.shape != other.shape:
        return np.ones(one.shape[:2], bool)
    mixed, others = _mixed(one), _mixed(other)
    return _beyond(mixed, others) | _beyond(others, mixed)


def _mixed(cells: Cells) -> Mixed:
    rows, columns, _ = cells.shape
    padded = np.pad(cells.astype(np.float64), ((1, 1), (1, 1), (0, 0)), mode="edge")
    down = _NEIGHBOR * (padded[:rows] + padded[2:]) + padded[1:-1]
    across = _NEIGHBOR * (down[:, :columns] + down[:, 2:]) + down[:, 1:-1]
    mixed: Mixed = across / (1 + 2 * _NEIGHBOR) ** 2
    return mixed


def _beyond(cells: Mixed, others: Mixed) -> Mask:
    padded = np.pad(others, ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = sliding_window_view(padded, (3, 3), axis=(0, 1))
    least, most = around.min(axis=(-2, -1)), around.max(axis=(-2, -1))
    is_within: Mask = (cells >= least - TOLERANCE) & (cells <= most + TOLERANCE)
    beyond: Mask = np.logical_not(np.all(is_within, axis=-1))
    return beyond


def is_alike(one: Cells, other: Cells) -> bool:
    """Whether two pictures look the same."""
    return int(differing(one, other).sum()) <= STRAY


def keep(name: str, cells: Cells) -> None:
    """Make a picture the one that others are compared with."""
    KEPT.mkdir(exist_ok=True)
    rows, columns, _ = cells.shape
    image = QImage(cells.tobytes(), columns, rows, columns * 3, QImage.Format.Format_RGB888)
    assert image.save(str(KEPT / f"{name}.png"), quality=0)


def kept(name: str) -> Cells:
    """Give the picture that a state is compared with; without squares if there is none."""
    image = QImage(str(KEPT / f"{name}.png")).convertToFormat(QImage.Format.Format_RGB888)
    if image.isNull():
        return np.zeros((0, 0, 3), np.uint8)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    cells: Cells = lines[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
    return cells.copy()


def explain(name: str, picture: QImage, folder: Path) -> str:
    """Save both pictures in a folder and say where; what differs is framed in the new one."""
    expected, seen = kept(name), cells_of(picture)
    where = differing(seen, expected)
    framed = picture.copy()
    painter = QPainter(framed)
    painter.setPen(QColor("red"))
    for row, column in zip(*np.nonzero(where), strict=True):
        painter.drawRect(int(column) * CELL, int(row) * CELL, CELL - 1, CELL - 1)
    painter.end()
    seen_at, expected_at = folder / f"{name}-seen.png", folder / f"{name}-expected.png"
    framed.save(str(seen_at))
    if expected.size:
        small = QImage(str(KEPT / f"{name}.png"))
        small.scaled(small.size() * CELL).save(str(expected_at))
    return (
        f"“{name}” looks different in {int(where.sum())} of {where.size} squares. "
        f"Seen: {seen_at} (differences framed in red); expected: {expected_at}. "
        "If this is how it should look now: pytest tests/ui/test_looks.py --renew-looks"
    )
