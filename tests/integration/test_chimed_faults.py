"""Faults of chimed that were asked for, as clients see them: raw HTTP, and
botocore with and without its own retries."""
import http.client
import json
import subprocess
import time
import uuid

import botocore.config
import botocore.exceptions
import botocore.session
import pytest
from support import chime_api
from support.chimed import Chimed
from support.process import build_dir

SEND = "SendChannelMessage"


class Town:
    """chimed with faults, set up through calls that no fault of a test is
    about: one app instance, one user, one channel."""

    def __init__(self, server):
        self.server = server
        self.api = chime_api.ChimeApi(server.port)
        self.instance = self.api.create_app_instance()
        self.ann = self.api.create_user(self.instance, "ann.1", "Ann")
        self.channel = self.api.create_channel(self.instance, self.ann,
                                               "square")

    def said(self):
        return [m["Content"] for m in
                self.api.messages(self.channel, self.ann)]

    def raw_send(self, content, token=None, timeout=20):
        """(status, headers, body) of one exchange; whatever http.client
        makes of what comes."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.port, timeout=timeout)
        connection.request(
            "POST", f"/channels/{chime_api.quote(self.channel)}/messages",
            json.dumps({"Content": content, "Type": "STANDARD",
                        "Persistence": "PERSISTENT",
                        "ClientRequestToken": token or uuid.uuid4().hex}),
            {"x-amz-chime-bearer": self.ann})
        answer = connection.getresponse()
        try:
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def boto(self, attempts):
        return botocore.session.Session().create_client(
            "chime-sdk-messaging", region_name="us-east-1",
            endpoint_url=self.server.endpoint,
            aws_access_key_id=chime_api.KEY,
            aws_secret_access_key=chime_api.SECRET,
            config=botocore.config.Config(
                inject_host_prefix=False,
                retries={"total_max_attempts": attempts,
                         "mode": "standard"}))

    def boto_send(self, attempts, content):
        return self.boto(attempts).send_channel_message(
            ChannelArn=self.channel, ChimeBearer=self.ann, Content=content,
            Type="STANDARD", Persistence="PERSISTENT",
            ClientRequestToken=uuid.uuid4().hex)


@pytest.fixture
def town(tmp_path, processes):
    def build(*faults, options=()):
        server = Chimed(tmp_path, no_auth=True, options=[
            word for fault in faults for word in ("--fault", fault)]
            + list(options))
        processes.append(server)
        return Town(server.start())
    return build


@pytest.mark.parametrize("what,status,name,code", [
    ("400", 400, "BadRequestException", "BadRequest"),
    ("401", 401, "UnauthorizedClientException", "Unauthorized"),
    ("403", 403, "ForbiddenException", "Forbidden"),
    ("404", 404, "NotFoundException", "NotFound"),
    ("409", 409, "ConflictException", "Conflict"),
    ("429", 429, "ThrottledClientException", "Throttled"),
    ("500", 500, "ServiceFailureException", "ServiceFailure"),
    ("503", 503, "ServiceUnavailableException", "ServiceUnavailable"),
    ("ResourceLimitExceeded", 400, "ResourceLimitExceededException",
     "ResourceLimitExceeded"),
    ("ForbiddenException", 403, "ForbiddenException", "Forbidden"),
])
def test_errors(town, what, status, name, code):
    """First one without effect, then one after it, then none."""
    place = town(f"{SEND}:{what}:x1", f"send-channel-message:{what}-after:x1")
    for said in ([], ["two"]):
        got, headers, body = place.raw_send("one" if said == [] else "two")
        assert got == status
        assert headers["x-amzn-ErrorType"] == name
        assert headers["x-amzn-RequestId"]
        assert json.loads(body)["Code"] == code
        assert place.said() == said
    assert place.raw_send("three")[0] == 201
    assert place.said() == ["two", "three"]
    assert f"{SEND}:{what}:x1" in place.server.log()


def test_a_status_without_exception(town):
    place = town(f"{SEND}:502:x1")
    status, headers, body = place.raw_send("one")
    assert (status, body) == (502, b"")
    assert "x-amzn-ErrorType" not in headers


@pytest.mark.parametrize("what,kept", [
    ("drop-before", False), ("drop-after", True)])
def test_cut_connections(town, what, kept):
    place = town(f"{SEND}:{what}:x1")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        place.raw_send("one")
    assert place.said() == (["one"] if kept else [])


def test_kept_before_the_cut(town):
    """What drop-after withheld survives the death of the process."""
    place = town(f"{SEND}:drop-after:x1")
    token = uuid.uuid4().hex
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        place.raw_send("one", token)
    place.server.kill()
    place.server.argv = [word for word in place.server.argv
                         if word != f"{SEND}:drop-after:x1"
                         and word != "--fault"]
    place.server.start()
    assert place.said() == ["one"]
    first = place.raw_send("one", token)
    assert first[0] == 201 and place.said() == ["one"]


def test_spoilt_bodies(town):
    place = town(f"{SEND}:truncate:x1", f"{SEND}:garbage:x1",
                 f"{SEND}:empty:x1")
    with pytest.raises(http.client.IncompleteRead) as error:
        place.raw_send("one")
    assert error.value.partial.startswith(b'{"')
    status, _, body = place.raw_send("two")
    assert status == 201
    with pytest.raises(ValueError):
        json.loads(body)
    assert place.raw_send("three")[0::2] == (201, b"")
    assert place.said() == ["one", "two", "three"]


def test_a_late_answer_holds_up_nobody(town):
    """The answer waits; the effect, and the other calls, do not."""
    place = town(f"{SEND}:delay=60000:x1")
    with pytest.raises(TimeoutError):
        place.raw_send("one", timeout=1)
    begin = time.monotonic()
    assert place.said() == ["one"]
    assert place.raw_send("two")[0] == 201
    assert time.monotonic() - begin < 30


def test_a_late_answer_comes(town):
    place = town(f"{SEND}:delay=300", f"{SEND}:429:x1")
    begin = time.monotonic()
    assert place.raw_send("one")[0] == 429
    assert place.raw_send("two")[0] == 201
    assert time.monotonic() - begin >= 0.6


@pytest.mark.parametrize("what", [
    "drop-before", "drop-after", "500", "500-after", "503-after", "502"])
def test_retries_of_an_sdk_make_one_message(town, what):
    """botocore repeats the request with the same token. (Not so for 429:
    its model does not call ThrottledClientException a throttle.)"""
    place = town(f"{SEND}:{what}:x2")
    place.boto_send(4, "once")
    assert place.said() == ["once"]
    assert place.server.log().count(f"{SEND}:{what}") == 2


@pytest.mark.parametrize("what", ["500", "429", "Conflict", "drop-before"])
def test_an_sdk_without_retries_is_told(town, what):
    place = town(f"{SEND}:{what}:x1")
    with pytest.raises((botocore.exceptions.ClientError,
                        botocore.exceptions.HTTPClientError)) as error:
        place.boto_send(1, "once")
    if what == "Conflict":
        assert type(error.value).__name__ == "ConflictException"
    assert place.said() == []


def test_seeds_repeat(tmp_path, processes):
    def run(name, seed):
        server = Chimed(tmp_path, no_auth=True, name=name, options=[
            "--fault", f"{SEND}:500:0.3", "--fault-seed", str(seed)])
        processes.append(server)
        place = Town(server.start())
        return [place.raw_send(str(n))[0] for n in range(40)]

    first = run("first", 1)
    assert set(first) == {201, 500}
    assert run("again", 1) == first
    assert run("other", 2) != first


@pytest.mark.parametrize("fault,right", [
    ("SendChanelMessage:500", "use SendChannelMessage"),
    ("*:boom", "drop-before"),
    ("*:500:often", "probability"),
])
def test_what_chimed_will_not_take(tmp_path, fault, right):
    command = subprocess.run(
        [build_dir() / "chimed", "--state", ":memory:", "--no-auth",
         "--fault", fault], capture_output=True, text=True, timeout=20)
    assert command.returncode == 64 and right in command.stderr
    file = tmp_path / "chimed.conf"
    file.write_text(f'faults = [ "*:500", "{fault}" ];\n')
    command = subprocess.run(
        [build_dir() / "chimed", "-c", file, "--state", ":memory:",
         "--no-auth"], capture_output=True, text=True, timeout=20)
    assert command.returncode == 78 and right in command.stderr
    assert "faults[1]" in command.stderr
