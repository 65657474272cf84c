"""What this machine's matrix multiply gives, and what an encoder asks of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

_SIZE = 2048
_GPU_SIZES = {"cuda": 8192, "mps": 4096}
_SIZE_FOR_A_TRIAL = 128
_ROUNDS = 5


def work(folder: Path, lengths: Sequence[int]) -> float:
    """Return the floating point operations of texts of such lengths, in tokens, as a model has.

    Two for each multiply-add of the linear layers (12 hidden^2 a layer and token) and of
    attention; padding, embeddings and heads are left out.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    hidden, layers = config["hidden_size"], config["num_hidden_layers"]
    inner = config["intermediate_size"]
    linear = 2 * (4 * hidden * hidden + 2 * hidden * inner) * sum(lengths)
    attention = 4 * hidden * sum(each * each for each in lengths)
    return float(layers * (linear + attention))


def peak_float32() -> float:
    """Return operations per second of numpy's matrix multiply, the best of five."""
    left = np.ones((_SIZE, _SIZE), np.float32)
    return _best(lambda: left @ left, 2 * _SIZE**3)


def peak_int8() -> float:
    """Return operations per second of OpenVINO's, with 8-bit weights as our graphs have them."""
    from desktop_app.inference.silent_openvino import op, ov

    given: Any = op.parameter([-1, _SIZE], ov.Type.f32, "given")
    levels = op.constant(np.full((_SIZE, _SIZE), 130, np.uint8))
    zero = op.convert(op.constant(np.full((_SIZE, 1), 128, np.uint8)), "f32")
    scale = op.constant(np.full((_SIZE, 1), 0.01, np.float32))
    weight = op.multiply(op.subtract(op.convert(levels, "f32"), zero), scale)
    # Three in a row, so that reading input and writing output count for less.
    states = given
    for _ in range(3):
        states = op.matmul(states, weight, False, True)
    options = {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "128"}
    model = ov.Model([states], [given], "peak")
    request = ov.Core().compile_model(model, "CPU", options).create_infer_request()
    values = np.random.default_rng(0).standard_normal((_SIZE, _SIZE), np.float32)
    return _best(lambda: request.infer([values], share_inputs=True), 3 * 2 * _SIZE**3)


def peak_on_gpu(kind: Any, device: str) -> float:
    """Return operations per second of torch's matrix multiply on a GPU in this type."""
    import torch

    size = _GPU_SIZES.get(device.partition(":")[0], _SIZE_FOR_A_TRIAL)
    left = torch.ones((size, size), dtype=kind, device=device)

    def multiply() -> None:
        for _ in range(8):
            torch.mm(left, left)
        synchronize(device)

    multiply()
    return _best(multiply, 8 * 2 * size**3)


def synchronize(device: str) -> None:
    """Wait until a device has done everything."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    elif device == "mps":
        torch.mps.synchronize()


def _best(run: Callable[[], Any], operations: float) -> float:
    seconds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - started)
    return operations / min(seconds)
