from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.parsing.titles import clean_title


@pytest.mark.parametrize(
    "said",
    [
        "Microsoft Word - Lease_final.doc",
        "PowerPoint Presentation",
        "PowerPoint-Präsentation",
        "Présentation PowerPoint",
        "Presentación de PowerPoint",
        "PowerPoint 演示文稿",
        "Untitled",
        "untitled-3",
        "Slide 1",
        "Document1",
        "Title",
        "report.indd",
        "0000320193-22-000070",
        "2024 / 03",
        " ",
        "a" * 301,
    ],
)
def test_what_a_program_wrote_is_no_title(said):
    assert clean_title(said) == ""


@pytest.mark.parametrize(
    "said",
    [
        "Title insurance for buyers",
        "Document retention policy",
        "PowerPoint for lawyers",
        "Microsoft Word for lawyers",
        "Untitled: a history of painting",
        "Slide rules and how they work",
        "第3章",
        "1984 a",
    ],
)
def test_a_title_that_begins_like_one_of_a_program_is_kept(said):
    assert clean_title(said) == said


@given(st.text())
def test_a_title_is_one_line_and_cleaning_it_again_changes_nothing(said):
    title = clean_title(said)
    assert "\n" not in title
    assert len(title) <= 300
    assert clean_title(title) == title
