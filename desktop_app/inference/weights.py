"""A model's weights as numpy arrays, one at a time, without torch.

Reads ``model.safetensors`` and the zip format of ``pytorch_model.bin`` and ``*.pt``. The
latter is a pickle: only the names that a plain state dict needs are resolved, so a file
with code in it is refused instead of run.
"""

from __future__ import annotations

import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from desktop_app.errors import PackAltered, PackMissing

_STORAGES: Mapping[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype(np.float32),
    "HalfStorage": np.dtype(np.float16),
    "DoubleStorage": np.dtype(np.float64),
    "LongStorage": np.dtype(np.int64),
    "IntStorage": np.dtype(np.int32),
}
_SAFETENSORS_KINDS = frozenset({"F16", "F32", "F64", "I32", "I64"})


class UnknownFormat(Exception):
    """Weights that only torch can read: bfloat16, or written before torch 1.6."""


class SafetensorsWeights(Mapping[str, NDArray[Any]]):
    """The tensors of a ``.safetensors`` file, read when asked for; ``close`` unmaps it."""

    def __init__(self, path: Path) -> None:
        open_file: Any = safe_open  # half typed
        try:
            self._file = open_file(str(path), framework="numpy")
        except (OSError, SafetensorError) as error:
            raise PackAltered(f"The model's file {path.name} cannot be read.") from error
        self._names = frozenset(self._file.keys())
        kinds = {self._file.get_slice(name).get_dtype() for name in self._names}
        if not kinds <= _SAFETENSORS_KINDS:
            self.close()
            raise UnknownFormat(", ".join(sorted(kinds)))

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._names:
            raise KeyError(name)
        tensor: NDArray[Any] = self._file.get_tensor(name)
        return tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def close(self) -> None:
        """Unmap the file."""
        self._file = None


class TorchZipWeights(Mapping[str, NDArray[Any]]):
    """The tensors of a file that ``torch.save`` wrote, read when asked for."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            inner = next(name for name in self._zip.namelist() if name.endswith("/data.pkl"))
            self._folder = inner.removesuffix("data.pkl")
            with self._zip.open(inner) as file:
                tensors = _StateDict(file).load()
        except zipfile.BadZipFile as error:
            raise UnknownFormat(path.name) from error
        except (OSError, StopIteration, pickle.UnpicklingError) as error:
            raise PackAltered(f"The model's file {path.name} cannot be read.") from error
        self._tensors: dict[str, _Tensor] = dict(tensors)

    def __getitem__(self, name: str) -> NDArray[Any]:
        tensor = self._tensors[name]
        stored = np.frombuffer(self._zip.read(f"{self._folder}data/{tensor.key}"), tensor.dtype)
        return np.lib.stride_tricks.as_strided(
            stored[tensor.offset :],
            tensor.shape,
            [step * tensor.dtype.itemsize for step in tensor.strides],
            writeable=False,
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def close(self) -> None:
        """Close the file."""
        self._zip.close()


def open_weights(folder: Path) -> SafetensorsWeights | TorchZipWeights:
    """Open a model folder's weights; raises PackMissing, PackAltered or UnknownFormat."""
    if (folder / "model.safetensors").is_file():
        return SafetensorsWeights(folder / "model.safetensors")
    if (folder / "pytorch_model.bin").is_file():
        return TorchZipWeights(folder / "pytorch_model.bin")
    raise PackMissing(f"The model folder “{folder.name}” holds no weights.")


def read_head(path: Path) -> dict[str, NDArray[Any]]:
    """Read a small ``.pt`` file whole; raises PackAltered or UnknownFormat."""
    head = TorchZipWeights(path)
    try:
        return dict(head)
    finally:
        head.close()


class _Tensor:
    """Where a tensor lies in the zip: what the pickle says instead of holding it."""

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
