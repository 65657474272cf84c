"""Make ``resources/languages/model.zst`` of the model that comes with py3langid.

``python installer/convert_languages.py``; takes some minutes. The file holds six arrays in
NumPy's format, one after the other, compressed: base, parent and feature of the trie's places,
weights, priors and codes of the languages (see ``desktop_app/parsing/language_model.py``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
from backports import zstd
from numpy.lib.format import write_array
from numpy.typing import NDArray
from py3langid.langid import MODEL_DIR, MODEL_FILE
from py3langid.modelio import load_model

TARGET = Path(__file__).resolve().parent.parent / "resources" / "languages"
_LETTERS_OF_A_CODE = 2
_BYTES = 256
_LEVEL = 22
_CANDIDATES = 4_096

_Children = dict[int, list[tuple[int, int]]]


def main() -> None:
    """Write the file and the license of what it is made of."""
    weights, priors, classes, moves, rows, features = load_model(MODEL_DIR / MODEL_FILE)
    table = np.frombuffer(moves, np.uint32).reshape(-1, _BYTES)
    base, parent, place_of = place(children_of(table, np.frombuffer(rows, np.uint16)))
    feature = np.full(len(base), -1, np.int32)
    for state, at in place_of.items():
        feature[at] = features[state]
    chosen = [at for at, code in enumerate(classes) if len(code) == _LETTERS_OF_A_CODE]
    codes = np.array([classes[at] for at in chosen])
    arrays: list[NDArray[Any]] = [
        *(base, parent, feature),
        *(np.ascontiguousarray(weights[:, chosen]), priors[chosen], codes),
    ]
    TARGET.mkdir(parents=True, exist_ok=True)
    with zstd.open(TARGET / "model.zst", "wb", level=_LEVEL) as file:
        for each in arrays:
            write_array(file, each, allow_pickle=False)
    shutil.copyfile(_license(), TARGET / "LICENSE")


def children_of(table: NDArray[np.uint32], rows: NDArray[np.uint16]) -> _Children:
    """Return (byte, state) of each state's children: an automaton's moves to longer n-grams.

    From level to level: a move to a state that was met before leads to a shorter n-gram.
    """
    children: _Children = {}
    met = {0}
    level = [0]
    while level:
        found: list[int] = []
        for state in level:
            moves = enumerate(table[rows[state]].tolist())
            children[state] = [(byte, to) for byte, to in moves if to not in met]
            new = [to for _, to in children[state]]
            met.update(new)
            found.extend(new)
        level = found
    return children


def place(children: _Children) -> tuple[NDArray[np.int32], NDArray[np.int32], dict[int, int]]:
    """Return base and parent of every place, and the place of every state.

    Those with most children first, each as far in front as all of them find room.
    """
    size = 2 * len(children) + _BYTES
    is_free = np.ones(size, np.bool_)
    is_free[0] = False
    bases: dict[int, int] = {}
    first = 1
    for state in sorted(children, key=lambda each: -len(children[each])):
        if not children[state]:
            continue
        letters = np.array([byte for byte, _ in children[state]])
        bases[state] = next(_rooms(is_free, first, letters))
        is_free[bases[state] + letters] = False
        while not is_free[first]:
            first += 1
    place_of = {0: 0}
    for state, found in children.items():
        for byte, child in found:
            place_of[child] = bases[state] + byte
    end = max(place_of.values()) + 1 + _BYTES
    base, parent = np.zeros(end, np.int32), np.full(end, -1, np.int32)
    for state, found in children.items():
        base[place_of[state]] = bases.get(state, 0)
        for _, child in found:
            parent[place_of[child]] = place_of[state]
    return base, parent, place_of


def _rooms(is_free: NDArray[np.bool_], first: int, letters: NDArray[np.int64]) -> Iterator[int]:
    """Yield the bases at which all these letters find a free place, smallest first."""
    for start in range(first, len(is_free), _CANDIDATES):
        free = start + np.flatnonzero(is_free[start : start + _CANDIDATES])
        tried = free - letters[0]
        tried = tried[(tried > 0) & (tried + _BYTES < len(is_free))]
        fits = is_free[tried[:, None] + letters].all(axis=1)
        yield from tried[fits].tolist()


def _license() -> Path:
    files = distribution("py3langid").files or []
    return next(Path(str(each.locate())) for each in files if each.name.startswith("LICENSE"))


if __name__ == "__main__":
    main()
