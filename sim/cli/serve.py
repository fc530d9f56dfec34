"""The web app, started as a program of its own: what simulates knows nothing of it."""

import os
import subprocess
import sys

from sim.words import VARIABLE, spoken

PROGRAM = ("-m", "trainer_app")
PORT, LARGEST_PORT = 8_501, 65_535
"""Where it is served unless another port is named, and the largest there is."""


def serve_app(port: int, browser: bool) -> int:
    """Serve the app at this port until it ends; returns its exit status. The app speaks the language spoken now."""
    command = [sys.executable, *PROGRAM, "--port", str(port), *([] if browser else ["--no-browser"])]
    environment = {**os.environ, VARIABLE: spoken()}
    if os.name == "posix":  # in place of this process: whoever ends this one ends the app
        sys.stdout.flush()
        sys.stderr.flush()
        os.execve(sys.executable, command, environment)
    return subprocess.call(command, env=environment)
