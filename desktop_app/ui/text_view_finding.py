"""Words found in a document's stored text, told by the lines in which it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from desktop_app.domain import IsCancelled, Passage
from desktop_app.domain.folding import find_folded, wanted
from desktop_app.domain.printed import MOST_PLACES
from desktop_app.ui.text_view_parts import UNKNOWN, Structure, pieces_of
from desktop_app.ui.theme import Role, Theme

_PASSAGES_A_STEP = 200


@dataclass(frozen=True, slots=True)
class TextPlace:
    """The place ``number`` (from 0) of those found in a passage, by its index.

    It begins with character ``start`` of the passage's text.
    """

    passage: int
    number: int
    start: int


@dataclass(frozen=True, slots=True)
class TextPlaces:
    """All places found so far; ``is_cut`` says that there are more than are listed."""

    places: tuple[TextPlace, ...]
    is_cut: bool = False


def find_in_passages(
    passages: Sequence[Passage],
    text: str,
    is_cancelled: IsCancelled,
    structure: Structure = UNKNOWN,
) -> Iterator[TextPlaces]:
    """Yield what was found so far every 200 passages, and at the end. Any thread."""
    needle = wanted(text)
    places: list[TextPlace] = []
    for index, passage in enumerate(passages):
        if is_cancelled():
            return
        starts = (
            start + first
            for start, end in pieces_of(passage, structure)
            for first, _ in find_folded(passage.text[start:end], needle)
        )
        places += [TextPlace(index, number, start) for number, start in enumerate(starts)]
        if len(places) > MOST_PLACES:
            break
        if index % _PASSAGES_A_STEP == _PASSAGES_A_STEP - 1:
            yield TextPlaces(tuple(places))
    yield TextPlaces(tuple(places[:MOST_PLACES]), is_cut=len(places) > MOST_PLACES)


def cursors_in(block: QTextBlock, needle: str) -> Iterator[QTextCursor]:
    """Yield a cursor over every place of a block that folds to ``needle``."""
    text = block.text()
    for start, end in find_folded(text, needle):
        # Qt counts in UTF-16.
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + _units(text[:start]))
        cursor.setPosition(block.position() + _units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        yield cursor


def cursor_at(document: QTextDocument, needle: str, place: TextPlace) -> QTextCursor | None:
    """Give the cursor over a place; None while its passage is not written."""
    found = (
        cursor
        for block in _blocks(document)
        if block.userState() == place.passage
        for cursor in cursors_in(block, needle)
    )
    return next(islice(found, place.number, None), None)


def selections_of(
    theme: Theme, document: QTextDocument, needle: str, current: QTextCursor | None
) -> list[QTextEdit.ExtraSelection]:
    """Color every place written so far; the current one has another color and an underline."""
    usual, here = QTextCharFormat(), QTextCharFormat()
    usual.setBackground(theme.color(Role.HIGHLIGHT_EDGE, 0.42))
    here.setBackground(theme.color(Role.ACCENT))
    here.setForeground(theme.color(Role.ACCENT_TEXT))
    here.setFontUnderline(True)
    selections = []
    for block in _blocks(document):
        if block.userState() < 0:
            continue
        for cursor in cursors_in(block, needle):
            selection = QTextEdit.ExtraSelection()
            is_here = current is not None and cursor.selectionStart() == current.selectionStart()
            selection.cursor = cursor
            selection.format = here if is_here else usual
            selections.append(selection)
    return selections


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
