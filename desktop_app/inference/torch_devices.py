"""What torch can compute on here: devices, their names, memory and kernels.

Written for CUDA and Metal from torch 2.13's sources; only the CPU's part has been run so far.
"""

from __future__ import annotations

import torch
from torch.nn.attention.varlen import varlen_attn

from desktop_app.inference.torch_encoder import VarlenAttention

_SLOTS_ON_CPU = 4096
_MOST_SLOTS_ON_GPU = 65_536
"""Measured nowhere yet; 128 texts of 512 tokens keep a large GPU busy for some 50 ms."""
_LEAST_SLOTS_ON_GPU = 1024
_VALUES_A_SLOT = 32
"""Numbers of the hidden size that are alive at once while a layer is computed: the residual,
the joined queries, keys and values, four for the inner layer before and four after its
activation, the rest to spare for the allocator and for attention scores on Metal."""
_SHARE_OF_FREE = 0.6
_FLASH_CAPABILITY = (8, 0)
"""FlashAttention 2 needs Ampere (aten/src/ATen/native/transformers/cuda/sdp_utils.cpp)."""


class DeviceUnusable(Exception):
    """The device is there but cannot run the model: no kernel for it, or a broken driver."""


def best_device() -> str:
    """Return the fastest device that torch can use now: "cuda:N", "mps" or "cpu".

    Of several GPUs the one with the most free memory, for which a context of some 300 MB is
    made on each of them.
    """
    if torch.cuda.is_available():
        count = torch.cuda.device_count()
        free = [torch.cuda.mem_get_info(each)[0] if count > 1 else 0 for each in range(count)]
        return f"cuda:{free.index(max(free))}"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def is_present(device: str) -> bool:
    """Say whether torch has a device of this name now."""
    kind, _, number = device.partition(":")
    if kind == "cuda":
        return torch.cuda.is_available() and int(number or 0) < torch.cuda.device_count()
    return kind != "mps" or torch.backends.mps.is_available()


def device_name(device: str) -> str:
    """Return what its maker calls a device, "" where torch does not know."""
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else ""


def slots_in_memory(device: str, *, hidden: int) -> int:
    """Say how many tokens one call may hold, from the memory that is free on the device."""
    if device.startswith("cuda"):
        free, _ = torch.cuda.mem_get_info(device)
    elif device == "mps":
        free = torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    else:
        return _SLOTS_ON_CPU
    # Two bytes a number; float32, the last resort, halves a call when it must.
    fitting = int(free * _SHARE_OF_FREE) // (2 * hidden * _VALUES_A_SLOT)
    return max(_LEAST_SLOTS_ON_GPU, min(fitting, _MOST_SLOTS_ON_GPU))


def varlen_attention(device: str) -> VarlenAttention | None:
    """Return torch's attention over texts that lie end to end, None where it has no kernel."""
    if not device.startswith("cuda") or not torch.backends.cuda.is_flash_attention_available():
        return None
    if torch.cuda.get_device_capability(device) < _FLASH_CAPABILITY:
        return None
    return _flash


def _flash(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    starts: torch.Tensor,
    longest: int,
) -> torch.Tensor:
    attended = varlen_attn(query, key, value, starts, starts, longest, longest)
    assert isinstance(attended, torch.Tensor)
    return attended


def empty_cache(device: str) -> None:
    """Give memory that torch keeps for later back to the device."""
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
