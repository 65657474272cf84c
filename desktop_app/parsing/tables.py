"""Tables as text that still reads as a table when it is cut: rows under their header."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from desktop_app.domain import Block, BlockKind
from desktop_app.parsing.cleaning import clean_cell
from desktop_app.parsing.limits import TABLE_ROWS_PER_BLOCK

SEPARATOR = " | "


def tabulate(rows: Iterable[Iterable[str]], *, page: int | None = None) -> Iterator[Block]:
    """Yield table blocks of at most ``TABLE_ROWS_PER_BLOCK`` rows, header first in each.

    Rows without text are left out, and so are empty cells at the end of a row; a table
    of one column is given as paragraphs, since it is a list of texts.
    """
    header = ""
    lines: list[str] = []
    is_wide = False
    is_continued = False  # then the first line is the header again
    for row in rows:
        cells = _cleaned(row)
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        is_wide = is_wide or sum(map(bool, cells)) > 1
        lines.append(SEPARATOR.join(cells))
        header = header or lines[0]
        if len(lines) >= TABLE_ROWS_PER_BLOCK:
            yield from _blocks(lines, is_wide=is_wide, page=page)
            is_continued = is_wide
            lines = [header] if is_continued else []
    if len(lines) > is_continued:
        yield from _blocks(lines, is_wide=is_wide, page=page)


def _cleaned(row: Iterable[str]) -> list[str]:
    """Return clean cells; nearly every row has nothing to clean, which is seen at one look."""
    cells = list(row)
    line = SEPARATOR.join(cells)
    is_clean = (
        line.isascii()
        and line.isprintable()
        and "  " not in line
        and not line.startswith(" ")
        and not line.endswith(" ")
        and line.count(SEPARATOR) == len(cells) - 1
    )
    return cells if is_clean else [clean_cell(cell) for cell in cells]


def _blocks(lines: list[str], *, is_wide: bool, page: int | None) -> Iterator[Block]:
    if is_wide:
        yield Block(BlockKind.TABLE, "\n".join(lines), page=page)
        return
    for line in lines:
        yield Block(BlockKind.PARAGRAPH, line, page=page)
