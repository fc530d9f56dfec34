"""Work beside the pages: done by another process, as if it had been done here."""

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from operator import mul, truediv
from pathlib import Path

import pytest

from sim.errors import BadInput
from trainer_app.services.elsewhere import Elsewhere, Lost, is_to_stop

PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def beside() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.close()


def refuse(value: str) -> None:
    raise BadInput("is none of the allowed words", field="x", value=value)


class Unsendable(RuntimeError):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def fail_oddly() -> None:
    raise Unsendable("a", "b")


def test_it_is_done_by_another_process(beside: Elsewhere) -> None:
    assert beside.submit(mul, 6, 7).result(PATIENCE_SECONDS) == 42
    assert beside.submit(os.getpid).result(PATIENCE_SECONDS) == beside.pid != os.getpid()


def test_named_arguments_and_large_results_come_through(beside: Elsewhere) -> None:
    assert beside.submit(int, "ff", base=16).result(PATIENCE_SECONDS) == 255
    assert len(beside.submit(bytes, 5_000_000).result(PATIENCE_SECONDS)) == 5_000_000


def test_an_exception_comes_back_as_it_is(beside: Elsewhere) -> None:
    with pytest.raises(ZeroDivisionError):
        beside.submit(truediv, 1, 0).result(PATIENCE_SECONDS)
    with pytest.raises(BadInput) as refused:
        beside.submit(refuse, "<b>").result(PATIENCE_SECONDS)
    assert refused.value.value == "<b>"


def test_an_exception_that_cannot_be_sent_comes_as_its_text(beside: Elsewhere) -> None:
    with pytest.raises(RuntimeError, match="Unsendable: ab"):
        beside.submit(fail_oddly).result(PATIENCE_SECONDS)
    assert beside.submit(mul, 2, 2).result(PATIENCE_SECONDS) == 4


def test_what_is_printed_disturbs_nothing(beside: Elsewhere) -> None:
    assert beside.submit(print, "x" * 100_000).result(PATIENCE_SECONDS) is None
    assert beside.submit(mul, 2, 3).result(PATIENCE_SECONDS) == 6


def test_what_cannot_be_sent_is_said_at_once(beside: Elsewhere) -> None:
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        beside.submit(lambda: 1)


def test_many_threads_get_each_its_own(beside: Elsewhere) -> None:
    found: dict[int, Future[int]] = {}

    def ask(number: int) -> None:
        found[number] = beside.submit(mul, number, 10)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait(found.values(), PATIENCE_SECONDS)
    assert {number: future.result() for number, future in found.items()} == {number: 10 * number for number in range(50)}


def test_when_it_dies_only_what_it_was_at_is_lost() -> None:
    beside = Elsewhere()
    try:
        dying = beside.submit(os._exit, 1)
        waiting = beside.submit(mul, 3, 3)
        with pytest.raises(Lost):
            dying.result(PATIENCE_SECONDS)
        assert waiting.result(PATIENCE_SECONDS) == 9
    finally:
        beside.close()


def test_what_was_cancelled_before_its_turn_is_not_done(tmp_path: Path) -> None:
    beside = Elsewhere()
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    try:
        first = beside.submit(Path.read_bytes, gate)  # waits until somebody writes
        second = beside.submit(Path.touch, tmp_path / "done")
        assert second.cancel()
        gate.write_bytes(b"go")
        assert first.result(PATIENCE_SECONDS) == b"go"
        assert beside.submit(mul, 1, 1).result(PATIENCE_SECONDS) == 1
        assert not (tmp_path / "done").exists()
    finally:
        beside.close()


def test_it_ends_when_whoever_started_it_is_killed() -> None:
    code = (
        "import os; from trainer_app.services.elsewhere import elsewhere; "
        "print(elsewhere().submit(os.getpid).result(), flush=True); os.kill(os.getpid(), 9)"
    )
    started = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    pid = int(started.stdout)
    ended = threading.Event()
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists() or "zombie" in Path(f"/proc/{pid}/status").read_text():
            return
        ended.wait(0.05)
    pytest.fail("it lives on")


def count_until_stopped() -> int:
    for count in range(10_000):
        if is_to_stop():
            return count
        time.sleep(0.01)
    return -1


def test_what_asks_may_be_stopped_and_the_next_one_is_not(beside: Elsewhere) -> None:
    beside.submit(os.getpid).result(PATIENCE_SECONDS)
    doing = beside.submit(count_until_stopped)
    while not doing.done():
        beside.stop()
        wait([doing], 0.05)
    assert 0 <= doing.result() < 10_000
    assert not beside.submit(is_to_stop).result(PATIENCE_SECONDS)
