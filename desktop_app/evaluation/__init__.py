"""How well the search finds, stage by stage, on collections with known answers.

Hides the collections' files and how they become a library. May use everything below; must
not import PySide6, LanceDB or any model library, nor ``app``, ``cli`` or ``ui``.
"""
