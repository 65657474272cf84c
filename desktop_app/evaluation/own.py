"""The user's own questions as a collection: measured on the library itself, or taken along."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain import IsCancelled, Passage, never_cancelled
from desktop_app.domain.own import OwnFigures, OwnQuestion, OwnStage
from desktop_app.errors import CollectionError, StoreError
from desktop_app.evaluation.collections import THE_ANSWER, Collection, Question
from desktop_app.evaluation.evaluate import ask_stages
from desktop_app.evaluation.filling import Progress
from desktop_app.evaluation.report import Answer, EvaluationReport, summarize
from desktop_app.inference.opening import open_model
from desktop_app.inference.packs import vector_space
from desktop_app.parsing.language import detect_language
from desktop_app.search.searcher import Searcher
from desktop_app.store.library import open_library
from desktop_app.store.own_questions import read_own_questions

if TYPE_CHECKING:
    from desktop_app.inference.packs import Pack
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library

NAME = "your own questions"


@dataclass(frozen=True, slots=True)
class Measured:
    """How many questions were asked; ``report`` once all were."""

    asked: int
    report: EvaluationReport | None = None


def evaluate_own_with_settings(
    settings: Settings, *, pack: str | None = None, progress: Progress
) -> EvaluationReport:
    """Measure the own questions of the library that the settings name, which is only read.

    ``pack`` is used instead of the library's own. Raises CollectionError, StoreError,
    ModelError.
    """
    with closing(open_library(settings.library_dir, is_writable=False)) as library:
        questions = read_own_questions(library.directory)
        source = pack or library.spaces.pack or settings.pack
        found, model = open_model(replace(settings, pack=source))
        with closing(model):
            require_vectors(library, found)
            report = None
            for done in measure_own(
                questions, library=library, pack=found, model=model, settings=settings
            ):
                progress("asking", done.asked, len(questions))
                report = done.report
    assert report is not None
    return report


def require_vectors(library: Library, pack: Pack) -> None:
    """Raise StoreError where passages lack the pack's vectors: its figures would be wrong."""
    coverage = library.coverage(vector_space(pack))
    if not coverage.is_complete:
        raise StoreError(
            f"“{pack.name}” has not read all of the library yet.",
            "Choose it on the Models page; when it is ready it can be measured.",
        )


def measure_own(
    questions: Sequence[OwnQuestion],
    *,
    library: Library,
    pack: Pack,
    model: ModelProcess,
    settings: Settings,
    is_cancelled: IsCancelled = never_cancelled,
) -> Iterator[Measured]:
    """Ask every question of the library, stage by stage; the last has the report.

    A question counts as answered by any one of its right passages; one without any counts
    as not found. Ends early when cancelled. Raises CollectionError where there is no
    question, StoreError, ModelError. Any thread that may block.
    """
    if not questions:
        raise CollectionError(
            "There are no questions of your own yet.", "Enter some on the page “How good is it?”."
        )
    model.load()
    searcher = Searcher(
        library,
        model,
        pack=pack,
        rerank_budget_ms=settings.rerank_budget_ms,
        late_interaction=settings.late_interaction,
    )
    answers = []
    for number, question in enumerate(questions):
        if is_cancelled():
            return
        yield Measured(number)
        stages = ask_stages(question.text, library, model, searcher)
        answers.append(
            {
                name: Answer(_judged(answer.ranking, question, library), answer.milliseconds)
                for name, answer in stages.items()
            }
        )
    asked = tuple(
        Question(each.question_id, each.text, {}, True, detect_language(each.text))
        for each in questions
    )
    yield Measured(len(asked), summarize(Collection(NAME, asked), pack.name, answers))


def figures_of(report: EvaluationReport) -> OwnFigures:
    """Return what the page of own questions shows of a report."""
    return OwnFigures(
        report.pack,
        report.question_ids,
        tuple(OwnStage(each.name, each.ranks) for each in report.stages if each.name != "reranker"),
    )


def export_own(questions: Sequence[OwnQuestion], library: Library, folder: Path) -> int:
    """Write the questions and every passage of the library as a collection for ``evaluate``.

    Returns the number of passages. ``folder`` must be new or empty. Raises CollectionError
    and StoreError. What is written holds the text of all documents.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if next(folder.iterdir(), None) is not None:
            raise CollectionError(f"{folder} is not empty.", "Choose a new or empty folder.")
        return _write(questions, library, folder)
    except OSError as error:
        raise CollectionError(
            f"The questions could not be written to {folder}.", "Choose another place."
        ) from error


def _write(questions: Sequence[OwnQuestion], library: Library, folder: Path) -> int:
    wanted = {right.content_hash for each in questions for right in each.right}
    near: dict[str, list[Passage]] = {}
    count = 0
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as corpus:
        contents = {each.content_hash for each in library.documents() if each.passages}
        for content_hash in sorted(contents):
            for passage in library.passages_of(content_hash):
                row = {"id": passage.passage_id, "title": passage.context, "text": passage.text}
                corpus.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
                if content_hash in wanted:
                    near.setdefault(content_hash, []).append(passage)
    queries = [{"id": each.question_id, "text": each.text} for each in questions]
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in queries), encoding="utf-8"
    )
    rows = dict.fromkeys(
        f"{each.question_id}\t{passage.passage_id}\t1\n"
        for each in questions
        for right in each.right
        for passage in near.get(right.content_hash, ())
        if right.is_in(passage)
    )
    (folder / "qrels.tsv").write_text("".join(rows), encoding="utf-8")
    return count


def _judged(passage_ids: Sequence[str], question: OwnQuestion, library: Library) -> tuple[str, ...]:
    passages = library.get_passages(passage_ids) if question.right else {}
    return tuple(
        dict.fromkeys(
            THE_ANSWER
            if each in passages and any(right.is_in(passages[each]) for right in question.right)
            else each
            for each in passage_ids
        )
    )
