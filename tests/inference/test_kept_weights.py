"""Converted weights are made once, and never believed when they changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from desktop_app.inference import kept_weights, openvino_backend, quantization
from desktop_app.inference.kept_weights import delete_stale, fingerprint, keep, open_kept
from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.tokenization import Tokenization
from desktop_app.inference.weights import open_weights, weights_file

TEXTS = ["The quick brown fox", "北京是中华人民共和国的首都。"]
SOMEWHERE = Path(__file__).parents[2]


@pytest.fixture
def source(tiny, tmp_path) -> str:
    return fingerprint(weights_file(tiny.reranker), tmp_path)


@pytest.fixture
def weights(tiny):
    opened = open_weights(tiny.reranker)
    yield opened
    opened.close()


def _vectors(pack, cache_dir):
    backend = OpenVinoBackend(pack, threads=2, cache_dir=cache_dir, wanted="int8")
    tokenization = Tokenization(pack.embedder, max_length=pack.max_length)
    dense, _ = backend.embed(tokenization.pad(tokenization.encode_texts(TEXTS)))
    backend.close()
    return dense


def _kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.safetensors"))


def test_kept_weights_give_the_numbers_of_those_in_memory(tiny, tmp_path, monkeypatch):
    in_memory = _vectors(tiny, tmp_path)
    assert _kept(tmp_path / "openvino") == []
    monkeypatch.setattr(openvino_backend, "_KEPT_ABOVE", 0)
    first = _vectors(tiny, tmp_path)
    [kept] = _kept(tmp_path / "openvino")
    written = kept.stat()
    second = _vectors(tiny, tmp_path)
    assert kept.stat() == written
    np.testing.assert_allclose(first, in_memory, atol=1e-5)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("damage", ["cut", "altered", "no sidecar", "empty"])
def test_damaged_weights_are_deleted_and_made_again(tmp_path, source, weights, damage):
    keep(tmp_path, source, weights)
    [kept] = _kept(tmp_path)
    data = kept.read_bytes()
    if damage == "no sidecar":
        kept.with_suffix(".sha256").unlink()
    else:
        changed = {
            "cut": data[: len(data) // 2],
            "altered": data[:-1] + bytes([data[-1] ^ 1]),
            "empty": b"",
        }
        kept.write_bytes(changed[damage])
        # A disk that wrote something else left neither size nor time as remembered.
        os.utime(kept, ns=(0, 0))
    assert open_kept(tmp_path, source) is None
    assert _kept(tmp_path) == []
    assert keep(tmp_path, source, weights) is not None
    assert kept.read_bytes() == data


def test_damaged_weights_that_another_process_holds_are_not_used(
    tmp_path, source, weights, monkeypatch
):
    def held(_path: Path) -> None:
        raise PermissionError(13, "used by another process")

    keep(tmp_path, source, weights)
    [kept] = _kept(tmp_path)
    kept.write_bytes(b"damaged")
    monkeypatch.setattr(kept_weights, "_remove", held)
    assert open_kept(tmp_path, source) is None


def test_a_full_disk_keeps_nothing_and_harms_nothing(tmp_path, source, weights, monkeypatch):
    monkeypatch.setattr(kept_weights, "_LEFT_FREE", 2**62)
    assert keep(tmp_path, source, weights) is None
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["hashes.json"]


def test_a_model_runs_where_its_weights_cannot_be_kept(tiny, tmp_path, monkeypatch):
    expected = _vectors(tiny, tmp_path)
    monkeypatch.setattr(openvino_backend, "_KEPT_ABOVE", 0)
    monkeypatch.setattr(kept_weights, "_LEFT_FREE", 2**62)
    np.testing.assert_allclose(_vectors(tiny, tmp_path), expected, atol=1e-5)


def test_what_a_killed_conversion_left_is_deleted(tmp_path, source, weights):
    # The number of a process that has ended.
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = tmp_path / f"unfinished-{ended.pid}-abc-v2.safetensors"
    left.write_bytes(b"half")
    running = tmp_path / f"unfinished-{os.getpid()}-abc-v2.safetensors"
    running.write_bytes(b"half")
    assert keep(tmp_path, source, weights) is not None
    assert not left.exists()
    assert running.exists()


def test_what_no_start_will_use_is_deleted(tmp_path, source, weights):
    keep(tmp_path, source, weights)
    [kept] = _kept(tmp_path)
    for name in ("old.xml", "old.bin", "abc-v1.safetensors", "abc-v1.sha256"):
        (tmp_path / name).write_bytes(b"old")
    delete_stale(tmp_path)
    names = {each.name for each in tmp_path.iterdir() if each.is_file()}
    assert names == {kept.name, kept.with_suffix(".sha256").name, "hashes.json"}
    os.utime(kept.with_suffix(".sha256"), (0, 0))
    delete_stale(tmp_path)
    assert _kept(tmp_path) == []


def test_two_processes_that_convert_at_once_do_not_collide(tiny, tmp_path, source):
    script = (
        "import sys; from pathlib import Path; from desktop_app.inference.kept_weights import keep;"
        "from desktop_app.inference.weights import open_weights;"
        "folder, name, model = sys.argv[1:]; sys.stdin.read(1);"
        "assert keep(Path(folder), name, open_weights(Path(model)))"
    )
    command = [sys.executable, "-c", script, str(tmp_path), source, str(tiny.reranker)]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, cwd=SOMEWHERE) for _ in range(2)]
    for each in both:
        assert each.stdin is not None
        each.stdin.close()
    assert [each.wait(60) for each in both] == [0, 0]
    assert open_kept(tmp_path, source) is not None
    assert not list(tmp_path.glob("unfinished-*"))


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.floats(-1000, 1000, width=32),
    )
)
@settings(max_examples=60, deadline=None)
def test_a_quantized_number_is_at_most_half_a_level_away(table):
    name = "embeddings.word_embeddings.weight"
    made = quantization.quantized({name: table}, {name: table.shape})
    scale = made[f"{name}.scale"]
    levels = made[name].astype(np.float32) - made[f"{name}.zero"].astype(np.float32)
    # The zero point is rounded too, which may cost another half at the row's ends.
    assert (np.abs(levels * scale - table) <= 1.01 * scale + 1e-3).all()
