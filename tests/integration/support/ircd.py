"""Real IRC servers from Debian, each as one class with the same face:
name, port, tls_port (or None), start(), stop(), kill()."""
import os
import pathlib
import shutil

from .process import Process, find_program, free_port, listens
from .wait import until


class IrcServer(Process):
    """`fast`: without the flood limits that a public server has."""
    program = None
    tls_port = None
    sasl = False

    def __init__(self, folder, fast=True, certificates=None, port=None):
        self.folder = pathlib.Path(folder) / self.program
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o777)
        self.port, self.fast = port or free_port(), fast
        self.certificates = certificates
        self.config_path = self.folder / "ircd.conf"
        self.config_path.write_text(self.configuration())
        self.config_path.chmod(0o644)
        super().__init__(self.program, self.command(), self.folder)

    def start(self):
        super().start()
        until(lambda: listens(self.port) or not self.is_running(),
              f"{self.program} listens on {self.port}")
        assert self.is_running(), f"{self.program} ended:\n{self.log()}"
        return self

    def configuration(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError


class Ngircd(IrcServer):
    """The old server: no message tags, no SASL, flood limits that slow."""
    program = "ngircd"

    def configuration(self):
        user = "irc" if os.getuid() == 0 else ""
        tls = ""
        if self.certificates:
            self.tls_port = free_port()
            tls = f"""[SSL]
CertFile = {self.certificates.path("srv.pem")}
KeyFile = {self.certificates.path("srv.key")}
Ports = {self.tls_port}
"""
        return f"""[Global]
Name = irc.ngircd.test
Info = ngIRCd
Listen = 127.0.0.1
Ports = {self.port}
AdminInfo1 = trial
AdminEMail = trial@localhost
MotdPhrase = "hello"
{f"ServerUID = {user}" if user else ""}
{f"ServerGID = {user}" if user else ""}
[Limits]
MaxConnectionsIP = 0
MaxConnections = 0
MaxJoins = 0
MaxNickLength = 30
PingTimeout = 120
{"MaxPenaltyTime = 0" if self.fast else ""}
[Options]
PAM = no
Ident = no
DNS = no
OperCanUseMode = yes
[Operator]
Name = op
Password = op
{tls}"""

    def command(self):
        return [find_program("ngircd"), "-n", "-f", self.config_path]


class Inspircd(IrcServer):
    """The modern server: tags, labels, echo, SASL through services, TLS."""
    program = "inspircd"
    modules = ("spanningtree", "banexception", "inviteexception", "redirect",
               "cap", "ircv3", "ircv3_accounttag", "ircv3_batch",
               "ircv3_capnotify", "ircv3_chghost", "ircv3_ctctags",
               "ircv3_echomessage", "ircv3_invitenotify",
               "ircv3_labeledresponse", "ircv3_msgid", "ircv3_servertime",
               "monitor", "namesx", "uhnames", "sasl", "services_account",
               "setname", "deaf", "servprotect", "sha256", "cloaking")

    def configuration(self):
        self.server_port = free_port()
        tls = ""
        if self.certificates:
            self.tls_port = free_port()
            tls = f"""<module name="ssl_gnutls">
<bind address="127.0.0.1" port="{self.tls_port}" type="clients" ssl="gnutls">
<gnutls cafile="{self.certificates.path("ca.pem")}"
 certfile="{self.certificates.path("srv.pem")}"
 keyfile="{self.certificates.path("srv.key")}" hash="sha256">
<module name="sslinfo">
"""
        lag = "no" if self.fast else "yes"
        threshold = 1000000 if self.fast else 10
        return f"""<bind address="127.0.0.1" port="{self.port}" type="clients">
<bind address="127.0.0.1" port="{self.server_port}" type="servers">
<server name="irc.insp.test" description="insp" id="97K" network="InspNet">
<admin name="a" nick="a" email="a@localhost">
<connect allow="*" timeout="60" pingfreq="2m" hardsendq="16M"
 softsendq="8M" recvq="{'8M' if self.fast else '10K'}" threshold="{threshold}"
 commandrate="{'100000000' if self.fast else '1000'}" fakelag="{lag}"
 localmax="5000" globalmax="5000" resolvehostnames="no" maxchans="2000">
<class name="All" commands="*" privs="*">
<type name="NetAdmin" classes="All">
<oper name="op" password="op" host="*@*" type="NetAdmin">
<options casemapping="rfc1459">
<link name="services.test" ipaddr="127.0.0.1" port="{self.server_port}"
 allowmask="*" recvpass="password" sendpass="password">
<uline server="services.test" silent="yes">
<sasl requiressl="no" target="services.test">
<performance clonesonconnect="no">
<cloak mode="half" key="{'secret' * 8}" prefix="">
{"".join(f'<module name="{m}">' for m in self.modules)}
{tls}<log method="file" type="* -USERINPUT -USEROUTPUT" level="default"
 target="{self.folder}/ircd.log">
<pid file="{self.folder}/inspircd.pid">
"""

    def command(self):
        argv = [find_program("inspircd"), "--nofork", "--config",
                self.config_path]
        if os.getuid() == 0:
            argv.append("--runasroot")
        return argv


class Hybrid(IrcServer):
    """ircd-hybrid, unpacked beside the build (its package conflicts with
    ngircd's): no echo, no labels, refusals by numeric only."""
    program = "ircd-hybrid"
    most = 100               # connections from one host

    @staticmethod
    def root():
        source = pathlib.Path(__file__).resolve().parents[3]
        return source / "build" / "servers" / "hybrid"

    def configuration(self):
        tls = ""
        if self.certificates:
            self.tls_port = free_port()
            tls = f"""listen {{ flags = tls; host = "127.0.0.1";
 port = {self.tls_port}; }};
"""
        keys = ""
        if self.certificates:
            keys = f"""rsa_private_key_file = "{self.certificates.path("srv.key")}";
 tls_certificate_file = "{self.certificates.path("srv.pem")}";"""
        modules = "/usr/lib/ircd-hybrid/modules"
        return f"""modules {{ path = "{modules}"; path = "{modules}/extra";
 path = "{modules}/autoload"; }};
serverinfo {{ name = "irc.hybrid.test"; sid = "42X"; description = "hybrid";
 network_name = "HybNet"; max_nick_length = 30; max_topic_length = 300;
 default_max_clients = {self.most * 2}; {keys} }};
admin {{ name = "a"; email = "a@localhost"; }};
{tls}listen {{ host = "127.0.0.1"; port = {self.port}; }};
class {{ name = "users"; ping_time = 2 minutes;
 number_per_ip_local = {self.most}; number_per_ip_global = {self.most};
 max_number = {self.most}; sendq = 1 megabytes;
 recvq = {8000 if self.fast else 2560} bytes; max_channels = 1000; }};
auth {{ user = "*@*"; class = "users";
 flags = exceed_limit{", can_flood" if self.fast else ""}; }};
operator {{ name = "op"; user = "*@*"; password = "op"; encrypted = no;
 class = "users"; flags = admin, kill, kline, unkline, rehash, die; }};
general {{ throttle_count = 1000; }};
log {{ use_logging = no; }};
"""

    def command(self):
        program = self.root() / "usr" / "bin" / "ircd-hybrid"
        if not program.exists():
            program = self.root() / "usr" / "sbin" / "ircd-hybrid"
        argv = [program, "-foreground", "-configfile", self.config_path,
                "-logfile", self.folder / "ircd.log", "-pidfile",
                self.folder / "ircd.pid"]
        if os.getuid() == 0:   # it refuses to run as root
            argv = [shutil.which("setpriv"), "--reuid=irc", "--regid=irc",
                    "--clear-groups"] + argv
        return argv


class Atheme(Process):
    """Services for Inspircd: accounts and SASL."""
    modules = ("protocol/inspircd", "backend/opensex", "crypto/pbkdf2v2",
               "nickserv/main", "nickserv/cert", "nickserv/register",
               "nickserv/verify", "nickserv/identify", "nickserv/ghost",
               "saslserv/main", "saslserv/external", "saslserv/plain")

    def __init__(self, folder, server):
        self.folder = pathlib.Path(folder) / "atheme"
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o777)
        self.server = server
        config = self.folder / "atheme.conf"
        config.write_text(
            "".join(f'loadmodule "modules/{m}";\n' for m in self.modules) +
            f"""serverinfo {{ name = "services.test"; desc = "svc";
 numeric = "00A"; netname = "InspNet"; adminname = "a";
 adminemail = "a@localhost"; registeremail = "a@localhost"; auth = none;
 casemapping = "rfc1459"; recontime = 1; restarttime = 5; }};
general {{ commit_interval = 1; loglevel = {{ all; }}; }};
uplink "irc.insp.test" {{ host = "127.0.0.1"; port = {server.server_port};
 send_password = "password"; receive_password = "password"; }};
saslserv {{ nick = "SaslServ"; }}; nickserv {{ nick = "NickServ"; }};
""")
        config.chmod(0o644)
        argv = [find_program("atheme-services"), "-n", "-c", config, "-D",
                self.folder, "-l", self.folder / "services.log", "-p",
                self.folder / "services.pid"]
        if os.getuid() == 0:   # it refuses to run as root
            argv = [shutil.which("setpriv"), "--reuid=irc", "--regid=irc",
                    "--clear-groups"] + argv
        super().__init__("atheme", argv, self.folder)
