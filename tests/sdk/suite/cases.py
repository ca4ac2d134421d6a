"""The table of cases: what is asked of every operation, by whom, and what it
answers. Rows are run through every client that knows the operation.

Words in "@" are those of scene.Words. USUAL holds arguments that are right;
a case names only what differs (None: left out). Of an answer, every member
that the contract documents is asked for by the test itself; cases add what
the values are, and `lacks` what cannot be there."""
import dataclasses

from .contract import OPERATIONS

USUAL = {
    "CreateAppInstance": {
        "Name": "Village", "Metadata": "{}", "ClientRequestToken": "@token",
        "Tags": [{"Key": "k", "Value": "v"}]},
    "CreateAppInstanceUser": {
        "AppInstanceArn": "@instance", "AppInstanceUserId": "@id",
        "Name": "Zoë", "Metadata": "{}", "ClientRequestToken": "@token",
        "Tags": [{"Key": "k", "Value": "v"}]},
    "CreateChannel": {
        "AppInstanceArn": "@instance", "Name": "Circus", "Mode": "RESTRICTED",
        "Privacy": "PRIVATE", "Metadata": "{}",
        "ClientRequestToken": "@token", "Tags": [{"Key": "k", "Value": "v"}]},
    "CreateChannelBan": {"ChannelArn": "@channel", "MemberArn": "@outsider"},
    "CreateChannelMembership": {
        "ChannelArn": "@channel", "MemberArn": "@outsider",
        "Type": "DEFAULT"},
    "CreateChannelModerator": {
        "ChannelArn": "@channel", "ChannelModeratorArn": "@member"},
    "DeleteChannel": {"ChannelArn": "@channel"},
    "DeleteChannelBan": {"ChannelArn": "@channel", "MemberArn": "@banned"},
    "DeleteChannelMembership": {
        "ChannelArn": "@channel", "MemberArn": "@member"},
    "DeleteChannelMessage": {
        "ChannelArn": "@channel", "MessageId": "@message"},
    "DeleteChannelModerator": {
        "ChannelArn": "@channel", "ChannelModeratorArn": "@moderator"},
    "DescribeChannel": {"ChannelArn": "@channel"},
    "DescribeChannelBan": {"ChannelArn": "@channel", "MemberArn": "@banned"},
    "DescribeChannelMembership": {
        "ChannelArn": "@channel", "MemberArn": "@member"},
    "DescribeChannelMembershipForAppInstanceUser": {
        "ChannelArn": "@channel", "AppInstanceUserArn": "@owner"},
    "DescribeChannelModeratedByAppInstanceUser": {
        "ChannelArn": "@channel", "AppInstanceUserArn": "@owner"},
    "DescribeChannelModerator": {
        "ChannelArn": "@channel", "ChannelModeratorArn": "@moderator"},
    "GetChannelMessage": {
        "ChannelArn": "@channel", "MessageId": "@message"},
    "ListChannelBans": {"ChannelArn": "@channel", "MaxResults": 1},
    "ListChannelMemberships": {
        "ChannelArn": "@channel", "Type": "DEFAULT", "MaxResults": 1},
    "ListChannelMembershipsForAppInstanceUser": {
        "AppInstanceUserArn": "@owner", "MaxResults": 1},
    "ListChannelMessages": {
        "ChannelArn": "@channel", "SortOrder": "ASCENDING", "MaxResults": 1},
    "ListChannelModerators": {"ChannelArn": "@channel", "MaxResults": 1},
    "ListChannels": {
        "AppInstanceArn": "@instance", "Privacy": "PUBLIC", "MaxResults": 1},
    "ListChannelsModeratedByAppInstanceUser": {
        "AppInstanceUserArn": "@owner", "MaxResults": 1},
    "RedactChannelMessage": {
        "ChannelArn": "@channel", "MessageId": "@message"},
    "SendChannelMessage": {
        "ChannelArn": "@channel", "Content": "héllo ☃ 🐈\nsecond line",
        "Type": "STANDARD", "Persistence": "PERSISTENT", "Metadata": "{}",
        "ClientRequestToken": "@token"},
    "UpdateChannel": {
        "ChannelArn": "@channel", "Name": "Plaza", "Mode": "RESTRICTED",
        "Metadata": "new"},
    "UpdateChannelMessage": {
        "ChannelArn": "@channel", "MessageId": "@message",
        "Content": "better", "Metadata": "new", "ChimeBearer": "@member"},
    "UpdateChannelReadMarker": {"ChannelArn": "@channel"},

    "BatchCreateChannelMembership": {
        "ChannelArn": "@channel", "MemberArns": ["@new", "@banned"],
        "Type": "DEFAULT"},
    "CreateAppInstanceAdmin": {
        "AppInstanceArn": "@instance", "AppInstanceAdminArn": "@new"},
    "DeleteAppInstance": {"AppInstanceArn": "@no-instance"},
    "DeleteAppInstanceAdmin": {
        "AppInstanceArn": "@instance", "AppInstanceAdminArn": "@new"},
    "DeleteAppInstanceUser": {"AppInstanceUserArn": "@new"},
    "DescribeAppInstance": {"AppInstanceArn": "@instance"},
    "DescribeAppInstanceAdmin": {
        "AppInstanceArn": "@instance", "AppInstanceAdminArn": "@admin"},
    "DescribeAppInstanceUser": {"AppInstanceUserArn": "@owner"},
    "ListAppInstanceAdmins": {
        "AppInstanceArn": "@instance", "MaxResults": 1},
    "ListAppInstanceUsers": {
        "AppInstanceArn": "@instance", "MaxResults": 1},
    "ListAppInstances": {"MaxResults": 1},
    "UpdateAppInstance": {
        "AppInstanceArn": "@instance", "Name": "City", "Metadata": "new"},
    "UpdateAppInstanceUser": {
        "AppInstanceUserArn": "@new", "Name": "Zoe", "Metadata": "new"},
}

