"""Write packs of the exact shape of published models, with random weights.

Usage: ``python tests/bench/shape_true.py NAME FOLDER [--layers N] [--seed N] [--torch]``. NAME
is ``bge-m3``, ``bge-en-small``, ``bge-en-base``, ``bge-en-large`` or ``starter``. Speed does not
depend on a weight's value, so it is measured here without a download; what the models *say*
means nothing. Random weights have no outlier features, so 8 bits look a little more exact than
on a trained model. Weights are written row by row: memory stays below 300 MB.
"""

from __future__ import annotations

import argparse
import io
import json
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.settings import resources_dir

_ROWS_AT_ONCE = 8192
_BERT_TOKENIZER = "packs/starter/embedder/tokenizer.json"
"""The starter's tokenizer is that of bert-base-uncased, which the English BGE models share."""
_XLMR_FIRST = ("<s>", "<pad>", "</s>", "<unk>")
_XLMR_VOCABULARY = 250_002
_SCRIPTS = ((0x21, 0x600), (0x600, 0x700), (0x900, 0xE80), (0x3040, 0x3100), (0x4E00, 0xA000))
"""Ranges of code points whose characters are tokens of their own, Hangul follows as filler."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model's shape; ``is_reranker`` adds a classification head with one output."""

    kind: str
    layers: int
    hidden: int
    heads: int
    positions: int
    is_reranker: bool = False

    @property
    def is_roberta(self) -> bool:
        """Say whether it is of XLM-RoBERTa's kind rather than BERT's."""
        return self.kind == "xlm-roberta"

    @property
    def vocabulary(self) -> int:
        """Return the rows of the embedding table."""
        return _XLMR_VOCABULARY if self.is_roberta else 30_522


@dataclass(frozen=True, slots=True)
class Shape:
    """A pack: its two models, and what its ``pack.toml`` declares."""

    embedder: Model
    reranker: Model
    pooling: str
    max_length: int
    query_prefix: str = ""
    languages: tuple[str, ...] = ()
    has_heads: bool = False


_PREFIX = "Represent this sentence for searching relevant passages: "
_XLMR_BASE = Model("xlm-roberta", 12, 768, 12, 514, is_reranker=True)
_XLMR_LARGE = Model("xlm-roberta", 24, 1024, 16, 514, is_reranker=True)
SHAPES = {
    "bge-m3": Shape(
        Model("xlm-roberta", 24, 1024, 16, 8194),
        replace(_XLMR_LARGE, positions=8194),
        "cls",
        1024,
        has_heads=True,
    ),
    "bge-en-small": Shape(
        Model("bert", 12, 384, 12, 512), _XLMR_BASE, "cls", 512, _PREFIX, ("en",)
    ),
    "bge-en-base": Shape(Model("bert", 12, 768, 12, 512), _XLMR_BASE, "cls", 512, _PREFIX, ("en",)),
    "bge-en-large": Shape(
        Model("bert", 24, 1024, 16, 512), _XLMR_LARGE, "cls", 512, _PREFIX, ("en",)
    ),
    "starter": Shape(
        Model("bert", 6, 384, 12, 512),
        Model("bert", 6, 384, 12, 512, is_reranker=True),
        "mean",
        256,
        languages=("en",),
    ),
}


