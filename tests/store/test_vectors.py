"""Dense and sparse search under filters, and through the IVF index of a large space."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.domain import Embeddings, VectorSpace
from desktop_app.store import indexes
from desktop_app.store.lexical import has_index
from tests.store.library_samples import (
    SPARSE_SPACE,
    make_document,
    make_embeddings,
    make_hash,
    make_passage,
    weights_of,
)

COUNT = 40


@pytest.fixture
def filled(library):
    """Forty documents of one passage each, every third in German."""
    names = [f"d{each:02}" for each in range(COUNT)]
    passages = [
        make_passage(name, 0, f"text of {name}", language="en" if at % 3 else "de")
        for at, name in enumerate(names)
    ]
    library.put_passages(passages)
    library.put_documents([make_document(name, passages=1) for name in names])
    embeddings = make_embeddings(COUNT, is_sparse=True)
    library.put_vectors(SPARSE_SPACE, [each.passage_id for each in passages], embeddings)
    return library, passages, embeddings


@pytest.mark.parametrize("is_maintained", [False, True])
@pytest.mark.parametrize("share", [0, 1, 2, 20, 39, 40])
def test_filters_by_content_apply_before_the_best_k(filled, share, is_maintained):
    library, passages, embeddings = filled
    if is_maintained:
        library.maintain(is_cancelled=lambda: False)
    query = make_embeddings(1, seed=3, is_sparse=True)
    within = frozenset(each.content_hash for each in passages[:share])
    allowed = [each.passage_id for each in passages[:share]]
    dense = library.search_dense(SPARSE_SPACE, query.dense[0], k=5, within=within)
    order = np.argsort(-(embeddings.dense[:share] @ query.dense[0]))[:5]
    assert dense.passage_ids == tuple(allowed[each] for each in order)
    sparse = library.search_sparse(SPARSE_SPACE, weights_of(query)[0], k=5, within=within)
    assert set(sparse.passage_ids) <= set(allowed)


def test_only_passages_of_the_given_languages_are_ranked(filled):
    library, passages, _ = filled
    query = make_embeddings(1, seed=3, is_sparse=True)
    german = {each.passage_id for each in passages if each.language == "de"}
    dense = library.search_dense(SPARSE_SPACE, query.dense[0], k=COUNT, languages=("de", "und"))
    assert set(dense.passage_ids) == german
    sparse = library.search_sparse(SPARSE_SPACE, weights_of(query)[0], k=COUNT, languages=("de",))
    assert set(sparse.passage_ids) <= german
    both = library.search_dense(
        SPARSE_SPACE,
        query.dense[0],
        k=COUNT,
        languages=("de",),
        within=frozenset({make_hash("d00"), make_hash("d01")}),
    )
    assert both.passage_ids == (passages[0].passage_id,)


def test_nothing_is_asked_for_gives_nothing(filled):
    library, _, _ = filled
    query = make_embeddings(1, is_sparse=True)
    assert library.search_dense(SPARSE_SPACE, query.dense[0], k=0).passage_ids == ()
    assert library.search_sparse(SPARSE_SPACE, weights_of(query)[0], k=0).passage_ids == ()


@pytest.fixture
def large(library, monkeypatch):
    """A space above the limit for exact search, which is lowered to 2,000 rows here."""
    monkeypatch.setattr(indexes, "ROWS_FOR_VECTOR_INDEX", 2_000)
    monkeypatch.setattr(indexes, "_ROWS_A_LIST", 100)
    space = VectorSpace("large", "test", 32, has_sparse=False, languages=frozenset())
    rng = np.random.default_rng(1)
    dense = rng.standard_normal((3_000, 32)).astype(np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    passages = [make_passage(f"d{each // 100}", each, f"text {each}") for each in range(3_000)]
    library.put_passages(passages)
    library.put_documents([make_document(f"d{each}", passages=100) for each in range(30)])
    ids = [each.passage_id for each in passages]
    library.put_vectors(space, ids, Embeddings(dense))
    library.maintain(is_cancelled=lambda: False)
    return library, space, ids, dense


def test_a_large_space_is_searched_through_an_index_with_high_recall(large):
    library, space, ids, dense = large
    table = library._tables.space(space)._table
    assert has_index(table, "dense")
    hits = 0
    for query in dense[::300]:
        exact = {ids[each] for each in np.argsort(-(dense @ query))[:20]}
        run = library.search_dense(space, query, k=20)
        hits += len(exact & set(run.passage_ids))
        assert run.scores[0] == pytest.approx(1.0, abs=5e-3)
    assert hits / 200 >= 0.9


def test_a_narrow_filter_is_exact_in_a_large_space(large):
    library, space, ids, dense = large
    query = dense[5]
    run = library.search_dense(space, query, k=20, within=frozenset({make_hash("d7")}))
    order = 700 + np.argsort(-(dense[700:800] @ query))[:20]
    assert run.passage_ids == tuple(ids[each] for each in order)


def test_vectors_put_after_the_index_was_built_are_found(large):
    library, space, _, dense = large
    fresh = make_passage("fresh", 0, "fresh text")
    library.put_passages([fresh])
    library.put_documents([make_document("fresh", passages=1)])
    vector = -dense[:1]
    library.put_vectors(space, [fresh.passage_id], Embeddings(vector))
    assert library.search_dense(space, vector[0], k=3).passage_ids[0] == fresh.passage_id


def test_the_index_is_built_anew_only_when_the_rows_have_doubled(large):
    library, space, _, _ = large
    table = library._tables.space(space)._table
    assert indexes.vector_chore(table) is None
    names = [index.name for index in table.list_indices() if "dense" in index.columns]
    assert names == ["dense_30"]
