"""Which language a text is in: by its script where that decides, else by a model.

The model is py3langid's (naive Bayes over byte n-grams, 4 MB). On the labelled questions of
our test collections (12 languages, 15 to 120 characters) it tells English from the rest in at
least 99.6 % of each, in 0.05 ms a question; lingua weighs 96 MB and was not needed. It is
loaded when first needed, in 0.05 s beside numpy.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.parsing.language_model import LanguageModel

# Beyond this many characters more text does not change the answer.
_ENOUGH = 4000
# In fewer letters than these any Latin-script guess is a coin toss.
_FEWEST_LATIN_LETTERS = 4
# One or two words without an accent are in no certain language: "boiler" was taken for French.
_FEWEST_PLAIN_WORDS = 3

# Scripts that one major language uses alone; the share of letters decides.
_SCRIPTS = {
    "ja": re.compile(r"[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]"),
    "ko": re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"),
    "zh": re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "el": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"),
    "ka": re.compile(r"[\u10a0-\u10ff]"),
    "hy": re.compile(r"[\u0530-\u058f]"),
    "km": re.compile(r"[\u1780-\u17ff]"),
    "lo": re.compile(r"[\u0e80-\u0eff]"),
    "my": re.compile(r"[\u1000-\u109f]"),
    "ta": re.compile(r"[\u0b80-\u0bff]"),
    "te": re.compile(r"[\u0c00-\u0c7f]"),
    "kn": re.compile(r"[\u0c80-\u0cff]"),
    "ml": re.compile(r"[\u0d00-\u0d7f]"),
    "gu": re.compile(r"[\u0a80-\u0aff]"),
    "pa": re.compile(r"[\u0a00-\u0a7f]"),
    "si": re.compile(r"[\u0d80-\u0dff]"),
    "am": re.compile(r"[\u1200-\u137f]"),
}
# Below Greek, and between extended Greek and the first East Asian radicals (where the
# typographic signs are), no letter of these scripts stands.
_OF_SCRIPTS = re.compile(r"[\u0370-\u1fff\u2e80-\U0010ffff]")
_MAJORITY = 0.5
# One kana in ten characters makes Han text Japanese: Chinese has none.
_JAPANESE_SHARE = 0.1
_LETTERS = re.compile(r"[^\W\d_]")
# Numbers of parts, cases and aircraft ("DFW08CA044") are in no language.
_CODES = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9_]+\b", re.ASCII)
# Every one of them has such a pair of neighbors, which is found ten times as fast.
_IN_CODES = re.compile(r"[A-Za-z_][0-9]|[0-9][A-Za-z_]")
_PLAIN = re.compile(r"[\x00-\x7f]+")
_PLAIN_LETTERS = string.ascii_letters.encode()

# Text whose words are less ahead of English than this, in nats a character, is taken for a
# language by chance: of 2,000 passages of prose in 14 other languages, Latin names in them
# included, the least was .25; scripts other than Latin are ahead by 3.5 and more.
_LEAST_LEAD = 0.2
_SURE_LEAD = 3.0
# What has fewer letters than this share of its signs is a table or a log, whose few words may
# be names of columns or abbreviations: it takes so many different ones to tell.
_LETTERS_OF_PROSE = 0.5
_FEWEST_TABLE_WORDS = 12
_LETTER_RUNS = re.compile(r"[^\W\d_]+")
_BLANKS = " \n\t"

# Whole words in plain ASCII that settle a question without the model, so that most English
# ones never wait for it: 96 % of xquad-en's, 85 % of cranfield's, half of scifact's claims. Of
# 12,551 windows of four and eight words of German, Spanish and French texts that had no part in
# choosing the words, 13 were taken for English, all around English titles ("Doctor Who and the
# Daleks"). One of these does as the first word,
_ASKING = frozenset(
    """because could does did has have how into many much should than their them there these
    they this what when where which who whose why would you your""".split()
)
# or two of these and those,
_TELLING = _ASKING | frozenset(
    "about after and because been before between by can has it its that the then were with".split()
)
# or one of them with two that other languages have as well.
_SHARED = frozenset(
    "an are as at be do for from had i if in is my not of on or to was we will".split()
)
# Words of the common other languages that are none in English: from here the model decides.
_FOREIGN = frozenset(
    """auf av como cual cuando da das de del della dem den der det di du een ein eine el em en
    es est et hoe hur il ist jak je la las le les los mit na nicht och og os para por quale quando
    que quel quelle quien sa se sei sein si sind som su sui um un una und une van ve von warum wat
    welche welk welke wie wird wurde zijn zu""".split()
)
_ENGLISH_SHARE = 0.2
# The model takes 15 % of three English words in a row for another language, 8 % of four, 3 % of
# six; in four of five such cases English is less than .3 nats a character behind, as it is for
# 3 to 13 % of three or four German, Spanish or French words.
_DOUBT = 0.3
_WORDS = re.compile(r"[a-z]+")


def detect_language(text: str, *, among: Collection[str] = ()) -> str:
    """Return the language of a text as an ISO 639-1 code, or "und" when it has no letters.

    Any length; questions of a few words are what it is made for. Of these few words the
    languages ``among`` which it is expected are the likelier ones: the nearest of them is
    taken where the model is not sure of another. Pure and thread-safe, about 0.05 ms a
    question.
    """
    sample = text[:_ENOUGH]
    if _IN_CODES.search(sample):
        sample = _CODES.sub(" ", sample)
    letters = _count_letters(sample)
    if not letters:
        return "und"
    by_script = _by_script(sample, letters)
    if by_script:
        return by_script
    if letters < _FEWEST_LATIN_LETTERS:
        return "und"
    if _is_plainly_english(sample):
        return "en"
    if sample.isascii() and sum(map(_is_word, sample.split())) < _FEWEST_PLAIN_WORDS:
        return "und"
    return _by_model(sample, among)


def detect_passage_language(text: str) -> str:
    """Return the language of a passage as an ISO 639-1 code, or "und" when none is certain.

    For passages of documents, which are longer than questions and often no prose: tables,
    logs and code were taken for Volap\u00fck, Shona or Northern Sami, and then had no vote in a
    search by meaning. Pure and thread-safe, about 0.1 ms.
    """
    found = detect_language(text)
    if found in {"en", "und"}:
        return found
    sample = text[:_ENOUGH]
    runs = _LETTER_RUNS.findall(_CODES.sub(" ", sample))
    words = " ".join(runs)
    if not words:
        return "und"
    # Of words alone: digits and signs are in no language, yet the model has an opinion on them.
    likelihoods = _model().likelihoods(words, {found, "en"})
    lead = (likelihoods.get(found, math.inf) - likelihoods["en"]) / len(words)
    signs = len(sample) - sum(map(sample.count, _BLANKS))
    is_prose = sum(map(len, runs)) >= _LETTERS_OF_PROSE * signs
    is_sure = lead >= _SURE_LEAD or is_prose or len(set(runs)) >= _FEWEST_TABLE_WORDS
    return found if is_sure and lead >= _LEAST_LEAD else "und"


def _by_model(sample: str, among: Collection[str]) -> str:
    found = _model().classify(sample)
    if not among or found in among:
        return found
    likelihoods = _model().likelihoods(sample, {found, *among})
    expected = max(
        (each for each in among if each in likelihoods), key=likelihoods.__getitem__, default=found
    )
    doubt = likelihoods[found] - likelihoods[expected]
    return expected if doubt <= _DOUBT * len(sample) else found


def _model() -> LanguageModel:
    # Imported late: it reads the model, and most texts of one library need it once.
    from desktop_app.parsing.language_model import MODEL

    return MODEL


def _is_word(token: str) -> bool:
    """Say whether a word of a question is none of a part's number: "E-4711 Aridon 600" has two."""
    bare = token.strip(string.punctuation)
    return bare.isdecimal() or not any(map(str.isdecimal, bare))


