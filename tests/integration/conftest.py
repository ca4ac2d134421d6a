"""Fixtures: each test has a folder of its own; servers are stopped at its
end, and their logs are kept when it failed (BELFRY_KEEP=1: always)."""
import os
import pathlib
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


@pytest.fixture
def tmp_path(tmp_path):
    """Servers that leave root behind must be able to enter."""
    for place in (tmp_path, *tmp_path.parents):
        if place == pathlib.Path(tempfile.gettempdir()) or \
                place.stat().st_uid != os.getuid():
            break
        place.chmod(0o755)
    return tmp_path


@pytest.fixture
def processes():
    """A list: what is put in is killed at the end, last first."""
    started = []
    yield started
    for process in reversed(started):
        (getattr(process, "kill", None) or process.close)()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    folder = item.funcargs.get("tmp_path") if hasattr(item, "funcargs") \
        else None
    if report.failed and folder:
        report.sections.append(("logs", f"kept in {folder}"))
        for log in sorted(pathlib.Path(folder).rglob("*.log")):
            text = log.read_text(errors="replace")
            limit = int(os.environ.get("BELFRY_LOG_BYTES", "3000"))
            report.sections.append((str(log), text[-limit:]))
