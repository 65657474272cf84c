"""The libraries for graphics cards that were added to an installed Lectern.

An installed Lectern leaves PyTorch out, which with CUDA takes 4 GB. Whoever has a card adds a
file of wheels (``installer/gpu_support.py`` makes it, ``acquisition/gpu_wheels.py`` unpacks
it), and only the model process imports from it. A start from the source has a PyTorch, which
may have been made for processors alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import platform
import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

DESCRIPTION = "gpu-support.json"
LIBRARIES = "libraries"
"""The folder of unpacked wheels, beside the description, which is written last."""
_FORMAT = 1
_BESIDE = (".new", ".old", ".removed")
_MADE_WITH_CUDA = re.compile(r"^cuda\b[^=]*= *['\"]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Wheel:
    """One package: the name of its file, its bytes packed and unpacked, its SHA-256 in hex."""

    name: str
    size: int
    unpacked: int
    sha256: str


@dataclass(frozen=True, slots=True)
class GpuSupport:
    """What a file of GPU support holds; ``fits`` is as ``this_system`` says it."""

    fits: str
    torch: str
    wheels: tuple[Wheel, ...]


def this_system() -> str:
    """Name what compiled libraries must be made for: "cpython-311-linux-x86_64"."""
    return f"{sys.implementation.cache_tag}-{sys.platform}-{platform.machine().lower()}"


def write_description(support: GpuSupport) -> str:
    """Write a description as JSON, which ``read_description`` takes."""
    return json.dumps({"format": _FORMAT} | asdict(support), indent=1) + "\n"


def read_description(text: str) -> GpuSupport:
    """Read a description; raises ValueError where it is none, or of a later format."""
    try:
        values = json.loads(text)
        if values["format"] != _FORMAT:
            raise ValueError(values["format"])
        wheels = tuple(
            Wheel(str(each["name"]), int(each["size"]), int(each["unpacked"]), str(each["sha256"]))
            for each in values["wheels"]
        )
        return GpuSupport(str(values["fits"]), str(values["torch"]), wheels)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(text[:80]) from error


def added_support(folder: Path) -> GpuSupport | None:
    """Return what was added to a folder whole and for this Python and system, None if nothing."""
    try:
        support = read_description((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return support if support.fits == this_system() else None


def beside(folder: Path) -> tuple[Path, Path, Path]:
    """Name what lies beside the added support only while it changes: new, old and removed.

    One that takes its place is whole once it has its description.
    """
    fresh, former, removed = (folder.with_name(folder.name + each) for each in _BESIDE)
    return fresh, former, removed


def has_own_cuda() -> bool:
    """Say whether a PyTorch that can compute on NVIDIA cards came with this installation.

    Asks what its build wrote down about itself, since importing it takes a second.
    """
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return False
    try:
        written = (Path(found.origin).parent / "version.py").read_text(encoding="utf-8")
    except OSError:
        return False
    return _MADE_WITH_CUDA.search(written) is not None


def import_from(folder: Path) -> None:
    """Let this process import what was added before anything else; nothing where nothing was.

    Packages that are imported already (numpy) stay those of Lectern, which has them whole.
    """
    libraries = str(folder / LIBRARIES)
    if libraries in sys.path or added_support(folder) is None:
        return
    sys.path.insert(0, libraries)
    importlib.invalidate_caches()
