"""Turn folders into a searchable library, and keep it in step with them.

Hides the walk over the file system, what is worth reading again, where documents are
cut into passages, the order of writing that makes a kill harmless, and what happens to
everything that cannot be read. Synchronous generators, pulled by one thread.

Must not import PySide6, lancedb, torch or any model library, nor search or evaluation;
``extraction`` and what it imports run in parser processes and stay light.
"""
