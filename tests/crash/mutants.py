#!/usr/bin/python3
"""Breaks belfryd on purpose, one way at a time, and runs the tests that must
notice. A mutant that survives is a hole in the tests.

	tests/crash/mutants.py [NAME ...]

Works on a copy of the source beside the build (build-mutants/), never on the
source itself. For a person to run: it takes some minutes."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
PLACE = TOP / "build-mutants"

# name: what is done to which file, and the tests of which one must fail.
MUTANTS = {
    "sync removed": {
        "edits": [("src/store/dbfile.c", "PRAGMA synchronous = FULL",
                   "PRAGMA synchronous = OFF")],
        "unit": ["tests/crash/store_powerloss"],
    },
    "done at send": {
        "edits": [("src/bridge/delivery.c",
                   '\tstep("parcel is given out");\n',
                   '\tstep("parcel is given out");\n'
                   "\trecord_done(lane, item, &(struct receipt){.outcome ="
                   " RECEIPT_DONE}, true);\n"),
                  ("src/bridge/delivery.c",
                   "static void send_item(struct lane *lane, "
                   "struct item *item)",
                   "static void record_done(struct lane *, "
                   "const struct item *,\n\tconst struct receipt *, bool);"
                   "\n\nstatic void send_item(struct lane *lane, "
                   "struct item *item)")],
        "python": ["tests/crash/test_unconfirmed.py"],
    },
    "label check dropped": {
        "edits": [("src/irc/delivery_match.c",
                   "\tif (is_own && match_is_same_kind(conn, delivery, msg))",
                   "\tif (is_own || msg)")],
        "python": ["tests/integration/test_faults_irc.py::"
                   "test_server_that_drops_lines"],
    },
    "token made anew": {
        "edits": [("src/end_chime/outbound.c",
                   '"ClientRequestToken", job->token)',
                   '"ClientRequestToken", fresh_token())'),
                  ("src/end_chime/outbound.c",
                   "static void send(struct chime_outbound *o, "
                   "struct job *job)",
                   "static const char *fresh_token(void)\n{\n"
                   "\tstatic char token[RAND_TOKEN_BYTES];\n\n"
                   "\trand_token(token);\n\treturn token;\n}\n\n"
                   "static void send(struct chime_outbound *o, "
                   "struct job *job)"),
                  ("src/end_chime/outbound.c", '#include "util/json.h"\n',
                   '#include "util/json.h"\n#include "util/rand.h"\n')],
        "python": ["tests/crash/test_steps.py"],
    },
    "look-up removed": {
        "edits": [("src/end_chime/outbound.c",
                   "age_ms >= o->params.token_trust_ms",
                   "age_ms > INT64_MAX - o->params.token_trust_ms")],
        "unit": ["tests/unit/end_chime/test_outbound_again"],
    },
}


def prepare():
    """A copy of what git knows, configured with steps."""
    source = PLACE / "source"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, check=True,
                           capture_output=True).stdout.split(b"\0")
    for name in names:
        path = pathlib.Path(os.fsdecode(name))
        if name and (TOP / path).is_file():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / path, source / path)
    run("autoreconf", "-fi", cwd=source)
    build = PLACE / "build"
    build.mkdir(exist_ok=True)
    run(source / "configure", "-q", "--enable-steps", cwd=build)
    make(build)
    return source, build


def run(*words, cwd):
    subprocess.run([str(word) for word in words], cwd=cwd, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make(build, *targets):
    run("make", "-s", f"-j{os.cpu_count()}", *targets, cwd=build)


def apply(source, edits):
    """The texts as they were, to be put back."""
    before = {}
    for name, old, new in edits:
        path = source / name
        text = path.read_text()
        before.setdefault(path, text)
        assert text.count(old) == 1, f"{name}: {old!r} is not there once"
        path.write_text(text.replace(old, new))
    return before


def is_noticed(mutant, source, build):
    for test in mutant.get("unit", ()):
        make(build, test)
        done = subprocess.run([build / test], capture_output=True,
                              timeout=600, cwd=build)
        if done.returncode != 0:
            return True
    for test in mutant.get("python", ()):
        done = subprocess.run(
            ["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p",
             "no:cacheprovider", source / test], capture_output=True,
            timeout=600, env={**os.environ, "BELFRY_BUILD": str(build)})
        if done.returncode == 1:
            return True
    return False


def judge(name, mutant, source, build):
    started = time.monotonic()
    assert not is_noticed(mutant, source, build), f"{name}: fails unbroken"
    before = apply(source, mutant["edits"])
    try:
        make(build)
        noticed = is_noticed(mutant, source, build)
    finally:
        for path, text in before.items():
            path.write_text(text)
        make(build)
    print(f"{name}: {'noticed' if noticed else 'SURVIVED'} "
          f"({time.monotonic() - started:.0f} s)", flush=True)
    return noticed


def main(names):
    source, build = prepare()
    chosen = names or list(MUTANTS)
    noticed = [judge(name, MUTANTS[name], source, build) for name in chosen]
    print(f"{sum(noticed)} of {len(noticed)} mutants noticed")
    return 0 if all(noticed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
