"""Packs changed while indexing, cancelled and killed: nothing is lost, nothing done twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.disturbing import (
    PACKS,
    Embedded,
    assert_equal,
    cancel_at_random,
    contents,
    index_undisturbed,
    play,
    settings_in,
)
from tests.tiny_packs import make_tiny_m3_pack

ROOT = Path(__file__).resolve().parents[2]
_MOST_ROUNDS = 100


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two packs, only the first of which has learned sparse weights."""
    folder = tmp_path_factory.mktemp("disturbed")
    for seed, pack in enumerate(PACKS):
        make_tiny_m3_pack(folder / "packs" / pack, seed=seed)
    (folder / "packs" / PACKS[1] / "embedder" / "sparse_linear.pt").unlink()
    shutil.rmtree(folder / "packs" / PACKS[1] / "reranker")
    return folder


@pytest.fixture(scope="module")
def undisturbed(place: Path) -> dict[str, Any]:
    folder = place / "undisturbed"
    assert play(folder, index=index_undisturbed)
    return contents(settings_in(folder).library_dir)


@pytest.mark.parametrize("seed", [1, 2])
def test_cancelled_at_random_it_ends_the_same_and_embeds_nothing_twice(
    place, undisturbed, monkeypatch, seed
):
    folder = place / f"cancelled {seed}"
    embedded = Embedded()
    embedded.watch(monkeypatch.setattr)
    index = cancel_at_random(random.Random(seed), embedded)
    for _ in range(_MOST_ROUNDS):
        if play(folder, index=index):
            break
    assert_equal(contents(settings_in(folder).library_dir), undisturbed)
    assert embedded.passages == dict.fromkeys(PACKS, undisturbed["rows"])


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_killed_at_random_it_ends_the_same(place, undisturbed):
    folder = place / "killed"
    chance = random.Random(1)
    kills = 0
    code = None
    while code != 0 and kills < _MOST_ROUNDS:
        # Later and later, so that it comes to its end.
        left = chance.randint(4, 20 + 12 * kills)
        command = [sys.executable, "-m", "tests.e2e.disturbing", str(folder), str(left)]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        assert code in {0, -signal.SIGKILL}
        kills += code != 0
    assert kills > 2
    assert_equal(contents(settings_in(folder).library_dir), undisturbed)
