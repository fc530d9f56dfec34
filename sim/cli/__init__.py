"""The command `refund-desk`: runs a scenario, checks it, tells the story of one refund.

Exit status: 0 done, 1 a failed run, 2 bad input, 130 stopped with Ctrl-C. There is never a traceback unless
REFUND_DESK_DEBUG asks for one.
"""

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (without the program's name; default: the process's) and return its exit status."""
    try:
        from sim.cli.app import run_command

        return run_command(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        sys.stderr.write("\n^C\n")
        return 130
