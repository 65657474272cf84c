"""What writes a table or an index of it anew: the chores that take memory and minutes.

Each is a top-level function of the table's handle, or a partial of one, so that it can be done
in this process or handed to the ``tidier``. What is due is found here first, by a look at
the table that costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias

from desktop_app.store.lance import Bitmap, BTree, IvfRq
from desktop_app.store.lexical import has_index

Chore: TypeAlias = Callable[[Any], None]

ROWS_FOR_VECTOR_INDEX = 50_000

_KEYS = {"passage_id": BTree, "content_hash": BTree, "language": Bitmap}
DENSE = "dense"
# Lance joins lists of less than 1,024 rows whenever it brings an index up to date: of 500 with
# 400 rows each it left 13, and recall@100 with them was .964 where the 500 had .998; of 100 with
# 2,000 it leaves 81, with .995 (https://github.com/lance-format/lance/pull/9051).
_ROWS_A_LIST = 2_000
_MOST_LISTS_TOO_MANY = 4
_SAMPLES_A_LIST = 64


def compacting(older_than: timedelta) -> Chore:
    """Return the chore of one pass of LanceDB's: merge pieces, remove, merge into indexes.

    In this order. What it removes are the files of versions that are older than this when it
    removes, and those of no version at all, which a killed process left: LanceDB keeps these
    for a week unless told that nobody else writes.
    """
    return partial(_compact, older_than=older_than)


def _compact(table: Any, *, older_than: timedelta) -> None:
    table.optimize(cleanup_older_than=older_than, delete_unverified=True)


def key_chore(table: Any) -> Chore | None:
    """Return the chore of the scalar indexes that passages or vectors lack. Index thread.

    Without one Lance reads the column of all rows for a condition: for a language 8 ms a
    search at 100,000 passages, with it 1.
    """
    missing = tuple(each for each in _KEYS if not has_index(table, each))
    return partial(_index_keys, columns=missing) if missing else None


def _index_keys(table: Any, *, columns: Sequence[str]) -> None:
    for column in columns:
        table.create_index(column, config=_KEYS[column]())


def vector_chore(table: Any) -> Chore | None:
    """Return the chore of the IVF index: above 50,000 rows, and when they have doubled since.

    Also when a quarter is left, or it was built for lists so short that they were joined since.

    IVF_RQ: at 200,000 x 1024 it is built five times faster than IVF_PQ at the same recall
    (measured). The index's name tells for how many lists it was built. Takes minutes.
    """
    lists = table.count_rows() // _ROWS_A_LIST
    built = [index for index in table.list_indices() if DENSE in index.columns]
    if lists * _ROWS_A_LIST < ROWS_FOR_VECTOR_INDEX:
        return None
    if any(
        lists < 2 * int(index.name.rpartition("_")[2]) <= 2 * _MOST_LISTS_TOO_MANY * lists
        for index in built
    ):
        return None
    return partial(_index_vectors, lists=lists, replaced=tuple(index.name for index in built))


def _index_vectors(table: Any, *, lists: int, replaced: Sequence[str]) -> None:
    config = IvfRq(distance_type="dot", num_partitions=lists, sample_rate=_SAMPLES_A_LIST)
    table.create_index(DENSE, config=config, name=f"{DENSE}_{lists}")
    for name in replaced:
        table.drop_index(name)
