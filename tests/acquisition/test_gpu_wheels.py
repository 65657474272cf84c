"""GPU support is checked, unpacked, replaced and removed; nothing half of it is left."""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path

import pytest

from desktop_app.acquisition.gpu_wheels import WHEELS, add_gpu_support, remove_gpu_support
from desktop_app.domain import PackPhase
from desktop_app.errors import DiskFull, GpuUnusable, LecternError
from desktop_app.inference.gpu_support import DESCRIPTION, LIBRARIES, added_support
from installer.gpu_support import pack_gpu_support

TORCH = "torch-9.0+cu999-py3-none-any.whl"


def make_wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for place, text in files.items():
            wheel.writestr(place, text)
    return folder / name


@pytest.fixture
def wheels(tmp_path):
    folder = tmp_path / "wheels"
    make_wheel(
        folder,
        TORCH,
        {
            "torch/__init__.py": "x = 1",
            "torch/lib/big.txt": "y" * 3_000_000,
            "torch-9.0.data/purelib/beside.py": "z = 1",
            "torch-9.0.data/scripts/run": "not imported",
            "torch-9.0.dist-info/METADATA": "Name: torch",
        },
    )
    make_wheel(folder, "other-1.0-py3-none-any.whl", {"other/__init__.py": ""})
    make_wheel(folder, "triton-3.0-py3-none-any.whl", {"triton/__init__.py": ""})
    return folder


@pytest.fixture
def file(tmp_path, wheels):
    return pack_gpu_support(wheels, tmp_path)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "home" / "gpu"


def add(source, place, **more):
    return list(add_gpu_support(source, gpu_dir=place, **more))


def found(folder):
    return sorted(each.name for each in folder.parent.iterdir())


def test_what_is_imported_is_unpacked_and_nothing_else(file, place):
    *_, last = add(file, place)
    assert last.phase is PackPhase.DONE
    libraries = place / LIBRARIES
    assert (libraries / "torch" / "__init__.py").read_text() == "x = 1"
    assert (libraries / "beside.py").exists()
    assert sorted(each.name for each in libraries.iterdir()) == [
        *("beside.py", "other", "torch", "torch-9.0.dist-info"),
    ]
    assert sorted(each.name for each in place.iterdir()) == [DESCRIPTION, LIBRARIES]
    support = added_support(place)
    assert support is not None
    assert support.torch == "9.0+cu999"


def test_the_folder_of_a_file_is_taken_as_well(tmp_path, file, place):
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path / "unpacked")
    add(tmp_path / "unpacked", place)
    assert added_support(place) is not None


def test_adding_again_replaces_what_was_there(file, place):
    add(file, place)
    (place / LIBRARIES / "stale.py").touch()
    add(file, place)
    assert not (place / LIBRARIES / "stale.py").exists()
    assert found(place) == ["gpu", "gpu.lock"]


def test_what_is_cancelled_leaves_what_was_there(file, place):
    add(file, place)
    steps = iter([False, True])
    assert not add(file, place, is_cancelled=lambda: next(steps))
    assert found(place) == ["gpu", "gpu.lock"]
    assert added_support(place) is not None


