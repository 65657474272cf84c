"""Make the documents of the built-in guide that cannot be written by hand.

Run with the environment's Python: ``.venv/bin/python installer/make_sample.py [FOLDER]``.
The text is in sample_text.py; the guide's other documents are ordinary text files.
"""

from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pymupdf
from docx import Document
from docx.shared import Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from pptx import Presentation

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from desktop_app.ui.actions import SHORTCUTS
from installer.sample_text import (
    ADDING_FOLDERS,
    FILE_TYPES,
    NOT_READ,
    PAGE_BREAK,
    SEARCHING,
    TOUR,
    WHEN_SOMETHING_GOES_WRONG,
)

_ROOT = Path(__file__).resolve().parent.parent

# A fixed date, so that the documents do not depend on when they were made.
_MADE = datetime(2026, 11, 21, tzinfo=UTC)
_PDF_DATE = "D:20261121000000Z"
_AUTHOR = "Lectern"

_CSS = """
body { margin: 0; font-family: sans-serif; font-size: 11pt; line-height: 1.5; color: #22262b; }
h1 { font-size: 24pt; line-height: 1.2; color: #1f4b73; margin: 0 0 6pt 0; }
h2 { font-size: 13.5pt; line-height: 1.3; color: #1f4b73; margin: 14pt 0 3pt 0; }
p { margin: 0 0 7pt 0; }
p.lead { font-size: 13pt; color: #59626d; margin-bottom: 12pt; }
ul { margin: 0 0 7pt 0; }
li { margin: 0 0 3pt 0; }
code { font-family: monospace; font-size: 10pt; white-space: nowrap; }
td, th { text-align: left; padding: 2pt 10pt 2pt 0; }
"""
_MARGINS = (72, 72, -72, -78)
_FOOTER_RISE = 44
_GRAY = (0.45, 0.49, 0.54)


def make_pdf(path: Path, title: str, html: str) -> None:
    """Typeset HTML on A4 pages with an outline, a title and, from two pages on, a footer."""
    sheet = pymupdf.paper_rect("a4")
    buffer = io.BytesIO()
    writer = pymupdf.DocumentWriter(buffer)
    headings: list[list[object]] = []

    def remember(position: pymupdf.StoryPosition) -> None:
        if position.heading and position.open_close & 1:
            headings.append([position.heading, position.text, position.page])

    page = 0
    # A story a part, since a page break on an empty element never ends in MuPDF's layout.
    for part in html.split(PAGE_BREAK):
        story = pymupdf.Story(html=part, user_css=_CSS)
        is_full = 1
        while is_full:
            page += 1
            device = writer.begin_page(sheet)
            is_full, _ = story.place(sheet + _MARGINS)
            story.element_positions(remember, {"page": page})
            story.draw(device)
            writer.end_page()
    writer.close()
    with pymupdf.open("pdf", buffer.getvalue()) as document:
        for number, sheet_page in enumerate(document if page > 1 else (), 1):
            foot = sheet_page.rect.height - _FOOTER_RISE
            sheet_page.insert_text(
                (72, foot), f"The Lectern guide · {title}", fontsize=8.5, color=_GRAY
            )
            sheet_page.insert_text(
                (sheet_page.rect.width - 72 - 8, foot), str(number), fontsize=8.5, color=_GRAY
            )
        document.set_toc(headings)
        document.set_metadata(
            {"title": title, "author": _AUTHOR, "creationDate": _PDF_DATE, "modDate": _PDF_DATE}
        )
        document.subset_fonts()
        document.save(path, garbage=4, deflate=True, no_new_id=True)


def make_docx(path: Path) -> None:
    """Write SEARCHING as a Word document."""
    document = Document()
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    for kind, content in SEARCHING:
        if kind == "title":
            document.core_properties.title = content
            document.add_heading(content, level=1)
        elif kind == "heading":
            document.add_heading(content, level=2)
        elif kind == "text":
            document.add_paragraph(content)
        else:
            table = document.add_table(rows=0, cols=len(content[0]), style="Light List Accent 1")
            for row in content:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = str(text)
            document.add_paragraph()
    document.core_properties.author = _AUTHOR
    document.core_properties.created = document.core_properties.modified = _MADE
    document.save(str(path))


def make_pptx(path: Path) -> None:
    """Write TOUR as slides with notes."""
    slides = Presentation()
    for index, (title, points, notes) in enumerate(TOUR):
        slide = slides.slides.add_slide(slides.slide_layouts[1 if index else 0])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(points)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    slides.core_properties.title = TOUR[0][0]
    slides.core_properties.author = _AUTHOR
    slides.core_properties.created = slides.core_properties.modified = _MADE
    slides.save(str(path))


def make_xlsx(path: Path) -> None:
    """Write the file types as two sheets."""
    book = Workbook()
    read = book.active
    read.title = "File types that work"
    unread = book.create_sheet("Not read yet")
    _fill(read, ("File type that works", "Endings", "What is read"), FILE_TYPES)
    _fill(unread, ("File type not read yet", "Endings", "What to do instead"), NOT_READ)
    book.properties.title = "Which file types work?"
    book.properties.creator = _AUTHOR
    book.properties.created = book.properties.modified = _MADE.replace(tzinfo=None)
    book.save(path)


def make_shortcuts() -> str:
    """Return the window's own table of shortcuts as CSV text."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("Keys", "What they do", "Where"))
    rows.writerows((" or ".join(each.keys), each.text, each.group) for each in SHORTCUTS)
    return text.getvalue()


def _fill(sheet: object, header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    for row in (header, *rows):
        sheet.append(row)  # type: ignore[attr-defined]  # openpyxl is untyped
    for cell in sheet[1]:  # type: ignore[index]  # openpyxl is untyped
        cell.font = Font(bold=True)
    for letter, width in zip("ABC", (24, 34, 64), strict=True):
        sheet.column_dimensions[letter].width = width  # type: ignore[attr-defined]  # as above
        for cell in sheet[letter]:  # type: ignore[index]  # as above
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def main() -> None:
    """Make every document in the folder given, or in resources/sample."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _ROOT / "resources" / "sample"
    make_pdf(folder / "Adding folders.pdf", "Adding folders", ADDING_FOLDERS)
    make_pdf(
        folder / "When something goes wrong.pdf",
        "When something goes wrong",
        WHEN_SOMETHING_GOES_WRONG,
    )
    make_docx(folder / "Searching.docx")
    make_pptx(folder / "Tour.pptx")
    make_xlsx(folder / "File types.xlsx")
    (folder / "Shortcuts.csv").write_text(make_shortcuts(), encoding="utf-8")


if __name__ == "__main__":
    main()
