"""``python -m desktop_app``: the window, or the command line where a command is given.

Spawned children import this module again, so it imports nothing by itself.
"""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    """Run Lectern with the arguments of this process and return its exit status."""
    multiprocessing.freeze_support()
    from desktop_app.app import main as run

    try:
        return run(sys.argv[1:])
    except KeyboardInterrupt:
        # Where Ctrl+C does not find work that it can end in order; as shells count it.
        return 130


if __name__ == "__main__":
    sys.exit(main())
