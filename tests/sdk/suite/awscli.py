"""Debian's `aws` command line."""
import json
import os
import re
import subprocess

from support import chime_api
from support.process import find_program


def kebab(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


class Aws:
    """Each call is a process of its own and takes about a second."""

    def __init__(self, endpoint, folder):
        self.endpoint = endpoint
        # Debian's, where there are others.
        self.program = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") \
            else find_program("aws")
        assert self.program, "there is no aws: install awscli"
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(folder),
            "AWS_ACCESS_KEY_ID": chime_api.KEY,
            "AWS_SECRET_ACCESS_KEY": chime_api.SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "",
            "AWS_MAX_ATTEMPTS": "1"}

    def start(self, service, operation, **members):
        words = [word for key, value in members.items()
                 for word in ("--" + kebab(key), value)]
        return subprocess.Popen(
            [self.program, "--endpoint-url", self.endpoint, "--output",
             "json", service, kebab(operation), *words], env=self.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    @staticmethod
    def finish(process):
        """(exit code, answer, what was said on standard error)"""
        said, errors = process.communicate(timeout=60)
        return (process.returncode, json.loads(said) if said.strip() else {},
                errors.strip())

    def run(self, service, operation, **members):
        code, answer, errors = self.finish(
            self.start(service, operation, **members))
        assert code == 0, errors
        return answer
