"""Passages for the tests of training."""

from __future__ import annotations

import hashlib

from desktop_app.domain import Locator, Passage
from desktop_app.training.material import passage_key


def made_passage(document: str, ordinal: int, text: str, *, title: str = "") -> Passage:
    """Make a passage of a document that is known by its name."""
    return Passage(
        passage_id=passage_key(document, text),
        content_hash=hashlib.blake2b(document.encode(), digest_size=32).hexdigest(),
        ordinal=ordinal,
        text=text,
        title=title,
        heading=(),
        language="en",
        locator=Locator(page=None, boxes=(), start=0, end=len(text)),
    )
