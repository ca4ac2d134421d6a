"""chimed as a service: pages, tokens and times, signatures, death and
restarts. What each operation answers is the matter of tests/sdk."""
import contextlib
import datetime
import http.client
import json
import random
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import uuid

import botocore.config
import botocore.session
import pytest
from support import chime_api
from support.chimed import Chimed
from support.harm import Disk, needs_mount
from support.process import build_dir
from support.wait import until

ADMIN = ("--admin", "admin")


@pytest.fixture
def chimed(tmp_path, processes):
    server = Chimed(tmp_path, options=ADMIN)
    processes.append(server)
    return server.start()


def boto(chimed, service):
    return botocore.session.Session().create_client(
        service, region_name="us-east-1", endpoint_url=chimed.endpoint,
        aws_access_key_id=chime_api.KEY,
        aws_secret_access_key=chime_api.SECRET,
        config=botocore.config.Config(inject_host_prefix=False,
                                      retries={"max_attempts": 0}))


class Town:
    """An app instance with users, and the clients to act with."""

    def __init__(self, chimed, messaging="chime-sdk-messaging"):
        self.identity = boto(chimed, "chime-sdk-identity")
        self.messaging = boto(chimed, messaging)
        self.instance = self.identity.create_app_instance(
            Name="town", ClientRequestToken=uuid.uuid4().hex)["AppInstanceArn"]

    def user(self, user_id):
        return self.identity.create_app_instance_user(
            AppInstanceArn=self.instance, AppInstanceUserId=user_id,
            Name=user_id.title(), ClientRequestToken=uuid.uuid4().hex,
        )["AppInstanceUserArn"]

    def channel(self, bearer, **members):
        return self.messaging.create_channel(
            AppInstanceArn=self.instance, Name="square", ChimeBearer=bearer,
            ClientRequestToken=uuid.uuid4().hex,
            **{"Mode": "UNRESTRICTED", "Privacy": "PUBLIC", **members},
        )["ChannelArn"]

    def send(self, channel, bearer, content, **members):
        return self.messaging.send_channel_message(
            ChannelArn=channel, ChimeBearer=bearer, Content=content,
            **{"Type": "STANDARD", "Persistence": "PERSISTENT",
               "ClientRequestToken": uuid.uuid4().hex, **members})


def test_paging_while_others_write(chimed):
    """Every message that was there is seen once, in order, both ways."""
    town = Town(chimed)
    ann = town.user("ann.1")
    channel = town.channel(ann)
    sent = [f"message {n}" for n in range(130)]
    for content in sent:
        town.send(channel, ann, content)
    for order, expected in (("ASCENDING", sent),
                            ("DESCENDING", sent[::-1])):
        seen, token = [], {}
        while True:
            page = town.messaging.list_channel_messages(
                ChannelArn=channel, ChimeBearer=ann, SortOrder=order,
                MaxResults=random.randint(1, 50), **token)
            seen += [m["Content"] for m in page["ChannelMessages"]]
            if "NextToken" not in page:
                break
            token = {"NextToken": page["NextToken"]}
            town.send(channel, ann, "meanwhile")
        assert [c for c in seen if c != "meanwhile"] == expected


def members(chimed, channel, bearer):
    """All members that are listed, by pages, and how long chimed has worked
    for the longest page."""
    api = chime_api.ChimeApi(chimed.port)
    seen, longest, more = [], 0, []
    while True:
        began = chimed.cpu_s()
        page = api.call("GET", f"/channels/{chime_api.quote(channel)}"
                        "/memberships", bearer,
                        [("max-results", "50"), *more])
        longest = max(longest, chimed.cpu_s() - began)
        seen += page["ChannelMemberships"]
        if "NextToken" not in page:
            return seen, longest
        more = [("next-token", page["NextToken"])]


