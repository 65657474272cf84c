"""Excel workbooks: one page a sheet, its rows as tables, formulas by their last value."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.domain.shortfalls import DAMAGED_SHEETS, FIRST_CELLS
from desktop_app.errors import CorruptFile
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.graphics import sheet_texts
from desktop_app.parsing.limits import MOST_CELLS, MOST_COLUMNS
from desktop_app.parsing.package import DAMAGED_PART, core_title, opened_package
from desktop_app.parsing.tables import tabulate
from desktop_app.translation import worded, worded_n

# What openpyxl lets through from damaged workbooks.
_DAMAGE = (
    *DAMAGED_PART,
    AttributeError,
    IndexError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
)


def parse_xlsx(path: Path, media_type: str) -> ParsedDocument:
    """Read a workbook; raises CorruptFile, EncryptedFile or FileTooLarge.

    Hidden sheets are read too, since their owner can ask for them. Cells count up to
    ``MOST_CELLS`` over all sheets.
    """
    with opened_package(path) as package:
        title = core_title(package)
        drawn = sheet_texts(package)
    blocks: list[Block] = []
    damaged: list[str] = []
    budget = _Budget(MOST_CELLS)
    with warnings.catch_warnings():
        # openpyxl warns about what it cannot keep when saving; nothing is saved here.
        warnings.simplefilter("ignore")
        try:
            workbook = openpyxl.load_workbook(
                path, read_only=True, data_only=True, keep_links=False
            )
        except _DAMAGE as error:
            raise CorruptFile from error
        try:
            sheets = workbook.worksheets
            for page, sheet in enumerate(sheets, start=1):
                try:
                    blocks.extend(_sheet(sheet, page, budget, drawn.get(sheet.title, ())))
                except _DAMAGE:
                    damaged.append(sheet.title)
        finally:
            workbook.close()
    if damaged and not blocks:
        raise CorruptFile
    return ParsedDocument(
        media_type,
        title,
        tuple(blocks),
        page_count=len(sheets),
        shortfall=_shortfall(budget, damaged),
        parser=f"openpyxl {openpyxl.__version__}",
    )


class _Budget:
    """How many cells may still be read."""

    def __init__(self, cells: int) -> None:
        self.left = cells

    def spend(self, cells: int) -> bool:
        self.left -= cells
        return self.left >= 0


def _sheet(sheet: Any, page: int, budget: _Budget, drawn: Sequence[str]) -> Iterator[Block]:
    # The size that a sheet claims is often wrong, in both directions.
    sheet.reset_dimensions()
    tables = list(tabulate(_rows(sheet, budget), page=page))
    if tables or drawn:
        yield Block(BlockKind.HEADING, clean_line(sheet.title), level=1, page=page)
        yield from tables
        for text in drawn:
            yield Block(BlockKind.PARAGRAPH, text, page=page)


def _rows(sheet: Any, budget: _Budget) -> Iterator[list[str]]:
    for row in sheet.iter_rows(values_only=True):
        if not budget.spend(max(1, len(row))):
            return
        yield [cell_text(value) for value in row[:MOST_COLUMNS]]


def cell_text(value: object) -> str:
    """Return what a cell shows, whatever its number format."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        # 0.1 + 0.2 is shown as 0.3, and whole numbers without a fraction.
        return f"{value:.15g}"
    if isinstance(value, datetime):
        shown = value.isoformat(" ", "seconds")
        return shown.removesuffix(" 00:00:00")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _shortfall(budget: _Budget, damaged: list[str]) -> str:
    if budget.left < 0:
        return worded(FIRST_CELLS, most=MOST_CELLS)
    return worded_n(*DAMAGED_SHEETS, len(damaged)) if damaged else ""
