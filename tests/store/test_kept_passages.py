"""Passages that are asked for again are not read again, and never outlive their row."""

from __future__ import annotations

import pytest

from desktop_app.domain import Filters
from desktop_app.store.kept import KeptPassages
from desktop_app.store.library import open_library
from desktop_app.store.schema import passage_rows
from tests.store.library_samples import (
    SPACE,
    add,
    make_document,
    make_embeddings,
    make_passage,
)


def test_what_was_asked_for_is_read_once_until_the_next_commit(library):
    ids = add(library, "a", "one", "two", "three")
    first = library.get_passages(ids[:2])
    again = library.get_passages(ids)
    assert [again[each].text for each in ids] == ["one", "two", "three"]
    assert all(again[each] is first[each] for each in ids[:2])
    add(library, "b", "four", path="b.pdf")
    assert library.get_passages(ids)[ids[0]] is not first[ids[0]]
    assert library.get_passages(ids) == again


def test_a_passage_that_was_removed_is_not_answered_from_memory(library):
    ids = add(library, "a", "one", "two")
    assert len(library.get_passages(ids)) == 2
    library.remove_documents([("/docs", "a.pdf")])
    assert library.get_passages(ids) == {}


def test_a_reader_sees_that_another_process_has_replaced_a_passage(library, directory):
    ids = add(library, "a", "one")
    reader = open_library(directory, is_writable=False)
    assert reader.get_passages(ids)[ids[0]].language == "en"
    library.put_passages([make_passage("a", 0, "one", language="de")])
    library.put_documents([make_document("a", passages=1)])
    assert reader.get_passages(ids)[ids[0]].language == "de"


def test_more_passages_than_are_kept_are_all_returned(library):
    ids = add(library, "many", *(f"text {at}" for at in range(2_500)))
    for _ in range(2):
        found = library.get_passages(ids)
        assert [found[each].text for each in ids] == [f"text {at}" for at in range(2_500)]
    assert len(library._passages._kept.passages) <= 2_000


def test_what_a_search_for_words_found_is_not_read_again(library):
    ids = add(library, "a", "one text", "another text", "else")
    run = library.search_fulltext("text", k=10)
    assert set(run.passage_ids) == set(ids[:2])
    kept = dict(library._passages._kept.passages)
    assert set(kept) == set(ids[:2])
    found = library.get_passages(ids)
    assert [found[each].text for each in ids] == ["one text", "another text", "else"]
    assert all(found[each] is kept[each] for each in ids[:2])
    add(library, "b", "third text", path="b.pdf")
    assert len(library.search_fulltext("text", k=10).passage_ids) == 3
    assert library.get_passages(ids[:1])[ids[0]] is not kept[ids[0]]


def test_what_is_near_in_meaning_is_read_before_somebody_asks_for_it(library):
    ids = add(library, "a", "one", "two", "three")
    library.put_vectors(SPACE, ids, make_embeddings(3))
    run = library.ahead.dense(SPACE, make_embeddings(1).dense[0], k=2, reads_on=True)()
    kept = library._passages._kept
    assert len(run.passage_ids) == 2
    assert kept.missing(ids) == [each for each in ids if each not in run.passage_ids]
    assert set(kept.find(run.passage_ids)) == set(run.passage_ids)


def test_what_a_search_may_bring_is_not_read_beside_it():
    kept, read = KeptPassages(1), []
    passages = [make_passage("a", at, f"text {at}") for at in range(3)]
    ids = [each.passage_id for each in passages]
    first, second = kept.taking(), kept.taking()
    kept.after_searches(lambda: read.append(kept.missing(ids)))
    first(passage_rows(passages[:1]))
    assert read == []
    second(passage_rows(passages[1:2]))
    assert read == [ids[2:]]
    kept.after_searches(lambda: read.append(kept.missing(ids[:2])))
    assert read[1:] == [[]]


def test_passages_whose_reading_fails_are_read_by_who_asks_next():
    kept = KeptPassages(1)

    def fail():
        raise RuntimeError("Not found: data/1.lance")

    kept.expect(["a", "b"], fail)
    assert kept.missing("ab") == []
    with pytest.raises(RuntimeError):
        kept.find("ab")
    kept.expect("b", lambda: None)
    assert kept.find("ab") == {}
    assert kept.missing("ab") == ["a", "b"]


def test_the_passages_that_were_read_first_make_room_for_others():
    kept = KeptPassages(1)
    passages = [make_passage("a", at, f"text {at}") for at in range(2_100)]
    ids = [each.passage_id for each in passages]
    kept.take(passage_rows(passages[:1_000]))
    assert len(kept.take(passage_rows(passages[1_000:]))) == 1_100
    assert kept.missing(ids) == ids[:100]


def test_counts_filters_and_words_follow_each_commit(library, directory):
    add(library, "a", "one", "two")
    reader = open_library(directory, is_writable=False)
    pdf = Filters(types=("pdf",))
    for count, name in ((2, "a"), (3, "b"), (4, "c")):
        if name != "a":
            add(library, name, f"text {name}", path=f"{name}.pdf")
        for each in (library, reader):
            within = each.select_contents(pdf)
            assert within is not None
            coverage = each.coverage(None, within)
            assert (
                (coverage.passages, coverage.passing) == (count, len(within)) == (count, count - 1)
            )
    reader.close()
