"""The common operations as an operator types them: aws chime-sdk-..."""
import pytest
from suite import awscli, scene
from support.chime_api import ChimeApi

MESSAGING, IDENTITY = "chime-sdk-messaging", "chime-sdk-identity"


@pytest.fixture(scope="module")
def aws(chimed, tmp_path_factory):
    return awscli.Aws(chimed.endpoint, tmp_path_factory.mktemp("aws"))


def test_from_an_empty_service_to_a_conversation(aws, chimed):
    instance = aws.run(IDENTITY, "CreateAppInstance", Name="Town",
                       Metadata="{}", ClientRequestToken="town")["AppInstanceArn"]
    ann = aws.run(
        IDENTITY, "CreateAppInstanceUser", AppInstanceArn=instance,
        AppInstanceUserId="ann.1", Name="Ann", ClientRequestToken="ann",
    )["AppInstanceUserArn"]
    bob = ChimeApi(chimed.port).create_user(instance, "bob.1", "Bob")
    channel = aws.run(
        MESSAGING, "CreateChannel", AppInstanceArn=instance, Name="square",
        Mode="UNRESTRICTED", Privacy="PRIVATE", ClientRequestToken="square",
        ChimeBearer=ann)["ChannelArn"]
    here = {"ChannelArn": channel, "ChimeBearer": ann}
    joined, sent = [aws.finish(process)[1] for process in (
        aws.start(MESSAGING, "CreateChannelMembership", MemberArn=bob,
                  Type="DEFAULT", **here),
        aws.start(MESSAGING, "SendChannelMessage", Type="STANDARD",
                  Content="snow ☃ 'quoted'", Persistence="PERSISTENT",
                  ClientRequestToken="line-1", **here))]
    assert joined == {"ChannelArn": channel,
                      "Member": {"Arn": bob, "Name": "Bob"}}
    listed, channels = [aws.finish(process) for process in (
        aws.start(MESSAGING, "ListChannelMessages", **here),
        aws.start(MESSAGING, "ListChannels", AppInstanceArn=instance,
                  ChimeBearer=bob))]
    assert [(m["MessageId"], m["Content"])
            for m in listed[1]["ChannelMessages"]] == [
                (sent["MessageId"], "snow ☃ 'quoted'")]
    assert channels[:2] == (0, {"Channels": []})
    assert aws.run(MESSAGING, "DeleteChannel", **here) == {}


def test_refusals_and_removals(aws, chimed):
    place = scene.Scene(scene.Town(chimed.port))
    here = {"ChannelArn": place.channel,
            "ChimeBearer": place.users["owner"]}
    started = [aws.start(MESSAGING, operation, **{**here, **members})
               for operation, members in (
        ("CreateChannelMembership", {
            "MemberArn": place.users["member"], "Type": "DEFAULT"}),
        ("DescribeChannelBan", {"MemberArn": place.users["member"]}),
        ("DescribeChannel", {"ChimeBearer": place.users["owner"] + "x"}),
        ("RedactChannelMessage", {"MessageId": place.said["member"]}))]
    answers = [aws.finish(process) for process in started]
    assert [code for code, _, _ in answers] == [254, 254, 254, 0]
    for (_, _, said), error in zip(answers, (
            "Conflict", "NotFound", "UnauthorizedClient")):
        assert f"({error}Exception)" in said
    assert answers[3][1]["MessageId"] == place.said["member"]
