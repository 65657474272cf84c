"""The library on disk: the ledger of documents, their passages, and vectors of each space.

Hides LanceDB and pyarrow, the layout of the tables, full-text and vector indexes, the
writer's lock, crash repair and upkeep. Nothing but ``domain`` values and
``numpy.ndarray`` leaves this folder; its library's errors leave it as ``StoreError``.

Must not import PySide6, torch or any model library, nor ``parsing`` and ``inference``.
Importing ``store.library`` imports LanceDB, which takes about a second: never on the UI
thread.
"""
