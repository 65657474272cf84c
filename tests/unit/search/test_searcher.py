from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desktop_app.domain import Verdict
from desktop_app.errors import ModelCrashed, PackMissing, QueryError
from desktop_app.inference.manifest import Blend
from desktop_app.search.retrieval import NO_PHRASE
from desktop_app.search.searcher import (
    NO_DOCUMENT,
    NO_MODEL,
    RERANK_STOPPED,
    UNKNOWN_LANGUAGE,
    Searcher,
)
from tests.unit.search.library_fakes import (
    PACK,
    FakeLibrary,
    FakeModel,
    make_document,
    make_passage,
)

RENT = make_passage("The monthly rent is due on the third working day.", title="Lease")
DOG = make_passage("Dogs and cats may be kept with the consent of the landlord.")
NOISE = [make_passage(f"Paragraph about topic{number} and little else.") for number in range(20)]
QUESTION = "when is the monthly rent due"


def make_searcher(
    model=None,
    *,
    passages=(RENT, DOG, *NOISE),
    paths=(),
    budget=10_000,
    late_interaction=False,
):
    library: Any = FakeLibrary(passages, paths=paths)
    searcher = Searcher(
        library,
        model,
        pack=PACK if model else None,
        rerank_budget_ms=budget,
        late_interaction=late_interaction,
    )
    return searcher, library


def texts(result):
    return [hit.passage.text for hit in result.hits]


def assert_is_ordered(result):
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert [hit.rank for hit in result.hits] == list(range(1, len(scores) + 1))


def test_the_fused_answer_is_final_without_a_reranker():
    searcher, _ = make_searcher(FakeModel())
    (result,) = searcher.search(QUESTION)
    assert result.is_final
    assert not result.is_reranked
    assert result.hits[0].passage is RENT
    assert result.hits[0].stages.dense is not None
    assert result.hits[0].stages.fulltext is not None
    assert result.hits[0].document.content_hash == RENT.content_hash
    assert result.notices == ()
    assert result.coverage.embedded == len(NOISE) + 2
    assert {"fulltext", "dense", "embed", "fuse", "first", "total"} <= result.took_ms.keys()
    assert_is_ordered(result)


def test_the_fused_answer_comes_before_the_reranked_one():
    model = FakeModel(has_reranker=True, logit=lambda text: 4.0 if "Dogs" in text else -4.0)
    searcher, _ = make_searcher(model)
    first, *between, last = searcher.search(f"{QUESTION} consent")
    assert not first.is_reranked
    assert first.hits[0].passage is RENT
    assert all(each.is_reranked and not each.is_final for each in between)
    assert last.is_reranked
    assert last.is_final
    assert last.hits[0].passage is DOG
    assert last.hits[0].score == pytest.approx(0.982, abs=0.001)
    assert last.hits[0].stages.logit == 4.0
    assert last.verdict is Verdict.GOOD
    for result in (first, *between, last):
        assert_is_ordered(result)


def test_a_passage_that_waits_for_its_vector_is_ranked_by_its_words():
    searcher, library = make_searcher(FakeModel())
    library.waiting = frozenset(library.passages) - {each.passage_id for each in NOISE[:2]}
    (result,) = searcher.search(QUESTION)
    assert result.hits[0].passage is RENT
    assert result.hits[0].stages.dense is None
    assert result.verdict is not Verdict.NONE
    assert_is_ordered(result)


def test_the_best_candidates_are_read_first_with_their_titles():
    model = FakeModel(has_reranker=True)
    list(make_searcher(model)[0].search(QUESTION))
    assert model.reranked[0] == f"Lease\n{RENT.text}"


def test_what_the_budget_does_not_reach_stays_below_what_was_read():
    model = FakeModel(has_reranker=True, logit=lambda _text: -6.0, batch=4)
    searcher, _ = make_searcher(model, budget=0)
    *_, last = searcher.search("paragraph about topic1 and topic2")
    read = [hit for hit in last.hits if hit.stages.logit is not None]
    unread = [hit for hit in last.hits if hit.stages.logit is None]
    assert len(read) == 8
    assert unread
    assert max(hit.rank for hit in read) < min(hit.rank for hit in unread)
    assert_is_ordered(last)
    assert last.verdict is Verdict.NONE


def test_the_depth_of_reranking_follows_the_measured_speed():
    model = FakeModel(has_reranker=True)
    model.set_speed(50.0)
    *_, last = make_searcher(model, budget=1000)[0].search("paragraph about little else")
    assert len(model.reranked) == 8
    assert last.is_final


def test_late_interaction_says_what_the_reranker_reads_first():
    model = FakeModel(has_reranker=True)
    searcher, _ = make_searcher(model, late_interaction=True)
    assert list(searcher.search(QUESTION))[-1].is_reranked
    lengths = [len(each) for each in model.reranked]
    assert lengths == sorted(lengths, reverse=True)


