"""A tiny pack, a model of words in its place, and texts of which the right ones can be learned."""

from __future__ import annotations

import re
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from desktop_app.domain import Embeddings
from desktop_app.inference.packs import Pack, find_pack, vector_space
from desktop_app.settings import resources_dir
from desktop_app.training.material import Material, passage_key
from desktop_app.training.pairs import Pair
from desktop_app.training.plan import Plan
from desktop_app.training.train import Order
from tests.tiny_bert_packs import make_tiny_bert_pack
from tests.training.texts import made_passage

SMALL = Plan(start="embedder", steps=6, claims=0.0, passages=100, held_out=8, length=48)


class WordModel:
    """Stands in for the model process: a text's vector is the sum of its words'."""

    def __init__(self, pack: Pack) -> None:
        self.space = replace(vector_space(pack), languages=frozenset(), dimension=2048)
        self.texts_read = 0

    def embed_query(self, text: str) -> Embeddings:
        return Embeddings(self._vectors([text]))

    def embed_passages(
        self, texts: Sequence[str], *, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[tuple[int, ...], Embeddings]]:
        for place, text in enumerate(texts):
            if is_cancelled():
                return
            self.texts_read += 1
            yield (place,), Embeddings(self._vectors([text]))

    def close(self) -> None:
        """Nothing was started."""

    def _vectors(self, texts: Sequence[str]) -> Any:
        rows = np.zeros((len(texts), self.space.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[crc32(word.encode()) % self.space.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = make_tiny_bert_pack(tmp_path_factory.mktemp("pack") / "tiny", pooling="mean")
    return find_pack(
        str(folder), packs_dir=tmp_path_factory.mktemp("packs"), resources_dir=resources_dir()
    )


@pytest.fixture(scope="session")
def material() -> Material:
    """Thirty-six questions in as many documents, each with a right passage and three others.

    What tells the right one is a word that the search does not look for.
    """
    documents = {}
    pairs = []
    for number in range(36):
        name = f"document {number}"
        verbs = ["sold", "made", "seen", "kept"]
        right = f"Indeed keeper {number % 5} {verbs.pop(number % 4)} a lamp of room {number}."
        wrong = [f"Once keeper {number % 5} {verb} a lamp of room {number}." for verb in verbs]
        documents[name] = tuple(
            made_passage(name, ordinal, text) for ordinal, text in enumerate((right, *wrong))
        )
        pairs.append(Pair(f"Which keeper had a lamp of room {number}?", right, name, "rooms"))
    return Material(tuple(pairs), documents, 0, ("rooms.jsonl",), passage_key("rooms"))


@pytest.fixture
def order(tiny_pack: Pack, material: Material, tmp_path: Path) -> Order:
    return Order(
        plan=SMALL,
        pack=tiny_pack,
        material=material,
        workspace=tmp_path / "work",
        target=tmp_path / "packs" / "rooms",
        make_model=lambda: WordModel(tiny_pack),  # type: ignore[arg-type,return-value]
        known=lambda _ids: {},
        command="lectern train-reranker rooms.jsonl",
    )


@pytest.fixture(scope="session")
def groups_ready(
    tiny_pack: Pack, material: Material, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], None]:
    """Return what puts the groups of ``order`` into a workspace, mined once for all tests."""
    from desktop_app.training.preparing import draw, prepare

    folder = tmp_path_factory.mktemp("groups")
    model: Any = WordModel(tiny_pack)
    drawn = draw(material, SMALL)
    for _ in prepare(
        folder,
        drawn,
        SMALL,
        pack=tiny_pack,
        model=model,
        known=lambda _ids: {},
        is_cancelled=lambda: False,
    ):
        pass
    shutil.rmtree(folder / "library")

    def put(workspace: Path) -> None:
        shutil.copytree(folder, workspace)

    return put
