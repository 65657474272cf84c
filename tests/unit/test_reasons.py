"""Why a passage is in an answer, said in words."""

from dataclasses import replace

import pytest

from desktop_app.domain import FoundWord, Stages
from desktop_app.domain.reasons import explain, ordinal
from tests.unit.search.hits import make_hit


def test_words_places_and_the_score_are_said_in_this_order():
    hit = replace(
        make_hit("The contracts end.", 2),
        words=(FoundWord("contract", ("contracts",)), FoundWord("may", ())),
        places=(("fulltext", 3), ("dense", 12), ("fused", 1)),
        stages=Stages(logit=2.2),
    )
    assert explain(hit) == (
        "It has “contract” (as contracts).",
        "It lacks “may”.",
        "By its words it came 3rd.",
        "By its meaning it came 12th.",
        "All of this together put it 1st.",
        "Read together with your question it scored 0.90, which makes it number 2.",
    )


def test_the_score_is_the_one_in_the_row_which_cuts():
    assert "Its score of 0.93 is" in explain(replace(make_hit("Some text.", 1), score=0.938))[-1]


def test_a_hit_that_was_not_reranked_says_so():
    assert explain(make_hit("Some text.", 1)) == (
        "Its score of 0.90 is an estimate; it was not reranked.",
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (112, "112th"),
        (1023, "1,023rd"),
    ],
)
def test_places_are_said_as_ordinals(number, said):
    assert ordinal(number) == said
