"""Filters over large libraries: the same answer, however Lance is told."""

from __future__ import annotations

import pytest

from desktop_app.domain import Filters
from desktop_app.store.library import open_library
from desktop_app.store.narrowing import Narrowing, Scope
from tests.store.library_samples import add, make_document, make_hash, make_passage

DOCUMENTS = 2_400


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Open a library where every second of many documents is a PDF that says more of zebras."""
    library = open_library(tmp_path_factory.mktemp("large") / "library")
    names = [str(each) for each in range(DOCUMENTS)]
    texts = ["zebra " * 5 if at % 2 else f"one zebra among {at} animals" for at in range(DOCUMENTS)]
    library.put_passages(
        [make_passage(*each) for each in zip(names, [0] * DOCUMENTS, texts, strict=True)]
    )
    library.put_documents(
        [
            make_document(name, f"{name}.{'pdf' if int(name) % 2 else 'txt'}", passages=1)
            for name in names
        ]
    )
    library.maintain()
    yield library
    library.close()


def scope_of(library, within=None, languages=()) -> Scope:
    return Narrowing(library._ledger).scope(within, languages)


def test_what_passes_is_found_behind_any_number_of_better_ones_that_do_not(large):
    within = large.select_contents(Filters(types=("txt",)))
    depth = scope_of(large, within).deeper(10, least_share=0.1)
    assert depth is not None
    assert depth < DOCUMENTS // 2
    run = large.search_fulltext("zebra", k=10, within=within)
    assert len(run.passage_ids) == 10
    assert {each.content_hash for each in large.get_passages(run.passage_ids).values()} <= within


@pytest.mark.parametrize("kind", ["pdf", "txt"])
def test_a_wide_filter_finds_what_the_same_filter_in_few_words_finds(large, kind):
    within = large.select_contents(Filters(types=(kind,)))
    few = frozenset(sorted(within)[:50])
    wide = large.search_fulltext("animals 7 12 zebra", k=DOCUMENTS, within=within)
    narrow = large.search_fulltext("animals 7 12 zebra", k=DOCUMENTS, within=few)
    passages = large.get_passages(wide.passage_ids)
    kept = [
        (each, score)
        for each, score in zip(wide.passage_ids, wide.scores, strict=True)
        if passages[each].content_hash in few
    ]
    assert tuple(kept) == tuple(zip(narrow.passage_ids, narrow.scores, strict=True))


def test_a_short_list_of_contents_is_a_condition_and_a_long_one_a_longer_ranking(large):
    few = frozenset(make_hash(str(each)) for each in range(20))
    assert scope_of(large, few).deeper(10, least_share=0.1) is None
    half = large.select_contents(Filters(types=("pdf",)))
    scope = scope_of(large, half)
    assert scope.share == 0.5
    assert scope.deeper(100, least_share=0.1) == 350
    assert scope.deeper(100, least_share=0.6) is None


def test_no_language_is_compared_where_no_passage_has_another(library):
    library.put_documents([make_document("a", languages=("en",), passages=1)])
    assert scope_of(library, languages=("en", "und")).condition == ""
    assert scope_of(library, languages=("en",)).condition == "language IN ('en')"
    assert scope_of(library, languages=("de", "fr")).is_empty
    library.put_documents([make_document("b", languages=("de",), passages=3)])
    assert scope_of(library, languages=("en", "und")).condition == "language IN ('en','und')"
    german = scope_of(library, languages=("de", "fr", "pt"))
    assert (german.condition, german.rows, german.share) == ("language IN ('de')", 3, 0.75)


def test_a_passage_counts_whose_row_is_still_to_come(library):
    library.put_passages([make_passage("a", 0, "ein Satz", language="de")])
    assert library.search_fulltext("Satz", k=5, languages=("de",)).passage_ids
    assert not library.search_fulltext("Satz", k=5, languages=("en",)).passage_ids


def test_the_counts_of_a_library_follow_every_commit(library):
    before = library.coverage(None)
    add(library, "a", "text")
    library.put_documents([make_document("b", "b.pdf", reason_code="needs-ocr")])
    after = library.coverage(None)
    assert (before.documents, after.documents, after.needs_ocr) == (0, 2, 1)
    library.remove_documents([("/docs", "b.pdf")])
    assert library.coverage(None).needs_ocr == 0
