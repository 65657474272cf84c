"""The language detector's model, read when this module is first imported (0.5 s).

A module and no function, since the interpreter's import lock lets a second thread wait for
the first one's model where it would otherwise read the file a second time.
"""

from __future__ import annotations

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier


def _load() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([code for code in identifier.nb_classes if len(code) == len("en")])
    # Choosing columns leaves a table in which every row lies scattered: a third of the time.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc)
    return identifier


IDENTIFIER = _load()
"""Knows ISO 639-1 codes only; classifying is thread-safe."""
