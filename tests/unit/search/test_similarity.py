"""Passages like a passage: by stored vectors only, without itself and its copies."""

import pytest

from desktop_app.domain import VectorSpace
from desktop_app.errors import QueryError
from desktop_app.search.similarity import NO_VECTOR, find_similar
from tests.unit.search.library_fakes import DIMENSION, FakeLibrary, embed, make_passage

SPACE = VectorSpace("fake", "fake", DIMENSION, False, frozenset())
SOURCE = make_passage("The energy contract with the city ends in May of next year.", name="a")
COPY = make_passage("The energy contract with the city ends in May of next year!", name="b")
LIKE = make_passage("The energy contract with the town ended in June.", name="c")
OTHER = make_passage("Cats sleep most of the day.", name="d")


class Library(FakeLibrary):
    """Has the vectors that the fake search compares with."""

    def vectors_of(self, space, passage_ids):
        return {each: embed(self.passages[each].full_text) for each in passage_ids}


def library():
    return Library([SOURCE, COPY, LIKE, OTHER])


def test_the_passage_and_its_copies_are_left_out_and_the_nearest_comes_first():
    result = find_similar(library(), SPACE, SOURCE.passage_id, pack="fake", limit=5)
    found = [hit.passage.passage_id for hit in result.hits]
    assert found[0] == LIKE.passage_id
    assert SOURCE.passage_id not in found
    assert COPY.passage_id not in found
    assert [hit.rank for hit in result.hits] == list(range(1, len(found) + 1))
    assert all(0.0 <= hit.score <= 1.0 for hit in result.hits)


def test_without_a_pack_it_says_that_meaning_search_has_not_read_it():
    result = find_similar(library(), None, SOURCE.passage_id, pack="", limit=5)
    assert result.hits == ()
    assert result.notices == (NO_VECTOR,)


def test_a_passage_that_is_gone_is_an_error_in_words():
    with pytest.raises(QueryError, match="not in the library"):
        find_similar(library(), SPACE, "0" * 32, pack="fake", limit=5)
