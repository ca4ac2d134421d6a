"""The contract: one row of tests/data/chime-api.tsv per operation."""
import csv
import dataclasses
import pathlib

TABLE = pathlib.Path(__file__).resolve().parents[2] / "data" / "chime-api.tsv"

CODES = {"ServiceFailureException": "ServiceFailure"}


@dataclasses.dataclass(frozen=True)
class Field:
    """A member of a request. `name` is its path, with [] for list items."""
    name: str
    where: str
    required: bool
    rules: dict

    @property
    def top(self):
        return self.name.split("[")[0].split(".")[0]


@dataclasses.dataclass(frozen=True)
class Operation:
    name: str
    seed: bool
    status: int
    bearer: bool
    request: tuple
    response: dict      # path: type
    errors: dict        # name: status


def rules_of(text):
    text, _, pattern = text.partition("pattern=")
    rules = dict(word.partition("=")[::2] for word in text.split())
    if pattern:
        rules["pattern"] = pattern
    return rules


def field_of(text):
    name, where, _, need, rules = text.split(":", 4)
    return Field(name, where, need == "required", rules_of(rules))


def parts(text):
    return [] if text == "-" else text.split("; ")


def operation_of(row):
    return Operation(
        row["operation"], row["set"] == "seed", int(row["success_status"]),
        row["bearer_header"] != "none",
        tuple(field_of(part) for part in parts(row["request_fields"])),
        dict(part.split(":") for part in parts(row["response_fields"])),
        {name: int(status) for name, status in
         (part.split("=") for part in parts(row["errors"]))})


def load():
    with open(TABLE, newline="") as table:
        rows = csv.DictReader(table, delimiter="\t",
                              quoting=csv.QUOTE_NONE)
        return {row["operation"]: operation_of(row) for row in rows}


OPERATIONS = load()
