"""Paints one hit: rank, title and place, score, and the lines that answer."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.domain import Hit
from desktop_app.domain.bands import Band, band_of
from desktop_app.ui.hit_text import HitText, lay_out
from desktop_app.ui.results_model import HIT_ROLE, Index
from desktop_app.ui.results_wording import (
    BAND_ROLES,
    figure_of,
    glyph_of,
    isolated,
    place_of,
    title_of,
)
from desktop_app.ui.theme import ANSWER_CHARACTERS, RADIUS, Role, Space, TextStyle, Theme

LAYOUTS_KEPT = 128
"""Rows whose text stays laid out: several screens, about 1 MB."""
LINE_HEIGHT = 22
"""Passage text of 15 px with 1.5 line height, in whole pixels."""
_WIDE_FROM = 620
"""From this width on two lines hold what three hold below."""
_RANK_WIDTH = 24
_GLYPH = 16
_BAR_WIDTH = 40
_BAR_FROM = 400
"""In a narrower row the bar gives its room to the title; figure and word stay."""
_BAR_HEIGHT = 3
_TITLE_HEIGHT = 20
_PLACE_HEIGHT = 18
_ELIDE_FROM = 400
"""Longer titles are cut before Qt measures them character by character."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


_Laid = tuple[str, int, tuple[tuple[int, int], ...], tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Widths that depend on the fonts only, in device-independent pixels."""

    figure: int
    word: int
    line: int


class HitDelegate(QStyledItemDelegate):
    """Paints rows of equal height; what was laid out is kept by passage and width.

    Runs on the UI thread. A paint lays out the text of visible rows only, each once.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts: OrderedDict[_Laid, HitText] = OrderedDict()
        self.layouts_made = 0
        self._measure()
        theme.changed.connect(self._on_theme_changed)

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Give the height, which is the same for every row of a width."""
        lines = lines_at(option.rect.width())
        height = _TITLE_HEIGHT + _PLACE_HEIGHT + Space.XS + lines * LINE_HEIGHT + 2 * Space.M
        return QSize(_RANK_WIDTH * 8, height + Space.XS)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row in its state."""
        hit: Hit = index.data(HIT_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        area = option.rect.adjusted(Space.L, Space.M, -Space.L, -(Space.M + Space.XS))
        body = area.adjusted(_RANK_WIDTH, 0, 0, 0)
        score_left = self._paint_score(painter, hit, area)
        self._paint_heading(painter, hit, area, body, score_left)
        width = min(body.width(), self._columns.line)
        text = self._text_of(hit, width, lines_at(option.rect.width()))
        top = body.top() + _TITLE_HEIGHT + _PLACE_HEIGHT + Space.XS
        text.draw(painter, body.left(), top, self._theme.color(Role.TEXT))
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if not is_selected and not is_hovered:
            return
        ground = QRectF(option.rect.adjusted(Space.XS, 0, -Space.XS, -Space.XS))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.SELECTED if is_selected else Role.HOVER))
        painter.drawRoundedRect(ground, RADIUS, RADIUS)
        if is_selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(self._theme.color(Role.ACCENT))
            mark = QRectF(ground.left(), ground.top() + Space.M, 3, ground.height() - 2 * Space.M)
            painter.drawRoundedRect(mark, 1.5, 1.5)

    def _paint_score(self, painter: QPainter, hit: Hit, area: QRect) -> int:
        band = band_of(hit.score)
        color = self._theme.color(BAND_ROLES[band])
        word = QRect(area.right() + 1 - self._columns.word, area.top(), self._columns.word, 20)
        painter.setPen(color)
        painter.setFont(self._theme.font(TextStyle.CAPTION))
        painter.drawText(word, _LEFT, band.value)
        figure = QRect(
            word.left() - Space.XS - self._columns.figure, area.top(), self._columns.figure, 20
        )
        painter.setFont(self._theme.font(TextStyle.BODY, strong=True, tabular=True))
        painter.drawText(figure, _RIGHT, figure_of(hit.score))
        if area.width() < _BAR_FROM:
            return figure.left()
        bar = QRectF(
            figure.left() - Space.S - _BAR_WIDTH,
            area.top() + (_TITLE_HEIGHT - _BAR_HEIGHT) / 2,
            _BAR_WIDTH,
            _BAR_HEIGHT,
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.HAIRLINE))
        painter.drawRoundedRect(bar, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        bar.setWidth(max(_BAR_HEIGHT, _BAR_WIDTH * min(1.0, max(0.0, hit.score))))
        painter.setBrush(color)
        painter.drawRoundedRect(bar, _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        return int(bar.left())

    def _paint_heading(
        self, painter: QPainter, hit: Hit, area: QRect, body: QRect, score_left: int
    ) -> None:
        caption = self._theme.font(TextStyle.CAPTION, tabular=True)
        painter.setFont(caption)
        painter.setPen(self._theme.color(Role.MUTED))
        rank = QRect(area.left(), area.top(), _RANK_WIDTH - Space.S, _TITLE_HEIGHT)
        painter.drawText(rank, _LEFT, str(hit.rank))
        ratio = painter.device().devicePixelRatio()
        glyph = self._theme.pixmap(glyph_of(hit.document.media_type), Role.MUTED, _GLYPH, ratio)
        painter.drawPixmap(body.left(), body.top() + 2, glyph)
        title = QRect(body.left() + _GLYPH + Space.S, body.top(), 0, _TITLE_HEIGHT)
        title.setRight(score_left - Space.M)
        strong = self._theme.font(TextStyle.BODY, strong=True)
        painter.setFont(strong)
        painter.setPen(self._theme.color(Role.TEXT))
        painter.drawText(title, _LEFT, _elided(strong, title_of(hit), title.width()))
        place = QRect(body.left(), body.top() + _TITLE_HEIGHT, body.width(), _PLACE_HEIGHT)
        painter.setFont(caption)
        painter.setPen(self._theme.color(Role.MUTED))
        painter.drawText(place, _LEFT, _elided(caption, place_of(hit), place.width()))

    def _text_of(self, hit: Hit, width: int, lines: int) -> HitText:
        key = (hit.passage.passage_id, width, hit.highlights, hit.sentence)
        text = self._texts.get(key)
        if text is None:
            text = lay_out(
                hit.passage.text,
                hit.highlights,
                font=self._theme.font(TextStyle.PASSAGE),
                mark=self._theme.color(Role.HIGHLIGHT),
                width=width,
                lines=lines,
                line_height=LINE_HEIGHT,
                sentence=hit.sentence,
            )
            self.layouts_made += 1
            self._texts[key] = text
            if len(self._texts) > LAYOUTS_KEPT:
                self._texts.popitem(last=False)
        self._texts.move_to_end(key)
        return text

    def _on_theme_changed(self) -> None:
        self._texts.clear()
        self._measure()

    def _measure(self) -> None:
        figures = QFontMetrics(self._theme.font(TextStyle.BODY, strong=True, tabular=True))
        words = QFontMetrics(self._theme.font(TextStyle.CAPTION))
        passage = self._theme.font(TextStyle.PASSAGE)
        self._columns = _Columns(
            figure=figures.horizontalAdvance(".00") + 2,
            word=max(words.horizontalAdvance(band.value) for band in Band) + 2,
            line=ANSWER_CHARACTERS * QFontMetrics(passage).averageCharWidth(),
        )


def lines_at(width: int) -> int:
    """Give how many lines of the passage a row of this width shows."""
    return 2 if width >= _WIDE_FROM else 3


def _elided(font: QFont, text: str, width: int) -> str:
    metrics = QFontMetrics(font)
    return isolated(metrics.elidedText(text[:_ELIDE_FROM], Qt.TextElideMode.ElideRight, width))
