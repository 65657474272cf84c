"""A training improves, survives being killed, and makes a pack only of what is better."""

from __future__ import annotations

import errno
import json
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from desktop_app.errors import DiskFull, OutOfMemory, PackAltered, TrainingError
from desktop_app.inference.layout import describe_folder
from desktop_app.inference.manifest import Blend
from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.packs import find_pack, vector_space
from desktop_app.inference.tokenization import Tokenization
from desktop_app.settings import resources_dir
from desktop_app.training.groups import Group, Groups
from desktop_app.training.plan import Start
from desktop_app.training.preparing import HELD_OUT
from desktop_app.training.progress import TrainingPhase
from desktop_app.training.train import train
from tests.training.conftest import SMALL

pytestmark = pytest.mark.filterwarnings("ignore")  # what torch and FlagEmbedding warn of


def run(order, *, until=None, is_cancelled=lambda: False):
    """Train to the end, or until a snapshot is as wanted; return the report and all snapshots."""
    told = []
    with closing(train(order, is_cancelled=is_cancelled)) as steps:
        while True:
            try:
                told.append(next(steps))
            except StopIteration as end:
                return end.value, told
            if until is not None and until(told[-1]):
                return None, told


def with_plan(order, **changes):
    return replace(order, plan=replace(order.plan, **changes))


