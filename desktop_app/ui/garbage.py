"""Keeps full garbage collections out of the window's way.

One looks at every object there is while no other thread runs Python: 21 ms of a processor while
the library was opened and 54 ms when indexing began, 300 by the clock where others were busy.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEVER = 1 << 30


@contextmanager
def sparing_what_is_made() -> Iterator[None]:
    """Begin no full collection inside; those after it do not look at what was there by its end.

    Modules and classes are most of that, and stay as long as the process. Only the first use
    spares anything: by the next one there may be a window that is to be collected. Any
    thread.
    """
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, _NEVER)
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
        gc.set_threshold(young, middle, old)
