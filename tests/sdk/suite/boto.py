"""botocore as a driver: the present clients, or the undivided one of old."""
import concurrent.futures
import json
import re
import threading
import time

import botocore.config
import botocore.exceptions
import botocore.session
from support import chime_api

from .answer import Answer

def config(attempts):
    """Arguments go out as they are: it is the service that has to refuse
    them."""
    return botocore.config.Config(
        inject_host_prefix=False, parameter_validation=False,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=64)


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def class_name(client, error):
    """That of the exception, unless the model of the service has no class
    for errors that it does send."""
    name = error.response["Error"]["Code"]
    is_modelled = any(shape.name == name for shape in
                      client.meta.service_model.error_shapes)
    return type(error).__name__ if is_modelled else name


class Boto:
    def __init__(self, name, services):
        session = botocore.session.Session()
        self.name, self.endpoint = name, None
        self._make = lambda service, endpoint, attempts: \
            session.create_client(
                service, region_name="us-east-1", endpoint_url=endpoint,
                aws_access_key_id=chime_api.KEY,
                aws_secret_access_key=chime_api.SECRET,
                config=config(attempts))
        self._services, self._clients = services, None
        self._seen = threading.local()

    def connect(self, endpoint, attempts=1):
        """All calls from here on go there, so often if need be."""
        self.endpoint = endpoint
        self._clients = [self._make(service, endpoint, attempts)
                         for service in self._services]
        for client in self._clients:
            client.meta.events.register("after-call", self._remember)
        return self

    def close(self):
        pass

    def _remember(self, http_response, **_):
        self._seen.body = http_response.content

    def _client(self, operation):
        for client in self._clients:
            if operation in client.meta.method_to_api_mapping.values():
                return client
        return None

    def knows(self, operation):
        return self._client(operation) is not None

    def call(self, operation, members):
        client = self._client(operation)
        started = time.monotonic()
        self._seen.body = b""
        try:
            said, error = getattr(client, snake(operation))(**members), None
        except botocore.exceptions.ClientError as raised:
            said, error = raised.response, raised
        elapsed_ms = (time.monotonic() - started) * 1000
        facts = said.pop("ResponseMetadata")
        answer = Answer(facts["HTTPStatusCode"], facts.get("RequestId", ""),
                        said, elapsed_ms=elapsed_ms,
                        raw=json.loads(self._seen.body or b"null"))
        if error:
            answer.error = class_name(client, error)
            answer.message = said["Error"].get("Message", "")
        return answer

    def call_all(self, calls, width=64):
        """Answers in the order of `calls`; `width` of them at once."""
        with concurrent.futures.ThreadPoolExecutor(width) as pool:
            return list(pool.map(lambda call: self.call(*call), calls))


def present():
    return Boto("botocore", ["chime-sdk-messaging", "chime-sdk-identity"])


def of_2018():
    return Boto("botocore-2018", ["chime"])
