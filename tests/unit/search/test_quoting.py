"""Choosing the sentence that answers: offsets are real, and nothing weak is quoted."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.search.query import parse_query
from desktop_app.search.quoting import (
    LONGEST,
    MOST_SENTENCES,
    list_sentences,
    mark_sentences,
    split_sentences,
    weigh_words,
)
from tests.unit.search.hits import make_hit
from tests.unit.search.library_fakes import make_passage

PARTS = (
    "The plan ends in May. ",
    "Who pays?",
    "合同于五月结束。",
    "费用由买方承担。",
    "ค่าใช้จ่าย ผู้ซื้อจ่าย",
    "ينتهي العقد في مايو؟ ",
    "يدفع المشتري. ",
    "\n- a list item",
    "\n| a | b |\n",
    "\n\n",
    "\U0001d4b3 ends. ",
    " ",
)


@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=12)).map("".join))
def test_sentences_are_apart_in_order_and_leave_out_white_space_only(text):
    spans = split_sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@given(
    st.lists(st.lists(st.sampled_from(PARTS), max_size=8).map("".join), max_size=8),
    st.data(),
)
def test_what_is_quoted_is_always_a_real_stretch_of_its_passage(texts, data):
    hits = [make_hit(text, rank) for rank, text in enumerate(texts, start=1)]
    sentences = list_sentences(hits)
    value = st.floats(-5, 5, allow_nan=False)
    values = {at: data.draw(value) for at in range(len(sentences))}
    marked, quote = mark_sentences(hits, sentences, values, least=0.0)
    spans = {(each.hit, each.start, each.end): each.text for each in sentences}
    for index, hit in enumerate(marked):
        if hit.sentence is not None:
            start, end = hit.sentence
            assert hit.passage.text[start:end] == spans[index, start, end]
    assert (quote is None) == all(value < 0 for value in values.values())
    if quote is not None:
        source = next(hit for hit in marked if hit.passage.passage_id == quote.passage_id)
        assert source.sentence == (quote.start, quote.end)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("合同于五月结束。费用由买方承担。", ["合同于五月结束。", "费用由买方承担。"]),
        ("ينتهي العقد في مايو. يدفع المشتري.", ["ينتهي العقد في مايو.", "يدفع المشتري."]),
        ("สัญญาสิ้นสุด ผู้ซื้อจ่าย", ["สัญญาสิ้นสุด", "ผู้ซื้อจ่าย"]),
        ("- pay in May\n- pay in June", ["pay in May", "pay in June"]),
        (
            "Step | Who\nStatics of hall B | Ing. Bauer. By May. | 2026\n\nSo it is. Yes.",
            [
                "Step | Who",
                "Statics of hall B | Ing. Bauer. By May. | 2026",
                "So it is.",
                "Yes.",
            ],
        ),
        (
            "5.1 Use within Class E.\n5.2 No cooking.\n(a) at night\n(iv) at all\nb) or so",
            [
                "5.1 Use within Class E.",
                "5.2 No cooking.",
                "(a) at night",
                "(iv) at all",
                "b) or so",
            ],
        ),
    ],
)
def test_sentences_of_other_scripts_and_lists_are_told_apart(text, expected):
    assert [text[start:end] for start, end in split_sentences(text)] == expected


@pytest.mark.parametrize("text", ["", "   \n", "x" * 3000, "word " * 600, "Too short."])
def test_an_empty_passage_and_one_long_sentence_offer_nothing_to_quote(text):
    assert list_sentences([make_hit(text, 1)]) == ()


def test_a_question_is_not_offered_as_its_own_answer():
    hit = make_hit("When does the plan end? The plan ends in May this year.", 1)
    assert [each.text for each in list_sentences([hit])] == ["The plan ends in May this year."]


def test_a_heading_is_not_offered_as_an_answer():
    text = "Adding folders\n\nOpen the menu.\n\nPrices\n\n- two euros a month"
    hit = make_hit(text, 1)
    assert [each.text for each in list_sentences([hit])] == ["Open the menu.", "two euros a month"]


def test_a_numbered_heading_is_not_offered_either():
    hit = make_hit("2. Rent and rent review\n\n2.1 The tenant pays.\n2. The landlord pays.", 1)
    offered = [each.text for each in list_sentences([hit])]
    assert offered == ["2.1 The tenant pays.", "The landlord pays."]


def test_the_head_of_a_table_is_not_offered_as_an_answer():
    hit = make_hit("File types\n\nFile type | Ending\nText document | .txt, .md", 1)
    assert [each.text for each in list_sentences([hit])] == ["Text document | .txt, .md"]


def test_only_some_sentences_are_read_and_none_is_longer_than_a_quotation():
    hits = [make_hit("The plan ends in May. " * 40, rank) for rank in range(1, 9)]
    sentences = list_sentences(hits)
    assert len(sentences) == MOST_SENTENCES
    assert all(len(each.text) <= LONGEST for each in sentences)


def test_words_count_in_their_forms_and_rare_ones_more():
    query = parse_query("when does the contract for energy end")
    texts = ["Contracts were signed.", "The contract on energies ended.", "The contract is here."]
    shares = weigh_words(query, texts)
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


def test_a_better_hit_wins_between_equally_good_sentences():
    hits = [make_hit("The plan ends in May.", 1), make_hit("The plan ends in May.", 2)]
    _, quote = mark_sentences(hits, list_sentences(hits), {0: 1.0, 1: 1.0}, least=0.5)
    assert quote is not None
    assert quote.passage_id == hits[0].passage.passage_id
