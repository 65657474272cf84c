"""What speaks for a sentence: meaning, words, what the sentence before says, kind of answer."""

from dataclasses import replace

import pytest

from desktop_app.search.evidence import gather_evidence, weigh
from desktop_app.search.query import parse_query
from desktop_app.search.quoting import list_sentences
from tests.unit.search.hits import make_hit


def best(question, *texts, near=None):
    """Return the sentence that answers best, of passages that stand in this order."""
    hits = [make_hit(text, rank) for rank, text in enumerate(texts, start=1)]
    sentences = list_sentences(hits)
    known = {at: near[each.text] for at, each in enumerate(sentences)} if near else {}
    query = parse_query(question, identify_language=lambda _: "en")
    values = weigh(gather_evidence(query, hits, sentences, known), known)
    return sentences[max(values, key=lambda at: (values[at], -at))].text


def test_the_nearer_sentence_wins_between_equal_words():
    near = {"The tide sets the clock.": 0.3, "The clock follows the tide.": 0.7}
    text = " ".join(near)
    assert best("tide clock", text, near=near) == "The clock follows the tide."


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "When was the mill built?",
            "The mill was built of brick. The mill was built in 1893.",
            "The mill was built in 1893.",
        ),
        (
            "When was the old mill built by the river?",
            "The old mill by the river is built of brick. The mill by the river was built in 1893.",
            "The mill by the river was built in 1893.",
        ),
        (
            "How much is the rent?",
            "The rent is paid in advance. The rent is 86,400 pounds.",
            "The rent is 86,400 pounds.",
        ),
        (
            "How long does the lease run?",
            "The lease runs quietly. The lease runs for ten years.",
            "The lease runs for ten years.",
        ),
        (
            "Who checks the hall?",
            "The hall is checked often. The hall is checked by Anna Berg.",
            "The hall is checked by Anna Berg.",
        ),
    ],
)
def test_what_the_question_wants_to_hear_wins_over_what_repeats_it(question, text, answer):
    assert best(question, text) == answer


def test_a_sentence_after_the_one_that_names_the_topic_gets_credit_for_it():
    text = "The maskray lives near reefs. Its prey is shrimp. Snow fell on the hills."
    hits = [make_hit(text, 1)]
    query = parse_query("maskray reefs")
    evidence = gather_evidence(query, hits, list_sentences(hits), {})
    assert [each.before > 0 for each in evidence] == [False, True, False]


def test_the_first_hit_wins_between_equal_sentences():
    text = "The plan ends in May."
    hits = [make_hit(text, 1), make_hit(text, 2)]
    values = weigh(gather_evidence(parse_query("plan end"), hits, list_sentences(hits), {}), {})
    assert values[0] > values[1]


def test_a_hit_that_hardly_answers_takes_its_sentences_down():
    hit = make_hit("The plan ends in May.", 1)
    sentences = list_sentences([hit])

    def value(score):
        hits = [replace(hit, score=score)]
        return weigh(gather_evidence(parse_query("plan end"), hits, sentences, {}), {})[0]

    assert value(0.1) < value(0.5) < value(0.9)
    assert value(0.0) == value(0.01)
    assert value(1.0) == value(0.99)


def test_sentences_that_no_model_can_read_are_judged_by_words_beside_the_others():
    texts = ["The lease ends soon.", "Der Vertrag endet 2031, Lease Lübeck."]
    hits = [make_hit(text, rank) for rank, text in enumerate(texts, start=1)]
    query = parse_query("when does the lease in Lübeck end")
    near = {0: 0.3}
    values = weigh(gather_evidence(query, hits, list_sentences(hits), near), near)
    assert values[1] > values[0]


def test_without_meaning_a_sentence_that_shares_no_word_is_not_judged():
    hits = [make_hit("The plan ends in May. Snow fell on the hills. It was cold.", 1)]
    sentences = list_sentences(hits)
    evidence = gather_evidence(parse_query("plan end"), hits, sentences, {})
    assert set(weigh(evidence, {})) == {0, 1}
    assert set(weigh(evidence, {2: 0.1})) == {0, 1, 2}
