"""What every method of the library promises, on real tables."""

from __future__ import annotations

from desktop_app.domain import Coverage, DocumentStatus, Filters
from desktop_app.store.library import open_library
from tests.store.library_samples import (
    SPACE,
    add,
    make_document,
    make_embeddings,
    make_hash,
    make_passages,
)


def test_a_document_comes_back_as_it_was_put(library):
    row = make_document("a")
    library.put_documents([row])
    assert library.documents() == (row,)


def test_a_path_that_is_not_valid_unicode_comes_back_byte_for_byte(library, directory):
    rows = [
        make_document("a", "bad\udcff/na\udce9me.pdf", root="/do\udc80cs"),
        make_document("b", "half\ud800.pdf", page_count=None),
    ]
    library.put_documents(rows)
    assert set(library.documents()) == set(rows)
    library.close()
    reopened = open_library(directory)
    assert set(reopened.documents()) == set(rows)
    reopened.remove_documents([("/do\udc80cs", "bad\udcff/na\udce9me.pdf")])
    assert reopened.documents() == (rows[1],)
    reopened.close()


def test_a_passage_comes_back_as_it_was_put(library):
    passages = [
        *make_passages("a"),
        *make_passages("b", title="", heading=()),
        *make_passages("c", title="Same", heading=("Same", "中文 標題")),
    ]
    library.put_passages(passages)
    found = library.get_passages([each.passage_id for each in passages])
    assert found == {each.passage_id: each for each in passages}
    assert library.passages_of(make_hash("b")) == tuple(passages[3:6])


def test_text_that_utf8_cannot_hold_is_stored_with_replacements(library):
    library.put_passages(make_passages("a", 1, title="bro\udcffken", heading=("\ud800",)))
    (passage,) = library.passages_of(make_hash("a"))
    assert passage.title == "bro\ufffdken"
    assert passage.heading == ("\ufffd",)
    assert passage.text == "Text 0 of document a."


def test_coverage_counts_what_the_ledger_and_the_tables_hold(library):
    ids = add(library, "a", "one", "two")
    library.put_documents(
        [
            make_document("b", status=DocumentStatus.FAILED, passages=0, content_hash=""),
            make_document("c", status=DocumentStatus.SKIPPED, passages=0, content_hash=""),
        ]
    )
    library.put_vectors(SPACE, ids[:1], make_embeddings(1))
    assert library.coverage(SPACE) == Coverage(3, 1, 1, 2, 1)
    assert library.coverage(None) == Coverage(3, 1, 1, 2, 0)


def test_coverage_tells_scanned_files_from_others_that_were_not_read(library):
    failed = DocumentStatus.FAILED
    library.put_documents(
        [
            make_document("a"),
            make_document("b", reason_code="needs-ocr", status=failed, passages=0),
            make_document("c", reason_code="scanned-pages", status=DocumentStatus.PARTIAL),
            make_document("d", reason_code="corrupt", status=failed, passages=0),
        ]
    )
    coverage = library.coverage(None)
    assert (coverage.needs_attention, coverage.needs_ocr) == (3, 2)
    assert coverage.sentence.startswith(
        "Searched 2 of 4 files; 2 need OCR; 1 could not be read fully"
    )


def test_coverage_says_how_many_files_the_filters_let_through(library):
    failed = DocumentStatus.FAILED
    library.put_documents(
        [
            make_document("a", path="a.pdf"),
            make_document("b", path="b.pdf"),
            make_document("c", path="c.txt"),
            make_document("d", path="d.pdf", status=failed, passages=0),
        ]
    )

    def said(*types):
        return library.coverage(None, library.select_contents(Filters(types=types))).sentence

    assert said("pdf").startswith("Searched 2 of 4 files, all that pass the filters; 1 could not")
    assert said("txt").startswith("Searched 1 of 4 files, all that pass the filters;")
    assert said("doc").startswith("Searched none of 4 files;")
    assert said().startswith("Searched 3 of 4 files;")


def test_questions_are_likely_in_the_languages_of_more_than_a_few_passages(library):
    assert library.common_languages == frozenset()
    for name, language, passages in (("a", "en", 60), ("b", "de", 36), ("c", "fr", 4)):
        library.put_passages(make_passages(name))
        library.put_documents([make_document(name, languages=(language,), passages=passages)])
    assert library.languages == {"en", "de", "fr"}
    assert library.common_languages == {"en", "de"}
