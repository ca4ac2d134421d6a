"""belfryd --check and the start: what is wrong with a configuration is said
with file, line and setting, and nothing runs."""
import os
import subprocess

import pytest

from support.belfry import CREDENTIALS
from support.process import build_dir

APP = "arn:aws:chime:us-east-1:123456789012:app-instance/a"

GOOD = f"""state = "STATE";
log = {{ level = "info"; }};
chime = {{
	region = "us-east-1";
	app_instance = "{APP}";
	user = "{APP}/user/belfry";
}};
networks = (
	{{
		name = "libera";
		servers = ( "irc.libera.test:6697" );
		nick = "belfry";
	}}
);
mappings = (
	{{
		name = "one";
		irc = "libera/#one";
		chime = "{APP}/channel/1";
	}}
);
"""

# What is replaced, with what, and what is said: line, setting, words.
BAD = [
    ('level = "info"', 'levl = "info"',
     2, "log.levl", 'did you mean "level"?'),
    ('level = "info"', 'level = "inof"',
     2, "log.level", 'did you mean "info"?'),
    ('level = "info"', "level = 3", 2, "log.level", "not 3"),
    ("chime = {", "chim = {", 3, "chim", 'did you mean "chime"?'),
    ("us-east-1\"", "nowhere\"", 4, "chime.region", "must be a region"),
    ("region = \"us-east-1\";", "", 3, "chime.region", "missing"),
    ("/user/belfry", "/usr/belfry", 6, "chime.user", "must be a user"),
    (f"{APP}/user", "arn:aws:chime:::app-instance/b/user",
     6, "chime.user", "must be a user of the app instance"),
    ("/user/belfry\";", '/user/belfry"; puppets = "yes";',
     6, "chime.puppets", "must be true or false"),
    ("/user/belfry\";", '/user/belfry"; messaging_endpoint = "h:1";',
     6, "chime.messaging_endpoint", "https:// or http://"),
    ("/user/belfry\";", '/user/belfry"; poll = { min_ms = 9000; '
     "max_ms = 90; };", 6, "chime.poll.min_ms", "more than max_ms"),
    ("/user/belfry\";", '/user/belfry"; poll = { min_ms = 0; };',
     6, "chime.poll.min_ms", "from 10 to"),
    ("/user/belfry\";", '/user/belfry"; limits = { bearer = 1; };',
     6, "chime.limits.bearer", "unknown setting"),
    ('name = "libera"', 'naem = "libera"',
     10, "networks[0].naem", 'did you mean "name"?'),
    ('name = "libera"', 'name = "li bera"',
     10, "networks[0].name", "letters"),
    (":6697", "", 11, "networks[0].servers", '"host:port"'),
    (":6697", ":66970", 11, "networks[0].servers", '"host:port"'),
    ('( "irc.libera.test:6697" )', '"irc.libera.test:6697"',
     11, "networks[0].servers", "must be a list of strings"),
    ('nick = "belfry"', 'nick = "bel fry"',
     12, "networks[0].nick", "not a nick"),
    ('nick = "belfry"', 'nick = "belfry\\r\\nQUIT"',
     12, "networks[0].nick", "line break"),
    ('nick = "belfry";', 'nick = "belfry"; tls = 1;',
     12, "networks[0].tls", "must be true or false"),
    ('nick = "belfry";', 'nick = "belfry"; tls_ca_file = "/nonexistent";',
     12, "networks[0].tls_ca_file", "No such file"),
    ('nick = "belfry";', 'nick = "belfry"; tls = false; sasl = { mechanism = '
     '"PLAIN"; account = "a"; password = "p"; };',
     12, "networks[0].sasl.mechanism", "would show the password"),
    ('nick = "belfry";', 'nick = "belfry"; password = "a"; password_file = '
     '"b";', 12, "networks[0].password", "not both"),
    ('nick = "belfry";', 'nick = "belfry"; password_file = "nowhere";',
     12, "networks[0].password_file", "No such file"),
    ('nick = "belfry";', 'nick = "belfry"; flood = { burst = 4294967297; };',
     12, None, "needs an L"),
    ('nick = "belfry";', 'nick = "belfry"; nick = "twice";',
     12, "nick", "given twice"),
    ('irc = "libera/#one"', 'irc = "libra/#one"',
     18, "mappings[0].irc", 'did you mean "libera"?'),
    ('irc = "libera/#one"', 'irc = "#one"',
     18, "mappings[0].irc", '"network/#channel"'),
    ("channel/1", "channel", 19, "mappings[0].chime", "must be a channel"),
    (f'"{APP}/channel/1"', "{ create = true; }",
     19, "mappings[0].chime.name", "missing"),
    (f'"{APP}/channel/1"', "{ name = \"x\"; privacy = \"public\"; }",
     19, "mappings[0].chime.privacy", 'did you mean "PUBLIC"?'),
    ("\t}\n);\n" + "mappings", "\t}\n;\n" + "mappings",
     14, None, "syntax error"),
    ('state = "STATE"', f'state = "s"; control = "/{"c" * 107}"',
     1, "control", "107"),
]


