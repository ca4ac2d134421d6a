"""What breaks a rule of the contract is a bad request, whichever rule."""
import copy

import pytest
from suite import check, contract, faulty, scene
from suite.cases import USUAL, Case


@pytest.mark.parametrize("name", USUAL)
def test_rules_are_kept(driver, shared_scene, name):
    operation = contract.OPERATIONS[name]
    words = scene.Words(shared_scene)

    def usual():
        return copy.deepcopy(words.resolve(Case(name).arguments()))

    wrong, count = [], 0
    if not driver.knows(name):
        pytest.skip("this client does not know the operation")
    for label, members in faulty.arguments(operation, usual):
        count += 1
        answer = driver.call(name, members)
        if answer.error == "TypeError" and label.endswith(" missing"):
            continue    # the client refuses it itself
        try:
            check.check_error(name, "BadRequestException", answer)
        except check.Wrong as found:
            wrong.append(f"{label}: {found} {answer.message}")
    assert not wrong, "\n".join(wrong)
    assert count >= len(operation.request) - 3