def altered(source: Path, target: Path, change) -> Path:
    """Copy a file of GPU support with each of its parts passed through ``change``."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def described(change):
    """Pass the description, as a dictionary, through ``change``."""

    def apply(name, content):
        if name != DESCRIPTION:
            return content
        values = json.loads(content)
        change(values)
        return json.dumps(values).encode()

    return apply


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda name, content: content[:-9] if TORCH in name else content, "damaged"),
        (lambda name, content: None if TORCH in name else content, "damaged"),
        (lambda name, content: None if name == DESCRIPTION else content, "holds no GPU support"),
        (described(lambda values: values.update(format=2)), "holds no GPU support"),
        (described(lambda values: values.update(wheels=[])), "damaged"),
        (described(lambda values: values["wheels"][0].update(size=math.inf)), "holds no GPU"),
        (described(lambda values: values.update(fits="cpython-399-plan9-vax")), "another system"),
        (described(lambda values: values["wheels"][0].update(name="../../x.whl")), "damaged"),
    ],
    ids=["hash", "missing", "undescribed", "later", "empty", "endless", "other system", "outside"],
)
def test_what_is_not_whole_or_does_not_fit_is_refused(tmp_path, file, place, change, told):
    wrong = altered(file, tmp_path / "wrong.zip", change)
    with pytest.raises(GpuUnusable, match=told):
        add(wrong, place)
    assert found(place) == ["gpu.lock"]


@pytest.mark.parametrize(
    "name", ["../evil.py", "/evil.py", "a/../../evil.py", "c:/evil.py", "x.data/purelib"]
)
def test_a_package_cannot_write_outside_its_folder(tmp_path, wheels, place, name):
    make_wheel(wheels, "other-1.0-py3-none-any.whl", {name: "evil"})
    with pytest.raises(GpuUnusable, match="damaged"):
        add(pack_gpu_support(wheels, tmp_path), place)
    assert not list(tmp_path.rglob("evil.py"))
    assert found(place) == ["gpu.lock"]


def test_what_is_no_zip_file_is_told(tmp_path, place):
    (tmp_path / "letter.zip").write_text("Dear Ada")
    with pytest.raises(GpuUnusable, match="not a zip file"):
        add(tmp_path / "letter.zip", place)
    with pytest.raises(GpuUnusable, match="could not be read"):
        add(tmp_path / "nowhere.zip", place)


def test_a_file_with_a_password_is_told(tmp_path, file, place):
    locked = bytearray(file.read_bytes())
    entry = locked.find(b"PK\x01\x02")
    while entry >= 0:
        locked[entry + 8] |= 1
        entry = locked.find(b"PK\x01\x02", entry + 4)
    (tmp_path / "locked.zip").write_bytes(locked)
    with pytest.raises(GpuUnusable, match="not a zip file"):
        add(tmp_path / "locked.zip", place)
    assert found(place) == ["gpu.lock"]


def test_what_cannot_take_its_place_leaves_what_was_there(file, place, monkeypatch):
    add(file, place)
    rename = Path.rename

    def refuse(self, target):
        if target == place and self.name == "gpu.new":
            raise PermissionError(13, "a scanner for viruses reads it")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(GpuUnusable, match="could not be written"):
        add(file, place)
    assert added_support(place) is not None
    assert found(place) == ["gpu", "gpu.lock"]


def test_a_file_may_be_named_as_folders_of_data_are(tmp_path, wheels, place):
    make_wheel(wheels, "other-1.0-py3-none-any.whl", {"notes.data": "1"})
    add(pack_gpu_support(wheels, tmp_path), place)
    assert (place / LIBRARIES / "notes.data").read_text() == "1"


def test_room_on_the_disk_is_asked_for_first(file, place):
    with pytest.raises(DiskFull):
        add(file, place, free=lambda _: 1000)
    assert found(place) == ["gpu.lock"]


def test_two_do_not_add_at_once(file, place):
    first = add_gpu_support(file, gpu_dir=place)
    next(first)
    with pytest.raises(GpuUnusable, match="already"):
        add(file, place)
    first.close()
    add(file, place)


def test_removing_leaves_nothing(file, place):
    add(file, place)
    assert remove_gpu_support(place)
    assert found(place) == ["gpu.lock"]
    assert not remove_gpu_support(place)


def test_what_was_made_for_another_python_counts_as_not_there(file, place):
    add(file, place)
    description = place / DESCRIPTION
    description.write_text(description.read_text().replace("cpython-", "pypy-"))
    assert added_support(place) is None
    assert WHEELS not in {each.name for each in place.iterdir()}


def test_the_same_wheels_give_the_same_file(tmp_path, wheels, file):
    (tmp_path / "again").mkdir()
    assert pack_gpu_support(wheels, tmp_path / "again").read_bytes() == file.read_bytes()


def test_a_pytorch_for_processors_only_is_refused(tmp_path, wheels):
    (wheels / TORCH).rename(wheels / "torch-9.0+cpu-py3-none-any.whl")
    with pytest.raises(LecternError, match="cannot use graphics cards"):
        pack_gpu_support(wheels, tmp_path)
