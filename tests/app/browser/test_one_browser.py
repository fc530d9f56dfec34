"""All tests of this folder share one browser and one app, also where the others run beside."""

import pytest


def test_the_tests_of_this_folder_run_in_one_worker(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("this run has one worker, or does not keep groups together (--dist loadgroup)")
    assert request.node.nodeid.endswith("@browser")
