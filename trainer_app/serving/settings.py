"""What Streamlit is set to: all of it by code. A `.streamlit` folder of the user, of this folder or of the script is never read.

Streamlit reads three config.toml files, of which any could open the app to the network, switch off its protection or its
telemetry on. So they are left unread, and every option that is not named here has Streamlit's own default.
"""

import copy
import secrets
from collections.abc import Mapping
from typing import Any

from streamlit import config
from streamlit.runtime.pages_manager import PagesManager

from sim.report.theme import ACCENT, BAD, GOOD, INK, MUTED, PAPER, RULE, SERIES, WARN
from trainer_app.serving.chinese import FAMILY

DEFINED_HERE = "trainer_app.serving.settings"

ADDRESS = "127.0.0.1"
"""The only address that is listened on."""
NAMES = ("127.0.0.1", "localhost")
"""What a browser on this machine may call it."""

SOFT = "#f4f6f8"
"""What lies a step behind PAPER: fields, the sidebar; the --soft of sim/report/page.css."""

FONTS = (
    FAMILY,
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "sans-serif",
)
"""The machine's own fonts, Chinese ones by name; the app's own is there only where it has none (serving.chinese)."""
CODE_FONTS = (FAMILY, "ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")

UPLOAD_MB = 20
MESSAGE_MB = 50
SESSION_SECONDS = 600
"""How long a person who lost the connection finds the page as it was left."""
PING_SECONDS = 20


def options(port: int) -> dict[str, Any]:
    """Streamlit's options by name, for the app at this port of the machine itself."""
    return {
        "browser.gatherUsageStats": False,
        "browser.serverAddress": ADDRESS,
        "browser.serverPort": port,
        "client.allowedOrigins": [],
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "minimal",
        "client.showSidebarNavigation": True,
        "logger.hideWelcomeMessage": True,
        "logger.level": "warning",
        "logger.enableRich": False,
        "runner.magicEnabled": False,
        "runner.postScriptGC": False,
        "runner.fastReruns": True,
        "secrets.files": [],
        "server.address": ADDRESS,
        "server.port": port,
        "server.headless": True,
        "server.showEmailPrompt": False,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "server.allowRunOnSave": False,
        "server.cookieSecret": secrets.token_hex(),
        "server.enableCORS": True,
        "server.corsAllowedOrigins": [],
        "server.allowedHosts": list(NAMES),
        "server.enableXsrfProtection": True,
        "server.xsrfCookieSameSite": "strict",
        "server.enableAgentApi": False,
        "server.agentMaxSessions": 0,
        "server.enableStaticServing": False,
        "server.enableWebsocketCompression": False,
        "server.websocketPingInterval": PING_SECONDS,
        "server.maxUploadSize": UPLOAD_MB,
        "server.maxMessageSize": MESSAGE_MB,
        "server.disconnectedSessionTTL": SESSION_SECONDS,
        **{f"theme.{name}": value for name, value in theme().items()},
        "theme.sidebar.backgroundColor": SOFT,
        "theme.sidebar.secondaryBackgroundColor": PAPER,
    }


def theme() -> dict[str, Any]:
    """Streamlit's theme, made of the colours of the charts."""
    return {
        "base": "light",
        "primaryColor": ACCENT,
        "backgroundColor": PAPER,
        "secondaryBackgroundColor": SOFT,
        "textColor": INK,
        "linkColor": ACCENT,
        "borderColor": RULE,
        "dataframeBorderColor": RULE,
        "dataframeHeaderBackgroundColor": SOFT,
        "blueColor": ACCENT,
        "greenColor": GOOD,
        "redColor": BAD,
        "orangeColor": WARN,
        "yellowColor": WARN,
        "violetColor": SERIES[3],
        "grayColor": MUTED,
        "blueTextColor": ACCENT,
        "greenTextColor": GOOD,
        "redTextColor": BAD,
        "orangeTextColor": WARN,
        "grayTextColor": MUTED,
        "font": stack(FONTS),
        "headingFont": stack(FONTS),
        "codeFont": stack(CODE_FONTS),
        "headingFontWeights": 650,
        "showWidgetBorder": True,
        "chartCategoricalColors": list(SERIES),
    }


def stack(families: tuple[str, ...]) -> str:
    """The families as CSS wants them: names with spaces in quotation marks."""
    return ", ".join(f'"{family}"' if " " in family else family for family in families)


def apply(chosen: Mapping[str, Any]) -> None:
    """Set Streamlit to these options, and to its defaults otherwise. Raises LookupError for an option that it does not know."""
    known = copy.deepcopy(config._config_options_template)
    for name, value in chosen.items():
        if name not in known:
            raise LookupError(name)
        known[name].set_value(value, DEFINED_HERE)
    config._config_options = known  # as if its files had been read: from now on it reads none
    config._on_config_parsed.send()
    PagesManager.uses_pages_directory = False  # else the first visit of all would run a file of `pages/` as a page of its own
