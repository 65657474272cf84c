"""Packs of BERT's shape, a thousand times smaller: as the English BGE models and the starter.

The weights are random; the tokenizer is the starter's, that of bert-base-uncased.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from desktop_app.settings import resources_dir

POSITIONS = 512
_STARTER = "packs/starter/embedder"


def make_tiny_bert_pack(folder: Path, *, pooling: str, query_prefix: str = "") -> Path:
    """Write ``embedder/``, ``reranker/`` and ``pack.toml`` into a folder and return it.

    Imports transformers, which takes seconds. The reranker is a BERT with a pooler and one
    output, the embedder a plain BERT.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    torch.manual_seed(7)
    shape = {
        "vocab_size": 30_522,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": POSITIONS,
        # As large as a trained model's in effect: at 0.02 all texts would be much alike.
        "initializer_range": 0.3,
    }
    models = {
        "embedder": BertModel(BertConfig(**shape), add_pooling_layer=False),
        "reranker": BertForSequenceClassification(BertConfig(**shape, num_labels=1)),
    }
    for name, model in models.items():
        for parameter in model.parameters():
            # transformers begins with biases of zero, behind which a forgotten one could hide.
            if parameter.ndim == 1:
                parameter.data += 0.1 * torch.randn_like(parameter)
        model.save_pretrained(folder / name)
        for file in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
            if (resources_dir() / _STARTER / file).is_file():
                shutil.copy(resources_dir() / _STARTER / file, folder / name)
    declared = {"pooling": pooling, "query_prefix": query_prefix}
    (folder / "pack.toml").write_text(
        "\n".join(f"{key} = {json.dumps(value)}" for key, value in declared.items()),
        encoding="utf-8",
    )
    return folder
