"""The fixtures and the support of the integration tests."""
import importlib.util
import pathlib
import sys

import pytest

INTEGRATION = pathlib.Path(__file__).resolve().parents[1] / "integration"
sys.path.insert(0, str(INTEGRATION))

_spec = importlib.util.spec_from_file_location("integration_fixtures",
                                               INTEGRATION / "conftest.py")
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)

from support import figures as shown  # noqa: E402

tmp_path = _shared.tmp_path
processes = _shared.processes
pytest_runtest_makereport = _shared.pytest_runtest_makereport

@pytest.fixture
def figures(request):
    """Takes lines that are shown at the end of the run."""
    return lambda line: shown.note(request, line)


def pytest_terminal_summary(terminalreporter):
    shown.show(terminalreporter)
