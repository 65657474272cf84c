"""The language detector's model, read when this module is first imported (0.5 s).

A module and no function, since the interpreter's import lock lets a second thread wait for
the first one's model where it would otherwise read the file a second time.
"""

from __future__ import annotations

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier


def _load() -> LanguageIdentifier:
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    chosen = [at for at, code in enumerate(whole.nb_classes) if len(code) == len("en")]
    # Made anew, since ``set_languages`` keeps the table of all languages beside the chosen one
    # (28 MB), in which every row lies scattered: a third of the time.
    return LanguageIdentifier(
        np.ascontiguousarray(whole.nb_ptc[:, chosen]),
        whole.nb_pc[chosen],
        [whole.nb_classes[at] for at in chosen],
        whole.tk_nextmove,
        whole.tk_output,
        tk_row=whole.tk_row,
    )


IDENTIFIER = _load()
"""Knows ISO 639-1 codes only; classifying is thread-safe."""
