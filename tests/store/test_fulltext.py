"""Words, phrases, codes and hostile questions against the full-text index."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.store import upkeep
from desktop_app.store.library import open_library
from tests.store.library_samples import add, make_document, make_hash, make_passage


def found(library, text: str, **narrowed) -> set[str]:
    run = library.search_fulltext(text, k=50, **narrowed)
    passages = library.get_passages(run.passage_ids)
    return {passages[each].text for each in run.passage_ids}


TEXTS = (
    "Upgrade to version 1.0.21 before May.",
    "Nach § 5 Abs. 2 gilt die Frist.",
    "The flaw CVE-2021-44228 affects log4j.",
    "Call max_length at ann@example.org now.",
    "東京都の人口は約1400万人です。",
    "这家公司的总部设在北京。",
    "การประชุมจะจัดขึ้นในวันจันทร์",
    "Die Überraschung war groß.",
    "Running shoes are sold here.",
    "To be or not to be.",
)


@pytest.fixture(params=["not in the index yet", "in the index"])
def texts(library, request):
    add(library, "texts", *TEXTS, title="", heading=())
    if request.param == "in the index":
        library.maintain(is_cancelled=lambda: False)
    return library


@pytest.mark.parametrize(
    ("question", "at"),
    [
        ("1.0.21", 0),
        ("§ 5 Abs. 2", 1),
        ("CVE-2021-44228", 2),
        ("cve-2021-44228", 2),
        ("44228", 2),
        ("max_length", 3),
        ("人口", 4),
        ("总部", 5),
        ("ประชุม", 6),
        ("ueberraschung überraschung", 7),
        ("UBERRASCHUNG", 7),
        ("run", 8),
        ("shoe", 8),
    ],
)
def test_words_codes_and_scripts_without_spaces_are_found(texts, question, at):
    assert TEXTS[at] in found(texts, question)


def test_a_phrase_must_stand_in_the_text_as_written(texts):
    assert found(texts, "", phrases=["to be or not to be"]) == {TEXTS[9]}
    assert found(texts, "running", phrases=["sold here"]) == {TEXTS[8]}
    assert found(texts, "running", phrases=["here sold"]) == set()
    assert found(texts, "version", phrases=["1.0.21", "before May"]) == {TEXTS[0]}
    assert found(texts, "version", phrases=["before May", "not there"]) == set()


def test_a_phrase_of_punctuation_excludes_nothing(texts):
    assert found(texts, "running", phrases=["…!?", " "]) == {TEXTS[8]}


def test_any_word_is_enough_and_more_words_rank_higher(library):
    ids = add(library, "a", "apple banana cherry", "apple pear plum", "kiwi melon lime")
    run = library.search_fulltext("apple banana", k=10)
    assert run.name == "fulltext"
    assert run.passage_ids == (ids[0], ids[1])
    assert run.scores[0] > run.scores[1] > 0


def test_title_and_headings_are_searched_too(library):
    ids = add(library, "a", "plain text", title="Tax return", heading=("Deductions",))
    assert library.search_fulltext("deductions", k=5).passage_ids == tuple(ids)
    assert library.search_fulltext("tax", k=5).passage_ids == tuple(ids)


def test_passages_put_after_maintenance_are_found_at_once(library):
    add(library, "a", "old giraffe")
    library.maintain(is_cancelled=lambda: False)
    add(library, "b", "new giraffe")
    assert found(library, "giraffe") == {"old giraffe", "new giraffe"}
    assert found(library, "", phrases=["new giraffe"]) == {"new giraffe"}


def test_equal_scores_rank_in_the_same_order_every_time(library):
    add(library, "a", *["the very same words"] * 8)
    runs = {library.search_fulltext("same", k=20).passage_ids for _ in range(3)}
    assert len(runs) == 1


@pytest.mark.parametrize(
    "question",
    [
        "",
        " \t\n",
        "?!…—",
        "the of and",
        "\x00\x01\x1b[31m",
        '"unbalanced',
        "'''\"\"\"((([[[{{{",
        "AND OR NOT + - ~ ^ * :",
        "'; DROP TABLE passages; --",
        "a" * 10_000,
        "word " * 2_000,
        "汉" * 10_000,
        "\udcff\ud800",
        "🦒" * 300,
    ],
)
def test_hostile_questions_give_an_answer_or_an_empty_run(library, question):
    add(library, "a", "some text with the word in it")
    run = library.search_fulltext(question, phrases=[question], k=10)
    assert len(run.passage_ids) == len(run.scores) <= 1
    run = library.search_fulltext(question, k=10)
    assert len(run.passage_ids) == len(run.scores) <= 1


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(st.characters(exclude_categories=()), max_size=60), st.data())
def test_no_text_whatever_makes_a_search_fail(library, question, data):
    if not library.documents():
        add(library, "a", "some text", "some other text")
    phrases = data.draw(st.lists(st.text(max_size=20), max_size=3))
    run = library.search_fulltext(question, phrases=phrases, k=5)
    assert list(run.scores) == sorted(run.scores, reverse=True)


@pytest.mark.parametrize("is_maintained", [False, True])
@pytest.mark.parametrize("share", [1, 2, 20, 39, 40])
def test_a_filter_by_content_applies_before_the_best_k(library, share, is_maintained):
    names = [f"d{each:02}" for each in range(40)]
    passages = [make_passage(name, 0, "zebra " * (1 + at)) for at, name in enumerate(names)]
    library.put_passages(passages)
    library.put_documents([make_document(name, passages=1) for name in names])
    if is_maintained:
        library.maintain(is_cancelled=lambda: False)
    wanted = names[:share]
    run = library.search_fulltext("zebra", k=3, within=frozenset(map(make_hash, wanted)))
    allowed = {
        each.passage_id for each, name in zip(passages, names, strict=True) if name in wanted
    }
    assert len(run.passage_ids) == min(3, share)
    assert set(run.passage_ids) <= allowed


def test_a_filter_that_selects_nothing_gives_nothing(library):
    add(library, "a", "zebra")
    assert found(library, "zebra", within=frozenset()) == set()
    assert found(library, "zebra", within=frozenset({make_hash("unknown")})) == set()


def test_a_filter_by_language_applies_before_the_best_k(library):
    add(library, "de", "zebra " * 5, "zebra " * 4, language="de")
    add(library, "en", "zebra and other animals", language="en")
    assert found(library, "zebra", languages=("en", "und")) == {"zebra and other animals"}
    assert found(library, "zebra", languages=("en", "de")) >= {"zebra " * 5}
    within = frozenset({make_hash("de")})
    assert found(library, "zebra", languages=("en",), within=within) == set()


def test_many_new_passages_wait_for_the_tidying_and_do_not_slow_every_question(
    library, monkeypatch
):
    monkeypatch.setattr(upkeep, "_MOST_SCANNED_ROWS", 20)
    monkeypatch.setattr(upkeep, "_PATIENCE_SECONDS", 0.0)
    add(library, "old", *(f"lemon {at}" for at in range(30)))
    library.maintain()
    add(library, "few", *(f"zebra {at}" for at in range(20)), path="few.pdf")
    assert len(found(library, "zebra")) == 20
    add(library, "many", *(f"quagga {at}" for at in range(10)), path="many.pdf")
    assert found(library, "quagga") == set()
    assert len(found(library, "lemon")) == 30
    library.maintain()
    assert len(found(library, "quagga")) == 10


def test_many_new_passages_of_the_first_seconds_are_found_before_they_are_tidied(
    library, monkeypatch
):
    monkeypatch.setattr(upkeep, "_MOST_SCANNED_ROWS", 10)
    monkeypatch.setattr(upkeep, "_PATIENCE_SECONDS", 3_600.0)
    add(library, "many", *(f"quagga {at}" for at in range(40)))
    assert len(found(library, "quagga")) == 40
    add(library, "more", "zebra", path="more.pdf")
    assert found(library, "zebra") == set()


def test_who_only_reads_leaves_out_the_same(library, directory, monkeypatch):
    monkeypatch.setattr(upkeep, "_MOST_SCANNED_ROWS", 20)
    add(library, "old", "lemon")
    library.maintain()
    add(library, "many", *(f"quagga {at}" for at in range(30)), path="many.pdf")
    reader = open_library(directory, is_writable=False)
    assert found(reader, "quagga") == set()
    assert found(reader, "lemon") == {"lemon"}
    library.maintain()
    assert len(found(reader, "quagga")) == 30
