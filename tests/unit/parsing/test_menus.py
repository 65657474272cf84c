"""What only leads about on a web page is no text of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Block, BlockKind
from desktop_app.parsing.markup import read_html
from desktop_app.parsing.menus import WebBlock, without_menus

TEXT = "A column that was declared as the key of a table gets a number of its own. " * 3
MENU = "<ul><li><a href='/'>Home</a><li><a href='/docs'>Documents</a></ul>"


def texts(body):
    return [block.text for block in read_html(f"<body>{body}</body>")[1]]


def test_links_before_and_after_the_text_are_a_menu():
    turning = "<p><a href='a'>Previous</a> | <a href='b'>Next</a></p>"
    assert texts(f"<div>{MENU}</div><h1>Keys</h1><p>{TEXT}</p>{turning}") == ["Keys", TEXT.strip()]


def test_a_slogan_between_the_links_stays():
    assert texts(f"{MENU}<p>Small. Fast.</p>{MENU}<p>{TEXT}</p>") == ["Small. Fast.", TEXT.strip()]


@pytest.mark.parametrize("menu", ["<nav>{}</nav>", "<div role=navigation>{}</div>"])
def test_what_is_marked_as_a_menu_is_one_wherever_it_stands(menu):
    marked = menu.format("<h2>On this site</h2><p>Everything about keys.</p>")
    assert texts(f"<h1>Keys</h1><p>{TEXT}</p>{marked}<p>{TEXT}</p>") == [
        "Keys",
        TEXT.strip(),
        TEXT.strip(),
    ]


def test_links_under_a_heading_are_part_of_the_text():
    body = f"<p>{TEXT}</p><h2>See also</h2>{MENU}"
    assert texts(body) == [TEXT.strip(), "See also", "Home", "Documents"]


def test_links_amid_the_text_are_part_of_it():
    body = f"<p>{TEXT}</p>{MENU}<p>{TEXT}</p>"
    assert texts(body) == [TEXT.strip(), "Home", "Documents", TEXT.strip()]


def test_one_link_alone_is_no_menu():
    assert texts(f"<p><a href='a'>The handbook</a></p><p>{TEXT}</p>")[0] == "The handbook"


def test_a_page_of_links_is_what_it_links_to():
    links = "".join(f"<li><a href='{n}'>Minutes of meeting {n}</a>" for n in range(30))
    assert len(texts(f"<ul>{links}</ul><p>{TEXT}</p>")) == 31
    assert texts(f"<nav>{MENU}</nav>") == ["Home", "Documents"]


def test_a_list_of_contents_is_left_out_where_the_page_says_it_again():
    names = ("What is a key?", "May it change?", "Who gives it?")
    contents = "".join(f"<li><a href='#{n}'>{name}</a>" for n, name in enumerate(names))
    answers = "".join(f"<p><b>({n}) {name}</b></p><p>{TEXT}</p>" for n, name in enumerate(names))
    kept = texts(f"<h1>Questions</h1><ol>{contents}</ol>{answers}")
    assert kept[:3] == ["Questions", "(0) What is a key?", TEXT.strip()]
    assert len(kept) == 7


def test_links_to_notes_at_the_foot_are_no_contents():
    items = "".join(f"<li><a href='#{n}'>Rule {n}</a>" for n in range(5))
    assert len(texts(f"<h1>Rules</h1><ul>{items}</ul><p>{TEXT}</p>")) == 7


def test_a_link_around_headings_and_text_links_all_of_them():
    linked = "<a href='x'><div>News</div><div>of today</div></a>"
    assert texts(f"{linked}<h1>Keys</h1><p>{TEXT}</p>") == ["Keys", TEXT.strip()]


def test_a_text_with_some_links_is_a_text():
    links = "<a href='a'>one</a> and <a href='b'>another</a>"
    assert len(texts(f"<p>See {links} of the many rules that hold for keys.</p><p>{TEXT}</p>")) == 2


@given(
    st.lists(
        st.builds(
            WebBlock,
            st.builds(Block, st.sampled_from(BlockKind), st.text("ab 1", min_size=1, max_size=200)),
            st.integers(0, 4),
            st.booleans(),
            st.booleans(),
            st.booleans(),
        ),
        max_size=20,
    )
)
def test_what_is_left_is_most_of_the_page_in_its_order(found):
    blocks = [each.block for each in found]
    kept = list(without_menus(found))
    places = iter(range(len(blocks)))
    assert all(any(blocks[place] is each for place in places) for each in kept)
    assert 3 * sum(len(each.text) for each in kept) >= 2 * sum(len(each.text) for each in blocks)
