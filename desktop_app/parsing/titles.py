"""What a file says of its own title, unless a program said it."""

from __future__ import annotations

import re

from desktop_app.parsing.cleaning import clean_line

_LONGEST = 300
# What programs write where the writer named nothing.
_BY_PROGRAMS = re.compile(
    r"""untitled(?:[ -]?\d+)?
    | microsoft\ (?:word|powerpoint|excel|publisher|office\ \w+)(?:\ -\ .*)?
    | powerpoint(?:[ -]pr(?:e|ä)sentation|\ 演示文稿|\ プレゼンテーション)?
    | pr[ée]senta(?:tion|ci[oó]n)\ (?:de\ )?powerpoint
    | (?:document|dokument|documento|book|mappe|classeur|libro|presentation|slide|folie|layout)
      [ -]?\d*
    | title | titel | titre
    | .*\.(?:docx?|pptx?|xlsx?|odt|indd|tex|dvi|qxd|rtf|pdf)""",
    re.IGNORECASE | re.VERBOSE,
)
_LETTERS = re.compile(r"[^\W\d_]")


def clean_title(text: str) -> str:
    """Return a title in one line, "" for none: then the file's name says more.

    None is one that programs write, a number ("0000320193-22-000070" is one of an archive), or
    one too long to be a title. Pure, any thread.
    """
    title = clean_line(text)
    is_none = _BY_PROGRAMS.fullmatch(title) or not _LETTERS.search(title) or len(title) > _LONGEST
    return "" if is_none else title
