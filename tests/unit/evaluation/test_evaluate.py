from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from desktop_app.evaluation.collections import Collection, Question
from desktop_app.evaluation.evaluate import evaluate
from desktop_app.evaluation.report import STAGES, Answer, summarize
from desktop_app.settings import Settings
from tests.unit.search.library_fakes import PACK, FakeModel

TEXTS = {
    "rent": "The monthly rent is due on the third working day.",
    "dogs": "Dogs and cats may be kept with the consent of the landlord.",
    "keys": "All keys must be returned on the last day of the tenancy.",
    "copy": "All keys must be returned on the last day of the tenancy.",
}
QUESTIONS = {"rent": "when is the monthly rent due", "dogs": "who may keep dogs", "keys": "???"}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    folder = tmp_path / "lease"
    folder.mkdir()
    rows = [json.dumps({"id": name, "text": text}) for name, text in TEXTS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows), encoding="utf-8")
    rows = [json.dumps({"id": f"q-{name}", "text": text}) for name, text in QUESTIONS.items()]
    (folder / "queries.jsonl").write_text("\n".join(rows), encoding="utf-8")
    rows = [f"q-{name}\t{name}\t1" for name in QUESTIONS]
    (folder / "qrels.tsv").write_text("\n".join(rows), encoding="utf-8")
    return folder


def run(directory: Path, model: Any, tmp_path: Path, **options: Any):
    return evaluate(
        directory,
        library_dir=tmp_path / "libraries",
        pack=PACK,
        model=model,
        settings=Settings(rerank_budget_ms=10_000),
        progress=lambda *_: None,
        **options,
    )


def test_every_stage_is_measured(directory: Path, tmp_path: Path):
    model = FakeModel(has_reranker=True, logit=lambda text: 3.0 if "Dogs" in text else 1.0)
    report = run(directory, model, tmp_path).to_json()
    assert (report["collection"], report["pack"], report["queries"]) == ("lease", "fake", 3)
    stages: Any = report["stages"]
    assert list(stages) == [name for name in STAGES if name not in ("sparse", "reranker")]
    # Of three questions one consists of signs only: no stage can answer it.
    assert stages["fulltext"]["recall@5"] == pytest.approx(2 / 3, abs=1e-3)
    assert stages["fused"]["mrr@10"] == pytest.approx(2 / 3, abs=1e-3)
    # The reranker puts the dogs first whatever was asked.
    assert stages["reranked"]["mrr@10"] == pytest.approx((1 + 1 / 2) / 3, abs=1e-3)
    assert stages["reranked"]["answered"] == 2
    assert {"ndcg@10", "recall@100", "ci95", "ms_p50", "ms_p95"} <= stages["dense"].keys()


def test_a_second_run_embeds_nothing_again(directory: Path, tmp_path: Path):
    first, second = FakeModel(), FakeModel()
    before = run(directory, first, tmp_path).to_json()
    after = run(directory, second, tmp_path).to_json()
    assert len(first.embedded) == len(TEXTS)
    assert second.embedded == []
    assert before["queries"] == after["queries"]


def test_questions_can_be_limited(directory: Path, tmp_path: Path):
    report = run(directory, FakeModel(), tmp_path, questions=1)
    assert report.queries == 1
    assert "1 questions, pack fake" in report.to_text()
    assert report.stages[0].ndcg_10 == 1.0


def answers(*orders: dict[str, str]) -> list[dict[str, Answer]]:
    return [{name: Answer(tuple(ids), 1.0) for name, ids in each.items()} for each in orders]


def test_the_reranker_alone_is_told_apart_only_where_its_order_is_blended():
    asked = Question("q", "?", {"a": 1})
    collection = Collection("c", (asked, asked))
    same = {"fused": "ab", "reranker": "ba", "reranked": "ba"}
    blended = {**same, "reranked": "ab"}
    stages = summarize(collection, "p", answers(same, same)).stages
    assert [each.name for each in stages] == ["fused", "reranked"]
    stages = summarize(collection, "p", answers(same, blended)).stages
    assert [each.name for each in stages] == ["fused", "reranker", "reranked"]
    assert [each.ranks for each in stages] == [(1, 1), (2, 2), (2, 1)]


def test_vectors_of_another_space_are_never_taken_for_those_of_this_one(
    directory: Path, tmp_path: Path
):
    first, second = FakeModel(), FakeModel()
    second.space = dataclasses.replace(second.space, key="other")
    run(directory, first, tmp_path)
    run(directory, second, tmp_path)
    assert len(first.embedded) == len(second.embedded) == len(TEXTS)


def test_a_collection_that_changed_is_a_library_of_its_own(directory: Path, tmp_path: Path):
    run(directory, FakeModel(), tmp_path)
    with (directory / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps({"id": "cats", "text": "Cats sleep."}))
    model = FakeModel()
    run(directory, model, tmp_path)
    assert len(model.embedded) == len(TEXTS) + 1
