"""The printed lines of a PDF page, in the coordinates of the page as it is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from desktop_app.domain import Box
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.limits import MOST_LINES_PER_PAGE
from desktop_app.parsing.mupdf import pymupdf
from desktop_app.parsing.page_texts import PageText

# Ligatures are taken apart and images left out; text outside of the page is not shown.
_FLAGS = (
    pymupdf.TEXT_PRESERVE_WHITESPACE
    | pymupdf.TEXT_MEDIABOX_CLIP
    | pymupdf.TEXT_USE_CID_FOR_UNKNOWN_UNICODE
)
# What leads the eye from an entry of a table of contents to its page.
_LEADERS = re.compile(r"\s*(?:[.\u2026\u00b7_]\s?){5,}\s*")
# Asked first: it does not begin anew at every space.
_HAS_LEADERS = re.compile(r"(?:[.\u2026\u00b7_]\s?){5}")
_BOLD_FLAG = 1 << 4
_MONO_FLAG = 1 << 3
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "-bd", "demi")
# Of a line whose direction is this far from horizontal, words are still read left to right.
_NEARLY_HORIZONTAL = 0.9
# Characters; what scanners and archives print on a page: a number, a date, a shelf mark.
_LONGEST_STAMP = 60
# Of its page a scan covers at least this share.
_SCAN_SHARE = 0.7


class PrintedLine(NamedTuple):
    """One line of print: box in points (origin top left, rotation applied), font size.

    A tuple and no dataclass, since a book has a hundred thousand.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    is_bold: bool
    is_mono: bool
    is_upright: bool
    group: int
    ends_soft: bool

    @property
    def height(self) -> float:
        """Height of the box in points."""
        return self.y1 - self.y0

    def box(self, page: int) -> Box:
        """Return where the line stands, to a hundredth of a point."""
        return Box(page, round(self.x0, 2), round(self.y0, 2), round(self.x1, 2), round(self.y1, 2))


def read_lines(page: Any) -> list[PrintedLine]:
    """Return the lines of a page in the order in which the file draws them."""
    textpage = page.get_textpage(flags=_FLAGS)
    blocks = textpage.extractDICT()["blocks"]
    matrix = page.rotation_matrix if page.rotation else None
    width, height = page.rect.width, page.rect.height
    lines: list[PrintedLine] = []
    for group, block in enumerate(blocks):
        for line in block.get("lines", ()):
            printed = _printed(line, group, matrix, width, height)
            if printed is not None:
                lines.append(printed)
        if len(lines) > MOST_LINES_PER_PAGE:
            break
    return lines


def _printed(
    line: dict[str, Any], group: int, matrix: Any, width: float, height: float
) -> PrintedLine | None:
    spans = line["spans"]
    if len(spans) == 1:
        widest = spans[0]
        raw = widest["text"]
    else:
        widest = max(spans, key=_span_length)
        raw = "".join([span["text"] for span in spans])
    text = clean_line(_LEADERS.sub(" \u2026 ", raw) if _HAS_LEADERS.search(raw) else raw)
    if not text or not text.strip("\ufffd "):
        return None
    x0, y0, x1, y1 = line["bbox"]
    direction = line["dir"]
    if matrix is not None:
        box = pymupdf.Rect(x0, y0, x1, y1) * matrix
        x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
        direction = (
            direction[0] * matrix.a + direction[1] * matrix.c,
            direction[0] * matrix.b + direction[1] * matrix.d,
        )
    # Without max and min, which are calls; there is one such line for each printed one.
    x0, x1 = (x0 if x0 > 0.0 else 0.0), (x1 if x1 < width else width)  # noqa: FURB136
    y0, y1 = (y0 if y0 > 0.0 else 0.0), (y1 if y1 < height else height)  # noqa: FURB136
    if x1 <= x0 or y1 <= y0:
        return None
    flags = widest["flags"]
    return PrintedLine(
        text=text,
        x0=x0,
        y0=y0,
        x1=x1,
        y1=y1,
        size=round(widest["size"], 1),
        is_bold=bool(flags & _BOLD_FLAG) or _is_bold_name(widest["font"]),
        is_mono=bool(flags & _MONO_FLAG),
        is_upright=direction[0] > _NEARLY_HORIZONTAL,
        group=group,
        ends_soft=raw.rstrip().endswith("\u00ad"),
    )


def _span_length(span: dict[str, Any]) -> int:
    return len(span["text"])


@cache
def _is_bold_name(font: str) -> bool:
    return any(name in font.lower() for name in _BOLD_NAMES)


def recognized_lines(text: PageText) -> list[PrintedLine]:
    """Return what was recognized on a page as if it had been printed there."""
    return [
        PrintedLine(
            text=line.text,
            x0=line.x0,
            y0=line.y0,
            x1=line.x1,
            y1=line.y1,
            size=line.size,
            is_bold=False,
            is_mono=False,
            is_upright=True,
            group=line.group,
            ends_soft=False,
        )
        for line in text.lines
    ]


def is_scan(page: Any, lines: Sequence[PrintedLine]) -> bool:
    """Say whether a page is a picture of text: no text of its own, or only a stamp on a scan."""
    letters = sum(len(line.text) for line in lines)
    if not letters:
        return is_shown(page)
    if letters > _LONGEST_STAMP:
        return False
    area = abs(page.rect.width * page.rect.height)
    return any(
        abs(pymupdf.Rect(image["bbox"]) & page.rect) > _SCAN_SHARE * area
        for image in page.get_image_info()
    )


def is_shown(page: Any) -> bool:
    """Say whether a page without text shows anything (a scan, a drawing)."""
    if page.get_images() or page.get_image_info():
        return True
    return bool(page.get_cdrawings())
