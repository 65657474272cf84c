"""Make the starter pack's embedder from the published all-MiniLM-L6-v2 weights.

Usage: ``python installer/convert_starter.py FOLDER`` where FOLDER holds the original
``model.safetensors`` and its tokenizer. Run once; the result is committed. It is kept in
float16, half the size, which moves no vector by more than float16's own rounding.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

ORIGINAL = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TARGET = Path(__file__).resolve().parent.parent / "resources" / "packs" / "starter" / "embedder"
KEPT_AS_THEY_ARE = (
    "config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
)


def main() -> int:
    """Convert, and print the manifest's lines for the files made."""
    source = Path(sys.argv[1])
    weights = source / "model.safetensors"
    if _sha256(weights) != ORIGINAL:
        print(f"{weights} is not the published file.", file=sys.stderr)
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    halved = {
        name: tensor.astype(np.float16)
        for name, tensor in load_file(weights).items()
        # Not a weight: 0, 1, 2, ..., which newer loaders count themselves.
        if tensor.dtype == np.float32
    }
    save_file(halved, TARGET / "model.safetensors", metadata={"format": "pt"})
    (TARGET / "model.safetensors").chmod(0o644)
    for name in KEPT_AS_THEY_ARE:
        shutil.copyfile(source / name, TARGET / name)
    for name in sorted(("model.safetensors", *KEPT_AS_THEY_ARE)):
        path = TARGET / name
        print(
            f'[[embedder.files]]\npath = "{name}"\nsize = {path.stat().st_size}\n'
            f'sha256 = "{_sha256(path)}"\n'
        )
    return 0


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
