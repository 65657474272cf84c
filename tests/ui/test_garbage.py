"""Full garbage collections stay out of the window's way."""

from __future__ import annotations

import gc

import pytest

from desktop_app.ui.garbage import sparing_what_is_made


class Node:
    def __init__(self):
        self.itself = self


@pytest.fixture(autouse=True)
def _nothing_spared():
    gc.unfreeze()
    yield
    gc.unfreeze()


def _full_collections_while(make):
    found = []

    def note(phase, info):
        found.append((phase, info["generation"]))

    gc.callbacks.append(note)
    try:
        make()
    finally:
        gc.callbacks.remove(note)
    return found.count(("stop", 2))


def _many():
    # Each generation is due after so many of the one below; what stays must be many, too.
    return [[each] for each in range(4 * gc.get_threshold()[0] * 10 * 10 + len(gc.get_objects()))]


def test_no_full_collection_begins_while_the_library_is_opened():
    kept = []

    def make():
        with sparing_what_is_made():
            kept.append(_many())

    assert _full_collections_while(make) == 0
    assert _full_collections_while(lambda: kept.append(_many())) > 0


def test_later_collections_do_not_look_at_what_was_made_by_then():
    before = gc.get_threshold()
    with sparing_what_is_made():
        kept = Node()
    assert all(each is not kept for each in gc.get_objects())
    assert gc.get_threshold() == before


def test_what_a_second_window_leaves_is_collected():
    with sparing_what_is_made():
        pass
    spared = gc.get_freeze_count()
    with sparing_what_is_made():
        Node()
    assert gc.get_freeze_count() == spared
    assert gc.collect() >= 1


def test_collections_go_on_after_a_library_that_cannot_be_opened():
    before = gc.get_threshold()
    with pytest.raises(OSError, match="gone"), sparing_what_is_made():
        raise OSError("gone")
    assert gc.get_threshold() == before
