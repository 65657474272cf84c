from __future__ import annotations

from desktop_app.indexing.languages import by_frequency, languages_of

ENGLISH = "The committee met on Thursday and decided that the bridge should be built. " * 5
GERMAN = "Der Ausschuss trat am Donnerstag zusammen und beschloss den Bau der Brücke. " * 5
CHINESE = "委员会星期四开会并决定修建这座桥。" * 5


def test_no_text_has_no_language():
    assert languages_of([]) == []


def test_a_document_in_one_language_gives_it_to_all_its_passages():
    assert languages_of([ENGLISH, "1 | 2 | 3", "Short."]) == ["en", "en", "en"]


def test_a_passage_in_another_script_has_its_own_language():
    assert languages_of([ENGLISH] * 9 + [CHINESE]) == ["en"] * 9 + ["zh"]


def test_a_document_in_two_languages_of_one_script_is_told_apart():
    assert languages_of([GERMAN, ENGLISH, GERMAN]) == ["de", "en", "de"]


def test_a_log_with_a_line_that_looks_like_a_language_is_in_none():
    log = "2026-04-01T00:00:11Z INFO gw[461] heartbeat node=24 rssi=-57\n" * 10
    finnish = "Komitea kokoontui torstaina ja päätti rakentaa sillan joen yli. " * 5
    assert languages_of([*[log] * 10, finnish, *[log] * 29]) == [*["und"] * 10, "fi", *["und"] * 29]


def test_a_table_in_a_document_of_prose_is_in_the_language_of_the_prose():
    table = "4711 | M8 | 12,5 | ok\n4712 | M10 | 13,1 | ok\n" * 10
    assert languages_of([GERMAN, table, GERMAN, ENGLISH, table]) == ["de", "de", "de", "en", "de"]


def test_languages_are_named_by_frequency_without_the_unknown():
    assert by_frequency(["de", "und", "en", "en"]) == ("en", "de")
