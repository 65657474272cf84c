"""GPU support is checked, unpacked, replaced and removed; nothing half of it is left."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from desktop_app.acquisition import gpu_wheels
from desktop_app.acquisition.gpu_wheels import (
    WHEELS,
    add_gpu_support,
    remove_gpu_support,
    tidy_gpu_support,
)
from desktop_app.acquisition.staging import flush
from desktop_app.app.gpu import LocalGpu
from desktop_app.domain import PackPhase
from desktop_app.errors import DiskFull, GpuUnusable, LecternError
from desktop_app.inference.gpu_support import DESCRIPTION, LIBRARIES, added_support
from installer.gpu_support import pack_gpu_support

ROOT = Path(__file__).resolve().parents[2]
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


# ------------------------------------------------------------------- killed, and no room left


@pytest.fixture
def later(tmp_path):
    """A file with a later PyTorch."""
    folder = tmp_path / "later wheels"
    make_wheel(folder, TORCH.replace("9.0", "10.0"), {"torch/__init__.py": "x = 2"})
    for name in ("other", "triton"):
        make_wheel(folder, f"{name}-1.0-py3-none-any.whl", {f"{name}/__init__.py": ""})
    (tmp_path / "later").mkdir()
    return pack_gpu_support(folder, tmp_path / "later")


def torch_of(place):
    support = added_support(place)
    return support and support.torch


_DIE = """
import os, shutil, sys
from pathlib import Path
from desktop_app.acquisition import gpu_wheels

what, source, place, left = sys.argv[1], *map(Path, sys.argv[2:4]), int(sys.argv[4])

def deadly(function):
    def call(*arguments, **named):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return function(*arguments, **named)
    return call

gpu_wheels.flush = deadly(gpu_wheels.flush)
gpu_wheels.read_blocks = deadly(gpu_wheels.read_blocks)
Path.rename, Path.write_bytes = deadly(Path.rename), deadly(Path.write_bytes)
shutil.rmtree = deadly(shutil.rmtree)
if what == "add":
    for _ in gpu_wheels.add_gpu_support(source, gpu_dir=place):
        pass
else:
    gpu_wheels.remove_gpu_support(place)
"""


def killed_at(step, what, source, place):
    """Let a process do it and die at its nth change of the disk; False when it got through."""
    command = [sys.executable, "-c", _DIE, what, str(source), str(place), str(step)]
    done = subprocess.run(command, cwd=ROOT, check=False, timeout=60)
    assert done.returncode in {0, 9}
    return done.returncode == 9


@pytest.mark.parametrize("step", [2, 4, 8, *range(11, 19)])
def test_killed_while_it_is_replaced_there_is_one_that_is_whole(file, later, place, step):
    add(file, place)
    if not killed_at(step, "add", later, place):
        assert torch_of(place) == "10.0+cu999"
    assert LocalGpu(place).state().torch in {"9.0+cu999", "10.0+cu999"}
    text = (place / LIBRARIES / "torch" / "__init__.py").read_text()
    assert text == ("x = 1" if torch_of(place) == "9.0+cu999" else "x = 2")
    assert (place / LIBRARIES / "other" / "__init__.py").exists()
    assert found(place) == ["gpu", "gpu.lock"]


@pytest.mark.parametrize("step", range(2, 7))
def test_killed_while_it_is_removed_it_is_there_whole_or_gone(file, place, step):
    add(file, place)
    killed_at(step, "remove", file, place)
    is_there = LocalGpu(place).state().torch != ""
    assert is_there == (place / LIBRARIES / "other" / "__init__.py").exists()
    assert found(place) == (["gpu", "gpu.lock"] if is_there else ["gpu.lock"])
    remove_gpu_support(place)
    assert found(place) == ["gpu.lock"]


def test_what_was_killed_half_way_can_be_removed_and_added_again(file, place):
    assert killed_at(8, "add", file, place)
    assert "gpu.new" in found(place)
    assert not remove_gpu_support(place)
    assert found(place) == ["gpu.lock"]
    assert killed_at(8, "add", file, place)
    add(file, place)
    assert found(place) == ["gpu", "gpu.lock"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_nothing_is_tidied_away_under_who_adds_it_and_all_of_it_when_that_is_killed(file, place):
    code = (
        "import sys; from pathlib import Path;"
        "from desktop_app.acquisition.gpu_wheels import add_gpu_support;"
        "steps = add_gpu_support(Path(sys.argv[1]), gpu_dir=Path(sys.argv[2]));"
        "next(steps); print('half way', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file), str(place)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"half way\n"
        tidy_gpu_support(place)
        assert "gpu.new" in found(place)
        other.send_signal(signal.SIGKILL)
    assert LocalGpu(place).state().torch == ""
    assert found(place) == ["gpu.lock"]


def test_everything_is_on_the_disk_before_it_takes_its_place(file, place, monkeypatch):
    done = []
    rename = Path.rename

    def note_flush(path):
        done.append(path.relative_to(place.parent).as_posix())
        flush(path)

    def note_rename(self, target):
        done.append(f"{self.name} becomes {target.name}")
        return rename(self, target)

    monkeypatch.setattr(gpu_wheels, "flush", note_flush)
    monkeypatch.setattr(Path, "rename", note_rename)
    add(file, place)
    at = done.index("gpu.new becomes gpu")
    files = {each.relative_to(place).as_posix() for each in place.rglob("*")}
    assert {f"gpu.new/{each}" for each in files} | {"gpu.new"} == set(done[:at])
    assert done.index(f"gpu.new/{DESCRIPTION}") == at - 2
    assert done[at + 1] == "."


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_disk_that_becomes_full_on_the_way_is_told_and_tidied(file, place, is_replaced):
    import resource

    if is_replaced:
        add(file, place)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # More than each package, less than the largest file in one.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(DiskFull, match="became full"):
            add(file, place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert found(place) == (["gpu", "gpu.lock"] if is_replaced else ["gpu.lock"])
    assert (torch_of(place) is not None) == is_replaced


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
