"""How fast are very many small files scanned, read, and looked through again unchanged?

Usage: ``python tests/bench/folders.py [FILES]``, 100,000 by default in 1,000 folders. Makes
the folder, then measures with the real library and parsers, without a model: ``scan_s``, the
walk alone; ``first_s``, a complete keyword index; ``again_s``, a run in which nothing had
changed; ``one_changed_s``, a run for one changed file that was named, as when a folder is
watched; ``watch_s``, until the folder is watched. Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from desktop_app.indexing.extraction import extract
from desktop_app.indexing.indexer import Indexer
from desktop_app.indexing.scanner import scan
from desktop_app.indexing.watching import Watcher
from desktop_app.parsing.media_types import MEDIA_TYPES
from desktop_app.parsing.pool import ParserPool
from desktop_app.settings import Settings

_FOLDERS = 1000


def make_folder(root: Path, files: int) -> None:
    """Write small text files, each with words of its own."""
    for number in range(files):
        place = root / f"{number % _FOLDERS:04d}"
        if number < _FOLDERS:
            place.mkdir(parents=True)
        (place / f"{number}.txt").write_text(f"Note {number} about a matter of no weight.\n")


def seconds(work: Iterable[object]) -> float:
    """Pull an iterator to its end and return how long that took."""
    began = perf_counter()
    for _ in work:
        pass
    return round(perf_counter() - began, 2)


def main() -> None:
    """Print the figures."""
    # Parser processes import this file again, and their memory has no room for LanceDB.
    from desktop_app.store.library import open_library

    files = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as scratch:
        root, directory = Path(scratch, "root").resolve(), Path(scratch, "library")
        print(f"making {files:,} files", file=sys.stderr)
        make_folder(root, files)
        figures: dict[str, float] = {"files": files}
        figures["scan_s"] = seconds(scan(str(root), media_types=MEDIA_TYPES, largest_bytes=1 << 30))
        settings = Settings(library_dir=directory)
        library = open_library(directory)
        library.add_root(str(root))
        pool = ParserPool(extract, processes=settings.parsers, memory_mb=settings.parse_memory_mb)
        indexer = Indexer(library, pool, None, settings)
        print("indexing", file=sys.stderr)
        figures["first_s"] = seconds(indexer.index([str(root)]))
        figures["again_s"] = seconds(indexer.index([str(root)]))
        (root / "0007" / "7.txt").write_text("Changed by now.\n")
        within = {str(root): ["0007/7.txt"]}
        figures["one_changed_s"] = seconds(indexer.index([str(root)], within=within))
        watcher = Watcher()
        began = perf_counter()
        watcher.changes([str(root)])
        figures["watch_s"] = round(perf_counter() - began, 2)
        with suppress(OSError):
            watcher.close()
        figures["rows"] = len(library.documents())
        pool.close()
        library.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
