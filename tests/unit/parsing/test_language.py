from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from desktop_app.parsing import language
from desktop_app.parsing.language import detect_language, detect_passage_language
from desktop_app.parsing.language_model import MODEL

QUESTIONS = {
    "What is the notice period?": "en",
    "annual revenue 2019": "en",
    "Which file types work?": "en",
    "terms of the lease": "en",
    "Doctor Who in Deutschland": "de",
    "Was ist The Mask of Anarchy?": "de",
    "kan ik in het contract": "nl",
    "Wie lange ist die Kündigungsfrist?": "de",
    "Welche Bedrohungen gibt es?": "de",
    "¿Cuántos puntos anotó el equipo?": "es",
    "Quelle est la durée du contrat ?": "fr",
    "Какой срок уведомления?": "ru",
    "通知期限是多久？": "zh",  # noqa: RUF001 (as it is typed in Chinese)
    "通知期間はどのくらいですか": "ja",
    "통지 기간은 얼마입니까?": "ko",
    "מהי תקופת ההודעה המוקדמת?": "he",
    "ما هي مدة الإشعار؟": "ar",
    "Ποια είναι η προθεσμία;": "el",
}


@pytest.mark.parametrize(("question", "expected"), QUESTIONS.items())
def test_short_questions_are_known_by_their_language(question, expected):
    assert detect_language(question) == expected


@pytest.mark.parametrize("text", ["", "   ", "12 345,6", "?!", "§ 12", "ok"])
def test_a_text_without_enough_letters_has_no_language(text):
    assert detect_language(text) == "und"


@given(st.text(max_size=200))
def test_any_text_has_a_two_letter_language_or_none(text):
    found = detect_language(text)
    assert found == "und" or (len(found) == 2 and found.isascii())


@given(st.text(alphabet="abc xyz.é世の한", min_size=1, max_size=60))
def test_a_script_counts_where_it_has_half_of_the_letters_however_it_is_counted(text):
    letters = language._count_letters(text)
    counts = {code: len(found.findall(text)) for code, found in language._SCRIPTS.items()}
    east_asian = counts["ja"] + counts["zh"]
    expected = ""
    if counts["ja"] > 0.1 * east_asian and east_asian > 0.5 * letters:
        expected = "ja"
    elif max(counts.values()) >= max(1, 0.5 * letters):
        expected = max(counts, key=counts.__getitem__)
    assert language._by_script(text, letters) == expected


@pytest.mark.shared
def test_english_questions_are_told_from_all_others(shared):
    asked, right = 0, 0
    for path in sorted(shared.glob("corpora/retrieval/*/queries.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines()[:100]:
            query = json.loads(line)
            asked += 1
            right += (query["lang"] == "en") == (detect_language(query["text"]) == "en")
    assert right >= 0.98 * asked


@pytest.fixture(scope="module")
def whole():
    return LanguageIdentifier.from_model_file(MODEL_FILE)


@given(st.text(max_size=200) | st.text(alphabet="abcdeéßжの世 .1A", max_size=80))
@example("")
@example("\ud800")
def test_the_model_answers_as_the_one_that_it_is_made_of(whole, text):
    ranked = {code: each for code, each in whole.rank(text) if len(code) == len("en")}
    found = MODEL.likelihoods(text, MODEL.codes)
    assert found == pytest.approx(ranked, rel=1e-5)
    assert found[MODEL.classify(text)] == max(found.values())
    assert MODEL.likelihoods(text, {"de", "unknown"}) == pytest.approx({"de": found["de"]})


def test_importing_the_detector_loads_neither_its_model_nor_numpy():
    code = (
        "import sys; import desktop_app.parsing.language; "
        "print([name for name in ('numpy', 'backports', 'pymupdf') if name in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"


@pytest.mark.parametrize("code", ["DFW08CA044", "NYC08CA055 LAX08CA034", "x86_64", "1.0.21-rc3"])
def test_a_code_is_in_no_language(code):
    assert detect_language(code) == "und"


def test_a_code_in_a_sentence_does_not_hide_its_language():
    assert detect_language("Was kostet das Ersatzteil XJ900 im Januar?") == "de"


@pytest.mark.parametrize(
    "text",
    ["boiler", "rent increase", "Mietvertrag", "tenure", "E-4711 Aridon 600", "belt 220-0415 K"],
)
def test_one_or_two_plain_words_are_in_no_certain_language(text):
    assert detect_language(text) == "und"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tenant deposit refund", "en"),
        ("gdpr article 17 erasure", "en"),
        ("pressure vessel corrosion", "en"),
        ("plazo para pagar factura", "es"),
    ],
)
def test_a_few_words_are_in_the_language_that_is_expected(text, expected):
    assert detect_language(text) != expected
    assert detect_language(text, among={expected, "zh"}) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Mietvertrag Kündigung Frist", "de"),
        ("contratto affitto disdetta", "it"),
        ("Wann muss der Mieter die Heizkosten bezahlen?", "de"),
        ("合同的终止期限是多久", "zh"),
    ],
)
def test_a_question_that_is_surely_in_another_language_stays_in_it(text, code):
    assert detect_language(text, among={"en"}) == code


