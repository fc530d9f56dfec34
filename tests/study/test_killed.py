"""A comparison that is killed or stopped loses nothing that was done: the same call goes on from there and ends in the same figures."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.study.store import Store
from tests.study.quick import DEADLINE, QUICK, process, until

ENDLESS = 1_000
"""Replications that take far longer than it takes to notice the first blocks."""

ENOUGH = 20
"""Replications of the call that goes on."""

SOME = 4
"""Blocks after which the first call is stopped."""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("policies") / "refresh.toml"
    file.write_text('title = { zh = "二十分钟一刷", en = "A look every 20 minutes" }\n[policy]\nrefresh = "20 min"\n', "utf-8")
    return file


@pytest.fixture(scope="module")
def call(policy: Path) -> Callable[[int], tuple[str, ...]]:
    """The command line of a comparison with so many replications."""
    begin = ("-m", "sim.cli", "compare", str(QUICK), "--policy", str(policy), "--json", "--seed", "3")
    return lambda replications: (*begin, "--replications", str(replications))


def ended(begun: subprocess.Popen[bytes]) -> tuple[int, str, str]:
    out, err = begun.communicate(timeout=DEADLINE)
    return begun.returncode, out.decode(), err.decode()


Document = Callable[[Path], Any]


@pytest.fixture
def document(
    call: Callable[[int], tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Document:
    """The document that the call prints with the blocks in a folder, undisturbed, from this process."""

    def printed(runs: Path) -> Any:
        monkeypatch.setenv("REFUND_DESK_RUNS", str(runs))
        monkeypatch.setenv("REFUND_DESK_LANG", "en")
        capfdbinary.readouterr()
        status = main([*call(ENOUGH)[2:]])
        out, err = capfdbinary.readouterr()
        assert (status, err) == (0, b"")
        return json.loads(out)

    return printed


@pytest.fixture
def undisturbed(document: Document, tmp_path: Path) -> Any:
    return document(tmp_path / "undisturbed")


def blocks(store: Store) -> dict[Path, tuple[int, int]]:
    """What is kept, with what changes when a file is written anew."""
    return {file: (file.stat().st_ino, file.stat().st_mtime_ns) for file in store.files()}


def goes_on(store: Store, document: Document, undisturbed: Any) -> None:
    """The same call again: what was kept is used as it is, and the figures are those of one that nobody disturbed."""
    kept = blocks(store)
    sound = {file for each in store.kept() for file in each.files}
    assert len(sound) >= SOME
    assert len({each.hash for each in store.kept()}) == 2  # baseline and policy
    assert document(store.folder) == undisturbed
    assert {file: state for file, state in blocks(store).items() if file in sound} == {file: kept[file] for file in sound}
    assert not [file for file in store.unsound() if file.name.startswith("block")]


def test_what_is_killed_goes_on_with_the_same_figures(
    call: Callable[[int], tuple[str, ...]], document: Document, undisturbed: Any, tmp_path: Path
) -> None:
    store = Store(tmp_path / "runs")
    with process(*call(ENDLESS), REFUND_DESK_RUNS=str(store.folder)) as begun:
        until(lambda: len(list(store.files())) >= SOME, begun)
        begun.send_signal(signal.SIGKILL)
        status, out, _ = ended(begun)
    assert (status, out) == (-signal.SIGKILL, "")
    assert not [file for file in store.unsound() if file.name.startswith("block")]  # at most a temporary file is left behind
    goes_on(store, document, undisturbed)


def test_what_is_stopped_with_ctrl_c_says_what_is_kept_and_goes_on(
    call: Callable[[int], tuple[str, ...]], document: Document, undisturbed: Any, tmp_path: Path
) -> None:
    store = Store(tmp_path / "runs")
    with process(*call(ENDLESS), REFUND_DESK_RUNS=str(store.folder)) as begun:
        until(lambda: len(list(store.files())) >= SOME, begun)
        begun.send_signal(signal.SIGINT)
        status, out, err = ended(begun)
    assert (status, out) == (130, "")
    kept = sum(each.replications for each in store.kept())
    assert f"{kept:,} runs are kept: the same call goes on from there." in err
    assert "Traceback" not in err
    assert store.unsound() == ()
    goes_on(store, document, undisturbed)


@pytest.mark.proof
@pytest.mark.parametrize("some", range(1, 25, 3))
def test_it_goes_on_wherever_it_is_killed(
    call: Callable[[int], tuple[str, ...]], document: Document, undisturbed: Any, tmp_path: Path, some: int
) -> None:
    store = Store(tmp_path / "runs")
    for more in (some, some + 2):
        with process(*call(ENDLESS), REFUND_DESK_RUNS=str(store.folder)) as begun:
            until(lambda more=more: len(list(store.folder.rglob(".*"))) + len(list(store.files())) >= more, begun)  # type: ignore[misc]
            begun.send_signal(signal.SIGKILL)
            ended(begun)
    assert not [file for file in store.unsound() if file.name.startswith("block")]
    assert document(store.folder) == undisturbed
