"""Where the model process finds torch, and what happens where it does not."""

from __future__ import annotations

import sys

import pytest

from desktop_app.errors import GpuUnusable
from desktop_app.inference.backends import load_backend
from desktop_app.inference.gpu_support import (
    DESCRIPTION,
    LIBRARIES,
    GpuSupport,
    Wheel,
    added_support,
    has_own_cuda,
    import_from,
    read_description,
    this_system,
    write_description,
)
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from tests.tiny_packs import make_tiny_m3_pack

WHEEL = Wheel("torch-9.0-py3-none-any.whl", 5, 9, "00ff")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = make_tiny_m3_pack(tmp_path_factory.mktemp("packs") / "tiny")
    return find_pack(str(folder), packs_dir=folder.parent, resources_dir=folder.parent)


def added(folder, torch):
    """Make what ``add_gpu_support`` would: a torch of these lines."""
    package = folder / LIBRARIES / "torch"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(torch)
    support = GpuSupport(this_system(), "9.0", (WHEEL,))
    (folder / DESCRIPTION).write_text(write_description(support))
    return folder


def test_a_description_is_read_as_it_was_written(tmp_path):
    added(tmp_path, "")
    assert added_support(tmp_path) == GpuSupport(this_system(), "9.0", (WHEEL,))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 2}', "null"])
def test_what_is_no_description_is_an_error(text):
    with pytest.raises(ValueError):  # noqa: PT011 - of json, or ours
        read_description(text)


def test_only_what_was_added_whole_is_imported_from(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = list(sys.path)
    import_from(tmp_path)
    assert sys.path == before
    added(tmp_path, "")
    import_from(tmp_path)
    import_from(tmp_path)
    assert sys.path == [str(tmp_path / LIBRARIES), *before]


def test_a_torch_that_cannot_be_loaded_leaves_the_processor_to_compute(tiny, tmp_path):
    gpu_dir = added(tmp_path / "gpu", "raise ImportError('no such driver')")
    model = ModelProcess(
        tiny, device="cuda:0", threads=1, cache_dir=tmp_path / "cache", gpu_dir=gpu_dir
    )
    try:
        assert model.embed_query("What may be claimed?").dense.shape[0] == 1
        status = model.status()
    finally:
        model.close()
    assert (status.backend, status.device) == ("openvino", "cpu")
    assert status.notice == "The GPU support that was added cannot be loaded."


@pytest.fixture
def without_torch(monkeypatch):
    """Let this process be that of an installed Lectern, which has no torch."""
    for name in list(sys.modules):
        if name.startswith("desktop_app.inference.torch_"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)


def test_where_nothing_was_added_the_error_says_how(tiny, tmp_path, without_torch):
    with pytest.raises(GpuUnusable) as raised:
        load_backend(tiny, device="cuda:0", threads=1, cache_dir=tmp_path, gpu_dir=tmp_path)
    assert "before GPU support is added" in raised.value.title
    assert "lectern gpu add" in raised.value.hint


def test_a_card_that_is_not_there_leaves_the_processor_to_compute(tiny, tmp_path):
    model = ModelProcess(tiny, device="cuda:99", threads=1, cache_dir=tmp_path)
    try:
        status = model.load()
    finally:
        model.close()
    assert (status.backend, status.device) == ("openvino", "cpu")
    assert status.notice == "There is no graphics card here that PyTorch can use."


def test_a_card_does_no_harm_to_an_installation_without_torch(
    tiny, tmp_path, monkeypatch, without_torch
):
    monkeypatch.setattr("desktop_app.inference.backends._SMALL_PARAMETERS_BYTES", 0)
    monkeypatch.setattr("ctypes.util.find_library", lambda _: "libcuda.so.1")
    with pytest.raises(GpuUnusable):
        load_backend(tiny, device="auto", threads=1, cache_dir=tmp_path, gpu_dir=tmp_path)
    backend = load_backend(tiny, device="cpu", threads=1, cache_dir=tmp_path, gpu_dir=tmp_path)
    assert backend.name == "openvino"
    backend.close()


@pytest.mark.parametrize(
    ("written", "can_compute"),
    [
        ("cuda: Optional[str] = '13.0'\nhip: Optional[str] = None\n", True),
        ('cuda = "12.8"\n', True),
        ("cuda: Optional[str] = None\nxpu: Optional[str] = '2025.3'\n", False),
        ("", False),
    ],
)
def test_a_pytorch_made_for_processors_alone_is_no_gpu_support(
    written, can_compute, tmp_path, monkeypatch
):
    package = tmp_path / "torch"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('imported')", encoding="utf-8")
    (package / "version.py").write_text(written, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert has_own_cuda() is can_compute
