"""The window: widgets, item models and delegates around one ``Session``.

Hides: Qt. Knows: ``session.Session``, the domain, errors and settings' paths.
Must not import: store, search, inference, indexing, parsing, nor anything that they are
made of (LanceDB, torch, PyMuPDF); the window only ever holds a ``Session``.
Every method here runs on the UI thread; work leaves it through ``tasks.TaskRunner`` alone.
"""
