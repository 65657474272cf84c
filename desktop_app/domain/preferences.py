"""What a user may choose about the work on the library, and what the computer allows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preferences:
    """The settings that a front end can change while a library is open.

    Named, and meant, as in ``settings.Settings``; ``tessdata_dir`` is a path as text.
    """

    index_when: str = "always"
    cpu_percent: int = 100
    ocr: bool = True
    ocr_languages: str = ""
    tessdata_dir: str = ""
    largest_file_mb: int = 1024
    rerank_budget_ms: int = 1500
    late_interaction: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of this computer the choices depend on.

    ``languages`` are those of the text recognition data that was found (Tesseract's names),
    ``recognized`` the ones in use, ``missing`` those asked for that are not there;
    ``how_to_get`` says in a sentence how this system gets more. ``knows_idle`` is False where
    nothing tells whether somebody uses the computer, so that other programs' work must do.
    """

    languages: tuple[str, ...] = ()
    recognized: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    how_to_get: str = ""
    has_battery: bool = False
    knows_idle: bool = True