BEARERLESS = {name for name in USUAL if not OPERATIONS[name].bearer}

# Operations that leave no trace: their cases can share a scene.
READS = ("Describe", "Get", "List")


@dataclasses.dataclass
class Case:
    operation: str
    error: str = "ok"
    members: dict = dataclasses.field(default_factory=dict)
    expect: dict = dataclasses.field(default_factory=dict)
    lacks: tuple = ()
    then: tuple = ()        # cases that show what has been done
    before: tuple = ()      # and those that make it so
    note: str = ""

    def arguments(self):
        usual = dict(USUAL[self.operation])
        if self.operation not in BEARERLESS:
            usual.setdefault("ChimeBearer", "@owner")
        return {**usual, **self.members}

    @property
    def leaves_traces(self):
        return bool(self.before) or self.error == "ok" and \
            not self.operation.startswith(READS)

    def __str__(self):
        return "-".join(filter(None, [self.operation, self.error,
                                      self.note.replace(" ", "_")]))


def ok(operation, expect=None, note="", lacks=(), then=(), before=(),
       **members):
    return Case(operation, "ok", members, expect or {}, lacks, then, before,
                note)


def refused(operation, error, note="", before=(), then=(), **members):
    return Case(operation, error + "Exception", members, note=note,
                before=before, then=then)


ME = {"Arn": "@owner", "Name": "Owner"}
MEMBER = {"Arn": "@member", "Name": "Member"}
OUTSIDER = {"Arn": "@outsider", "Name": "Outsider"}
MODERATOR = {"Arn": "@moderator", "Name": "Moderator"}
BANNED = {"Arn": "@banned", "Name": "Banned"}
HERE = {"ChannelArn": "@channel"}
# Not members of an answer: it is that of the case before, or it is not.
SAME, OTHER = {"": True}, {"": False}
MESSAGE = {**HERE, "MessageId": "@message"}
SQUARE = {**HERE, "Name": "Square", "Mode": "UNRESTRICTED",
          "Privacy": "PUBLIC", "Metadata": "{}"}

