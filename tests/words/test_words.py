import threading

import pytest

from sim import words
from sim.words import speaking, spoken, use


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (words.VARIABLE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(words.system_locale, "getlocale", lambda *_asked: (None, None))


def test_an_explicit_language_comes_before_the_variable_and_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(words.VARIABLE, "en")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    with speaking("zh"):
        assert spoken() == "zh"


def test_the_variable_comes_before_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(words.VARIABLE, "zh_CN")
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    with speaking("en"):
        assert use() == "zh"


@pytest.mark.parametrize(
    ("system", "language"), [("zh_CN.UTF-8", "zh"), ("zh_TW", "zh"), ("en_GB.UTF-8", "en"), ("de_DE.UTF-8", "en"), ("C", "en"), ("", "en")]
)
def test_any_chinese_system_is_spoken_to_in_chinese_and_any_other_in_english(
    monkeypatch: pytest.MonkeyPatch, system: str, language: str
) -> None:
    monkeypatch.setenv("LANG", system)
    with speaking("en"):
        assert use() == language


def test_windows_names_its_locale_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words.system_locale, "getlocale", lambda: ("Chinese (Simplified)_China", "936"))
    with speaking("en"):
        assert use() == "zh"


@pytest.mark.parametrize("name", ["fr", "xx_YY", "../zh", "z"])
def test_a_language_that_is_none_of_ours_is_refused(name: str) -> None:
    with pytest.raises(LookupError):
        use(name)


def test_two_threads_speak_two_languages_at_once() -> None:
    heard: dict[str, str] = {}
    both = threading.Barrier(2)

    def speak(language: str) -> None:
        use(language)
        both.wait()
        heard[language] = words._("is missing")

    threads = [threading.Thread(target=speak, args=(language,)) for language in ("zh", "en")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {"zh": "缺失", "en": "is missing"}


def test_an_empty_text_is_not_the_heading_of_the_catalogue() -> None:
    with speaking("zh"):
        assert words._("") == ""
