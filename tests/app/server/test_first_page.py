"""The page before anything is drawn, and what every answer carries."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.file_util import get_static_dir

from tests.app.server.conftest import Served
from trainer_app.serving.shell import CHANGES, FILE, locale_of, rewritten

STREAMLITS = (Path(get_static_dir()) / FILE).read_text("utf-8")


# ---------------------------------------------------------------- language
@pytest.mark.parametrize("pattern", [pattern for pattern, _ in CHANGES])
def test_every_part_that_is_changed_is_in_streamlits_page_once(pattern: str) -> None:
    assert len(re.findall(pattern, STREAMLITS, re.DOTALL)) == 1


@pytest.mark.parametrize("path", ["/", "/practice", "/nothing/there"])
@pytest.mark.parametrize(("accepted", "tag", "title"), [("zh-CN,zh;q=0.9", "zh-CN", "退款工作台"), ("de,en;q=0.5", "en", "Refund desk")])
def test_the_first_bytes_are_in_the_readers_language(stand_in: Served, path: str, accepted: str, tag: str, title: str) -> None:
    answer = stand_in.ask(path, Accept_Language=accepted)
    page = answer.body.decode()
    assert answer.status == 200
    assert f'<html lang="{tag}">' in page
    assert f"<title>{title}</title>" in page
    assert "Streamlit app" not in page
    assert answer.headers["content-language"] == tag
    assert set(answer.headers["vary"].split(", ")) == {"Accept-Language", "Cookie"}


def test_the_language_of_the_last_visit_comes_before_the_browsers(stand_in: Served) -> None:
    page = stand_in.ask("/", Accept_Language="en", Cookie="a=b; refund_desk_locale=zh").body.decode()
    assert '<html lang="zh-CN">' in page


def test_a_page_that_a_browser_kept_from_another_program_is_not_shown_again(stand_in: Served) -> None:
    answer = stand_in.ask("/", If_None_Match="*", If_Modified_Since="Fri, 01 Jan 2100 00:00:00 GMT", Range="bytes=0-3")
    assert answer.status == 200
    assert answer.body.startswith(b"<!--")


def test_a_file_that_happens_to_be_html_is_no_first_page(stand_in: Served) -> None:
    assert stand_in.ask("/media/none.html").status == 404
    assert b"opening" not in stand_in.ask("/static/none.html").body


@given(st.text(max_size=30), st.text(max_size=60))
def test_any_header_gives_a_language(cookies: str, accepted: str) -> None:
    assert locale_of(cookies, accepted) in ("zh", "en")


@pytest.mark.parametrize(
    ("cookies", "accepted", "locale"),
    [
        ("", "", "en"),
        ("", "zh", "zh"),
        ("", "zh-TW;q=0.3, fr;q=0.8", "en"),
        ("", "en;q=0.4, zh-CN;q=0.9", "zh"),
        ("refund_desk_locale=en", "zh", "en"),
        ("refund_desk_locale=xx", "zh", "zh"),
        ("\x00=;;=", "zh;q=x", "zh"),
    ],
)
def test_the_language_that_is_wanted_most_is_taken(cookies: str, accepted: str, locale: str) -> None:
    assert locale_of(cookies, accepted) == locale


# ---------------------------------------------------------------- headers
PATHS = [
    "/",
    "/practice",
    "/healthz",
    "/_stcore/health",
    "/_stcore/host-config",
    "/favicon.png",
    "/nothing.js",
    "/media/none",
    "/fonts/none.woff",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_what_a_page_may_do(stand_in: Served, path: str) -> None:
    headers = stand_in.ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "server" not in headers


def test_also_a_refusal_carries_them(stand_in: Served) -> None:
    assert "frame-ancestors 'none'" in stand_in.ask("/", Origin="http://evil.example").headers["content-security-policy"]
    assert stand_in.ask("/", Host="evil.example").headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", PATHS)
def test_no_other_host_may_be_asked_and_no_text_be_run(stand_in: Served, path: str) -> None:
    policy = dict(part.split(" ", 1) for part in stand_in.ask(path).headers["content-security-policy"].split("; "))
    own = f"127.0.0.1:{stand_in.port}"
    allowed = {"'none'", "'self'", "data:", "blob:", "'unsafe-inline'", f"ws://{own}"}
    assert {source for sources in policy.values() for source in sources.split()} <= allowed
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == "'self' blob:"
    assert policy["connect-src"] == f"'self' ws://{own}"


def test_a_forged_host_gets_into_no_header(stand_in: Served) -> None:
    assert "evil" not in str(stand_in.ask("/", Host="evil.example").headers)


def test_the_first_page_has_no_script_of_its_own() -> None:
    for locale in ("zh", "en"):
        page = rewritten(STREAMLITS, locale)
        assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
        assert re.findall(r"\son[a-z]+=", page) == []
        assert "://" not in re.sub(r"(?:<!--.*?-->|xmlns[^ ]*)", "", page, flags=re.DOTALL)
