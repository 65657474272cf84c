"""Choosing the sentence that answers: offsets are real, and nothing weak is quoted."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.search.quoting import (
    LEAST_MARKED,
    LEAST_QUOTED,
    LONGEST,
    MOST_SENTENCES,
    list_sentences,
    mark_sentences,
    split_sentences,
)
from tests.unit.search.hits import make_hit

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
    marked, quote = mark_sentences(hits, sentences, values)
    listed = {(each.hit, each.start, each.end) for each in sentences}
    for index, hit in enumerate(marked):
        of_hit = [values[at] for at, each in enumerate(sentences) if each.hit == index]
        assert (hit.sentence is None) == all(value < LEAST_MARKED for value in of_hit)
        if hit.sentence is not None:
            start, end = hit.sentence
            assert 0 <= start < end <= len(hit.passage.text)
            assert end - start <= LONGEST
            inside = [each for each in listed if each[0] == index and start <= each[1] < end]
            assert any(each[2] == end for each in inside)
    assert (quote is None) == all(value < LEAST_QUOTED for value in values.values())
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


def listed(*texts: str) -> list[str]:
    hits = [make_hit(text, rank) for rank, text in enumerate(texts, start=1)]
    return [each.text for each in list_sentences(hits)]


def marked_as(text: str, *values: float) -> str:
    """Return what is quoted of one passage whose sentences have these values."""
    hits = [make_hit(text, 1)]
    sentences = list_sentences(hits)
    assert len(sentences) == len(values)
    _, quote = mark_sentences(hits, sentences, dict(enumerate(values)))
    return text[quote.start : quote.end] if quote else ""


def test_a_better_hit_wins_between_equally_good_sentences():
    hits = [make_hit("The plan ends in May.", 1), make_hit("The plan ends in May.", 2)]
    _, quote = mark_sentences(hits, list_sentences(hits), {0: 1.0, 1: 1.0})
    assert quote is not None
    assert quote.passage_id == hits[0].passage.passage_id


def test_a_sentence_that_is_nearly_as_likely_is_quoted_with_the_one_beside_it():
    text = "The claim fails. The loss was too remote. The costs are reserved."
    assert marked_as(text, 1.0, 0.9, -2.0) == "The claim fails. The loss was too remote."
    assert marked_as(text, 1.0, 0.0, 0.9) == "The claim fails."
    assert marked_as(text, -2.0, 0.9, 1.0) == "The loss was too remote. The costs are reserved."


def test_what_does_not_stand_right_behind_is_not_quoted_with_it():
    text = "The claim fails today. Why is that? The loss was too remote."
    assert marked_as(text, 1.0, 1.0) == "The claim fails today."


def test_what_is_less_sure_is_marked_in_its_passage_and_not_quoted():
    hits = [make_hit("The plan ends in May.", 1)]
    marked, quote = mark_sentences(hits, list_sentences(hits), {0: LEAST_MARKED})
    assert quote is None
    assert marked[0].sentence is not None


def test_sources_and_contents_are_not_offered_as_answers():
    assert listed(
        "References\n\nNaylor, E. (2010). Chronobiology of Marine Organisms. Cambridge University "
        "Press. Luarte, T. (2016). Light reduces growth. Pollution 218, 1147-1153.\n\n"
        "The data are deposited in Kiel.",
        "7.1 Light reduces growth … 62\n7.2 Growth in winter … 64",
    ) == ["The data are deposited in Kiel."]


def test_a_sentence_that_only_repeats_the_question_is_not_offered_as_its_answer():
    hit = make_hit("Reset the hour counter with the code. The code is 7391.", 1)
    question = "which code is it to reset the hour counter with"
    assert [each.text for each in list_sentences([hit], question)] == ["The code is 7391."]
    assert len(list_sentences([hit], "code")) == len(list_sentences([hit])) == 2


def test_what_announces_is_offered_with_what_follows_it():
    assert "The code is:\n\n7391 or 8822" in listed("The code is:\n\n7391 or 8822\n\nThen wait.")
    assert listed("It does so as follows:") == []


def test_a_value_too_short_to_stand_alone_is_offered_with_its_name():
    assert listed("Serial number\n\nAR9-15\n\nIt was built in May.") == [
        "Serial number\n\nAR9-15",
        "It was built in May.",
    ]


def test_a_sentence_too_long_to_quote_is_offered_in_clauses():
    long = "The landlord shall repair the roof, the walls and the floors of the building; " * 9
    offered = listed(long + "so it is agreed.")
    assert len(offered) > 1
    assert all(len(each) <= LONGEST for each in offered)
    assert all(each.endswith((";", "agreed.")) for each in offered)


def test_a_row_knows_the_head_of_its_table():
    text = "Growth of crabs.\n\nLight | Hours\nWhite lamp | 62\nAmber lamp | 12\n\nSo it is here."
    rows = [each for each in list_sentences([make_hit(text, 1)]) if " | " in each.text]
    assert [(each.text, each.head) for each in rows] == [
        ("White lamp | 62", "Light | Hours"),
        ("Amber lamp | 12", "Light | Hours"),
    ]
