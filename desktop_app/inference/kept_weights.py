"""Quantized weights on disk: made once, mapped at every start, never trusted unchecked.

The file is a ``safetensors`` file named by the SHA-256 of the weights that it was made from,
so it belongs to the model wherever that lies, and to no runtime: what OpenVINO makes of it
is made anew at every start. It is written beside its place and put there whole.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import time
from pathlib import Path

import numpy as np
import psutil

from desktop_app.errors import PackAltered, PackMissing
from desktop_app.inference import quantization
from desktop_app.inference.verification import load_hashes, remembered, save_hashes, sha256_of
from desktop_app.inference.weights import MappedWeights, SafetensorsWeights, UnknownFormat

_log = logging.getLogger(__name__)

_ALIGNMENT = 64
"""OpenVINO's CPU plugin copies a constant that does not begin at a cache line."""
_LEFT_FREE = 500_000_000
"""Bytes of disk that keeping weights must leave to others."""
_UNUSED_SECONDS = 60 * 86_400
_UNFINISHED_SECONDS = 86_400
_UNFINISHED = "unfinished-"
_HASHES = "hashes.json"


def fingerprint(path: Path, folder: Path) -> str:
    """Return a file's SHA-256, remembered in ``folder`` by the file's size and time."""
    known = load_hashes(folder / _HASHES)
    count = len(known)
    digest = sha256_of(path, known)
    if len(known) != count:
        save_hashes(folder / _HASHES, known)
    return digest


def open_kept(folder: Path, source: str) -> MappedWeights | None:
    """Open the weights kept for a source (hex SHA-256), or None where they must be made.

    A file whose bytes are not those that were written is deleted: it is checked by its
    size, time and header, and read whole where size or time are not the remembered ones.
    """
    path = _place(folder, source)
    try:
        expected = _sidecar(path).read_text(encoding="ascii")
        if fingerprint(path, folder) == expected:
            weights = SafetensorsWeights(path)
            os.utime(_sidecar(path))
            return weights
    except (OSError, ValueError, PackMissing, PackAltered, UnknownFormat) as error:
        if not path.is_file():
            return None
        _log.debug("kept weights cannot be opened: %s", type(error).__name__)
    _log.warning("the converted weights of a model were damaged, and are made again")
    try:
        _remove(path)
    except OSError as error:
        # Windows deletes no file that another process has mapped.
        _log.debug("damaged weights remain: %s", error.strerror)
    return None


def keep(folder: Path, source: str, weights: MappedWeights) -> MappedWeights | None:
    """Quantize weights into the file that ``open_kept`` opens, and open it.

    Needs some 50 MB of memory, and 3 s for the 2.3 GB of BGE-M3 on two cores. Returns None where
    the disk is too full or cannot be written. Several processes may do this at once: each
    writes its own file, and the last one finished stays.
    """
    path = _place(folder, source)
    unfinished = folder / f"{_UNFINISHED}{os.getpid()}-{path.name}"
    header, size = _header(quantization.layout(weights.shapes))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        delete_stale(folder)
        if shutil.disk_usage(folder).free < size + _LEFT_FREE:
            _log.warning("the disk is too full to keep a model's converted weights")
            return None
        digest = _write(unfinished, header, weights)
        _put(unfinished, path, digest)
    except OSError as error:
        _log.warning("a model's converted weights cannot be kept: %s", error.strerror)
        unfinished.unlink(missing_ok=True)
    return open_kept(folder, source)


def delete_stale(folder: Path) -> None:
    """Delete what no start will use: other versions, interrupted writing, long unused."""
    for path in folder.iterdir():
        try:
            if _is_stale(path):
                _remove(path)
        except OSError as error:
            # Windows deletes no file that another process has mapped; a later start will.
            _log.debug("a stale file of converted weights remains: %s", error.strerror)


def _is_stale(path: Path) -> bool:
    if path.name.startswith(_UNFINISHED):
        owner = path.name.removeprefix(_UNFINISHED).partition("-")[0]
        is_written = owner.isdecimal() and psutil.pid_exists(int(owner))
        return not is_written or _age(path) > _UNFINISHED_SECONDS
    if path.suffix != ".safetensors":
        # Whole graphs, which were kept before weights were.
        return path.suffix in {".xml", ".bin"}
    is_used = _sidecar(path).is_file() and _age(_sidecar(path)) < _UNUSED_SECONDS
    return not is_used or not path.name.endswith(f"-v{quantization.VERSION}.safetensors")


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _write(path: Path, header: bytes, weights: MappedWeights) -> str:
    digest = hashlib.sha256(header)
    with path.open("wb") as file:
        file.write(header)
        for _, block in quantization.quantize(weights, weights.shapes):
            data = np.ascontiguousarray(block).data
            file.write(data)
            digest.update(data)
            weights.forget()
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _put(unfinished: Path, path: Path, digest: str) -> None:
    """Put the file in its place; the sidecar says what must be there, so it goes first."""
    sidecar = unfinished.with_suffix(".sha256")
    sidecar.write_text(digest, encoding="ascii")
    sidecar.replace(_sidecar(path))
    unfinished.replace(path)
    known = load_hashes(path.parent / _HASHES)
    known[remembered(path)] = digest
    save_hashes(path.parent / _HASHES, known)


def _header(planned: quantization.Layout) -> tuple[bytes, int]:
    """Return the header, filled up so that what follows is aligned, and the file's size."""
    entries = {}
    end = 0
    for name, (kind, shape) in planned.items():
        start, end = end, end + int(np.prod(shape)) * kind.itemsize
        named = "U8" if kind == np.uint8 else "F32"
        entries[name] = {"dtype": named, "shape": shape, "data_offsets": (start, end)}
    text = json.dumps(entries).encode()
    text += b" " * (-(8 + len(text)) % _ALIGNMENT)
    return len(text).to_bytes(8, "little") + text, 8 + len(text) + end


def _place(folder: Path, source: str) -> Path:
    return folder / f"{source[:32]}-v{quantization.VERSION}.safetensors"


def _sidecar(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    if path.suffix == ".safetensors":
        _sidecar(path).unlink(missing_ok=True)
