"""What of the environment goes into the application, and what stays behind."""

from __future__ import annotations

import fnmatch
from pathlib import PurePosixPath

EXCLUDED_MODULES = (
    # Serve large packs on graphics cards and the training of rerankers; 1.1 GB. OpenVINO
    # serves every pack on a processor without them.
    "torch", "torchgen", "transformers", "FlagEmbedding", "peft", "accelerate", "datasets",
    "sentencepiece", "sympy", "networkx", "desktop_app.training",
    # Optional to lancedb, pyarrow and pymupdf, and never reached by Lectern.
    "pandas", "onnxruntime", "scipy", "matplotlib", "pyarrow.flight", "pyarrow._flight",
    "pyarrow.tests",
    # Tools of developers.
    "mypy", "pytest", "hypothesis", "grimp", "importlinter", "ruff", "docx", "pptx", "pip",
    "setuptools", "IPython", "tkinter", "lib2to3", "pygments",
    # Packs are not fetched by it (desktop_app/acquisition/fetching.py).
    "hf_xet",
)  # fmt: skip

DATA_OF = ("py3langid",)
"""Packages that read files of their own which PyInstaller does not know of."""

_UNNEEDED = (
    # Read models of other frameworks; our graphs are built with OpenVINO's own operators.
    "*libopenvino_*_frontend*",
    "*libarrow_flight*",
    "*libarrow_python_flight*",
    "pyarrow/include/*",
    "pyarrow/tests/*",
    "*.pxd", "*.pxi", "*.pyx", "*.pyi", "*.hpp", "*.cmake",
    # Qt's own translations are those of Lectern's languages and no others.
    "PySide6/Qt/translations/qtwebengine*",
    "PySide6/Qt/plugins/egldeviceintegrations/*",
    "PySide6/Qt/plugins/platforms/libqeglfs*",
    "PySide6/Qt/plugins/platforms/libqlinuxfb*",
    "PySide6/Qt/plugins/platforms/libqvnc*",
    "*libQt6EglF*",
    # Every desktop has these, and a second copy beside the desktop's own breaks its themes.
    "libgtk-3*", "libgdk*", "libatk*", "libatspi*", "libcairo*", "libpango*", "libepoxy*",
    "libglib-2*", "libgio-2*", "libgobject-2*", "libgmodule-2*", "libgthread-2*",
    "libX11.so*", "libX11-xcb.so*", "libxcb.so*", "libwayland-*", "libharfbuzz*",
    "libfontconfig*", "libfreetype*", "libdbus-1*", "libsystemd*", "libselinux*",
    "libmount*", "libblkid*", "libthai*", "libdatrie*", "libfribidi*", "libgraphite2*",
    "libpixman*", "libgcrypt*", "libgpg-error*", "libstdc++*", "libgcc_s*",
    "libgssapi_krb5*", "libkrb5*", "libk5crypto*", "libcom_err*", "libkeyutils*",
)  # fmt: skip
_TORCH_PARTS = "desktop_app.inference.torch_"


def is_shipped_module(name: str) -> bool:
    """Say whether a module of ours is part of the application."""
    return not name.startswith(("desktop_app.training", _TORCH_PARTS))


def is_needed(destination: str) -> bool:
    """Say whether a file that PyInstaller found, by its place in the application, is kept."""
    path = PurePosixPath(destination.replace("\\", "/"))
    return not any(
        fnmatch.fnmatchcase(str(path), pattern) or fnmatch.fnmatchcase(path.name, pattern)
        for pattern in _UNNEEDED
    )
