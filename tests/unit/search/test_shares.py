"""How much of a question a sentence says: rare words more, headings and titles said already."""

from dataclasses import replace

import pytest

from desktop_app.search.query import parse_query
from desktop_app.search.shares import share_words, topic_words
from tests.unit.search.library_fakes import make_passage


def weigh_words(query, texts, passages=(), **more) -> list[float]:
    return [float(own) for own, _ in share_words(query, texts, passages, **more)]


def test_words_count_in_their_forms_and_rare_ones_more():
    query = parse_query("when does the contract for energy end")
    texts = ["Contracts were signed.", "The contract on energies ended.", "The contract is here."]
    shares = [own for own, _ in share_words(query, texts)]
    assert shares[1] > max(shares[0], shares[2])
    assert all(0.0 <= share <= 1.0 for share in shares)


def test_a_sentence_need_not_say_again_what_title_and_heading_say():
    query = parse_query("How much is the rent at Harbour Street?")
    texts = ["The Premises are at Harbour Street.", "The Tenant pays 86,400 pounds of rent."]
    assert weigh_words(query, texts)[0] > weigh_words(query, texts)[1]

    def shares(title: str, *heading: str) -> list[float]:
        passage = replace(make_passage("", title=title), heading=heading)
        return weigh_words(query, texts, [passage] * 2)

    assert shares("Lease of Harbour Street")[0] < shares("Lease of Harbour Street")[1] < 1.0
    assert shares("Mill Lane") == weigh_words(query, texts)
    assert shares("", "Harbour Street")[1] == pytest.approx(1.0)


def test_a_question_of_ten_thousand_characters_is_weighed_all_the_same():
    query = parse_query("energy contract " * 625)
    assert weigh_words(query, ["The energy contract ends."]) == [pytest.approx(1.0)]


def test_what_the_sentence_before_says_counts_apart_where_it_stands_right_before():
    query = parse_query("What does the plain maskray eat?")
    texts = ["The plain maskray is a ray.", "It eats shrimp.", "It is common."]
    (_, first), (own, before), (_, last) = share_words(query, texts, follows={1})
    assert (first, last) == (0.0, 0.0)
    assert before > own > 0.0
    assert own + before == pytest.approx(1.0)


def test_a_row_has_the_words_of_the_head_of_its_table():
    query = parse_query("growth in white light")
    texts = ["White | 62 | 2.3", "Amber | 12 | 3.1"]
    passages = [make_passage("")] * 2
    heads = ["Light | Hours | Growth"] * 2
    assert weigh_words(query, texts, passages, heads=heads)[0] == pytest.approx(1.0)
    assert weigh_words(query, texts, passages)[0] < 1.0


def test_the_topic_is_what_no_stop_word_says():
    assert topic_words(parse_query("what does the plan say")) == ("plan", "say")
    assert topic_words(parse_query("what is it")) == ("what", "is", "it")


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Quando scade il contratto?", "contratto"),
        ("Hoeveel boten voeren hier?", "boten"),
        ("Quantos barcos?", "barcos"),
        ("多少 桥梁", "桥梁"),
        ("متى العقد", "العقد"),
    ],
)
def test_the_word_that_asks_is_no_topic_in_any_language(question, topic):
    words = topic_words(parse_query(question))
    assert topic in words
    assert parse_query(question).terms[0] not in words