def test_read_markers_of_members(chimed):
    """Listed, though no SDK's model knows of it."""
    town = Town(chimed)
    ann, bob = town.user("ann.1"), town.user("bob.1")
    channel = town.channel(ann)
    town.messaging.create_channel_membership(
        ChannelArn=channel, ChimeBearer=ann, MemberArn=bob, Type="DEFAULT")
    town.messaging.update_channel_read_marker(
        ChannelArn=channel, ChimeBearer=bob)
    api = chime_api.ChimeApi(chimed.port)
    seen = {m["Member"]["Arn"]: m for m in members(chimed, channel, ann)[0]}
    assert "ReadMarkerTimestamp" not in seen[ann]
    own = api.call("GET", f"/channels/{chime_api.quote(channel)}", bob,
                   [("scope", "app-instance-user-membership"),
                    ("app-instance-user-arn", bob)])["ChannelMembership"]
    assert (seen[bob]["ReadMarkerTimestamp"] ==
            own["AppInstanceUserMembershipSummary"]["ReadMarkerTimestamp"])


def test_many_members(chimed):
    """As many as a channel can have: each page takes as little as the
    first."""
    town = Town(chimed)
    ann = town.user("ann.1")
    channel = town.channel(ann)
    chimed.stop()
    with contextlib.closing(sqlite3.connect(chimed.state_path)) as db, db:
        db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                   " FROM n WHERE i < 9999) INSERT INTO users (app_instance,"
                   " arn, name, created_ms, updated_ms) SELECT"
                   " (SELECT id FROM app_instances), ? || '/user/u' || i,"
                   " 'U' || i, 1, 1 FROM n", (town.instance,))
        db.execute("INSERT INTO members (channel, user, type, created_by,"
                   " created_ms, updated_ms) SELECT (SELECT id FROM channels),"
                   " id, 'DEFAULT', id, 1, 1 FROM users WHERE arn <> ?",
                   (ann,))
    chimed.start()
    seen, longest = members(chimed, channel, ann)
    assert len({m["Member"]["Arn"] for m in seen}) == len(seen) == 10000
    assert longest < 1


def test_bounds_in_time(chimed):
    town = Town(chimed)
    ann = town.user("ann.1")
    channel = town.channel(ann)
    here = {"ChannelArn": channel, "ChimeBearer": ann}
    for n in range(3):
        town.send(channel, ann, str(n))
    times = [m["CreatedTimestamp"] for m in
             town.messaging.list_channel_messages(**here)["ChannelMessages"]]
    found = town.messaging.list_channel_messages(
        NotBefore=times[1], NotAfter=times[1], **here)["ChannelMessages"]
    assert "1" in [m["Content"] for m in found]
    later = times[0] + datetime.timedelta(seconds=1)
    assert town.messaging.list_channel_messages(
        NotBefore=later, **here)["ChannelMessages"] == []


def test_idempotency(chimed):
    town = Town(chimed)
    ann, bob = town.user("ann.1"), town.user("bob.1")
    channel = town.channel(ann)
    first = town.send(channel, ann, "once", ClientRequestToken="token")
    again = town.send(channel, ann, "once", ClientRequestToken="token")
    assert first["MessageId"] == again["MessageId"]
    with pytest.raises(town.messaging.exceptions.ConflictException):
        town.send(channel, ann, "twice", ClientRequestToken="token")
    # Another bearer's token is another token.
    town.messaging.create_channel_membership(
        ChannelArn=channel, ChimeBearer=bob, MemberArn=bob, Type="DEFAULT")
    other = town.send(channel, bob, "once", ClientRequestToken="token")
    assert other["MessageId"] != first["MessageId"]
    assert len(town.messaging.list_channel_messages(
        ChannelArn=channel, ChimeBearer=ann)["ChannelMessages"]) == 2
    chimed.kill()
    chimed.start()
    town.messaging = boto(chimed, "chime-sdk-messaging")
    again = town.send(channel, ann, "once", ClientRequestToken="token")
    assert first["MessageId"] == again["MessageId"]


def exchange(chimed, method, path, headers, body=b""):
    connection = http.client.HTTPConnection("127.0.0.1", chimed.port,
                                            timeout=20)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer, json.loads(text) if text else None


