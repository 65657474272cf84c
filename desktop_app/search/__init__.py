"""From a question to ranked hits: parse, retrieve, fuse, fold, rerank, normalize.

Hides how runs are combined, how scores become probabilities and when models may vote.
Must not import PySide6, LanceDB or any model library, nor ``indexing``, ``evaluation``,
``app``, ``cli`` or ``ui``; no threads: callers decide where a search runs.
"""
