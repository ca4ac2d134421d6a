"""What the service says when it is ill, made to happen by chimed --fault:
every error that the contract documents for an operation, as the exception
that the client has for it; and what the clients' own retries make of it."""
import uuid

import pytest
from suite import check
from suite.cases import USUAL
from suite.contract import OPERATIONS

ERRORS = sorted({error for name in USUAL
                 for error in OPERATIONS[name].errors})


@pytest.fixture(scope="module", params=ERRORS)
def error(request):
    return request.param


@pytest.fixture(scope="module")
def ill_with(ill, error):
    return ill.become("--fault", f"*:{error}")


def test_error_has_its_class(client, ill, ill_with, error):
    client.connect(ill_with)
    wrong = []
    names = [name for name in USUAL
             if error in OPERATIONS[name].errors and client.knows(name)]
    for name in names:
        said = client.call(name, ill.arguments[name])
        try:
            check.check_error(name, error, said)
        except check.Wrong as found:
            wrong.append(f"{name}: {found} {said}")
    assert not wrong, "\n".join(wrong)
    assert names


@pytest.mark.parametrize("fault", [
    "500", "503", "drop-before", "drop-after", "503-after"])
def test_a_retry_of_the_client_says_it_once(client, ill, fault):
    """Where the answer was lost the token tells that it was said. (botocore
    1.29 does not repeat what a ThrottledClientException answers.)"""
    client.connect(ill.become("--fault", f"SendChannelMessage:{fault}:x1"),
                   attempts=3)
    content = uuid.uuid4().hex
    said = client.call("SendChannelMessage", {
        **ill.arguments["SendChannelMessage"], "Content": content,
        "ClientRequestToken": content})
    assert said.error == "ok", said
    assert ill.contents().count(content) == 1


def test_what_cannot_be_retried_is_not(client, ill):
    """A refusal is one, however many attempts there may be."""
    client.connect(ill.become("--fault", "SendChannelMessage:409:x1"),
                   attempts=3)
    said = client.call("SendChannelMessage",
                       ill.arguments["SendChannelMessage"])
    assert said.error == "ConflictException"
