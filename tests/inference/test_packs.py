"""Packs are found, described and checked before anything is loaded."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import pytest

from desktop_app.errors import PackAltered, PackMissing
from desktop_app.inference.manifest import read_manifest
from desktop_app.inference.packs import find_pack, list_packs, vector_space, verify_pack
from desktop_app.settings import resources_dir


@pytest.fixture
def places(tmp_path):
    """A packs folder, and resources that hold nothing but the manifests."""
    resources = tmp_path / "resources"
    (resources / "packs").mkdir(parents=True)
    for manifest in (resources_dir() / "packs").glob("*.toml"):
        shutil.copy(manifest, resources / "packs")
    (tmp_path / "packs").mkdir()
    return {"packs_dir": tmp_path / "packs", "resources_dir": resources}


@pytest.fixture
def installed(places, starter):
    """The starter's files as an installed pack that a test may damage."""
    folder = places["packs_dir"] / "starter"
    for part in (starter.embedder, starter.reranker):
        shutil.copytree(part, folder / part.name)
    return folder


def test_the_shipped_starter_is_what_its_manifest_says(tmp_path):
    pack = verify_pack("starter", packs_dir=tmp_path, resources_dir=resources_dir())
    assert (pack.dimension, pack.pooling, set(pack.languages)) == (384, "mean", {"en"})
    assert pack.reranker is not None
    assert pack.reranker_loan is not None
    assert pack.blend is not None


@pytest.mark.parametrize("path", sorted((resources_dir() / "packs").glob("*.toml")), ids=str)
def test_every_manifest_can_be_read(path):
    manifest = read_manifest(path)
    assert manifest.name == path.stem
    assert all(len(part.revision) == 40 for _, part in manifest.parts) or path.stem == "starter"
    assert all(len(file.sha256) in {0, 64} for _, part in manifest.parts for file in part.files)


def test_a_pack_that_is_not_installed_is_missing(places):
    with pytest.raises(PackMissing, match="bge-m3"):
        find_pack("bge-m3", **places)


def test_an_unknown_name_is_missing(places):
    with pytest.raises(PackMissing, match="no-such-pack"):
        find_pack("no-such-pack", **places)


def test_an_altered_weight_is_refused(installed, places):
    weights = installed / "embedder" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(PackAltered, match=r"model\.safetensors"):
        find_pack("starter", **places)


def test_a_truncated_file_is_refused(installed, places):
    with (installed / "embedder" / "model.safetensors").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(PackAltered, match=r"model\.safetensors"):
        find_pack("starter", **places)


def test_a_lacking_file_is_missing(installed, places):
    (installed / "embedder" / "tokenizer.json").unlink()
    with pytest.raises(PackMissing, match=r"tokenizer\.json"):
        find_pack("starter", **places)


def test_a_file_whose_size_and_time_are_known_is_not_read_again(installed, places):
    weights = installed / "embedder" / "model.safetensors"
    first = find_pack("starter", **places)
    times = weights.stat()
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    os.utime(weights, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert find_pack("starter", **places) == first
    with pytest.raises(PackAltered):
        verify_pack("starter", **places)


def test_a_local_folder_describes_itself(tiny):
    assert (tiny.dimension, tiny.pooling, tiny.max_length) == (32, "cls", 512)
    assert tiny.has_sparse
    assert tiny.reranker is not None
    assert tiny.languages == frozenset()


def test_a_single_embedder_folder_is_a_pack(tiny, places):
    pack = find_pack(str(tiny.embedder), **places)
    assert pack.embedder == tiny.embedder
    assert pack.reranker is None


def test_a_folder_declares_what_its_files_do_not_say(tiny, places):
    folder = places["packs_dir"] / "mine"
    shutil.copytree(tiny.embedder.parent, folder)
    (folder / "pack.toml").write_text(
        'title = "Mine"\nlanguages = ["de"]\nquery_prefix = "query: "\npooling = "mean"\n'
    )
    pack = find_pack("mine", **places)
    assert (pack.title, set(pack.languages)) == ("Mine", {"de"})
    assert (pack.query_prefix, pack.pooling) == ("query: ", "mean")


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage: en\nlicense: mit\n---\n", {"en"}),
        ("---\nlanguage:\n- en\n- de\n---\n", {"en", "de"}),
        ("---\nlanguage: multilingual\n---\n", set()),
        ("no front matter, language: en\n", set()),
    ],
)
def test_a_model_card_names_the_languages(tiny, places, card, languages):
    folder = places["packs_dir"] / "carded"
    shutil.copytree(tiny.embedder, folder)
    (folder / "README.md").write_text(card)
    assert find_pack("carded", **places).languages == languages


def test_a_folder_without_weights_is_missing(tmp_path, places):
    (tmp_path / "empty").mkdir()
    with pytest.raises(PackMissing, match=r"config\.json"):
        find_pack(str(tmp_path / "empty"), **places)


def test_a_folder_with_a_damaged_configuration_is_refused(tiny, places):
    folder = places["packs_dir"] / "damaged"
    shutil.copytree(tiny.embedder, folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(PackAltered, match=r"config\.json"):
        find_pack("damaged", **places)


def test_a_name_cannot_leave_the_packs_folder(places):
    with pytest.raises(PackMissing):
        find_pack("../packs/../nothing", **places)


def test_what_changes_vectors_changes_the_space(tiny):
    space = vector_space(tiny)
    assert vector_space(replace(tiny, title="another", fusion_weights={})) == space
    for change in (
        {"weights_hash": "0"},
        {"tokenizer_hash": "0"},
        {"query_prefix": "query: "},
        {"pooling": "mean"},
        {"max_length": 256},
        {"revision": "2"},
    ):
        assert vector_space(replace(tiny, **change)).key != space.key


def test_packs_are_listed_with_what_is_installed(tiny, places):
    shutil.copytree(tiny.embedder.parent, places["packs_dir"] / "mine")
    listings = {each.name: each for each in list_packs(**places)}
    assert {name for name, each in listings.items() if each.is_installed} == {"mine"}
    assert listings["bge-m3"].download_bytes > 4.5e9
    assert listings["mine"].has_reranker


def test_a_damaged_memory_of_hashes_is_made_anew(installed, places):
    memory = places["packs_dir"] / "hashes.json"
    memory.write_text("[")
    find_pack("starter", **places)
    assert any("model.safetensors" in key for key in json.loads(memory.read_text()))


def test_a_half_copied_folder_hides_no_other_pack(tmp_path):
    (tmp_path / "packs" / "half" / "embedder").mkdir(parents=True)
    (tmp_path / "packs" / "half" / "embedder" / "config.json").write_text("{", encoding="utf-8")
    names = [
        each.name
        for each in list_packs(packs_dir=tmp_path / "packs", resources_dir=resources_dir())
    ]
    assert "starter" in names
    assert "half" not in names
