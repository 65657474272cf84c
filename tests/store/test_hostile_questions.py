"""Whatever is typed, a search of a real library gives an answer or one clear sentence."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.errors import QueryError
from desktop_app.search.searcher import Searcher
from desktop_app.store.library import open_library
from tests.store.library_samples import add

TEXTS = (
    "The notice period of the contract is three months.",
    "Der Vertrag endet nach drei Monaten, § 5 Abs. 2.",
    "契約の解約通知期間は三か月です。",
    "مدة الإشعار في العقد ثلاثة أشهر",
    'He said: "to be or not to be", release 1.0.21.',
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory):
    with closing(open_library(tmp_path_factory.mktemp("hostile") / "library")) as library:
        add(library, "texts", *TEXTS, title="", heading=())
        library.maintain()
        yield Searcher(library, None, pack=None, rerank_budget_ms=0)


def answer(searcher: Searcher, question: str) -> int:
    """Ask; the number of hits, or -1 for a sentence that says what is wrong."""
    try:
        *_, last = searcher.search(question)
    except QueryError as error:
        is_one_sentence = error.title and error.hint and "\n" not in str(error)
        return -1 if is_one_sentence else -2
    assert last.is_final
    scores = [each.score for each in last.hits]
    assert scores == sorted(scores, reverse=True)
    return len(last.hits)


@pytest.mark.parametrize(
    "question",
    [
        "contract " * 1112,
        "a" * 10_000,
        "契約" * 5_000,
        '"' * 10_000,
        "type:pdf " * 1111,
        "folder:" + "x" * 9_993,
        '-folder:"' * 1111,
        "the of and is",
        "?!… — ()[]{}",
        "\x00\x07\x1b[2J\u202e\u2066",
        "\ud800 contract \udfff",
        '"unbalanced contract',
        "contract “to be",
        "type:pdf' OR 1=1 --",
        'contract folder:"\'; DROP TABLE passages; --"',
        "contract folder:%' OR '1'='1",
        "contract lang:de' OR 'a'='a",
        "contract after:2024-01-01'--",
        "contract type:* -type:",
        "contract after:0000 before:9999-12-31",
        "عقد contract 契約 Vertrag חוזה ข้อตกลง",
        "e\u0301" * 3_000,
        "\U0010ffff" * 100,
        "🦒👩‍👩‍👧‍👦" * 50,
        "AND OR NOT NEAR/3 ^ ~2 *",
        "contrakt " * 20,
    ],
)
def test_hostile_questions_have_an_answer_or_a_sentence(searcher, question):
    assert answer(searcher, question) >= -1


def test_what_is_found_survives_hostile_company(searcher):
    for company in ("\x00", "\ud800", '"', "((", "🦒", "' OR 1=1 --", "\u202e"):
        assert answer(searcher, f"{company} notice period contract {company}") > 0


_parts = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=12),
    st.sampled_from(
        "contract Vertrag contrakt 契約 عقد § 1.0.21 -word DE89370400440532013000 ' \" “ „ » -- ;"
        ' type: -type:pdf folder:"a b folder:"""" -folder:x lang:de,, lang: after:2024'
        " before:2024-02-30 after:x \x00 \ud800 \u200d \u0301".split(" ")
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_parts, max_size=8), st.sampled_from([" ", "", '"']))
def test_any_mixture_has_an_answer_or_a_sentence(searcher, parts, glue):
    assert answer(searcher, glue.join(parts)) >= -1
