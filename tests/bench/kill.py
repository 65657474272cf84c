"""Is anything lost, left over or doubled when the program is killed while it indexes?

Usage: ``python tests/bench/kill.py [TIMES] [--files N] [--seed S]``; 100 times by default
(about ten minutes). The program indexes a folder and is killed (SIGKILL) at a random
moment; a run that ends first is followed by changes to the folder. In the end the library
is compared with one of the same folder that nobody disturbed. Prints one JSON object: kills,
completed runs, how often a write was cut short, documents, passages and vectors compared,
and the differences, each of which is to be 0, with the ledger's rows that differ. Exit status
1 when one is not.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.e2e.killing import (
    Kills,
    differences,
    index_undisturbed,
    is_equal,
    kill_while_indexing,
    unlike_rows,
    write_folder,
)


def main() -> int:
    """Print the figures; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", nargs="?", type=int, default=100)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()

    def report(kills: Kills) -> None:
        print(f"{kills.killed} of {chosen.times} kills", file=sys.stderr)

    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder, library = Path(scratch, "papers"), Path(scratch, "library")
        write_folder(folder, files=chosen.files, seed=chosen.seed)
        kills = kill_while_indexing(
            folder, library, times=chosen.times, seed=chosen.seed, report=report
        )
        undisturbed = Path(scratch, "undisturbed")
        index_undisturbed(folder, undisturbed)
        found = differences(library, undisturbed)
        rows = unlike_rows(library, undisturbed)
    is_well = is_equal(found) and not kills.failures
    seconds = round(time.monotonic() - began, 1)
    print(
        json.dumps(
            {
                **dataclasses.asdict(kills),
                **found,
                "rows_differing": rows,
                "is_equal": is_well,
                "seconds": seconds,
            }
        )
    )
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
