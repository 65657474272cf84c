"""Labels of several lines, and one that keeps the height which its width makes necessary."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.translation import direction_of


class PlainLabel(QLabel):
    """Plain text in lines that all begin where the window's lines begin, or at their own side.

    Qt's own painting of lines from the right moves those that were wrapped inwards by the
    space at their end (seen with 6.11); so they are painted here.
    """

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint lines from the right without the spaces at their ends."""
        if self.layoutDirection() != Qt.LayoutDirection.RightToLeft:
            super().paintEvent(event)
            return
        area = self.contentsRect()
        layout = QTextLayout(self.text().replace("\n", "\N{LINE SEPARATOR}"), self.font())
        flags, side = Qt.AlignmentFlag, self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        is_placed = bool(side & (flags.AlignHCenter | flags.AlignAbsolute))
        option = QTextOption(side if is_placed else flags.AlignRight)
        is_wrapped = self.wordWrap()
        wrap = QTextOption.WrapMode
        option.setWrapMode(wrap.WordWrap if is_wrapped else wrap.ManualWrap)
        is_foreign = direction_of(self.text()) == "L"
        direction = Qt.LayoutDirection
        option.setTextDirection(direction.LeftToRight if is_foreign else direction.RightToLeft)
        layout.setTextOption(option)
        layout.beginLayout()
        height, leading = 0.0, self.fontMetrics().leading()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(area.width())
            line.setPosition(QPointF(0, height))
            height += line.height() + leading
        layout.endLayout()
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        is_at_top = bool(self.alignment() & Qt.AlignmentFlag.AlignTop)
        above = 0.0 if is_at_top else (area.height() - height + leading) / 2
        layout.draw(painter, QPointF(area.left(), area.top() + above))
        painter.end()


def plain_label(style: str, parent: QWidget) -> PlainLabel:
    """Make a label of plain, wrapped text that needs no height of its own."""
    label = PlainLabel(parent)
    _make_plain(label, style)
    return label


def begin_lines(label: QLabel) -> None:
    """Let every line begin where the window's lines begin.

    Qt begins them where the text's own do: an English name in an Arabic window would stand
    far from what it belongs to.
    """
    is_mirrored = label.layoutDirection() == Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


def begin_at_own_side(label: QLabel) -> None:
    """Let the lines of a passage begin where its language does, in a window of any other."""
    direction = direction_of(label.text())
    if direction:
        side = Qt.AlignmentFlag.AlignRight if direction == "R" else Qt.AlignmentFlag.AlignLeft
        label.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


def selectable(text: str) -> str:
    """Give a text to a label whose text can be selected, so that it runs as it is read.

    Such a label takes the first letter for the direction of all of it, also one that is set
    apart as the name of a file is (Qt 6.11; UAX 9, P2 skips it).
    """
    is_misread = "\N{FIRST STRONG ISOLATE}" in text and direction_of(text) == "R"
    return f"\N{RIGHT-TO-LEFT MARK}{text}" if is_misread else text


class WrappedLabel(PlainLabel):
    """Plain text, wrapped.

    A scroll area makes its page as high as the smallest size that the layout names, which
    knows nothing of lines; without a height of its own a label deep inside would be cut.
    """

    def __init__(self, style: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _make_plain(self, style)

    def put(self, text: str) -> None:
        """Show a text."""
        self.setText(text)
        self._keep_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find out how high it is at this width."""
        super().resizeEvent(event)
        self._keep_height()

    def changeEvent(self, event: QEvent) -> None:
        """Find out how high it is in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._keep_height()

    def _keep_height(self) -> None:
        # A label never names less than the least height that it has.
        self.setMinimumHeight(0)
        self.setMinimumHeight(max(0, self.heightForWidth(self.width())))


def _make_plain(label: QLabel, style: str) -> None:
    if style:
        label.setProperty("style", style)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    begin_lines(label)
