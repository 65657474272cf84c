"""Work functions that meet bad luck in a parser process (importable by spawned children)."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from desktop_app.indexing.extraction import Extraction, ExtractRequest, extract


def extract_or_die(request: ExtractRequest) -> Extraction:
    """Die the hard way on a file called poison, as a parser's native code would."""
    if Path(request.path).stem == "poison":
        os.kill(os.getpid(), signal.SIGSEGV if os.name != "nt" else signal.SIGTERM)
    return extract(request)


def names_of_heavy_modules(request: ExtractRequest) -> Extraction:
    """Extract, then answer which heavy libraries that has loaded, as the title."""
    import dataclasses
    import sys

    heavy = {"lancedb", "lance", "pyarrow", "torch", "transformers", "openvino", "PySide6"}
    extraction = extract(request)
    return dataclasses.replace(extraction, title=" ".join(sorted(heavy & sys.modules.keys())))
