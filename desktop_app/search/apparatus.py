"""Where a text only leads elsewhere: lists of sources, tables of contents, captions."""

# ruff: noqa: RUF001 - the punctuation of other scripts is what this file is about
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from desktop_app.domain.folding import fold

_BLOCK = re.compile(r"\S.*(?:\n[^\S\n]*\S.*)*")
"""Lines that no blank one parts."""
_LONGEST_NAME = 60
"""Characters of a line that may name what follows it."""
_NAMES_SOURCES = frozenset(
    fold(each)
    for each in (
        "references|bibliography|works cited|literature cited|literature|further reading|"
        "literatur|literaturverzeichnis|quellen|quellenverzeichnis|références|bibliographie|"
        "referencias|bibliografía|riferimenti|riferimenti bibliografici|bibliografia|"
        "referências|referências bibliográficas|referenties|literatuur|literatuurlijst|"
        "bronnen|参考文献|參考文獻|引用文献|المراجع|المصادر"
    ).split("|")
)
_NUMBERING = re.compile(r"^(?:[\dA-Z]{1,3}(?:\.\d+)*\.?\s+)?(.*?)[\s.:：]*$", re.DOTALL)
_CAPITAL = r"(?:(?![\d_a-zß-ÿ])\w)"
_AUTHOR = re.compile(
    r"\s*(?:[-*•]\s+)?(?:\[\w{1,8}\]|\(?\d{1,3}[.)])?\s*"
    # "Naylor, E.", "Naylor E,", "E. Naylor,", "van der Berg, K.-H."
    rf"(?:(?:\w{{2,4}} ){{0,2}}{_CAPITAL}[\w'’-]+,? (?:{_CAPITAL}\.?[ -]?){{1,3}}"
    r"(?:[,.;:(&]|and |et |und |y |e )"
    rf"|(?:{_CAPITAL}\.[ -]?){{1,3}}{_CAPITAL}[\w'’-]+(?:,| and | & | et | und | y ))"
)
_NUMBERED = re.compile(r"\s*\[\d{1,3}\]")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d[a-z]?\b")
_NEAR = 300
"""Characters of an entry within which its year stands."""
_SOURCE = re.compile(
    # Volume and issue, pages, identifiers, publishers, kinds of Chinese entries.
    r"\b\d+ ?\(\d+\)|\bvol\. ?\d|\bpp?\. ?\d|\bS\. ?\d+|\d+ ?[-–] ?\d+|\bdoi\b|https?://|\barxiv\b"
    r"|\bisbn\b|\bIn: |\bProc\b|\bJournal\b|\bPress\b|\bVerlag\b|\b[EÉ]ditions?\b|\[[JMCDR]\]"
)
_LEADERS = re.compile(r"(?:…|\.{4,}|(?:\. ?){4,}|·{3,}) *\w{0,5}\s*$")
_CAPTION = re.compile(
    r"\s*(?i:fig(?:ure)?|table|abb(?:ildung)?|tab(?:elle)?|tableau|figura|tabla|tabella|tabela|"
    r"figuur|afbeelding|图|圖|図|表|شكل|جدول)\.? ?\d+(?:[.-]\d+)*"
    # "Table 1 shows" is said of a table.
    rf"(?: ?[.:：]\s|[-–\s]+{_CAPITAL})"
)


def find_apparatus(text: str, heading: Sequence[str] = ()) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of sources, lines of contents and captions, ascending; pure.

    Sources are told by their form (an author, a year, where it was printed), or by the heading
    they stand under. Where they were joined to one paragraph, all of it is meant.
    """
    return tuple(_find(text, is_under=bool(heading) and _names_sources(heading[-1])))


def _find(text: str, *, is_under: bool) -> Iterator[tuple[int, int]]:
    for block in _BLOCK.finditer(text):
        start, end = block.span()
        if len(block[0]) <= _LONGEST_NAME and "\n" not in block[0] and not _YEAR.search(block[0]):
            # A heading ends the list that another one began.
            is_under = _names_sources(block[0])
        if _is_source(block[0], is_under=is_under):
            yield start, end
            continue
        at = start
        for line in block[0].splitlines(keepends=True):
            is_entry = _LEADERS.search(line) or _is_source(line, is_under=is_under)
            if is_entry or _CAPTION.match(line):
                yield at, at + len(line)
            at += len(line)


def _names_sources(line: str) -> bool:
    bare = _NUMBERING.match(line.strip())
    return bare is not None and " ".join(fold(bare[1]).split()) in _NAMES_SOURCES


def _is_source(entry: str, *, is_under: bool) -> bool:
    year = _YEAR.search(entry, 0, _NEAR)
    if year is None:
        return False
    begins = _AUTHOR.match(entry) or _NUMBERED.match(entry)
    printed = _SOURCE.search(entry, begins.end() if begins else 0)
    return bool(begins or printed) if is_under else bool(begins and printed)
