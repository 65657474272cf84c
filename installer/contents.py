"""What of the environment goes into the application, and what stays behind."""

from __future__ import annotations

import fnmatch
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from desktop_app.translation import LANGUAGES

EXCLUDED_MODULES = (
    # Serve large packs on graphics cards and the training of rerankers; 1.1 GB. OpenVINO
    # serves every pack on a processor without them; GPU support brings them.
    "torch", "torchgen", "transformers", "FlagEmbedding", "peft", "accelerate", "datasets",
    "sentencepiece", "sympy", "networkx", "desktop_app.training",
    # Optional to lancedb, pyarrow and pymupdf, and never reached by Lectern.
    "pandas", "onnxruntime", "scipy", "matplotlib", "pyarrow.flight", "pyarrow._flight",
    "pyarrow.tests", "pyarrow._s3fs", "pyarrow._gcsfs", "pyarrow._azurefs", "pyarrow._hdfs",
    # Tools of developers.
    "mypy", "pytest", "hypothesis", "grimp", "importlinter", "ruff", "docx", "pptx", "pip",
    "setuptools", "IPython", "tkinter", "lib2to3", "pygments",
    # Packs are not fetched by it (desktop_app/acquisition/fetching.py).
    "hf_xet",
)  # fmt: skip

_NOT_STANDARD = (
    "test", "tkinter", "_tkinter", "turtle", "turtledemo", "idlelib", "lib2to3", "ensurepip",
    "venv", "pydoc_data", "distutils", "this", "antigravity", "__main__", "curses", "_curses",
    "_curses_panel", "readline", "dbm", "_dbm", "_gdbm", "nis",
)  # fmt: skip

_UNNEEDED = (
    # Read models of other frameworks; our graphs are built with OpenVINO's own operators.
    "*libopenvino_*_frontend*",
    "*libarrow_flight*",
    "*libarrow_python_flight*",
    "*arrow_s3*",
    "pyarrow/include/*",
    "pyarrow/tests/*",
    "*.pxd", "*.pxi", "*.pyx", "*.pyi", "*.hpp", "*.cmake",
    # What translators write; Lectern reads what is compiled from it.
    "resources/translations/*.po",
    "PySide6/Qt/plugins/egldeviceintegrations/*",
    "PySide6/Qt/plugins/platforms/libqeglfs*",
    "PySide6/Qt/plugins/platforms/libqlinuxfb*",
    "PySide6/Qt/plugins/platforms/libqvnc*",
    "*libQt6EglF*",
)  # fmt: skip

_OF_LINUX_DESKTOPS = (
    # Every desktop has these, and a second copy beside the desktop's own breaks its themes.
    "libgtk-3*", "libgdk*", "libatk*", "libatspi*", "libcairo*", "libpango*", "libepoxy*",
    "libglib-2*", "libgio-2*", "libgobject-2*", "libgmodule-2*", "libgthread-2*",
    "libX11.so*", "libX11-xcb.so*", "libxcb.so*", "libwayland-*", "libharfbuzz*",
    "libfontconfig*", "libfreetype*", "libdbus-1*", "libsystemd*", "libselinux*",
    "libmount*", "libblkid*", "libthai*", "libdatrie*", "libfribidi*", "libgraphite2*",
    "libpixman*", "libgcrypt*", "libgpg-error*", "libstdc++*", "libgcc_s*",
    "libgssapi_krb5*", "libkrb5*", "libk5crypto*", "libcom_err*", "libkeyutils*",
)  # fmt: skip
_QT_CATALOGS = frozenset(each.qt_catalog for each in LANGUAGES.values())
"""Qt's own words are there in Lectern's languages and no others."""


def is_shipped_module(name: str) -> bool:
    """Say whether a module of ours is part of the application."""
    return not name.startswith("desktop_app.training")


def is_numpy_at_work(name: str) -> bool:
    """Say whether a module of numpy is shipped: all but its tests and tools of developers."""
    return not re.search(r"\.(tests|f2py|distutils|conftest)\b|_pyinstaller", name)


def standard_modules() -> list[str]:
    """List the standard library but for what draws windows, installs and tests.

    Libraries that are added later (GPU support) may import any of it.
    """
    wanted = sys.stdlib_module_names - set(_NOT_STANDARD)
    found = []
    for name in sorted(wanted):
        spec = importlib.util.find_spec(name)
        if spec is not None:
            found += [name, *_inside(name, spec.submodule_search_locations or ())]
    return found


def _inside(package: str, folders: Iterable[str]) -> Iterator[str]:
    for each in pkgutil.iter_modules(folders):
        name = f"{package}.{each.name}"
        if each.name in {"test", "tests"}:
            continue
        yield name
        if each.ispkg:
            yield from _inside(name, [str(Path(folder, each.name)) for folder in folders])


def is_needed(destination: str) -> bool:
    """Say whether a file that PyInstaller found, by its place in the application, is kept."""
    path = PurePosixPath(destination.replace("\\", "/"))
    if path.suffix == ".qm":
        return path.stem in _QT_CATALOGS
    left_out = (*_UNNEEDED, *_OF_LINUX_DESKTOPS) if sys.platform == "linux" else _UNNEEDED
    return not any(
        fnmatch.fnmatchcase(str(path), pattern) or fnmatch.fnmatchcase(path.name, pattern)
        for pattern in left_out
    )
