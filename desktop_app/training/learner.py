"""The model that learns: loaded, frozen where it shall stay as it is, read in micro-batches.

FlagEmbedding's ``CrossEncoderModel`` is what learns. Its ``forward`` knows no prior, so logits
are taken from its ``encode``; its trainer is not used, since it can neither be stopped at any
step and resumed to the same result nor says what it is doing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, TypeAlias

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from desktop_app.errors import OutOfMemory, PackAltered, TrainingError
from desktop_app.inference.tokenization import Tokenization, Tokens
from desktop_app.inference.torch_devices import best_device
from desktop_app.training.groups import WRONG_TRAINED, Group
from desktop_app.training.plan import Start

State: TypeAlias = dict[str, torch.Tensor]

_MICRO = 8
"""Pairs read at once: longer rows waste padding on a CPU, shorter ones its threads."""
_MICRO_ON_GPU = 64
_MEMORY = 1_500_000_000
_MEMORY_ON_GPU = 12_000_000_000
_NUMBERS_A_TOKEN = 34
"""Of the hidden size, kept for the way back by each layer (Korthikanti et al. 2022, eq. 2)."""
_FROZEN = 3
"""The lowest third of the layers stays as it is: words mean the same in every field."""
_QUESTION_WORDS = 64
_HEAD = 3.0
"""A new head learns this much faster than what it stands on."""
_DROPOUTS = ("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout")
_NO_MEMORY = OutOfMemory(
    "There is not enough memory to train this model.",
    "Train with --lora, close other programs, or train on the processor with --device cpu.",
)


class Learner:
    """A cross-encoder in training, on one device. Use on one thread; imports take seconds.

    ``lora`` is a rank, 0 trains the weights themselves. ``precision`` is "auto" (bf16 on a GPU
    that has it, else fp32), "fp32" or "bf16"; weights are float32 always. ``threads`` 0 leaves
    torch's own choice; another number may change the last bits of what is learned. Raises
    PackAltered, TrainingError where the weights cannot be trained, OutOfMemory.
    """

    def __init__(
        self,
        start: Start,
        *,
        lora: int,
        length: int,
        device: str,
        precision: str,
        seed: int,
        threads: int = 0,
    ) -> None:
        from FlagEmbedding.finetune.reranker.encoder_only.base import CrossEncoderModel
        from transformers import AutoTokenizer

        self.device = best_device() if device == "auto" else device
        self._is_gpu = self.device != "cpu"
        self.precision = self._precision(precision)
        if threads:
            torch.set_num_threads(threads)
        torch.manual_seed(seed)
        self._config = _read_config(start.folder)
        base = _load(start, self._config)
        layers = _freeze(base)
        self._heads = _head_names(base) if start.is_new else frozenset()
        if lora:
            base = _with_lora(base, lora)
        tokenizer = AutoTokenizer.from_pretrained(str(start.folder), local_files_only=True)
        with _memory_watched():
            self._model: Any = CrossEncoderModel(base, tokenizer).to(self.device).train()
        self._tokenization = Tokenization(start.folder, max_length=length)
        group = (WRONG_TRAINED + 1) * length * _NUMBERS_A_TOKEN * 4 * layers
        group *= int(base.config.hidden_size)
        memory = _MEMORY_ON_GPU if self._is_gpu else _MEMORY
        self.groups_at_once = max(1, memory // group)
        if group > memory:
            # Slower by a third, but what a layer computed is not kept for the way back.
            self._model.gradient_checkpointing_enable(
                gradient_checkpointing_kwargs={"use_reentrant": False}
            )

    @property
    def learned(self) -> dict[str, torch.nn.Parameter]:
        """The parameters that change, by name."""
        return {name: each for name, each in self._model.named_parameters() if each.requires_grad}

    def parameter_groups(self, rate: float) -> list[dict[str, Any]]:
        """Part what changes for the optimizer: a new head learns faster, vectors do not decay."""
        parts: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
        for name, each in self.learned.items():
            is_head = any(head in name for head in self._heads)
            key = (_HEAD if is_head else 1.0, 0.01 if each.ndim > 1 else 0.0)
            parts.setdefault(key, []).append(each)
        return [
            {"params": group, "lr": rate * faster, "faster": faster, "weight_decay": decay}
            for (faster, decay), group in parts.items()
        ]

    def read(self, groups: Sequence[Group]) -> list[torch.Tensor]:
        """Return the logits of each group's passages, float32, the right one first.

        Pairs of like length are read together. Raises OutOfMemory.
        """
        pairs = [each for group in groups for each in self._encode(group)]
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place]))
        logits: list[torch.Tensor] = [torch.empty(0)] * len(pairs)
        step = _MICRO_ON_GPU if self._is_gpu else _MICRO
        with _memory_watched():
            for start in range(0, len(order), step):
                part = order[start : start + step]
                found = self._logits([pairs[place] for place in part])
                for place, value in zip(part, found, strict=True):
                    logits[place] = value
        ends = iter(logits)
        return [torch.stack([next(ends) for _ in group.passages]) for group in groups]

    def state(self) -> State:
        """Return a copy of what changes, on the CPU."""
        return {name: each.detach().cpu().clone() for name, each in self.learned.items()}

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        """Put a state back."""
        with torch.no_grad():
            for name, each in self.learned.items():
                each.copy_(state[name])

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Read without learning."""
        self._model.eval()
        try:
            with torch.inference_mode():
                yield
        finally:
            self._model.train()

    def weights(self) -> State:
        """Return all weights in float16 as Hugging Face names them; learning is over then.

        The model keeps the rounded ones, so that what is judged next is what is written.
        Raises TrainingError where one does not fit into float16.
        """
        base = self._model.model
        if hasattr(base, "merge_and_unload"):
            base = self._model.model = base.merge_and_unload()
        with torch.no_grad():
            for each in base.parameters():
                each.copy_(each.half().float())
        found = {name: each.half().cpu().contiguous() for name, each in base.state_dict().items()}
        if not all(bool(each.isfinite().all()) for each in found.values()):
            raise TrainingError(
                "The trained weights are too large to be kept.", "Train again with a lower --rate."
            )
        return found

    def config(self) -> dict[str, Any]:
        """Return ``config.json`` of what is trained."""
        base = self._model.model
        return {
            **self._config,
            "architectures": [type(base).__name__],
            "id2label": {"0": "LABEL_0"},
            "label2id": {"LABEL_0": 0},
            "dtype": "float16",
        }

    def _precision(self, wanted: str) -> str:
        if wanted != "auto":
            return wanted
        is_fit = self.device.startswith("cuda") and torch.cuda.is_bf16_supported()
        return "bf16" if is_fit else "fp32"

    def _encode(self, group: Group) -> list[Tokens]:
        question = " ".join(group.question.split()[:_QUESTION_WORDS])
        return self._tokenization.encode_pairs(question, group.passages)

    def _logits(self, pairs: Sequence[Tokens]) -> torch.Tensor:
        batch = self._tokenization.pad(pairs)
        features = {
            "input_ids": torch.from_numpy(batch.ids).long(),
            "attention_mask": torch.from_numpy(batch.mask).long(),
            "token_type_ids": torch.from_numpy(batch.types).long(),
        }
        features = {name: each.to(self.device) for name, each in features.items()}
        with torch.autocast(
            self.device.split(":")[0], torch.bfloat16, enabled=self.precision == "bf16"
        ):
            logits: torch.Tensor = self._model.encode(features)
        return logits[:, 0].float()


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        values = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PackAltered("The model's config.json cannot be read.") from error
    if not isinstance(values, dict):
        raise PackAltered("The model's config.json cannot be read.")
    return values


