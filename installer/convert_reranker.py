"""Make the starter pack's reranker from one that was fine-tuned from its embedder.

Usage: ``python installer/convert_reranker.py FOLDER [TARGET]`` where FOLDER holds a
``BertForSequenceClassification`` in Hugging Face layout whose word embeddings were frozen. They
are left out, since the pack's embedder has them; the rest is kept in float16. Prints the lines
of the manifest, which say so.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

STARTER = Path(__file__).resolve().parent.parent / "resources" / "packs" / "starter"
OWN, LENT = "bert.embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"
FROM_EMBEDDER = ("special_tokens_map.json", "tokenizer.json", "tokenizer_config.json")
"""The embedder's tokenizer, as it is: then the model process loads it once for both."""


def main() -> int:
    """Convert, and print the manifest's lines for the files made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path, nargs="?", default=STARTER / "reranker")
    options = parser.parse_args()
    source: Path = options.source
    target: Path = options.target
    embedder = STARTER / "embedder"
    tensors = load_file(source / "model.safetensors")
    lent = load_file(embedder / "model.safetensors")[LENT]
    if not np.array_equal(tensors.pop(OWN).astype(np.float16), lent):
        print("The word embeddings are not the embedder's: they were not frozen.", file=sys.stderr)
        return 1
    halved = {
        name: each.astype(np.float16) for name, each in tensors.items() if each.dtype != np.int64
    }
    if not all(np.isfinite(each).all() for each in halved.values()):
        print("The weights do not fit into float16.", file=sys.stderr)
        return 1
    target.mkdir(parents=True, exist_ok=True)
    save_file(halved, target / "model.safetensors", metadata={"format": "pt"})
    (target / "model.safetensors").chmod(0o644)
    shutil.copyfile(source / "config.json", target / "config.json")
    for name in FROM_EMBEDDER:
        shutil.copyfile(embedder / name, target / name)
    print(f'[reranker.shared]\n"{OWN}" = "{LENT}"\n')
    for name in sorted(("config.json", "model.safetensors", *FROM_EMBEDDER)):
        data = (target / name).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        print(f'[[reranker.files]]\npath = "{name}"\nsize = {len(data)}\nsha256 = "{digest}"\n')
    return 0


if __name__ == "__main__":
    sys.exit(main())
