"""A zip file is a claim, not a promise: nothing in it can write, link, swell or hide."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.acquisition.importing import import_pack
from desktop_app.errors import LecternError, PackAltered, PackRefused
from tests.acquisition.places import WEIGHTS, Place
from tests.acquisition.test_importing import nothing_is_left


def pack_files(published: Path) -> dict[str, bytes]:
    """Return the tiny pack's files as an exported zip names them."""
    parts = {"embedder": "tiny", "reranker": "tiny-reranker"}
    return {
        f"tiny/{part}/{file.name}": file.read_bytes()
        for part, repository in parts.items()
        for file in sorted((published / "BAAI" / repository).iterdir())
    }


def write_zip(path: Path, files: dict[str, bytes], *, compression: int = 0) -> Path:
    """Write files to a zip file under exactly these names."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo("x")
            info.filename = name  # the constructor would tidy it
            info.compress_type = compression
            archive.writestr(info, content)
    return path


def directory_of(path: Path) -> int:
    """Return where a zip file's directory begins."""
    with zipfile.ZipFile(path) as archive:
        return archive.start_dir


def bring(place: Place, path: Path) -> None:
    """Import to the end."""
    list(import_pack(path, **place.folders))


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("prefix", ["tiny/", "", "my packs/"])
def test_a_zip_of_a_pack_is_imported(
    place: Place, published: Path, tmp_path: Path, compression: int, prefix: str
):
    files = {
        name.replace("tiny/", prefix, 1): content for name, content in pack_files(published).items()
    }
    bring(place, write_zip(tmp_path / "a.zip", files, compression=compression))
    assert place.is_installed()


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "tiny/../../evil",
        "/etc/evil",
        "C:/evil",
        "tiny\\..\\evil",
        "tiny//embedder/config.json",
        "./tiny/embedder/config.json",
        "tiny/embedder/config.json\x00.txt",
        "\x00tiny/embedder/config.json",
        "",
        "tiny/embedder/model.onnx",
        "tiny/embedder/deep/config.json",
        "tiny/setup.py",
        "a/b/embedder/config.json",
    ],
)
def test_a_file_where_none_belongs_is_refused(
    place: Place, published: Path, tmp_path: Path, name: str
):
    path = write_zip(tmp_path / "a.zip", {**pack_files(published), name: b"evil"})
    with pytest.raises(PackRefused) as refusal:
        bring(place, path)
    assert refusal.value.hint
    assert nothing_is_left(place)
    assert not list(tmp_path.rglob("evil*"))


def test_a_link_is_refused(place: Place, published: Path, tmp_path: Path):
    path = write_zip(tmp_path / "a.zip", pack_files(published))
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("tiny/pack.toml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(PackRefused, match="link"):
        bring(place, path)
    assert nothing_is_left(place)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["tiny/embedder/config.json", "tiny/embedder/CONFIG.json"])
def test_two_files_of_one_name_are_refused(
    place: Place, published: Path, tmp_path: Path, name: str
):
    path = write_zip(tmp_path / "a.zip", pack_files(published))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "{}")
    with pytest.raises(PackRefused, match="one name"):
        bring(place, path)


@pytest.mark.parametrize("flag", [0x1, 0x40], ids=["plainly", "strongly"])
def test_a_file_under_a_password_is_refused(
    place: Place, published: Path, tmp_path: Path, flag: int
):
    path = write_zip(tmp_path / "a.zip", pack_files(published))
    content = bytearray(path.read_bytes())
    content[directory_of(path) + 8] |= flag
    path.write_bytes(content)
    with pytest.raises(PackRefused, match="password"):
        bring(place, path)


@pytest.mark.parametrize("damage", ["patched", "name", "cut"])
def test_a_file_with_a_damaged_header_of_its_own_is_refused(
    place: Place, published: Path, tmp_path: Path, damage: str
):
    path = write_zip(tmp_path / "a.zip", {**pack_files(published), "tiny/LICENSE": b"free"})
    content = bytearray(path.read_bytes())
    directory = directory_of(path)
    own, listed = content.find(b"PK\x03\x04"), content.find(b"PK\x01\x02", directory)
    if damage == "patched":
        content[listed + 8] |= 0x20
    elif damage == "name":
        content[own + 7] |= 0x08  # UTF-8
        content[own + 30] = 0xFF
    else:
        struct.pack_into("<I", content, listed + 42, len(content) - 10)
    path.write_bytes(content)
    with pytest.raises(PackAltered):
        bring(place, path)
    assert nothing_is_left(place)


