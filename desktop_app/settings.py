"""Where Lectern keeps its things, and the few choices that a user may make."""

from __future__ import annotations

import json
import logging
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from desktop_app.errors import SettingsError
from desktop_app.translation import listed, mark, worded

_log = logging.getLogger(__name__)
_APP = "Lectern"

_CHOICES = {"index_when": ("always", "on power", "when idle")}

MOST_PARSERS = 4
"""More parser processes than this do not help: the index thread stores what they read."""


def default_library_dir() -> Path:
    """Return the user's library directory (not created here)."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "library"


def default_packs_dir() -> Path:
    """Return the directory of model packs that the user installed."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "packs"


def default_tessdata_dir() -> Path:
    """Return the directory of text recognition data (Tesseract's) that the user added."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "tessdata"


def default_gpu_dir() -> Path:
    """Return the directory of the libraries for graphics cards that the user added."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "gpu"


def default_cache_dir() -> Path:
    """Return the directory for what can be made again (converted models)."""
    return Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def default_log_dir() -> Path:
    """Return the directory of log files."""
    return Path(platformdirs.user_log_dir(_APP, appauthor=False))


def default_settings_file() -> Path:
    """Return the settings file, which need not exist."""
    return Path(platformdirs.user_config_dir(_APP, appauthor=False)) / "settings.toml"


def resources_dir() -> Path:
    """Return the read-only resources that are shipped with the application."""
    return Path(__file__).resolve().parent.parent / "resources"


def translations_dir() -> Path:
    """Return the folder of the interface's compiled catalogs; it may hold none."""
    return resources_dir() / "translations"


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of a user; every field can be set in ``settings.toml`` by its name.

    ``pack`` is that of libraries which have none of their own yet: a name, or a local folder
    in Hugging Face layout. ``threads`` 0 means all physical cores. ``parser_processes`` 0
    means one a core, at most four.
    ``parse_seconds`` is the deadline for a file of up to 10 MB (larger ones get more),
    ``parse_memory_mb`` the cap on one parser process. ``rerank_budget_ms`` bounds
    reranking of one question; ``late_interaction`` has a pack with token vectors order the
    candidates first, which takes about as long as reranking them. ``ocr`` says whether
    scanned pages and pictures are recognized, in ``ocr_languages`` ("deu+eng" as Tesseract
    calls them; "" means the system's language and English), with the data in
    ``tessdata_dir`` or where packages put it. ``device`` is "auto", "cpu", "cuda:N" or "mps";
    ``gpu_dir`` holds the libraries for graphics cards that were added.
    ``index_when`` is "always", "on power" (not on the battery) or "when idle" (on power, and
    nobody has used the computer for two minutes), ``cpu_percent`` the share of the time that
    indexing works, 1 to 100.
    """

    library_dir: Path = field(default_factory=default_library_dir)
    packs_dir: Path = field(default_factory=default_packs_dir)
    cache_dir: Path = field(default_factory=default_cache_dir)
    gpu_dir: Path = field(default_factory=default_gpu_dir)
    pack: str = "starter"
    device: str = "auto"
    threads: int = 0
    parser_processes: int = 0
    parse_seconds: float = 60.0
    parse_memory_mb: int = 2048
    largest_file_mb: int = 1024
    rerank_budget_ms: int = 1500
    late_interaction: bool = False
    idle_unload_seconds: int = 300
    ocr: bool = True
    ocr_languages: str = ""
    tessdata_dir: Path = field(default_factory=default_tessdata_dir)
    index_when: str = "always"
    cpu_percent: int = 100

    @property
    def parsers(self) -> int:
        """How many parser processes to run: as chosen, or what fits this machine."""
        return self.parser_processes or min(os.cpu_count() or 1, MOST_PARSERS)


def load_settings(path: Path) -> Settings:
    """Read settings from a TOML file; a missing file means the defaults.

    An unknown key is logged as a warning. Raises SettingsError naming the key and its
    default where a value has the wrong type, or the file where it is not TOML.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            worded("The settings file {path} could not be read.", path=str(path)),
            mark("Correct or delete it."),
        ) from error
    defaults = Settings()
    known = {each.name for each in fields(Settings)}
    for key in values.keys() - known:
        _log.warning("unknown setting %r in %s", key, path)
    return Settings(
        **{
            key: _checked(key, value, getattr(defaults, key))
            for key, value in values.items()
            if key in known
        }
    )


def save_settings(path: Path, values: Mapping[str, str | bool | int | float]) -> None:
    """Write values into the settings file by their names; all else in it stays.

    Raises SettingsError where it cannot be written, or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        tomllib.loads(text)
        lines = text.split("\n") if text else [""]
        for key, value in values.items():
            line = f"{key} = {as_toml(value)}"
            top = next((at for at, each in enumerate(lines) if each.lstrip()[:1] == "["), None)
            named = (at for at, each in enumerate(lines[:top]) if re.match(rf"\s*{key}\s*=", each))
            at = next(named, None)
            if at is None:
                lines.insert(0, line)
            else:
                lines[at] = line
        written = "\n".join(lines)
        if not values.items() <= tomllib.loads(written).items():
            raise SettingsError(
                worded("The settings file {path} could not be changed.", path=str(path)),
                mark("Correct it."),
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(written, encoding="utf-8")
        fresh.replace(path)
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(
            worded("The settings file {path} could not be written.", path=str(path)),
            mark("Correct or delete it."),
        ) from error


def as_toml(value: object) -> str:
    """Write a text, number or truth value as TOML does."""
    # As JSON, of which only "delete" stays as it is, and pairs of surrogates are not allowed.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _checked(key: str, value: object, default: object) -> Any:
    if isinstance(default, Path) and isinstance(value, str):
        return Path(value).expanduser()
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default) or (isinstance(value, (int, float)) and value < 0):
        raise SettingsError(
            worded("The setting {key} = {value} cannot be used.", key=key, value=repr(value)),
            worded("The default is {default}.", default=repr(default)),
        )
    if value not in _CHOICES.get(key, (value,)):
        choices = listed(map(repr, _CHOICES[key]))
        raise SettingsError(
            worded("The setting {key} = {value} cannot be used.", key=key, value=repr(value)),
            worded("Write one of {choices}.", choices=choices),
        )
    return value
