"""Where the files that ship with the program lie, be it a checkout or an installed wheel."""

from pathlib import Path

__all__ = ["scenarios_folder"]


def scenarios_folder() -> Path:
    """Return the absolute folder of the shipped scenarios, policies, clocks, costs and histories.

    A wheel carries them inside the package, as ``sim/_shipped``; in a checkout (and so in an editable install) they
    stay in ``scenarios/`` beside the package, where people edit them.

    Raises:
        FileNotFoundError: neither folder is there; the message names both.
    """
    package = Path(__file__).resolve().parent
    inside, beside = package / "_shipped", package.parent / "scenarios"
    for folder in (inside, beside):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the shipped scenarios are missing: neither {inside} nor {beside} is a folder; install refund-desk anew")
