"""A model's weights as numpy arrays that lie in the mapped file, without torch.

Reads ``model.safetensors`` and the zip format of ``pytorch_model.bin`` and ``*.pt``. The
latter is a pickle: only the names that a plain state dict needs are resolved, so a file
with code in it is refused instead of run.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import PackAltered, PackMissing
from desktop_app.inference.layout import WEIGHTS
from desktop_app.inference.packs import Lent
from desktop_app.translation import worded

Weights: TypeAlias = Mapping[str, NDArray[Any]]

_STORAGES: Mapping[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype(np.float32),
    "HalfStorage": np.dtype(np.float16),
    "DoubleStorage": np.dtype(np.float64),
    "LongStorage": np.dtype(np.int64),
    "IntStorage": np.dtype(np.int32),
}
SAFETENSORS_KINDS: Mapping[str, np.dtype[Any]] = {
    "U8": np.dtype(np.uint8),
    "F16": np.dtype(np.float16),
    "F32": np.dtype(np.float32),
    "F64": np.dtype(np.float64),
    "I32": np.dtype(np.int32),
    "I64": np.dtype(np.int64),
}
_LONGEST_HEADER = 100_000_000
"""As the safetensors library refuses more (``MAX_HEADER_SIZE``)."""
_LOCAL_HEADER = 30
"""Bytes of a zip entry's own header before its name; the lengths of name and extra field are
its last two numbers (APPNOTE.TXT 4.3.7)."""


_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
    pickle.UnpicklingError,
)
"""What a damaged header or pickle raises (docs.python.org/3/library/pickle.html)."""


class UnknownFormat(Exception):
    """Weights that only torch can read: bfloat16, or written before torch 1.6."""


class MappedWeights(Mapping[str, NDArray[Any]]):
    """The tensors of one mapped file: views, so that nothing is read before it is used.

    ``shapes`` is known without reading. The file stays mapped while a view of it lives, and so
    do the files that ``borrow`` was given.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                # Never written to, but OpenVINO shares no memory that says it is read-only.
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        except (OSError, ValueError) as error:
            raise PackAltered(
                worded("The model's file {name} cannot be read.", name=path.name)
            ) from error
        self._places: dict[str, _Place] = {}
        self._borrowed: dict[str, tuple[MappedWeights, str]] = {}

    def borrow(self, lender: MappedWeights, names: Mapping[str, str]) -> None:
        """Take tensors from other weights, which close with these; raises PackAltered."""
        for own, lent in names.items():
            if lent not in lender:
                raise PackAltered(
                    worded(
                        "The model's weights lack {name}, which another model shares.", name=lent
                    )
                )
            self._borrowed[own] = (lender, lent)

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Return each tensor's shape."""
        own = {name: place.shape for name, place in self._places.items()}
        return own | {name: its.shapes[lent] for name, (its, lent) in self._borrowed.items()}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name in self._borrowed:
            lender, lent = self._borrowed[name]
            return lender[lent]
        return self._places[name].view(self._map)

    def __iter__(self) -> Iterator[str]:
        return iter(self.shapes)

    def __len__(self) -> int:
        return len(self.shapes)

    def forget(self) -> None:
        """Let the system take back the memory of what was read; it is read again if used."""
        # Windows has no such call, and takes such pages by itself.
        if hasattr(self._map, "madvise"):
            self._map.madvise(mmap.MADV_DONTNEED)
        for lender, _ in self._borrowed.values():
            lender.forget()

    def close(self) -> None:
        """Unmap the file, or leave that to the last view of it."""
        with contextlib.suppress(BufferError):
            self._map.close()
        for lender, _ in self._borrowed.values():
            lender.close()


