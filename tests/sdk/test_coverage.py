"""Nothing that the contract documents is left out of the cases."""
import subprocess

from suite.awscli import kebab
from suite.cases import BEARERLESS, CASES, QUOTAS, USUAL
from suite.contract import OPERATIONS
from support.process import build_dir

# What a service only says when it is ill. test_faults.py makes it say that,
# and all other errors that are documented.
ILL = {"ServiceFailureException", "ServiceUnavailableException"}
# What nothing that is asked of these operations brings about.
NO_CAUSE = {
    "ResourceLimitExceededException": {
        name for name in USUAL if name not in QUOTAS and
        "ResourceLimitExceededException" in OPERATIONS[name].errors},
    "ConflictException": {
        "DeleteAppInstanceAdmin", "DeleteAppInstanceUser",
        "UpdateAppInstance", "UpdateAppInstanceUser", "UpdateChannel",
        "UpdateChannelReadMarker"},
    # Whoever has the key may do all of these, and what is missing is 404.
    "ForbiddenException": {
        "CreateAppInstance", "DeleteAppInstance", "DeleteAppInstanceUser",
        "DescribeAppInstance", "DescribeAppInstanceUser", "ListAppInstances",
        "UpdateAppInstance", "UpdateAppInstanceUser"},
    "NotFoundException": {"BatchCreateChannelMembership"},
    # There is no bearer.
    "UnauthorizedClientException": BEARERLESS,
}


def test_every_operation_of_the_thirty_succeeds():
    succeeding = {case.operation for case in CASES if case.error == "ok"}
    assert {name for name, operation in OPERATIONS.items()
            if operation.seed} <= set(USUAL)
    assert succeeding == set(USUAL)


def test_every_error_has_a_case():
    documented = {(name, error) for name in USUAL
                  for error in OPERATIONS[name].errors if error not in ILL}
    # For all operations: test_arguments.py and test_limits.py.
    provoked = {(name, error) for name in USUAL for error in (
        "BadRequestException", "ThrottledClientException")}
    provoked |= {(name, "ResourceLimitExceededException") for name in QUOTAS}
    provoked |= {(case.operation, case.error) for case in CASES}
    without = {(name, error) for error, names in NO_CAUSE.items()
               for name in names}
    assert documented - provoked == without
    assert not provoked & without


def test_what_is_served_has_cases():
    """Should chimed learn another operation, cases are due: belfryctl, which
    has the same table of operations, lists them."""
    said = subprocess.run([build_dir() / "belfryctl", "chime", "help"],
                          capture_output=True, text=True, timeout=20,
                          check=True).stdout
    served = {line.strip() for line in said.splitlines()
              if line.startswith("  ")}
    assert served == {kebab(name) for name in USUAL}
