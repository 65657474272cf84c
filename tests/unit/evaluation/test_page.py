from __future__ import annotations

import itertools
import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import CollectionError
from desktop_app.evaluation.comparison import compare
from desktop_app.evaluation.drawing import Bar, Curve, draw_curves, draw_intervals
from desktop_app.evaluation.page import write_page
from desktop_app.evaluation.saved import read_reports, save
from tests.unit.evaluation.reports import report, stage

TEXTS = ("<script>alert(1)</script>", "who & when?", "wo?", "nirgends?")
REPORT = report(
    "a",
    stage("fulltext", 1, 0, 0.5, 0),
    stage("dense", 0.5, 0.5, 0, 0),
    stage("fused", 1, 0.5, 0.4, 0),
    stage("reranked", 1, 1, 0.3, 0),
    texts=TEXTS,
    languages=("en", "en", "de", "de"),
)
OTHER = report("b", stage("fulltext", 1, 0, 0.5, 0), stage("fused", 1, 1, 1, 0), texts=TEXTS)


def words(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page)


def test_the_page_needs_neither_network_nor_script():
    page = write_page([REPORT, compare(REPORT, OTHER)], day="today")
    for forbidden in ("http", "<script", "<link", "@import", "url(", "<img", "<iframe"):
        assert forbidden not in page, forbidden
    assert "prefers-color-scheme: dark" in page


def test_questions_are_shown_and_never_become_markup():
    page = write_page([REPORT], day="today")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "who &amp; when?" in page


def test_the_page_tells_stages_steps_languages_and_what_was_missed():
    told = words(write_page([REPORT], day="today"))
    for sentence in (
        "full text",
        "From fused to reranked: 1 question better, 1 worse",
        "nDCG@10 by the question's language",
        "1 question of which no stage found anything right",
        "nirgends?",
        "Recall by depth",
    ):
        assert sentence in told, sentence


def test_several_collections_begin_with_a_table_of_all():
    page = write_page([REPORT, OTHER], day="today")
    assert page.index('href="#c1"') < page.index('id="c0"')
    assert "2 collections" in page


def test_a_comparison_tells_which_pack_is_better_and_how_sure_that_is():
    told = words(write_page([compare(REPORT, OTHER)], day="today"))
    assert "what is above zero speaks for b" in told
    assert "95 % interval" in told
    assert "Gained most" in told
    assert "From a to b" in told


@pytest.mark.parametrize("count", [1, 5])
def test_a_report_of_one_stage_or_of_one_question_is_drawn(count: int):
    page = write_page([report("a", stage("fulltext", *(0.0,) * count))], day="today")
    assert "<svg" in page


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


unit = st.floats(0, 1)


@given(st.lists(st.tuples(unit, unit, unit), min_size=1, max_size=5), st.booleans())
def test_intervals_of_any_values_stay_within_their_drawing(values, is_signed):
    sign = -1 if is_signed else 1
    bars = [
        Bar(
            f"<{place}>",
            sign * mid,
            min(sign * low, sign * high),
            max(sign * low, sign * high),
            place,
        )
        for place, (low, mid, high) in enumerate(tuple(sorted(each)) for each in values)
    ]
    svg = drawn(draw_intervals(bars, title="a & b", is_signed=is_signed))
    dots = [float(each.attrib["cx"]) for each in svg.iter("circle")]
    assert len(dots) == len(bars)
    assert all(90 <= each <= 580 for each in dots)
    assert len([each for each in svg.iter("line") if "whisker" in each.attrib["class"]]) == len(
        bars
    )


@given(st.lists(st.lists(unit, min_size=3, max_size=3), min_size=1, max_size=5))
def test_curves_of_any_values_stay_within_their_drawing_and_names_apart(values):
    curves = [Curve(f"<{row}>", tuple(each), row) for row, each in enumerate(values)]
    svg = drawn(draw_curves(curves, (1, 10, 100), title="recall"))
    assert all(0 <= float(each.attrib["cy"]) <= 300 for each in svg.iter("circle"))
    names = sorted(
        float(each.attrib["y"])
        for each in svg.iter("text")
        if each.attrib["class"][0] == "t" and each.attrib["class"] != "tick"
    )
    assert len(names) == len(curves)
    assert all(after - before >= 14.9 for before, after in itertools.pairwise(names))


def test_what_is_saved_is_read_again_and_private(tmp_path: Path):
    path = tmp_path / "new" / "report.html"
    beside = save(REPORT.to_json(), "<p>", path)
    assert path.read_text() == "<p>"
    assert json.loads(beside.read_text())["pack"] == "a"
    assert read_reports(beside)[0].questions == REPORT.questions
    if os.name == "posix":
        assert {each.stat().st_mode & 0o077 for each in (path, beside)} == {0}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(CollectionError, match=r"report\.html"):
        save({}, "", tmp_path / "file" / "report.html")