@given(st.text(max_size=80), st.sets(st.sampled_from(["en", "de", "zh", "xx"])))
def test_what_is_expected_changes_nothing_but_the_answers_of_the_model(text, among):
    found = detect_language(text)
    assert detect_language(text, among=among) in {found, *among}
    if found in among:
        assert detect_language(text, among=among) == found


@pytest.mark.shared
def test_foreign_questions_to_an_english_library_stay_foreign(shared):
    asked, kept = 0, 0
    for path in sorted(shared.glob("corpora/retrieval/*/queries.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines()[:100]:
            query = json.loads(line)
            if query["lang"] != "en":
                asked += 1
                kept += detect_language(query["text"], among={"en"}) != "en"
    assert kept >= 0.98 * asked


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-01T00:00:11Z INFO gw[461] heartbeat node=24 rssi=-57\n" * 10,
        "2026-03-01 09:00 | 68,8 | 1,25 | 0,82\n2026-03-01 10:00 | 79,5 | 1,03 | 0,98\n" * 5,
        "459-8973 | Screw, 19 mm | Model 6 | 19.89 | 21\n522-2821 | Washer, 41 mm | 13.65\n" * 5,
        "Zeit | Druck bar | Bemerkung\n2026-03-01 00:00 | 72,3 | 1,12\n" + "2026 | 1,5\n" * 30,
        'extra == "dev" Requires-Dist: pytest-env<1,>=0.6; extra == "test" Requires-Dist: curio',
        "M```````````````````````````````````````\nM```````````````````````````````````",
        "1 | 2 | 3",
        "",
    ],
)
def test_a_log_and_a_table_of_figures_are_in_no_certain_language(text):
    assert detect_passage_language(text) in {"en", "und"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Zu den bekannten Alumni der Schule gehören Ban Ki-moon und Carl Sagan.", "de"),
        ("Pos. 4 | Schraube verzinkt, Unterlegscheibe, Mutter und Dichtung | 12 | 3,50", "de"),
        ("Tous les documents produits ou reçus par l'administration.", "fr"),
        ("Толщина стали 5 мм | 4711 | 4712 | 12,5 | 13,0 | 14,5 | 15,5", "ru"),
        ("型号 4711 | 12,5 | 13,0 | 螺栓 | 14,5 | 15,5 | 16,5 | 17,5", "zh"),
        ("The bridge was built in 1950.", "en"),
    ],
)
def test_a_passage_of_words_keeps_its_language(text, code):
    assert detect_passage_language(text) == code


@pytest.mark.shared
def test_passages_that_others_labeled_keep_their_language(shared):
    for collection in ("xquad-de", "xquad-es", "xquad-ar", "xquad-zh", "heq-he-val"):
        with (shared / "corpora" / "retrieval" / collection / "corpus.jsonl").open() as lines:
            texts = [json.loads(line)["text"] for line in lines]
        languages = {detect_passage_language(text) for text in texts}
        assert languages == {collection.removeprefix("xquad-").removesuffix("-val")[:2]}


@given(st.text(max_size=200))
def test_a_passage_is_in_the_language_of_its_text_or_in_none(text):
    assert detect_passage_language(text) in {detect_language(text), "und"}
