"""A pack goes in one step, and only where it may."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop_app.acquisition.downloader import download_pack
from desktop_app.acquisition.removal import remove_pack
from desktop_app.domain import PackState
from desktop_app.errors import PackInUse, PackMissing
from desktop_app.inference.packs import list_packs
from desktop_app.settings import resources_dir
from tests.acquisition.hub_server import Fault, HubServer
from tests.acquisition.places import QUICK, WEIGHTS, Place


def test_a_removed_pack_is_gone_and_can_come_again(hub: HubServer, place: Place):
    place.fetch()
    remove_pack("tiny", **place.folders)
    assert not place.is_installed()
    assert list(place.packs_dir.rglob(WEIGHTS)) == []
    (listing,) = list_packs(**place.folders)
    assert (listing.state, listing.present_bytes) == (PackState.AVAILABLE, 0)
    place.fetch()
    assert place.is_installed()


def test_what_an_interrupted_download_left_can_be_removed(hub: HubServer, place: Place):
    hub.misbehave(WEIGHTS, Fault("stall", after=1 << 20))
    steps = download_pack("tiny", **place.folders, patience=QUICK)
    while place.gathered(WEIGHTS) < 1 << 20:
        next(steps)
    with pytest.raises(PackInUse, match="already"):
        remove_pack("tiny", **place.folders)
    steps.close()
    remove_pack("tiny", **place.folders)
    assert place.gathered("") == 0
    (listing,) = list_packs(**place.folders)
    assert listing.state is PackState.AVAILABLE


def test_a_pack_that_nobody_knows_cannot_be_removed(place: Place):
    for name in ("no-such", "../packs", ".", ""):
        with pytest.raises(PackMissing):
            remove_pack(name, **place.folders)


def test_a_pack_that_is_not_here_stays_so(place: Place):
    # As when a download is withdrawn before its process has begun.
    remove_pack("tiny", **place.folders)
    (listing,) = list_packs(**place.folders)
    assert listing.state is PackState.AVAILABLE


def test_a_place_that_cannot_be_written_is_described_in_a_sentence(place: Place):
    # Nothing can be written where a file is.
    (place.packs_dir / ".locks").write_text("a file in its place")
    with pytest.raises(PackInUse, match="could not be removed") as refusal:
        remove_pack("tiny", **place.folders)
    assert refusal.value.hint


def test_a_part_of_lectern_cannot_be_removed(tmp_path: Path):
    with pytest.raises(PackInUse, match="part of Lectern"):
        remove_pack("starter", packs_dir=tmp_path, resources_dir=resources_dir())
    assert (resources_dir() / "packs" / "starter" / "embedder").is_dir()


def test_a_pack_of_one_s_own_is_removed_from_the_packs_folder_only(
    place: Place, published: Path, tmp_path: Path
):
    shutil.copytree(published / "BAAI" / "tiny", place.packs_dir / "mine" / "embedder")
    remove_pack("mine", **place.folders)
    assert not (place.packs_dir / "mine").exists()
