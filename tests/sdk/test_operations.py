"""The table of cases (suite/cases.py), through every client."""
import pytest
from suite import check, scene
from suite.cases import CASES


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(driver, town, shared_scene, case):
    if not driver.knows(case.operation):
        pytest.skip("this client does not know the operation")
    place = scene.Scene(town).decorate() if case.leaves_traces \
        else shared_scene
    check.run(driver, case, place)
