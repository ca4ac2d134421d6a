"""Fixtures: one chimed for the whole run, one town for each client."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

from suite import boto, ill as ill_service, node, scene  # noqa: E402
from support import figures as shown  # noqa: E402
from support.chimed import Chimed  # noqa: E402


@pytest.fixture
def figures(request):
    """Takes lines that are shown at the end of the run."""
    return lambda line: shown.note(request, line)


def pytest_terminal_summary(terminalreporter):
    shown.show(terminalreporter)


@pytest.fixture(scope="session")
def chimed(tmp_path_factory):
    server = Chimed(tmp_path_factory.mktemp("sdk"),
                    options=("--sync", "off"))
    server.start()
    yield server
    assert server.stop() == 0, server.log()[-4000:]


@pytest.fixture(scope="session", params=["botocore", "botocore-2018",
                                         "javascript"])
def client(request):
    """Each client in turn, not connected yet."""
    made = {"botocore": boto.present, "botocore-2018": boto.of_2018,
            "javascript": node.Node}[request.param]()
    yield made
    made.close()


@pytest.fixture
def driver(client, chimed):
    """The client, connected to the one chimed."""
    if client.endpoint != chimed.endpoint:
        client.connect(chimed.endpoint)
    return client


@pytest.fixture(scope="session")
def town(client, chimed):
    return scene.Town(chimed.port)


@pytest.fixture(scope="session")
def shared_scene(town):
    """For cases that change nothing."""
    return scene.Scene(town).decorate()


@pytest.fixture(scope="module")
def ill(tmp_path_factory):
    """A chimed of one's own, to be made ill."""
    made = ill_service.Ill(tmp_path_factory.mktemp("ill"))
    yield made
    made.stop()
