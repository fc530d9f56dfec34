"""Where a rule comes from, in both languages."""

from collections.abc import Mapping
from functools import cache

from sim.rules.tables import Text
from trainer_app.training.card import texts


def source_text(source: str) -> Text:
    """The source of a rule as its table names it (English), with its Chinese. KeyError for one that is in no table."""
    return Text(_in_chinese()[source], source)


@cache
def _in_chinese() -> Mapping[str, str]:
    found: Mapping[str, str] = texts("sources.toml")["source"]
    return found
