"""LanceDB at arm's length: imported without what a library on this disk never uses.

Import lancedb and pyarrow only through this module.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from desktop_app.store.heap import share_heap
from desktop_app.store.native import map_libraries

__all__ = [
    "FTS",
    "BTree",
    "Bitmap",
    "BooleanQuery",
    "IvfRq",
    "MatchQuery",
    "Occur",
    "PhraseQuery",
    "begin",
    "connect",
    "pa",
    "pc",
    "question",
]

_REST_CLIENT = "lance_namespace_urllib3_client"
_PLACEHOLDERS = "_lectern_placeholders"


class _LeanFinder(MetaPathFinder, Loader):
    """Stands in for LanceDB's REST client, and hides pandas while LanceDB is imported.

    Both are imported eagerly though neither is used for a local library: 1,000 generated
    pydantic models and all of pandas take 1.1 of the 1.7 seconds that ``import lancedb``
    takes, and 50 of its 160 MB. The names that LanceDB takes from the client become empty
    classes; only a connection to a server would instantiate them.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the client's modules, refuse pandas, leave the rest to others."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)
        if fullname.partition(".")[0] == _REST_CLIENT:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make a module whose every public name is an empty class."""
        return _Placeholders(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is to be run."""


class _Placeholders(ModuleType):
    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        placeholder = type(name, (), {"__module__": _PLACEHOLDERS})
        setattr(self, name, placeholder)
        return placeholder


# Lance writes warnings of its own to stderr (such as "no existing dataset"), where the
# command line promises one line an error. Read once, when the library is loaded.
os.environ.setdefault("LANCE_LOG", "error")
# What follows is read once, too, and keeps the memory small in which Lance writes an index of
# words (figures of 112,000 passages). It works on several batches of 8,192 rows at a time: 40 MB
# more than with these, and comparing a question with all vectors is no faster.
os.environ.setdefault("LANCE_DEFAULT_BATCH_SIZE", "1024")
# In MiB. It merges all of an index in memory, up to 2 GiB: 70 MB more, and rising with the
# library. A larger one is kept in several parts, of which each costs a question .7 ms of a
# processor; what it finds is the same.
os.environ.setdefault("LANCE_FTS_PARTITION_SIZE", "32")
# Half as many as there are processors build one at once, each with a part in memory.
os.environ.setdefault("LANCE_FTS_NUM_SHARDS", "1")

share_heap()
map_libraries()

_finder = _LeanFinder()
sys.meta_path.insert(0, _finder)
try:
    import lancedb
    import pyarrow as pa
    import pyarrow.compute as pc
    from lancedb.background_loop import LOOP
    from lancedb.index import FTS, Bitmap, BTree, IvfRq
    from lancedb.query import AsyncQuery, BooleanQuery, MatchQuery, Occur, PhraseQuery
finally:
    sys.meta_path.remove(_finder)

LEAST_CACHE_BYTES = 64 << 20
_METADATA_CACHE_BYTES = 16 << 20


def connect(
    directory: Path,
    *,
    read_consistency_interval: timedelta | None = None,
    cache_bytes: int = LEAST_CACHE_BYTES,
) -> Any:
    """Connect to the database of a directory, with little memory for what it keeps of indexes.

    Lance keeps 6 GiB of them by default, also of those that tidying has replaced: 30 MB when
    40,000 passages had been stored. Any thread; raises as LanceDB does.
    """
    session = lancedb.Session(
        index_cache_size_bytes=cache_bytes,
        metadata_cache_size_bytes=_METADATA_CACHE_BYTES,
    )
    return lancedb.connect(
        directory, read_consistency_interval=read_consistency_interval, session=session
    )


def question(table: Any) -> Any:
    """Begin to say what is asked of a table, in the words of LanceDB's asynchronous queries.

    Those of its synchronous tables ask the table for its schema before and after: .7 of the
    2.4 ms of a processor that the least query takes. Any thread.
    """
    # There is no public way from the one to the other.
    return AsyncQuery(table._table._inner.query())  # noqa: SLF001


def begin(query: Any, then: Callable[[pa.Table], object] | None = None) -> Callable[[], pa.Table]:
    """Begin what a ``question`` asks; what is returned waits for its rows, an Arrow table.

    LanceDB runs it on its own threads, as it does all queries: one that is not begun ahead it
    waits for at once. ``then`` gets the rows first, on the thread of LanceDB's event loop, and
    must not wait for anything. Any thread; both raise as LanceDB does.
    """
    return asyncio.run_coroutine_threadsafe(_rows_of(query, then), LOOP.loop).result


async def _rows_of(query: Any, then: Callable[[pa.Table], object] | None) -> pa.Table:
    batches = await query.to_batches()
    rows = pa.Table.from_batches(await batches.read_all(), schema=batches.schema)
    if then is not None:
        then(rows)
    return rows
