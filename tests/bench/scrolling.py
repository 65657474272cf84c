"""How much the UI thread works while a large PDF is scrolled.

Usage: ``python tests/bench/scrolling.py [--pages N] [--steps N]``; QT_SCALE_FACTOR=2 for a dense
screen. Makes a PDF of 2,000 pages in three sizes, shows it in the real preview (offscreen where
there is no display) with 50 marked hits, its pages drawn by the real renderer process, and moves
its scroll bar once every 16 ms: ``steady`` by 60 pixels a step (a wheel turned fast),
``leaping`` also to a place far away with every tenth step. Beside it an empty scroll area of the
same size and height is moved in the same way.

Of each: ``p50_ms``, ``p99_ms`` and ``worst_ms`` of the time that the UI thread spends on the
events of a step, by the clock on the wall (Qt paints large images with several threads, so
its own processor time would say too little), and ``white_share``, the mean share of the pages
in view that were not drawn yet when the next step came. ``ratio`` is the 99th percentile of
the preview over that of the empty area; ``share_of_frame`` that of the worse pattern over the
16 ms of a frame.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

FRAME_MS = 16
POLL_SECONDS = 0.001
STEP_PIXELS = 60
LEAP_EVERY = 10
MARKED_EVERY = 40
LINE = "The board of the harbor keeps a list of ships, cargo and tides for every day."
SIZES = ((595.0, 842.0), (612.0, 792.0), (595.0, 860.0))
WIDTH, HEIGHT = 480, 700


def main() -> int:
    """Measure, and print progress to stderr and the figures to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=1000)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    answer: dict[str, Any] = {"bench": "scrolling", "pages": options.pages}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tides.pdf")
        _say(f"writing {options.pages} pages")
        _write_pdf(path, options.pages)
        answer |= _measured(path, options.pages, options.steps)
    print(json.dumps(answer))
    return 0


def _write_pdf(path: Path, pages: int) -> None:
    from desktop_app.parsing.mupdf import pymupdf

    with pymupdf.open() as document:
        for number in range(pages):
            width, height = SIZES[number % len(SIZES)]
            page = document.new_page(width=width, height=height)
            lines = [f"Page {number + 1}", *[LINE] * 46]
            page.insert_text((56, 72), lines, fontsize=10)
        document.save(path)


def _measured(path: Path, pages: int, steps: int) -> dict[str, Any]:
    from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

    from desktop_app.app.page_reader import LocalPageReader
    from desktop_app.domain import PageImage
    from desktop_app.settings import Settings, resources_dir
    from desktop_app.ui.application import SWITCH_SECONDS
    from desktop_app.ui.preview import PreviewPane
    from desktop_app.ui.tasks import TaskRunner
    from desktop_app.ui.theme import Theme
    from tests.ui.fakes import FakeSession
    from tests.ui.samples import make_hits

    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication(sys.argv[:1])
    renderer = LocalPageReader(Settings)

    class Drawing(FakeSession):
        def render(self, path: Path, page: int, *, scale: float) -> PageImage:
            return renderer.draw(path, page, scale=scale)

    sample = make_hits()[0]
    document = dataclasses.replace(
        sample.document, root=str(path.parent), path=path.name, page_count=pages
    )

    def hit_on(page: int) -> Any:
        locator = sample.passage.locator
        boxes = tuple(dataclasses.replace(box, page=page) for box in locator.boxes)
        passage = dataclasses.replace(
            sample.passage,
            passage_id=f"{page:032x}",
            ordinal=page,
            locator=dataclasses.replace(locator, page=page, boxes=boxes),
        )
        return dataclasses.replace(sample, document=document, passage=passage, sentence=None)

    tasks, session = TaskRunner(), Drawing()
    session.pages = renderer  # type: ignore[assignment]  # the real one in the place of the fake
    preview = PreviewPane(Theme(app, resources_dir() / "icons"), tasks, lambda: session)
    preview.resize(WIDTH, HEIGHT)
    preview.show()
    hits = [hit_on(page) for page in range(1, pages + 1, MARKED_EVERY)]
    preview.show_hit(hits[0], hits)
    bar = preview.page_view.verticalScrollBar()
    _turn(app, 2000)
    empty = QScrollArea()
    empty.resize(preview.page_view.size())
    filling = QWidget()
    filling.resize(WIDTH - 20, bar.maximum() + empty.height())
    empty.setWidget(filling)
    view = preview.page_view

    def undrawn() -> float:
        visible = list(view._visible())
        return sum(page not in view._pages for page in visible) / max(1, len(visible))

    figures: dict[str, Any] = {}
    for name, shown, moved, missing in (
        ("empty", empty, empty.verticalScrollBar(), lambda: 0.0),
        ("preview", preview, bar, undrawn),
    ):
        shown.show()
        _turn(app, 500)
        for pattern, place in (("steady", _steadily), ("leaping", _leaping)):
            moved.setValue(0)
            _turn(app, 500)
            figures[f"{name}_{pattern}"] = _scrolled(app, moved, steps, place, missing)
            _say(f"{name}, {pattern}: {figures[f'{name}_{pattern}']}")
    figures["ratio"] = {
        pattern: round(
            figures[f"preview_{pattern}"]["p99_ms"]
            / max(0.01, figures[f"empty_{pattern}"]["p99_ms"]),
            1,
        )
        for pattern in ("steady", "leaping")
    }
    worst = max(figures[f"preview_{pattern}"]["p99_ms"] for pattern in ("steady", "leaping"))
    figures["share_of_frame"] = round(worst / FRAME_MS, 2)
    tasks.close(last=renderer.close)
    return figures


def _steadily(step: int, at: int, end: int) -> int:
    return (at + STEP_PIXELS) % end


def _leaping(step: int, at: int, end: int) -> int:
    return (at + STEP_PIXELS) % end if step % LEAP_EVERY else (step * 9_770_077) % end


def _scrolled(
    app: Any,
    bar: Any,
    steps: int,
    place: Callable[[int, int, int], int],
    missing: Callable[[], float],
) -> dict[str, float]:
    """Move a scroll bar once a frame; give the work of the frames in milliseconds."""
    walls: list[float] = []
    white: list[float] = []
    for step in range(1, steps + 1):
        ends = time.perf_counter() + FRAME_MS / 1000
        began = time.perf_counter()
        bar.setValue(place(step, bar.value(), max(1, bar.maximum())))
        app.processEvents()
        wall = time.perf_counter() - began
        while (now := time.perf_counter()) < ends:
            app.processEvents()
            wall += time.perf_counter() - now
            time.sleep(POLL_SECONDS)
        walls.append(wall * 1000)
        white.append(missing())
    walls.sort()
    return {
        "p50_ms": round(walls[steps // 2], 2),
        "p99_ms": round(walls[steps * 99 // 100], 2),
        "worst_ms": round(walls[-1], 2),
        "white_share": round(sum(white) / steps, 3),
    }


def _turn(app: Any, milliseconds: int) -> None:
    """Let everything that is under way settle."""
    from PySide6.QtCore import QTimer

    QTimer.singleShot(milliseconds, app.quit)
    app.exec()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
