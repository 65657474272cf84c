"""Packs for the tests of inference: the shipped one, and a tiny one of BGE-M3's shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.inference.packs import Pack, find_pack
from desktop_app.settings import resources_dir
from tests.tiny_packs import make_tiny_m3_pack


@pytest.fixture(scope="session")
def starter(tmp_path_factory) -> Pack:
    return find_pack(
        "starter",
        packs_dir=tmp_path_factory.mktemp("packs"),
        resources_dir=resources_dir(),
    )


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Pack:
    folder = make_tiny_m3_pack(tmp_path_factory.mktemp("tiny") / "tiny-m3")
    return find_pack(
        str(folder), packs_dir=tmp_path_factory.mktemp("packs"), resources_dir=resources_dir()
    )


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Converted models and verdicts, shared, so that each is made once."""
    return tmp_path_factory.mktemp("cache")
