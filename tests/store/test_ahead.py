"""Searches that are begun before they are waited for."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_app.domain import Run, Spellings
from desktop_app.errors import LibraryCorrupt
from desktop_app.store.ahead import Ahead
from tests.store.library_samples import (
    SPACE,
    SPARSE_SPACE,
    make_document,
    make_embeddings,
    make_hash,
    make_passage,
)

COUNT = 30
FOUND = Run("dense", ("a",), (0.5,))


@pytest.fixture
def filled(library):
    names = [f"d{each:02}" for each in range(COUNT)]
    passages = [make_passage(name, 0, f"text of {name}") for name in names]
    library.put_passages(passages)
    library.put_documents([make_document(name, passages=1) for name in names])
    library.put_vectors(SPACE, [each.passage_id for each in passages], make_embeddings(COUNT))
    return library


def test_what_is_begun_finds_what_a_search_finds_in_whatever_order_it_is_waited_for(filled):
    vectors = make_embeddings(4, seed=5).dense
    waiting = [filled.ahead.dense(SPACE, each, k=7) for each in vectors]
    words = filled.search_fulltext("d03", k=5)
    assert words.passage_ids
    for vector, wait in reversed(list(zip(vectors, waiting, strict=True))):
        assert wait() == filled.search_dense(SPACE, vector, k=7)


def test_what_is_begun_obeys_the_filters(filled):
    vector = make_embeddings(1, seed=5).dense[0]
    within = frozenset({make_hash("d01"), make_hash("d02")})
    assert len(filled.ahead.dense(SPACE, vector, k=7, within=within)().passage_ids) == 2
    assert filled.ahead.dense(SPACE, vector, k=7, within=frozenset())().passage_ids == ()
    assert filled.ahead.dense(SPARSE_SPACE, vector, k=7)() == Run("dense", (), ())


def test_what_nobody_waits_for_does_not_keep_the_library_open(filled):
    for vector in make_embeddings(20, seed=5).dense:
        filled.ahead.dense(SPACE, vector, k=7)
    filled.close()


class _Moved:
    """A table whose version is removed while it is read, as often as told."""

    def __init__(self, failures: int) -> None:
        self.left = failures

    def begin_dense(self, _vector, *, k, scope, then):
        del k, scope, then

        def wait():
            if self.left:
                self.left -= 1
                raise RuntimeError("Not found: data/1.lance")
            return FOUND

        return wait


class _Tables:
    def __init__(self, table: _Moved) -> None:
        self.table = table

    def space(self, _space):
        return self.table


class _Everything:
    def scope(self, _within, _languages):
        return None


def reading(failures: int) -> Ahead:
    tables: Any = _Tables(_Moved(failures))
    narrowing: Any = _Everything()
    return Ahead(tables, narrowing)


def test_a_version_that_is_removed_while_it_is_read_is_read_anew():
    assert reading(1).dense(SPACE, make_embeddings(1).dense[0], k=3)() == FOUND


def test_a_table_that_cannot_be_read_twice_is_damaged():
    wait = reading(2).dense(SPACE, make_embeddings(1).dense[0], k=3)
    with pytest.raises(LibraryCorrupt):
        wait()


def test_words_and_their_forms_are_begun_ahead_as_well(filled):
    filled.maintain()
    forms = filled.ahead.spellings((Spellings(("texx",), edits=1, kept=3),), k=9)
    words = filled.ahead.fulltext("d03 d05", k=4)
    within = filled.ahead.fulltext("text", k=9, within=frozenset({make_hash("d01")}))
    assert words() == filled.search_fulltext("d03 d05", k=4)
    assert len(within().passage_ids) == 1
    found = forms()
    assert found == filled.search_spellings((Spellings(("texx",), edits=1, kept=3),), k=9)
    assert len(found.passage_ids) == 9
    assert filled.ahead.spellings((), k=9)().passage_ids == ()