def test_late_interaction_leaves_the_budget_to_the_reranker():
    model = FakeModel(has_reranker=True)
    searcher, _ = make_searcher(model, late_interaction=True, budget=0)
    assert list(searcher.search("paragraph about little else"))[-1].is_reranked
    assert (len(model.compared), len(model.reranked)) == (0, 8)


def test_a_pack_without_token_vectors_is_reranked_all_the_same():
    model = FakeModel(has_reranker=True, fails_to={"compare": PackMissing()})
    searcher, _ = make_searcher(model, late_interaction=True)
    assert list(searcher.search(QUESTION))[-1].is_reranked
    assert model.reranked[0] == f"Lease\n{RENT.text}"


def test_reranking_can_be_declined():
    model = FakeModel(has_reranker=True)
    (result,) = make_searcher(model)[0].search(QUESTION, rerank=False)
    assert result.is_final
    assert model.reranked == []


def test_without_a_model_words_answer_and_a_notice_says_so():
    searcher, library = make_searcher(None)
    (result,) = searcher.search(QUESTION)
    assert result.hits[0].passage is RENT
    assert result.notices == (NO_MODEL,)
    assert set(library.asked) == {"fulltext"}


def test_a_starting_model_does_not_delay_the_first_list():
    searcher, _ = make_searcher(FakeModel(is_loaded=False))
    first, last = searcher.search(QUESTION)
    assert not first.is_final
    assert first.hits[0].stages.dense is None
    assert last.is_final
    assert last.hits[0].stages.dense is not None


def test_a_model_that_crashes_on_the_question_costs_a_notice():
    searcher, _ = make_searcher(FakeModel(has_reranker=True, fails_to={"embed": ModelCrashed()}))
    (result,) = searcher.search(QUESTION)
    assert result.hits[0].passage is RENT
    assert "model process stopped" in result.notices[0]


def test_a_model_that_crashes_while_reranking_keeps_what_was_read():
    model = FakeModel(
        has_reranker=True, logit=lambda _text: 1.0, fails_to={"rerank": ModelCrashed()}
    )
    *_, last = make_searcher(model)[0].search(QUESTION)
    assert last.is_final
    assert last.is_reranked
    assert sum(hit.stages.logit is not None for hit in last.hits) == 2
    assert "model process stopped" in last.notices[0]
    assert_is_ordered(last)


def test_a_few_words_to_an_english_library_are_taken_for_english():
    deposit = make_passage("The tenant gets the deposit back at the end.", language="en")
    searcher, library = make_searcher(FakeModel(languages=("en",)), passages=(deposit, DOG))
    *_, last = searcher.search("tenant deposit refund")
    assert last.query.language == "en"
    assert "dense" in library.asked
    assert last.notices == ()


def test_a_model_that_does_not_know_the_language_has_no_vote():
    miete = make_passage("Die Miete ist am dritten Werktag fällig.", language="de")
    model = FakeModel(languages=("en",), has_reranker=True)
    searcher, library = make_searcher(model, passages=(miete, RENT, DOG))
    (result,) = searcher.search("Wann ist die monatliche Miete am Werktag fällig?")
    assert result.query.language == "de"
    assert result.hits[0].passage is miete
    assert result.notices == (UNKNOWN_LANGUAGE,)
    assert set(library.asked) == {"fulltext"}
    assert model.reranked == []


def test_passages_in_unknown_languages_are_neither_ranked_by_meaning_nor_reranked():
    miete = make_passage("Die monthly Miete ist am dritten Werktag due.", language="de")
    model = FakeModel(languages=("en",), has_reranker=True)
    *_, last = make_searcher(model, passages=(miete, RENT, DOG))[0].search(QUESTION)
    (hit,) = (each for each in last.hits if each.passage is miete)
    assert hit.stages.dense is None
    assert hit.stages.logit is None
    assert hit.stages.fulltext is not None


def test_a_filter_by_an_unknown_language_leaves_words_to_answer():
    miete = make_passage("Die rent ist due.", language="de")
    searcher, library = make_searcher(FakeModel(languages=("en",)), passages=(miete, RENT))
    (result,) = searcher.search(f"{QUESTION} lang:de")
    assert texts(result) == [miete.text]
    assert set(library.asked) == {"fulltext"}


def test_filters_narrow_every_run():
    other = make_passage("The monthly rent is due soon.")
    searcher, library = make_searcher(FakeModel(), passages=(RENT, other), paths=("a.pdf", "b.txt"))
    (result,) = searcher.search(f"{QUESTION} type:txt")
    assert texts(result) == [other.text]
    assert library.owners_asked_with == result.query.filters


