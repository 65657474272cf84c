"""torch in less than float32, in the layouts of GPUs, and on machines with several of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from desktop_app.errors import GpuUnusable, OutOfMemory
from desktop_app.inference import backends, precision
from desktop_app.inference.jobs import Jobs
from desktop_app.inference.precision import Agreement
from desktop_app.inference.tokenization import Batch, Tokenization
from tests.inference.attention import attention_text_by_text

# Importing FlagEmbedding warns of what is not ours to mend.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import torch

    from desktop_app.inference import torch_devices
    from desktop_app.inference.torch_backend import TorchBackend
    from desktop_app.inference.torch_encoder import Encoder, PackedTexts, PaddedTexts, Texts

TEXTS = ("winter", "a harbor with many old ships", "The quick brown fox jumps over the lazy dog.")
LIKE_A_GPU = "cpu:0"
"""torch's other name for the processor: every rule for "not the processor" holds for it."""


@pytest.fixture
def make(tiny, tmp_path):
    """Load the tiny pack with torch; everything is closed at the end."""
    made: list[TorchBackend] = []

    def load(device: str, **options: Any) -> TorchBackend:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            backend = TorchBackend(tiny, device=device, threads=1, cache_dir=tmp_path, **options)
        made.append(backend)
        return backend

    yield load
    for backend in made:
        backend.close()


@pytest.fixture
def batch(tiny) -> Batch:
    tokenization = Tokenization(tiny.embedder, max_length=tiny.max_length)
    return tokenization.pad(tokenization.encode_texts(TEXTS))


def _refuse_all(_exact, _found) -> Agreement:
    return Agreement(is_exact=False, words="refused")


def _accept_all(_exact, _found) -> Agreement:
    return Agreement(is_exact=True, words="accepted")


@pytest.mark.parametrize("attention", [None, attention_text_by_text], ids=["padded", "packed"])
def test_half_precision_is_taken_where_it_is_exact_enough(make, batch, attention):
    exact, exact_weights = make("cpu").embed(batch)
    backend = make(LIKE_A_GPU, attention=attention)
    assert (backend.precision, backend.reranker_precision) == ("fp16", "fp16")
    dense, weights = backend.embed(batch)
    assert dense.dtype == np.float32
    assert (dense * exact).sum(axis=1).min() > 0.995
    words = batch.mask > 0
    np.testing.assert_allclose(weights[words], exact_weights[words], atol=0.02)


def test_bfloat16_is_the_second_choice_and_float32_the_last(make, monkeypatch):
    verdicts = iter([_refuse_all([], []), _accept_all([], [])])
    monkeypatch.setattr(precision, "compare_embedders", lambda *_: next(verdicts))
    monkeypatch.setattr(precision, "compare_rerankers", _refuse_all)
    backend = make(LIKE_A_GPU, attention=attention_text_by_text)
    assert (backend.precision, backend.reranker_precision) == ("bf16", "fp32")
    assert "fp16 on cpu:0 was not exact enough (refused)" in backend.self_check
    # The kernel for packed texts knows no float32, so padding is computed after all.
    assert not backend.is_packed


def test_numbers_that_are_none_are_not_exact_enough(make, batch, monkeypatch):
    def overflow(query, _key, _value, _starts, _longest):
        return torch.full_like(query, float("nan"))

    backend = make(LIKE_A_GPU, attention=overflow)
    assert (backend.precision, backend.reranker_precision) == ("fp32", "fp32")
    assert np.isfinite(backend.embed(batch)[0]).all()


def test_a_precision_is_chosen_once(make, monkeypatch):
    words = make(LIKE_A_GPU).self_check
    monkeypatch.setattr(precision, "compare_embedders", _refuse_all)
    monkeypatch.setattr(precision, "compare_rerankers", _refuse_all)
    backend = make(LIKE_A_GPU)
    assert backend.precision == "fp16"
    assert backend.self_check == words


def test_a_device_that_cannot_run_the_model_is_told_apart_from_a_full_one(make):
    def without_kernel(*_: Any) -> torch.Tensor:
        raise RuntimeError("CUDA error: no kernel image is available for execution on the device")

    def without_memory(*_: Any) -> torch.Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    def without_shared_memory(*_: Any) -> torch.Tensor:
        raise RuntimeError("MPS backend out of memory")

    with pytest.raises(torch_devices.DeviceUnusable):
        make(LIKE_A_GPU, attention=without_kernel)
    for full in (without_memory, without_shared_memory):
        with pytest.raises(OutOfMemory):
            make(LIKE_A_GPU, attention=full)