def check(path):
    done = subprocess.run([build_dir() / "belfryd", "-c", path, "--check"],
                          capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


def write(folder, text):
    path = folder / "belfry.conf"
    path.write_text(text.replace("STATE", str(folder / "state.db")))
    return path


def test_good(tmp_path):
    path = write(tmp_path, GOOD)
    assert check(path) == (0, f"{path}: ok, 1 network, 1 mapping\n", "")
    assert not (tmp_path / "state.db").exists()


def bad_id(case):
    return f"{case[3] or 'file'} {case[4]}"


@pytest.mark.parametrize("case", BAD, ids=bad_id)
def test_bad(tmp_path, case):
    before, after, line, setting, words = case
    assert before in GOOD
    path = write(tmp_path, GOOD.replace(before, after))
    status, out, err = check(path)
    assert (status, out) == (78, "")
    place = f"{path}:{line}: " + (f"{setting}: " if setting else "")
    assert any(text.startswith(place) and words in text
               for text in err.splitlines()), err


def test_all_at_once(tmp_path):
    text = GOOD
    for before, after, *_ in (BAD[0], BAD[4], BAD[16], BAD[27]):
        text = text.replace(before, after)
    status, _, err = check(write(tmp_path, text))
    assert status == 78
    lines = [int(line.split(":")[1]) for line in err.splitlines()]
    assert len(lines) >= 4 and lines == sorted(lines), err


def test_start_is_refused(tmp_path):
    path = write(tmp_path, GOOD.replace("us-east-1\"", "nowhere\""))
    done = subprocess.run([build_dir() / "belfryd", "-c", path],
                          env={**os.environ, **CREDENTIALS},
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 78
    assert f"{path}:4: chime.region: " in done.stderr
    assert not (tmp_path / "state.db").exists()


@pytest.mark.parametrize("state, status", [
    ("/nonexistent/state.db", 73), ("DAMAGED", 78)])
def test_state_is_refused(tmp_path, state, status):
    damaged = tmp_path / "damaged.db"
    damaged.write_text("this is no database")
    path = write(tmp_path, GOOD.replace(
        "STATE", state.replace("DAMAGED", str(damaged))))
    done = subprocess.run([build_dir() / "belfryd", "-c", path],
                          env={**os.environ, **CREDENTIALS},
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == status, done.stderr
    assert damaged.read_text() == "this is no database"


def test_include(tmp_path):
    (tmp_path / "networks.conf").write_text(
        "\nnetworks = ( { name = \"n\"; servers = ( \"h:1\" ); "
        "nick = 5; } );\n")
    head, tail = GOOD.split("networks = (")
    tail = tail[tail.index("mappings"):].replace("libera/", "n/")
    path = write(tmp_path, head + '@include "networks.conf"\n' + tail)
    status, _, err = check(path)
    assert status == 78
    assert err == f"{tmp_path}/networks.conf:2: networks[0].nick: " \
        "must be a string, not 5\n"


@pytest.mark.parametrize("words, status", [
    (["--help"], 0), (["--version"], 0), (["--chek"], 64), (["x"], 64),
    (["-c"], 64), (["-c", "/nonexistent"], 78)])
def test_options(words, status):
    done = subprocess.run([build_dir() / "belfryd", *words],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == status
    assert done.stdout if status == 0 else done.stderr
