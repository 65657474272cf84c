"""How long does the list of all files keep the window busy when it is sorted or selected?

Usage: ``python tests/bench/ledger.py [FILES]``, 100,000 by default. Does to a list of 100
files and to a long one what a user does: shows it, sorts it by every column, filters it,
selects everything, sorts and refreshes it then. Prints one JSON object: for each of these the
processor milliseconds of the UI thread until it is drawn (``ms``; the median of five),
``worst_ms`` of them all, and ``ratio`` of the long list's to the short one's sum.
``listed_s`` is what another thread takes to make the long list ready.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from statistics import median
from time import thread_time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop_app.domain import Document, DocumentStatus
from desktop_app.settings import resources_dir
from desktop_app.ui.ledger import LedgerView
from desktop_app.ui.ledger_listing import Column, list_files
from desktop_app.ui.theme import Theme

_ROUNDS = 5


def make_files(count: int) -> tuple[Document, ...]:
    """Make files of every status in folders of a hundred, in the order of the ledger."""
    chance = random.Random(1)
    files = [
        Document(
            root="/home/ada/Documents",
            path=f"{number // 100:05d}/{chance.randrange(10**6)} report.pdf",
            content_hash=f"{number:064x}",
            size=number,
            mtime_ns=number,
            media_type="application/pdf",
            title="",
            languages=("en",),
            page_count=chance.randrange(100),
            status=chance.choice(list(DocumentStatus)),
            reason_code="",
            reason=chance.choice(["", "Scanned pages.", "The file is damaged."]),
            parser="pdf",
            parser_version=1,
            chunker_version=1,
            passages=chance.randrange(400),
            seconds=0.1,
            indexed_at=datetime.fromtimestamp(1.7e9 + chance.randrange(10**6), tz=UTC),
        )
        for number in range(count)
    ]
    return tuple(sorted(files, key=lambda each: each.path))


def measure(
    application: QApplication, files: tuple[Document, ...]
) -> tuple[dict[str, float], float]:
    """Return milliseconds by what is done, and the seconds to make the list ready."""
    begun = thread_time()
    listing = list_files(files)
    listed = thread_time() - begun
    view = LedgerView(Theme(application, resources_dir() / "icons"))
    view.resize(1200, 700)
    view.show()
    view.set_listing(listing)
    application.processEvents()
    up, down = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
    steps: dict[str, Callable[[], None]] = {"refresh": lambda: view.set_listing(listing)}
    for column in Column:
        steps[f"sort by {column.name.lower()}"] = partial(view.table.sortByColumn, column, down)
    steps["filter"] = lambda: view.filter_box.setText("12")
    steps["filter off"] = lambda: view.filter_box.setText("")
    steps["select all"] = view.table.selectAll
    steps["sort all selected"] = lambda: view.table.sortByColumn(Column.NAME, up)
    steps["refresh all selected"] = lambda: view.set_listing(listing)
    steps["select none"] = view.table.clearSelection
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(_ROUNDS):
        for name, step in steps.items():
            began = thread_time()
            step()
            application.processEvents()
            taken[name].append(thread_time() - began)
    view.close()
    return {name: round(1000 * median(each), 1) for name, each in taken.items()}, listed


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    application = QApplication([])
    short, _ = measure(application, make_files(100))
    print(f"making {count:,} rows", file=sys.stderr)
    long, listed = measure(application, make_files(count))
    figures = {
        "files": count,
        "ms": long,
        "worst_ms": max(long.values()),
        "ms_of_100": short,
        "ratio": round(sum(long.values()) / sum(short.values()), 2),
        "listed_s": round(listed, 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
