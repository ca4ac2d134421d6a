"""permissions.txt, every cell on every kind of channel."""
import pytest
from suite import boto, contract, matrix, scene
from suite.cases import Case


@pytest.fixture(scope="module")
def one_client(chimed):
    return boto.present().connect(chimed.endpoint)


@pytest.fixture(scope="module")
def one_town(chimed):
    return scene.Town(chimed.port)


class Stage:
    """A scene until it is spoilt."""

    def __init__(self, town, kind):
        self._make = lambda: scene.Scene(town, *kind)
        self._scene = None

    def scene(self):
        self._scene = self._scene or self._make()
        return self._scene

    def spoil(self):
        self._scene = None


def ask(client, row, seat, whose, kind, place):
    words = scene.Words(place)
    members = row.members(whose, kind)
    if row.cells["admin"] != "-":
        members["ChimeBearer"] = place.users[seat]
    for key, value in members.items():
        members[key] = {"@self": place.users[seat],
                        "@said.self": place.said[seat]}.get(value, value)
    if members.get("MemberArn") == "@new" and \
            row.operation == "DeleteChannelMembership":
        place.api.add_member(place.channel, place.users["owner"],
                             words.resolve("@new"))
    case = Case(row.operation, members=members)
    return client.call(row.operation, words.resolve(case.arguments())).error


@pytest.mark.parametrize("kind", matrix.KINDS, ids="-".join)
def test_matrix(one_client, one_town, kind):
    wrong, stage = [], Stage(one_town, kind)
    for row in matrix.read():
        stage.spoil()
        for seat, whose, expected in matrix.calls(row, kind):
            said = ask(one_client, row, seat, whose, kind, stage.scene())
            if said != expected:
                wrong.append((row.title, seat, whose, said, expected))
            if said == "ok" and row.operation in matrix.SPOILS:
                stage.spoil()
    assert not wrong, "\n".join(map(str, wrong))


def test_no_operation_is_left_out():
    rows = matrix.read()
    assert [*dict.fromkeys(row.operation for row in rows)] == [
        operation.name for operation in contract.OPERATIONS.values()
        if operation.seed] + ["BatchCreateChannelMembership"]
    assert [*dict.fromkeys(row.number for row in rows)] == [
        *range(1, 32)]
