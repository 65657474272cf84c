"""Collections with known answers, in the two layouts that people keep them in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.errors import CollectionError

THE_ANSWER = "the answer"
"""Stands for all targets of a question of which any one is enough."""


@dataclass(frozen=True, slots=True)
class Text:
    """One document of a text collection."""

    text_id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is relevant: target ids by grade, larger is better.

    Targets are document ids, or ``file#page`` and ``file`` for PDFs. With ``is_any_enough``
    the targets are places of one and the same answer, so whoever finds one has found all.
    ``language`` is ISO 639-1, "" where the collection does not say it.
    """

    question_id: str
    text: str
    relevance: Mapping[str, int]
    is_any_enough: bool = False
    language: str = ""

    @property
    def wanted(self) -> Mapping[str, int]:
        """What is to be found: target ids, or the one answer, by grade."""
        return {THE_ANSWER: 1} if self.is_any_enough else self.relevance


@dataclass(frozen=True, slots=True)
class Collection:
    """Questions over texts, or over the files below ``files`` (None for texts)."""

    name: str
    questions: tuple[Question, ...]
    texts: tuple[Text, ...] = ()
    files: Path | None = None


def load_collection(directory: Path, *, questions: int | None = None) -> Collection:
    """Read a collection; ``questions`` keeps only so many, spread evenly over the file.

    Neighbors are often about one article, so the first ones would be a poor sample.

    Texts: ``corpus.jsonl`` (id, title, text), ``queries.jsonl`` (id, text), ``qrels.tsv``
    (query, document, grade). PDFs: ``questions.jsonl`` (id, question, file, page from 1)
    and ``pdf/``. Questions without any relevant document are left out. Raises
    CollectionError naming the file, and the line where there is one.
    """
    if (directory / "corpus.jsonl").is_file():
        collection = _load_texts(directory)
    elif (directory / "questions.jsonl").is_file() and (directory / "pdf").is_dir():
        collection = _load_pdfs(directory)
    else:
        raise CollectionError(f"No collection was found in {directory}.")
    if not collection.questions:
        raise CollectionError(f"No question of {directory} has a relevant document.")
    return Collection(
        collection.name,
        _spread(collection.questions, questions),
        collection.texts,
        collection.files,
    )


def _spread(questions: tuple[Question, ...], count: int | None) -> tuple[Question, ...]:
    if count is None or count >= len(questions):
        return questions
    return tuple(questions[place * len(questions) // count] for place in range(count))


def target_of_page(file: str, page: int | None) -> str:
    """Name a page of a file (or the file, where no page is known) as a target."""
    return f"{file}#{page}" if page is not None else file


def _load_texts(directory: Path) -> Collection:
    texts = tuple(
        Text(_field(row, "id", where), str(row.get("title") or ""), _field(row, "text", where))
        for row, where in _rows(directory / "corpus.jsonl")
    )
    known = {each.text_id for each in texts}
    relevance = _read_qrels(directory / "qrels.tsv")
    questions = []
    for row, where in _rows(directory / "queries.jsonl"):
        question_id = _field(row, "id", where)
        grades = {
            each: grade for each, grade in relevance.get(question_id, {}).items() if grade > 0
        }
        missing = grades.keys() - known
        if missing:
            raise CollectionError(
                f"{directory / 'qrels.tsv'} names the document {min(missing)!r}, "
                "which is not in corpus.jsonl."
            )
        if grades:
            text, language = _field(row, "text", where), str(row.get("lang") or "")
            questions.append(Question(question_id, text, grades, language=language))
    return Collection(directory.name, tuple(questions), texts)


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    relevance: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), start=1):
        fields = line.split("\t")
        try:
            question_id, text_id, grade = fields[0], fields[1], int(fields[2])
        except (IndexError, ValueError) as error:
            raise CollectionError(
                f"{path}, line {number}: not a question, a document and a grade between tabs."
            ) from error
        relevance.setdefault(question_id, {})[text_id] = grade
    return relevance


def _load_pdfs(directory: Path) -> Collection:
    questions = tuple(
        Question(
            _field(row, "id", where),
            _field(row, "question", where),
            _pages(row, where),
            is_any_enough=True,
            language=str(row.get("lang") or ""),
        )
        for row, where in _rows(directory / "questions.jsonl")
    )
    return Collection(directory.name, questions, files=directory / "pdf")


def _pages(row: Mapping[str, Any], where: str) -> dict[str, int]:
    """Targets of a PDF question: its page, and every other page that holds the answer.

    ``also_relevant`` and ``all_evidence`` are lists of pages, or of objects with file and
    page. Where the page is not known the right file is enough (``files`` names several).
    """
    file = _field(row, "file", where)
    found = [(file, row.get("page"))]
    for name in ("also_relevant", "all_evidence"):
        found.extend(
            (str(each.get("file", file)), each.get("page"))
            if isinstance(each, dict)
            else (file, each)
            for each in _list(row, name, where)
        )
    pages = {target_of_page(*each): 1 for each in found if isinstance(each[1], int)}
    return pages or dict.fromkeys((file, *map(str, _list(row, "files", where))), 1)


def _field(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, (str, int)):
        raise CollectionError(f"{where}: {name!r} is missing.")
    return str(value)


def _list(row: Mapping[str, Any], name: str, where: str) -> list[Any]:
    value = row.get(name) or []
    if not isinstance(value, list):
        raise CollectionError(f"{where}: {name!r} is not a list.")
    return value


def _rows(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    for number, line in enumerate(_lines(path), start=1):
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CollectionError(f"{where}: not JSON.") from error
        if not isinstance(row, dict):
            raise CollectionError(f"{where}: not a JSON object.")
        yield row, where


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line in file:
                if line.strip():
                    yield line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CollectionError(f"{path} could not be read.") from error
