"""No source and no template drowns the others; sentences become questions."""

from __future__ import annotations

from collections import Counter

from desktop_app.training.claims import make_claims
from desktop_app.training.pairs import Pair
from desktop_app.training.sampling import sample
from tests.training.texts import made_passage

WORDS = "one two three four five six seven eight nine ten".split()


def pairs_of(source: str, count: int, question: str = "{0} {1} {2} {3}?") -> list[Pair]:
    return [
        Pair(
            question.format(*(f"{WORDS[(n // 10**k) % 10]}{k}" for k in range(4))),
            f"{source} {n // 3}",
            f"{source} {n}",
            source,
        )
        for n in range(count)
    ]


def test_sources_get_shares_by_the_root_of_their_size():
    chosen = sample(pairs_of("large", 1600) + pairs_of("small", 100), 100, seed=1)
    assert Counter(each.source for each in chosen) == {"large": 80, "small": 20}


def test_what_a_source_lacks_goes_to_the_others():
    chosen = sample(pairs_of("large", 1000) + pairs_of("small", 4), 200, seed=1)
    assert Counter(each.source for each in chosen) == {"large": 196, "small": 4}
    assert len(sample(pairs_of("all", 50), 80, seed=1)) == 50


def test_a_template_begins_few_questions():
    templated = pairs_of("s", 500, "What is the treatment for {0} {1} {2}?")
    chosen = sample(templated + pairs_of("s", 500), 200, seed=1)
    openings = Counter(" ".join(each.question.split()[:4]) for each in chosen)
    assert openings["What is the treatment"] == 6
    assert len(chosen) == 200


def test_a_passage_is_asked_about_twice_at_most_while_there_are_others():
    chosen = sample(pairs_of("s", 600), 200, seed=1)
    assert max(Counter(each.passage for each in chosen).values()) == 2


def test_the_same_seed_draws_the_same_questions_in_the_same_order():
    pairs = pairs_of("a", 300) + pairs_of("b", 300)
    assert sample(pairs, 50, seed=3) == sample(pairs, 50, seed=3)
    assert sample(pairs, 50, seed=3) != sample(pairs, 50, seed=4)


def test_a_sentence_is_asked_about_the_rest_of_its_passage():
    sentence = "The lamp in the northern tower was lit every evening by its keeper."
    others = ["Nobody knew why he did it.", "Ships passed at night.", "He died in May."]
    passage = made_passage("d", 3, " ".join([*others[:2], sentence, others[2]]))
    (claim,) = make_claims([passage, made_passage("d", 4, "Too short. Really.")], 5, seed=1)
    assert claim.text == sentence.rstrip(".")
    assert claim.rest.text == " ".join(others)
    assert claim.origin == passage.passage_id != claim.rest.passage_id
    assert (claim.rest.content_hash, claim.rest.ordinal) == (passage.content_hash, 3)


def test_no_more_sentences_are_taken_than_asked_for():
    text = "The first sentence is long enough to be asked about by anybody. " * 5
    passages = [made_passage(f"d{n}", 0, text) for n in range(20)]
    assert len(make_claims(passages, 7, seed=1)) == 7
    assert make_claims(passages, 0, seed=1) == []
