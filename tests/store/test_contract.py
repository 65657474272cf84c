"""What every method of the library promises, on real tables."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from desktop_app.domain import (
    DocumentStatus,
    Embeddings,
    Filters,
    RootState,
    SparseVector,
)
from desktop_app.store import upkeep
from desktop_app.store.library import open_library
from tests.store.library_samples import (
    SPACE,
    SPARSE_SPACE,
    add,
    make_document,
    make_embeddings,
    make_hash,
    make_passage,
    make_passages,
    weights_of,
)


def stored_hashes(library) -> set[str]:
    return set(library._passages.content_hashes())


def stored_vectors(library, space=SPACE) -> set[str]:
    table = library._tables.space(space)
    return set(table.ids()) if table else set()


def test_documents_are_ordered_by_root_and_path_and_selected_by_status(library):
    rows = [
        make_document("b", root="/b"),
        make_document("z", root="/a", status=DocumentStatus.FAILED),
        make_document("a", root="/a"),
    ]
    library.put_documents(rows)
    assert library.documents() == (rows[2], rows[1], rows[0])
    assert library.documents(DocumentStatus.FAILED) == (rows[1],)
    assert library.documents_of("/a") == {"z.pdf": rows[1], "a.pdf": rows[2]}
    assert library.documents_of("/nowhere") == {}


def test_putting_a_row_again_replaces_it(library):
    library.put_documents([make_document("a", "x.pdf")])
    changed = make_document("b", "x.pdf", size=99)
    library.put_documents([make_document("c", "x.pdf"), changed])
    assert library.documents() == (changed,)


def test_what_is_remembered_of_the_ledger_is_what_is_stored(library, directory):
    names = ("a", "b", "c", "")
    rows = itertools.cycle(
        make_document(name, f"{number}.pdf", content_hash=make_hash(name) if name else "")
        for number in range(3)
        for name in names
    )
    for count in (5, 3, 4, 2):
        library.put_documents([next(rows) for _ in range(count)])
        library.remove_documents([("/docs", f"{count % 3}.pdf"), ("/docs", "unknown.pdf")])
        reader = open_library(directory, is_writable=False)
        assert library.documents() == reader.documents()
        assert library.contents() == reader.contents()
        held = library.documents_of_contents(map(make_hash, names))
        assert held == reader.documents_of_contents(map(make_hash, names))


def test_a_replaced_document_leaves_nothing_behind(library):
    ids = add(library, "old", "old words", path="x.pdf")
    library.put_vectors(SPACE, ids, make_embeddings(1))
    new_ids = add(library, "new", "new words", path="x.pdf")
    assert stored_hashes(library) == {make_hash("new")}
    assert stored_vectors(library) == set()
    assert library.search_fulltext("old", k=10).passage_ids == ()
    assert library.search_fulltext("new", k=10).passage_ids == tuple(new_ids)


def test_a_removed_document_leaves_nothing_behind_in_any_space(library, directory):
    for name in ("a", "b"):
        ids = add(library, name, f"words of {name}")
        library.put_vectors(SPACE, ids, make_embeddings(1))
        library.put_vectors(SPARSE_SPACE, ids, make_embeddings(1, is_sparse=True))
    library.close()
    # Opened anew, so that no table of a space is open when the document goes.
    reopened = open_library(directory)
    reopened.remove_documents([("/docs", "a.pdf"), ("/docs", "never-there.pdf")])
    assert [row.path for row in reopened.documents()] == ["b.pdf"]
    assert stored_hashes(reopened) == {make_hash("b")}
    assert stored_vectors(reopened) == stored_vectors(reopened, SPARSE_SPACE) == set(ids)
    reopened.close()


def test_two_files_of_one_content_share_passages_until_the_last_goes(library):
    ids = add(library, "a", "shared words", path="one.pdf")
    library.put_documents([make_document("a", "two.pdf", passages=1)])
    library.put_vectors(SPACE, ids, make_embeddings(1))
    assert library.coverage(SPACE).passages == 1
    library.remove_documents([("/docs", "one.pdf")])
    assert library.search_fulltext("shared", k=10).passage_ids == tuple(ids)
    assert stored_vectors(library) == set(ids)
    library.remove_documents([("/docs", "two.pdf")])
    assert stored_hashes(library) == stored_vectors(library) == set()


def test_of_the_owners_of_a_content_a_readable_file_that_is_still_there_is_first(library, tmp_path):
    present = tmp_path / "here.pdf"
    present.touch()
    failed = make_document("a", "a.pdf", root=str(tmp_path), status=DocumentStatus.FAILED)
    gone = make_document("a", "b.pdf", root=str(tmp_path))
    here = make_document("a", "here.pdf", root=str(tmp_path))
    library.put_documents([failed, gone])
    assert library.documents_of_contents([make_hash("a")]) == {make_hash("a"): (gone, failed)}
    library.put_documents([here])
    owners = library.documents_of_contents([make_hash("a"), make_hash("unknown")])
    assert owners == {make_hash("a"): (here, gone, failed)}


def test_every_row_of_a_content_is_found_however_many_copies_there_are(library):
    rows = [make_document("a", f"{number}.pdf") for number in range(20)]
    library.put_documents([*rows, make_document("b", "other.pdf")])
    assert sorted(row.path for row in library.rows_of_content(make_hash("a"))) == sorted(
        row.path for row in rows
    )
    assert list(library.rows_of_content(make_hash("unknown"))) == []


def test_the_owner_of_a_content_is_a_copy_that_the_filters_select(library, tmp_path):
    present = tmp_path / "here.pdf"
    present.touch()
    here = make_document("a", "here.pdf", root=str(tmp_path))
    old_copy = make_document("a", "old/copy.txt", root=str(tmp_path), mtime_ns=0)
    library.put_documents([here, old_copy])
    content = make_hash("a")

    def owner(**fields):
        owners = library.documents_of_contents([content], filters=Filters(**fields))
        return owners[content][0] if owners else None

    assert owner() == owner(types=("pdf",)) == owner(languages=("de",)) == here
    assert owner(types=("txt",)) == owner(folders=("old/",)) == old_copy
    assert owner(before=date(1980, 1, 1)) == old_copy
    assert owner(types=("docx",)) is None


def test_contents_tell_versions_and_counts_of_readable_documents(library):
    library.put_documents(
        [
            make_document("a", passages=4),
            make_document("b", status=DocumentStatus.FAILED),
            make_document("c", content_hash="", status=DocumentStatus.SKIPPED),
            make_document("d", status=DocumentStatus.PARTIAL, parser_version=5),
        ]
    )
    assert library.contents() == {make_hash("a"): (1, 2, 4), make_hash("d"): (5, 2, 3)}


def test_new_passages_of_a_content_replace_the_old_and_their_vectors(library):
    old = add(library, "a", "stays", "goes away")
    other = add(library, "b", "untouched")
    library.put_vectors(SPACE, [*old, *other], make_embeddings(3))
    kept = make_passage("a", 0, "stays")
    fresh = make_passage("a", 1, "comes instead")
    library.put_passages([kept, fresh])
    assert library.passages_of(make_hash("a")) == (kept, fresh)
    assert stored_vectors(library) == {old[0], other[0]}
    assert library.missing_vectors(SPACE) == (fresh.passage_id,)
    assert library.search_fulltext("goes away", k=10).passage_ids == ()


def test_missing_vectors_come_in_the_order_of_insertion(library):
    passages = make_passages("a", 40)
    library.put_passages(passages[:20])
    library.put_passages(make_passages("b", 2))
    library.put_vectors(SPACE, [passages[3].passage_id], make_embeddings(1))
    expected = [each.passage_id for each in [*passages[:20], *make_passages("b", 2)]]
    del expected[3]
    assert library.missing_vectors(SPACE) == tuple(expected)


def test_a_vector_put_twice_or_without_passage_is_kept_once_or_not_at_all(library):
    ids = add(library, "a", "one", "two")
    stranger = make_passage("b", 0, "never stored").passage_id
    library.put_vectors(SPACE, [*ids, stranger], make_embeddings(3))
    library.put_vectors(SPACE, ids, make_embeddings(2, seed=1))
    found = library.vectors_of(SPACE, [*ids, stranger])
    assert set(found) == set(ids)
    assert library.embedded(SPACE, [*ids, stranger]) == set(ids)
    assert library.coverage(SPACE).embedded == 2
    np.testing.assert_allclose(found[ids[0]], make_embeddings(2).dense[0], atol=1e-3)
    assert found[ids[0]].dtype == np.float32


def test_vectors_of_the_wrong_shape_are_refused(library):
    ids = add(library, "a", "one", "two")
    with pytest.raises(ValueError, match="shape"):
        library.put_vectors(SPACE, ids, make_embeddings(1))


def test_spaces_do_not_mix(library):
    ids = add(library, "a", "one")
    library.put_vectors(SPACE, ids, make_embeddings(1))
    assert library.missing_vectors(SPARSE_SPACE) == tuple(ids)
    vector = make_embeddings(1).dense[0]
    assert library.search_dense(SPARSE_SPACE, vector, k=5).passage_ids == ()
    assert library.vectors_of(SPARSE_SPACE, ids) == {}
    assert library.embedded(SPARSE_SPACE, ids) == frozenset()
    assert library.search_sparse(SPACE, make_sparse({1: 1.0}), k=5).passage_ids == ()


def test_dense_search_ranks_by_cosine(library):
    ids = add(library, "a", *(f"text {each}" for each in range(30)))
    embeddings = make_embeddings(30)
    library.put_vectors(SPACE, ids, embeddings)
    query = make_embeddings(1, seed=9).dense[0]
    run = library.search_dense(SPACE, query, k=10)
    cosines = embeddings.dense @ query
    order = np.argsort(-cosines)[:10]
    assert run.name == "dense"
    assert run.passage_ids == tuple(ids[each] for each in order)
    np.testing.assert_allclose(run.scores, cosines[order], atol=2e-3)


def make_sparse(weights: dict[int, float]) -> SparseVector:
    ids = sorted(weights)
    values = [weights[each] for each in ids]
    return SparseVector(np.array(ids, dtype=np.int32), np.array(values, dtype=np.float32))


def test_sparse_search_ranks_by_the_exact_dot_product(library):
    ids = add(library, "a", *(f"text {each}" for each in range(60)))
    embeddings = make_embeddings(60, is_sparse=True)
    library.put_vectors(SPARSE_SPACE, ids, embeddings)
    query = weights_of(make_embeddings(1, seed=5, is_sparse=True))[0]
    wanted = dict(zip(query.token_ids.tolist(), query.weights.tolist(), strict=True))
    scores = {
        passage_id: sum(
            wanted.get(token, 0.0) * weight
            for token, weight in zip(each.token_ids.tolist(), each.weights.tolist(), strict=True)
        )
        for passage_id, each in zip(ids, weights_of(embeddings), strict=True)
    }
    expected = sorted(
        (each for each in scores if scores[each] > 0), key=lambda each: (-scores[each], each)
    )
    run = library.search_sparse(SPARSE_SPACE, query, k=60)
    assert run.passage_ids == tuple(expected)
    np.testing.assert_allclose(run.scores, [scores[each] for each in expected], rtol=1e-5)


def test_sparse_search_without_tokens_is_an_empty_run(library):
    ids = add(library, "a", "text")
    empty = Embeddings(make_embeddings(1).dense, (make_sparse({}),))
    library.put_vectors(SPARSE_SPACE, ids, empty)
    assert library.search_sparse(SPARSE_SPACE, make_sparse({}), k=5).passage_ids == ()
    assert library.search_sparse(SPARSE_SPACE, make_sparse({7: 1.0}), k=5).passage_ids == ()


def test_roots_are_remembered_with_their_counts(library, directory, tmp_path):
    library.add_root(str(tmp_path))
    library.add_root("/gone\udc80")
    library.add_root(str(tmp_path))
    library.put_documents(
        [
            make_document("a", root=str(tmp_path)),
            make_document("b", root=str(tmp_path), status=DocumentStatus.PARTIAL),
        ]
    )
    library.close()
    reopened = open_library(directory)
    here, away = reopened.roots()
    assert (here.path, here.state, here.documents) == (str(tmp_path), RootState.HERE, 2)
    assert (here.indexed, here.partial, here.failed, here.skipped) == (1, 1, 0, 0)
    assert here.last_indexed == make_document("a").indexed_at
    assert (away.path, away.state, away.last_indexed) == ("/gone\udc80", RootState.AWAY, None)
    reopened.close()


def test_a_root_that_becomes_part_of_another_keeps_its_text_and_vectors(library):
    for root in ("/one", "/one/inner", "/one/file.pdf"):
        library.add_root(root)
    ids = [each.passage_id for each in make_passages("a", 2)]
    library.put_passages([*make_passages("a", 2), *make_passages("b", 2)])
    library.put_documents(
        [
            make_document("a", "deep/a.pdf", root="/one/inner"),
            replace(make_document("b", root="/one/file.pdf"), path=""),
        ]
    )
    library.put_vectors(SPACE, ids, make_embeddings(2))
    library.move_root("/one/inner", into="/one")
    library.move_root("/one/file.pdf", into="/one")
    assert [root.path for root in library.roots()] == ["/one"]
    assert set(library.documents_of("/one")) == {"inner/deep/a.pdf", "file.pdf"}
    assert stored_hashes(library) == {make_hash("a"), make_hash("b")}
    assert stored_vectors(library) == set(ids)
    with pytest.raises(ValueError, match="two"):
        library.move_root("/two", into="/one")


def test_forgetting_a_root_removes_only_what_it_alone_holds(library):
    for root in ("/one", "/two"):
        library.add_root(root)
    library.put_passages([*make_passages("shared", 1), *make_passages("own", 1)])
    library.put_documents(
        [
            make_document("shared", root="/one"),
            make_document("own", root="/one"),
            make_document("shared", root="/two"),
        ]
    )
    library.remove_root("/one")
    assert [root.path for root in library.roots()] == ["/two"]
    assert [row.root for row in library.documents()] == ["/two"]
    assert stored_hashes(library) == {make_hash("shared")}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), None),
        (Filters(languages=("de",)), None),
        (Filters(folders=("/home/Ann/Papers",)), {"a", "b"}),
        (Filters(folders=("/home/ann/papers/",)), {"a", "b"}),
        (Filters(folders=("/home/ann/pap",)), set()),
        (Filters(folders=("TAXES",)), {"b", "c"}),
        (Filters(folders=("taxes", "nowhere")), {"b", "c"}),
        (Filters(types=("PDF",)), {"a", "c"}),
        (Filters(types=(".docx", "md")), {"b"}),
        (Filters(after=date(2024, 3, 10)), {"b", "c"}),
        (Filters(before=date(2024, 3, 10)), {"a", "b"}),
        (Filters(after=date(2024, 3, 10), before=date(2024, 3, 10)), {"b"}),
        (Filters(folders=("taxes",), types=("pdf",)), {"c"}),
        (Filters(types_left_out=("PDF",)), {"b"}),
        (Filters(folders_left_out=("taxes",)), {"a"}),
        (Filters(types=("pdf",), folders_left_out=("/home/ann/papers",)), {"c"}),
        (Filters(types_left_out=("pdf", "docx", "md")), set()),
        (Filters(types=("'; DROP TABLE documents",)), set()),
    ],
)
def test_filters_select_contents_by_folder_type_and_day(library, filters, expected):
    def at_noon(day: int) -> int:
        return int(datetime(2024, 3, day, 12).astimezone().timestamp()) * 10**9

    library.put_documents(
        [
            make_document("a", "x/a.pdf", root="/home/ann/Papers", mtime_ns=at_noon(9)),
            make_document("b", "Taxes/b.DOCX", root="/home/ann/Papers", mtime_ns=at_noon(10)),
            make_document("c", "taxes/c.pdf", root="/srv", mtime_ns=at_noon(11)),
            make_document("none", "taxes/d.pdf", root="/srv", content_hash=""),
        ]
    )
    found = library.select_contents(filters)
    assert found == (None if expected is None else {make_hash(each) for each in expected})


@pytest.mark.parametrize(
    ("root", "path", "folder"),
    [
        ("/home/ann", "Re\u0301sume\u0301s/a.pdf", "R\u00e9sum\u00e9s"),
        ("/home/ann/Re\u0301sume\u0301s", "a.pdf", "/home/ann/R\u00e9sum\u00e9s"),
        ("/", "srv/a.pdf", "/srv"),
        ("/srv", "~nobody-by-this-name/a.pdf", "~nobody-by-this-name"),
    ],
)
def test_a_folder_is_found_however_its_name_is_spelled(library, root, path, folder):
    library.put_documents([make_document("a", path, root=root)])
    assert library.select_contents(Filters(folders=(folder,))) == {make_hash("a")}
    assert library.select_contents(Filters(folders=(folder + "x",))) == frozenset()


def test_days_select_files_of_any_claimed_time(library):
    library.put_documents(
        [
            make_document("far", "far.pdf", mtime_ns=2**63 - 1),
            make_document("old", "old.pdf", mtime_ns=-(2**63)),
        ]
    )
    assert library.select_contents(Filters(after=date(2000, 1, 1))) == {make_hash("far")}
    assert library.select_contents(Filters(before=date(2000, 1, 1))) == {make_hash("old")}
    both = {make_hash("far"), make_hash("old")}
    assert library.select_contents(Filters(after=date.min, before=date.max)) == both


def test_selection_follows_the_ledger_after_a_write(library):
    library.put_documents([make_document("a", "a.pdf")])
    assert library.select_contents(Filters(types=("pdf",))) == {make_hash("a")}
    library.put_documents([make_document("b", "a.pdf")])
    assert library.select_contents(Filters(types=("pdf",))) == {make_hash("b")}
    library.remove_documents([("/docs", "a.pdf")])
    assert library.select_contents(Filters(types=("pdf",))) == frozenset()


def test_nothing_but_hex_gets_into_a_condition(library):
    add(library, "a", "text")
    evil = "x') OR ('1'='1"
    with pytest.raises(ValueError, match=re.escape(evil)):
        library.passages_of(evil)
    with pytest.raises(ValueError, match=re.escape(evil)):
        library.get_passages([evil])
    with pytest.raises(ValueError, match=re.escape(evil)):
        library.search_fulltext("text", k=5, languages=(evil,))
    with pytest.raises(ValueError, match=re.escape(evil)):
        library.search_fulltext("text", k=5, within=frozenset({evil}))


def test_maintenance_changes_no_answer_and_keeps_the_order(library):
    for each in range(5):
        ids = add(library, str(each), f"word{each} shared", "second shared passage")
        library.put_vectors(SPARSE_SPACE, ids[:1], make_embeddings(1, is_sparse=True))
    before = (
        library.search_fulltext("shared", k=50).passage_ids,
        library.missing_vectors(SPARSE_SPACE),
        library.documents(),
        library.coverage(SPARSE_SPACE),
    )
    library.maintain(is_cancelled=lambda: False)
    after = (
        library.search_fulltext("shared", k=50).passage_ids,
        library.missing_vectors(SPARSE_SPACE),
        library.documents(),
        library.coverage(SPARSE_SPACE),
    )
    assert set(before[0]) == set(after[0])
    assert before[1:] == after[1:]


def test_cancelled_maintenance_leaves_tables_as_they_are(library):
    add(library, "a", "text")
    version = library._passages._table.version
    library.maintain(is_cancelled=lambda: True)
    assert library._passages._table.version == version


def test_statistics_count_rows_and_bytes(library, directory):
    ids = add(library, "a", "one", "two")
    library.put_vectors(SPACE, ids, make_embeddings(2))
    statistics = library.statistics()
    assert statistics["documents"] == 1
    assert statistics["passages"] == 2
    assert statistics["directory"] == str(directory)
    assert int(statistics["bytes"]) > 1000


def test_empty_calls_change_nothing(library):
    library.put_documents([])
    library.put_passages([])
    library.remove_documents([])
    library.put_vectors(SPACE, [], make_embeddings(0))
    assert library.documents() == ()
    assert library.get_passages([]) == {}
    assert library.passages_of(make_hash("unknown")) == ()
    assert library.missing_vectors(SPACE) == ()
    assert library.search_fulltext("anything", k=5).passage_ids == ()
    assert library.search_dense(SPACE, make_embeddings(1).dense[0], k=5).passage_ids == ()


def test_times_are_kept_to_the_microsecond_in_utc(library):
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    library.put_documents([make_document("a", indexed_at=moment)])
    assert library.documents()[0].indexed_at == moment
    assert library.documents()[0].indexed_at.tzinfo is UTC


def test_a_library_that_changes_for_long_stays_as_small_as_a_fresh_one(directory, tmp_path):
    def size(place):
        return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())

    def put(library, number):
        texts = [f"words of round {number} and text {at} " * 20 for at in range(40)]
        ids = add(library, f"round {number}", *texts, path="a.pdf")
        library.put_vectors(SPACE, ids, make_embeddings(len(ids)))
        library.maintain(is_cancelled=lambda: False)
        library.close()

    for number in range(8):
        put(open_library(directory), number)
    put(open_library(tmp_path / "fresh"), 7)
    assert size(directory) < 1.5 * size(tmp_path / "fresh")


def test_a_large_table_is_not_written_again_for_a_small_change(library, monkeypatch):
    monkeypatch.setattr(upkeep, "_FEWEST_NEW_ROWS", 100)
    monkeypatch.setattr(upkeep, "_FEW_ROWS", 20)
    add(library, "large", *(f"text {at}" for at in range(150)))
    library.maintain(is_cancelled=lambda: False)
    table = library._passages._table
    before = table.version
    add(library, "small", "zebra", path="b.pdf")
    written = table.version
    library.maintain(is_cancelled=lambda: False)
    assert before < written == table.version
    assert len(library.search_fulltext("zebra", k=5).passage_ids) == 1
    add(library, "more", *(f"word {at}" for at in range(30)), path="c.pdf")
    written = table.version
    library.maintain(is_cancelled=lambda: False)
    assert table.version > written


def test_what_a_removed_folder_held_does_not_stay_on_the_disk(library, directory, monkeypatch):
    monkeypatch.setattr(upkeep, "_FEWEST_NEW_ROWS", 100)
    kept = add(library, "kept", *(f"text {at}" for at in range(150)))
    library.add_root("/letters")
    gone = add(library, "gone", *(f"letter {at}" for at in range(150)))
    # The same content counts for the other folder from now on.
    library.put_documents([make_document("gone", root="/letters", passages=150)])
    library.remove_documents([("/docs", "gone.pdf")])
    library.put_vectors(SPACE, [*kept, *gone], make_embeddings(300))
    library.maintain()
    library.close()
    library = open_library(directory)
    library.remove_root("/letters")
    library.maintain()
    for table in library._tables.all():
        stats = table._table.stats()
        # Pieces are as long as the rows in them: none of these is a deleted one.
        assert stats["fragment_stats"]["num_fragments"] == 1
        assert stats["fragment_stats"]["lengths"]["max"] == stats["num_rows"]
    library.close()
    assert not list(directory.glob("*.lance/_deletions/*"))
