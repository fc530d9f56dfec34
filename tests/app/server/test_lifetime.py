"""From the start to the end: the port, the worker, signals, and what is left behind."""

import os
import signal
import socket
import sqlite3
import sys
from pathlib import Path

import psutil
import pytest

from tests.app.server.conftest import HERE, Serve, Served, alive, until
from trainer_app.server import has_display, listen


# ---------------------------------------------------------------- the port
def test_it_listens_on_this_machine_only(stand_in: Served) -> None:
    places = {each.laddr for each in psutil.Process(stand_in.pid).net_connections("inet") if each.status == psutil.CONN_LISTEN}
    assert places == {("127.0.0.1", stand_in.port)}


def test_a_port_in_use_is_one_line(serve: Serve) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        app = serve("-m", "trainer_app", "--no-browser", "--port", str(port))
        assert app.end(0) == 2
    assert app.said.count("\n") == 1
    assert f"--port = {port}: is taken" in app.said
    assert f"--port {port + 1}" in app.said


def test_the_command_has_the_same_exit_status(serve: Serve) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        app = serve("-m", "sim.cli", "--lang", "zh", "app", "--no-browser", "--port", str(taken.getsockname()[1]))
        assert app.end(0) == 2
    assert f"--port {taken}" not in app.said
    assert app.said.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "70000", "x"])
@pytest.mark.parametrize("command", [("-m", "trainer_app"), ("-m", "sim.cli", "app")])
def test_a_port_that_is_none_is_bad_input(serve: Serve, command: tuple[str, ...], port: str) -> None:
    app = serve(*command, "--no-browser", "--port", port)
    assert app.end(0) == 2
    assert "--port" in app.said


# ---------------------------------------------------------------- the worker
def test_a_worker_that_is_killed_is_started_again(serve: Serve) -> None:
    app = serve().opened()
    first = app.worker()
    os.kill(first, signal.SIGKILL)
    until(lambda: app.health()["worker"] == {"alive": True, "restarts": 1})
    assert app.worker() != first
    assert "ended with status -9" in app.said


def test_a_worker_that_dies_at_once_is_started_ever_more_slowly(serve: Serve) -> None:
    app = serve("-m", "tests.app.server.start", str(HERE / "stand_in.py"), sys.executable, "-c", "pass").opened()
    until(lambda: app.health()["worker"]["restarts"] >= 2)
    assert app.ask("/").status == 200
    assert app.said.count("ended with status 0") <= 5


def test_a_worker_that_cannot_be_started_leaves_the_pages_alone(serve: Serve) -> None:
    app = serve("-m", "tests.app.server.start", str(HERE / "stand_in.py"), "/nonexistent/worker").opened()
    assert app.ask("/").status == 200
    assert app.health()["worker"]["alive"] is False
    assert app.end() == 130


def test_a_worker_that_does_not_listen_is_ended_all_the_same(serve: Serve) -> None:
    deaf = "import signal, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); threading.Event().wait()"
    app = serve("-m", "tests.app.server.start", str(HERE / "stand_in.py"), sys.executable, "-c", deaf).opened()
    pid = app.worker()
    assert app.end() == 130
    until(lambda: not alive(pid))


# ---------------------------------------------------------------- the end
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)])
def test_it_ends_when_told_and_leaves_nothing_behind(serve: Serve, tmp_path: Path, number: int, status: int) -> None:
    app = serve().opened()
    app.worker()
    until(lambda: len(app.children()) >= 2)  # the worker, and the process that draws
    port, started = app.port, app.children()
    assert app.end(number) == status
    until(lambda: not any(map(alive, started)))
    assert "Traceback" not in app.said
    listen(port).close()
    home = tmp_path / "home"
    assert not [file for file in home.rglob("*") if file.name.endswith((".tmp", ".lock", "-wal", "-shm"))]
    with sqlite3.connect(home / "app.sqlite3", timeout=0) as free:
        free.execute("begin exclusive")


def test_it_ends_though_a_page_never_does(serve: Serve) -> None:
    import asyncio

    from benchmarks.visitor import Visitor

    app = serve().opened()

    async def visit_and_end() -> int:
        visitor = Visitor(app.port, query={"show": "endless"})
        opening = asyncio.create_task(visitor.__aenter__())
        async with asyncio.timeout(30):
            while not visitor.shown:
                await asyncio.sleep(0.05)
        status = await asyncio.to_thread(app.end)
        opening.cancel()
        return status

    assert asyncio.run(visit_and_end()) == 130


def test_whoever_works_for_a_server_that_was_killed_ends(serve: Serve) -> None:
    app = serve().opened()
    app.worker()
    until(lambda: len(app.children()) >= 2)
    started = app.children()
    os.kill(app.pid, signal.SIGKILL)
    until(lambda: not any(map(alive, started)))


def test_it_starts_again_after_a_kill_at_the_same_port(serve: Serve) -> None:
    app = serve().opened()
    port = app.port
    os.kill(app.pid, signal.SIGKILL)
    app.process.wait(40)
    again = serve("-m", "trainer_app", "--no-browser", "--port", str(port)).opened()
    assert again.port == port
    assert again.ask("/").status == 200
    assert again.end() == 130


# ---------------------------------------------------------------- the browser
@pytest.mark.parametrize(
    ("platform", "variables", "there"),
    [("linux", {}, False), ("linux", {"DISPLAY": ":0"}, True), ("linux", {"WAYLAND_DISPLAY": "w"}, True), ("darwin", {}, True)],
)
def test_a_browser_is_opened_only_where_somebody_could_see_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], there: bool
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert has_display() is there


def test_the_browser_that_is_opened_gets_the_address(serve: Serve, tmp_path: Path) -> None:
    told = tmp_path / "told"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {told}.new && mv {told}.new {told}\n')
    browser.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve("-m", "trainer_app", "--port", str(port), DISPLAY=":0", BROWSER=f"{browser} %s").opened()
    until(told.exists)
    assert told.read_text() == f"http://127.0.0.1:{port}"
