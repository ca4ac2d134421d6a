"""chimed against clients that do not speak HTTP well, or mean harm: whatever
is refused is answered in the service's own shape, others are still served,
memory and descriptors are bounded."""
import contextlib
import json
import os
import resource
import socket
import struct

import pytest
from support import chime_api
from support.chimed import Chimed
from support.wait import until

HOST = b" HTTP/1.1\r\nHost: h\r\n"
POST = b"POST /app-instances" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def chimed(tmp_path, processes):
    # A sanitizer that keeps what was freed would be taken for a leak.
    server = Chimed(tmp_path, no_auth=True, options=("--admin", "admin"),
                    env={"ASAN_OPTIONS": "quarantine_size_mb=1:" +
                         os.environ.get("ASAN_OPTIONS", "")})
    processes.append(server)
    return server.start()


def dial(chimed):
    sock = socket.create_connection(("127.0.0.1", chimed.port), 20)
    sock.settimeout(20)
    return sock


def read_answer(sock):
    """(status, headers, body) of one answer; None at the end."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)    # what is behind belongs to the next answer
        if not byte:
            assert head == b"", head
            return None
        head += byte
    lines = head.decode("latin-1").strip().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    length, body = int(headers.get("content-length", 0)), b""
    while len(body) < length:
        piece = sock.recv(length - len(body))
        assert piece, "the body is cut"
        body += piece
    return int(lines[0].split()[1]), headers, body


def ask(chimed, request):
    with dial(chimed) as sock:
        with contextlib.suppress(OSError):   # it may have had enough
            sock.sendall(request)
        return read_answer(sock)


def refused(chimed, request):
    """Status and message of a refusal, whose shape is checked."""
    status, headers, body = ask(chimed, request)
    assert len(headers["x-amzn-requestid"]) == 36
    assert headers["x-amzn-errortype"].endswith("exception")
    assert headers["content-type"] == "application/json"
    said = json.loads(body)
    assert set(said) == {"Code", "Message"} and said["Code"]
    return status, said["Message"]


@pytest.mark.parametrize("request_text,status,reason", [
    (b"NICK belfry the bridge\r\n\r\n", 400, "METHOD TARGET HTTP/1.1"),
    (b"GET /\r\n\r\n", 400, "METHOD TARGET HTTP/1.1"),
    (b"GET / HTTP/banana\r\n\r\n", 400, "METHOD TARGET HTTP/1.1"),
    (b"GET / HTTP/2.0\r\n\r\n", 505, "HTTP/1.1"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "TLS"),
    (b"\x00" * 100, 400, "not HTTP"),
    (b"BREW /" + HOST + b"\r\n", 501, "BREW"),
    (b"OPTIONS *" + HOST + b"\r\n", 501, "OPTIONS"),
    (b"CONNECT h:443" + HOST + b"\r\n", 501, "CONNECT"),
    (b"GET *" + HOST + b"\r\n", 400, "begin with /"),
    (b"GET /\xc3\xa9" + HOST + b"\r\n", 400, "percent-encode"),
    (b"GET /a\x00b" + HOST + b"\r\n", 400, "NUL"),
    (b"GET /" + b"a" * 70000 + HOST + b"\r\n", 431, "65536"),
    (b"GET / HTTP/1.1\r\n\r\n", 400, "Host"),
    (b"GET /" + HOST + b"Host: other\r\n\r\n", 400, "Host"),
    (b"GET /" + HOST + b" folded\r\n\r\n", 400, "Line 3: continuation"),
    (b"GET /" + HOST + b"nonsense\r\n\r\n", 400, "Line 3"),
    (b"GET /" + HOST + b"a : b\r\n\r\n", 400, "name"),
    (b"GET /" + HOST + b"a: b\x00c\r\n\r\n", 400, "NUL"),
    (b"GET /" + HOST + b"a: b\x07c\r\n\r\n", 400, "control character"),
    (b"GET /" + HOST + b"a: b\r\n" * 100 + b"\r\n", 431, "64"),
    (b"GET /" + HOST + b"a: " + b"b" * 70000 + b"\r\n\r\n", 431, "65536"),
    (POST + b"Content-Length: -1\r\n\r\n", 400, "Content-Length"),
    (POST + b"Content-Length: 1x\r\n\r\n", 400, "Content-Length"),
    (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400,
     "more than one Content-Length"),
    (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
     400, "exclude each other"),
    (POST + b"Transfer-Encoding: gzip\r\n\r\n", 501, "chunked"),
    (POST + b"Expect: wonders\r\n\r\n", 417, "100-continue"),
    (POST + b"Content-Length: 262145\r\n\r\n" + b"x" * 262145, 413, "262144"),
    (POST + b"Content-Length: 99999999999999999999\r\n\r\n", 413, "262144"),
    (CHUNKED + b"fffffff\r\n", 413, "262144"),
    (CHUNKED + b"nonsense\r\n", 400, "hexadecimal"),
    (CHUNKED + b"2\r\n{}x\r\n", 400, "longer"),
    (POST + b"Content-Length: 2\r\n\r\n[]", 400, "JSON object"),
    (POST + b"Content-Length: 2\r\n\r\n{]", 400, "line 1 column"),
    (POST + b'Content-Length: 11\r\n\r\n{"Name":12}', 400,
     "Name must be a string"),
    (b"GET /nowhere" + HOST + b"\r\n", 404, "operation"),
    (b"PATCH /channels" + HOST + b"\r\n", 405, "PATCH"),
], ids=lambda value: "" if isinstance(value, bytes) else str(value))
def test_refusals(chimed, request_text, status, reason):
    assert refused(chimed, request_text)[0] == status
    assert reason in refused(chimed, request_text)[1]
    assert ask(chimed, b"GET /app-instances" + HOST + b"\r\n")[0] == 200


def test_a_request_that_ends_early(chimed):
    with dial(chimed) as sock:
        sock.sendall(POST + b"Content-Length: 10\r\n\r\n{")
        sock.shutdown(socket.SHUT_WR)
        status, _, body = read_answer(sock)
        assert status == 400 and "whole" in json.loads(body)["Message"]
        assert read_answer(sock) is None


BODY = b'{"Name":"x","ClientRequestToken":"tok"}'


@pytest.mark.parametrize("request_text", [
    POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    (POST + b"Content-Length: %d\r\n\r\n" % len(BODY)).replace(
        b"\r\n", b"\n") + BODY,
    b"\r\n\r\n" + POST + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    b"POST http://elsewhere:1/app-instances HTTP/1.1\r\nHost: h\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    b"POST /app-instances HTTP/1.0\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    CHUNKED + b"".join(b"1;x=y\r\n%c\r\n" % c for c in BODY) +
    b"0\r\nX-Trailer: 1\r\n\r\n",
], ids=["plain", "bare-lf", "empty-lines", "absolute", "http-1.0", "chunked"])
def test_spellings_of_one_request(chimed, request_text):
    status, _, body = ask(chimed, request_text)
    assert status == 201, body


def test_expect_continue(chimed):
    with dial(chimed) as sock:
        sock.sendall(POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n"
                     b"\r\n" % len(BODY))
        assert read_answer(sock)[0] == 100
        sock.sendall(BODY)
        assert read_answer(sock)[0] == 201


def test_pipelining(chimed):
    """In order, also behind bodies that nobody needs; a refusal ends it."""
    with dial(chimed) as sock:
        sock.sendall(
            (b"DELETE /nowhere" + HOST + b"Content-Length: 2\r\n\r\n{}" +
             b"GET /app-instances" + HOST + b"\r\n") * 100 +
            b"BREW /" + HOST + b"\r\n" + b"GET /nowhere" + HOST + b"\r\n")
        for _ in range(100):
            assert read_answer(sock)[0] == 404
            assert read_answer(sock)[0] == 200
        status, headers, _ = read_answer(sock)
        assert status == 501 and headers["connection"] == "close"
        assert read_answer(sock) is None


def test_nul_in_content_comes_back(chimed):
    api = chime_api.ChimeApi(chimed.port)
    user = api.create_user(api.create_app_instance(), "ann.1", "Ann")
    channel = api.create_channel(user.split("/user/")[0], user, "square")
    api.send(channel, user, "a\u0000b")
    assert [m["Content"] for m in api.messages(channel, user)] == ["a\u0000b"]


def page_call(api, channel, bearer, **query):
    return api.call("GET", f"/channels/{chime_api.quote(channel)}/messages",
                    bearer, [(k.replace("_", "-"), v)
                             for k, v in query.items()])


def test_page_tokens(tmp_path, chimed, processes):
    """Taken where they were given, and nowhere else."""
    other = Chimed(tmp_path, no_auth=True, name="other")
    processes.append(other)
    other.start()
    tokens = []
    for server in (chimed, other):
        api = chime_api.ChimeApi(server.port)
        instance = api.create_app_instance()
        user = api.create_user(instance, "ann.1", "Ann")
        channel = api.create_channel(instance, user, "square")
        second = api.create_channel(instance, user, "plaza")
        for n in range(3):
            api.send(channel, user, str(n))
        tokens.append(page_call(api, channel, user, max_results="1")[
            "NextToken"])
    own, foreign = tokens[1], tokens[0]
    assert page_call(api, channel, user, max_results="2", next_token=own)[
        "ChannelMessages"]
    for token, where, more in (
            (foreign, channel, {}), (own, second, {}), ("x", channel, {}),
            (own, channel, {"sort_order": "ASCENDING"}),
            (own[:-1], channel, {}), (own + "A", channel, {}),
            (own.swapcase(), channel, {}), ("é", channel, {}),
            ("A" * 2049, channel, {}), (own + "\0", channel, {})):
        with pytest.raises(chime_api.ChimeError) as error:
            page_call(api, where, user, next_token=token, **more)
        assert error.value.status == 400
        assert "NextToken" in str(error.value), error.value


def reset(sock):
    """Closes without a good-bye."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()