def test_filters_that_leave_nothing_say_so():
    (result,) = make_searcher(FakeModel())[0].search(f"{QUESTION} type:pdf")
    assert result.hits == ()
    assert result.is_final
    assert result.verdict is Verdict.NONE
    assert result.notices == (NO_DOCUMENT,)
    assert result.coverage.sentence.startswith("Searched none of ")


def test_a_phrase_is_required_of_every_hit():
    (result,) = make_searcher(FakeModel())[0].search('the "monthly rent" landlord')
    assert texts(result) == [RENT.text]


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ('"electronic mail"', Verdict.GOOD),
        ("E-4711", Verdict.GOOD),
        ('how many stamps need "electronic mail"', Verdict.WEAK),
        ("how many stamps does E-4711 need", Verdict.WEAK),
        ("E-4712", Verdict.NONE),
    ],
)
def test_what_is_there_to_the_letter_is_never_called_no_match(question, verdict):
    mail = make_passage("E 4711 is sent by electronic mail.")
    model = FakeModel(has_reranker=True, logit=lambda _: -6.0)
    *_, result = make_searcher(model, passages=(mail, DOG, *NOISE))[0].search(question)
    assert result.hits[0].passage is mail
    assert result.verdict is verdict


def test_a_phrase_that_nobody_wrote_is_searched_by_its_words():
    (result,) = make_searcher(FakeModel())[0].search('"due rent monthly"')
    assert result.hits[0].passage is RENT
    assert result.notices == (NO_PHRASE,)


def test_the_same_text_is_shown_once():
    copy = make_passage(RENT.text, name="copy")
    (result,) = make_searcher(FakeModel(), passages=(RENT, copy, DOG))[0].search(QUESTION)
    assert texts(result).count(RENT.text) == 1


def test_passages_removed_meanwhile_are_left_out():
    searcher, library = make_searcher(FakeModel())
    del library.owners[RENT.content_hash]
    (result,) = searcher.search(QUESTION)
    assert RENT.text not in texts(result)


def test_a_limit_cuts_the_hits():
    (result,) = make_searcher(FakeModel())[0].search("paragraph", limit=3)
    assert len(result.hits) == 3


def test_a_withdrawn_search_ends_between_its_stages():
    model = FakeModel(has_reranker=True)
    searcher, library = make_searcher(model)
    assert list(searcher.search(QUESTION, is_cancelled=lambda: True)) == []
    assert set(library.asked) == {"fulltext"}
    asked = iter([False, False, False, False, True, True, True, True, True])
    results = list(searcher.search(QUESTION, is_cancelled=lambda: next(asked)))
    assert not results[-1].is_final
    assert len(model.reranked) <= 4


def test_a_question_without_words_is_refused():
    with pytest.raises(QueryError):
        list(make_searcher(FakeModel())[0].search("type:pdf"))


def test_no_passages_at_all_are_no_match():
    (result,) = make_searcher(FakeModel(has_reranker=True), passages=())[0].search(QUESTION)
    assert result.hits == ()
    assert result.verdict is Verdict.NONE


def test_highlights_lie_on_the_words_of_the_question():
    (result,) = make_searcher(None)[0].search("monthly rent")
    marked = [RENT.text[start:end] for start, end in result.hits[0].highlights]
    assert marked == ["monthly", "rent"]


def test_a_folder_that_has_the_name_of_a_calibrated_pack_is_judged_by_words():
    def scores(name, revision):
        library: Any = FakeLibrary((RENT, DOG, *NOISE))
        model: Any = FakeModel()
        pack = replace(PACK, name=name, revision=revision)
        searcher = Searcher(library, model, pack=pack, rerank_budget_ms=0)
        return [hit.score for result in searcher.search(QUESTION) for hit in result.hits]

    uncalibrated = scores("fake", "local")
    assert scores("starter", "local") == uncalibrated
    assert scores("starter", "someone/model@1") != uncalibrated


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_a_passage_that_the_reranker_has_no_number_for_counts_as_not_read(bad):
    model = FakeModel(has_reranker=True, logit=lambda text: bad if "rent" in text else -1.0)
    *between, last = make_searcher(model)[0].search(QUESTION)
    for each in (*between, last):
        assert_is_ordered(each)
    (rent,) = [hit for hit in last.hits if hit.passage is RENT]
    assert rent.stages.logit is None
    assert last.is_reranked
    assert last.notices == (RERANK_STOPPED,)


def test_a_reranker_without_any_number_leaves_the_fused_answer():
    model = FakeModel(has_reranker=True, logit=lambda _text: float("nan"))
    first, *between, last = make_searcher(model)[0].search(QUESTION)
    assert between == []
    assert not last.is_reranked
    assert texts(last) == texts(first)
    assert [hit.score for hit in last.hits] == [hit.score for hit in first.hits]
    assert last.notices == (RERANK_STOPPED,)


