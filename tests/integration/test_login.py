"""TLS and SASL, and what is said when they fail."""
import base64
import ssl

import pytest

from support.certificates import Certificates
from support.ircd import Atheme, Inspircd
from support.process import find_program
from support.scripted_ircd import ScramServer, ScriptedIrcd
from support.wait import until
from support.world import CHANNEL, World


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ssl")
    for place in (folder, *list(folder.parents)[:2]):
        place.chmod(0o755)
    return Certificates(folder)


def secure(world, certificates, **settings):
    """Points belfryd at the server's TLS port."""
    network = world.belfry.config["networks"][0]
    network["servers"] = (f"localhost:{world.ircd.tls_port}",)
    network["tls"] = True
    network["tls_ca_file"] = certificates.path("ca.pem")
    network.update(settings)
    for key in [k for k, v in network.items() if v is None]:
        del network[key]
    world.belfry.write_config()
    return world.start()


def tls_world(tmp_path, processes, certificates):
    return World(tmp_path, processes, Inspircd, certificates=certificates)


def assert_relays(world):
    bob = world.client("bob")
    world.wait_joined(bob)
    world.say("over TLS")
    bob.wait_heard(CHANNEL, "over TLS")
    bob.say(CHANNEL, "and back")
    world.wait_message("and back")
    return bob


def test_tls(tmp_path, processes, certificates):
    world = secure(tls_world(tmp_path, processes, certificates), certificates)
    assert_relays(world)


def test_tls_pin(tmp_path, processes, certificates):
    world = secure(tls_world(tmp_path, processes, certificates), certificates,
                   tls_ca_file=None, tls_pin_sha256=certificates.pin())
    assert_relays(world)


@pytest.mark.parametrize("settings, words", [
    ({"tls_ca_file": None}, "not trusted"),
    ({"tls_pin_sha256": "ab" * 32}, "pin"),
])
def test_untrusted(tmp_path, processes, certificates, settings, words):
    world = secure(tls_world(tmp_path, processes, certificates), certificates,
                   **settings)
    until(world.problems, "a problem in the log")
    assert any(words in line for line in world.problems()), world.problems()
    assert len(world.problems()) == 1


def test_wrong_name(tmp_path, processes, certificates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("other.pem"),
                            certificates.path("other.key"))
    server = ScriptedIrcd(lambda c: c.welcome(), context)
    processes.append(server)
    world = tls_world(tmp_path, processes, certificates)
    secure(world, certificates, servers=(f"localhost:{server.port}",))
    until(world.problems, "a problem in the log")
    assert "elsewhere.example" in world.problems()[0], world.problems()


@pytest.fixture
def services(tmp_path, processes, certificates):
    """A world whose IRC network has the account belfry."""
    assert find_program("atheme-services"), "install atheme-services"
    world = tls_world(tmp_path, processes, certificates)
    atheme = Atheme(tmp_path, world.ircd)
    processes.append(atheme.start())
    owner = world.client("belfry")

    def answered(word):
        return any(word in line for line in owner.lines)

    def register():
        owner.send("PRIVMSG NickServ :REGISTER pa55word belfry@example.org")
        return answered(b"now registered") or answered(b"is now registered") \
            or answered(b"already registered")
    until(register, lambda: f"an account: {owner.lines[-4:]}", step_s=0.3)
    owner.send("QUIT")
    until(lambda: owner.closed, "the owner has left")
    return world


SASL = {"account": "belfry", "password": "pa55word", "mechanism": "PLAIN"}


def test_sasl_plain(services, certificates):
    secure(services, certificates, sasl=SASL)
    bob = assert_relays(services)
    bob.send("WHOIS belfry")
    until(lambda: any(b" 330 bob belfry belfry" in line
                      for line in bob.lines), "logged in as belfry")


def test_sasl_wrong_password(services, certificates):
    secure(services, certificates,
           sasl={**SASL, "password": "s3same-x", "required": True})
    until(services.problems, "a problem in the log")
    line = services.problems()[0]
    assert "SASL" in line and "belfry" in line, line
    assert "s3same-x" not in services.belfry.log(), "a secret in the log"


def test_sasl_not_required(services, certificates):
    secure(services, certificates,
           sasl={**SASL, "password": "s3same-x", "required": False})
    assert_relays(services)
    assert any("SASL" in line for line in services.problems())


def scram_script(password, done):
    """A server that insists on SCRAM-SHA-256."""
    def script(connection):
        scram = ScramServer(password)
        line = connection.welcome(caps="sasl=SCRAM-SHA-256")
        assert line == b"AUTHENTICATE SCRAM-SHA-256", line
        connection.send("AUTHENTICATE +")
        first = connection.expect(b"AUTHENTICATE").split(b" ")[1]
        reply = scram.first(base64.b64decode(first).decode())
        connection.send(b"AUTHENTICATE " + base64.b64encode(reply.encode()))
        last = connection.expect(b"AUTHENTICATE").split(b" ")[1]
        reply = scram.final(base64.b64decode(last).decode())
        if reply is None:
            connection.send(":s 904 belfry :SASL authentication failed")
            connection.line()
            return
        connection.send(b"AUTHENTICATE " + base64.b64encode(reply.encode()))
        assert connection.expect(b"AUTHENTICATE") == b"AUTHENTICATE +"
        connection.send(":s 900 belfry belfry!u@h belfry :You are now "
                        "logged in", ":s 903 belfry :SASL successful")
        connection.expect(b"CAP END")
        connection.finish_welcome()
        connection.accept_join()
        done.append(True)
        while True:
            line = connection.line()
            if line.startswith(b"PING"):
                connection.send(b":s PONG s " + line[5:])
    return script


@pytest.mark.parametrize("password, works", [("pencil", True),
                                             ("eraser", False)])
def test_scram(tmp_path, processes, password, works):
    done = []
    server = ScriptedIrcd(scram_script("pencil", done))
    processes.append(server)
    world = World(tmp_path, processes, network={
        "sasl": {"mechanism": "SCRAM-SHA-256", "account": "belfry",
                 "password": password, "required": True}})
    world.belfry.config["networks"][0]["servers"] = (
        f"127.0.0.1:{server.port}",)
    world.belfry.write_config()
    world.start()
    if works:
        until(lambda: done, lambda: f"joined after SCRAM: {server.errors}\n"
              f"{world.belfry.log()[-2000:]}")
    else:
        until(world.problems, "a problem in the log")
        assert "SASL" in world.problems()[0]
        assert not done
    assert not server.errors, server.errors