def _load(start: Start, values: Mapping[str, Any]) -> Any:
    from transformers import AutoConfig, AutoModelForSequenceClassification

    try:
        config = AutoConfig.from_pretrained(
            str(start.folder), num_labels=1, local_files_only=True, trust_remote_code=False
        )
        for name in _DROPOUTS:
            if values.get(name) is not None:
                setattr(config, name, 0.0)
        base = AutoModelForSequenceClassification.from_config(
            config, attn_implementation="sdpa", dtype=torch.float32
        )
    except (ValueError, KeyError, OSError) as error:
        raise _untrainable() from error
    tensors = _tensors(start.folder)
    if start.lent is not None:
        others = _tensors(start.lent.folder)
        tensors |= {own: others[there] for own, there in start.lent.names.items()}
    prefix = f"{base.base_model_prefix}."
    if start.is_new:
        tensors = {
            name if name.startswith(prefix) else prefix + name: each
            for name, each in tensors.items()
        }
    known = base.state_dict()
    fitting = {name: each.float() for name, each in tensors.items() if name in known}
    if any(known[name].shape != each.shape for name, each in fitting.items()):
        raise PackAltered("The model's weights do not fit its config.json.")
    may_lack = _head_names(base) if start.is_new else frozenset()
    lacking = [name for name in known.keys() - fitting.keys() if not _is_in(name, may_lack)]
    if lacking:
        raise PackAltered(f"The model's weights lack {min(lacking)}.")
    base.load_state_dict(fitting, strict=False)
    return base


def _tensors(folder: Path) -> State:
    try:
        path = folder / "model.safetensors"
        if path.is_file():
            found: State = load_file(path)
        else:
            found = torch.load(
                folder / "pytorch_model.bin", map_location="cpu", weights_only=True, mmap=True
            )
    except (OSError, SafetensorError, UnpicklingError, RuntimeError) as error:
        raise PackAltered("The model's weights cannot be read.") from error
    if any(
        not each.is_floating_point() and each.ndim > 1 and "position_ids" not in name
        for name, each in found.items()
    ):
        raise TrainingError(
            "The weights of this pack are whole numbers (int8), which cannot be trained.",
            "Use the pack that they were made from.",
        )
    return found


def _freeze(base: Any) -> int:
    """Freeze the embeddings and the lowest layers; return how many layers learn."""
    try:
        layers = list(base.base_model.encoder.layer)
        base.base_model.embeddings.requires_grad_(False)
    except AttributeError as error:
        raise _untrainable() from error
    frozen = len(layers) // _FROZEN
    for layer in layers[:frozen]:
        layer.requires_grad_(False)
    return len(layers) - frozen


def _head_names(base: Any) -> frozenset[str]:
    return frozenset({"classifier.", f"{base.base_model_prefix}.pooler."})


def _is_in(name: str, prefixes: frozenset[str]) -> bool:
    return name.startswith(tuple(prefixes))


def _with_lora(base: Any, rank: int) -> Any:
    from peft import LoraConfig, TaskType, get_peft_model

    config = LoraConfig(
        task_type=TaskType.SEQ_CLS,
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=0.0,
        target_modules=["query", "key", "value"],
        modules_to_save=["classifier"],
    )
    return get_peft_model(base, config)


def _untrainable() -> TrainingError:
    return TrainingError(
        "A model of this kind cannot be trained.",
        "Encoders of the kinds BERT, RoBERTa and XLM-RoBERTa can, as those of the BGE packs.",
    )


@contextmanager
def _memory_watched() -> Iterator[None]:
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise _NO_MEMORY from error
    except RuntimeError as error:
        # The CPU's allocator raises no type of its own (c10/core/impl/alloc_cpu.cpp).
        if "can't allocate memory" in str(error) or "not enough memory" in str(error):
            raise _NO_MEMORY from error
        raise
