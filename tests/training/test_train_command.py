"""``lectern train-reranker``, from the command line to a pack."""

from __future__ import annotations

import json
import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.cli import parse_arguments
from desktop_app.cli.training import run_training
from desktop_app.errors import LecternError, PackMissing, PackRefused, TrainingError
from desktop_app.inference.packs import vector_space
from desktop_app.settings import Settings
from desktop_app.store.library import open_library
from desktop_app.training import train as training

pytestmark = pytest.mark.filterwarnings("ignore")  # what torch and FlagEmbedding warn of
FEW = ("--steps", "2", "--held-out", "8", "--passages", "100", "--length", "32", "--claims", "0")


@pytest.fixture
def settings(tmp_path, tiny_pack):
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "tiny").symlink_to(tiny_pack.embedder.parent, target_is_directory=True)
    return Settings(
        library_dir=tmp_path / "library",
        packs_dir=packs,
        cache_dir=tmp_path / "cache",
        pack="tiny",
        device="cpu",
        threads=1,
    )


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"question": f"Which keeper had lamp {n}?", "passage": f"Keeper {n % 7} had lamp {n}."}
        for n in range(40)
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


@pytest.fixture
def lectern(settings, monkeypatch):
    # To a model of random weights all texts are much alike.
    monkeypatch.setattr("desktop_app.training.mining._ALIKE", 2.0)
    monkeypatch.setattr("desktop_app.training.mining._MARGIN", 2.0)

    def call(*arguments):
        options = parse_arguments(["train-reranker", *map(str, arguments)])
        return run_training(options, settings)

    return call


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_training_is_stopped_by_ctrl_c_and_gone_on_with_by_the_same_command(
    lectern, pairs, settings, capfd, monkeypatch
):
    command = (pairs, "--out", "mine", "--json", "--rate", "1e-9", *FEW)
    with monkeypatch.context() as patch:
        patch.setattr(training, "require_space", lambda *_: os.kill(os.getpid(), signal.SIGINT))
        assert lectern(*command) == 130
    assert "run the same command again" in capfd.readouterr().err

    assert lectern(*command) == 0
    said = capfd.readouterr()
    report = json.loads(said.out)
    assert report["pack"] is None
    assert (report["steps"], report["held_out"]) == (2, 8)
    assert report["untrained"].keys() == report["fused"].keys() == {"step", "loss", "mrr", "first"}
    for sentence in ("reading passages: 0 of 40", "step 0: loss", "step 2: loss"):
        assert sentence in said.err
    assert not (settings.packs_dir / "mine").exists()
    assert list((settings.cache_dir / "training").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "kind", "complaint"),
    [
        (("none.jsonl",), TrainingError, "There is no file"),
        (("few.jsonl",), TrainingError, "too few questions"),
        (("few.jsonl", "--pack", "nowhere"), PackMissing, "nowhere"),
        (("few.jsonl", "--out", "a:b"), PackRefused, "cannot be named"),
        (("few.jsonl", "--out", "starter"), PackRefused, "another pack"),
        (("--own",), LecternError, "no library"),
    ],
)
def test_bad_input_is_one_sentence(lectern, in_folder, arguments, kind, complaint):
    (in_folder / "few.jsonl").write_text('{"question": "Who?", "passage": "She."}\n')
    with pytest.raises(kind, match=complaint):
        lectern(*arguments)


def test_own_questions_are_learned_by_the_pack_that_answers_them(lectern, settings, tiny_pack):
    with closing(open_library(settings.library_dir)) as library:
        library.spaces.choose("a pack that was removed", vector_space(tiny_pack), answers=True)
    with pytest.raises(PackMissing, match="a pack that was removed"):
        lectern("--own")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a.jsonl", "--own"),
        ("a.jsonl", "--steps", "-1"),
        ("a.jsonl", "--hours", "0"),
        ("a.jsonl", "--hours", "nan"),
        ("a.jsonl", "--claims", "1"),
        ("a.jsonl", "--held-out", "2"),
        ("a.jsonl", "--length", "2"),
        ("a.jsonl", "--from", "nothing"),
    ],
)
def test_bad_usage_is_told_with_status_2(lectern, arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        lectern(*arguments)
    assert "usage" in capsys.readouterr().err
