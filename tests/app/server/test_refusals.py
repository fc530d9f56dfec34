"""Who is let in: the app's own page on this machine, and nobody else's."""

import asyncio
import http.client
from collections.abc import Mapping

import pytest
import websockets.asyncio.client
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus

from tests.app.server.conftest import Served
from trainer_app.serving.guard import is_named, is_own
from trainer_app.serving.settings import NAMES

FORBIDDEN, MISDIRECTED, NOT_FOUND, OK = 403, 421, 404, 200


def status_of(served: Served, host: str, path: str = "/", method: str = "GET", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.putrequest(method, path, skip_host=True)
    for name, value in {"Host": host, **headers}.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


def connect(served: Served, **headers: str) -> None:
    """Open the app's WebSocket, with these headers instead of a browser's own. Raises InvalidStatus when refused."""

    async def opened() -> None:
        own = {"host": f"127.0.0.1:{served.port}", "origin": f"http://127.0.0.1:{served.port}"}
        wanted: Mapping[str, str] = {**own, **headers}
        connection = websockets.asyncio.client.connect(
            f"ws://{wanted['host']}/_stcore/stream",
            host="127.0.0.1",
            port=served.port,
            origin=websockets.Origin(wanted["origin"]),
            subprotocols=[websockets.Subprotocol("streamlit")],
            proxy=None,
        )
        async with connection:
            pass

    asyncio.run(opened())


def test_the_apps_own_page_is_let_in_under_each_name_of_this_machine(stand_in: Served) -> None:
    for name in NAMES:
        assert status_of(stand_in, f"{name}:{stand_in.port}") == OK
        connect(stand_in, host=f"{name}:{stand_in.port}", origin=f"http://{name}:{stand_in.port}")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:{port}", "localhost@evil.example", "0.0.0.0:{port}"]
)
@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/healthz", "/media/x.csv", "/static/js/x.js"])
def test_a_name_that_is_not_this_machines_gets_nothing(stand_in: Served, host: str, path: str) -> None:
    assert status_of(stand_in, host.format(port=stand_in.port), path) == MISDIRECTED


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}"])
def test_a_page_whose_name_was_rebound_to_this_machine_gets_no_websocket(stand_in: Served, host: str) -> None:
    """DNS rebinding: Host and Origin agree with each other, but not with us."""
    named = host.format(port=stand_in.port)
    with pytest.raises(InvalidStatus) as refused:
        connect(stand_in, host=named, origin=f"http://{named}")
    assert refused.value.response.status_code == FORBIDDEN


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://evil.example:{port}",
        "http://localhost:{port}",  # the same machine under another name is another site for a browser
        "http://127.0.0.1:1",  # another program of this machine
        "http://127.0.0.1",
        "null",
        "file://",
        "http://127.0.0.1:{port}.evil.example",
        "http://user@127.0.0.1:{port}",
        "http://127.0.0.1:{port}/page",
        "http://[",
    ],
)
def test_a_page_of_another_origin_gets_neither_websocket_nor_answer(stand_in: Served, origin: str) -> None:
    named = origin.format(port=stand_in.port)
    with pytest.raises(InvalidStatus) as refused:
        connect(stand_in, origin=named)
    assert refused.value.response.status_code == FORBIDDEN
    assert status_of(stand_in, f"127.0.0.1:{stand_in.port}", "/_stcore/upload_file/a/b", "PUT", Origin=named) == FORBIDDEN


def test_a_foreign_page_cannot_load_our_files_but_may_link_to_us(stand_in: Served) -> None:
    own = f"127.0.0.1:{stand_in.port}"
    assert status_of(stand_in, own, "/favicon.png", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors") == FORBIDDEN
    assert status_of(stand_in, own, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate") == OK


@pytest.mark.parametrize("path", ["/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/agent/openapi.json", "/_stcore/metrics"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_drives_the_app_by_streamlits_other_doors(stand_in: Served, path: str, method: str) -> None:
    assert stand_in.ask(path, method).status == NOT_FOUND


def test_a_refusal_asks_nobody_outside_for_the_machines_address(stand_in: Served) -> None:
    """Streamlit would ask a server on the internet before it refuses an origin."""
    assert status_of(stand_in, f"127.0.0.1:{stand_in.port}", "/", Origin="http://evil.example") == FORBIDDEN
    assert "external IP" not in stand_in.said


@given(st.text(max_size=40))
def test_only_the_very_names_are_names(host: str) -> None:
    name, _, port = host.partition(":")
    assert not is_named(host, NAMES) or (name.lower() in NAMES and (port == "" or port.isdigit()))


@given(st.text(max_size=40), st.sampled_from(["127.0.0.1:8501", "localhost"]))
def test_an_origin_is_own_only_when_it_is_the_host_itself(origin: str, host: str) -> None:
    assert is_own(f"http://{host}", host)
    assert not is_own(origin, host) or origin.lower() in (f"http://{host}", f"https://{host}")
    assert not is_own(f"http://{host}{origin}", host) or origin == ""
