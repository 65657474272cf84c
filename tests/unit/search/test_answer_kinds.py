"""What a question wants to hear, in ten languages, and which sentences say such a thing."""

# ruff: noqa: RUF001 - the punctuation of other scripts is what is tested
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.search.answer_kinds import expected_kind, says_kind
from desktop_app.search.question_words import ASKS, AnswerKind

DATES = [
    ("en", "When was the hall built?", "It was built in 1893.", "It was built of brick."),
    ("de", "Wann endet der Vertrag?", "Er endet am 30. Juni 2031.", "Er endet mit dem Auszug."),
    ("fr", "Quand le bail finit-il ?", "Il finit le 3 mai.", "Il finit bientôt."),
    ("es", "¿Cuándo vence el plazo?", "Vence en octubre.", "Vence con el aviso."),
    ("it", "Quando scade il contratto?", "Scade a dicembre.", "Scade con la disdetta."),
    ("pt", "Quando termina o contrato?", "Termina em março.", "Termina com o aviso."),
    ("nl", "Wanneer eindigt de huur?", "De huur eindigt op 1 mei.", "De huur eindigt vanzelf."),
    ("zh", "合同何时结束？", "合同于2031年6月结束。", "合同即将结束。"),
    ("ja", "橋はいつ完成したか", "橋は1998年に完成した。", "橋は完成した。"),
    ("ar", "متى انتهت الحرب؟", "انتهت الحرب في مايو.", "انتهت الحرب أخيرا."),
]
NUMBERS = [
    ("en", "How much is the rent?", "The rent is 86,400 pounds.", "The rent is due."),
    ("de", "Wie hoch ist die Kaution?", "Sie beträgt drei Mieten.", "Sie ist zu hinterlegen."),
    ("fr", "Combien coûte la vanne ?", "Elle coûte 12 000 euros.", "Elle coûte cher."),
    ("es", "¿Cuántas compuertas hay?", "Hay siete compuertas.", "Hay compuertas nuevas."),
    ("it", "Quanto pesa la macchina?", "Pesa 284 kg.", "Pesa poco."),
    ("pt", "Quantos barcos havia?", "Havia doze barcos.", "Havia barcos."),
    ("nl", "Hoeveel boten waren er?", "Er waren twaalf boten.", "Er waren boten."),
    ("zh", "桥有多少米高？", "桥高二十米。", "桥很高。"),
    ("ja", "料金はいくらですか", "料金は500円です。", "料金は無料です。"),
    ("ar", "كم عدد القوارب؟", "هناك سبعة قوارب.", "هناك قوارب."),
]
SPANS = [
    ("en", "How long does the notice run?", "It runs for six months.", "It runs until then."),
    ("de", "Wie lange dauerte der Ausfall?", "Er dauerte 14 Minuten.", "Er dauerte 14 Takte."),
    ("fr", "Quelle est la durée du bail ?", "Il dure neuf ans.", "Il dure longtemps."),
    ("es", "¿Cuánto tiempo dura?", "Dura dos semanas.", "Dura poco."),
    ("it", "Quanto tempo dura?", "Dura un mese.", "Dura poco."),
    ("pt", "Quanto tempo dura?", "Dura três meses.", "Dura pouco."),
    ("nl", "Hoe lang duurt het?", "Het duurt twee weken.", "Het duurt even."),
    ("zh", "停电持续了多久？", "停电持续了14分钟。", "停电持续了很久。"),
    ("ja", "停電は何時間続いたか", "停電は3時間続いた。", "停電は続いた。"),
    ("ar", "ما مدة العقد؟", "العقد ثلاث سنوات.", "العقد طويل."),
]
NAMES = [
    ("en", "Who checks the hall?", "It is checked by Anna Berg.", "It is checked every year."),
    ("de", "Wer prüft die Halle?", "Das macht Frau Anna Berg.", "Das macht die Firma jedes Jahr."),
    ("fr", "Qui paie le loyer ?", "Le loyer est payé par Marie.", "Le loyer est payé."),
    ("nl", "Wie betaalt de huur?", "De huur betaalt Anna Berg.", "De huur wordt betaald."),
]
REASONS = [
    ("en", "Why did it fail?", "It failed because the wire broke.", "It failed in May."),
    ("de", "Warum fiel es aus?", "Es fiel aus, weil der Draht riss.", "Es fiel im Mai aus."),
    ("fr", "Pourquoi est-ce tombé ?", "Parce que le fil a cassé.", "C'est tombé en mai."),
    ("es", "¿Por qué falló?", "Falló porque se rompió el cable.", "Falló en mayo."),
    ("ja", "なぜ失敗したか", "線が切れたので失敗した。", "五月に失敗した。"),
    ("zh", "为什么失败？", "因为电线断了。", "五月失败了。"),
]
KINDS = (
    (AnswerKind.DATE, DATES),
    (AnswerKind.NUMBER, NUMBERS),
    (AnswerKind.DURATION, SPANS),
    (AnswerKind.NAME, NAMES),
    (AnswerKind.REASON, REASONS),
)
CASES = [(kind, *case) for kind, cases in KINDS for case in cases]


