from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Filters
from desktop_app.errors import QueryError
from desktop_app.search.query import parse_query


def parse(raw: str):
    return parse_query(raw, identify_language=lambda _text: "en")


def test_filters_are_taken_out_of_the_text():
    query = parse("notice period type:pdf folder:Contracts after:2024-01-31 before:2025 lang:de")
    assert query.text == "notice period"
    assert query.filters == Filters(
        folders=("Contracts",),
        types=("pdf",),
        after=date(2024, 1, 31),
        before=date(2025, 12, 31),
        languages=("de",),
    )


def test_a_filter_value_may_be_quoted():
    assert parse('rent folder:"My Papers"').filters.folders == ("My Papers",)
    assert parse("rent folder:“My Papers” now").filters.folders == ("My Papers",)


def test_types_may_be_listed_and_written_with_dots():
    assert parse("rent type:PDF,.docx type:*.md").filters.types == ("pdf", "docx", "md")


def test_a_month_is_meant_as_a_whole():
    filters = parse("rent after:2024-02 before:2024-02").filters
    assert (filters.after, filters.before) == (date(2024, 2, 1), date(2024, 2, 29))


def test_what_stands_in_quotes_is_a_phrase_and_text():
    query = parse('who signed the "annual  report" first')
    assert query.phrases == ("annual report",)
    assert query.text == "who signed the annual report first"


@pytest.mark.parametrize(
    "raw",
    [
        "能源 type\uff1apdf\uff0cdocx lang\uff1azh\u3001ja",
        "الطاقة type:pdf\u060cdocx lang:zh\u060cja",
        "エネルギー\u3000type\uff1apdf\u3001docx\u3000lang\uff1azh\uff0cja",
    ],
)
def test_filters_may_be_typed_with_the_colons_and_commas_of_other_keyboards(raw):
    query = parse_query(raw)
    assert query.filters.types == ("pdf", "docx")
    assert query.filters.languages == ("zh", "ja")
    assert query.text == raw.split()[0]


def test_a_filter_inside_quotes_is_text():
    query = parse('"type:pdf" explained')
    assert query.phrases == ("type:pdf",)
    assert not query.filters


def test_unknown_words_with_a_colon_stay_text():
    assert parse("error: disk full size:10").text == "error: disk full size:10"
    assert not parse("subtype:pdf meaning").filters


def test_a_filter_word_without_a_value_stays_text():
    assert parse("what came after: the war").text == "what came after: the war"


def test_a_quote_without_partner_is_ignored():
    query = parse('the 3" pipe')
    assert query.text == "the 3 pipe"
    assert query.phrases == ()


def test_control_characters_are_dropped():
    assert parse("a\x00b\x1b[31m rent\ud800").text == "a b [31m rent"


def test_ten_thousand_characters_are_a_question():
    query = parse("word " * 2000)
    assert query.terms == ("word",)


@pytest.mark.parametrize("raw", ["", "   ", "???", "type:pdf", '""', "\x00", "lang:de after:2024"])
def test_a_question_without_words_is_refused(raw: str):
    with pytest.raises(QueryError):
        parse(raw)


@pytest.mark.parametrize(
    "raw",
    ["x after:banana", "x before:2024-13", "x after:2024-02-30", "x lang:german", "x type:p/f"],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(raw: str):
    with pytest.raises(QueryError) as caught:
        parse(raw)
    assert raw.split(":")[1].split("/", maxsplit=1)[0][:2] in str(caught.value)


def test_a_range_of_days_that_is_empty_is_refused():
    with pytest.raises(QueryError, match="2025-01-01"):
        parse("x after:2025 before:2024")


def test_stop_words_are_no_terms_unless_there_is_nothing_else():
    assert parse("What is the rent of the flat?").terms == ("rent", "flat")
    assert parse("to be or not to be").terms == ("to", "be", "or", "not")


def test_chinese_terms_are_pairs_of_characters():
    assert parse("黑豹队").terms == ("黑豹", "豹队")


def test_the_language_is_that_of_the_text_without_filters():
    seen: list[str] = []

    def identify(text: str) -> str:
        seen.append(text)
        return "de"

    assert parse_query("Miete lang:de", identify_language=identify).language == "de"
    assert seen == ["Miete"]


@given(st.text(max_size=300))
def test_any_text_is_a_question_or_a_query_error(raw: str):
    try:
        query = parse(raw)
    except QueryError:
        return
    assert query.text == " ".join(query.text.split())
    assert query.terms


_words = st.text(alphabet=string.ascii_letters, min_size=1, max_size=8)
_filters = st.sampled_from(
    ["type:pdf", "folder:Work", 'folder:"My Papers"', "after:2024", "before:2030-01", "lang:de"]
)


@given(st.lists(_words, min_size=1, max_size=6), st.lists(_filters, max_size=4), st.randoms())
def test_the_text_never_holds_the_filters(words, filters, random):
    parts = words + filters
    random.shuffle(parts)
    query = parse(" ".join(parts))
    assert sorted(query.text.split()) == sorted(words)
    assert bool(query.filters) == bool(filters)


@pytest.mark.parametrize(
    ("value", "folder"),
    [
        ('"Ann\'s ""best"" papers"', 'Ann\'s "best" papers'),
        ('"""Best"" papers"', '"Best" papers'),
        ('"papers ""best"""', 'papers "best"'),
        ('"Two  spaces"', "Two  spaces"),
    ],
)
def test_a_doubled_quote_in_a_quoted_folder_is_itself(value, folder):
    query = parse(f"energy folder:{value} target")
    assert query.filters.folders == (folder,)
    assert query.text == "energy target"


def test_a_minus_before_a_filter_leaves_out():
    filters = parse('rent -type:pdf,.tmp -folder:"Old ""2019"" Papers" type:md').filters
    assert filters.types == ("md",)
    assert filters.types_left_out == ("pdf", "tmp")
    assert filters.folders_left_out == ('Old "2019" Papers',)
    assert parse("rent -type:pdf").text == "rent"
    assert parse("sub-type:pdf rent").text == "sub-type:pdf rent"


@pytest.mark.parametrize("raw", ["rent -lang:de", "rent -after:2024", "rent -before:2024"])
def test_a_filter_that_cannot_be_turned_round_says_what_to_write_instead(raw):
    with pytest.raises(QueryError) as caught:
        parse(raw)
    assert caught.value.hint


def test_filters_of_every_kind_and_several_of_one_stand_together():
    query = parse(
        'rent type:pdf,md folder:Work folder:"My Papers" after:2023 before:2024-06 '
        'lang:de,en lang:fr -type:tmp -folder:Old TYPE:docx "deposit paid" increase'
    )
    assert query.text == "rent deposit paid increase"
    assert query.phrases == ("deposit paid",)
    assert query.filters == Filters(
        folders=("Work", "My Papers"),
        types=("pdf", "md", "docx"),
        after=date(2023, 1, 1),
        before=date(2024, 6, 30),
        languages=("de", "en", "fr"),
        folders_left_out=("Old",),
        types_left_out=("tmp",),
    )