def test_a_mistake_in_computing_is_not_taken_for_damaged_files(make):
    ids, mask = np.ones((1, 3), np.int32), np.ones((1, 4), np.float32)
    with pytest.raises(ValueError, match="same shape"):
        make("cpu").score(Batch(ids, ids, ids, mask))


class _Unusable:
    def __init__(self, _pack: Any, *, device: str, **_: Any) -> None:
        raise torch_devices.DeviceUnusable(device)


def test_a_device_that_cannot_be_used_gives_way_to_the_processor(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(backends, "_choose", lambda _pack, _gpu_dir: "cuda:0")
    monkeypatch.setattr(torch_devices, "is_present", lambda _device: True)
    monkeypatch.setattr("desktop_app.inference.torch_backend.TorchBackend", _Unusable)

    def load(device: str) -> backends.Backend:
        return backends.load_backend(tiny, device=device, threads=1, cache_dir=tmp_path)

    jobs = Jobs(tiny, device="auto", load=load, speeds=tmp_path / "pace.json")
    status = jobs.status()
    jobs.close()
    assert (status.backend, status.device) == ("openvino", "cpu")
    assert status.notice == "PyTorch cannot compute on the graphics card of this computer."


def test_a_driver_that_torch_cannot_use_is_told(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(backends, "_SMALL_PARAMETERS_BYTES", 0)
    monkeypatch.setattr("ctypes.util.find_library", lambda _: "libcuda.so.1")
    monkeypatch.setattr(torch_devices, "best_device", lambda: "cpu")
    with pytest.raises(GpuUnusable, match="too old"):
        backends.load_backend(tiny, device="auto", threads=1, cache_dir=tmp_path)


@pytest.fixture
def encoder(tiny) -> Callable[[Texts], torch.Tensor]:
    from transformers import AutoModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = AutoModel.from_pretrained(str(tiny.embedder), dtype=torch.float32).eval()
    return torch.inference_mode()(Encoder(model))


def test_all_layouts_give_the_same_states(encoder, batch):
    packed = PackedTexts(batch, device="cpu", attention=attention_text_by_text)
    padded = PaddedTexts(batch, device="cpu")
    rounded = PaddedTexts(batch, device="cpu", step=32)
    assert len(packed.ids) == batch.mask.sum()
    assert len(rounded.ids) == len(TEXTS) * -(-batch.ids.shape[1] // 32) * 32
    layouts: tuple[Texts, ...] = (packed, padded, rounded)
    states = [encoder(each) for each in layouts]
    for name in ("first", "mean"):
        rows = [getattr(each, name)(found) for each, found in zip(layouts, states, strict=True)]
        torch.testing.assert_close(rows[0], rows[1], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(rows[0], rows[2], atol=1e-5, rtol=1e-5)
    spread = [
        each.spread(found[:, 0].numpy()) * batch.mask
        for each, found in zip(layouts, states, strict=True)
    ]
    np.testing.assert_allclose(spread[0], spread[1], atol=1e-5)
    np.testing.assert_allclose(spread[0], spread[2], atol=1e-5)


def test_of_several_gpus_the_one_with_the_most_free_memory_is_chosen(monkeypatch):
    free = [2 << 30, 20 << 30, 8 << 30]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(free))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda each: (free[each], 24 << 30))
    assert torch_devices.best_device() == "cuda:1"


def test_a_call_on_a_gpu_fits_into_its_free_memory(monkeypatch):
    for free_mb, slots in ((64, 1024), (1024, 9830), (100_000, 65_536)):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _, free=free_mb: (free << 20, 0))
        assert torch_devices.slots_in_memory("cuda:0", hidden=1024) == slots


@pytest.mark.parametrize(("capability", "is_packed"), [((7, 5), False), ((8, 9), True)])
def test_texts_lie_end_to_end_only_where_the_kernel_can_run(monkeypatch, capability, is_packed):
    monkeypatch.setattr(torch.backends.cuda, "is_flash_attention_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    assert (torch_devices.varlen_attention("cuda:0") is not None) == is_packed
    assert torch_devices.varlen_attention("cpu") is None