@pytest.fixture(autouse=True)
def _one_thread():
    """Two threads that wait for each other are slow where all processors are busy."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def ready(order, groups_ready):
    groups_ready(order.workspace)
    return order


@pytest.fixture
def learned(ready):
    """An order of enough steps at a rate that learns what tells right from wrong."""
    return with_plan(ready, steps=12, rate=0.01)


def test_a_training_makes_a_pack_that_ranks_held_out_questions_better(learned, tmp_path):
    report, told = run(learned)
    assert report.best is not None
    assert report.best.mrr > max(report.fused.mrr, report.untrained.mrr)
    assert report.best.loss < report.untrained.loss
    assert report.folder == learned.target
    assert not learned.workspace.exists()
    judged = [each.figures.step for each in told if each.figures]
    assert judged == [0, 10, 12]

    pack = find_pack(str(learned.target), packs_dir=tmp_path, resources_dir=resources_dir())
    assert pack.blend
    assert pack.reranker
    assert pack.reranker_loan
    assert vector_space(pack).key == vector_space(learned.pack).key
    assert pack.blend.fused > 0
    assert pack.blend.logit > 0
    shared = {"bert.embeddings.word_embeddings.weight": "embeddings.word_embeddings.weight"}
    assert pack.reranker_loan.names == shared
    weights = load_file(pack.reranker / "model.safetensors")
    assert all(each.dtype == np.float16 for each in weights.values())
    assert weights.keys().isdisjoint(shared)
    card = (pack.reranker / "README.md").read_text(encoding="utf-8")
    for fact in ("rooms.jsonl", "lectern train-reranker", "| Seed | 17 |", "by document", "rooms"):
        assert fact in card


def test_the_pack_scores_as_what_was_judged(learned, groups_ready, tmp_path):
    report, _ = run(learned)
    pack = find_pack(str(learned.target), packs_dir=tmp_path, resources_dir=resources_dir())
    assert pack.reranker
    backend = OpenVinoBackend(pack, threads=1, cache_dir=tmp_path / "cache", wanted="fp32")
    groups_ready(tmp_path / "again")
    ranks = []
    tokenization = Tokenization(pack.reranker, max_length=learned.plan.length)
    with closing(backend), closing(Groups(tmp_path / "again" / HELD_OUT)) as groups:
        for group in groups:
            pairs = tokenization.encode_pairs(group.question, group.passages)
            scores = backend.score(tokenization.pad(pairs)) + 1.2 * np.array(group.prior)
            ranks.append(1 + int((scores[1:] >= scores[0]).sum()))
    assert tuple(ranks) == report.best.ranks


def test_a_pack_may_have_any_title(tiny_pack, tmp_path):
    from desktop_app.training.packing import write_pack

    title = 'A "house" \U0001f3e0 of \U00020bb7\x7f\\'
    (tmp_path / "new").mkdir()
    write_pack(
        tmp_path / "new", tiny_pack, title=title, shared={}, blend=Blend(1.0), is_blended=False
    )
    assert describe_folder(tmp_path / "new").title == title


@pytest.mark.parametrize(
    ("changes", "stops"),
    [({}, (1, 8, 11)), ({"lora": 4, "rate": 0.03}, (11,)), ({"start": "reranker"}, (11,))],
)
def test_a_killed_training_goes_on_to_the_same_weights(
    order, groups_ready, tmp_path, changes, stops
):
    made = []
    for name, killed_at in (("whole", ()), ("parts", stops)):
        this = replace(
            with_plan(order, steps=12, **{"rate": 0.01, **changes}),
            workspace=tmp_path / name,
            target=tmp_path / "packs" / name,
        )
        groups_ready(this.workspace)
        for stop in killed_at:
            # As a kill does: nothing runs after it, what is on the disk is all there is.
            run(this, until=lambda snapshot, stop=stop: snapshot.done == stop)
        report, _ = run(this)
        made.append((report.best, load_file(this.target / "reranker" / "model.safetensors")))
    (first, weights), (second, others) = made
    assert first == second
    assert weights.keys() == others.keys()
    for name, each in weights.items():
        np.testing.assert_array_equal(each, others[name])


def test_where_no_step_is_better_no_pack_is_made(ready):
    report, told = run(with_plan(ready, steps=2, rate=1e-9))
    assert report.best is None
    assert report.folder is None
    assert not ready.target.exists()
    assert not ready.workspace.exists()
    assert told[-1].phase is TrainingPhase.DONE


def test_a_training_that_is_stopped_keeps_what_it_did(learned):
    asked = iter(range(8))
    report, _ = run(learned, is_cancelled=lambda: next(asked, None) is None)
    assert report is None
    assert (learned.workspace / "state.pt").exists()
    assert not learned.target.exists()
    report, _ = run(learned)
    assert report.steps == 12


def test_hours_end_a_training_in_time(ready, monkeypatch):
    clock = iter(range(0, 10**6, 5))
    monkeypatch.setattr("desktop_app.training.learning.time.monotonic", lambda: next(clock))
    report, _ = run(with_plan(ready, steps=2000, rate=0.01, hours=0.1))
    assert 5 <= report.steps < 60


def test_a_name_that_is_taken_is_refused_before_anything_is_done(order):
    order.target.mkdir(parents=True)
    with pytest.raises(TrainingError, match="already"):
        run(order)
    assert not order.workspace.exists()


def test_a_pack_without_a_reranker_can_only_make_one(order):
    pack = replace(order.pack, reranker=None)
    with pytest.raises(TrainingError, match="no reranker"):
        run(replace(with_plan(order, start="reranker"), pack=pack))


def test_weights_in_whole_numbers_cannot_be_trained(ready, tmp_path):
    import torch
    from safetensors.torch import save_file

    folder = copied(ready.pack.embedder, tmp_path / "whole")
    save_file({"x.weight": torch.ones(2, 2, dtype=torch.int8)}, folder / "model.safetensors")
    with pytest.raises(TrainingError, match="int8"):
        run(replace(ready, pack=replace(ready.pack, embedder=folder)))


@pytest.mark.parametrize("content", [b"", b"\x08\0\0\0\0\0\0\0{}      ", b"x" * 100])
def test_damaged_weights_are_named(ready, tmp_path, content):
    folder = copied(ready.pack.embedder, tmp_path / "damaged")
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(PackAltered):
        run(replace(ready, pack=replace(ready.pack, embedder=folder)))


def test_a_model_of_another_kind_is_refused_in_a_sentence(ready, tmp_path):
    folder = copied(ready.pack.embedder, tmp_path / "other")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "unheard-of"}))
    with pytest.raises(TrainingError, match="cannot be trained"):
        run(replace(ready, pack=replace(ready.pack, embedder=folder)))


def test_a_full_disk_is_a_sentence_and_leaves_the_last_state(learned, monkeypatch):
    import torch

    run(learned, until=lambda snapshot: snapshot.done == 11)
    before = (learned.workspace / "state.pt").read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", full)
        with pytest.raises(DiskFull):
            run(learned)
    assert (learned.workspace / "state.pt").read_bytes() == before
    report, _ = run(learned)
    assert report.steps == 12


def test_too_little_room_is_told_at_the_start(order, monkeypatch):
    monkeypatch.setattr("desktop_app.training.train.require_space.__kwdefaults__", {"free": low})
    with pytest.raises(DiskFull, match="too little room"):
        run(order)


def low(_folder: Path) -> int:
    return 1000


def test_too_little_memory_is_a_sentence_with_what_helps(ready, monkeypatch):
    import torch

    from desktop_app.training.learner import Learner

    def exhausted(self, pairs):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Learner, "_logits", exhausted)
    with pytest.raises(OutOfMemory, match="--lora"):
        run(ready)


def test_a_loss_that_is_no_number_ends_the_training(ready):
    with pytest.raises(TrainingError, match="astray"):
        run(with_plan(ready, steps=30, rate=1e30))


def test_the_same_training_runs_once(learned):
    with closing(train(learned)) as steps:
        next(steps)
        with pytest.raises(TrainingError, match="already running"):
            run(learned)


def test_without_priors_the_objective_is_flagembedding_s(tiny_pack):
    import torch
    from FlagEmbedding.finetune.reranker.encoder_only.base import CrossEncoderModel
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from desktop_app.training.loop import objective

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = str(tiny_pack.reranker)
        base = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    theirs = CrossEncoderModel(base, tokenizer, train_batch_size=2).train()
    for part in theirs.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0
    texts = ["a lamp", "a boat and a coat", "goats", "a lamp", "nothing", "two boats"]
    pair = tokenizer(["who?"] * 6, texts, padding=True, return_tensors="pt")
    said = theirs(pair=pair)
    ours = objective(said.scores.view(2, 3), torch.zeros(2, 3), 1.2)
    torch.testing.assert_close(ours, said.loss)


def test_what_the_first_stage_knows_is_not_learned_again():
    import torch

    from desktop_app.training.loop import objective

    prior = torch.tensor([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    logits = torch.zeros(2, 3, requires_grad=True)
    objective(logits, prior, 1.2).backward()
    assert logits.grad is not None
    known, unknown = logits.grad[:, 0].abs()
    assert unknown > 1.3 * known


def test_a_group_read_alone_and_with_others_has_the_same_logits(tiny_pack):
    import torch

    from desktop_app.training.learner import Learner
    from desktop_app.training.train import find_start

    learner = Learner(
        find_start(tiny_pack, replace(SMALL, start="reranker")),
        lora=0,
        length=48,
        device="cpu",
        precision="fp32",
        seed=1,
    )
    groups = [
        Group(f"who {n}?", tuple("a boat " * (m + n + 1) for m in range(7)), (0.0,) * 7, "s")
        for n in range(3)
    ]
    with learner.at_rest():
        together = learner.read(groups)
        alone = [learner.read([each])[0] for each in groups]
    for first, second in zip(together, alone, strict=True):
        torch.testing.assert_close(first, second, atol=1e-5, rtol=1e-5)


def copied(folder: Path, to: Path) -> Path:
    to.mkdir()
    for each in folder.iterdir():
        (to / each.name).write_bytes(each.read_bytes())
    return to


@pytest.mark.parametrize("lora", [0, 4])
def test_saving_memory_changes_no_gradient(tiny_pack, monkeypatch, lora):
    import torch

    from desktop_app.training import learner as module
    from desktop_app.training.loop import take_step

    groups = [
        Group(f"who {n}?", tuple("a boat " * (m + n + 1) for m in range(7)), (0.1,) * 7, "s")
        for n in range(3)
    ]
    learned = []
    for memory in (1_000_000_000, 1):
        monkeypatch.setattr(module, "_MEMORY", memory)
        learner = module.Learner(
            Start(tiny_pack.reranker, is_new=False),
            lora=lora,
            length=48,
            device="cpu",
            precision="fp32",
            seed=1,
        )
        optimizer = torch.optim.SGD(learner.parameter_groups(0.1), lr=0.1)
        take_step(learner, optimizer, groups, 0.1)
        learned.append((learner.groups_at_once, learner.state()))
    (many, first), (one, second) = learned
    assert many > 3
    assert one == 1
    for name, each in first.items():
        torch.testing.assert_close(each, second[name], atol=1e-5, rtol=1e-4)


def test_half_precision_says_about_the_same(tiny_pack):
    from desktop_app.training.learner import Learner

    group = Group("who?", tuple("a boat " * (n + 1) for n in range(7)), (0.0,) * 7, "s")
    said = []
    for precision in ("fp32", "bf16"):
        learner = Learner(
            Start(tiny_pack.reranker, is_new=False),
            lora=0,
            length=48,
            device="cpu",
            precision=precision,
            seed=1,
        )
        with learner.at_rest():
            said.append(learner.read([group])[0].numpy())
    assert np.abs(said[0] - said[1]).max() < 0.1 * (1 + np.ptp(said[0]))
    assert not np.array_equal(said[0], said[1])
