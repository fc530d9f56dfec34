"""Nothing that lies in somebody's folder, or stands in the environment, opens the app."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.app.server.conftest import ROOT, Serve
from tests.app.server.test_refusals import connect, status_of
from trainer_app.serving import settings

OPEN_TO_ALL = """
[global]
developmentMode = false
[server]
address = "0.0.0.0"
port = 9999
enableCORS = false
enableXsrfProtection = false
allowedHosts = ["*"]
corsAllowedOrigins = ["http://evil.example"]
enableAgentApi = true
enableStaticServing = true
maxUploadSize = 5000
baseUrlPath = "elsewhere"
scriptHealthCheckEnabled = true
trustedUserHeaders = { X-User = "name" }
[client]
showErrorDetails = "full"
toolbarMode = "developer"
[browser]
gatherUsageStats = true
[runner]
magicEnabled = true
[theme]
base = "dark"
font = "Evil:https://evil.example/font.css"
[logger]
level = "debug"
"""
READ = "import json, sys; from streamlit import config; from trainer_app.serving import settings; settings.apply(settings.options(8501)); "
PRINT = READ + "print(json.dumps({name: option.value for name, option in config._config_options.items()}, default=str))"


@pytest.fixture(params=["of the user", "of the working folder", "that cannot be read"])
def folders(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """A home and a working folder; one of them holds a config.toml that opens everything, or is nonsense."""
    home, work = tmp_path / "user", tmp_path / "work"
    file = (work if request.param == "of the working folder" else home) / ".streamlit" / "config.toml"
    for folder in (home, work):
        folder.mkdir()
    file.parent.mkdir()
    file.write_text("nonsense [" if request.param == "that cannot be read" else OPEN_TO_ALL, "utf-8")
    return home, work


def test_no_file_changes_an_option(folders: tuple[Path, Path]) -> None:
    home, work = folders

    def read(**environment: str) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-c", PRINT],
            cwd=work,
            env={"PYTHONPATH": str(ROOT), "PATH": "", "REFUND_DESK_HOME": str(home), **environment},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert "rror" not in done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        del found["server.cookieSecret"]
        return found

    untouched = read(HOME="/nonexistent")
    assert read(HOME=str(home), STREAMLIT_SERVER_ENABLE_CORS="false", STREAMLIT_SERVER_COOKIE_SECRET="known") == untouched
    assert untouched["server.enableCORS"] is untouched["server.enableXsrfProtection"] is True
    assert untouched["server.address"] == "127.0.0.1"
    assert untouched["browser.gatherUsageStats"] is untouched["server.enableAgentApi"] is untouched["server.enableStaticServing"] is False
    assert untouched["client.showErrorDetails"] == "none"
    assert untouched["server.fileWatcherType"] == "none"


def test_the_served_app_is_closed_whatever_the_folder_says(serve: Serve, folders: tuple[Path, Path]) -> None:
    home, work = folders
    app = serve(cwd=work, HOME=str(home), STREAMLIT_SERVER_ADDRESS="0.0.0.0", STREAMLIT_SERVER_ENABLE_CORS="false").opened()
    assert status_of(app, f"127.0.0.1:{app.port}", "/", Origin="http://evil.example") == 403
    with pytest.raises(InvalidStatus):
        connect(app, origin="http://evil.example")
    assert app.ask("/_stcore/agent/openapi.json").status == 404
    assert app.ask("/").status == 200


def test_the_secret_of_cookies_is_another_at_each_start() -> None:
    assert settings.options(1)["server.cookieSecret"] != settings.options(1)["server.cookieSecret"]


def test_an_option_that_streamlit_does_not_know_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"server\.enableCros"):
        settings.apply({"server.enableCros": True})


def test_every_option_of_ours_is_known_to_streamlit() -> None:
    from streamlit import config

    assert set(settings.options(8501)) <= set(config._config_options_template)


def test_names_of_fonts_with_a_space_are_quoted() -> None:
    assert settings.stack(("system-ui", "PingFang SC")) == 'system-ui, "PingFang SC"'
