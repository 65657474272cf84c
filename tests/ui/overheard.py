"""Everything that a window says, to eyes and to screen readers, and what of it is whose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import takewhile
from pathlib import PurePath

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QAbstractTableModel,
    QLocale,
    QModelIndex,
    Qt,
)
from PySide6.QtGui import QAction, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QTabBar,
    QWidget,
)

_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)
_MOST_ROWS = 60
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")
_CUT = re.compile(r"⟦[^⟦⟧]*$|^[^⟦⟧]*⟧")
_LONG = 16
_KEYS = re.compile(
    r"\b(?:Ctrl|Alt|Shift|Meta|Return|Enter|Esc|Del|Ins|F\d+|PgUp|PgDown|Home|End|Space|Tab|"
    r"Up|Down|Left|Right)\b"
)


def said_by(top: QWidget) -> Iterator[tuple[str, str]]:
    """Give what a widget and all below it say, each with the place it was found at."""
    for widget in (top, *top.findChildren(QWidget)):
        place = f"{type(widget).__name__} {widget.objectName()}".strip()
        for name, text in _of(widget):
            yield f"{place}.{name}", text
    for action in top.findChildren(QAction):
        for name, text in (("text", action.text()), ("tip", action.toolTip())):
            yield f"QAction.{name}", text
    for view in top.findChildren(QAbstractItemView):
        model = view.model()
        if model is not None:
            yield from _of_model(model)


def _of(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "name", widget.accessibleName()
    yield "description", widget.accessibleDescription()
    yield "tip", widget.toolTip()
    yield "status", widget.statusTip()
    yield "what", widget.whatsThis()
    if widget.isWindow():
        yield "title", widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield "text", widget.text()
    if isinstance(widget, QLineEdit):
        yield "placeholder", widget.placeholderText()
    if isinstance(widget, QPlainTextEdit):
        yield "placeholder", widget.placeholderText()
    if isinstance(widget, QMenu | QGroupBox):
        yield "title", widget.title()
    if isinstance(widget, QProgressBar) and widget.isTextVisible():
        yield "text", widget.text()
    if isinstance(widget, QComboBox):
        yield from (("item", widget.itemText(each)) for each in range(widget.count()))
    if isinstance(widget, QTabBar):
        yield from (("tab", widget.tabText(each)) for each in range(widget.count()))
    if isinstance(widget, QAbstractSpinBox):
        yield "special", widget.specialValueText()


def _of_model(model: QAbstractItemModel) -> Iterator[tuple[str, str]]:
    place = type(model).__name__
    for column in range(_columns(model, QModelIndex())):
        for role in _ROLES:
            text = model.headerData(column, Qt.Orientation.Horizontal, role)
            # What Qt gives where a model has no headers: the number.
            if isinstance(text, str):
                yield f"{place}.header", text
    for index in _indexes(model):
        for role in _ROLES:
            text = index.data(role)
            if isinstance(text, str):
                yield f"{place}.{role.name}", text


def _columns(model: QAbstractItemModel, parent: QModelIndex) -> int:
    # A list's own count of columns is private in Qt.
    return 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)


def _indexes(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[QModelIndex]:
    parent = parent or QModelIndex()
    for row in range(min(model.rowCount(parent), _MOST_ROWS)):
        for column in range(_columns(model, parent)):
            index = model.index(row, column, parent)
            yield index
        if not isinstance(model, QAbstractListModel | QAbstractTableModel):
            yield from _indexes(model, model.index(row, 0, parent))


def left_in_english(text: str, own: Iterable[str]) -> str:
    """Give what of a text is neither in brackets nor the user's ``own``; "" for nothing.

    ``own`` are whole texts: names, passages, what was asked. Names of keys and months are
    Qt's and in its own catalogs.
    """
    if "<" in text and re.search(r"<\w+[^>]*>", text):
        document = QTextDocument()
        document.setHtml(text)
        text = document.toPlainText()
    while _INNERMOST.search(text):
        text = _INNERMOST.sub(" ", text)
    # A text that was cut to fit has lost its end, or its beginning.
    text = _CUT.sub(" ", text)
    for each in (*own, *_months()):
        if not _LETTERS.search(text):
            return ""
        text = _without(text, each)
    text = _KEYS.sub(" ", text)
    return text.strip() if _LETTERS.search(text) else ""


def _without(text: str, own: str) -> str:
    if own in text:
        return text.replace(own, " ")
    if own[:_LONG] in text and len(own) > _LONG:
        # Cut to fit.
        begin = text.index(own[:_LONG])
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(text[begin:], own, strict=False))
        return text[:begin] + text[begin + len(list(alike)) :]
    return text


def _months() -> Iterator[str]:
    for form in (QLocale.FormatType.LongFormat, QLocale.FormatType.ShortFormat):
        yield from (QLocale().monthName(month, form) for month in range(1, 13))


def texts_in(value: object) -> Iterator[str]:
    """Give every text in a value, a path with all of its parts."""
    if isinstance(value, Enum):
        return
    if isinstance(value, str | PurePath):
        yield str(value)
        yield " ".join(str(value).split())
        yield " · ".join(str(value).splitlines())
        yield from str(value).splitlines()
        yield from PurePath(str(value)).parts if "/" in str(value) else ()
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts_in(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for item in value.items():
            yield from texts_in(item)
    elif isinstance(value, Iterable):
        for item in value:
            yield from texts_in(item)