def signed(chimed, path, body=b"", key=None, off_s=0, region="us-east-1"):
    now = datetime.datetime.now(datetime.timezone.utc) \
        + datetime.timedelta(seconds=off_s)
    headers = {"host": f"127.0.0.1:{chimed.port}",
               "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ")}
    headers["authorization"] = chime_api.sign("POST", path, [], headers,
                                              body, now, region)
    if key:
        headers["authorization"] = headers["authorization"].replace(
            chime_api.KEY, key)
    return headers


BODY = b'{"Name":"x","ClientRequestToken":"tok"}'


@pytest.mark.parametrize("spoil,expected", [
    ({}, None),
    ({"off_s": 800}, None),
    ({"off_s": -800}, None),
    ({"off_s": 1000}, "InvalidSignatureException"),
    ({"off_s": -1000}, "InvalidSignatureException"),
    ({"key": "AKIDUNKNOWN"}, "UnrecognizedClientException"),
    ({"region": "eu-central-1"}, "InvalidSignatureException"),
])
def test_signatures(chimed, spoil, expected):
    headers = signed(chimed, "/app-instances", BODY, **spoil)
    answer, body = exchange(chimed, "POST", "/app-instances", headers, BODY)
    assert answer.getheader("x-amzn-RequestId")
    assert answer.getheader("Date")
    assert answer.getheader("x-amzn-ErrorType") == expected
    assert answer.status == (403 if expected else 201), body


def test_tampering_is_noticed(chimed):
    path = "/app-instances"
    good = signed(chimed, path, BODY)
    spoilt = [
        ("POST", path, good, BODY + b" "),
        ("PUT", path, good, BODY),
        ("POST", path + "?a=b", good, BODY),
        ("POST", path, {**good, "host": "elsewhere"}, BODY),
        ("POST", path, {**good, "x-amz-chime-bearer": "somebody"}, BODY),
        ("POST", path, {**good, "authorization":
                        good["authorization"][:-1] + "x"}, BODY),
        ("POST", path, {**good, "authorization": "Basic abc"}, BODY),
        ("POST", path, {k: v for k, v in good.items()
                        if k != "authorization"}, BODY),
    ]
    for request in spoilt:
        answer, body = exchange(chimed, *request)
        assert answer.status == 403, request
        assert body["Code"] and body["Message"]
    answer, _ = exchange(chimed, "POST", path, good, BODY)
    assert answer.status == 201


def test_no_auth_takes_anything(tmp_path, processes):
    chimed = Chimed(tmp_path, no_auth=True)
    processes.append(chimed)
    chimed.start()
    answer, _ = exchange(chimed, "POST", "/app-instances", {}, BODY)
    assert answer.status == 201
    answer, body = exchange(chimed, "POST", "/app-instances",
                            {"authorization": "nonsense"}, BODY)
    assert answer.status == 201 and "AppInstanceArn" in body


def test_what_was_answered_survives_sudden_death(chimed):
    """Killed at any moment, under load by several, three times over."""
    town = Town(chimed)
    ann = town.user("ann.1")
    channel = town.channel(ann)
    answered = {}
    for life in range(3):
        workers = [threading.Thread(target=speak, args=(
            chimed.port, channel, ann, f"{life}-{n}", answered))
            for n in range(4)]
        for worker in workers:
            worker.start()
        wanted = len(answered) + 100
        until(lambda: len(answered) >= wanted, "a hundred answers")
        chimed.kill()
        for worker in workers:
            worker.join(20)
            assert not worker.is_alive()
        chimed.start()
        kept = {m["MessageId"]: m["Content"] for m in
                chime_api.ChimeApi(chimed.port).messages(channel, ann)}
        assert answered.items() <= kept.items()
        assert len(kept) == len(set(kept.values()))


def speak(port, channel, bearer, name, answered):
    """Sends until the service is gone."""
    api = chime_api.ChimeApi(port)
    for n in range(100000):
        content = f"{name}-{n}"
        try:
            answered[api.send(channel, bearer, content)] = content
        except (OSError, http.client.HTTPException):
            return


