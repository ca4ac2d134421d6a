"""Every listing, in pages of one and of two, is the listing as a whole."""
import pytest
from suite import scene
from suite.cases import USUAL, Case

LISTS = [name for name in USUAL if name.startswith("List")]


@pytest.fixture(scope="module")
def crowd(town):
    """A scene with three of everything that can be listed."""
    scenes = [scene.Scene(town) for _ in range(3)]
    return scenes[0].fill()


def pages(driver, operation, members):
    token = None
    for _ in range(1000):
        answer = driver.call(operation, {
            **members, **({"NextToken": token} if token else {})})
        assert answer.error == "ok", answer
        yield answer.members
        token = answer.members.get("NextToken")
        if not token:
            return
    raise AssertionError("it never ends")


def things(page):
    listed = [value for value in page.values() if isinstance(value, list)]
    assert len(listed) == 1
    return listed[0]


@pytest.mark.parametrize("name", LISTS)
def test_pages_make_the_whole(driver, crowd, name):
    if not driver.knows(name):
        pytest.skip("this client does not know the operation")
    members = scene.Words(crowd).resolve(Case(name).arguments())
    members.pop("MaxResults")
    whole = [thing for page in pages(driver, name, members)
             for thing in things(page)]
    assert len(whole) >= 3
    for size in (1, 2):
        found = []
        for page in pages(driver, name, {**members, "MaxResults": size}):
            assert len(things(page)) <= size
            found += things(page)
        assert found == whole