SUCCESSES = [
    ok("CreateAppInstance"),
    ok("CreateAppInstance", note="only what must be", Metadata=None,
       Tags=None),
    ok("CreateAppInstance", note="the same token twice",
       ClientRequestToken="@token.1",
       then=[ok("CreateAppInstance", SAME,
                ClientRequestToken="@token.1")]),
    ok("CreateAppInstanceUser"),
    ok("CreateAppInstanceUser", note="only what must be", Metadata=None,
       Tags=None),
    ok("CreateAppInstanceUser", note="the same token twice",
       ClientRequestToken="@token.1", AppInstanceUserId="@id.1",
       then=[ok("CreateAppInstanceUser", SAME,
                ClientRequestToken="@token.1", AppInstanceUserId="@id.1")]),
    ok("CreateChannel", then=[
        ok("DescribeChannel", {"Channel": {
            "Name": "Circus", "Mode": "RESTRICTED", "Privacy": "PRIVATE",
            "Metadata": "{}", "CreatedBy": ME}},
           ChannelArn="@answer.ChannelArn",
           lacks=("Channel.LastMessageTimestamp",)),
        ok("DescribeChannelMembership", {"ChannelMembership": {
            "Member": ME, "Type": "DEFAULT"}}, MemberArn="@owner",
           ChannelArn="@answer.ChannelArn"),
        ok("DescribeChannelModerator", ChannelModeratorArn="@owner",
           ChannelArn="@answer.ChannelArn")]),
    ok("CreateChannel", note="only what must be", Mode=None, Privacy=None,
       Metadata=None, Tags=None, ChimeBearer="@outsider", then=[
           ok("DescribeChannel", {"Channel": {
               "Mode": "UNRESTRICTED", "Privacy": "PUBLIC"}},
              ChannelArn="@answer.ChannelArn",
              lacks=("Channel.LastMessageTimestamp", "Channel.Metadata"))]),
    ok("CreateChannel", note="the same token twice",
       ClientRequestToken="@token.1",
       then=[ok("CreateChannel", SAME,
                ClientRequestToken="@token.1")]),
    ok("CreateChannelBan", {**HERE, "Member": OUTSIDER}, then=[
        ok("DescribeChannelBan", {"ChannelBan": {
            **HERE, "Member": OUTSIDER, "CreatedBy": ME}},
           MemberArn="@outsider")]),
    ok("CreateChannelBan", {"Member": MEMBER}, note="kicks a member",
       MemberArn="@member", then=[
           refused("DescribeChannelMembership", "NotFound"),
           refused("SendChannelMessage", "Forbidden",
                   ChimeBearer="@member"),
           refused("CreateChannelMembership", "Forbidden",
                   MemberArn="@member")]),
    ok("CreateChannelMembership", {**HERE, "Member": OUTSIDER}, then=[
        ok("DescribeChannelMembership", {"ChannelMembership": {
            **HERE, "Member": OUTSIDER, "InvitedBy": ME,
            "Type": "DEFAULT"}}, MemberArn="@outsider"),
        ok("SendChannelMessage", ChimeBearer="@outsider")]),
    ok("CreateChannelMembership", {"Member": OUTSIDER}, note="hidden",
       Type="HIDDEN", then=[
           ok("DescribeChannelMembership", {"ChannelMembership": {
               "Member": OUTSIDER, "Type": "HIDDEN"}},
              MemberArn="@outsider"),
           refused("DescribeChannelMembership", "NotFound",
                   MemberArn="@outsider", ChimeBearer="@member"),
           refused("SendChannelMessage", "Forbidden",
                   ChimeBearer="@outsider")]),
    ok("CreateChannelMembership", {"Member": OUTSIDER}, note="oneself",
       ChimeBearer="@outsider"),
    ok("CreateChannelModerator", {**HERE, "ChannelModerator": MEMBER}, then=[
        ok("DescribeChannelModerator", {"ChannelModerator": {
            **HERE, "Moderator": MEMBER, "CreatedBy": ME}},
           ChannelModeratorArn="@member"),
        ok("UpdateChannel", ChimeBearer="@member")]),
    ok("DeleteChannel", then=[
        refused("DescribeChannel", "Forbidden"),
        refused("ListChannelMessages", "Forbidden"),
        refused("DescribeChannelMembershipForAppInstanceUser", "Forbidden")]),
    ok("DeleteChannelBan", then=[
        refused("DescribeChannelBan", "NotFound"),
        ok("CreateChannelMembership", MemberArn="@banned")]),
    ok("DeleteChannelMembership", then=[
        refused("DescribeChannelMembership", "NotFound"),
        ok("DeleteChannelMembership", note="again")]),
    ok("DeleteChannelMembership", note="oneself", ChimeBearer="@member",
       then=[refused("DescribeChannelMembership", "NotFound")]),
    ok("DeleteChannelMessage", ChimeBearer="@admin", then=[
        refused("GetChannelMessage", "NotFound")]),
    ok("DeleteChannelModerator", then=[
        refused("DescribeChannelModerator", "NotFound"),
        refused("UpdateChannel", "Forbidden", ChimeBearer="@moderator")]),
    ok("DescribeChannel", {"Channel": {**SQUARE, "CreatedBy": ME}}),
    ok("DescribeChannelBan", {"ChannelBan": {
        **HERE, "Member": BANNED, "CreatedBy": ME}}),
    ok("DescribeChannelMembership", {"ChannelMembership": {
        **HERE, "Member": MEMBER, "InvitedBy": ME, "Type": "DEFAULT"}}),
    ok("DescribeChannelMembershipForAppInstanceUser", {
        "ChannelMembership": {
            "ChannelSummary": SQUARE,
            "AppInstanceUserMembershipSummary": {"Type": "DEFAULT"}}}),
    ok("DescribeChannelMembershipForAppInstanceUser", {
        "ChannelMembership": {"AppInstanceUserMembershipSummary": {
            "Type": "HIDDEN"}}}, note="hidden",
       AppInstanceUserArn="@hidden", ChimeBearer="@hidden",
       lacks=("ChannelMembership.AppInstanceUserMembershipSummary"
              ".ReadMarkerTimestamp",)),
    ok("DescribeChannelModeratedByAppInstanceUser", {
        "Channel": {"ChannelSummary": SQUARE}}),
    ok("DescribeChannelModerator", {"ChannelModerator": {
        **HERE, "Moderator": MODERATOR, "CreatedBy": ME}}),
    ok("GetChannelMessage", {"ChannelMessage": {
        **MESSAGE, "Content": "edited", "Metadata": "{}",
        "Type": "STANDARD", "Sender": MEMBER, "Redacted": False,
        "Persistence": "PERSISTENT"}}),
    ok("GetChannelMessage", {"ChannelMessage": {
        "MessageId": "@redacted", "Redacted": True}}, note="redacted",
       MessageId="@redacted", lacks=("ChannelMessage.Content",
                                     "ChannelMessage.LastEditedTimestamp")),
    ok("ListChannelBans", HERE, before=[ok("CreateChannelBan")]),
    ok("ListChannelMemberships", HERE),
    ok("ListChannelMemberships", {"ChannelMemberships": [
        {"Member": {"Arn": "@hidden", "Name": "Hidden"}}]}, note="hidden",
       Type="HIDDEN", MaxResults=None, lacks=("NextToken",)),
    ok("ListChannelMembershipsForAppInstanceUser",
       before=[ok("CreateChannel")]),
    ok("ListChannelMessages", HERE, note="edited first",
       before=[ok("DeleteChannelMessage", ChimeBearer="@admin",
                  MessageId="@said.%s" % who)
               for who in ("owner", "admin", "admin.in", "moderator",
                           "moderator.in")]),
    ok("ListChannelModerators", HERE),
    ok("ListChannels", before=[ok("CreateChannel", Privacy="PUBLIC")]),
    ok("ListChannels", note="private ones", Privacy="PRIVATE",
       ChimeBearer="@admin", lacks=("Channels[].LastMessageTimestamp",),
       before=[ok("CreateChannel"), ok("CreateChannel")]),
    ok("ListChannelsModeratedByAppInstanceUser",
       before=[ok("CreateChannel")]),
    ok("RedactChannelMessage", MESSAGE, then=[
        ok("GetChannelMessage", {"ChannelMessage": {
            "Redacted": True, "Metadata": "{}"}},
           lacks=("ChannelMessage.Content",)),
        ok("RedactChannelMessage", MESSAGE, note="again")]),
    ok("SendChannelMessage", HERE, then=[
        ok("GetChannelMessage", {"ChannelMessage": {
            **HERE, "Content": "héllo ☃ 🐈\nsecond line", "Metadata": "{}",
            "Type": "STANDARD", "Sender": ME, "Redacted": False,
            "Persistence": "PERSISTENT"}}, MessageId="@answer.MessageId",
           lacks=("ChannelMessage.LastEditedTimestamp",))]),
    ok("SendChannelMessage", note="of 4096 bytes in fewer characters",
       Content="é" * 2048, Metadata="x" * 1024),
    ok("SendChannelMessage", note="CONTROL of 30 bytes", Type="CONTROL",
       Content="x" * 30, Metadata=None),
    ok("SendChannelMessage", note="NON_PERSISTENT",
       Persistence="NON_PERSISTENT", then=[
           refused("GetChannelMessage", "NotFound",
                   MessageId="@answer.MessageId")]),
    ok("SendChannelMessage", note="the same token twice",
       ClientRequestToken="@token.1",
       then=[ok("SendChannelMessage", SAME,
                ClientRequestToken="@token.1")]),
    ok("SendChannelMessage", note="a token belongs to a bearer",
       ClientRequestToken="@token.1",
       then=[ok("SendChannelMessage", OTHER,
                ClientRequestToken="@token.1", ChimeBearer="@member")]),
    ok("UpdateChannel", HERE, then=[
        ok("DescribeChannel", {"Channel": {
            "Name": "Plaza", "Mode": "RESTRICTED", "Metadata": "new",
            "Privacy": "PUBLIC"}})]),
    ok("UpdateChannel", HERE, note="leaves absent metadata alone",
       Metadata=None, then=[
           ok("DescribeChannel", {"Channel": {
               "Name": "Plaza", "Metadata": "{}"}})]),
    ok("UpdateChannelMessage", MESSAGE, then=[
        ok("GetChannelMessage", {"ChannelMessage": {
            **MESSAGE, "Content": "better", "Metadata": "new",
            "Sender": MEMBER}})]),
    ok("UpdateChannelMessage", MESSAGE, note="only metadata", Content=None,
       then=[ok("GetChannelMessage", {"ChannelMessage": {
           "Content": "edited", "Metadata": "new"}})]),
    ok("UpdateChannelReadMarker", HERE, ChimeBearer="@hidden", then=[
        ok("DescribeChannelMembershipForAppInstanceUser",
           AppInstanceUserArn="@hidden", ChimeBearer="@hidden")]),

    ok("BatchCreateChannelMembership", {
        "BatchChannelMemberships": {
            **HERE, "InvitedBy": ME, "Type": "DEFAULT",
            "Members": [{"Arn": "@new"}]},
        "Errors": [{"MemberArn": "@banned", "ErrorCode": "Forbidden"}]},
       lacks=("BatchChannelMemberships.SubChannelId",), then=[
           ok("DescribeChannelMembership", MemberArn="@new")]),
    ok("BatchCreateChannelMembership", {
        "Errors": [{"MemberArn": "@member", "ErrorCode": "Conflict"},
                   {"MemberArn": "@nobody"}, {"MemberArn": "@stranger"}]},
       note="of some who cannot be", ChimeBearer="@moderator",
       MemberArns=["@member", "@new", "@nobody", "@stranger"],
       lacks=("BatchChannelMemberships.SubChannelId",)),
    ok("BatchCreateChannelMembership", {
        "BatchChannelMemberships": {"Type": "HIDDEN"}}, note="hidden",
       Type="HIDDEN", MemberArns=["@new"],
       lacks=("BatchChannelMemberships.SubChannelId", "Errors[]"), then=[
           ok("DescribeChannelMembership", {"ChannelMembership": {
               "Type": "HIDDEN"}}, MemberArn="@new")]),
    ok("BatchCreateChannelMembership", {
        "BatchChannelMemberships": {"Members": []},
        "Errors": [{"ErrorCode": "Forbidden"}]}, note="hidden by a member",
       ChimeBearer="@member", Type="HIDDEN", MemberArns=["@new"],
       lacks=("BatchChannelMemberships.SubChannelId",
              "BatchChannelMemberships.Members[]")),
    ok("CreateAppInstanceAdmin", {
        "AppInstanceArn": "@instance", "AppInstanceAdmin": {"Arn": "@new"}},
       then=[ok("DescribeAppInstanceAdmin", {"AppInstanceAdmin": {
           "Admin": {"Arn": "@new"}}}, AppInstanceAdminArn="@new"),
             ok("DeleteChannelMessage", ChimeBearer="@new")]),
    ok("DeleteAppInstance", AppInstanceArn="@first.AppInstanceArn",
       before=[ok("CreateAppInstance")], then=[
           refused("DescribeAppInstance", "NotFound",
                   AppInstanceArn="@first.AppInstanceArn"),
           refused("CreateAppInstanceUser", "Forbidden",
                   AppInstanceArn="@first.AppInstanceArn"),
           ok("DeleteAppInstance", note="again",
              AppInstanceArn="@first.AppInstanceArn")]),
    ok("DeleteAppInstanceAdmin", before=[ok("CreateAppInstanceAdmin")],
       then=[refused("DescribeAppInstanceAdmin", "NotFound",
                     AppInstanceAdminArn="@new"),
             refused("DeleteChannelMessage", "Forbidden",
                     ChimeBearer="@new")]),
    ok("DeleteAppInstanceUser", before=[
        ok("CreateChannelMembership", MemberArn="@new"),
        ok("SendChannelMessage", ChimeBearer="@new")], then=[
        refused("DescribeAppInstanceUser", "NotFound",
                AppInstanceUserArn="@new"),
        refused("CreateChannel", "UnauthorizedClient", ChimeBearer="@new"),
        ok("GetChannelMessage", {"ChannelMessage": {
            "Sender": {"Arn": "@new"}}}, MessageId="@second.MessageId",
           lacks=("ChannelMessage.LastEditedTimestamp",))]),
    ok("DescribeAppInstance", {"AppInstance": {
        "AppInstanceArn": "@instance", "Name": "Town", "Metadata": "{}"}}),
    ok("DescribeAppInstanceAdmin", {"AppInstanceAdmin": {
        "AppInstanceArn": "@instance",
        "Admin": {"Arn": "@admin", "Name": "Admin"}}}),
    ok("DescribeAppInstanceUser", {"AppInstanceUser": {
        "AppInstanceUserArn": "@owner", "Name": "Owner", "Metadata": "{}"}},
       lacks=("AppInstanceUser.ExpirationSettings",)),
    ok("ListAppInstanceAdmins", {"AppInstanceArn": "@instance"}),
    ok("ListAppInstanceUsers", {"AppInstanceArn": "@instance"}),
    ok("ListAppInstances"),
    ok("UpdateAppInstance", AppInstanceArn="@first.AppInstanceArn",
       before=[ok("CreateAppInstance")], then=[
           ok("DescribeAppInstance", {"AppInstance": {
               "Name": "City", "Metadata": "new"}},
              AppInstanceArn="@first.AppInstanceArn")]),
    ok("UpdateAppInstanceUser", {"AppInstanceUserArn": "@new"}, then=[
        ok("DescribeAppInstanceUser", {"AppInstanceUser": {
            "Name": "Zoe", "Metadata": "new"}}, AppInstanceUserArn="@new",
           lacks=("AppInstanceUser.ExpirationSettings",))]),
]

