"""Finds the parts of a sentence that was kept in English without them.

The ledger, a note about a model and the message of a reader process hold plain English. Which
template made a sentence, and what it was filled with, is read off the sentence itself, so that
the window can say it in its own language.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeAlias

from desktop_app.translation import listed, sentences, tr, worded, worded_n

Template: TypeAlias = str | tuple[str, str]
"""A sentence with placeholders; a pair has the plural's form second (``mark``, ``mark_n``)."""

_Patterns: TypeAlias = Sequence[tuple[Template, re.Pattern[str]]]

_LONGEST = 2000
_MOST_SENTENCES = 20
_SENTENCE_ENDS = re.compile(r"(?<=[.!?]) (?=\S)")
_COUNTED = r"\d{1,3}(?:,\d{3})*"
_NUMBER = re.compile(_COUNTED)
_MEASURED = r"-?\d+\.\d+"
_DECIMAL = re.compile(_MEASURED)
_WITHIN_A_SENTENCE = r"(?:(?![.!?] ).)+"


def retell(text: str, templates: Iterable[Template]) -> str:
    """Say a stored English text, which has lost its parts, in the interface's language."""
    return tr(recall(text, templates))


def recall(text: str, templates: Iterable[Template]) -> str:
    """Find the parts of a stored English text again.

    It is one or more sentences. One that is in the catalog as it stands is taken as it is,
    one that a template made apart. What is neither stays English when ``tr`` says it, and so
    does what is too long, or more than a few sentences: looking for all that may belong
    together would take seconds.
    """
    if len(text) > _LONGEST:
        return text
    pieces = _SENTENCE_ENDS.split(text)
    if len(pieces) > _MOST_SENTENCES:
        return text
    patterns = [(each, _pattern(form)) for each in templates for form in _forms(each)]
    said = []
    while pieces:
        for count in range(len(pieces), 0, -1):
            found = _find(" ".join(pieces[:count]), patterns)
            if found or count == 1:
                said.append(found or pieces[0])
                del pieces[:count]
                break
    return sentences(*said)


def _forms(template: Template) -> tuple[str, ...]:
    return (template,) if isinstance(template, str) else template


@cache
def _pattern(template: str) -> re.Pattern[str]:
    written = ""
    for text, name, spec, _ in string.Formatter().parse(template):
        # What has a format is a number with decimals.
        value = _COUNTED if name == "count" else _MEASURED if spec else _WITHIN_A_SENTENCE
        written += re.escape(text) + (f"(?P<{name}>{value})" if name else "")
    return re.compile(written)


def _find(text: str, patterns: _Patterns) -> str:
    if tr(text) != text:
        return text
    for template, pattern in patterns:
        if found := pattern.fullmatch(text):
            values = {name: _value(each, patterns) for name, each in found.groupdict().items()}
            if isinstance(template, str):
                return worded(template, **values)
            count = values.pop("count")
            assert isinstance(count, int)
            return worded_n(*template, count, **values)
    return ""


def _value(text: str, patterns: _Patterns) -> object:
    if _NUMBER.fullmatch(text):
        return int(text.replace(",", ""))
    if _DECIMAL.fullmatch(text):
        return float(text)
    items = [_find(each, patterns) for each in text.split(", ")]
    return listed(items) if all(items) else text
