"""The lists of a Word document: which one a paragraph belongs to, and the label it has there.

A paragraph names a list and a level, or its style does; the list (``num``) is a use of a
definition (``abstractNum``), which all its uses count together (ECMA-376, 17.9).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import lxml.etree

from desktop_app.parsing.numbering import ENGLISH_ALONE, ListCounter, ListLevel, integer_of
from desktop_app.parsing.package import attribute, local_name

_NO_LIST = "0"
_GAPS = {"nothing": "", "space": " ", "tab": " "}
_OFF = frozenset({"0", "false", "off"})


@dataclass(frozen=True, slots=True)
class ListPlace:
    """What a paragraph or a style says of its list: "" and None where it says nothing."""

    number: str = ""
    level: int | None = None


NOWHERE = ListPlace()


@dataclass(slots=True)
class _Definition:
    levels: dict[int, ListLevel] = field(default_factory=dict)
    styles: dict[str, int] = field(default_factory=dict)
    """The level by the id of the style that is linked to it."""
    style_link: str = ""
    """The style whose list is meant instead."""


@dataclass(slots=True)
class _Use:
    definition: str = ""
    levels: dict[int, ListLevel] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


def place_of(properties: lxml.etree._Element | None) -> ListPlace:
    """Return what paragraph properties (``pPr``) say of a list, not what they once said."""
    number, level = "", None
    for node in properties if properties is not None else ():
        if local_name(node) == "numPr":
            for each in node:
                if local_name(each) == "numId":
                    number = attribute(each, "val")
                elif local_name(each) == "ilvl":
                    level = integer_of(attribute(each, "val"))
    return ListPlace(number, level)


class Numbering:
    """Counts paragraphs in the order in which they are asked for, which is the document's.

    ``numbering`` and ``styles`` are the roots of these parts, None where there is none.
    """

    def __init__(
        self,
        numbering: lxml.etree._Element | None = None,
        styles: lxml.etree._Element | None = None,
    ) -> None:
        # Read when a paragraph needs one: many files define far more lists than they use.
        self._nodes: dict[str, lxml.etree._Element] = {}
        self._definitions: dict[str, _Definition] = {}
        self._uses: dict[str, _Use] = {}
        self._places: dict[str, ListPlace] = {}
        self._parents: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        self._counters: dict[str, ListCounter] = {}
        self._begun: set[tuple[str, int]] = set()
        self._is_english = True
        for node in numbering if numbering is not None else ():
            if local_name(node) == "abstractNum":
                self._nodes[attribute(node, "abstractNumId")] = node
            elif local_name(node) == "num":
                self._uses[attribute(node, "numId")] = _use(node)
        for node in styles if styles is not None else ():
            if local_name(node) == "style":
                self._learn_style(node)
            elif local_name(node) == "docDefaults":
                said = [
                    attribute(each, "val") for each in node.iter() if local_name(each) == "lang"
                ]
                self._is_english = all(each.startswith("en") for each in said if each)

    def label_of(self, style: str, own: ListPlace) -> str:
        """Count a paragraph of a style; return its label with the gap after it, or ""."""
        if not self._uses:
            return ""
        number = own.number or self._number_of(style)
        use = self._uses.get(number)
        if use is None or number == _NO_LIST:
            return ""
        name, definition = self._defined(use.definition)
        levels = definition.levels | use.levels
        if not self._is_english:
            levels = {at: _without_words(each) for at, each in levels.items()}
        level = own.level if own.level is not None else self._level_of(style, definition)
        at = None
        if (number, level) not in self._begun:
            self._begun.add((number, level))
            at = use.starts.get(level)
        return self._counters.setdefault(name, ListCounter()).step(levels, level, at)

    def _number_of(self, style: str) -> str:
        if style not in self._numbers:
            said = (self._places.get(each, NOWHERE).number for each in self._chain(style))
            self._numbers[style] = next(filter(None, said), "")
        return self._numbers[style]

    def _level_of(self, style: str, definition: _Definition) -> int:
        chain = self._chain(style)
        # A style is at the level that is linked to it, whatever level it names itself.
        linked = [definition.styles[each] for each in chain if each in definition.styles]
        said = (self._places.get(each, NOWHERE).level for each in chain)
        return (linked or [each for each in said if each is not None] or [0])[0]

    def _learn_style(self, node: lxml.etree._Element) -> None:
        key = attribute(node, "styleId")
        for each in node:
            if local_name(each) == "pPr":
                self._places[key] = place_of(each)
            elif local_name(each) == "basedOn":
                self._parents[key] = attribute(each, "val")

    def _chain(self, style: str) -> list[str]:
        chain: list[str] = []
        while style and style not in chain:
            chain.append(style)
            style = self._parents.get(style, "")
        return chain

    def _defined(self, name: str) -> tuple[str, _Definition]:
        """Return a definition by its id, or the one that a list style stands for."""
        definition = self._definition(name)
        seen = {name}
        while definition.style_link:
            place = self._places.get(definition.style_link, NOWHERE)
            use = self._uses.get(place.number)
            if use is None or use.definition in seen:
                break
            name = use.definition
            seen.add(name)
            definition = self._definition(name)
        return name, definition

    def _definition(self, name: str) -> _Definition:
        if name not in self._definitions:
            node = self._nodes.get(name)
            self._definitions[name] = _Definition() if node is None else _definition(node)
        return self._definitions[name]


def _definition(node: lxml.etree._Element) -> _Definition:
    found = _Definition()
    for each in node:
        if local_name(each) == "lvl":
            at = integer_of(attribute(each, "ilvl"))
            if at is not None:
                found.levels[at] = _level(each)
                for child in each:
                    if local_name(child) == "pStyle":
                        found.styles[attribute(child, "val")] = at
        elif local_name(each) == "numStyleLink":
            found.style_link = attribute(each, "val")
    return found


def _use(node: lxml.etree._Element) -> _Use:
    found = _Use()
    for each in node:
        if local_name(each) == "abstractNumId":
            found.definition = attribute(each, "val")
        elif local_name(each) == "lvlOverride":
            at = integer_of(attribute(each, "ilvl"))
            if at is None:
                continue
            for child in each:
                if local_name(child) == "lvl":
                    found.levels[at] = _level(child)
                elif local_name(child) == "startOverride":
                    start = integer_of(attribute(child, "val"))
                    if start is not None:
                        found.starts[at] = start
    return found


def _level(node: lxml.etree._Element) -> ListLevel:
    # What is not said is said by the standard: decimals (17.9.17) from zero on (17.9.25).
    level = ListLevel("decimal", "", start=0)
    for each in _chosen(node):
        name, value = local_name(each), attribute(each, "val")
        if name == "numFmt":
            level = replace(level, format=value)
        elif name == "lvlText":
            level = replace(level, pattern=value)
        elif name == "start":
            level = replace(level, start=integer_of(value) or 0)
        elif name == "lvlRestart":
            level = replace(level, restart=integer_of(value))
        elif name == "isLgl":
            level = replace(level, is_legal=value not in _OFF)
        elif name == "suff":
            level = replace(level, gap=_GAPS.get(value, " "))
    return level


def _without_words(level: ListLevel) -> ListLevel:
    return replace(level, format="") if level.format in ENGLISH_ALONE else level


def _chosen(node: lxml.etree._Element) -> list[lxml.etree._Element]:
    """Return an element's children; of two ways to say one thing, the one for all programs."""
    children: list[lxml.etree._Element] = []
    for each in node:
        if local_name(each) == "AlternateContent":
            children += [child for way in each if local_name(way) == "Fallback" for child in way]
        else:
            children.append(each)
    return children