PEOPLE_MEMBERS = ("MemberArn", "ChannelModeratorArn", "AppInstanceUserArn",
                  "AppInstanceAdminArn")
OF_USERS = {"DescribeAppInstanceUser", "UpdateAppInstanceUser",
            "DeleteAppInstanceUser"}

# Refusals with a cause in the arguments or in what went before.
REFUSALS = [
    *[refused(operation, "UnauthorizedClient", note="unknown bearer",
              ChimeBearer="@nobody")
      for operation in USUAL if operation not in BEARERLESS],
    *[refused(operation, "Forbidden", note="unknown channel",
              ChannelArn="@no-channel")
      for operation, usual in USUAL.items() if "ChannelArn" in usual],
    *[refused(operation, "Forbidden", note="unknown app instance",
              AppInstanceArn="@no-instance")
      for operation, usual in USUAL.items()
      if "AppInstanceArn" in usual and operation not in (
          "DescribeAppInstance", "UpdateAppInstance", "DeleteAppInstance")],
    *[refused(operation, "Forbidden", note="unknown user",
              **{member: "@nobody"})
      for operation, usual in USUAL.items() for member in PEOPLE_MEMBERS
      if member in usual and operation not in OF_USERS],
    *[refused(operation, "Forbidden", note="user of another app instance",
              **{member: "@stranger"})
      for operation, usual in USUAL.items() for member in PEOPLE_MEMBERS
      if member in usual and operation not in OF_USERS],
    *[refused(operation, "Forbidden", note="bearer of another app instance",
              ChimeBearer="@stranger")
      for operation, usual in USUAL.items()
      if "ChannelArn" in usual and operation not in BEARERLESS],
    *[refused(operation, "BadRequest", note="another listing's NextToken",
              NextToken="bm9uc2Vuc2U")
      for operation in USUAL if operation.startswith("List")],

    *[refused(operation, "Conflict", note="token of other arguments",
              before=[ok(operation, ClientRequestToken="@token.1", **once)],
              **{"ClientRequestToken": "@token.1", **once, **other})
      for operation, once, other in (
          ("CreateAppInstance", {}, {"Name": "Other"}),
          ("CreateAppInstanceUser", {"AppInstanceUserId": "@id.1"},
           {"Name": "Other"}),
          ("CreateChannel", {}, {"Metadata": None}),
          ("SendChannelMessage", {}, {"Content": "other"}))],
    refused("CreateAppInstanceUser", "Conflict", note="id is taken",
            AppInstanceUserId="owner"),
    refused("CreateAppInstanceAdmin", "Conflict", note="is an admin",
            AppInstanceAdminArn="@admin"),
    *[refused(operation, "NotFound", note="unknown app instance",
              AppInstanceArn="@no-instance")
      for operation in ("DescribeAppInstance", "UpdateAppInstance")],
    *[refused(operation, "NotFound", note="unknown user",
              AppInstanceUserArn="@nobody")
      for operation in ("DescribeAppInstanceUser", "UpdateAppInstanceUser")],
    refused("DescribeAppInstanceAdmin", "NotFound",
            AppInstanceAdminArn="@owner"),
    refused("CreateChannelBan", "Conflict", note="is banned",
            MemberArn="@banned"),
    refused("CreateChannelBan", "Forbidden", note="of an admin",
            MemberArn="@admin"),
    refused("CreateChannelBan", "Forbidden", note="of a moderator",
            MemberArn="@moderator"),
    refused("CreateChannelMembership", "Conflict", note="is a member",
            MemberArn="@member"),
    refused("CreateChannelMembership", "Conflict", note="is hidden",
            MemberArn="@hidden"),
    refused("CreateChannelMembership", "Forbidden", note="is banned",
            MemberArn="@banned"),
    refused("CreateChannelModerator", "Conflict", note="is a moderator",
            ChannelModeratorArn="@moderator"),
    refused("CreateChannelModerator", "Forbidden", note="is banned",
            ChannelModeratorArn="@banned"),
    refused("DescribeChannelBan", "NotFound", MemberArn="@member"),
    refused("DescribeChannelMembership", "NotFound", MemberArn="@outsider"),
    refused("DescribeChannelModerator", "NotFound",
            ChannelModeratorArn="@member"),
    refused("GetChannelMessage", "NotFound", MessageId="@no-message"),
    refused("UpdateChannelMessage", "Conflict", note="redacted",
            before=[ok("RedactChannelMessage")]),
    refused("SendChannelMessage", "BadRequest", note="4097 bytes",
            Content="é" * 2048 + "x"),
    refused("SendChannelMessage", "BadRequest", note="CONTROL of 31 bytes",
            Type="CONTROL", Content="é" * 15 + "x", Metadata=None),
    refused("SendChannelMessage", "BadRequest",
            note="CONTROL with metadata", Type="CONTROL", Content="x"),
    refused("UpdateChannelMessage", "BadRequest", note="4097 bytes",
            Content="é" * 2048 + "x"),
    refused("ListChannels", "Forbidden", note="private ones",
            Privacy="PRIVATE"),
]

CASES = SUCCESSES + REFUSALS

# What makes something that there can be too many of: test_limits.py.
QUOTAS = ("CreateAppInstance", "CreateAppInstanceUser", "CreateChannel",
          "CreateChannelMembership", "CreateChannelModerator",
          "CreateAppInstanceAdmin")