def says(kind, question, sentence, language):
    return says_kind(kind, sentence, language, question)


@pytest.mark.parametrize(("kind", "language", "question", "answer", "other"), CASES)
def test_a_question_says_what_it_wants_to_hear_and_only_its_answer_says_it(
    kind, language, question, answer, other
):
    assert expected_kind(question, language) is kind
    assert says(kind, question, answer, language)
    assert not says(kind, question, other, language)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Which hypothesis explains the effect?", "en"),
        ("Was steht im Vertrag?", "de"),
        ("Wie funktioniert der Trockner?", "de"),
        ("clause", "und"),
        ("", "en"),
    ],
)
def test_other_questions_want_nothing_of_a_kind(question, language):
    assert expected_kind(question, language) is None


def test_the_longest_phrase_says_what_is_wanted():
    assert expected_kind("How much water is there?", "en") is AnswerKind.NUMBER
    assert expected_kind("How much notice must be given?", "en") is AnswerKind.DURATION


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_either_apostrophe_asks_the_same(apostrophe):
    question = f"Combien d{apostrophe}années dure le bail ?"
    assert expected_kind(question, "fr") is AnswerKind.DURATION


def test_a_year_that_the_question_names_itself_is_no_answer_to_it():
    question = "How many people fled in 1906?"
    assert not says(AnswerKind.NUMBER, question, "In 1906 many people fled.", "en")
    assert says(AnswerKind.NUMBER, question, "In 1906 about 300 people fled.", "en")


def test_the_number_of_a_clause_counts_nothing():
    question = "How much is paid?"
    assert not says(AnswerKind.NUMBER, question, "2.1 The tenant pays in advance.", "en")
    assert not says(AnswerKind.NUMBER, question, "(a) The tenant pays in advance.", "en")
    assert says(AnswerKind.NUMBER, question, "2.1 The tenant pays 20 pounds.", "en")


def test_the_verb_may_is_no_month():
    assert not says(AnswerKind.DATE, "when", "The landlord may enter.", "en")
    assert says(AnswerKind.DATE, "when", "The landlord enters on 12 May.", "en")


def test_a_name_in_the_question_answers_nobody():
    question = "Who paid Anna Berg?"
    assert not says(AnswerKind.NAME, question, "On time she was paid, Anna Berg.", "en")
    assert says(AnswerKind.NAME, question, "Anna Berg was paid by Tom Hill.", "en")


@pytest.mark.parametrize("language", ["zh", "ja", "ar"])
def test_where_a_script_has_no_capitals_every_sentence_may_hold_a_name(language):
    assert says(AnswerKind.NAME, "", "AFC 冠军", language)


@given(
    st.sampled_from(list(AnswerKind)),
    st.text(max_size=80),
    st.text(max_size=80),
    st.sampled_from([*ASKS, "und", "th"]),
)
def test_no_text_is_too_odd_to_be_asked(kind, question, sentence, language):
    assert expected_kind(question, language) in {None, *AnswerKind}
    assert says(kind, question, sentence, language) in {True, False}


@given(
    st.sampled_from([AnswerKind.NUMBER, AnswerKind.DURATION, AnswerKind.DATE]),
    st.text(max_size=60),
)
def test_a_question_never_answers_itself(kind, question):
    assert not says(kind, question, question, "en")
