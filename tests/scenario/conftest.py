"""What the tests of scenarios share: a small whole scenario in a folder of its own, and files laid beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.errors import BadInput
from sim.scenario import Scenario, load_scenario

SMALL = (Path(__file__).parent / "small.toml").read_text("utf-8")

ONE_BY_DAY = {
    "shift_end": "finish",
    "groups": {"regular": {"cost_per_hour": "1 yuan", "shifts": {"day": {"from": "08:00", "to": "16:00", "count": 1}}}},
}
AFTER_SALES = {"policy": {"split": {"after_sales": True}}, "pools": {"after_sales": ONE_BY_DAY}}
OUTSIDE = {"policy": {"inspection": {"outside": True}}, "pools": {"outside": ONE_BY_DAY}}
"""The two pools that a desk may do without, each with the policy that gives it work."""

Write = Callable[[str, str], Path]
Refused = Callable[..., BadInput]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file into the test's own folder."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write_file


@pytest.fixture
def small(write: Write) -> Path:
    """The small scenario with its history."""
    write("small.csv", "退款编号\n1\n")
    return write("small.toml", SMALL)


@pytest.fixture
def scenario(small: Path) -> Scenario:
    return load_scenario(small)


@pytest.fixture
def refused(small: Path, write: Write) -> Refused:
    """The error with which the small scenario and this overlay are refused."""

    def refuse(overlay: str | dict[str, Any]) -> BadInput:
        laid = write("overlay.toml", overlay) if isinstance(overlay, str) else overlay
        with pytest.raises(BadInput) as caught:
            load_scenario(small, [laid])
        return caught.value

    return refuse
