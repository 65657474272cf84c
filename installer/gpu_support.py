"""The file that adds GPU support to an installed Lectern: PyTorch's wheels, described.

Left out of the application since they are several times its size. They come from wherever pip
is configured to look (``PIP_INDEX_URL``, ``PIP_EXTRA_INDEX_URL``, ``PIP_FIND_LINKS``), in the
versions that the application is tested with. On Linux the ordinary index has PyTorch with CUDA;
for Windows the index of PyTorch's own builds must be named.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

from desktop_app import __version__
from desktop_app.acquisition.gpu_wheels import WHEELS
from desktop_app.errors import LecternError
from desktop_app.inference.gpu_support import (
    DESCRIPTION,
    GpuSupport,
    Wheel,
    this_system,
    write_description,
)
from installer.environment import CONSTRAINTS, pins, say

_WANTED = ("torch", "transformers", "accelerate", "peft", "datasets", "sentencepiece", "protobuf")
"""What FlagEmbedding's models import, which is installed alone (installer/environment.py)."""
_ALONE = "flagembedding"
_UNNEEDED = ("triton",)
"""Compiles kernels for torch.compile, which Lectern does not use; 200 MB."""
_CUDA_MARKS = ("nvidia_", "cuda_")
_DAY = (1980, 1, 1, 0, 0, 0)
_SHOWN = 10


def make_gpu_support(
    interpreter: str, output: Path, *, torch: str = "", is_without_cuda: bool = False
) -> Path:
    """Fetch the wheels and write ``output/lectern-gpu-VERSION-SYSTEM.zip``; raises LecternError.

    ``torch`` is its version where it is not the pinned one ("2.13.0+cu130").
    ``is_without_cuda`` accepts a PyTorch that computes on processors only, to try the rest.
    """
    wheels = output / "gpu-wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    wheels.mkdir(parents=True)
    whole, alone = pins(CONSTRAINTS.read_text(encoding="utf-8"))
    if torch:
        whole = [each for each in whole if not each.startswith("torch==")] + [f"torch=={torch}"]
    constraints = output / "gpu-constraints.txt"
    constraints.write_text("\n".join(whole) + "\n", encoding="utf-8")
    say("Fetching PyTorch and what it needs (up to 3 GB)")
    download = (interpreter, "-m", "pip", "download", "--only-binary", ":all:", "--quiet")
    _run(*download, "-d", str(wheels), "-c", str(constraints), *_WANTED)
    itself = next(each for each in alone if each.lower().startswith(_ALONE))
    _run(*download, "-d", str(wheels), "--no-deps", itself)
    return pack_gpu_support(wheels, output, is_without_cuda=is_without_cuda)


def pack_gpu_support(wheels: Path, output: Path, *, is_without_cuda: bool = False) -> Path:
    """Write a folder of wheels with its description into one file; raises LecternError.

    The same wheels give the same file.
    """
    files = sorted(each for each in wheels.glob("*.whl") if not each.name.startswith(_UNNEEDED))
    found = [match for each in files if (match := re.match(r"torch-([^-]+)-", each.name))]
    if not found:
        raise LecternError("There is no wheel of PyTorch among those fetched.")
    version = found[0][1]
    has_cuda = "+cu" in version or any(each.name.startswith(_CUDA_MARKS) for each in files)
    if not (has_cuda or is_without_cuda):
        raise LecternError(
            f"pip chose PyTorch {version}, which cannot use graphics cards.",
            "Name an index that has PyTorch with CUDA (PIP_INDEX_URL), or its version (--torch).",
        )
    system = this_system()
    described = GpuSupport(system, version, tuple(map(_described, files)))
    target = output / f"lectern-gpu-{__version__}-{system}.zip"
    say("Packing (a minute)")
    # Stored: wheels are packed already. In fixed order, dated alike.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(DESCRIPTION, _DAY), write_description(described))
        for each in files:
            entry = zipfile.ZipInfo(f"{WHEELS}/{each.name}", _DAY)
            entry.file_size = each.stat().st_size
            with each.open("rb") as source, archive.open(entry, "w") as packed:
                shutil.copyfileobj(source, packed, 1 << 20)
    return target


def _described(wheel: Path) -> Wheel:
    with wheel.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with zipfile.ZipFile(wheel) as members:
        unpacked = sum(each.file_size for each in members.infolist())
    return Wheel(wheel.name, wheel.stat().st_size, unpacked, digest)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LecternError(_last(done.stderr.splitlines()))


def _last(lines: Sequence[str]) -> str:
    return "pip could not fetch the wheels: " + "\n".join(lines[-_SHOWN:])
