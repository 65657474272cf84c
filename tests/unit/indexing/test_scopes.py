from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.indexing.scopes import joined, scopes_of


def test_paths_are_given_to_the_roots_that_hold_them(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    paths = [one / "a.txt", one / "deep" / "b.txt", two, tmp_path / "three"]
    assert scopes_of(paths, (str(one), str(two))) == {
        str(one): ("a.txt", "deep/b.txt"),
        str(two): (),
    }


def test_a_root_asked_for_itself_is_looked_at_as_a_whole(tmp_path):
    assert scopes_of([tmp_path / "a.txt", tmp_path], (str(tmp_path),)) == {str(tmp_path): ()}


def test_a_name_that_only_begins_like_a_root_is_not_in_it(tmp_path):
    assert scopes_of([Path(f"{tmp_path}-beside/a.txt")], (str(tmp_path),)) == {}


def test_a_linked_file_is_where_the_link_is_and_a_way_through_a_link_where_it_leads(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    try:
        (root / "link.txt").symlink_to(tmp_path / "elsewhere.txt")
        (tmp_path / "shortcut").symlink_to(root)
    except OSError:
        pytest.skip("needs the right to make links")
    roots = (str(root.resolve()),)
    assert scopes_of([root / "link.txt"], roots) == {roots[0]: ("link.txt",)}
    assert scopes_of([tmp_path / "shortcut" / "a.txt"], roots) == {roots[0]: ("a.txt",)}


def test_two_scopes_are_joined_and_the_whole_of_a_root_takes_in_its_parts():
    assert joined({"r": ("a",)}, {"r": ("b", "a"), "s": ()}) == {"r": ("a", "b"), "s": ()}
    assert joined({"r": ()}, {"r": ("b",)}) == joined({"r": ("b",)}, {"r": ()}) == {"r": ()}
