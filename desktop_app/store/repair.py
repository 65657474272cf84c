"""What a crash leaves behind, and its removal at start-up."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from desktop_app.store.documents import Ledger
from desktop_app.store.passages import PassageTable
from desktop_app.store.vectors import VectorTable

_log = logging.getLogger(__name__)


def repair(ledger: Ledger, passages: PassageTable, spaces: Iterable[VectorTable]) -> None:
    """Remove passages without a document row, then vectors without a passage.

    Also removes rows whose passages are not all there, so that their files are read
    again. Reads two columns of each table: 0.3 s for 200,000 passages. Index thread.
    """
    incomplete = _incomplete(ledger, passages)
    ledger.remove(incomplete)
    orphans = passages.content_hashes() - ledger.held().keys()
    passages.remove(orphans)
    kept = frozenset(passages.ids())
    strays = 0
    for space in spaces:
        gone = space.ids() - kept
        space.remove("passage_id", gone)
        strays += len(gone)
    if incomplete or orphans or strays:
        _log.warning(
            "repaired after a crash: %d rows, %d contents, %d vectors removed",
            len(incomplete),
            len(orphans),
            strays,
        )


def _incomplete(ledger: Ledger, passages: PassageTable) -> list[tuple[str, str]]:
    # A row may count more or fewer passages than there are (a crash between replacing
    # them and replacing the row); its versions then tell that it is out of date. Only a
    # row with no passages at all shows nothing although it says that it does.
    stored = passages.content_hashes()
    return [
        key for key, row in ledger.rows().items() if row.passages and row.content_hash not in stored
    ]
