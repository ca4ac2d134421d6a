"""What IAM would say to the calls that a service saw. An operation's name
comes from the API's own table."""
import csv
import fnmatch
import pathlib
import re
import urllib.parse

TABLE = pathlib.Path(__file__).resolve().parents[2] / "data/chime-api.tsv"


def operations():
    """(name, method, pattern of the path, fixed query)."""
    with open(TABLE, newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            path, _, fixed = row["path_template"].partition("?")
            yield (row["operation"], row["http_method"],
                   re.compile(re.sub(r"{\w+}", "[^/]+", path) + "$"),
                   dict(urllib.parse.parse_qsl(fixed)))


OPERATIONS = list(operations())


def operation_of(call):
    """The name of the operation; what a fixed query tells wins."""
    path = call.target.partition("?")[0]
    fits = [(len(fixed), name) for name, method, pattern, fixed in OPERATIONS
            if method == call.method and pattern.match(path) and
            fixed.items() <= call.query.items()]
    assert fits, f"no operation: {call.method} {call.target}"
    return max(fits)[1]


def resources_of(call):
    """The ARNs that a call is checked against."""
    found = [call.bearer] if call.bearer else []
    found += [urllib.parse.unquote(part)
              for part in call.target.partition("?")[0].split("/")
              if "%2Fchannel%2F" in part]
    name = operation_of(call)
    if name == "CreateChannel" and call.answer.status == 201:
        found.append(call.answer.json()["ChannelArn"])
    if name == "CreateAppInstanceUser":
        body = call.json()
        found += [body["AppInstanceArn"], body["AppInstanceArn"] + "/user/" +
                  body["AppInstanceUserId"]]
    assert found, f"checked against nothing: {call.method} {call.target}"
    return found


def refused(policy, call):
    """The resources of the call that no statement allows."""
    action = "chime:" + operation_of(call)
    patterns = [pattern for statement in policy["Statement"]
                if action in statement["Action"]
                for pattern in statement["Resource"]]
    return [resource for resource in resources_of(call)
            if not any(fnmatch.fnmatchcase(resource, pattern)
                       for pattern in patterns)]


def actions(policy):
    return {action for statement in policy["Statement"]
            for action in statement["Action"]}
