"""How much of the indexes a library keeps in memory."""

from __future__ import annotations

from desktop_app.store.lance import LEAST_CACHE_BYTES
from desktop_app.store.tables import cache_for


def _index(directory, name, size):
    place = directory / f"{name}.lance" / "_indices" / "a1b2"
    place.mkdir(parents=True)
    with (place / "part_0_tokens.lance").open("wb") as file:
        file.truncate(size)


def test_a_small_library_has_room_for_its_indexes(tmp_path):
    assert cache_for(tmp_path / "absent") == LEAST_CACHE_BYTES
    _index(tmp_path, "passages", 1_000)
    assert cache_for(tmp_path) == LEAST_CACHE_BYTES


def test_a_large_library_has_room_for_all_of_its_indexes_together(tmp_path):
    _index(tmp_path, "passages", 3 * LEAST_CACHE_BYTES)
    _index(tmp_path, "vectors_a", LEAST_CACHE_BYTES)
    assert cache_for(tmp_path) == 4 * LEAST_CACHE_BYTES