class SafetensorsWeights(MappedWeights):
    """The tensors of a ``.safetensors`` file; raises PackAltered or UnknownFormat.

    The format: https://huggingface.co/docs/safetensors/index#format.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            self._places = self._read_header()
        except UnknownFormat:
            self.close()
            raise
        except _UNREADABLE as error:
            self.close()
            raise PackAltered(
                worded("The model's file {name} cannot be read.", name=path.name)
            ) from error

    def _read_header(self) -> dict[str, _Place]:
        length = int.from_bytes(self._map[:8], "little")
        if length > min(_LONGEST_HEADER, len(self._map) - 8):
            raise ValueError(length)
        header = json.loads(self._map[8 : 8 + length])
        header.pop("__metadata__", None)
        places = {}
        for name, entry in header.items():
            kind = SAFETENSORS_KINDS.get(entry["dtype"])
            if kind is None:
                raise UnknownFormat(entry["dtype"])
            start, end = (8 + length + int(each) for each in entry["data_offsets"])
            shape = tuple(int(each) for each in entry["shape"])
            places[name] = _Place(start, kind, shape)
            if end - start != places[name].size or not 8 + length <= start <= end <= len(self._map):
                raise ValueError(name)
        return places


class TorchZipWeights(MappedWeights):
    """The tensors of a file that ``torch.save`` wrote; raises PackAltered or UnknownFormat."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            with zipfile.ZipFile(path) as archive:
                inner = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
                with archive.open(inner) as file:
                    tensors: dict[str, _Tensor] = dict(_StateDict(file).load())
                folder = inner.removesuffix("data.pkl")
                self._places = {
                    name: self._place(archive.getinfo(f"{folder}data/{tensor.key}"), tensor)
                    for name, tensor in tensors.items()
                }
        except zipfile.BadZipFile as error:
            self.close()
            raise UnknownFormat(path.name) from error
        except UnknownFormat:
            self.close()
            raise
        except (StopIteration, *_UNREADABLE) as error:
            self.close()
            raise PackAltered(
                worded("The model's file {name} cannot be read.", name=path.name)
            ) from error

    def _place(self, entry: zipfile.ZipInfo, tensor: _Tensor) -> _Place:
        if entry.compress_type != zipfile.ZIP_STORED:
            raise UnknownFormat(entry.filename)
        own = entry.header_offset + _LOCAL_HEADER
        names = sum(int.from_bytes(self._map[own - at : own - at + 2], "little") for at in (4, 2))
        step = tensor.dtype.itemsize
        place = _Place(
            own + names + tensor.offset * step,
            tensor.dtype,
            tensor.shape,
            tuple(each * step for each in tensor.strides),
        )
        if place.start + place.size > own + names + entry.file_size:
            raise ValueError(entry.filename)
        return place


def open_weights(folder: Path, lent: Lent | None = None) -> MappedWeights:
    """Open a model folder's weights, with what another folder lends.

    Raises PackMissing, PackAltered or UnknownFormat.
    """
    path = weights_file(folder)
    weights = SafetensorsWeights(path) if path.suffix == ".safetensors" else TorchZipWeights(path)
    if lent is not None:
        lender = None
        try:
            lender = open_weights(lent.folder)
            weights.borrow(lender, lent.names)
        except (PackMissing, PackAltered, UnknownFormat):
            if lender is not None:
                lender.close()
            weights.close()
            raise
    return weights


def weights_file(folder: Path) -> Path:
    """Return the file that holds a model's weights; raises PackMissing."""
    for name in WEIGHTS:
        if (folder / name).is_file():
            return folder / name
    raise PackMissing(worded("The model folder “{name}” holds no weights.", name=folder.name))


def read_head(path: Path) -> dict[str, NDArray[Any]]:
    """Read a small ``.pt`` file whole; raises PackAltered or UnknownFormat."""
    head = TorchZipWeights(path)
    try:
        return {name: np.array(each) for name, each in head.items()}
    finally:
        head.close()


class _Place:
    """Where a tensor lies in a file; ``strides`` in bytes, None where rows follow each other."""

    def __init__(
        self,
        start: int,
        dtype: np.dtype[Any],
        shape: tuple[int, ...],
        strides: tuple[int, ...] | None = None,
    ) -> None:
        self.start, self._dtype, self.shape, self._strides = start, dtype, shape, strides

    @property
    def size(self) -> int:
        """Return the bytes from the tensor's first number to its last."""
        if 0 in self.shape:
            return 0
        if self._strides is None:
            return int(np.prod(self.shape, dtype=np.int64)) * self._dtype.itemsize
        last = sum((n - 1) * step for n, step in zip(self.shape, self._strides, strict=True))
        return last + self._dtype.itemsize

    def view(self, buffer: mmap.mmap) -> NDArray[Any]:
        """Return the tensor as it lies in the file."""
        count = self.size // self._dtype.itemsize
        flat = np.frombuffer(buffer, self._dtype, count, self.start)
        if self._strides is None:
            return flat.reshape(self.shape)
        return np.lib.stride_tricks.as_strided(flat, self.shape, self._strides)


class _Tensor:
    """A tensor as the pickle describes it instead of holding it."""

    def __init__(
        self,
        storage: tuple[str, str],
        offset: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        *_rest: object,
    ) -> None:
        kind, self.key = storage
        if kind not in _STORAGES:
            raise UnknownFormat(kind)
        if min((offset, *shape, *strides), default=0) < 0:
            raise ValueError(shape)
        self.dtype = _STORAGES[kind]
        self.offset, self.shape, self.strides = offset, shape, strides


class _StateDict(pickle.Unpickler):
    """Resolves the few names of a state dict and refuses every other."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name.endswith("Storage"):
            return name
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        _, kind, key, *_rest = pid
        return str(kind), str(key)
