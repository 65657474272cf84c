"""Files to text: headings, paragraphs, lists, tables and code, with page and boxes.

Hides every document library, every encoding and the processes in which hostile files
are read. Everything but ``pool``, ``language`` and ``sentences`` runs inside those processes only.
Must not import ``inference`` or ``store``, nor PySide6, lancedb, pyarrow or torch, not
even indirectly: each child process pays for what is imported here.
"""
