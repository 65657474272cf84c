"""Paints one hit: rank, title and place, score, and the lines that answer."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.domain import Hit
from desktop_app.domain.bands import Band, band_of
from desktop_app.translation import tr
from desktop_app.ui.grouping import Standing
from desktop_app.ui.hit_group import INDENT, fold_area, fold_width, paint_fold, paint_thread
from desktop_app.ui.hit_text import HitText, lay_out
from desktop_app.ui.results_model import HIT_ROLE, STANDING_ROLE, Index
from desktop_app.ui.results_wording import (
    BAND_ROLES,
    figure_of,
    glyph_of,
    isolated,
    place_of,
    title_of,
)
from desktop_app.ui.side import Side
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

_Laid = tuple[str, int, tuple[tuple[int, int], ...], tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Widths that depend on the fonts only, in device-independent pixels."""

    figure: int
    word: int
    line: int


class HitDelegate(QStyledItemDelegate):
    """Paints rows; what was laid out is kept by passage and width.

    All rows are of equal height, but those below a document's best passage, which have no
    title of their own. Runs on the UI thread. A paint lays out the text of visible rows
    only, each once. With ``has_several`` chosen rows are ticked, so that the current one
    can be told from the others.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts: OrderedDict[_Laid, HitText] = OrderedDict()
        self.layouts_made = 0
        self.has_several = False
        self._measure()
        theme.changed.connect(self._on_theme_changed)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Give the height, which depends on the width and on whether there is a title."""
        lines = lines_at(option.rect.width())
        heading = _heading_height(index.data(STANDING_ROLE))
        height = heading + Space.XS + lines * LINE_HEIGHT + 2 * Space.M
        return QSize(_RANK_WIDTH * 8, height + Space.XS)

    def folds_at(self, row: Side, index: Index, point: QPoint) -> bool:
        """Say whether a click at a point of a row folds its document, or unfolds it."""
        standing: Standing | None = index.data(STANDING_ROLE)
        if standing is None:
            return False
        area = fold_area(self._theme, self._place_line(_area_of(row.area)), standing)
        return row.place(area).contains(point)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row in its state."""
        hit: Hit = index.data(HIT_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = Side(option.rect, option.direction)
        self._paint_ground(painter, option, side)
        standing: Standing | None = index.data(STANDING_ROLE)
        area = _area_of(option.rect)
        body = area.adjusted(_RANK_WIDTH, 0, 0, 0)
        score_left = self._paint_score(painter, hit, area, side)
        self._paint_rank(painter, hit, area, side, is_chosen=_is_selected(option))
        if standing is None or standing.is_head:
            self._paint_heading(painter, hit, body, score_left, side=side)
            self._paint_place(painter, hit, self._place_line(area), standing, side=side)
        else:
            paint_thread(painter, self._theme, side, body.left())
            body = body.adjusted(INDENT, 0, 0, 0)
            line = QRect(body.left(), body.top(), score_left - Space.M - body.left(), _TITLE_HEIGHT)
            self._paint_place(painter, hit, line, None, side=side)
        width = min(body.width(), self._columns.line)
        text = self._text_of(hit, width, lines_at(option.rect.width()))
        top = body.top() + _heading_height(standing) + Space.XS
        left = side.place(QRect(body.left(), top, width, LINE_HEIGHT)).left()
        text.draw(painter, left, top, self._theme.color(Role.TEXT))
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, side: Side) -> None:
        is_selected = _is_selected(option)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if not is_selected and not is_hovered:
            return
        ground = QRectF(option.rect.adjusted(Space.XS, 0, -Space.XS, -Space.XS))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.SELECTED if is_selected else Role.HOVER))
        painter.drawRoundedRect(ground, RADIUS, RADIUS)
        is_current = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if is_selected and is_current:
            painter.setBrush(self._theme.color(Role.ACCENT))
            mark = QRectF(ground.left(), ground.top() + Space.M, 3, ground.height() - 2 * Space.M)
            painter.drawRoundedRect(side.place(mark), 1.5, 1.5)

    def _paint_score(self, painter: QPainter, hit: Hit, area: QRect, side: Side) -> int:
        band = band_of(hit.score)
        color = self._theme.color(BAND_ROLES[band])
        word = QRect(area.right() + 1 - self._columns.word, area.top(), self._columns.word, 20)
        painter.setPen(color)
        painter.setFont(self._theme.font(TextStyle.CAPTION))
        side.write(painter, word, tr(band.value))
        figure = QRect(
            word.left() - Space.XS - self._columns.figure, area.top(), self._columns.figure, 20
        )
        painter.setFont(self._theme.font(TextStyle.BODY, strong=True, tabular=True))
        side.write(painter, figure, figure_of(hit.score), at_end=True)
        if area.width() < _BAR_FROM:
            return figure.left()
        bar = QRectF(
            figure.left() - Space.S - _BAR_WIDTH,
            area.top() + (_TITLE_HEIGHT - _BAR_HEIGHT) / 2,
            _BAR_WIDTH,
            _BAR_HEIGHT,
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(Role.TRACK))
        painter.drawRoundedRect(side.place(bar), _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        bar.setWidth(max(_BAR_HEIGHT, _BAR_WIDTH * min(1.0, max(0.0, hit.score))))
        painter.setBrush(color)
        painter.drawRoundedRect(side.place(bar), _BAR_HEIGHT / 2, _BAR_HEIGHT / 2)
        return int(bar.left())

    def _paint_rank(
        self, painter: QPainter, hit: Hit, area: QRect, side: Side, *, is_chosen: bool
    ) -> None:
        rank = QRect(area.left(), area.top(), _RANK_WIDTH - Space.S, _TITLE_HEIGHT)
        if is_chosen and self.has_several:
            ratio = painter.device().devicePixelRatio()
            tick = self._theme.pixmap("check", Role.ACCENT, _GLYPH, ratio)
            place = QRect(rank.left() - Space.XS, rank.top() + 2, _GLYPH, _GLYPH)
            painter.drawPixmap(side.place(place).topLeft(), tick)
            return
        painter.setFont(self._theme.font(TextStyle.CAPTION, tabular=True))
        painter.setPen(self._theme.color(Role.MUTED))
        side.write(painter, rank, str(hit.rank))

    def _paint_heading(
        self, painter: QPainter, hit: Hit, body: QRect, score_left: int, *, side: Side
    ) -> None:
        ratio = painter.device().devicePixelRatio()
        glyph = self._theme.pixmap(glyph_of(hit.document.media_type), Role.MUTED, _GLYPH, ratio)
        place = QRect(body.left(), body.top() + 2, _GLYPH, _GLYPH)
        painter.drawPixmap(side.place(place).topLeft(), glyph)
        title = QRect(body.left() + _GLYPH + Space.S, body.top(), 0, _TITLE_HEIGHT)
        title.setRight(score_left - Space.M)
        strong = self._theme.font(TextStyle.BODY, strong=True)
        painter.setFont(strong)
        painter.setPen(self._theme.color(Role.TEXT))
        side.write(painter, title, isolated(_elided(strong, title_of(hit), title.width())))

    def _paint_place(
        self, painter: QPainter, hit: Hit, line: QRect, standing: Standing | None, *, side: Side
    ) -> None:
        width = line.width()
        if standing is not None and standing.others:
            paint_fold(painter, self._theme, line, standing, side)
            width -= fold_width(self._theme, standing) + Space.M
        caption = self._theme.font(TextStyle.CAPTION, tabular=True)
        painter.setFont(caption)
        painter.setPen(self._theme.color(Role.MUTED))
        place = QRect(line.left(), line.top(), width, line.height())
        side.write(painter, place, _elided(caption, place_of(hit), width))

    def _place_line(self, area: QRect) -> QRect:
        left = area.left() + _RANK_WIDTH
        width = area.right() + 1 - left
        return QRect(left, area.top() + _TITLE_HEIGHT, width, _PLACE_HEIGHT)

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
            figure=figures.horizontalAdvance(figure_of(0.0)) + 2,
            word=max(words.horizontalAdvance(tr(band.value)) for band in Band) + 2,
            line=ANSWER_CHARACTERS * QFontMetrics(passage).averageCharWidth(),
        )


def lines_at(width: int) -> int:
    """Give how many lines of the passage a row of this width shows."""
    return 2 if width >= _WIDE_FROM else 3


def _area_of(row: QRect) -> QRect:
    return row.adjusted(Space.L, Space.M, -Space.L, -(Space.M + Space.XS))


def _heading_height(standing: Standing | None) -> int:
    has_title = standing is None or standing.is_head
    return _TITLE_HEIGHT + (_PLACE_HEIGHT if has_title else 0)


def _is_selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def _elided(font: QFont, text: str, width: int) -> str:
    metrics = QFontMetrics(font)
    return metrics.elidedText(text[:_ELIDE_FROM], Qt.TextElideMode.ElideRight, width)