def is_serving(chimed):
    return ask(chimed, b"GET /app-instances" + HOST + b"\r\n")[0] == 200


def test_a_thousand_connections(chimed):
    """Idle ones, and ones in the middle of a request; all go again."""
    files, rss_kb = chimed.open_files(), chimed.rss_kb()
    limit = resource.prlimit(chimed.pid, resource.RLIMIT_NOFILE)
    if limit[0] < 1200:
        pytest.skip("too few descriptors are allowed here")
    with contextlib.ExitStack() as stack:
        for n in range(1000):
            sock = stack.enter_context(dial(chimed))
            if n % 2:
                sock.sendall(POST + b"Content-Length: 1000\r\n\r\n{")
        until(lambda: chimed.open_files() >= files + 1000, "all accepted")
        assert is_serving(chimed)
        assert chimed.rss_kb() < rss_kb + 40 * 1024
    until(lambda: chimed.open_files() <= files, "the descriptors are back")


def test_more_connections_than_descriptors(chimed):
    """Who waited longest goes; new ones are served."""
    files = chimed.open_files()
    resource.prlimit(chimed.pid, resource.RLIMIT_NOFILE, (128, 128))
    with contextlib.ExitStack() as stack:
        for n in range(400):
            sock = stack.enter_context(dial(chimed))
            sock.sendall(b"GET / HTTP/1.1\r\nX-Slow:")
            if n % 50 == 0:
                assert is_serving(chimed)
        assert is_serving(chimed)
        assert chimed.open_files() <= 128
    until(lambda: chimed.open_files() <= files, "the descriptors are back")


