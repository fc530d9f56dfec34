"""`python -m trainer_app [--port N] [--no-browser] [--database URL]`: serves the app until Ctrl-C.

Exit status: 0 ended when asked to, 1 it could not be served, 2 bad input, 130 stopped with Ctrl-C.
"""

import sys

STOPPED = 130


def main() -> int:
    """Serve the app as the process's arguments say; returns the exit status."""
    try:
        from trainer_app.serving.command import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("\n^C\n")
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())
