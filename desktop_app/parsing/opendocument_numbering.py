"""The lists of an OpenDocument file: what each level looks like, and where a list goes on.

Paragraphs stand within the lists that number them; headings outside of any are numbered by
the outline (OpenDocument 1.3, part 3, 5.3 and 16.31 to 16.35).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import lxml.etree

from desktop_app.parsing.numbering import MOST_LEVELS, ListCounter, ListLevel, integer_of
from desktop_app.parsing.package import attribute, local_name

_FORMATS = {
    "1": "decimal", "i": "lowerRoman", "I": "upperRoman", "一": "chineseCounting",
    "①": "decimalEnclosedCircle", "ア": "aiueoFullWidth", "イ": "irohaFullWidth",
    "a": "lowerLetterPositional", "A": "upperLetterPositional", "": "none",
}  # fmt: skip
_SYNCED = {"a": "lowerLetter", "A": "upperLetter"}
_PLACE = re.compile(r"%(\d)%")
_YES = "true"
_NOTHING: Mapping[int, ListLevel] = {}
_OUTLINE = "\0outline"
"""No list of a file can have this name, since XML has no such character."""


@dataclass(slots=True)
class OpenList:
    """A list that is being read: ``depth`` from 1, and whether an item waits for its words."""

    depth: int
    levels: Mapping[int, ListLevel]
    counter: ListCounter
    is_waiting: bool = False
    start: int | None = None

    def begin_item(self, node: lxml.etree._Element) -> None:
        """Begin an item, which its first paragraph has the number of, or a header without."""
        self.is_waiting = local_name(node) == "list-item"
        self.start = integer_of(attribute(node, "start-value"))

    def next_label(self) -> str:
        """Count a paragraph; return its label with the gap after it, or ""."""
        if not self.is_waiting:
            return ""
        self.is_waiting = False
        return self.counter.step(self.levels, self.depth - 1, self.start)


class Numbering:
    """Counts items and headings in the order in which they are read.

    ``roots`` are those of styles and content; of two styles with one name the later counts.
    """

    def __init__(self, roots: Iterable[lxml.etree._Element] = ()) -> None:
        # Read when a list or heading needs one: many files define far more than they use.
        self._nodes: dict[str, lxml.etree._Element] = {}
        self._styles: dict[str, Mapping[int, ListLevel]] = {}
        self._list_of: dict[str, str | None] = {}
        self._parents: dict[str, str] = {}
        self._headings = ListCounter()
        self._by_id: dict[str, ListCounter] = {}
        self._by_style: dict[str, ListCounter] = {}
        for root in roots:
            self._learn(root)

    def enter(self, node: lxml.etree._Element, around: OpenList | None) -> OpenList:
        """Open a list, within another or not; it counts on where the file says so."""
        style = attribute(node, "style-name")
        if around is not None:
            levels = self._levels(style) if style in self._nodes else around.levels
            return OpenList(around.depth + 1, levels, around.counter)
        continued = attribute(node, "continue-list")
        former = self._by_id.get(continued) if continued else None
        if former is None and attribute(node, "continue-numbering") == _YES:
            former = self._by_style.get(style)
        counter = former or ListCounter()
        self._by_style[style] = counter
        self._by_id[attribute(node, "id")] = counter
        return OpenList(1, self._levels(style), counter)

    def heading_label(self, node: lxml.etree._Element, level: int) -> str:
        """Count a heading that stands in no list; return its label with the gap, or ""."""
        if attribute(node, "is-list-header") == _YES or self._is_plain(
            attribute(node, "style-name")
        ):
            return ""
        outline = self._levels(_OUTLINE)
        start = integer_of(attribute(node, "start-value"))
        if start is None and attribute(node, "restart-numbering") == _YES:
            start = outline[level - 1].start if level - 1 in outline else None
        return self._headings.step(outline, level - 1, start)

    def _levels(self, style: str) -> Mapping[int, ListLevel]:
        if style not in self._styles:
            node = self._nodes.get(style)
            self._styles[style] = _NOTHING if node is None else _levels_of(node)
        return self._styles[style]

    def _learn(self, root: lxml.etree._Element) -> None:
        # Not all of a file's elements, of which a spreadsheet has millions.
        parts = (part for part in root if local_name(part) in {"styles", "automatic-styles"})
        for node in (each for part in parts for each in part):
            name = local_name(node)
            if name == "list-style" and attribute(node, "name"):
                self._nodes[attribute(node, "name")] = node
            elif name == "outline-style":
                self._nodes[_OUTLINE] = node
            elif name == "style" and attribute(node, "family") == "paragraph":
                key = attribute(node, "name")
                self._parents[key] = attribute(node, "parent-style-name")
                has_list = any(each.endswith("}list-style-name") for each in node.attrib)
                self._list_of[key] = attribute(node, "list-style-name") if has_list else None

    def _is_plain(self, style: str) -> bool:
        """Say whether a style takes its headings out of all lists, by an empty name."""
        seen: set[str] = set()
        while style and style not in seen:
            seen.add(style)
            named = self._list_of.get(style)
            if named is not None:
                return not named
            style = self._parents.get(style, "")
        return False


def written_label(node: lxml.etree._Element) -> str:
    """Return the number that the file itself holds for programs that cannot count, or ""."""
    for child in node:
        if local_name(child) == "number":
            return " ".join("".join(child.itertext()).split())
    return ""


def _levels_of(style: lxml.etree._Element) -> Mapping[int, ListLevel]:
    nodes: dict[int, lxml.etree._Element] = {}
    for node in style:
        at = integer_of(attribute(node, "level"))
        if at is not None and 1 <= at <= MOST_LEVELS:
            nodes[at - 1] = node
    return {at: _level(at, nodes) for at in nodes}


def _level(at: int, nodes: Mapping[int, lxml.etree._Element]) -> ListLevel:
    node = nodes[at]
    if local_name(node) not in {"list-level-style-number", "outline-level-style"}:
        return ListLevel("bullet", "")
    start = integer_of(attribute(node, "start-value"))
    return ListLevel(_format(node), _pattern(at, nodes), 1 if start is None else start)


def _format(node: lxml.etree._Element) -> str:
    written = attribute(node, "num-format")
    if attribute(node, "num-letter-sync") == _YES and written in _SYNCED:
        return _SYNCED[written]
    # Counting words are written by their first few: "一, 二, 三, ...".
    return _FORMATS.get(written.partition(",")[0], written)


def _pattern(at: int, nodes: Mapping[int, lxml.etree._Element]) -> str:
    node = nodes[at]
    whole = attribute(node, "num-list-format")
    if whole:
        return _PLACE.sub(r"%\1", whole)
    count = integer_of(attribute(node, "display-levels")) or 1
    shown = [
        f"%{each + 1}"
        for each in range(max(0, at - count + 1), at + 1)
        if each in nodes and attribute(nodes[each], "num-format")
    ]
    if not attribute(node, "num-format"):
        shown = []
    return attribute(node, "num-prefix") + ".".join(shown) + attribute(node, "num-suffix")
