# ruff: noqa: RUF001 - the punctuation of other scripts is what is tested
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.parsing.sentences import cut_to_size, estimate_tokens, sentence_ends


def sentences(text):
    ends = sentence_ends(text)
    return [text[start:end].strip() for start, end in zip([0, *ends[:-1]], ends, strict=True)]


@pytest.mark.parametrize(
    "parts",
    [
        ["One ends here.", "Two ends here!", "Three?", "Four."],
        ['He said "stop."', "Then he left."],
        ["Dr. Smith met J. R. Tolkien at 5 p.m. yesterday.", "It rained."],
        ["See Fig. 3 and Nr. 12 for details.", "The rest follows."],
        ["Am 3. Mai kam z.B. Herr Dr. Abt.", "Danach ging er."],
        ["It costs 3.50 and version 1.0.21 is out.", "Good."],
        ["これは文です。", "次の文！", "終わりですか？", "はい。"],
        ["他说：“好。”", "然后走了。"],
        ["هل هذا صحيح؟", "نعم، هذا صحيح."],
        ["यह पहला वाक्य है।", "यह दूसरा है।"],
        ["ภาษาไทย", "ไม่มีจุด"],
    ],
)
def test_sentences_end_where_their_script_ends_them(parts):
    text = " ".join(parts)
    assert sentences(text) == parts


def test_an_unfinished_sentence_ends_with_the_text():
    assert sentence_ends("no full stop") == [12]
    assert sentence_ends("") == []


@given(st.text(max_size=400))
def test_sentence_ends_ascend_to_the_end_of_the_text(text):
    ends = sentence_ends(text)
    assert ends == sorted(set(ends))
    assert (ends[-1] if ends else 0) == len(text)


@given(st.text(max_size=600), st.integers(5, 60))
def test_cutting_to_size_loses_nothing_and_keeps_the_limit(text, limit):
    ends = cut_to_size(text, limit)
    parts = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert "".join(parts) == text
    assert all(parts)
    assert all(estimate_tokens(part) <= limit for part in parts)


def test_a_long_word_is_cut_and_a_combining_mark_stays_with_its_letter():
    ends = cut_to_size("e\u0301" * 500, 50)
    assert ends[-1] == 1000
    assert all(end % 2 == 0 for end in ends)


def test_tokens_are_estimated_by_script():
    assert 6 <= estimate_tokens("The quick brown fox jumps over") <= 9
    assert estimate_tokens("漢字仮名交文") == 6
    assert estimate_tokens("") == 1


@given(st.text(alphabet="ab A1.!?\"')\n\t,").filter(lambda text: text[:1].strip() != ""))
def test_plain_text_ends_its_sentences_where_it_would_among_other_letters(text):
    before = "é\n\n"
    assert [end - len(before) for end in sentence_ends(before + text)][1:] == sentence_ends(text)


@pytest.mark.parametrize("before", ["", "é"])
def test_a_row_of_dots_takes_time_in_proportion_to_its_length(before):
    # The square of it would be minutes.
    text = f"{before}Contents {'.' * 200_000}"
    assert sentence_ends(f"{text}12") == [len(text) + 2]
