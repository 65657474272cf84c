"""An empty library for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.store.library import Library, open_library


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(directory: Path) -> Iterator[Library]:
    opened = open_library(directory)
    yield opened
    opened.close()