def test_a_bomb_is_refused(place: Place, published: Path, tmp_path: Path):
    files = {**pack_files(published), f"tiny/embedder/{WEIGHTS}": bytes(64 << 20)}
    path = write_zip(tmp_path / "a.zip", files, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(PackRefused, match="suspiciously"):
        bring(place, path)
    assert nothing_is_left(place)


def test_a_file_that_says_too_small_a_size_is_not_unpacked_beyond_it(
    place: Place, published: Path, tmp_path: Path
):
    files = pack_files(published)
    size = len(files[f"tiny/embedder/{WEIGHTS}"])
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            is_weights = name.endswith(WEIGHTS)
            archive.writestr(
                name,
                bytes(range(256)) * (1 << 15) if is_weights else content,
                compress_type=zipfile.ZIP_DEFLATED if is_weights else zipfile.ZIP_STORED,
            )
        info = archive.getinfo(f"tiny/embedder/{WEIGHTS}")
        real = struct.pack("<L", info.file_size)
        packed = struct.pack("<L", info.compress_size)
    content = bomb.getvalue()
    # The directory is made to say the size, and a ratio, that pass.
    entry = content.rindex(packed + real)
    lie = struct.pack("<L", info.compress_size) + struct.pack("<L", min(size, 1 << 20))
    content = content[:entry] + lie + content[entry + 8 :]
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(LecternError):
        bring(place, path)
    assert nothing_is_left(place)


def test_files_that_share_their_bytes_are_refused(place: Place, published: Path, tmp_path: Path):
    path = write_zip(tmp_path / "a.zip", pack_files(published))
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        big = archive.getinfo(f"tiny/embedder/{WEIGHTS}")
        small = archive.getinfo("tiny/embedder/config.json")
    # A second entry of the directory points to the first one's bytes.
    entry = content.index(small.filename.encode(), directory_of(path)) - 46
    edited = bytearray(content)
    edited[entry + 20 : entry + 28] = struct.pack("<LL", big.compress_size, big.file_size)
    edited[entry + 42 : entry + 46] = struct.pack("<L", big.header_offset)
    path.write_bytes(edited)
    with pytest.raises(LecternError):
        bring(place, path)
    assert nothing_is_left(place)


def test_too_many_files_are_refused(place: Place, tmp_path: Path):
    path = write_zip(tmp_path / "a.zip", {f"tiny/{number}": b"" for number in range(300)})
    with pytest.raises(PackRefused, match="300"):
        bring(place, path)


def test_a_pack_of_an_unknown_version_is_refused(place: Place, published: Path, tmp_path: Path):
    files = pack_files(published)
    files[f"tiny/embedder/{WEIGHTS}"] = b"another model"
    files["tiny/manifest.toml"] = b'name = "bge-m9"'
    with pytest.raises(PackRefused, match="bge-m9"):
        bring(place, write_zip(tmp_path / "a.zip", files))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_anywhere_in_a_zip_installs_nothing_wrong(
    data: st.DataObject, published: Path, tmp_path_factory: pytest.TempPathFactory, fetcher
):
    from tests.acquisition.places import write_manifest

    tmp_path = tmp_path_factory.mktemp("damage")
    (tmp_path / "resources" / "packs").mkdir(parents=True)
    write_manifest(tmp_path / "resources" / "packs" / "tiny.toml", published)
    place = Place(tmp_path / "packs", tmp_path / "resources", fetcher)
    path = write_zip(tmp_path / "a.zip", pack_files(published))
    content = bytearray(path.read_bytes())
    directory = directory_of(path)
    for _ in range(data.draw(st.integers(1, 4))):
        # Half of the damage where it hurts most: among the names and sizes.
        begin = data.draw(st.sampled_from([0, directory]))
        content[data.draw(st.integers(begin, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    try:
        bring(place, path)
    except LecternError:
        assert nothing_is_left(place)
    else:
        assert place.is_installed()
