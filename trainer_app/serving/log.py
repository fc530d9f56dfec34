"""Where the app writes down what went wrong: on the console, and in a file of limited size in the data folder."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

NAME = "refund_desk"
FILE = "app.log"
BYTES, OLD_FILES = 1_000_000, 2
LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def write_log(folder: Path) -> None:
    """Write warnings and errors to the console and into FILE in this folder; to the console alone where that cannot be written."""
    logger = logging.getLogger(NAME)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [console]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers.append(RotatingFileHandler(folder / FILE, maxBytes=BYTES, backupCount=OLD_FILES, encoding="utf-8", delay=True))
    except OSError as error:
        logger.warning("no log in %s: %s", folder, error)
    for handler in handlers:
        handler.setFormatter(logging.Formatter(LINE))
    logger.handlers = handlers
    logging.getLogger("streamlit.error_util").addFilter(_is_not_told_by_us)


def _is_not_told_by_us(record: logging.LogRecord) -> bool:
    """Streamlit logs an uncaught exception without its number; Mishaps does it with one."""
    return record.getMessage() != "Uncaught app execution"
