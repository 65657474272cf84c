"""The second front end: the same core without a window, for scripts and tests.

Hides how a command line is parsed, printed and interrupted; knows only ``Session``, the
settings, and the two stages that need no library (packs, evaluation).
"""

from desktop_app.cli.arguments import apply_options, parse_arguments
from desktop_app.cli.commands import report, run

__all__ = ["apply_options", "parse_arguments", "report", "run"]