def test_clients_that_leave_before_the_answer(chimed):
    files = chimed.open_files()
    for n in range(300):
        sock = dial(chimed)
        sock.sendall(b"GET /app-instances" + HOST + b"\r\n" * (n % 3))
        reset(sock) if n % 2 else sock.close()
    assert is_serving(chimed)
    until(lambda: chimed.open_files() <= files, "the descriptors are back")


def test_a_client_that_never_reads(chimed):
    """Its next requests wait in its own socket."""
    api = chime_api.ChimeApi(chimed.port)
    instance = api.create_app_instance()
    user = api.create_user(instance, "ann.1", "Ann")
    channel = api.create_channel(instance, user, "square")
    for _ in range(50):
        api.send(channel, user, "x" * 4000)
    request = (f"GET /channels/{chime_api.quote(channel)}/messages "
               f"HTTP/1.1\r\nHost: h\r\nx-amz-chime-bearer: {user}\r\n\r\n")
    rss_kb = chimed.rss_kb()
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            sock = stack.enter_context(dial(chimed))
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                for _ in range(1000):
                    sock.sendall(request.encode() * 20)
            assert is_serving(chimed)
        for _ in range(50):
            assert is_serving(chimed)
        assert chimed.rss_kb() < rss_kb + 30 * 1024
    assert is_serving(chimed)


def test_an_endless_body(chimed):
    """413 at once; what still comes is read for a moment, not kept."""
    rss_kb = chimed.rss_kb()
    with dial(chimed) as sock:
        sock.sendall(POST + b"Content-Length: 999999999\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(100):
                sock.sendall(b"x" * 100000)
        assert read_answer(sock)[0] == 413
    assert chimed.rss_kb() < rss_kb + 10 * 1024
    assert is_serving(chimed)


def test_stops_in_the_middle_of_requests(chimed):
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(dial(chimed)) for _ in range(50)]
        for n, sock in enumerate(socks):
            sock.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(BODY) +
                         BODY[:20 if n % 2 else None])
        for sock in socks[::2]:
            assert read_answer(sock)[0] in (201, 409)
        assert chimed.stop() == 0
        for sock in socks:
            with contextlib.suppress(ConnectionResetError):
                assert read_answer(sock) is None
