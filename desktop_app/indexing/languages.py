"""Which language a document's passages are in, asked as seldom as possible.

Detection costs more than cutting, and cannot tell for tables and numbers. So a document
is asked at a few places. Where these agree, only passages in another script are asked for
themselves; where they do not, long passages are, and believed if they name a language
that was found before. What is in no certain language is in that of the document, which
has none where few places have one: one line of a log looks like some language now and then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from desktop_app.parsing.language import detect_passage_language

_SAMPLES = 8
_SAMPLE_CHARACTERS = 600
_FEWEST_CHARACTERS = 200
_LEAST_SHARE = 0.25
"""A language that fewer of the places than this are in is not that of the document."""
_SCRIPTS = {
    "latin": re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+"),
    "cyrillic": re.compile(r"[\u0400-\u052f]+"),
    "greek": re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]+"),
    "kana": re.compile(r"[\u3040-\u30ff]+"),
    "han": re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+"),
    "hangul": re.compile(r"[\u1100-\u11ff\uac00-\ud7ff]+"),
    "arabic": re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]+"),
    "hebrew": re.compile(r"[\u0590-\u05ff]+"),
    "devanagari": re.compile(r"[\u0900-\u097f]+"),
    "thai": re.compile(r"[\u0e00-\u0e7f]+"),
}
# Where none of these stands, a text has no letters but Latin ones.
_OTHER_THAN_LATIN = re.compile(r"[\u0370-\u1dff\u1f00-\u1fff\u3040-\U0003ffff]")


def languages_of(texts: Sequence[str]) -> list[str]:
    """Return the language of each text of one document: ISO 639-1 or "und"."""
    if not texts:
        return []
    step = -(-len(texts) // _SAMPLES)
    samples = [text[:_SAMPLE_CHARACTERS] for text in texts[::step]]
    ask = cache(detect_passage_language)  # of short documents every passage is a sample as well
    votes = Counter(map(ask, samples))
    main = max(votes, key=lambda each: (each != "und", votes[each]))
    if votes[main] < _LEAST_SHARE * len(samples):
        main = "und"
    has_rivals = any(language not in {main, "und"} for language in votes)
    main_script = _script_of("".join(samples))
    found = []
    for text in texts:
        language = main
        if _script_of(text) not in {main_script, ""}:
            language = ask(text[:_SAMPLE_CHARACTERS])
        elif has_rivals and len(text) >= _FEWEST_CHARACTERS:
            own = ask(text[:_SAMPLE_CHARACTERS])
            language = own if own in votes and own != "und" else main
        found.append(language)
    return found


def by_frequency(languages: Sequence[str]) -> tuple[str, ...]:
    """Return the distinct languages, the most frequent first, "und" left out."""
    counts = Counter(language for language in languages if language != "und")
    return tuple(language for language, _ in counts.most_common())


def _script_of(text: str) -> str:
    part = text[:600]
    if part.isascii():
        return "latin" if any(map(str.isalpha, part)) else ""
    if _OTHER_THAN_LATIN.search(part) is None:
        return "latin" if _SCRIPTS["latin"].search(part) else ""
    latin = sum(map(len, _SCRIPTS["latin"].findall(part)))
    if latin >= len(part) - latin:
        return "latin"
    counts = {name: sum(map(len, pattern.findall(part))) for name, pattern in _SCRIPTS.items()}
    if counts["kana"]:
        counts["kana"] += counts.pop("han")  # Japanese is written in both
    name = max(counts, key=lambda each: counts[each])
    return name if counts[name] else ""
