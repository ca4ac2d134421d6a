"""permissions.txt, read and taken apart into single calls."""
import pathlib

TABLE = pathlib.Path(__file__).resolve().parents[1] / "permissions.txt"
KINDS = [(mode, privacy) for privacy in ("PUBLIC", "PRIVATE")
         for mode in ("UNRESTRICTED", "RESTRICTED")]
YES, NO, CONFLICT = "ok", "ForbiddenException", "ConflictException"

# Arguments by what a row says behind its operation's name; those of all
# others are the usual ones.
TARGETS = {
    ("CreateChannelBan", "another"): {"MemberArn": "@new"},
    ("CreateChannelMembership", "another"): {"MemberArn": "@new"},
    ("CreateChannelMembership", "oneself"): {"MemberArn": "@self"},
    ("CreateChannelModerator", "another"): {"ChannelModeratorArn": "@new"},
    ("DeleteChannelModerator", "another"): {"ChannelModeratorArn": "@owner"},
    ("DeleteChannelMembership", "another"): {"MemberArn": "@new"},
    ("DeleteChannelMembership", "oneself"): {"MemberArn": "@self"},
    ("DescribeChannelMembership", "another"): {"MemberArn": "@owner"},
    **{(f"{operation}ForAppInstanceUser", whose): {
        "AppInstanceUserArn": {"another": "@owner", "oneself": "@self"}[
            whose]}
       for operation in ("DescribeChannelMembership",
                         "ListChannelMemberships")
       for whose in ("another", "oneself")},
    **{(f"{operation}ByAppInstanceUser", whose): {
        "AppInstanceUserArn": {"another": "@owner", "oneself": "@self"}[
            whose]}
       for operation in ("DescribeChannelModerated",
                         "ListChannelsModerated")
       for whose in ("another", "oneself")},
    **{(operation, whose): {"MessageId": {
        "another": "@said.owner", "oneself": "@said.self"}[whose]}
       for operation in ("DeleteChannelMessage", "RedactChannelMessage",
                         "UpdateChannelMessage", "GetChannelMessage")
       for whose in ("another", "oneself")},
}
MESSAGES = ("DeleteChannelMessage", "RedactChannelMessage",
            "UpdateChannelMessage", "GetChannelMessage")
# Afterwards the scene is not what it was.
SPOILS = {"DeleteChannel", "DeleteChannelMembership",
          "CreateChannelMembership"}


class Row:
    def __init__(self, cells, roles):
        self.number, self.title = int(cells[0]), cells[1]
        self.operation = self.title.split()[0].rstrip(",")
        self.cells = dict(zip(roles, cells[2:]))
        self.has_own = "own" in cells or self.operation in MESSAGES

    def whose(self):
        if "of oneself" in self.title:
            return ["oneself"]
        return ["another", "oneself"] if self.has_own else ["another"]

    def members(self, whose, kind):
        found = dict(TARGETS.get((self.operation, whose), {}))
        if "HIDDEN" in self.title:
            found["Type"] = "HIDDEN"
        elif self.operation == "ListChannels":
            found["Privacy"] = self.title.split()[-1]
        elif self.operation == "UpdateChannel":
            found["Mode"] = kind[0]
        return found


def read():
    lines = [[cell.strip() for cell in line.split("|")[1:]]
             for line in TABLE.read_text().splitlines()
             if line.startswith("|")]
    roles = lines[0][2:-1]
    assert roles == ["admin", "moderator", "member", "hidden", "outsider",
                     "banned"]
    return [Row(cells, roles) for cells in lines[1:]]


def meaning(cell, whose, is_in, kind):
    """What a cell stands for, in a channel of one kind."""
    mode, privacy = kind
    if "/" in cell:
        cell = cell.split("/")[is_in]
    return {
        "Y": YES, "N": NO, "C": CONFLICT, "-": YES,
        "own": YES if whose == "oneself" else NO,
        "mem": YES if is_in else NO,
        "pub": YES if privacy == "PUBLIC" else NO,
        "unr": YES if mode == "UNRESTRICTED" else NO,
        "unr C": CONFLICT if mode == "UNRESTRICTED" else NO,
        "open": YES if kind == KINDS[0] else NO,
        "open C": CONFLICT if kind == KINDS[0] else NO,
    }[cell]


def calls(row, kind):
    """(seat, whose, expected) of every call that the row stands for."""
    for role, cell in row.cells.items():
        seats = [role, role + ".in"] if role in ("admin", "moderator") \
            else [role]
        for seat in seats:
            is_in = seat.endswith(".in") or role in ("member", "hidden")
            for whose in row.whose():
                yield seat, whose, meaning(cell, whose, is_in, kind)
