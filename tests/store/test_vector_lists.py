"""When the index of vectors is built anew, by the number of its lists."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from desktop_app.store import indexes

ROWS = 200_000


@dataclass(frozen=True, slots=True)
class _Index:
    name: str
    columns: tuple[str, ...] = ("dense",)


@dataclass(frozen=True, slots=True)
class _Table:
    rows: int
    built: tuple[_Index, ...] = ()

    def count_rows(self) -> int:
        return self.rows

    def list_indices(self) -> tuple[_Index, ...]:
        return self.built


def _is_due(rows: int, *names: str) -> bool:
    built = tuple(_Index(each) for each in names)
    return indexes.vector_chore(_Table(rows, built)) is not None


def test_lists_are_long_enough_that_lance_does_not_join_most_of_them():
    # It joins those below 1,024 rows, and lists differ in length by a factor of two and more.
    assert indexes._ROWS_A_LIST >= 2_000


@pytest.mark.parametrize(
    ("rows", "names", "is_due"),
    [
        (indexes.ROWS_FOR_VECTOR_INDEX - 1, (), False),
        (indexes.ROWS_FOR_VECTOR_INDEX, (), True),
        (ROWS, ("dense_100",), False),
        (ROWS, ("dense_51",), False),
        (ROWS, ("dense_50",), True),
        (ROWS, ("dense_400",), False),
        (ROWS, ("dense_401",), True),
        # As an older version built it: its 500 lists are 13 by now.
        (ROWS, ("dense_500",), True),
    ],
)
def test_the_index_is_due_when_rows_have_doubled_or_its_lists_were_too_short(rows, names, is_due):
    assert _is_due(rows, *names) is is_due
