"""A throw-away certificate authority, with openssl(1)."""
import pathlib
import subprocess


def _openssl(*words, cwd):
    subprocess.run(["openssl", *words], cwd=cwd, check=True,
                   capture_output=True)


class Certificates:
    """ca.pem, srv.pem/srv.key for localhost and 127.0.0.1, and other.pem for
    a name that nobody asked for, signed by the same authority."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                 "2", "-subj", "/CN=Belfry test authority", "-keyout",
                 "ca.key", "-out", "ca.pem", cwd=self.folder)
        self.issue("srv", "localhost", "DNS:localhost,IP:127.0.0.1")
        self.issue("other", "elsewhere.example", "DNS:elsewhere.example")
        self.issue("client", "belfry", "DNS:belfry")
        for path in self.folder.iterdir():
            path.chmod(0o644)

    def issue(self, name, common, alternatives):
        (self.folder / "ext").write_text(f"subjectAltName={alternatives}\n")
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj",
                 f"/CN={common}", "-keyout", f"{name}.key", "-out",
                 f"{name}.csr", cwd=self.folder)
        _openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem",
                 "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                 "-extfile", "ext", "-out", f"{name}.pem", cwd=self.folder)

    def path(self, name):
        return str(self.folder / name)

    def pin(self, name="srv"):
        out = subprocess.run(
            ["openssl", "x509", "-in", self.path(f"{name}.pem"), "-noout",
             "-fingerprint", "-sha256"], check=True, capture_output=True,
            text=True).stdout
        return out.strip().split("=", 1)[1]
