"""What the settings page says of a choice; plain Python."""

from __future__ import annotations

from desktop_app.domain.preferences import Preferences, Surroundings
from desktop_app.translation import LANGUAGES, mark, say_in_turn, say_list, tr

_LANGUAGES = {
    "ara": mark("Arabic"), "ben": mark("Bengali"), "bul": mark("Bulgarian"), "cat": mark("Catalan"),
    "ces": mark("Czech"), "chi_sim": mark("Chinese (simplified)"),
    "chi_tra": mark("Chinese (traditional)"), "dan": mark("Danish"), "deu": mark("German"),
    "ell": mark("Greek"), "eng": mark("English"), "est": mark("Estonian"), "eus": mark("Basque"),
    "fas": mark("Persian"), "fin": mark("Finnish"), "fra": mark("French"), "heb": mark("Hebrew"),
    "hin": mark("Hindi"), "hrv": mark("Croatian"), "hun": mark("Hungarian"),
    "ind": mark("Indonesian"), "isl": mark("Icelandic"), "ita": mark("Italian"),
    "jpn": mark("Japanese"), "kor": mark("Korean"), "lat": mark("Latin"), "lav": mark("Latvian"),
    "lit": mark("Lithuanian"), "nld": mark("Dutch"), "nor": mark("Norwegian"),
    "pol": mark("Polish"), "por": mark("Portuguese"), "ron": mark("Romanian"),
    "rus": mark("Russian"), "slk": mark("Slovak"), "slv": mark("Slovenian"), "spa": mark("Spanish"),
    "sqi": mark("Albanian"), "srp": mark("Serbian"), "swe": mark("Swedish"), "tam": mark("Tamil"),
    "tel": mark("Telugu"), "tha": mark("Thai"), "tur": mark("Turkish"), "ukr": mark("Ukrainian"),
    "urd": mark("Urdu"), "vie": mark("Vietnamese"),
}  # fmt: skip


def language_name(code: str) -> str:
    """Name a language of the recognition data; its file's name where unknown."""
    return tr(_LANGUAGES[code]) if code in _LANGUAGES else code


def interface_languages(system: str) -> tuple[tuple[str, str], ...]:
    """Name the languages that the window speaks, each in itself; the system's is ""."""
    like = tr("Like the system ({language})", language=LANGUAGES[system].name)
    return ((like, ""), *((each.name, each.code) for each in LANGUAGES.values()))


def languages_sentence(chosen: Preferences, around: Surroundings) -> str:
    """Say what can be recognized here, and how to get more."""
    if not chosen.ocr:
        return tr("Scanned pages stay pictures: they are listed, and not found by their text.")
    how_to_get = tr(around.how_to_get)
    if not around.languages:
        return say_in_turn(
            tr("This computer has no language data to recognize text with."),
            how_to_get,
            tr("Or choose a folder that holds files ending in .traineddata."),
        )
    missing = say_list(map(language_name, around.missing))
    return say_in_turn(
        tr("There is no data for {languages}.", languages=missing) if missing else "",
        tr("Tick the languages of your documents; fewer are faster and more exact."),
        # Translators: a whole sentence follows, as "Install the package ….".
        tr("For more of them: {sentence}", sentence=how_to_get),
    )


def when_sentence(chosen: Preferences, around: Surroundings) -> str:
    """Say what the choice of when to index means on this computer."""
    match chosen.index_when:
        case "on power" if not around.has_battery:
            return tr(
                "This computer has no battery, so it indexes whenever there is something to do."
            )
        case "on power":
            return tr("On battery indexing waits. Questions are answered at any time.")
        case "when idle" if around.knows_idle:
            return tr(
                "Indexing waits until the computer has been left alone for two minutes, and is "
                "plugged in. Questions are answered at any time."
            )
        case "when idle":
            return tr(
                "This system does not tell whether somebody uses the computer, so Lectern indexes "
                "while other programs take little of the processor."
            )
        case _:
            return tr("Indexing yields to your other programs, and to your questions.")
