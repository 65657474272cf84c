"""Packs of the exact shape of BGE-M3 and bge-reranker-v2-m3, a thousand times smaller.

The weights are random, so scores mean nothing; the tokenizer is a real SentencePiece
Unigram model with its character map, trained on the sentences below.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

HIDDEN = 32
LAYERS = 2
HEADS = 4
INNER = 64
POSITIONS = 514
FIRST = ("<s>", "<pad>", "</s>", "<unk>")

SENTENCES = (
    "The quick brown fox jumps over the lazy dog.",
    "A warranty claim must be filed within thirty days of delivery.",
    "Water boils at a lower temperature on high mountains.",
    "The committee approved the budget for the coming fiscal year.",
    "Solar panels convert sunlight into electricity without moving parts.",
    "Die Kündigungsfrist beträgt drei Monate zum Monatsende.",
    "La réunion du conseil est reportée au mardi suivant.",
    "会议纪要应在三个工作日内发送给所有与会者。",
    "北京是中华人民共和国的首都。",
    "يجب تقديم الطلب قبل نهاية الشهر.",
    "القاهرة هي عاصمة مصر وأكبر مدنها.",
    "Stopwords, numbers 1234567890 and symbols such as (a+b)/2 = c occur too.",
)


def make_tiny_m3_pack(folder: Path, *, seed: int = 0) -> Path:
    """Write ``embedder/`` and ``reranker/`` into a folder and return it; about a second.

    The embedder is a ``pytorch_model.bin`` with sparse and multi-vector heads, as BGE-M3
    is published; the reranker is a ``model.safetensors``.
    """
    random = np.random.default_rng(seed)
    tokenizer = _tokenizer()
    for name in ("embedder", "reranker"):
        _write_common_files(folder / name, tokenizer)
    vocabulary = tokenizer.get_vocab_size()
    import torch

    def save(tensors: dict[str, NDArray[np.float32]], path: Path) -> None:
        torch.save({name: torch.from_numpy(each) for name, each in tensors.items()}, path)

    embedder = folder / "embedder"
    save(dict(_encoder(random, vocabulary)), embedder / "pytorch_model.bin")
    save(dict(_linear(random, "", 1, HIDDEN)), embedder / "sparse_linear.pt")
    save(dict(_linear(random, "", HIDDEN, HIDDEN)), embedder / "colbert_linear.pt")
    body = {f"roberta.{name}": each for name, each in _encoder(random, vocabulary)}
    body |= _linear(random, "classifier.dense.", HIDDEN, HIDDEN)
    body |= _linear(random, "classifier.out_proj.", 1, HIDDEN)
    save_file(body, folder / "reranker" / "model.safetensors", metadata={"format": "pt"})
    return folder


def _write_common_files(folder: Path, tokenizer: Tokenizer) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    special = dict(
        zip(
            ("bos_token", "cls_token", "pad_token", "eos_token", "sep_token", "unk_token"),
            ("<s>", "<s>", "<pad>", "</s>", "</s>", "<unk>"),
            strict=True,
        )
    )
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({**special, "tokenizer_class": "XLMRobertaTokenizer", "model_max_length": 512})
    )
    is_reranker = folder.name == "reranker"
    config = {
        "architectures": [
            "XLMRobertaForSequenceClassification" if is_reranker else "XLMRobertaModel"
        ],
        "model_type": "xlm-roberta",
        "bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-5,
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": 1,
        "vocab_size": tokenizer.get_vocab_size(),
    }
    if is_reranker:
        config |= {"id2label": {"0": "LABEL_0"}, "label2id": {"LABEL_0": 0}}
    (folder / "config.json").write_text(json.dumps(config))


def _tokenizer() -> Tokenizer:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 4),
        model_writer=model,
        model_type="unigram",
        vocab_size=320,
        hard_vocab_limit=False,
        character_coverage=1.0,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    messages: Any = sentencepiece_model_pb2  # its classes are made when it is imported
    proto = messages.ModelProto.FromString(model.getvalue())
    # As fairseq numbered XLM-R: its own four first, then the pieces after <unk> <s> </s>.
    pieces = [(token, 0.0) for token in FIRST]
    pieces += [(each.piece, each.score) for each in proto.pieces[3:]]
    pieces.append(("<mask>", 0.0))
    tokenizer = Tokenizer(Unigram(pieces, unk_id=FIRST.index("<unk>"), byte_fallback=False))
    tokenizer.normalizer = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(
        [AddedToken(each, normalized=False, special=True) for each in FIRST]
        + [AddedToken("<mask>", lstrip=True, normalized=False, special=True)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=["<s>", "$A", "</s>"],
        pair=["<s>", "$A", "</s>", "</s>", "$B", "</s>"],
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return tokenizer


def _encoder(
    random: np.random.Generator, vocabulary: int
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for name, rows in (
        ("word_embeddings", vocabulary),
        ("position_embeddings", POSITIONS),
        ("token_type_embeddings", 1),
    ):
        yield f"embeddings.{name}.weight", _normal(random, (rows, HIDDEN), 1.0)
    yield from _norm(random, "embeddings.LayerNorm.")
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            yield from _linear(random, f"{name}.attention.self.{part}.", HIDDEN, HIDDEN)
        yield from _linear(random, f"{name}.attention.output.dense.", HIDDEN, HIDDEN)
        yield from _norm(random, f"{name}.attention.output.LayerNorm.")
        yield from _linear(random, f"{name}.intermediate.dense.", INNER, HIDDEN)
        yield from _linear(random, f"{name}.output.dense.", HIDDEN, INNER)
        yield from _norm(random, f"{name}.output.LayerNorm.")


def _linear(
    random: np.random.Generator, prefix: str, rows: int, columns: int
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield f"{prefix}weight", _normal(random, (rows, columns), columns**-0.5)
    yield f"{prefix}bias", _normal(random, (rows,), 0.1)


def _norm(random: np.random.Generator, prefix: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield f"{prefix}weight", 1 + _normal(random, (HIDDEN,), 0.1)
    yield f"{prefix}bias", _normal(random, (HIDDEN,), 0.1)


def _normal(
    random: np.random.Generator, shape: tuple[int, ...], deviation: float
) -> NDArray[np.float32]:
    return (random.standard_normal(shape) * deviation).astype(np.float32)
