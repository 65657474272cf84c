"""What Office files draw beside their text: SmartArt, charts, text boxes of sheets, comments."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import suppress

import lxml.etree

from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.package import (
    DAMAGED_PART,
    Relation,
    attribute,
    local_name,
    read_xml,
    reference,
    relations,
)

_PARAGRAPHS_OF = {
    "diagramData": frozenset({"p"}),
    "chart": frozenset({"p"}),
    "drawing": frozenset({"p"}),
    # A note on a cell is runs without a paragraph around them (SpreadsheetML 18.7.6).
    "comments": frozenset({"p", "comment", "cm"}),
    "threadedComment": frozenset({"threadedComment"}),
}
"""By the kind of a part, the elements that each hold one paragraph."""
_NAMES_OF_CHART = frozenset({"tx", "cat"})
_TEXT = frozenset({"t", "text"})
# What Excel keeps as the note of a cell for versions that know no conversations.
_STAND_IN = "[Threaded comment]"


def graphic_texts(package: zipfile.ZipFile, part: str) -> tuple[str, ...]:
    """Return the paragraphs of what a part of a package refers to, once each.

    A part that is missing or damaged has none: what is drawn is never worth a document.
    """
    found = list(_texts_of(package, part))
    for relation in _relations(package, part):
        if relation.kind == "drawing":
            found.extend(_texts_of(package, relation.target))
    return tuple(dict.fromkeys(found))


def sheet_texts(package: zipfile.ZipFile) -> dict[str, tuple[str, ...]]:
    """Return what is drawn on the sheets of a workbook, by their titles."""
    found: dict[str, tuple[str, ...]] = {}
    with suppress(*DAMAGED_PART):
        for main in relations(package, ""):
            if main.kind != "officeDocument":
                continue
            parts = {each.id: each.target for each in relations(package, main.target)}
            for sheet in read_xml(package, main.target).iter():
                if local_name(sheet) == "sheet":
                    part = parts.get(reference(sheet), "")
                    found[attribute(sheet, "name")] = graphic_texts(package, part)
    return found


def _relations(package: zipfile.ZipFile, part: str) -> tuple[Relation, ...]:
    try:
        return relations(package, part)
    except DAMAGED_PART:
        return ()


def _texts_of(package: zipfile.ZipFile, part: str) -> Iterator[str]:
    for relation in _relations(package, part):
        if relation.kind in _PARAGRAPHS_OF:
            yield from _texts(package, relation)


def _texts(package: zipfile.ZipFile, relation: Relation) -> Iterator[str]:
    try:
        root = read_xml(package, relation.target)
    except DAMAGED_PART:
        return
    yield from _paragraphs(root, _PARAGRAPHS_OF[relation.kind])
    if relation.kind == "chart":
        yield from _names(root)


def _paragraphs(node: lxml.etree._Element, names: frozenset[str]) -> Iterator[str]:
    """Yield the text of the innermost elements of these names."""
    for each in node.iter():
        if local_name(each) not in names:
            continue
        if any(local_name(inner) in names for inner in each.iterdescendants()):
            continue
        text = clean_line("".join(t.text or "" for t in each.iter() if local_name(t) in _TEXT))
        if text and not text.startswith(_STAND_IN):
            yield text


def _names(chart: lxml.etree._Element) -> Iterator[str]:
    """Yield the names that a chart keeps of its series and categories."""
    for each in chart.iter():
        if local_name(each) in _NAMES_OF_CHART:
            for value in each.iter():
                if local_name(value) == "strCache":
                    names = (clean_line(v.text or "") for v in value.iter() if local_name(v) == "v")
                    yield clean_line(", ".join(filter(None, names)))
