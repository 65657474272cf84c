"""Vectors of which a library does not say whose they are: of format 1, or repaired."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from desktop_app.domain import VectorSpace
from desktop_app.errors import LecternError
from desktop_app.inference.packs import find_pack, list_packs, vector_space
from desktop_app.settings import Settings, resources_dir

if TYPE_CHECKING:
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)


def adopt_vectors(library: Library, settings: Settings, wanted: VectorSpace | None) -> bool:
    """Write down whose vectors a library holds, where it does not know; index thread.

    Compared are the packs that are installed. Where it is not known who answers, that is
    the space with the most vectors; ``wanted`` is then the one being built if it has any.
    Returns whether anything was written. Raises StoreError.
    """
    keys = set(library.spaces.unrecorded())
    if not keys:
        return False
    places = {"packs_dir": settings.packs_dir, "resources_dir": resources_dir()}
    installed = [each.name for each in list_packs(**places) if each.is_installed]
    for name in dict.fromkeys((settings.pack, *installed)):
        try:
            space = vector_space(find_pack(name, **places))
        except LecternError as error:
            _log.debug("not looked at for old vectors: %s", error)
            continue
        if space.key in keys:
            library.spaces.record(space, name)
            keys.remove(space.key)
    for key in keys:
        library.spaces.record_unknown(key)
    if library.spaces.answering() is None:
        _let_the_fullest_answer(library, wanted)
    return True


def _let_the_fullest_answer(library: Library, wanted: VectorSpace | None) -> None:
    known = {each.space.key: each for each in library.spaces.listed() if each.source}
    present = known.get(wanted.key) if wanted else None
    best = max(known.values(), key=lambda each: each.vectors, default=None)
    if best is None or best.vectors <= (present.vectors if present else 0):
        return
    library.spaces.choose(best.source, best.space, answers=True)
    if present is not None:
        library.spaces.choose(present.source, present.space, answers=False)
