"""Every rule says in both languages where it comes from."""

import re

from sim.rules.decide import tables
from trainer_app.training.sources import _in_chinese, source_text

SOURCES = {rule.source for table in tables().values() for rule in table.rules}


def test_every_source_has_its_chinese_and_none_is_left_over() -> None:
    assert _in_chinese().keys() == SOURCES


def test_a_source_says_alike_in_both_languages_what_is_our_own_prior() -> None:
    for source in SOURCES:
        text = source_text(source)
        assert text.en == source
        assert ("own prior" in text.en) == ("自己的估计" in text.zh)
        assert ("article" in text.en) == ("文章" in text.zh)
        assert not re.search(r"[A-Za-z]", text.zh)
