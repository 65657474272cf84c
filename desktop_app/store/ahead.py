"""Searches of a library that go on while the asker does something else.

What meaning finds, what words find and what their other forms find do not depend on each other,
and each keeps about one processor busy: begun together they take hardly longer than the longest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import Run, Spellings, VectorSpace
from desktop_app.store.failures import reading
from desktop_app.store.narrowing import Narrowing
from desktop_app.store.tables import Tables

_Result = TypeVar("_Result")


class Ahead:
    """Begins searches; what each method returns waits for the end. Any thread.

    Starts no thread: LanceDB runs every query on its own. One that nobody waits for ends by
    itself, in some tens of milliseconds. Beginning and waiting raise as the library's own
    searches do.
    """

    def __init__(self, tables: Tables, narrowing: Narrowing) -> None:
        self._tables = tables
        self._narrowing = narrowing

    @reading
    def fulltext(
        self,
        text: str,
        *,
        phrases: Sequence[str] = (),
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
        language: str = "",
        is_whole: bool = True,
    ) -> Callable[[], Run]:
        """Begin ``Library.search_fulltext``.

        Reads the passages for who asks for them next, unless told that most are read already.
        """
        scope = self._narrowing.scope(within, languages)
        words = self._tables.common.groups(text, language)
        search = partial(self._tables.passages.begin_search, k=k, scope=scope, is_whole=is_whole)
        return _begun(partial(search, words, phrases=phrases))

    @reading
    def spellings(
        self,
        spellings: Sequence[Spellings],
        *,
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
    ) -> Callable[[], Run]:
        """Begin ``Library.search_spellings``."""
        scope = self._narrowing.scope(within, languages)
        passages = self._tables.passages
        return _begun(partial(passages.begin_spellings, spellings, k=k, scope=scope))

    @reading
    def dense(
        self,
        space: VectorSpace,
        vector: NDArray[np.float32],
        *,
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
        reads_on: bool = False,
    ) -> Callable[[], Run]:
        """Begin ``Library.search_dense``.

        With ``reads_on`` the passages found are read as soon as they are, for who asks for them.
        """
        table = self._tables.space(space)
        if table is None:
            return partial(Run, "dense", (), ())
        scope = self._narrowing.scope(within, languages)
        then = self._tables.passages.reader_ahead() if reads_on else None
        return _begun(partial(table.begin_dense, vector, k=k, scope=scope, then=then))

    @reading
    def passages(self, passage_ids: Collection[str]) -> None:
        """Begin to read passages for who asks the library for them soon."""
        self._tables.passages.begin_get(passage_ids)


def _begun(begin: Callable[[], Callable[[], _Result]]) -> Callable[[], _Result]:
    """Begin now; what is returned waits, and begins once more before a table is damaged."""
    started = [begin()]

    @reading
    def wait() -> _Result:
        return (started.pop() if started else begin())()

    return wait