def test_a_passage_without_text_is_never_read():
    blank = make_passage("  \n", title="The monthly rent is due")
    model = FakeModel(has_reranker=True)
    *_, last = make_searcher(model, passages=(blank, RENT, DOG))[0].search(QUESTION)
    assert any("rent" in each for each in model.reranked)
    assert all(each.strip() != "The monthly rent is due" for each in model.reranked)
    (hit,) = [hit for hit in last.hits if hit.passage is blank]
    assert hit.stages.logit is None


def test_a_model_of_unknown_speed_is_stopped_by_the_clock():
    model = FakeModel(has_reranker=True, batch=4)
    assert model.status().rerank_tokens_per_second == 0.0
    *_, last = make_searcher(model, budget=0)[0].search("paragraph about topic1")
    assert len(model.reranked) == 8
    assert last.is_final


def test_a_model_that_seemed_slow_may_read_more_within_the_time():
    model = FakeModel(has_reranker=True, batch=4)
    model.set_speed(400.0)
    *_, _ = make_searcher(model, budget=1000)[0].search("paragraph about little else")
    assert len(model.reranked) > 400 // 40


def test_a_blend_lets_the_fused_evidence_speak_too():
    def logit(text):
        return 0.2 if "Dogs" in text else 0.0

    question = "when is the monthly rent due"
    for blend, best in ((None, DOG), (Blend(odds=1.0, logit=1.0, bias=0.0), RENT)):
        model: Any = FakeModel(has_reranker=True, logit=logit)
        library: Any = FakeLibrary((RENT, DOG, *NOISE))
        searcher = Searcher(
            library, model, pack=replace(PACK, blend=blend), rerank_budget_ms=10_000
        )
        *states, last = searcher.search(question)
        assert last.hits[0].passage is best
        for each in (*states, last):
            assert_is_ordered(each)


def test_a_question_of_ten_thousand_characters_is_answered():
    model = FakeModel(has_reranker=True)
    *_, last = make_searcher(model)[0].search("when is the monthly rent due? " * 334)
    assert last.hits[0].passage is RENT
    assert_is_ordered(last)


def test_a_hit_names_the_other_files_that_say_the_same():
    again = make_passage(RENT.text, name="other version")
    searcher, library = make_searcher(
        FakeModel(), passages=(RENT, again, DOG), paths=("first.pdf", "second.pdf", "dogs.txt")
    )
    (result,) = searcher.search(QUESTION)
    assert len(result.hits) == 2
    best = result.hits[0]
    paths = {each.full_path for each in library.owners.values()}
    assert {best.document.full_path.name, best.copies[0].name} == {"first.pdf", "second.pdf"}
    assert set(best.copies) < paths
    assert result.hits[1].copies == ()


def test_a_hit_names_the_other_places_of_the_very_same_file():
    searcher, library = make_searcher(FakeModel(), passages=(RENT, DOG), paths=("a.pdf", "d.txt"))
    library.twins[RENT.content_hash] = make_document(RENT, path="copy of a.pdf")
    (result,) = searcher.search(QUESTION)
    assert [each.name for each in result.hits[0].copies] == ["copy of a.pdf"]


def test_letters_vote_where_only_words_find_a_passage():
    right = replace(make_passage("Der Stromliefervertrag endet im Mai."), language="de")
    wrong = replace(make_passage("Der Garten endet am Zaun beim Haus."), language="de")
    searcher, _ = make_searcher(None, passages=(wrong, right, *NOISE))
    (result,) = searcher.search("Wann endet unser Stromvertrag")
    best = result.hits[0]
    assert best.passage == right
    assert dict(best.places)["letters"] == 1
    (result,) = searcher.search("Paragraph about topic3")
    assert all("letters" not in dict(each.places) for each in result.hits if each.passage in NOISE)


def test_meaning_is_looked_for_before_the_words_are():
    searcher, library = make_searcher(FakeModel())
    (result,) = searcher.search(QUESTION)
    assert library.asked[0] == "dense begun"
    assert "fulltext" in library.asked
    assert result.hits[0].stages.dense is not None


def test_a_corrected_question_is_read_by_the_model_as_it_was_answered():
    model = FakeModel()
    searcher, library = make_searcher(model)
    library.respelled = {"landlord"}
    (result,) = searcher.search("monthly rent of the landlrod")
    assert model.questions == ["monthly rent of the landlrod", "monthly rent of the landlord"]
    assert result.query.text == model.questions[-1]
    assert len(result.notices) == 1


def test_a_model_that_fails_is_not_asked_again_for_a_corrected_question():
    model = FakeModel(fails_to={"embed": ModelCrashed()})
    searcher, library = make_searcher(model)
    library.respelled = {"landlord"}
    (result,) = searcher.search("monthly rent of the landlrod")
    assert len(model.questions) == 1
    assert [NO_MODEL in each for each in result.notices] == [False, True]
    assert result.hits