def test_disk_is_full_and_free_again(tmp_path, processes):
    """Writes are refused with 503 and leave nothing, reads go on, the log
    says it once; what was refused is taken when there is room."""
    needs_mount()
    server = Chimed(tmp_path)
    server.argv[4] = tmp_path / "disk" / "chimed.db"
    disk = Disk(server, tmp_path, 4096)
    processes.append(server)
    server.start()
    api = chime_api.ChimeApi(server.port)
    instance = api.create_app_instance()
    alice = api.create_user(instance, "alice", "Alice")
    channel = api.create_channel(instance, alice, "full")
    first = api.send(channel, alice, "first")
    disk.fill()
    for _ in range(20):
        # So long that it does not fit into what is left of a page.
        with pytest.raises(chime_api.ChimeError) as refused:
            for number in range(50):
                api.send(channel, alice, "x" * 4000, token=f"big-{number}")
        assert refused.value.status == 503
        before = api.messages(channel, alice)
    assert before[0]["MessageId"] == first
    assert server.log().count("error state:") == 1, server.log()
    disk.free()
    sent = [api.send(channel, alice, "x" * 4000, token=f"big-{number}")
            for number in range(50)]
    assert [m["MessageId"] for m in api.messages(channel, alice)] == \
        [first, *sent]
    assert "works again" in server.log()
    server.kill()
    # The disk was in memory, and went with it.


def test_stops_cleanly_and_refuses_a_second_one(chimed, tmp_path):
    second = subprocess.run(
        [build_dir() / "chimed", "--no-auth", "--listen", "127.0.0.1:0",
         "--state", chimed.state_path], capture_output=True, text=True,
        timeout=20)
    assert second.returncode == 74
    assert "another process is using it" in second.stderr
    assert chimed.stop() == 0
    chimed.start()
    chimed.signal(signal.SIGINT)
    assert chimed.wait_exit() == 0


def test_exit_codes(tmp_path):
    config = tmp_path / "chimed.conf"

    def run(*options):
        done = subprocess.run([build_dir() / "chimed", *options],
                              capture_output=True, text=True, timeout=20,
                              env={})
        return done.returncode, done.stdout + done.stderr

    state = ("--state", ":memory:", "--listen", "127.0.0.1:0")
    assert run()[0] == 64
    assert run("--nonsense")[0] == 64
    assert run(*state)[0] == 78
    assert run("--help")[0] == 0
    config.write_text('no_aut = true;\n')
    code, said = run("-c", str(config), *state)
    assert code == 78 and "chimed.conf:1" in said and "no_auth" in said
    (tmp_path / "odd.db").write_text("not a database at all, is it?" * 50)
    assert run("--no-auth", "--state", str(tmp_path / "odd.db"))[0] == 74
    assert run("--no-auth", "--state", "/nonexistent/state.db")[0] == 73
    code, said = run("--no-auth", "--state", str(tmp_path))
    assert code == 73 and "Is a directory" in said
    assert run("--no-auth", "--state", "")[0] == 64
    assert run("--no-auth", "--state", ":memory:", "--listen",
               "nowhere")[0] == 64
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = run("--no-auth", "--state", ":memory:", "--listen",
                         f"127.0.0.1:{port}")
    assert code == 71 and "already in use" in said
    code, said = run("--version")
    assert code == 0 and said.startswith("chimed ")


def test_configuration_file(tmp_path, processes):
    config = tmp_path / "chimed.conf"
    (tmp_path / "secret").write_text(chime_api.SECRET + "\n")
    config.write_text(
        f'access_key_id = "{chime_api.KEY}";\n'
        f'secret_access_key_file = "{tmp_path}/secret";\n'
        f'account = "000000000042";\n')
    server = Chimed(tmp_path, options=("-c", config),
                    env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    processes.append(server)
    server.start()
    assert ":000000000042:" in \
        chime_api.ChimeApi(server.port).create_app_instance()
