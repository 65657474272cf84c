"""What bounds LanceDB's memory leaves what is found as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = """
import json, random, sys
from pathlib import Path
from desktop_app.store.library import open_library
from tests.store.library_samples import make_document, make_hash, make_passage

chance = random.Random(1)
words = [f"w{chance.randrange(10**9):x}" for _ in range(3000)]
library = open_library(Path(sys.argv[1]))
for part in range(3):
    texts = [" ".join(chance.choices(words, k=200)) for _ in range(400)]
    passages = [make_passage(f"{part}", at, text) for at, text in enumerate(texts)]
    library.put_passages(passages)
    library.put_documents([make_document(f"{part}", f"{part}.pdf", passages=len(passages))])
    library.maintain()
runs = [library.search_fulltext(" ".join(words[at:at + 3]), k=30) for at in range(0, 90, 3)]
library.close()
newest = max(Path(sys.argv[1]).glob("passages.lance/_indices/*/part_*_tokens.lance"),
             key=lambda each: each.stat().st_mtime_ns).parent
print(json.dumps({
    "parts": len(list(newest.glob("part_*_tokens.lance"))),
    "scores": [[round(each, 3) for each in run.scores] for run in runs],
    # Of equal scores either may be the last that is in the list.
    "found": [
        [each for each, score in zip(run.passage_ids, run.scores) if score > run.scores[-1]]
        for run in runs
    ],
}))
"""


def searched(directory: Path, **chosen: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(directory)],
        cwd=ROOT,
        env={**os.environ, **chosen},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def test_an_index_of_words_in_several_parts_finds_what_one_in_a_single_part_does(tmp_path):
    whole = searched(tmp_path / "whole")
    parted = searched(tmp_path / "parted", LANCE_FTS_PARTITION_SIZE="1")
    assert whole["parts"] < parted["parts"]
    assert all(whole["scores"])
    assert parted["scores"] == whole["scores"]
    assert parted["found"] == whole["found"]
