"""Words are weighed by how common they are in the language of the question."""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import replace

import pytest

from desktop_app.store.commonness import (
    WEIGHTS,
    Commonness,
    Language,
    is_outdated,
    read_commonness,
    write_commonness,
)
from desktop_app.store.library import open_library
from tests.store.library_samples import make_document, make_passage

ENGLISH = 60
RUSSIAN = 30


def _passages():
    """English ones, and a few in Russian that nearly all hold its words for "what is"."""
    chance = random.Random(7)
    for number in range(ENGLISH):
        words = " ".join(chance.choices("harbor winter lamp river stone".split(), k=40))
        name = f"en{number:02}"
        yield name, make_passage(name, 0, f"the {words} and the {number}")
    for number in range(RUSSIAN):
        asks = "что это такое" if number % 5 else "здесь"
        topic = "маяк стоит на скале" if number == 0 else f"работа дом река {number}"
        name = f"ru{number:02}"
        yield name, replace(make_passage(name, 0, f"{asks} {topic} {asks}"), language="ru")


@pytest.fixture
def mixed(library):
    passages = dict(_passages())
    library.put_passages(list(passages.values()))
    library.put_documents([make_document(name, passages=1) for name in passages])
    library.maintain()
    return library


def _first(library, text, language):
    found = library.ahead.fulltext(text, k=1, language=language)().passage_ids
    return library.get_passages(found)[found[0]].text


def test_the_topic_of_a_question_counts_more_than_how_its_language_asks(mixed):
    question = "что это такое маяк"
    assert "маяк" not in _first(mixed, question, "")
    assert "маяк" in _first(mixed, question, "ru")


def test_who_opens_the_library_again_knows_the_same(mixed, directory):
    known = read_commonness(directory)
    assert known.languages.keys() == {"en", "ru"}
    assert (known.passages, known.languages["ru"].passages) == (ENGLISH + RUSSIAN, RUSSIAN)
    assert known.languages["ru"].shares["такое"] == pytest.approx(0.8)
    with_reader = open_library(directory, is_writable=False)
    assert "маяк" in _first(with_reader, "что это такое маяк", "ru")
    with_reader.close()


def test_counts_that_cannot_be_read_are_made_again(mixed, directory):
    known = read_commonness(directory)
    for damage in ("", "{}", "[1, 2]", '{"passages": "x", "languages": []}'):
        (directory / "words.json").write_text(damage, encoding="utf-8")
        assert read_commonness(directory) == Commonness()
    mixed.close()
    with closing(open_library(directory)) as again:
        again.maintain()
    assert read_commonness(directory) == known


def test_a_library_that_hardly_changed_is_not_counted_again(mixed, directory):
    before = (directory / "words.json").stat().st_mtime_ns
    mixed.put_passages([make_passage("new", 0, "one more")])
    mixed.maintain()
    assert (directory / "words.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("counted", "now", "is_due"), [(0, 0, False), (0, 1, True), (100, 119, False), (100, 121, True)]
)
def test_words_are_counted_anew_after_a_fifth_has_changed(counted, now, is_due):
    assert is_outdated(Commonness(counted), now) is is_due


def test_in_a_library_of_one_language_a_question_stays_as_it_is():
    one = Commonness(90, {"en": Language(90, {"the": 0.9, "what": 0.3, "lamp": 0.05})})
    assert one.groups("What is the lamp?", "en") == (("What is the lamp?", 1.0),)


@pytest.mark.parametrize("text", ["", "?!", "什么是灯塔", "la lampe"])
def test_a_question_in_a_language_that_was_not_counted_stays_as_it_is(text):
    known = Commonness(90, {"en": Language(90, {"the": 0.9})})
    assert known.groups(text, "fr") == ((text, 1.0),)
    assert known.groups(text, "und") == ((text, 1.0),)


def test_in_the_language_of_most_passages_a_question_stays_as_it_is():
    shares = {"the": 0.9, "what": 0.3}
    known = Commonness(100, {"en": Language(60, shares), "fr": Language(40, {"la": 0.9})})
    assert known.groups("What is the lamp?", "en") == (("What is the lamp?", 1.0),)
    assert len(known.groups("la lampe", "fr")) == 2


def test_a_question_of_common_words_only_stays_as_it_is():
    known = Commonness(100, {"en": Language(60, {}), "fr": Language(40, {"la": 0.9})})
    assert known.groups("La, la!", "fr") == (("La, la!", 1.0),)


def test_every_word_is_in_one_group_and_those_of_the_topic_weigh_in_full():
    known = Commonness(
        1000,
        {"en": Language(950, {"the": 0.9}), "fr": Language(50, {"l'eau": 0.3, "la": 0.9})},
    )
    groups = known.groups("Où est la source de L'eau ?", "fr")
    assert sorted(" ".join(words for words, _ in groups).split()) == sorted(
        ["Où", "est", "la", "source", "de", "L'eau"]
    )
    weights = [weight for _, weight in groups]
    assert weights == sorted(set(weights))
    assert weights[-1] == 1.0
    assert set(weights) <= set(WEIGHTS)
    assert next(weight for words, weight in groups if "la" in words.split()) == WEIGHTS[0]


def test_counts_come_back_from_the_disk_as_they_were(tmp_path):
    known = Commonness(7, {"fr": Language(5, {"où": 0.5, "l'eau": 0.25})})
    write_commonness(tmp_path, known)
    assert read_commonness(tmp_path) == known
    assert read_commonness(tmp_path / "nowhere") == Commonness()
