"""A session gets and gives packs, and keeps the one that its library needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.app import LocalSession, open_session
from desktop_app.domain import PackState
from desktop_app.errors import PackInUse
from desktop_app.settings import Settings
from tests.tiny_packs import make_tiny_m3_pack


@pytest.fixture
def session(tmp_path: Path) -> Iterator[LocalSession]:
    session = open_session(
        Settings(
            library_dir=tmp_path / "library",
            packs_dir=tmp_path / "packs",
            cache_dir=tmp_path / "cache",
        )
    )
    yield session
    session.close()


def test_a_pack_comes_goes_and_comes_back(session: LocalSession, tmp_path: Path):
    made = make_tiny_m3_pack(tmp_path / "mine")
    assert [each.pack for each in session.import_pack(made)][-1] == "mine"
    states = {each.name: each.state for each in session.packs()}
    assert (states["mine"], states["starter"]) == (PackState.INSTALLED, PackState.BUILT_IN)
    assert states["bge-m3"] is PackState.AVAILABLE
    list(session.export_pack("mine", tmp_path))
    session.remove_pack("mine")
    assert "mine" not in {each.name for each in session.packs()}
    assert [each.pack for each in session.import_pack(tmp_path / "mine.zip")][-1] == "mine"


def test_the_pack_that_answers_cannot_be_removed(session: LocalSession, tmp_path: Path):
    list(session.import_pack(make_tiny_m3_pack(tmp_path / "mine")))
    session.use_pack("mine")
    with pytest.raises(PackInUse, match="in use"):
        session.remove_pack("mine")
    assert (tmp_path / "packs" / "mine").is_dir()
    with pytest.raises(PackInUse, match="part of Lectern"):
        session.remove_pack("starter")
