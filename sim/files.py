"""Files of a run in a folder: each is written beside its place and renamed, so that none is ever there half written."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sim.errors import BadInput, msgid

TEMPORARY = ".tmp"

_A_FOLDER = msgid("a folder that can be written, or one that does not exist yet")


def check_folder(folder: Path, field: str) -> None:
    """Raise BadInput if files could not be written into `folder`, which need not exist yet; makes nothing that stays."""
    standing = folder
    while not standing.exists() and not standing.is_symlink() and standing != standing.parent:
        standing = standing.parent
    if not standing.is_dir():
        raise BadInput("is a file, not a folder", field=field, value=str(standing), allowed=_A_FOLDER)
    try:
        handle, name = tempfile.mkstemp(suffix=TEMPORARY, dir=standing)
        os.close(handle)
        os.unlink(name)
    except OSError as error:
        raise _not_writable(folder, field, error) from None


def write_together(folder: Path, files: Mapping[str, bytes], field: str) -> None:
    """Write files into `folder` (made if need be): first all of them under other names, then each renamed to its own.

    Whatever stops it (a full disk, Ctrl-C), a file is there as a whole or as it was before. Raises BadInput if the folder cannot be
    written, OSError if the disk fails later.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(folder, field, error) from None
    taken = next((name for name in files if (folder / name).is_dir()), None)
    if taken is not None:
        raise BadInput("is a folder where a file is to be written", field=field, value=str(folder / taken), allowed=_A_FOLDER)
    written: dict[str, Path] = {}
    try:
        for name, content in files.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=TEMPORARY, dir=folder)
            written[name] = Path(temporary)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        for name in files:
            _as_others_are(written[name])
            os.replace(written[name], folder / name)
            del written[name]
    except PermissionError as error:
        raise _not_writable(folder, field, error) from None
    finally:
        for temporary_file in written.values():
            with suppress(OSError):
                temporary_file.unlink()


def _as_others_are(file: Path) -> None:
    """A temporary file is its owner's alone; a result may be read by whom the user's mask allows."""
    mask = os.umask(0)
    os.umask(mask)
    with suppress(OSError):
        file.chmod(0o666 & ~mask)


def _not_writable(folder: Path, field: str, error: OSError) -> BadInput:
    return BadInput(
        "cannot be written ({reason})", field=field, value=str(folder), allowed=_A_FOLDER, reason=error.strerror or type(error).__name__
    )
