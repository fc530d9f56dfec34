"""Who only wants help or a check does not wait for what a simulation needs."""

import subprocess
import sys

import pytest

from tests.cli.conftest import ROOT

HEAVY = {"numpy", "scipy", "numba", "simpy", "pandas", "pyarrow", "altair", "vl_convert", "openpyxl", "fontTools"}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["check", "busy-week"], ["run", "--help"], ["--lang", "zh", "check", "busy-week"], ["chek"]]
)
def test_no_heavy_package_is_imported(arguments: list[str]) -> None:
    code = f"import sys; from sim.cli import main; main({arguments!r}); print('\\n' + ' '.join(m for m in sys.modules if '.' not in m))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert set(done.stdout.splitlines()[-1].split()) & HEAVY == set()


def test_the_public_names_are_imported_on_first_use() -> None:
    code = (
        "import sys, sim; assert 'numpy' not in sys.modules\n"
        "from sim import load_scenario\nassert 'numpy' not in sys.modules\n"
        "from sim import compare, draw_workload, replicate, simulate\n"
        "assert all(map(callable, (compare, draw_workload, replicate, simulate)))\n"
        "assert set(sim.__all__) == {'compare', 'draw_workload', 'load_scenario', 'replicate', 'simulate'}"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=True)
