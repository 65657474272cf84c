"""Excel workbooks in binary form (xls, xlsb), by calamine: MIT, Rust, wheels everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import python_calamine

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.domain.shortfalls import DAMAGED_SHEETS, FIRST_CELLS
from desktop_app.errors import CorruptFile, EncryptedFile
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.limits import MOST_CELLS, MOST_COLUMNS
from desktop_app.parsing.package import check_zip
from desktop_app.parsing.sheets import cell_text
from desktop_app.parsing.tables import tabulate
from desktop_app.translation import worded, worded_n

_ZIP_HEAD = b"PK"


def parse_xls(path: Path, media_type: str) -> ParsedDocument:
    """Read a workbook, one page a sheet; raises CorruptFile, EncryptedFile, FileTooLarge."""
    with path.open("rb") as file:
        is_zip = file.read(2) == _ZIP_HEAD
    if is_zip:
        check_zip(path)
    blocks: list[Block] = []
    damaged = 0
    cells = MOST_CELLS
    with _translated():
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        names = workbook.sheet_names
    for page, name in enumerate(names, start=1):
        try:
            with _translated():
                rows = list(_rows(workbook, page - 1, cells))
        except CorruptFile:
            damaged += 1
            continue
        cells -= sum(max(1, len(row)) for row in rows)
        tables = list(tabulate(rows, page=page))
        if tables:
            title = clean_line(name)
            if title:
                blocks.append(Block(BlockKind.HEADING, title, level=1, page=page))
            blocks.extend(tables)
    if damaged and not blocks:
        raise CorruptFile
    shortfall: str = worded_n(*DAMAGED_SHEETS, damaged) if damaged else ""
    if cells <= 0:
        shortfall = worded(FIRST_CELLS, most=MOST_CELLS)
    return ParsedDocument(
        media_type,
        "",
        tuple(blocks),
        page_count=len(names),
        shortfall=shortfall,
        parser="calamine",
    )


def _rows(
    workbook: python_calamine.CalamineWorkbook, index: int, cells: int
) -> Iterator[list[str]]:
    for row in workbook.get_sheet_by_index(index).iter_rows():
        cells -= max(1, len(row))
        if cells < 0:
            return
        yield [_text_of(value) for value in row[:MOST_COLUMNS]]


def _text_of(value: object) -> str:
    return str(value) if isinstance(value, timedelta) else cell_text(value)


@contextmanager
def _translated() -> Iterator[None]:
    """Raise EncryptedFile or CorruptFile for what calamine raises."""
    try:
        yield
    except python_calamine.PasswordError as error:
        raise EncryptedFile from error
    except (python_calamine.CalamineError, ValueError, IndexError, OverflowError) as error:
        raise CorruptFile from error
    except BaseException as error:
        # A panic in Rust is no Exception, so that nobody catches it by accident.
        if type(error).__name__ != "PanicException":
            raise
        raise CorruptFile from error
