"""Files that somebody brings become a pack when they are the right ones, however arranged."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from desktop_app.acquisition.exporting import export_pack
from desktop_app.acquisition.importing import import_pack
from desktop_app.domain import PackPhase, PackProgress
from desktop_app.errors import DiskFull, PackAltered, PackInUse, PackMissing, PackRefused
from desktop_app.inference.packs import find_pack, list_packs, vector_space, verify_pack
from tests.acquisition.hub_server import REVISION
from tests.acquisition.places import WEIGHTS, Folders, MakeOwn, Place, write_manifest


@pytest.fixture
def stick(tmp_path: Path, published: Path) -> Path:
    """A folder "embedder" and "reranker", as on a USB stick, with files that nobody needs."""
    folder = tmp_path / "stick" / "tiny"
    shutil.copytree(published / "BAAI" / "tiny", folder / "embedder")
    shutil.copytree(published / "BAAI" / "tiny-reranker", folder / "reranker")
    (folder / "embedder" / "onnx").mkdir()
    (folder / "embedder" / "onnx" / "model.onnx").write_bytes(b"not needed")
    (folder / "README.md").write_text("a note")
    return folder


def bring(place: Place, path: Path, **options) -> list[PackProgress]:
    """Import to the end."""
    return list(import_pack(path, **place.folders, **options))


def nothing_is_left(place: Place) -> bool:
    """Say whether no pack and no part of one is in the packs folder."""
    kept = {".locks", "hashes.json"}
    files = [each for each in place.packs_dir.rglob("*") if each.is_file()]
    return all(each.relative_to(place.packs_dir).parts[0] in kept for each in files)


def test_a_folder_becomes_the_pack_that_it_holds(place: Place, stick: Path):
    steps = bring(place, stick)
    assert (steps[-1].pack, steps[-1].phase) == ("tiny", PackPhase.DONE)
    assert place.is_installed()
    assert not (place.pack / "embedder" / "onnx").exists()
    assert not (place.packs_dir / ".importing").exists() or not any(
        (place.packs_dir / ".importing").iterdir()
    )


def test_the_files_are_told_by_content_in_any_arrangement(
    place: Place, published: Path, tmp_path: Path
):
    given = tmp_path / "given"
    shutil.copytree(published / "BAAI" / "tiny", given / "a" / "embedder")
    shutil.copytree(published / "BAAI" / "tiny-reranker", given / "b" / "tiny-reranker")
    (given / "a" / "embedder" / WEIGHTS).rename(given / "renamed.weights")
    bring(place, given)
    assert place.is_installed()


@pytest.mark.parametrize("has_links", [True, False], ids=["links", "copies"])
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "pinned"])
def test_a_hub_cache_becomes_the_pack(
    place: Place, published: Path, tmp_path: Path, *, has_links: bool, is_open: bool
):
    if is_open:
        write_manifest(place.resources_dir / "packs" / "tiny.toml", published, is_open=True)
    hub = tmp_path / "hub"
    for repository in ("tiny", "tiny-reranker"):
        make_cache(hub, published / "BAAI" / repository, has_links=has_links)
    bring(place, hub)
    assert place.is_installed()
    assert all(not each.is_symlink() for each in place.pack.rglob("*"))


def make_cache(hub: Path, repository: Path, *, has_links: bool) -> Path:
    """Lay a repository's files out as the hub's client caches them."""
    model = hub / f"models--BAAI--{repository.name}"
    snapshot = model / "snapshots" / REVISION
    for path in (model / "blobs", snapshot):
        path.mkdir(parents=True)
    for file in repository.iterdir():
        content = file.read_bytes()
        name = hashlib.sha256(content).hexdigest()
        if file.suffix == ".json":
            name = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        if not has_links:
            shutil.copy(file, snapshot)
            continue
        shutil.copy(file, model / "blobs" / name)
        try:
            (snapshot / file.name).symlink_to(Path("../../blobs") / name)
        except OSError:
            pytest.skip("needs the right to make symbolic links")
    return model


def test_a_damaged_blob_in_a_hub_cache_is_refused(place: Place, published: Path, tmp_path: Path):
    write_manifest(place.resources_dir / "packs" / "tiny.toml", published, is_open=True)
    hub = tmp_path / "hub"
    for repository in ("tiny", "tiny-reranker"):
        model = make_cache(hub, published / "BAAI" / repository, has_links=True)
    blob = (model / "snapshots" / REVISION / "model.safetensors").resolve()
    blob.write_bytes(blob.read_bytes()[:-1] + b"\x00\x01"[-1:])
    with pytest.raises(PackAltered, match=r"model\.safetensors"):
        bring(place, hub)
    assert nothing_is_left(place)


@pytest.mark.parametrize("file", [WEIGHTS, "tokenizer.json"])
def test_a_changed_file_is_refused(place: Place, stick: Path, file: str):
    path = stick / "embedder" / file
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    (stick / "manifest.toml").write_text('name = "tiny"')
    # The reranker's tokenizer is the same file, so both have to go.
    if file == "tokenizer.json":
        shutil.copy(path, stick / "reranker" / file)
    with pytest.raises(PackAltered, match=file):
        bring(place, stick)
    assert nothing_is_left(place)


def test_a_lacking_file_is_named(place: Place, stick: Path):
    (stick / "reranker" / "model.safetensors").unlink()
    with pytest.raises(PackMissing, match=r"reranker/model\.safetensors"):
        bring(place, stick)
    assert nothing_is_left(place)


def test_a_folder_of_two_packs_is_not_guessed_at(
    place: Place, stick: Path, published: Path, tmp_path: Path, own: MakeOwn
):
    made = own("made")
    other = tmp_path / "other"
    shutil.copytree(made / "embedder", other / "BAAI" / "tiny")
    shutil.copytree(made / "reranker", other / "BAAI" / "tiny-reranker")
    write_manifest(place.resources_dir / "packs" / "second.toml", other)
    shutil.copytree(made, stick / "second")
    with pytest.raises(PackRefused, match="second, tiny"):
        bring(place, stick)
    bring(place, stick / "second")
    find_pack("second", **place.folders)
    assert not place.is_installed()


def test_too_little_room_is_told_before_anything_is_copied(place: Place, stick: Path):
    with pytest.raises(DiskFull, match="are free"):
        bring(place, stick, free=lambda _folder: 1_000_000)
    assert nothing_is_left(place)


@pytest.mark.skipif(os.name == "nt", reason="needs a limit on the size of files")
def test_a_disk_that_becomes_full_leaves_nothing(place: Place, stick: Path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(DiskFull):
            bring(place, stick)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert nothing_is_left(place)


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_a_cancelled_import_leaves_nothing(
    place: Place, stick: Path, monkeypatch: pytest.MonkeyPatch, steps: int
):
    monkeypatch.setattr("desktop_app.acquisition.meter.PROGRESS_SECONDS", 0.0)
    asked = iter(range(steps))
    taken = bring(place, stick, is_cancelled=lambda: next(asked, None) is None)
    assert len(taken) == steps
    assert nothing_is_left(place)


def test_an_abandoned_import_leaves_nothing(place: Place, stick: Path):
    steps = import_pack(stick, **place.folders)
    next(steps)
    steps.close()
    assert nothing_is_left(place)


def test_what_a_killed_import_left_is_in_nobody_s_way(place: Place, stick: Path):
    left = place.packs_dir / ".importing" / "tiny" / "embedder"
    left.mkdir(parents=True)
    (left / WEIGHTS).write_bytes(b"half")
    (left / "unknown.bin").write_bytes(b"half")
    bring(place, stick)
    assert place.is_installed()
    assert not (place.pack / "embedder" / "unknown.bin").exists()


def test_importing_over_a_damaged_pack_mends_it(place: Place, stick: Path):
    bring(place, stick)
    (place.pack / "embedder" / "config.json").write_text("{")
    bring(place, stick)
    verify_pack("tiny", **place.folders)


def test_a_model_of_one_s_own_becomes_a_pack_of_its_folder_s_name(place: Place, own: MakeOwn):
    made = own("my-model")
    (made / "pack.toml").write_text('title = "Mine"\nlanguages = ["de"]\n')
    before = vector_space(find_pack(str(made), **place.folders))
    assert bring(place, made)[-1].pack == "my-model"
    pack = find_pack("my-model", **place.folders)
    assert (pack.title, set(pack.languages)) == ("Mine", {"de"})
    assert pack.reranker is not None
    assert vector_space(pack).key == before.key
    verify_pack("my-model", **place.folders)


def test_a_single_embedder_becomes_a_pack(place: Place, tmp_path: Path, own: MakeOwn):
    made = own("made")
    (made / "embedder").rename(tmp_path / "finetuned-v2")
    bring(place, tmp_path / "finetuned-v2")
    pack = find_pack("finetuned-v2", **place.folders)
    assert pack.reranker is None
    assert pack.has_sparse


def test_a_cached_model_that_no_manifest_knows_is_named_after_its_model(
    place: Place, tmp_path: Path, own: MakeOwn
):
    made = own("made")
    (made / "embedder").rename(tmp_path / "finetuned")
    model = make_cache(tmp_path / "hub", tmp_path / "finetuned", has_links=True)
    bring(place, model)
    find_pack("finetuned", **place.folders)


@pytest.mark.parametrize("name", ["tiny", "Tiny", "CON", "with space", "-dash", "dot."])
def test_a_pack_of_one_s_own_cannot_take_any_name(place: Place, own: MakeOwn, name: str):
    if os.name == "nt" and name in {"CON", "dot."}:
        pytest.skip("Windows has no such folders")
    made = own(name)
    with pytest.raises(PackRefused, match="named"):
        bring(place, made)
    assert nothing_is_left(place)


def test_a_pack_of_one_s_own_does_not_replace_another(place: Place, own: MakeOwn):
    made = own("mine")
    bring(place, made)
    with pytest.raises(PackRefused, match="another pack"):
        bring(place, made)


@pytest.mark.parametrize("kind", ["empty", "absent", "text", "no-model"])
def test_what_is_no_pack_is_refused_in_a_sentence(place: Place, tmp_path: Path, kind: str):
    path = tmp_path / "given"
    if kind in {"empty", "no-model"}:
        path.mkdir()
    if kind == "text":
        path.write_text("hello")
    if kind == "no-model":
        (path / "config.json").write_text("{}")
    with pytest.raises(PackRefused) as refusal:
        bring(place, path)
    assert refusal.value.hint
    assert nothing_is_left(place)


def test_a_broken_description_is_refused(place: Place, own: MakeOwn):
    made = own("mine")
    (made / "embedder" / "config.json").write_text("{")
    with pytest.raises(PackAltered, match=r"config\.json"):
        bring(place, made)
    assert nothing_is_left(place)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("embedder/config.json", "[" * 100_000),
        ("embedder/config.json", '{"hidden_size": 1e999, "max_position_embeddings": 8}'),
        ("pack.toml", "a = " + "[" * 100_000),
        ("pack.toml", "max_length = inf"),
        ("manifest.toml", "a = " + "[" * 100_000),
    ],
    ids=["deep-config", "endless-size", "deep-declaration", "endless-length", "deep-manifest"],
)
def test_a_description_made_to_break_its_reader_is_refused(
    place: Place, own: MakeOwn, file: str, text: str
):
    made = own("mine")
    (made / file).write_text(text)
    with pytest.raises(PackAltered):
        bring(place, made)
    assert nothing_is_left(place)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"embedder/config.json": [1e999, ""]}', "[]"])
def test_a_list_of_received_files_that_makes_no_sense_is_as_none(
    place: Place, stick: Path, text: str
):
    (stick / "received.json").write_text(text)
    bring(place, stick)
    assert place.is_installed()


def test_a_pack_that_is_being_downloaded_is_not_imported_meanwhile(place: Place, stick: Path):
    first = import_pack(stick, **place.folders)
    while next(first).phase is not PackPhase.INSTALLING:
        pass
    with pytest.raises(PackInUse):
        bring(place, stick)
    first.close()


@pytest.mark.parametrize("is_own", [False, True], ids=["known", "own"])
def test_an_exported_pack_can_be_imported_elsewhere(
    place: Place,
    stick: Path,
    published: Path,
    tmp_path: Path,
    own: MakeOwn,
    *,
    is_own: bool,
):
    if is_own:
        stick = own("mine")
    else:
        write_manifest(place.resources_dir / "packs" / "tiny.toml", published, is_open=True)
    name = bring(place, stick)[-1].pack
    before = find_pack(name, **place.folders)
    target = tmp_path / "out.zip"
    steps = list(export_pack(name, target, **place.folders))
    assert steps[-1].phase is PackPhase.DONE
    with zipfile.ZipFile(target) as archive:
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
        assert all(each.startswith(f"{name}/") for each in archive.namelist())
    first = target.read_bytes()
    list(export_pack(name, target, **place.folders))
    assert target.read_bytes() == first
    elsewhere = tmp_path / "elsewhere"
    places = Folders(packs_dir=elsewhere, resources_dir=place.resources_dir)
    assert list(import_pack(target, **places))[-1].pack == name
    after = find_pack(name, **places)
    assert vector_space(after) == vector_space(before)
    assert {each.name for each in list_packs(**places) if each.is_installed} == {name}


def test_a_damaged_pack_is_not_exported(place: Place, stick: Path, tmp_path: Path):
    bring(place, stick)
    weights = place.pack / "embedder" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(PackAltered, match=WEIGHTS):
        list(export_pack("tiny", tmp_path / "out.zip", **place.folders))
    assert list(tmp_path.glob("out*")) == []


def test_a_cancelled_export_leaves_nothing(place: Place, stick: Path, tmp_path: Path):
    bring(place, stick)
    (tmp_path / "out.zip").write_text("what was there before")
    weights = place.pack / "embedder" / WEIGHTS
    assert weights.stat().st_size > 1 << 20
    list(export_pack("tiny", tmp_path / "out.zip", **place.folders, is_cancelled=lambda: True))
    assert [each.name for each in tmp_path.glob("out*")] == ["out.zip"]


def test_only_what_is_here_can_be_exported(place: Place, tmp_path: Path):
    with pytest.raises(PackMissing, match="tiny"):
        list(export_pack("tiny", tmp_path / "out.zip", **place.folders))


def test_an_export_needs_a_place_to_write_to(place: Place, stick: Path, tmp_path: Path):
    bring(place, stick)
    with pytest.raises(PackRefused, match="written"):
        list(export_pack("tiny", tmp_path / "absent" / "out.zip", **place.folders))
