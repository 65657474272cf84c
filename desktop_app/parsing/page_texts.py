"""Recognized pages on disk, one file a content: what is done once is never done again.

The file grows page by page, so that a scan of 500 pages that is interrupted at page 300
goes on at 301. A last line that a crash cut short counts as not written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.sealed import SealedEnum


class PageState(SealedEnum):
    """What became of one page."""

    READ = "read"
    NOISE = "noise"
    """There is something that is no text in these languages: a picture, a drawing."""
    BLANK = "blank"
    WITH_TEXT = "with-text"
    """It holds text of its own, so that nothing is to be recognized."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One recognized line: box in points of the page as shown, size in points.

    ``group`` numbers the block of the page that it belongs to.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    group: int


@dataclass(frozen=True, slots=True)
class PageText:
    """What was recognized on a 1-based page; no lines unless it was READ."""

    page: int
    state: PageState
    lines: tuple[TextLine, ...] = ()


def read_page_texts(path: str | Path) -> dict[int, PageText]:
    """Return the pages of a file by number; none where there is no file. Any process."""
    try:
        rows = Path(path).read_text(encoding="utf-8").split("\n") if path else []
    except (OSError, UnicodeDecodeError):
        return {}
    pages = {}
    for row in rows:
        try:
            number, state, lines = json.loads(row)
            pages[number] = PageText(number, PageState(state), tuple(TextLine(*x) for x in lines))
        except (ValueError, TypeError):
            continue  # cut short, or by a version that wrote something else
    return pages


def append_page_texts(path: Path, pages: Iterable[PageText]) -> None:
    """Add pages to a file, made for the user alone where there is none; raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows = []
    for page in pages:
        lines = [
            [each.text, each.x0, each.y0, each.x1, each.y1, each.size, each.group]
            for each in page.lines
        ]
        rows.append(json.dumps([page.page, page.state, lines], ensure_ascii=False) + "\n")
    with path.open("a", encoding="utf-8") as file:
        if file.tell() and not _ends_with_newline(path):
            file.write("\n")
        file.write("".join(rows))


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"
