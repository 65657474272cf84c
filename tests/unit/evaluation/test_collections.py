from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.errors import CollectionError
from desktop_app.evaluation.collections import load_collection


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    write_lines(
        tmp_path / "corpus.jsonl",
        [
            {"id": "d1", "title": "One", "text": "first"},
            {"id": "d2", "title": "", "text": "second"},
        ],
    )
    write_lines(
        tmp_path / "queries.jsonl",
        [{"id": "q1", "text": "which?"}, {"id": "q2", "text": "none?"}, {"id": "q3", "text": "?"}],
    )
    (tmp_path / "qrels.tsv").write_text("q1\td1\t2\nq1\td2\t0\nq3\td2\t1\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def pdfs(tmp_path: Path) -> Path:
    (tmp_path / "pdf").mkdir()
    return tmp_path


def test_texts_questions_and_grades_are_read(texts: Path):
    collection = load_collection(texts)
    assert [each.text_id for each in collection.texts] == ["d1", "d2"]
    assert collection.texts[0].title == "One"
    assert [each.question_id for each in collection.questions] == ["q1", "q3"]
    assert collection.questions[0].relevance == {"d1": 2}
    assert collection.files is None


def test_fewer_questions_are_spread_evenly_over_the_file(texts: Path):
    ids = [f"q{number}" for number in range(10)]
    write_lines(texts / "queries.jsonl", [{"id": each, "text": "?", "lang": "en"} for each in ids])
    (texts / "qrels.tsv").write_text("".join(f"{each}\td1\t1\n" for each in ids))
    asked = [each.question_id for each in load_collection(texts, questions=4).questions]
    assert asked == ["q0", "q2", "q5", "q7"]
    assert len(load_collection(texts, questions=99).questions) == 10
    assert load_collection(texts).questions[0].language == "en"


def test_a_line_that_is_no_json_is_named(texts: Path):
    with (texts / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write("{oops\n")
    with pytest.raises(CollectionError, match=r"corpus\.jsonl, line 3"):
        load_collection(texts)


def test_a_missing_field_is_named(texts: Path):
    write_lines(texts / "queries.jsonl", [{"id": "q1"}])
    with pytest.raises(CollectionError, match="'text' is missing"):
        load_collection(texts)


def test_a_grade_that_is_no_number_is_named(texts: Path):
    (texts / "qrels.tsv").write_text("q1\td1\tvery\n", encoding="utf-8")
    with pytest.raises(CollectionError, match="line 1"):
        load_collection(texts)


def test_a_relevant_document_that_is_not_there_is_named(texts: Path):
    (texts / "qrels.tsv").write_text("q1\td9\t1\n", encoding="utf-8")
    with pytest.raises(CollectionError, match="d9"):
        load_collection(texts)


def test_a_missing_file_is_named(texts: Path):
    (texts / "qrels.tsv").unlink()
    with pytest.raises(CollectionError, match=r"qrels\.tsv could not be read"):
        load_collection(texts)


def test_a_folder_without_a_collection_is_refused(tmp_path: Path):
    with pytest.raises(CollectionError, match="No collection"):
        load_collection(tmp_path)


def test_questions_without_answers_are_no_collection(texts: Path):
    (texts / "qrels.tsv").write_text("q1\td1\t0\n", encoding="utf-8")
    with pytest.raises(CollectionError, match="relevant"):
        load_collection(texts)


def test_every_page_with_the_answer_is_relevant(pdfs: Path):
    row = {"id": "a", "question": "who?", "file": "x.pdf", "page": 3}
    extra = {"also_relevant": [{"file": "y.pdf", "page": 4}], "all_evidence": [5, {"page": 6}]}
    write_lines(pdfs / "questions.jsonl", [{**row, **extra}])
    (question,) = load_collection(pdfs).questions
    assert set(question.relevance) == {"x.pdf#3", "y.pdf#4", "x.pdf#5", "x.pdf#6"}


@pytest.mark.parametrize("name", ["also_relevant", "all_evidence", "files"])
def test_pages_that_are_no_list_are_named(pdfs: Path, name: str):
    row: dict[str, object] = {"id": "a", "question": "who?", "file": "x.pdf", name: 5}
    write_lines(pdfs / "questions.jsonl", [row])
    with pytest.raises(CollectionError, match=f"line 1: '{name}' is not a list"):
        load_collection(pdfs)


def test_where_no_page_is_known_the_right_file_is_enough(pdfs: Path):
    row = {
        "id": "a",
        "question": "who?",
        "file": "x.pdf",
        "page": None,
        "files": ["x.pdf", "z.pdf"],
    }
    write_lines(pdfs / "questions.jsonl", [{**row, "files": ["x.pdf", "z.pdf"]}])
    collection = load_collection(pdfs)
    assert set(collection.questions[0].relevance) == {"x.pdf", "z.pdf"}
    assert collection.files == pdfs / "pdf"


def test_every_shared_collection_can_be_read(shared: Path):
    folders = [*(shared / "corpora/retrieval").iterdir(), *(shared / "corpora/pdfqa").iterdir()]
    collections = [load_collection(each) for each in folders]
    assert all(each.questions for each in collections)
    assert {each.name: len(each.questions) for each in collections}["scifact"] == 300


def test_pages_of_one_pdf_answer_are_alternatives_while_texts_are_all_wanted(
    pdfs: Path, texts: Path
):
    row = {"id": "a", "question": "who?", "file": "x.pdf", "page": 3}
    write_lines(pdfs / "questions.jsonl", [{**row, "also_relevant": [{"page": 4}]}])
    of_pdf = load_collection(pdfs).questions[0]
    assert len(of_pdf.wanted) == 1
    of_text = load_collection(texts).questions[0]
    assert of_text.wanted == of_text.relevance
