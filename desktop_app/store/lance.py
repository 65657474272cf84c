"""LanceDB at arm's length: imported without what a library on this disk never uses.

Import lancedb and pyarrow only through this module.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from desktop_app.store.heap import share_heap

__all__ = [
    "FTS",
    "BTree",
    "Bitmap",
    "BooleanQuery",
    "IvfRq",
    "MatchQuery",
    "Occur",
    "PhraseQuery",
    "lancedb",
    "pa",
]

_REST_CLIENT = "lance_namespace_urllib3_client"
_PLACEHOLDERS = "_lectern_placeholders"


class _LeanFinder(MetaPathFinder, Loader):
    """Stands in for LanceDB's REST client, and hides pandas while LanceDB is imported.

    Both are imported eagerly though neither is used for a local library: 1,000 generated
    pydantic models and all of pandas take 1.1 of the 1.7 seconds that ``import lancedb``
    takes, and 50 of its 160 MB. The names that LanceDB takes from the client become empty
    classes; only a connection to a server would instantiate them.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for the client's modules, refuse pandas, leave the rest to others."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)
        if fullname.partition(".")[0] == _REST_CLIENT:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Make a module whose every public name is an empty class."""
        return _Placeholders(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is to be run."""


class _Placeholders(ModuleType):
    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        placeholder = type(name, (), {"__module__": _PLACEHOLDERS})
        setattr(self, name, placeholder)
        return placeholder


# Lance writes warnings of its own to stderr (such as "no existing dataset"), where the
# command line promises one line an error. Read once, when the library is loaded.
os.environ.setdefault("LANCE_LOG", "error")

share_heap()

_finder = _LeanFinder()
sys.meta_path.insert(0, _finder)
try:
    import lancedb
    import pyarrow as pa
    from lancedb.index import FTS, Bitmap, BTree, IvfRq
    from lancedb.query import BooleanQuery, MatchQuery, Occur, PhraseQuery
finally:
    sys.meta_path.remove(_finder)
