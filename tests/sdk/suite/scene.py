"""A channel with people in every seat, and the words that cases use for
them: "@owner", "@channel" ... stand for ARNs and ids.

Scenes are built by the plain client of the integration tests, so that what
is under test is not also what sets the stage."""
import uuid

from support.chime_api import ChimeApi, quote

# Who sits where; *.in are members, too.
ROLES = ("admin", "admin.in", "moderator", "moderator.in", "member", "hidden",
         "outsider", "banned")
PEOPLE = ("owner",) + ROLES


class Town:
    """An app instance and its people."""

    def __init__(self, port):
        self.api = ChimeApi(port)
        self.instance = self.api.call("POST", "/app-instances", body={
            "Name": "Town", "Metadata": "{}",
            "ClientRequestToken": uuid.uuid4().hex})["AppInstanceArn"]
        self.users = {who: self.user(who) for who in PEOPLE}
        for who in ("admin", "admin.in"):
            self.appoint(self.users[who])
        elsewhere = self.api.create_app_instance("Elsewhere")
        self.users["stranger"] = self.api.create_user(
            elsewhere, "stranger", "Stranger")

    def user(self, user_id=None):
        user_id = user_id or "new-" + uuid.uuid4().hex
        return self.api.call("POST", "/app-instance-users", body={
            "AppInstanceArn": self.instance, "AppInstanceUserId": user_id,
            "Name": user_id.title(), "Metadata": "{}",
            "ClientRequestToken": uuid.uuid4().hex})["AppInstanceUserArn"]

    def appoint(self, user):
        self.api.call("POST", f"/app-instances/{quote(self.instance)}/admins",
                      body={"AppInstanceAdminArn": user})


class Scene:
    def __init__(self, town, mode="UNRESTRICTED", privacy="PUBLIC"):
        self.town, self.api, self.users = town, town.api, town.users
        self.mode, self.privacy = mode, privacy
        owner = self.users["owner"]
        self.channel = self.api.create_channel(
            town.instance, owner, "Square", Mode=mode, Privacy=privacy,
            Metadata="{}")
        # Everybody has said something before taking the seat.
        self.said = {"owner": self._say("owner")}
        for who in ROLES:
            self.add(who)
            self.said[who] = self._say(who)
        for who in ("moderator", "moderator.in"):
            self._post("moderators", ChannelModeratorArn=self.users[who])
        for who in ("admin", "moderator", "hidden", "outsider"):
            self._remove("memberships", who)
        self.add("hidden", "HIDDEN")
        self._post("bans", MemberArn=self.users["banned"])
        # Of each scene: a list of the owner's seats begins with any of them.
        self.api.call("PUT", self._path("readMarker"), owner)

    def add(self, who, kind="DEFAULT"):
        self.api.add_member(self.channel, self.users["owner"],
                            self.users[who], kind)

    def _say(self, who):
        return self.api.send(self.channel, self.users[who],
                             f"{who} was here", Metadata="{}")

    def _path(self, *rest):
        return "/".join(["/channels", quote(self.channel),
                         *map(quote, rest)])

    def _post(self, what, **body):
        self.api.call("POST", self._path(what), self.users["owner"],
                      body=body)

    def _remove(self, what, who):
        self.api.call("DELETE", self._path(what, self.users[who]),
                      self.users["owner"])

    def decorate(self):
        """What only some answers tell: edited, redacted, empty."""
        owner = self.users["owner"]
        self.api.call("PUT", self._path("messages", self.said["member"]),
                      self.users["member"],
                      body={"Content": "edited", "Metadata": "{}"})
        self.api.call("POST", self._path("messages", self.said["hidden"]),
                      owner, [("operation", "redact")])
        return self

    def fill(self):
        """What is missing for three of everything."""
        for _ in range(2):
            self._post("bans", MemberArn=self.town.user())
        self.town.appoint(self.town.user())
        self.api.create_app_instance("Third")
        return self


STEPS = {"answer": -1, "first": 0, "second": 1}


class Words:
    """What the words of one case mean. "@token" and "@id" are new each time,
    "@token.x" is the same one for each x, "@new" a user without a seat,
    "@said.x" the message of x, "@answer.X" a member of the answer before,
    "@first.X" of the first one."""

    def __init__(self, scene):
        self.scene, self._own = scene, {}
        self.answers = []       # of the steps so far
        town = scene.town
        self._words = {
            "channel": scene.channel, "instance": town.instance,
            "message": scene.said["member"],
            "redacted": scene.said["hidden"],
            "no-message": "0" * 64,
            "no-channel": town.instance + "/channel/none",
            "no-instance": town.instance + "x",
            "nobody": town.instance + "/user/nobody",
        }

    def _word(self, word):
        if word in self._own:
            return self._own[word]
        what, _, name = word.partition(".")
        if what in STEPS:
            return self.answers[STEPS[what]].members[name]
        if what == "said":
            return self.scene.said[name]
        if word in ("token", "id"):
            return uuid.uuid4().hex
        if word.startswith(("token", "id")):
            self._own[word] = uuid.uuid4().hex
        elif word.startswith("new"):
            self._own[word] = self.scene.town.user()
        else:
            return self._words.get(word) or self.scene.users[word]
        return self._own[word]

    def resolve(self, value):
        if isinstance(value, dict):
            return {key: self.resolve(inner)
                    for key, inner in value.items() if inner is not None}
        if isinstance(value, list):
            return [self.resolve(inner) for inner in value]
        if isinstance(value, str) and value.startswith("@"):
            return self._word(value[1:])
        return value
