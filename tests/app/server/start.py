"""Serves the stand-in: `python -m tests.app.server.start [script] [worker …]`, at a free port that it names on stderr; no browser."""

import sys
from pathlib import Path

from sim import words
from trainer_app.server import Serving, serve

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    words.use("en")
    script = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "stand_in.py"
    worker = sys.argv[2:] or [sys.executable, str(HERE / "stand_in_worker.py")]
    sys.exit(serve(0, browser=False, what=Serving(script, worker, warm=())))
