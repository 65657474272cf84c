"""Why a passage is in an answer, said in words."""

from dataclasses import replace

from desktop_app.domain import FoundWord, Stages
from desktop_app.domain.reasons import explain
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
        "By its words it came number 3.",
        "By its meaning it came number 12.",
        "All of this together put it at number 1.",
        "Read together with your question it scored 0.90, which makes it number 2.",
    )


def test_the_score_is_the_one_in_the_row_which_cuts():
    assert "Its score of 0.93 is" in explain(replace(make_hit("Some text.", 1), score=0.938))[-1]


def test_a_hit_that_was_not_reranked_says_so():
    assert explain(make_hit("Some text.", 1)) == (
        "Its score of 0.90 is an estimate; it was not reranked.",
    )
