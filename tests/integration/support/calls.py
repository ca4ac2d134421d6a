"""What was asked of chimed, by operation, from the log of requests that it
keeps with --log debug."""
import collections
import re

# chimed is started with these; see World(service=...).
LOGGED = ("--log", "debug")

_CHANNEL = r"/channels/[^/?]+"
_ROWS = (
    ("CreateAppInstanceUser", "POST", r"/app-instance-users"),
    ("UpdateAppInstanceUser", "PUT", r"/app-instance-users/[^/?]+"),
    ("DescribeAppInstanceUser", "GET", r"/app-instance-users/[^/?]+"),
    ("DeleteAppInstanceUser", "DELETE", r"/app-instance-users/[^/?]+"),
    ("CreateChannel", "POST", "/channels"),
    ("CreateChannelMembership", "POST", _CHANNEL + "/memberships"),
    ("DeleteChannelMembership", "DELETE", _CHANNEL + r"/memberships/[^/?]+"),
    ("ListChannelMemberships", "GET", _CHANNEL + "/memberships"),
    ("SendChannelMessage", "POST", _CHANNEL + "/messages"),
    ("ListChannelMessages", "GET", _CHANNEL + "/messages"),
    ("UpdateChannelReadMarker", "PUT", _CHANNEL + "/readMarker"),
    ("DeleteChannel", "DELETE", _CHANNEL),
    ("UpdateChannel", "PUT", _CHANNEL),
    ("CreateChannelBan", "POST", _CHANNEL + "/bans"),
    ("ListChannelBans", "GET", _CHANNEL + "/bans"),
    ("DeleteChannelBan", "DELETE", _CHANNEL + r"/bans/[^/?]+"),
    ("DescribeChannelBan", "GET", _CHANNEL + r"/bans/[^/?]+"),
    ("CreateChannelModerator", "POST", _CHANNEL + "/moderators"),
    ("ListChannelModerators", "GET", _CHANNEL + "/moderators"),
    ("DeleteChannelModerator", "DELETE", _CHANNEL + r"/moderators/[^/?]+"),
    ("DescribeChannelModerator", "GET", _CHANNEL + r"/moderators/[^/?]+"),
    # Told from others of the path by their query alone.
    ("DescribeChannelModeratedByAppInstanceUser", "GET", _CHANNEL +
     r"\?(.*&)?scope=app-instance-user-moderated-channel(&|$)"),
    ("DescribeChannelMembershipForAppInstanceUser", "GET", _CHANNEL +
     r"\?(.*&)?scope=app-instance-user-membership(&|$)"),
    ("ListChannelsModeratedByAppInstanceUser", "GET", "/channels" +
     r"\?(.*&)?scope=app-instance-user-moderated-channels(&|$)"),
    ("DescribeChannel", "GET", _CHANNEL),
)
_PATTERNS = [(name, method, re.compile(
    path if "scope=" in path else path + r"(\?.*)?$"))
    for name, method, path in _ROWS]
_LINE = re.compile(r"(POST|PUT|GET|DELETE) (/\S*): (\d+)")
MEMBERSHIP = ("CreateChannelMembership", "DeleteChannelMembership")
PEOPLE = MEMBERSHIP + ("CreateAppInstanceUser", "UpdateAppInstanceUser",
                       "DeleteAppInstanceUser")


def operation(method, target):
    for name, wanted, pattern in _PATTERNS:
        if method == wanted and pattern.match(target):
            return name
    return "other"


class Calls:
    """`count(name, ...)`: how many since mark() (or the start), answered in
    any way; `refused` counts those that were not taken."""

    def __init__(self, chimed):
        self.chimed, self._from = chimed, 0

    def mark(self):
        self._from = len(self.chimed.log())
        return self

    def counter(self):
        found, self.refused = collections.Counter(), collections.Counter()
        for method, target, status in _LINE.findall(
                self.chimed.log()[self._from:]):
            name = operation(method, target)
            found[name] += 1
            if int(status) >= 300:
                self.refused[name] += 1
        return found

    def count(self, *names):
        found = self.counter()
        return sum(found[name] for name in names)

    def people(self):
        """Calls that change who is shown in Chime."""
        return self.count(*PEOPLE)
