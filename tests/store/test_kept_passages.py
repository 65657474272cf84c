"""Passages that are asked for again are not read again, and never outlive their row."""

from __future__ import annotations

from desktop_app.store.library import open_library
from tests.store.library_samples import add, make_document, make_passage


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
    assert len(library._passages._kept[1]) <= 2_000


def test_what_a_search_for_words_found_is_not_read_again(library):
    ids = add(library, "a", "one text", "another text", "else")
    run = library.search_fulltext("text", k=10)
    assert set(run.passage_ids) == set(ids[:2])
    kept = dict(library._passages._kept[1])
    assert set(kept) == set(ids[:2])
    found = library.get_passages(ids)
    assert [found[each].text for each in ids] == ["one text", "another text", "else"]
    assert all(found[each] is kept[each] for each in ids[:2])
    add(library, "b", "third text", path="b.pdf")
    assert len(library.search_fulltext("text", k=10).passage_ids) == 3
    assert library.get_passages(ids[:1])[ids[0]] is not kept[ids[0]]
