"""What the settings page says of a choice; plain Python."""

from __future__ import annotations

from desktop_app.domain.preferences import Preferences, Surroundings

_LANGUAGES = {
    "ara": "Arabic", "ben": "Bengali", "bul": "Bulgarian", "cat": "Catalan", "ces": "Czech",
    "chi_sim": "Chinese (simplified)", "chi_tra": "Chinese (traditional)", "dan": "Danish",
    "deu": "German", "ell": "Greek", "eng": "English", "est": "Estonian", "eus": "Basque",
    "fas": "Persian", "fin": "Finnish", "fra": "French", "heb": "Hebrew", "hin": "Hindi",
    "hrv": "Croatian", "hun": "Hungarian", "ind": "Indonesian", "isl": "Icelandic",
    "ita": "Italian", "jpn": "Japanese", "kor": "Korean", "lat": "Latin", "lav": "Latvian",
    "lit": "Lithuanian", "nld": "Dutch", "nor": "Norwegian", "pol": "Polish", "por": "Portuguese",
    "ron": "Romanian", "rus": "Russian", "slk": "Slovak", "slv": "Slovenian", "spa": "Spanish",
    "sqi": "Albanian", "srp": "Serbian", "swe": "Swedish", "tam": "Tamil", "tel": "Telugu",
    "tha": "Thai", "tur": "Turkish", "ukr": "Ukrainian", "urd": "Urdu", "vie": "Vietnamese",
}  # fmt: skip


def language_name(code: str) -> str:
    """Name a language of the recognition data in English; its file's name where unknown."""
    return _LANGUAGES.get(code, code)


def languages_sentence(chosen: Preferences, around: Surroundings) -> str:
    """Say what can be recognized here, and how to get more."""
    if not chosen.ocr:
        return "Scanned pages stay pictures: they are listed, and not found by their text."
    if not around.languages:
        return (
            "This computer has no language data to recognize text with. "
            f"{around.how_to_get} Or choose a folder that holds files ending in .traineddata."
        )
    missing = ", ".join(map(language_name, around.missing))
    lacking = f"There is no data for {missing}. " if missing else ""
    return (
        f"{lacking}Tick the languages of your documents; fewer are faster and more exact. "
        f"For more of them: {around.how_to_get[:1].lower()}{around.how_to_get[1:]}"
    )


def when_sentence(chosen: Preferences, around: Surroundings) -> str:
    """Say what the choice of when to index means on this computer."""
    match chosen.index_when:
        case "on power" if not around.has_battery:
            return "This computer has no battery, so it indexes whenever there is something to do."
        case "on power":
            return "On battery indexing waits. Questions are answered at any time."
        case "when idle" if around.knows_idle:
            return (
                "Indexing waits until the computer has been left alone for two minutes, and is "
                "plugged in. Questions are answered at any time."
            )
        case "when idle":
            return (
                "This system does not tell whether somebody uses the computer, so Lectern indexes "
                "while other programs take little of the processor."
            )
        case _:
            return "Indexing yields to your other programs, and to your questions."
