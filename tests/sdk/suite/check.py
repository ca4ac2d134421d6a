"""Runs a case and says what is wrong with the answer."""
import datetime

from .contract import OPERATIONS
from .scene import Words

TYPES = {"string": str, "boolean": bool, "integer": int, "list": list,
         "structure": dict, "timestamp(epoch-seconds)": datetime.datetime}
CODES = {"BadRequestException": "BadRequest",
         "ResourceLimitExceededException": "ResourceLimitExceeded",
         "UnauthorizedClientException": "Unauthorized",
         "ForbiddenException": "Forbidden", "NotFoundException": "NotFound",
         "ConflictException": "Conflict",
         "ThrottledClientException": "Throttled",
         "ServiceFailureException": "ServiceFailure",
         "ServiceUnavailableException": "ServiceUnavailable"}


class Wrong(AssertionError):
    pass


def need(condition, *words):
    if not condition:
        raise Wrong(" ".join(map(str, words)))


def run(driver, case, scene):
    """The case with what belongs before and behind it."""
    words = Words(scene)
    for step in case.before:
        run_step(driver, step, words)
    run_step(driver, case, words)
    for step in case.then:
        run_step(driver, step, words, keep=False)


def run_step(driver, case, words, keep=True):
    """What `then` answers is not kept: "@answer" is that of the case."""
    if not driver.knows(case.operation):
        return
    answer = driver.call(case.operation, words.resolve(case.arguments()))
    try:
        check(case, answer, words)
    except Wrong as wrong:
        raise Wrong(f"{case} by {driver.name}: {wrong}\n{answer}") from None
    if keep:
        words.answers.append(answer)


def check(case, answer, words):
    need(answer.request_id, "there is no x-amzn-RequestId")
    if case.error != "ok":
        check_error(case.operation, case.error, answer)
        return
    need(answer.error == "ok", "it was refused")
    operation = OPERATIONS[case.operation]
    need(answer.status == operation.status, "the status is", answer.status)
    check_members(operation, answer, case.lacks)
    expect = dict(case.expect)
    if "" in expect:
        need((answer.members == words.answers[-1].members) == expect.pop(""),
             "it is like and unlike", words.answers[-1])
    check_values(words.resolve(expect), answer.members, "")


def check_error(operation, error, answer):
    """`error` is one that the contract lists for any operation."""
    listed = {name: status for one in OPERATIONS.values()
              for name, status in one.errors.items()}
    need(answer.error == error, "it answered", answer.error, "not", error)
    need(answer.status == listed[error], "the status is", answer.status)
    need(answer.message, "there is no message")
    if answer.raw is not None:
        need(answer.raw.get("Code") == CODES[error], "the Code is",
             answer.raw)
        need(answer.raw.get("Message") == answer.message, answer.raw)


def check_members(operation, answer, lacks):
    known = {path.split(".")[0].removesuffix("[]")
             for path in operation.response}
    for body in (answer.members, answer.raw or {}):
        need(set(body) <= known, "undocumented:", set(body) - known)
    for path, kind in operation.response.items():
        if path in lacks:
            need(not any(has_member(answer.members, path)), path,
                 "should not be there")
        elif not path.startswith(tuple(lack + "." for lack in lacks)):
            found = [*find(answer.members, path)]
            need(found, path, "is missing")
            for value in found:
                check_type(path, kind, value)


def check_type(path, kind, value):
    need(isinstance(value, TYPES[kind]), path, "is", repr(value), "not of",
         kind)
    if kind.startswith("timestamp"):
        now = datetime.datetime.now(datetime.timezone.utc)
        need(abs((now - value).total_seconds()) < 3600, path, "is", value)


def find(value, path):
    """All values at a path of the contract."""
    name, _, rest = path.partition(".")
    if name.removesuffix("[]") not in value:
        return
    inner = value[name.removesuffix("[]")]
    for one in inner if name.endswith("[]") else [inner]:
        if rest:
            yield from find(one, rest)
        else:
            yield one


def has_member(value, path):
    return (found is not None for found in find(value, path))


def check_values(expect, found, path):
    for key, value in expect.items():
        where = f"{path}.{key}".lstrip(".")
        need(key in found, where, "is missing")
        check_value(value, found[key], where)


def check_value(value, found, where):
    if isinstance(value, dict):
        check_values(value, found, where)
    elif isinstance(value, list):
        need(len(value) == len(found), where, "has", len(found), "elements")
        for number, (one, other) in enumerate(zip(value, found)):
            check_value(one, other, f"{where}.{number}")
    else:
        need(value == found, where, "is", repr(found), "not", repr(value))
