"""The words for scores, the same wherever a score is shown."""

from __future__ import annotations

from enum import StrEnum

from desktop_app.translation import mark


class Band(StrEnum):
    """The word beside a score."""

    # Translators: how well a passage answers, beside its score; short.
    STRONG = mark("strong")
    # Translators: how well a passage answers, beside its score; short.
    LIKELY = mark("likely")
    # Translators: how well a passage answers, beside its score; short.
    WEAK = mark("weak")


STRONG_FROM = 0.8
"""From here up a reranked passage is rarely wrong; from .6 to .8 published measurements of
bge-reranker found 50 to 72 % of passages relevant, which is "likely" at best."""
LIKELY_FROM = 0.5
"""From here a hit is more likely right than not; the verdict calls it good."""


def band_of(score: float) -> Band:
    """Give the word for a score from 0 to 1."""
    if score >= STRONG_FROM:
        return Band.STRONG
    return Band.LIKELY if score >= LIKELY_FROM else Band.WEAK