def main() -> int:
    """Write the pack that the command line names; one JSON object on stdout."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("name", choices=SHAPES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layers", type=int, default=0, help="fewer layers, for a quick look")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--torch", action="store_true", help="the embedder as pytorch_model.bin, as BGE-M3 is"
    )
    options = parser.parse_args()
    started = time.perf_counter()
    make_pack(
        SHAPES[options.name],
        options.folder,
        layers=options.layers,
        seed=options.seed,
        is_torch=options.torch,
    )
    size = sum(path.stat().st_size for path in options.folder.rglob("*") if path.is_file())
    seconds = round(time.perf_counter() - started, 1)
    print(json.dumps({"pack": str(options.folder), "bytes": size, "seconds": seconds}))
    return 0


def make_pack(
    shape: Shape, folder: Path, *, layers: int = 0, seed: int = 0, is_torch: bool = False
) -> Path:
    """Write ``embedder/``, ``reranker/`` and ``pack.toml`` into a folder and return it.

    ``layers`` 0 keeps the true number. The same seed gives the same bytes; ``is_torch``
    writes the embedder's weights as ``pytorch_model.bin``.
    """
    for name, true in (("embedder", shape.embedder), ("reranker", shape.reranker)):
        model = replace(true, layers=layers) if layers else true
        part = folder / name
        part.mkdir(parents=True, exist_ok=True)
        print(f"writing {part}", file=sys.stderr)
        _write_description(part, model, shape)
        weights = part / "model.safetensors"
        _write_safetensors(weights, _tensors(model), seed)
        if name == "embedder" and is_torch:
            _write_torch(weights, part / "pytorch_model.bin")
            weights.unlink()
    if shape.has_heads:
        hidden = shape.embedder.hidden
        for head, rows in (("sparse_linear", 1), ("colbert_linear", hidden)):
            file = folder / "embedder" / f"{head}.safetensors"
            _write_safetensors(file, _linear("", rows, hidden), seed + crc32(head.encode()))
            _write_torch(file, file.with_suffix(".pt"))
            file.unlink()
    lines = [
        f"pooling = {json.dumps(shape.pooling)}",
        f"max_length = {shape.max_length}",
        f"query_prefix = {json.dumps(shape.query_prefix)}",
        f"languages = {json.dumps(shape.languages)}",
    ]
    (folder / "pack.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def kept_pack(name: str, work: Path, *, layers: int = 0) -> Path:
    """Return a pack in ``work``, written when it is first asked for."""
    folder = work / (f"{name}-{layers}" if layers else name)
    if not folder.is_dir():
        unfinished = folder.with_name(f"unfinished-{folder.name}")
        make_pack(SHAPES[name], unfinished, layers=layers).rename(folder)
    return folder


def _write_description(part: Path, model: Model, shape: Shape) -> None:
    if model.is_roberta:
        names = {"bos": "<s>", "cls": "<s>", "pad": "<pad>", "eos": "</s>", "sep": "</s>"}
        _write_xlmr_tokenizer(part / "tokenizer.json")
    else:
        names = {"cls": "[CLS]", "pad": "[PAD]", "sep": "[SEP]"}
        tokenizer = (resources_dir() / _BERT_TOKENIZER).read_bytes()
        (part / "tokenizer.json").write_bytes(tokenizer)
    special = {f"{name}_token": token for name, token in names.items()}
    special |= {
        "unk_token": "<unk>" if model.is_roberta else "[UNK]",
        "mask_token": "<mask>" if model.is_roberta else "[MASK]",
    }
    base = "XLMRoberta" if model.is_roberta else "Bert"
    tokenizer_config = special | {
        "tokenizer_class": f"{base}Tokenizer",
        "model_max_length": shape.max_length,
    }
    config: dict[str, Any] = {
        "architectures": [f"{base}{'ForSequenceClassification' if model.is_reranker else 'Model'}"],
        "model_type": model.kind,
        "hidden_size": model.hidden,
        "num_hidden_layers": model.layers,
        "num_attention_heads": model.heads,
        "intermediate_size": 4 * model.hidden,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-5 if model.is_roberta else 1e-12,
        "max_position_embeddings": model.positions,
        "type_vocab_size": 1 if model.is_roberta else 2,
        "vocab_size": model.vocabulary,
        "pad_token_id": 1 if model.is_roberta else 0,
    }
    if model.is_roberta:
        config |= {"bos_token_id": 0, "eos_token_id": 2}
    if model.is_reranker:
        config |= {"id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}}
    for name, values in (
        ("special_tokens_map.json", special),
        ("tokenizer_config.json", tokenizer_config),
        ("config.json", config),
    ):
        (part / name).write_text(json.dumps(values, indent=1), encoding="utf-8")


def _write_xlmr_tokenizer(path: Path) -> None:
    """Write a Unigram tokenizer of XLM-RoBERTa's size, made of English words and characters.

    The words and word parts are the starter's, in lower and title case, the more frequent
    the likelier; about 1.3 tokens an English word, as XLM-RoBERTa has, one a Chinese
    character. What is left of the vocabulary is Hangul and pieces that occur nowhere.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    known = json.loads((resources_dir() / _BERT_TOKENIZER).read_text(encoding="utf-8"))
    pieces = dict.fromkeys(_XLMR_FIRST, 0.0)
    words = [word for word in known["model"]["vocab"] if not word.startswith("[")]
    for rank, word in enumerate(words):
        likelihood = -float(np.log(rank + 100))
        if word.startswith("##"):
            pieces.setdefault(word[2:], likelihood - 3)
        else:
            pieces.setdefault(f"▁{word}", likelihood)
            pieces.setdefault(f"▁{word.title()}", likelihood - 1)
    pieces.setdefault("▁", -8.0)
    for first, last in (*_SCRIPTS, (0xAC00, 0xD7A4)):
        for code in range(first, last):
            pieces.setdefault(chr(code), -12.0)
    filler = (f"\U000f0000{number:x}" for number in range(_XLMR_VOCABULARY))
    while len(pieces) < _XLMR_VOCABULARY - 1:
        pieces[next(filler)] = -20.0
    pieces["<mask>"] = 0.0
    unigram = Unigram(list(pieces.items()), unk_id=_XLMR_FIRST.index("<unk>"), byte_fallback=False)
    tokenizer = Tokenizer(unigram)
    tokenizer.normalizer = normalizers.Precompiled(_character_map())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(
        [AddedToken(each, normalized=False, special=True) for each in _XLMR_FIRST]
        + [AddedToken("<mask>", lstrip=True, normalized=False, special=True)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=["<s>", "$A", "</s>"],
        pair=["<s>", "$A", "</s>", "</s>", "$B", "</s>"],
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer.save(str(path))


def _character_map() -> bytes:
    """Return SentencePiece's NFKC map, which comes only with a trained model."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["The character map comes with any model."]),
        model_writer=model,
        model_type="char",
        vocab_size=64,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    messages: Any = sentencepiece_model_pb2  # its classes are made when it is imported
    proto = messages.ModelProto.FromString(model.getvalue())
    return bytes(proto.normalizer_spec.precompiled_charsmap)


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Numbers to come: normal with ``deviation`` around ``mean``."""

    name: str
    shape: tuple[int, ...]
    deviation: float
    mean: float = 0.0


def _tensors(model: Model) -> Iterator[_Tensor]:
    kind = "roberta" if model.is_roberta else "bert"
    prefix = f"{kind}." if model.is_reranker else ""
    hidden = model.hidden
    for name, rows, deviation in (
        ("word", model.vocabulary, 1.0),
        ("position", model.positions, 0.3),
        ("token_type", 1 if model.is_roberta else 2, 0.1),
    ):
        table = f"{prefix}embeddings.{name}_embeddings.weight"
        # A type that means nothing must not drown the words.
        yield _Tensor(table, (rows, hidden), deviation)
    yield from _norm(f"{prefix}embeddings.LayerNorm.", hidden)
    for layer in range(model.layers):
        name = f"{prefix}encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            yield from _linear(f"{name}.attention.self.{part}.", hidden, hidden)
        yield from _linear(f"{name}.attention.output.dense.", hidden, hidden)
        yield from _norm(f"{name}.attention.output.LayerNorm.", hidden)
        yield from _linear(f"{name}.intermediate.dense.", 4 * hidden, hidden)
        yield from _linear(f"{name}.output.dense.", hidden, 4 * hidden)
        yield from _norm(f"{name}.output.LayerNorm.", hidden)
    if not model.is_roberta or not model.is_reranker:
        yield from _linear(f"{prefix}pooler.dense.", hidden, hidden)
    if model.is_reranker and model.is_roberta:
        yield from _linear("classifier.dense.", hidden, hidden)
        yield from _linear("classifier.out_proj.", 1, hidden)
    elif model.is_reranker:
        yield from _linear("classifier.", 1, hidden)


def _linear(prefix: str, rows: int, columns: int) -> Iterator[_Tensor]:
    # Variance is kept from layer to layer (fan-in scaling), so 24 layers neither fade nor burst.
    yield _Tensor(f"{prefix}weight", (rows, columns), columns**-0.5)
    yield _Tensor(f"{prefix}bias", (rows,), 0.02)


def _norm(prefix: str, hidden: int) -> Iterator[_Tensor]:
    yield _Tensor(f"{prefix}weight", (hidden,), 0.05, mean=1.0)
    yield _Tensor(f"{prefix}bias", (hidden,), 0.02)


def _write_safetensors(path: Path, tensors: Iterator[_Tensor], seed: int) -> None:
    """Write the format as https://huggingface.co/docs/safetensors describes it."""
    listed = list(tensors)
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for each in listed:
        start, end = end, end + 4 * int(np.prod(each.shape))
        header[each.name] = {"dtype": "F32", "shape": each.shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for each in listed:
            for rows in _rows(each, seed):
                rows.tofile(file)


def _rows(tensor: _Tensor, seed: int) -> Iterator[NDArray[np.float32]]:
    random = np.random.Generator(np.random.SFC64([seed, crc32(tensor.name.encode())]))
    rest = tensor.shape[1:]
    for start in range(0, tensor.shape[0], _ROWS_AT_ONCE):
        count = min(_ROWS_AT_ONCE, tensor.shape[0] - start)
        numbers = random.standard_normal((count, *rest), np.float32)
        numbers *= np.float32(tensor.deviation)
        numbers += np.float32(tensor.mean)
        yield numbers


def _write_torch(source: Path, target: Path) -> None:
    """Write the tensors of a safetensors file as ``torch.save`` does, in little memory."""
    import torch

    with source.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            offset = 8 + length + entry["data_offsets"][0]
            # Copy on write: torch wants memory that could be written to.
            mapped = np.memmap(source, np.float32, "c", offset, tuple(entry["shape"]))
            tensors[name] = torch.from_numpy(mapped)
    torch.save(tensors, target)


if __name__ == "__main__":
    sys.exit(main())