def _count_letters(sample: str) -> int:
    plain = sample.encode("ascii", "ignore")
    letters = len(plain) - len(plain.translate(None, _PLAIN_LETTERS))
    if len(plain) < len(sample):
        letters += len(_LETTERS.findall(_PLAIN.sub("", sample)))
    return letters


def _by_script(sample: str, letters: int) -> str:
    if _OF_SCRIPTS.search(sample) is None:
        return ""
    sample = _PLAIN.sub("", sample)
    if len(sample) < _MAJORITY * letters:
        return ""  # a few names or formulas; whoever asks all patterns asks in vain
    counts = {code: len(pattern.findall(sample)) for code, pattern in _SCRIPTS.items()}
    east_asian = counts["ja"] + counts["zh"]
    if counts["ja"] > _JAPANESE_SHARE * east_asian and east_asian > _MAJORITY * letters:
        return "ja"
    code = max(counts, key=counts.__getitem__)
    return code if counts[code] >= _MAJORITY * letters else ""


def _is_plainly_english(sample: str) -> bool:
    if not sample.isascii():
        return False
    words = _WORDS.findall(sample.lower())
    distinct = set(words)
    if not words or not distinct.isdisjoint(_FOREIGN):
        return False
    telling = len(distinct & _TELLING)
    shared = len(distinct & _SHARED)
    settles = telling > 1 or (telling and shared > 1) or words[0] in _ASKING
    known = sum(word in _TELLING or word in _SHARED for word in words)
    return bool(settles) and known >= _ENGLISH_SHARE * len(words)
