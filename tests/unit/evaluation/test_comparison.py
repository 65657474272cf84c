from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from desktop_app.errors import CollectionError
from desktop_app.evaluation.comparison import (
    ANSWER,
    compare,
    compare_reports,
    compare_stages,
)
from desktop_app.evaluation.metrics import confidence_interval, randomization_p_value
from desktop_app.evaluation.saved import read_reports
from tests.unit.evaluation.reports import report, stage

FIRST = report("a", stage("fulltext", 1, 0, 0.5, 0), stage("fused", 1, 0, 0, 0))
SECOND = report(
    "b",
    stage("fulltext", 1, 0, 0.5, 0),
    stage("sparse", 1, 1, 1, 1),
    stage("fused", 0.5, 1, 1, 0),
    stage("reranked", 1, 1, 1, 1),
)


def test_stages_that_both_have_are_compared_question_by_question():
    found = {each.stage: each for each in compare(FIRST, SECOND).differences}
    assert list(found) == ["fulltext", "fused", ANSWER]
    fused = found["fused"]
    assert fused.mean == pytest.approx(0.375)
    assert (fused.better, fused.worse, fused.equal) == (2, 1, 1)
    assert fused.ci95 == confidence_interval([-0.5, 1.0, 1.0, 0.0])
    assert (found["fulltext"].mean, found["fulltext"].ci95) == (0.0, (0.0, 0.0))


def test_the_answer_is_the_last_stage_of_each():
    answer = compare(FIRST, SECOND).differences[-1]
    assert (answer.first, answer.second) == (0.25, 1.0)


def test_the_paired_interval_is_narrower_than_that_of_each():
    hard_and_easy = [number % 2 for number in range(200)]
    slightly_better = [min(1.0, gain + 0.01) for gain in hard_and_easy]
    comparison = compare(
        report("a", stage("fused", *hard_and_easy)), report("b", stage("fused", *slightly_better))
    )
    low, high = comparison.differences[0].ci95
    assert 0.0 < low < 0.005 < high < 0.01


def test_reports_of_other_questions_are_not_compared():
    fewer = dataclasses.replace(SECOND, questions=SECOND.questions[:2])
    other = dataclasses.replace(SECOND, collection="other")
    for each in (fewer, other):
        with pytest.raises(CollectionError, match="same questions"):
            compare(FIRST, each)


def test_a_saved_report_is_read_as_it_was(tmp_path: Path):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(SECOND.to_json()))
    assert read_reports(path) == (SECOND,)
    path.write_text(json.dumps({"reports": [FIRST.to_json(), SECOND.to_json()]}))
    assert read_reports(path) == (FIRST, SECOND)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"collection": "x", "pack": "p", "queries": 1, "stages": {}}'],
)
def test_what_is_no_report_is_refused_by_name(tmp_path: Path, text: str):
    path = tmp_path / "saved.json"
    path.write_text(text)
    with pytest.raises(CollectionError, match=r"saved\.json"):
        read_reports(path)


def test_a_report_without_the_figures_of_its_questions_is_refused(tmp_path: Path):
    path = tmp_path / "old.json"
    values = SECOND.to_json()
    values["questions"] = [{"id": "q0", "text": "why?", "lang": ""}]
    path.write_text(json.dumps(values))
    with pytest.raises(CollectionError):
        read_reports(path)


def test_people_and_scripts_are_told_the_same():
    comparison = compare(FIRST, SECOND)
    assert "nDCG@10 of b minus that of a" in comparison.to_text()
    assert "+0.3750" in comparison.to_text()
    values: dict[str, dict[str, object]] = comparison.to_json()["differences"]  # type: ignore[assignment]  # JSON
    assert values["fused"]["difference"] == 0.375
    assert values["fused"]["ndcg@10"] == [0.25, 0.625]
    assert comparison.to_json()["packs"] == ["a", "b"]


def test_a_difference_tells_how_likely_chance_is_and_what_recall_gains():
    fused = compare(FIRST, SECOND).differences[1]
    assert fused.p == randomization_p_value([-0.5, 1.0, 1.0, 0.0])
    assert fused.recall_5 == pytest.approx((1 + 1 + 1 + 0 - 1) / 4)
    assert fused.to_json()["p"] == round(fused.p, 4)


def test_each_step_of_the_search_is_compared_with_the_one_before():
    steps = {each.stage: each for each in compare_stages(SECOND)}
    assert list(steps) == ["fulltext to fused", "sparse to fused", "fused to reranked"]
    assert steps["fused to reranked"].gains == (0.5, 0.0, 0.0, 1.0)


def test_collections_that_only_one_file_has_are_passed_over():
    other = dataclasses.replace(FIRST, collection="other")
    (found,) = compare_reports([other, FIRST], [SECOND])
    assert found.first == FIRST
    with pytest.raises(CollectionError, match="in common"):
        compare_reports([other], [SECOND])
