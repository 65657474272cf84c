"""The answer in its own words above the hits: the sentence, and where it stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop_app.domain import Hit, SearchResult
from desktop_app.translation import mark, say_in_turn, tr
from desktop_app.ui.hit_text import lay_out
from desktop_app.ui.results_wording import isolated, place_of, title_of
from desktop_app.ui.side import Side
from desktop_app.ui.theme import ANSWER_CHARACTERS, RADIUS, Role, Space, TextStyle, Theme

_LINES = 3
_LINE_HEIGHT = 22
_SOURCE_HEIGHT = 18
_RULE = 3
_LONGEST_TITLE = 200
"""Longer titles are cut before Qt measures them character by character."""

LOOKING = mark("Looking for the sentence that answers…")
TYPING = mark("These passages hold your words. The answer comes when you stop typing.")
NOTHING = mark("No single sentence stands out. The passages below come closest.")


class QuoteCard(QAbstractButton):
    """Quotes a sentence; clicking it (or Enter, Space) is the wish to read it on its page.

    Its height never changes while an answer is shown, so that the rows below stay where
    they are when the quotation comes. ``quote_activated(Hit)``.
    """

    quote_activated = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hit: Hit | None = None
        self._text = ""
        self._note = ""
        self.setFixedHeight(_LINES * _LINE_HEIGHT + _SOURCE_HEIGHT + Space.XS + 2 * Space.S)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._show(None, "", LOOKING)
        self.clicked.connect(self._on_clicked)
        theme.changed.connect(self.update)

    @property
    def text_shown(self) -> str:
        """What is quoted with its quotation marks, or the note in its place."""
        return tr("“{word}”", word=self._text) if self._hit else tr(self._note)

    def show_result(self, result: SearchResult) -> None:
        """Quote what the answer quotes; what it has not (yet) is left open."""
        quote = result.quote
        if quote is None:
            self._show(None, "", LOOKING)
            return
        hit = next(each for each in result.hits if each.passage.passage_id == quote.passage_id)
        text = " ".join(hit.passage.text[quote.start : quote.end].split())
        self._show(hit, text, "")

    def wait(self) -> None:
        """Quote nothing while a question is typed: what was quoted answered another one."""
        self._show(None, "", TYPING)

    def settle(self) -> None:
        """Say that nothing will be quoted, where nothing was."""
        if self._hit is None:
            self._show(None, "", NOTHING)

    def sizeHint(self) -> QSize:
        """Give the height that is kept free."""
        return QSize(240, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint an amber rule, the sentence, and its source below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect().adjusted(Space.L, Space.S, -Space.L, -Space.S)
        side = Side(self.rect(), self.layoutDirection())
        if self._hit is None:
            painter.setPen(self._theme.color(Role.MUTED))
            painter.setFont(self._theme.font(TextStyle.CAPTION))
            leading = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
            wrapped = int(leading) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(side.place(area.adjusted(Space.XS, 0, 0, 0)), wrapped, self.text_shown)
            return
        self._paint_ground(painter)
        rule = QRectF(area.left(), area.top() + 2, _RULE, area.height() - 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.HIGHLIGHT_EDGE))
        painter.drawRoundedRect(side.place(rule), _RULE / 2, _RULE / 2)
        self._paint_quote(painter, area.adjusted(Space.L, 0, 0, 0), self._hit, side)

    def _paint_ground(self, painter: QPainter) -> None:
        is_hovered = self.isEnabled() and self.underMouse()
        if not is_hovered and not self.hasFocus():
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.SELECTED if self.hasFocus() else Role.HOVER))
        painter.drawRoundedRect(self.rect().adjusted(Space.XS, 0, -Space.XS, 0), RADIUS, RADIUS)

    def _paint_quote(self, painter: QPainter, body: QRect, hit: Hit, side: Side) -> None:
        font = self._theme.font(TextStyle.PASSAGE)
        width = min(body.width(), ANSWER_CHARACTERS * QFontMetrics(font).averageCharWidth())
        layout = lay_out(
            self.text_shown,
            (),
            font=font,
            mark=self._theme.color(Role.HIGHLIGHT),
            width=width,
            lines=_LINES,
            line_height=_LINE_HEIGHT,
        )
        lines = min(_LINES, layout.layout.lineCount())
        height = lines * _LINE_HEIGHT + Space.XS + _SOURCE_HEIGHT
        top = body.top() + (body.height() - height) // 2
        left = side.place(QRect(body.left(), top, width, _LINE_HEIGHT)).left()
        layout.draw(painter, left, top, self._theme.color(Role.TEXT))
        caption = self._theme.font(TextStyle.CAPTION, tabular=True)
        painter.setFont(caption)
        painter.setPen(self._theme.color(Role.MUTED))
        source = QRect(
            body.left(), top + lines * _LINE_HEIGHT + Space.XS, body.width(), _SOURCE_HEIGHT
        )
        text = QFontMetrics(caption).elidedText(
            _source_of(hit), Qt.TextElideMode.ElideRight, source.width()
        )
        side.write(painter, source, text)

    def event(self, event: QEvent) -> bool:
        """Paint again when the mouse comes or goes."""
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def _show(self, hit: Hit | None, text: str, note: str) -> None:
        self._hit, self._text, self._note = hit, text, note
        self.setEnabled(hit is not None)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if hit else Qt.FocusPolicy.NoFocus)
        hand = Qt.CursorShape.PointingHandCursor if hit else Qt.CursorShape.ArrowCursor
        self.setCursor(hand)
        self.setAccessibleName(say_in_turn(self.text_shown, _source_of(hit) if hit else ""))
        self.setAccessibleDescription(tr("Shows the sentence on its page.") if hit else "")
        self.update()

    def _on_clicked(self) -> None:
        if self._hit is not None:
            self.quote_activated.emit(self._hit)


def _source_of(hit: Hit) -> str:
    place = place_of(hit)
    title = isolated(title_of(hit)[:_LONGEST_TITLE])
    return f"{title}  ·  {place}" if place else title
