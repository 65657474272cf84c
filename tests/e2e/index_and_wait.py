"""Index a folder into a library without a model; for being killed in the middle."""

from __future__ import annotations

import sys
from pathlib import Path

from desktop_app.indexing.extraction import extract
from desktop_app.indexing.indexer import Indexer
from desktop_app.parsing.pool import ParserPool
from desktop_app.settings import Settings


def main() -> None:
    """Print a line as soon as rows are in the library, then go on to the end."""
    # Parser processes import this file again, and their memory has no room for LanceDB.
    from desktop_app.store.library import open_library

    directory, root = sys.argv[1:]
    library = open_library(Path(directory))
    library.add_root(root)
    pool = ParserPool(extract, processes=1, memory_mb=1024)
    indexer = Indexer(library, pool, None, Settings(library_dir=Path(directory)))
    is_told = False
    for _ in indexer.index([root]):
        if not is_told and library.documents():
            sys.stdout.write("begun\n")
            sys.stdout.flush()
            is_told = True
    pool.close()
    library.close()


if __name__ == "__main__":
    main()
