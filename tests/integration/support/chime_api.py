"""A small signed REST client for Chime SDK messaging. It shares no code with
the bridge: standard library only."""
import datetime
import hashlib
import hmac
import http.client
import json
import urllib.parse
import uuid

KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


class ChimeError(Exception):
    def __init__(self, status, code, message):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code = status, code


def quote(text):
    return urllib.parse.quote(text, safe="-._~")


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sign(method, path, query, headers, body, now, region="us-east-1"):
    """The Authorization header for a request (SigV4, service chime)."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    day, names = stamp[:8], sorted(headers)
    canonical = "\n".join([
        method, urllib.parse.quote(path, safe="/-._~"),
        "&".join(f"{quote(k)}={quote(v)}" for k, v in sorted(query)),
        "".join(f"{name}:{headers[name]}\n" for name in names),
        ";".join(names), hashlib.sha256(body).hexdigest()])
    scope = f"{day}/{region}/chime/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = _hmac(("AWS4" + SECRET).encode(), day)
    for part in (region, "chime", "aws4_request"):
        key = _hmac(key, part)
    return (f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, "
            f"SignedHeaders={';'.join(names)}, "
            f"Signature={_hmac(key, text).hex()}")


class ChimeApi:
    def __init__(self, port, host="127.0.0.1"):
        self.host, self.port = host, port
        self._connection = None
        self.made = []     # (method, target) of each call

    def call(self, method, path, bearer=None, query=(), body=None):
        """The JSON answer of a call; ChimeError for any refusal."""
        data = b"" if body is None else json.dumps(body).encode()
        now = datetime.datetime.now(datetime.timezone.utc)
        headers = {"host": f"{self.host}:{self.port}",
                   "x-amz-date": now.strftime("%Y%m%dT%H%M%SZ")}
        if bearer:
            headers["x-amz-chime-bearer"] = bearer
        if body is not None:
            headers["content-type"] = "application/json"
        query = list(query)
        headers["authorization"] = sign(method, path, query, headers, data,
                                        now)
        target = path
        if query:
            target += "?" + "&".join(f"{quote(k)}={quote(v)}"
                                     for k, v in query)
        self.made.append((method, target))
        status, text = self._exchange(method, target, data, headers)
        answer = json.loads(text) if text else {}
        if status >= 300:
            raise ChimeError(status, answer.get("Code"),
                             answer.get("Message"))
        return answer

    def _exchange(self, method, target, data, headers):
        for attempt in (1, 2):
            try:
                if self._connection is None:
                    self._connection = http.client.HTTPConnection(
                        self.host, self.port, timeout=20)
                self._connection.request(method, target, data, headers)
                answer = self._connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, ConnectionError):
                self._connection = None
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    # The verbs that the tests need.

    def create_app_instance(self, name="trial"):
        return self.call("POST", "/app-instances", body={
            "Name": name, "ClientRequestToken": uuid.uuid4().hex,
        })["AppInstanceArn"]

    def create_user(self, instance, user_id, name):
        return self.call("POST", "/app-instance-users", body={
            "AppInstanceArn": instance, "AppInstanceUserId": user_id,
            "Name": name, "ClientRequestToken": uuid.uuid4().hex,
        })["AppInstanceUserArn"]

    def create_channel(self, instance, bearer, name, **members):
        return self.call("POST", "/channels", bearer, body={
            "AppInstanceArn": instance, "Name": name, "Mode": "UNRESTRICTED",
            "Privacy": "PUBLIC", "ClientRequestToken": uuid.uuid4().hex,
            **members})["ChannelArn"]

    def add_member(self, channel, bearer, member, kind="DEFAULT"):
        return self.call("POST", f"/channels/{quote(channel)}/memberships",
                         bearer, body={"MemberArn": member, "Type": kind})

    def send(self, channel, bearer, content, token=None, **members):
        return self.call(
            "POST", f"/channels/{quote(channel)}/messages", bearer, body={
                "Content": content, "Type": "STANDARD",
                "Persistence": "PERSISTENT",
                "ClientRequestToken": token or uuid.uuid4().hex,
                **members})["MessageId"]

    def messages(self, channel, bearer):
        """All messages, oldest first."""
        out, token = [], None
        while True:
            query = [("sort-order", "ASCENDING"), ("max-results", "50")]
            if token:
                query.append(("next-token", token))
            page = self.call("GET", f"/channels/{quote(channel)}/messages",
                             bearer, query)
            out += page["ChannelMessages"]
            token = page.get("NextToken")
            if not token:
                return out

    def channels_of(self, bearer):
        return self.call("GET", "/channels", bearer, [
            ("scope", "app-instance-user-memberships"),
            ("app-instance-user-arn", bearer)])["ChannelMemberships"]

    # People.

    def members(self, channel, bearer, kind="DEFAULT"):
        """{ARN: name} of all members."""
        out, token = {}, None
        while True:
            query = [("max-results", "50"), ("type", kind)]
            if token:
                query.append(("next-token", token))
            page = self.call("GET", f"/channels/{quote(channel)}/memberships",
                             bearer, query)
            for row in page["ChannelMemberships"]:
                out[row["Member"]["Arn"]] = row["Member"]["Name"]
            token = page.get("NextToken")
            if not token:
                return out

    def remove_member(self, channel, bearer, member):
        self.call("DELETE", f"/channels/{quote(channel)}/memberships/"
                  f"{quote(member)}", bearer)

    def add_members(self, channel, bearer, members):
        """BatchCreateChannelMembership, a hundred at a time."""
        for start in range(0, len(members), 100):
            answer = self.call(
                "POST", f"/channels/{quote(channel)}/memberships", bearer,
                [("operation", "batch-create")],
                {"Type": "DEFAULT",
                 "MemberArns": list(members[start:start + 100])})
            assert not answer.get("Errors"), answer

    def ban(self, channel, bearer, member):
        self.call("POST", f"/channels/{quote(channel)}/bans", bearer,
                  body={"MemberArn": member})

    def unban(self, channel, bearer, member):
        self.call("DELETE", f"/channels/{quote(channel)}/bans/"
                  f"{quote(member)}", bearer)

    def bans(self, channel, bearer):
        """{ARN: name} of all who are banned."""
        return self._named(f"/channels/{quote(channel)}/bans", bearer,
                           "ChannelBans", "Member")

    def describe_ban(self, channel, bearer, member):
        return self.call("GET", f"/channels/{quote(channel)}/bans/"
                         f"{quote(member)}", bearer)["ChannelBan"]

    def add_moderator(self, channel, bearer, moderator):
        self.call("POST", f"/channels/{quote(channel)}/moderators", bearer,
                  body={"ChannelModeratorArn": moderator})

    def remove_moderator(self, channel, bearer, moderator):
        self.call("DELETE", f"/channels/{quote(channel)}/moderators/"
                  f"{quote(moderator)}", bearer)

    def moderators(self, channel, bearer):
        """{ARN: name} of all moderators."""
        return self._named(f"/channels/{quote(channel)}/moderators", bearer,
                           "ChannelModerators", "Moderator")

    def _named(self, path, bearer, rows, who):
        """{ARN: name} of a list of all pages."""
        out, token = {}, None
        while True:
            query = [("max-results", "50")]
            if token:
                query.append(("next-token", token))
            page = self.call("GET", path, bearer, query)
            for row in page[rows]:
                out[row[who]["Arn"]] = row[who]["Name"]
            token = page.get("NextToken")
            if not token:
                return out

    def channel(self, channel, bearer):
        return self.call("GET", f"/channels/{quote(channel)}", bearer)[
            "Channel"]

    def update_channel(self, channel, bearer, **members):
        """What is not named stays as it is."""
        now = self.channel(channel, bearer)
        self.call("PUT", f"/channels/{quote(channel)}", bearer,
                  body={"Name": now["Name"], "Mode": now["Mode"],
                        **({"Metadata": now["Metadata"]}
                           if now.get("Metadata") else {}), **members})

    def make_admin(self, instance, user):
        self.call("POST", f"/app-instances/{quote(instance)}/admins",
                  body={"AppInstanceAdminArn": user})

    def rename_user(self, user, name):
        self.call("PUT", f"/app-instance-users/{quote(user)}",
                  body={"Name": name, "Metadata": ""})

    def user(self, user):
        """Its description; ChimeError 404 where there is none."""
        return self.call("GET", f"/app-instance-users/{quote(user)}")[
            "AppInstanceUser"]

    def users(self, instance):
        """{ARN: name} of all users."""
        out, token = {}, None
        while True:
            query = [("app-instance-arn", instance), ("max-results", "50")]
            if token:
                query.append(("next-token", token))
            page = self.call("GET", "/app-instance-users", None, query)
            for row in page["AppInstanceUsers"]:
                out[row["AppInstanceUserArn"]] = row["Name"]
            token = page.get("NextToken")
            if not token:
                return out
