"""What a web page repeats for the sake of getting about: menus, and its own table of contents.

Neither says anything, and both name what is asked for: on pages that begin with a list of
their questions that list was found before the answers. A menu is told by what it is marked as,
or by being links and nothing else before or after the text of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop_app.domain import Block, BlockKind

_LEAST_TEXT = 60
"""Characters outside of links with which a paragraph is text and no slogan or date."""
_FEWEST_LINKS = 2
_FEWEST_ENTRIES = 3
_TEXT_TO_MENUS = 2
"""A page of links, with less than so many times their length beside them, is its links."""
_NUMBERING = re.compile(r"^[\W\d]+|\W+$")


@dataclass(frozen=True, slots=True)
class WebBlock:
    """A block with what a web page shows beside its text.

    ``links`` are those that begin in it; ``is_linked``: nearly all of its text is in links;
    ``is_within``: in links to places on the same page; ``is_menu``: it is marked as one.
    """

    block: Block
    links: int = 0
    is_linked: bool = False
    is_within: bool = False
    is_menu: bool = False


def without_menus(found: Sequence[WebBlock]) -> tuple[Block, ...]:
    """Return the blocks without those that only lead elsewhere, or further down the page.

    All of them where hardly anything would be left: the links are what such a page is for.
    """
    left_out = {*_marked(found), *_at_the_ends(found), *_contents(found)}
    kept = [each.block for number, each in enumerate(found) if number not in left_out]
    length = sum(len(each.text) for each in kept)
    if length < _TEXT_TO_MENUS * sum(len(found[number].block.text) for number in left_out):
        return tuple(each.block for each in found)
    return tuple(kept)


def _marked(found: Sequence[WebBlock]) -> Iterator[int]:
    return (number for number, each in enumerate(found) if each.is_menu)


def _at_the_ends(found: Sequence[WebBlock]) -> Iterator[int]:
    """Yield what is linked before the first text or heading, and after the last text.

    What is under the last heading was put there by the author.
    """
    texts = [number for number, each in enumerate(found) if _is_text(each)]
    if not texts:
        return
    last = texts[-1]
    is_headed = found[last].block.kind is BlockKind.HEADING
    for zone in (range(texts[0]), range(len(found) if is_headed else last + 1, len(found))):
        linked = [number for number in zone if found[number].is_linked]
        if sum(found[number].links for number in linked) >= _FEWEST_LINKS:
            yield from linked


def _is_text(found: WebBlock) -> bool:
    if found.block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
        return not found.is_linked and len(found.block.text) >= _LEAST_TEXT
    return True


def _contents(found: Sequence[WebBlock]) -> Iterator[int]:
    """Yield the entries that lead to a heading or line further down, which says the same."""
    entries = {
        number: _bare(each.block.text)
        for number, each in enumerate(found)
        if each.is_within and each.is_linked and each.block.kind is not BlockKind.HEADING
    }
    if len(entries) < _FEWEST_ENTRIES:
        return
    named = {_bare(each.block.text): number for number, each in enumerate(found)}
    repeated = [number for number, text in entries.items() if named[text] > number]
    if len(repeated) >= _FEWEST_ENTRIES:
        yield from repeated


def _bare(text: str) -> str:
    """Return a line without the number in front of it, which a list has in another form."""
    return _NUMBERING.sub("", text).casefold()
