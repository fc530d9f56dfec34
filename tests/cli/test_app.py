"""`refund-desk app`: it starts the web app, which it knows by name only."""

import os
import subprocess
import sys

import pytest

from sim.cli import serve
from tests.cli.conftest import ROOT, Command


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], str]]:
    """The commands that would have been started, each with the language that it is told."""
    found: list[tuple[list[str], str]] = []

    def start(_program: str, command: list[str], environment: dict[str, str]) -> None:
        found.append((command[1:], environment["REFUND_DESK_LANG"]))
        raise SystemExit(7)

    monkeypatch.setattr(os, "execve", start)
    return found


def test_the_options_and_the_language_go_on_to_the_app(command: Command, started: list[tuple[list[str], str]]) -> None:
    assert command("--lang", "zh", "app", "--port", "8600", "--no-browser").status == 7
    assert command("app").status == 7
    assert started == [
        (["-m", "trainer_app", "--port", "8600", "--no-browser"], "zh"),
        (["-m", "trainer_app", "--port", "8501"], "en"),
    ]


@pytest.mark.parametrize("port", ["0", "-1", "65536", "8501.5", "http"])
def test_a_port_that_is_none_starts_nothing(command: Command, started: list[tuple[list[str], str]], port: str) -> None:
    result = command("app", "--port", port)
    assert result.status == 2
    assert f'--port = "{port}"' in result.err or f"--port = {port}:" in result.err
    assert started == []


@pytest.mark.parametrize(("locale", "said"), [("en", "Open the app in the browser"), ("zh", "在浏览器里打开应用")])
def test_its_help_speaks_both_languages(command: Command, locale: str, said: str) -> None:
    told = command("--lang", locale, "app", "--help").out
    assert said in told
    assert "--port" in told
    assert "--no-browser" in told
    assert said[:6] in command("--lang", locale, "--help").out


def test_the_exit_status_is_the_apps_own_also_where_a_process_cannot_be_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve.os, "name", "nt")
    monkeypatch.setattr(subprocess, "call", lambda command, env: 3 if command[1:3] == ["-m", "trainer_app"] and env else 1)
    assert serve.serve_app(8501, browser=True) == 3


def test_neither_streamlit_nor_the_app_is_loaded_by_the_command() -> None:
    code = "import sys; from sim.cli import main; main(['app', '--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert "streamlit" not in done.stdout.splitlines()[-1]
    assert "trainer_app" not in done.stdout.splitlines()[-1]
