from __future__ import annotations

from desktop_app.search.query import parse_query
from desktop_app.search.retrieval import retrieve_fulltext
from tests.store.library_samples import make_document, make_hash, make_passage


def put(library, *paths: str):
    library.put_passages(
        [make_passage(path, 0, "Net sales of the quarter rose.") for path in paths]
    )
    library.put_documents([make_document(path, path, passages=1) for path in paths])


def test_the_file_with_the_most_words_of_the_question_is_named(library):
    put(library, "2022_Q3_Report.pdf", "2023_Q3_Report.pdf", "a/2023-Q2 report.pdf", "Lease.pdf")
    find = library.names.find
    assert find(("net", "sales", "q3", "2022")) == {make_hash("2022_Q3_Report.pdf")}
    assert find(("lease", "deposit")) == {make_hash("Lease.pdf")}
    assert find(("sales",)) == find(()) == find(("2022",)) == frozenset()
    assert find(("report",)) == frozenset()


def test_names_follow_what_comes_and_goes(library):
    put(library, "Übersicht Miete.pdf", "b.pdf", "c.pdf")
    assert library.names.find(("ubersicht",)) == {make_hash("Übersicht Miete.pdf")}
    library.remove_documents([("/docs", "Übersicht Miete.pdf")])
    assert library.names.find(("ubersicht",)) == frozenset()
    put(library, "Mietvertrag.pdf")
    assert library.names.find(("mietvertrag",)) == {make_hash("Mietvertrag.pdf")}


def test_of_files_that_say_the_same_the_one_named_in_the_question_comes_first(library):
    put(library, *(f"{year}_Q{part}.pdf" for year in (2021, 2022, 2023) for part in (1, 2, 3, 4)))
    for name in ("2022_Q3.pdf", "2021_Q4.pdf"):
        year, part = name.removesuffix(".pdf").split("_")
        query = parse_query(f"net sales in {part} {year}", identify_language=lambda _: "en")
        run, _ = retrieve_fulltext(library, query, k=5, within=None)
        best = library.get_passages(run.passage_ids[:1])[run.passage_ids[0]]
        assert best.content_hash == make_hash(name)
    narrowed = frozenset({make_hash("2023_Q1.pdf")})
    run, _ = retrieve_fulltext(library, query, k=5, within=narrowed)
    assert len(run.passage_ids) == 1
